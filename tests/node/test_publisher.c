#include "tests/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/file.h"
#include "node/renewal.h"
#include "store/logs.h"
#include "tests/lib/custodian.h"

#define DRAFTS 5

static int open_officer(void **state) {
    static struct officer o;
    officer_open(&o, "test.example", "fr", 1, PART_MEMBERS);
    officer_draft(&o, DRAFTS);
    *state = &o;
    return 0;
}

static int close_officer(void **state) {
    officer_close(*state);
    return 0;
}

static size_t drafts_left(struct officer *o) {
    json_t *page = officer_call(o, "draft-list", json_object(), OPS_DONE);
    size_t count = json_array_size(json_object_get(page, "drafts"));
    json_decref(page);
    return count;
}

static enum standing_state look(struct officer *o) {
    struct ownlog log = officer_log(o);
    struct standing s;
    CHECK_OK(publisher_look(&o->publisher, &log, &s));
    return s.state;
}

static enum err run(struct officer *o) {
    struct ownlog log = officer_log(o);
    struct pending batch;
    struct checkpoint head;
    officer_batch(o, &batch);
    enum err err = publisher_run(&o->publisher, &log, &batch, o->operator_secret, &head);
    officer_batch_free(&batch);
    return err;
}

static void a_batch_is_signed_stored_and_its_drafts_are_gone(void **state) {
    struct officer *o = *state;
    struct pending pending;
    CHECK_OK(run(o));
    struct ownlog log = officer_log(o);
    assert_int_equal(log.size, BIRTH_ENTRIES + DRAFTS);
    assert_int_equal(log.held, log.size);
    assert_int_equal(drafts_left(o), 0);
    CHECK_ERR(pending_load(o->dir, &pending), ERR_NOT_FOUND);
    assert_int_equal(look(o), STANDING_CLEAN);
}

/* Run in another process that dies after this step, with the database as it then is. */
static void die_at(struct officer *o, unsigned step) {
    int status;
    store_close(o->store);
    pid_t child = fork();
    if (child == 0) {
        struct officer mine = *o;
        mine.store = NULL;
        mine.publisher.context = &mine;
        officer_reopen(&mine);
        mine.crash_at = step;
        mine.seen = 0;
        (void)!run(&mine);
        _exit(9); /* the step never came */
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    o->store = NULL;
    officer_reopen(o);
}

static void a_crash_after_any_step_is_finished_with_the_same_bytes(void **state) {
    static const enum standing_state want[] = {0,
                                               STANDING_CLEAN, /* 1 the batch is written, nothing signed */
                                               STANDING_HALF,  /* 2 signed */
                                               STANDING_DONE,  /* 3 handed in */
                                               STANDING_DONE,  /* 4 drafts dropped */
                                               STANDING_CLEAN /* 5 forgotten */};
    (void)state;
    for (unsigned step = 1; step <= 5; step++) {
        struct officer o;
        struct ledger before, after;
        officer_open(&o, "test.example", "fr", 1, PART_MEMBERS);
        officer_draft(&o, DRAFTS);
        die_at(&o, step);
        assert_int_equal(look(&o), want[step]);
        CHECK_OK(ledger_load(o.dir, &before));
        struct ownlog log = officer_log(&o);
        if (want[step] != STANDING_CLEAN)
            CHECK_OK(publisher_finish(&o.publisher, &log));
        CHECK_OK(ledger_load(o.dir, &after));
        /* What was signed stays all that was signed. */
        assert_int_equal(before.frontier.size, step == 1 ? BIRTH_ENTRIES : BIRTH_ENTRIES + DRAFTS);
        assert_memory_equal(&before.last, &after.last, sizeof before.last);
        log = officer_log(&o);
        assert_int_equal(log.size, after.frontier.size);
        assert_true(digest_eq(&log.root, &after.root));
        assert_int_equal(drafts_left(&o), step == 1 ? DRAFTS : 0);
        assert_int_equal(look(&o), STANDING_CLEAN);
        officer_draft(&o, 1);
        CHECK_OK(run(&o));
        officer_close(&o);
    }
}

/* ---- the first batch of a new epoch ---- */

static void first_leaf_names_the_note(struct officer *o, uint64_t index) {
    struct ownlog log = officer_log(o);
    struct bytes bytes;
    struct leaf leaf;
    struct txn t;
    uint8_t id[LOG_ID_LEN];
    origin_log_id(o->origin, id);
    txn_begin(&t, o->store, false);
    CHECK_OK(logs_leaf(&t, id, index, &bytes));
    CHECK_OK(leaf_decode(bytes, &leaf));
    assert_int_equal(leaf.kind, LEAF_AUTHORITY);
    assert_int_equal(leaf.authority.epoch, 1);
    assert_true(digest_eq(&leaf.authority.hash, &log.authority.hash));
    txn_abort(&t);
}

static void a_crash_after_any_step_of_a_new_epoch_is_finished_with_the_same_bytes(void **state) {
    enum { AFTER = BIRTH_ENTRIES + 1 + DRAFTS };
    (void)state;
    for (unsigned step = 1; step <= 5; step++) {
        struct officer o;
        struct ledger before, after;
        officer_open(&o, "test.example", "fr", 1, PART_MEMBERS);
        officer_draft(&o, DRAFTS);
        custodian_open(&o, BIRTH_ENTRIES);
        assert_int_equal(look(&o), STANDING_CLEAN);
        die_at(&o, step);
        assert_int_equal(look(&o), step == 2                ? STANDING_HALF
                                   : step == 3 || step == 4 ? STANDING_DONE
                                                            : STANDING_CLEAN);
        CHECK_OK(ledger_load(o.dir, &before));
        /* The ledger moves to the new epoch with its first signature, not before. */
        assert_int_equal(before.epoch, step > 1);
        assert_int_equal(before.frontier.size, step > 1 ? AFTER : BIRTH_ENTRIES);
        struct ownlog log = officer_log(&o);
        if (step == 1)
            CHECK_OK(run(&o));
        else if (step < 5)
            CHECK_OK(publisher_finish(&o.publisher, &log));
        CHECK_OK(ledger_load(o.dir, &after));
        if (step > 1)
            assert_memory_equal(&before.last, &after.last, sizeof before.last);
        log = officer_log(&o);
        assert_int_equal(log.size, AFTER);
        assert_true(digest_eq(&log.root, &after.root));
        first_leaf_names_the_note(&o, BIRTH_ENTRIES);
        assert_int_equal(drafts_left(&o), 0);
        officer_draft(&o, 1);
        CHECK_OK(run(&o));
        assert_int_equal(officer_log(&o).size, AFTER + 1);
        officer_close(&o);
    }
}

static void a_batch_that_the_new_epoch_has_overtaken_is_signed_anew(void **state) {
    struct officer *o = *state;
    die_at(o, 2); /* signed in epoch 0, and never handed in */
    assert_int_equal(look(o), STANDING_HALF);
    custodian_open(o, BIRTH_ENTRIES);
    assert_int_equal(look(o), STANDING_CLEAN);
    CHECK_OK(run(o));
    assert_int_equal(officer_log(o).size, BIRTH_ENTRIES + 1 + DRAFTS);
    assert_int_equal(drafts_left(o), 0);
    first_leaf_names_the_note(o, BIRTH_ENTRIES);
}

static void a_batch_below_the_new_anchor_is_not_published_twice(void **state) {
    struct officer *o = *state;
    die_at(o, 3); /* handed in, and its drafts not dropped */
    assert_int_equal(drafts_left(o), DRAFTS);
    custodian_open(o, BIRTH_ENTRIES + DRAFTS);
    assert_int_equal(look(o), STANDING_DONE);
    struct ownlog log = officer_log(o);
    CHECK_OK(publisher_finish(&o->publisher, &log));
    assert_int_equal(drafts_left(o), 0);
    assert_int_equal(look(o), STANDING_CLEAN);
}

/* Theft: what a stolen key has signed after the anchor loses its force, and the State goes on from before. */
static void an_anchor_before_the_end_takes_the_rest_back(void **state) {
    struct officer *o = *state;
    struct ledger l;
    CHECK_OK(run(o));
    assert_int_equal(officer_log(o).size, BIRTH_ENTRIES + DRAFTS);
    custodian_open(o, BIRTH_ENTRIES + 1);
    assert_int_equal(officer_log(o).size, BIRTH_ENTRIES + 1);
    assert_int_equal(look(o), STANDING_CLEAN);
    officer_draft(o, 2);
    CHECK_OK(run(o));
    assert_int_equal(officer_log(o).size, BIRTH_ENTRIES + 1 + 1 + 2);
    first_leaf_names_the_note(o, BIRTH_ENTRIES + 1);
    CHECK_OK(ledger_load(o->dir, &l));
    assert_int_equal(l.epoch, 1);
}

static void a_dismissed_officer_signs_nothing(void **state) {
    struct officer *o = *state;
    custodian_open(o, BIRTH_ENTRIES);
    custodian_operator(o, 0, o->operator_secret);
    CHECK_ERR(run(o), ERR_OPERATOR);
    assert_int_equal(drafts_left(o), DRAFTS);
    custodian_operator(o, 1, o->operator_secret);
    CHECK_OK(run(o));
}

static void lose_ledger(struct officer *o) {
    char path[TMP_LEN + 32];
    snprintf(path, sizeof path, "%s/" LEDGER_DIR "/ledger", o->dir);
    assert_int_equal(unlink(path), 0);
}

static void a_lost_ledger_comes_back_with_an_epoch_that_is_handed_in_here(void **state) {
    struct officer *o = *state;
    struct ownlog log;
    lose_ledger(o);
    assert_int_equal(look(o), STANDING_LEDGER_LOST);
    custodian_open(o, BIRTH_ENTRIES); /* it might have come from a peer */
    assert_int_equal(look(o), STANDING_LEDGER_LOST);
    CHECK_REFUSED(run(o));
    log = officer_log(o);
    CHECK_OK(renewal_grant(o->dir, &log.authority.hash));
    die_at(o, 2); /* signed, and the right to begin used up */
    assert_false(renewal_granted(o->dir, &log.authority.hash));
    log = officer_log(o);
    CHECK_OK(publisher_finish(&o->publisher, &log));
    assert_int_equal(look(o), STANDING_CLEAN);
    lose_ledger(o);
    assert_int_equal(look(o), STANDING_LEDGER_LOST);
}

static void a_draft_made_after_the_crash_is_not_lost_with_the_batch(void **state) {
    struct officer *o = *state;
    die_at(o, 4); /* its drafts are dropped, so their numbers begin anew */
    officer_draft(o, 2);
    struct ownlog log = officer_log(o);
    CHECK_OK(publisher_finish(&o->publisher, &log));
    /* The same text under the same number is the same draft: only what differs must stay. */
    json_decref(officer_call(o, "draft-drop", json_pack("{s:b}", "all", true), OPS_DONE));
    json_decref(officer_call(o, "draft-add",
                             json_pack("{s:[{s:s, s:s, s:i}]}", "drafts", "action", "withdraw", "id",
                                       "00000000000000000000000000000001", "author", 1000),
                             OPS_DONE));
    struct pending_draft gone = {1, digest_of(bytes_str("another text"))};
    CHECK_OK(o->publisher.drop(o, &gone, 1));
    assert_int_equal(drafts_left(o), 1);
}

static void a_large_batch_goes_in_packages_and_resumes_between_them(void **state) {
    struct officer *o = *state;
    enum { MANY = 5000 }; /* more than FETCH_ENTRIES_MAX */
    for (unsigned i = 0; i < 10; i++)
        officer_draft(o, MANY / 10);
    /* A page of drafts is bounded too: publish what the first page gives. */
    die_at(o, 3);
    struct ownlog log = officer_log(o);
    assert_true(log.held >= log.size);
    enum standing_state s = look(o);
    assert_true(s == STANDING_HALF || s == STANDING_DONE);
    CHECK_OK(publisher_finish(&o->publisher, &log));
    log = officer_log(o);
    assert_int_equal(log.size, log.held);
    assert_int_equal(look(o), STANDING_CLEAN);
}

static void a_store_put_back_to_an_earlier_state_stops_everything(void **state) {
    struct officer *o = *state;
    struct ledger ledger;
    CHECK_OK(run(o));
    /* As if the store were older: the ledger knows a larger tree, and no batch explains it. */
    CHECK_OK(ledger_load(o->dir, &ledger));
    struct ownlog log = officer_log(o);
    log.size = log.held = BIRTH_ENTRIES;
    struct standing s;
    char text[STANDING_TEXT_MAX];
    CHECK_OK(publisher_look(&o->publisher, &log, &s));
    assert_int_equal(s.state, STANDING_LOG_BACK);
    standing_say(&s, &log, text, sizeof text);
    assert_non_null(strstr(text, "ledger at epoch 0, size 8; store at epoch 0, size 3: "));
    CHECK_ERR(publisher_finish(&o->publisher, &log), ERR_NOT_FOUND);
}

static void a_ledger_put_back_stops_everything(void **state) {
    struct officer *o = *state;
    struct ledger old;
    CHECK_OK(ledger_load(o->dir, &old));
    CHECK_OK(run(o));
    CHECK_OK(ledger_save(o->dir, &old));
    assert_int_equal(look(o), STANDING_LEDGER_BACK);
    officer_draft(o, 1);
    CHECK_REFUSED(run(o));
    assert_int_equal(officer_log(o).size, BIRTH_ENTRIES + DRAFTS);
}

static void a_ledger_of_another_log_stops_everything(void **state) {
    struct officer *o = *state;
    struct ledger other;
    ledger_init(&other, "test.example/ke/0123456789abcdef", 0);
    CHECK_OK(ledger_save(o->dir, &other));
    assert_int_equal(look(o), STANDING_OTHER);
    CHECK_REFUSED(run(o));
}

static void a_damaged_batch_is_not_handed_in(void **state) {
    struct officer *o = *state;
    char path[TMP_LEN + 32];
    uint8_t *data;
    size_t len;
    struct pending pending;
    die_at(o, 2);
    snprintf(path, sizeof path, "%s/ledger/pending", o->dir);
    CHECK_OK(file_read(path, 1u << 20, &data, &len));
    for (size_t cut = 0; cut < len; cut += cut < 200 ? 1 : 37) {
        CHECK_OK(file_replace(path, (struct bytes){data, cut}));
        CHECK_REFUSED(pending_load(o->dir, &pending));
    }
    for (size_t at = 0; at < len; at += 13) {
        data[at] ^= 0x10;
        CHECK_OK(file_replace(path, (struct bytes){data, len}));
        CHECK_REFUSED(pending_load(o->dir, &pending));
        data[at] ^= 0x10;
    }
    CHECK_OK(file_replace(path, (struct bytes){data, len}));
    free(data);
    struct ownlog log = officer_log(o);
    CHECK_OK(publisher_finish(&o->publisher, &log));
}

static void the_log_does_not_grow_past_what_its_authority_allows(void **state) {
    struct officer *o = *state;
    struct ownlog log = officer_log(o);
    struct pending batch;
    struct checkpoint head;
    log.authority.max = log.size + DRAFTS - 1;
    officer_batch(o, &batch);
    CHECK_ERR(publisher_run(&o->publisher, &log, &batch, o->operator_secret, &head), ERR_BOUNDS);
    officer_batch_free(&batch);
    assert_int_equal(drafts_left(o), DRAFTS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_officer, close_officer)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_batch_is_signed_stored_and_its_drafts_are_gone),
        cmocka_unit_test(a_crash_after_any_step_is_finished_with_the_same_bytes),
        cmocka_unit_test(a_crash_after_any_step_of_a_new_epoch_is_finished_with_the_same_bytes),
        TEST(a_batch_that_the_new_epoch_has_overtaken_is_signed_anew),
        TEST(a_batch_below_the_new_anchor_is_not_published_twice),
        TEST(an_anchor_before_the_end_takes_the_rest_back),
        TEST(a_dismissed_officer_signs_nothing),
        TEST(a_lost_ledger_comes_back_with_an_epoch_that_is_handed_in_here),
        TEST(a_draft_made_after_the_crash_is_not_lost_with_the_batch),
        TEST(a_large_batch_goes_in_packages_and_resumes_between_them),
        TEST(a_store_put_back_to_an_earlier_state_stops_everything),
        TEST(a_ledger_put_back_stops_everything),
        TEST(a_ledger_of_another_log_stops_everything),
        TEST(a_damaged_batch_is_not_handed_in),
        TEST(the_log_does_not_grow_past_what_its_authority_allows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
