/* Put back a copy of the log, of the ledger, or of both, from ten moments of a State's life, with no, one and
 * three peers: does anybody sign a second history (design 4, promise 6)? */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/ownhead.h"
#include "store/roster.h"
#include "tests/lib/custodian.h"
#include "tests/lib/world.h"

enum { PEERS = 3, MOMENTS = 10, BATCH = 3, TREES_MAX = 32, LEAVES_MAX = 64 };
enum {
    ANCHOR = BIRTH_ENTRIES + 2 * BATCH,
    ALL = ANCHOR + 1 + 2 * BATCH,
    SECOND_SIGNED = 3,
    NEW_EPOCH = 6 /* moments */
};
enum what { LOG = 1, LEDGER = 2, BOTH = 3 };

/* ---- what was ever signed ---- */

struct tree {
    uint64_t epoch, size;
    struct digest leaf[LEAVES_MAX];
};

static struct {
    unsigned count;
    struct tree tree[TREES_MAX];
} history;

static bool same_history(const struct tree *a, const struct tree *b) {
    uint64_t common = a->size < b->size ? a->size : b->size;
    return a->epoch != b->epoch || memcmp(a->leaf, b->leaf, common * sizeof *a->leaf) == 0;
}

/* Whether any two trees signed in one epoch differ where both have leaves. */
static bool forked(void) {
    for (unsigned i = 0; i < history.count; i++)
        for (unsigned k = 0; k < i; k++)
            if (!same_history(&history.tree[i], &history.tree[k]))
                return true;
    return false;
}

/* A batch was signed just now: keep the tree that it makes. */
static void remember(struct officer *o) {
    struct pending p = {0};
    struct txn t;
    uint8_t id[LOG_ID_LEN];
    struct bytes leaf;
    assert_true(history.count < TREES_MAX);
    struct tree *tree = &history.tree[history.count++];
    CHECK_OK(pending_load(o->dir, &p));
    *tree = (struct tree){.epoch = p.epoch, .size = p.base.size + p.count};
    assert_true(tree->size <= LEAVES_MAX);
    origin_log_id(o->origin, id);
    txn_begin(&t, o->store, false);
    for (uint64_t i = 0; i < p.base.size; i++) {
        CHECK_OK(logs_leaf(&t, id, i, &leaf));
        tree->leaf[i] = digest_leaf(leaf);
    }
    txn_abort(&t);
    for (uint32_t i = 0; i < p.count; i++)
        tree->leaf[p.base.size + i] = digest_leaf(p.entry[i].leaf);
    pending_free(&p);
}

/* ---- a State and its peers ---- */

struct life {
    struct officer o;
    char moment[MOMENTS][TMP_LEN]; /* copies of db and ledger */
    char peer[PEERS][TMP_LEN];     /* what each holds in the end */
    char early[TMP_LEN];           /* what one holds after the first moment */
    unsigned moments, lived;       /* history up to the end of the State's own life */
    uint8_t log[LOG_ID_LEN];
};

static struct life life;

static void copy_dir(const char *from, const char *to, const char *name) {
    char a[TMP_LEN + 16], b[TMP_LEN + 16];
    snprintf(a, sizeof a, "%s/%s", from, name);
    snprintf(b, sizeof b, "%s/%s", to, name);
    tmp_close(b);
    assert_int_equal(mkdir(b, 0700), 0);
    tmp_copy(a, b);
}

static void keep_moment(void) {
    assert_true(life.moments < MOMENTS);
    char *dir = life.moment[life.moments++];
    tmp_open(dir);
    copy_dir(life.o.dir, dir, "db");
    copy_dir(life.o.dir, dir, "ledger");
}

static bool keep_steps;  /* each step of a publish is a moment */
static unsigned keep_at; /* or this one alone */

static void on_step(struct officer *o, unsigned number) {
    if (number == 2)
        remember(o);
    if ((keep_steps && number < 5) || number == keep_at)
        keep_moment();
}

/* Draft contacts that nobody has drafted before, and publish them. */
static enum err publish_some(struct officer *o) {
    static unsigned drafted;
    struct ownlog log = officer_log(o);
    struct pending batch;
    struct checkpoint head;
    json_decref(officer_call(o, "draft-drop", json_pack("{s:b}", "all", true), OPS_DONE));
    officer_draft_from(o, drafted += BATCH, BATCH);
    officer_batch(o, &batch);
    custodian_operator(o, log.authority.epoch, o->operator_secret); /* whoever may sign as the store has it */
    enum err err = publisher_run(&o->publisher, &log, &batch, o->operator_secret, &head);
    officer_batch_free(&batch);
    replica_rescan(world.site[0].replica);
    return err;
}

static void peer_carries(unsigned number) {
    struct package_note note = life.o.note.note;
    struct authority authority;
    struct log_record record;
    struct pin pin = {.hash = life.o.note.authority.hash};
    struct txn t;
    snprintf(pin.origin, sizeof pin.origin, "%s", life.o.origin);
    CHECK_OK(gate_open(life.o.origin, &note, &authority));
    txn_begin(&t, world.site[number].store, true);
    roster_pin(&t, &pin);
    logs_open(&t, life.o.origin, &note, &record);
    CHECK_OK(txn_commit(&t));
    replica_rescan(world.site[number].replica);
}

/* The State's node is site 0, on the officer's own store. */
static void open_sites(const struct officer *o, unsigned peers) {
    memset(&world, 0, sizeof world);
    world.last = &world.first;
    world.now_ms = 1000;
    world.count = 1 + peers;
    for (unsigned i = 0; i <= peers; i++) {
        struct site *site = &world.site[i];
        site->number = i;
        site->class = LINK_MEMBER;
        if (i)
            tmp_open(site->dir);
        else
            snprintf(site->dir, sizeof site->dir, "%.200s/db", o->dir);
        if (i && life.peer[i - 1][0])
            tmp_copy(life.peer[i - 1], site->dir);
        site_start(site);
    }
}

static void close_sites(void) {
    for (unsigned i = 0; i < world.count; i++) {
        site_stop(&world.site[i]);
        if (i)
            tmp_close(world.site[i].dir);
    }
    while (world.first) {
        struct letter *letter = world.first;
        world.first = letter->next;
        frame_free(letter->frame);
        free(letter);
    }
    life.o.store = NULL;
}

/* Ten moments: born, published, and each step of a publish; then the same in the next epoch. */
static int live(void **state) {
    struct officer *o = &life.o;
    (void)state;
    officer_open(o, "test.example", "fr", 1, PART_MEMBERS);
    origin_log_id(o->origin, life.log);
    o->watch = on_step;
    store_close(o->store);
    open_sites(o, PEERS);
    officer_use(o, world.site[0].store);
    for (unsigned i = 1; i <= PEERS; i++) {
        peer_carries(i);
        link_sites(0, i);
    }
    keep_moment(); /* 0: born */
    settle();
    tmp_open(life.early);
    tmp_copy(world.site[1].dir, life.early);
    CHECK_OK(publish_some(o));
    keep_moment(); /* 1: has published */
    keep_steps = true;
    CHECK_OK(publish_some(o)); /* 2 written, 3 signed, 4 handed in, 5 drafts dropped */
    keep_steps = false;
    custodian_open(o, officer_log(o).size);
    replica_rescan(world.site[0].replica);
    keep_moment(); /* 6: a new epoch, in which nothing is signed */
    keep_at = 2;
    CHECK_OK(publish_some(o)); /* 7: signed, its first batch */
    keep_at = 0;
    keep_moment(); /* 8: handed in */
    CHECK_OK(publish_some(o));
    keep_moment(); /* 9: all that there is */
    settle();
    for (unsigned i = 0; i < PEERS; i++) {
        assert_int_equal(officer_log(o).size, ALL);
        tmp_open(life.peer[i]);
        tmp_copy(world.site[i + 1].dir, life.peer[i]);
    }
    close_sites();
    life.lived = history.count;
    assert_int_equal(life.moments, MOMENTS);
    assert_false(forked());
    return 0;
}

static int end(void **state) {
    (void)state;
    for (unsigned i = 0; i < MOMENTS; i++)
        tmp_close(life.moment[i]);
    for (unsigned i = 0; i < PEERS; i++)
        tmp_close(life.peer[i]);
    tmp_close(life.early);
    officer_close(&life.o);
    return 0;
}

/* ---- putting back ---- */

/* As the daemon asks its peers (node/peering.c). */
static bool confirmed(unsigned configured) {
    struct ownhead_word word[PEERS];
    unsigned count = 0;
    char reason[300];
    for (unsigned i = 1; i < world.count; i++) {
        struct head head = {.size = 0};
        if (!world.site[0].linked[i] || !replica_complete(world.site[0].replica, i))
            continue;
        word[count] = (struct ownhead_word){.said = OWNHEAD_AGREES};
        if (replica_reported(world.site[0].replica, i, life.log, &head))
            word[count].said = ownhead_compare(world.site[0].store, life.log, &head);
        word[count++].holds = head.size > 0;
    }
    return ownhead_confirmed(word, count, configured, false, reason, sizeof reason);
}

/* What publish does: finish what was interrupted, then sign if nothing stands against it. */
static enum standing_state try_publish(struct officer *o, unsigned configured, bool *ret_signed) {
    struct ownlog log = officer_log(o);
    struct standing s;
    *ret_signed = false;
    CHECK_OK(publisher_look(&o->publisher, &log, &s));
    if (s.state == STANDING_HALF || s.state == STANDING_DONE) {
        CHECK_OK(publisher_finish(&o->publisher, &log));
        replica_rescan(world.site[0].replica);
        log = officer_log(o);
        CHECK_OK(publisher_look(&o->publisher, &log, &s));
    }
    if (s.state != STANDING_CLEAN) /* whoever tries it nevertheless is refused by the signer */
        CHECK_REFUSED(publish_some(o));
    else if (confirmed(configured))
        *ret_signed = publish_some(o) == ERR_OK;
    return s.state;
}

static void put_back(unsigned moment, enum what what, unsigned peers) {
    struct officer *o = &life.o;
    copy_dir(life.moment[what & LOG ? moment : MOMENTS - 1], o->dir, "db");
    copy_dir(life.moment[what & LEDGER ? moment : MOMENTS - 1], o->dir, "ledger");
    open_sites(o, peers);
    officer_use(o, world.site[0].store);
    history.count = life.lived;
}

struct outcome {
    enum standing_state state;
    bool signed_, forked;
};

/* Start from what was put back, and try before anybody is linked, when they are, and when all has come. */
static struct outcome restore(unsigned moment, enum what what, unsigned peers, unsigned configured) {
    struct outcome out = {.signed_ = false};
    put_back(moment, what, peers);
    for (unsigned turn = 0; turn < 3; turn++) {
        bool signed_;
        if (turn == 1)
            for (unsigned i = 1; i <= peers; i++)
                link_sites(0, i);
        if (turn == 2) {
            settle();
            pass(60000);
        }
        out.state = try_publish(&life.o, configured, &signed_);
        out.signed_ = out.signed_ || signed_;
        settle();
    }
    out.forked = forked();
    close_sites();
    return out;
}

static const char *name_of(enum what what) {
    return what == LOG ? "log" : what == LEDGER ? "ledger" : "both";
}

/* What section 4 promises of a case. */
static struct outcome promised(unsigned moment, enum what what, unsigned peers) {
    static const struct outcome goes_on = {STANDING_CLEAN, true, false};
    if (moment == MOMENTS - 1 || (what == LOG && peers))
        return goes_on; /* nothing was lost, or the peers give it back */
    if (what == LOG)
        return (struct outcome){STANDING_LOG_BACK, false, false};
    if (what == LEDGER || peers)
        return (struct outcome){STANDING_LEDGER_BACK, false, false};
    /* The one that cannot be prevented.  What it signs after the last batch of an epoch that others have
     * ended contradicts nothing, and has no force. */
    bool ended = moment >= SECOND_SIGNED && moment < NEW_EPOCH;
    return (struct outcome){STANDING_CLEAN, true, !ended};
}

static void no_copy_that_is_put_back_signs_a_second_history_that_could_be_prevented(void **state) {
    static const unsigned peers[] = {0, 1, 3};
    unsigned cases = 0, not_prevented = 0;
    (void)state;
    for (unsigned moment = 0; moment < MOMENTS; moment++)
        for (enum what what = LOG; what <= BOTH; what++)
            for (unsigned p = 0; p < 3; p++, cases++) {
                struct outcome got = restore(moment, what, peers[p], peers[p]),
                               want = promised(moment, what, peers[p]);
                if (got.state != want.state || got.signed_ != want.signed_ || got.forked != want.forked)
                    fail_msg("moment %u, %s, %u peers: state %d, signed %d, forked %d", moment, name_of(what),
                             peers[p], (int)got.state, got.signed_, got.forked);
                not_prevented += got.forked;
            }
    assert_int_equal(cases, 90);
    assert_int_equal(not_prevented, MOMENTS - 1 - (NEW_EPOCH - SECOND_SIGNED));
}

static void peers_that_do_not_answer_let_nothing_be_signed(void **state) {
    (void)state;
    for (unsigned moment = 0; moment < MOMENTS; moment++)
        for (enum what what = LOG; what <= BOTH; what++)
            assert_false(restore(moment, what, 0, 1).signed_ || restore(moment, what, 1, 2).signed_);
}

/* While the peers answer and the node fetches, letter by letter, there is no instant at which it would sign.
 */
static void at_no_instant_of_the_fetching_may_anything_be_signed(void **state) {
    unsigned instants = 0;
    (void)state;
    for (unsigned moment = 0; moment < MOMENTS - 1; moment++)
        for (unsigned peers = 1; peers <= PEERS; peers += 2) {
            put_back(moment, BOTH, peers);
            for (unsigned i = 1; i <= peers; i++)
                link_sites(0, i);
            do {
                struct ownlog log = officer_log(&life.o);
                struct standing s;
                CHECK_OK(publisher_look(&life.o.publisher, &log, &s));
                assert_false(s.state == STANDING_CLEAN && confirmed(peers));
                instants++;
            } while (happen());
            close_sites();
        }
    assert_true(instants > 200);
}

/* ---- what could not be prevented is found, shown and healed ---- */

static struct log_record record_at(unsigned site) {
    struct log_record record;
    struct txn t;
    txn_begin(&t, world.site[site].store, false);
    assert_true(logs_get(&t, life.log, &record));
    txn_abort(&t);
    return record;
}

/* Every node believes the same of the log: this epoch, this size, these flags. */
static void all_believe(uint64_t epoch, uint64_t size, unsigned flags, unsigned moment) {
    struct log_record first = record_at(0);
    for (unsigned i = 0; i < world.count; i++) {
        struct log_record r = record_at(i);
        if (r.head.epoch != epoch || r.head.size != size || r.head.flags != flags ||
            !digest_eq(&r.head.root, &first.head.root))
            fail_msg("moment %u, site %u: epoch %llu, size %llu, flags %u; not %llu, %llu, %u", moment, i,
                     (unsigned long long)r.head.epoch, (unsigned long long)r.head.size, r.head.flags,
                     (unsigned long long)epoch, (unsigned long long)size, flags);
    }
}

static void everything_happens(void) {
    for (unsigned i = 0; i < 3; i++) {
        settle();
        pass(400000);
    }
}

/* The whole machine was put back, signs on its own, and then meets the others. */
static void meet(unsigned moment, uint64_t *ret_f) {
    bool signed_;
    put_back(moment, BOTH, PEERS);
    assert_int_equal(try_publish(&life.o, 0, &signed_), STANDING_CLEAN);
    assert_true(signed_);
    for (unsigned i = 1; i <= PEERS; i++)
        link_sites(0, i);
    everything_happens();
    /* In the epoch that stands, there are two histories from the first leaf on that differs. */
    *ret_f = moment < NEW_EPOCH ? 0 : moment == NEW_EPOCH ? ANCHOR + 1 : ANCHOR + 1 + BATCH;
}

static void two_histories_are_found_shown_and_ended_by_the_next_epoch(void **state) {
    (void)state;
    for (unsigned moment = 0; moment < MOMENTS - 1; moment++) {
        struct officer *o = &life.o;
        uint64_t f;
        bool signed_;
        meet(moment, &f);
        all_believe(1, f ? f : ALL, f ? VIEW_DISPUTED : 0, moment);
        assert_int_equal(try_publish(o, PEERS, &signed_), f ? STANDING_DISPUTED : STANDING_LEDGER_BACK);
        assert_false(signed_);
        custodian_open(o, f ? f : ALL);
        replica_rescan(world.site[0].replica);
        everything_happens();
        all_believe(2, f ? f : ALL, 0, moment);
        assert_int_equal(try_publish(o, PEERS, &signed_), STANDING_CLEAN);
        assert_true(signed_);
        everything_happens();
        all_believe(2, (f ? f : ALL) + 1 + BATCH, 0, moment);
        close_sites();
    }
}

/* Peers that hold less than was signed cannot know; nor can the node. */
static void a_peer_that_lags_behind_prevents_nothing_but_a_ledger_does(void **state) {
    (void)state;
    for (unsigned moment = 0; moment < MOMENTS - 1; moment++) {
        struct officer *o = &life.o;
        bool signed_;
        for (enum what what = LOG; what <= LEDGER; what++) {
            put_back(moment, what, 1);
            site_stop(&world.site[1]);
            tmp_copy(life.early, world.site[1].dir);
            site_start(&world.site[1]);
            link_sites(0, 1);
            everything_happens();
            try_publish(o, 1, &signed_);
            assert_false(signed_);
            assert_false(forked());
            close_sites();
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_copy_that_is_put_back_signs_a_second_history_that_could_be_prevented),
        cmocka_unit_test(peers_that_do_not_answer_let_nothing_be_signed),
        cmocka_unit_test(at_no_instant_of_the_fetching_may_anything_be_signed),
        cmocka_unit_test(two_histories_are_found_shown_and_ended_by_the_next_epoch),
        cmocka_unit_test(a_peer_that_lags_behind_prevents_nothing_but_a_ledger_does),
    };
    /* Thousands of transactions, each of which syncs: in memory, where there is a file system for it. */
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 0);
    return cmocka_run_group_tests(tests, live, end);
}
