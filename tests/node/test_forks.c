/* A State that signs two histories, and its custodians: real stores, the gate and replication, without links.
 *
 * Whatever the order in which the sites meet, all come to the same view. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/api.h"
#include "node/forkfile.h"
#include "node/logcheck.h"
#include "node/page.h"
#include "proto/evidence.h"
#include "proto/view.h"
#include "store/believe.h"
#include "store/forks.h"
#include "store/roster.h"
#include "tests/lib/apisource.h"
#include "tests/lib/world.h"
#include "tests/test.h"

static struct author other; /* France's second history */

/* Hand a package to a site as a peer's answer would come. */
static void hand(unsigned number, struct author *a, uint64_t from, uint64_t to, uint64_t target,
                 enum err want) {
    struct site *site = &world.site[number];
    struct log_record record;
    uint64_t at;
    struct txn t;
    struct package package = author_package(a, from, to, target);
    txn_begin(&t, site->store, true);
    enum err err = intake_package(site->intake, &t, &package, 1, &record, &at);
    CHECK_OK(txn_commit(&t));
    assert_string_equal(err_name(err), err_name(want));
    replica_rescan(site->replica);
}

static struct log_record record_at(unsigned number) {
    struct log_record record;
    struct txn t;
    txn_begin(&t, world.site[number].store, false);
    assert_true(logs_get(&t, fr.id, &record));
    txn_abort(&t);
    return record;
}

static void believes(unsigned number, const struct author *a, uint64_t size, unsigned flags, uint64_t epoch) {
    struct log_record record = record_at(number);
    struct digest root = author_root(a, size);
    assert_int_equal(record.head.size, size);
    assert_int_equal(record.head.flags, flags);
    assert_int_equal(record.head.epoch, epoch);
    assert_true(digest_eq(&record.head.root, &root));
    assert_int_equal(record.head.f, flags & VIEW_DISPUTED ? size : 0);
}

static void all_believe(const struct author *a, uint64_t size, unsigned flags, uint64_t epoch) {
    for (unsigned i = 0; i < world.count; i++)
        believes(i, a, size, flags, epoch);
}

/* Two histories that part at f; site 0 has the first, site 1 the second, the others nothing yet. */
static void two_histories(unsigned sites, uint64_t f, uint64_t first, uint64_t second) {
    world_carrying(sites);
    author_fill(&fr, first, 200, 300);
    author_branch(&fr, f, &other);
    author_fill(&other, second - f, 200, 300);
    hand(0, &fr, 0, first, first, ERR_OK);
    hand(1, &other, 0, second, second, ERR_OK);
}

/* Let the sites say what they have to say, and so much time pass. */
static void meet(uint64_t ms) {
    settle();
    pass(ms);
}

static void done(void) {
    author_close(&other);
    world_close();
}

static void a_fork_is_located_and_told_to_all(void **state) {
    (void)state;
    static const uint64_t parts[][3] = {{0, 5, 9}, {1, 20, 20}, {12, 20, 25}, {19, 20, 30}, {300, 700, 600}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        two_histories(4, parts[i][0], parts[i][1], parts[i][2]);
        link_sites(0, 1);
        link_sites(1, 2);
        link_sites(2, 3);
        meet(60000);
        all_believe(&fr, parts[i][0], VIEW_DISPUTED, 0);
        done();
    }
}

/* The log's own leaves, or those of its second branch, as far as this author's go. */
static bool shows(unsigned number, const struct author *a) {
    struct log_record record = record_at(number);
    struct digest root, want = author_root(a, a->size);
    bool found = false;
    struct txn t;
    txn_begin(&t, world.site[number].store, false);
    struct tree_reader tree[] = {tree_of(&t, &record), tree_of_side(&t, &record)};
    uint64_t held[] = {record.held, record.side_held};
    for (unsigned i = 0; i < 2; i++)
        found = found || (held[i] >= a->size && !merkle_root(&root, a->size, logs_lookup, &tree[i]) &&
                          digest_eq(&root, &want));
    txn_abort(&t);
    return found;
}

static void both_variants_are_held_everywhere(void **state) {
    (void)state;
    static const uint64_t parts[][3] = {{0, 5, 9}, {12, 20, 25}, {300, 700, 600}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        two_histories(4, parts[i][0], parts[i][1], parts[i][2]);
        link_sites(0, 1);
        link_sites(1, 2);
        link_sites(2, 3);
        meet(120000);
        for (unsigned number = 0; number < world.count; number++) {
            believes(number, &fr, parts[i][0], VIEW_DISPUTED, 0);
            assert_true(shows(number, &fr));
            assert_true(shows(number, &other));
        }
        done();
    }
}

/* As a file, with the notes that say whose keys have signed; and not if it is altered anywhere. */
static void fork_is_shown_to_anybody(struct bytes evidence) {
    struct proposal chain = {0};
    struct forkfile file;
    char *text;
    CHECK_OK(proposal_append(&chain, &fr.note));
    CHECK_OK(forkfile_print(evidence, &chain, &text));
    assert_true(forkfile_is(bytes_str(text)));
    CHECK_OK(forkfile_parse(bytes_str(text), &file));
    CHECK_OK(forkfile_check(&file));
    assert_string_equal(file.origin, fr.origin);
    assert_int_equal(file.evidence.f, 7);
    forkfile_free(&file);
    size_t len = strlen(text);
    for (size_t at = 0; at < len; at += 7) {
        text[at] ^= 1;
        enum err err = forkfile_parse(bytes_str(text), &file);
        err = err ? err : forkfile_check(&file);
        bool same = !err && file.evidence.f == 7 && strcmp(file.origin, fr.origin) == 0;
        forkfile_free(&file);
        if (!err && !same) /* a comment or a number for people may change, no more */
            fail_msg("byte %zu: another fork is shown", at);
        text[at] ^= 1;
    }
    free(text);
    proposal_free(&chain);
}

static json_t *ask(struct api *api, enum api_view view, const char *path) {
    unsigned status;
    json_t *json = api_json(api, view, path, "", &status);
    assert_int_equal(status, 200);
    return json;
}

/* The pages of the network and of the State show them, and lead to the evidence. */
static void both_variants_are_on_the_pages(struct api *api) {
    static const char *const paths[] = {"/en/network", "/en/state/FR"};
    static const char *const wanted[] = {"Variant <bdi dir=\"auto\">1</bdi>",
                                         "Variant <bdi dir=\"auto\">2</bdi>", "/evidence\""};

    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct api_reply reply;
        page_get(api, API_MEMBERS, paths[i], "", NULL, &reply);
        assert_int_equal(reply.status, 200);
        for (unsigned j = 0; j < sizeof wanted / sizeof *wanted; j++)
            if (memmem(reply.body, reply.len, wanted[j], strlen(wanted[j])) == NULL)
                fail_msg("%s: no %s", paths[i], wanted[j]);
        free(reply.body);
    }
}

/* The log as it stands before its fork has no checkpoint: what proves it is the evidence, or nothing. */
static void verifies(struct api *api, uint64_t size, struct bytes evidence, bool good) {
    struct apisource context = {api, fr.origin};
    struct logsource source = apisource_of(&context);
    struct logcheck_report report;
    const struct logcheck_options options = {.source = &source,
                                             .origin = fr.origin,
                                             .note = &fr.note,
                                             .note_count = 1,
                                             .size = size,
                                             .evidence = evidence};
    CHECK_OK(logcheck(&options, &report));
    assert_int_equal(report.fault_count, good ? 0 : 1);
    if (good) {
        struct digest root = author_root(&fr, size);
        assert_int_equal(report.size, size);
        assert_int_equal(report.proof, LOGCHECK_EVIDENCE);
        assert_true(digest_eq(&report.root, &root));
    } else {
        assert_string_equal("checkpoint",
                            json_string_value(json_object_get(json_array_get(report.faults, 0), "where")));
    }
    logcheck_free(&report);
}

static void the_log_is_verified_up_to_its_fork(void **state) {
    (void)state;
    struct api *api;
    char path[ORIGIN_MAX + 40];
    uint8_t bytes[EVIDENCE_MAX];
    size_t len;
    two_histories(2, 7, 20, 25);
    link_sites(0, 1);
    meet(120000);
    struct api_options options = {
        .store = world.site[1].store, .network = "test.example", .origin = "", .name = "x", .node_id = "00"};
    CHECK_OK(api_open(&options, &api));
    snprintf(path, sizeof path, "/api/v1/logs/%s/evidence", fr.origin);
    json_t *answer = ask(api, API_PUBLIC, path);
    const json_t *newest = json_array_get(json_object_get(answer, "evidence"), 0);
    CHECK_OK(base64_get(bytes, sizeof bytes, &len,
                        bytes_str(json_string_value(json_object_get(newest, "evidence")))));
    verifies(api, 7, (struct bytes){bytes, len}, true);
    verifies(api, 6, (struct bytes){bytes, len}, false);
    verifies(api, 7, (struct bytes){NULL, 0}, false);
    bytes[len - 1] ^= 1;
    verifies(api, 7, (struct bytes){bytes, len}, false);
    json_decref(answer);
    api_close(api);
    done();
}

static void both_variants_are_read_through_the_api(void **state) {
    (void)state;
    struct api *api;
    char path[ORIGIN_MAX + 40];
    two_histories(3, 7, 20, 25);
    link_sites(0, 1);
    link_sites(1, 2);
    meet(120000);
    struct api_options options = {
        .store = world.site[2].store, .network = "test.example", .origin = "", .name = "x", .node_id = "00"};
    CHECK_OK(api_open(&options, &api));
    for (unsigned view = API_PUBLIC; view <= API_MEMBERS; view++) {
        json_t *network = ask(api, view, "/api/v1/network");
        json_t *log = json_array_get(json_object_get(network, "logs"), 0);
        json_t *variants = json_object_get(log, "variants");
        assert_int_equal(json_integer_value(json_object_get(log, "f")), 7);
        assert_int_equal(json_array_size(variants), 2);
        size_t contacts = 0;
        for (size_t i = 0; i < 2; i++)
            contacts += json_array_size(json_object_get(json_array_get(variants, i), "contacts"));
        assert_int_equal(contacts, 20 - 7 + 25 - 7);
        json_decref(network);
    }
    snprintf(path, sizeof path, "/api/v1/logs/%s/evidence", fr.origin);
    json_t *evidence = ask(api, API_PUBLIC, path);
    assert_int_equal(json_array_size(json_object_get(evidence, "evidence")), 1);
    json_decref(evidence);
    both_variants_are_on_the_pages(api);
    api_close(api);
    done();
}

static void the_evidence_proves_itself(void **state) {
    (void)state;
    struct evidence e;
    struct view_fork fork;
    struct bytes bytes;
    struct txn t;
    two_histories(3, 7, 20, 25);
    link_sites(0, 1);
    link_sites(1, 2);
    meet(60000);
    txn_begin(&t, world.site[2].store, false); /* which has never seen more than the leaves in common */
    assert_true(forks_get(&t, fr.id, &fr.authority.hash, &fork, &bytes));
    CHECK_OK(evidence_read(bytes, &e));
    CHECK_OK(evidence_check(&e, fr.origin, &fr.authority));
    assert_int_equal(e.f, 7);
    fork_is_shown_to_anybody(bytes);
    txn_abort(&t);
    done();
}

static void a_smaller_fork_is_found_in_a_disputed_log(void **state) {
    (void)state;
    struct author third;
    two_histories(4, 12, 20, 25);
    author_branch(&fr, 4, &third);
    third.branch = 9;
    author_fill(&third, 3, 200, 0);
    link_sites(0, 1);
    meet(60000);
    believes(0, &fr, 12, VIEW_DISPUTED, 0);
    hand(2, &third, 0, 7, 7, ERR_OK); /* short, and late */
    link_sites(2, 1);
    link_sites(3, 2);
    meet(120000);
    all_believe(&fr, 4, VIEW_DISPUTED, 0);
    author_close(&third);
    done();
}

static void the_next_epoch_heals_it_on_either_branch(void **state) {
    (void)state;
    for (unsigned way = 0; way < 4; way++) {
        struct author *chosen = way % 2 ? &other : &fr;
        two_histories(4, 12, 40, 45);
        if (way / 2) { /* the fork is known before the custodians act */
            link_sites(0, 1);
            link_sites(1, 2);
            meet(60000);
            believes(2, &fr, 12, VIEW_DISPUTED, 0);
        }
        author_epoch(chosen, 30, 0);
        author_fill(chosen, 5, 200, 300);
        uint64_t size = chosen->size;
        hand(way % 2, chosen, 30, 30, 30, ERR_OK);
        hand(way % 2, chosen, 30, size, size, ERR_OK);
        believes(way % 2, chosen, size, 0, 1);
        if (!(way / 2)) { /* or after them */
            link_sites(0, 1);
            link_sites(1, 2);
        }
        link_sites(2, 3);
        meet(300000);
        all_believe(chosen, size, 0, 1);
        done();
    }
}

static void a_thief_sets_back_to_the_anchor_and_no_further(void **state) {
    (void)state;
    two_histories(3, 10, 10, 18); /* the second goes on from the first: garbage, under a stolen key */
    link_sites(0, 1);
    meet(60000);
    believes(0, &other, 18, 0, 0);
    author_epoch(&fr, 8, 0); /* before the theft */
    hand(2, &fr, 0, 8, 8, ERR_OK);
    believes(2, &fr, 8, 0, 1);
    link_sites(2, 0);
    link_sites(2, 1);
    meet(120000);
    all_believe(&fr, 8, 0, 1);
    done();
}

/* Four sites, met in one of the orders of the three links between them. */
static void meet_in_order(unsigned order) {
    static const unsigned orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (unsigned i = 0; i < 3; i++) {
        link_sites(orders[order][i], orders[order][i] + 1);
        meet(60000);
    }
    meet(300000);
}

/* What a stolen operator key can sign after an anchor at 8: a fork right behind it, a fork in the middle,
 * garbage that goes on, and a root of nothing. */
static void steal(unsigned attack) {
    static const uint64_t parts[] = {9, 14, 20, 20};
    author_branch(&fr, parts[attack], &other);
    memcpy(other.operator_secret, fr.operator_secret, sizeof other.operator_secret);
    other.authority = fr.authority;
    other.later_count = fr.later_count;
    for (unsigned i = 0; i < fr.later_count; i++)
        other.later[i] = fr.later[i];
    author_fill(&other, 12, 200, 0);
    if (attack < 3) {
        hand(3, &other, 0, other.size, other.size, ERR_OK);
        return;
    }
    struct package package = author_package(&other, 20, 20, 20);
    struct checkpoint c = {.size = 20, .root = package.root};
    c.root.b[0] ^= 1;
    package.root = c.root;
    memcpy(c.origin, fr.origin, sizeof c.origin);
    checkpoint_sign(&c, fr.operator_secret, &package.signature[0]);
    struct log_record record;
    uint64_t at;
    struct txn t;
    txn_begin(&t, world.site[0].store, true);
    CHECK_ERR(intake_package(world.site[0].intake, &t, &package, 1, &record, &at), ERR_FORK);
    CHECK_OK(txn_commit(&t));
}

static void whatever_a_thief_signs_the_next_epoch_heals(void **state) {
    (void)state;
    for (unsigned attack = 0; attack < 4; attack++)
        for (unsigned order = 0; order < 6; order++) {
            world_carrying(4);
            author_fill(&fr, 20, 200, 0);
            author_epoch(&fr, 8, 0);
            hand(0, &fr, 0, 20, 20, ERR_OK);
            steal(attack);
            if (order % 2) /* seen before the custodians act, or after */
                meet_in_order(order);
            for (unsigned i = 0; i < 4;
                 i++) { /* never behind the anchor, and always on one of the histories */
                struct log_record record = record_at(i);
                struct digest anchor = author_root(&fr, 8), root;
                struct txn t;
                txn_begin(&t, world.site[i].store, false);
                struct tree_reader tree = tree_of(&t, &record);
                if (record.head.epoch == 1) {
                    assert_true(record.head.size >= 8);
                    CHECK_OK(merkle_root(&root, 8, logs_lookup, &tree));
                    assert_true(digest_eq(&root, &anchor));
                }
                txn_abort(&t);
            }
            author_epoch(&fr, 18, 0);
            author_fill(&fr, 3, 200, 0);
            hand(0, &fr, 18, 18, 18, ERR_OK);
            hand(0, &fr, 18, 23, 23, ERR_OK);
            if (!(order % 2))
                meet_in_order(order);
            else
                meet(300000);
            all_believe(&fr, 23, 0, 2);
            done();
        }
}

static void rivals_arrive_in_every_order(void **state) {
    (void)state;
    for (unsigned order = 0; order < 6; order++)
        for (unsigned first = 0; first < 2; first++) {
            struct author rival;
            world_carrying(4);
            author_fill(&fr, 20, 200, 0);
            author_branch(&fr, 20, &rival);
            author_epoch(&fr, 15, 0);
            author_epoch(&rival, first ? 15 : 17, 1);
            hand(first ? 0 : 3, &fr, 0, 20, 20, ERR_OK);
            hand(first ? 3 : 0, &rival, 0, 20, 20, ERR_OK);
            meet_in_order(order);
            all_believe(&fr, 0, VIEW_CONTESTED, 0);
            author_close(&rival);
            world_close();
        }
}

/* A person confirms a note, on one node. */
static void confirm(unsigned site, const struct author *a) {
    struct pin pin;
    struct txn t;
    txn_begin(&t, world.site[site].store, true);
    assert_true(roster_get(&t, a->origin, &pin));
    pin.epoch = a->authority.epoch;
    pin.hash = a->authority.hash;
    roster_pin(&t, &pin);
    believe_all(&t, 1);
    CHECK_OK(txn_commit(&t));
    replica_rescan(world.site[site].replica);
}

static void two_notes_of_one_epoch_contest_it_everywhere(void **state) {
    (void)state;
    struct author rival;
    world_carrying(4);
    author_fill(&fr, 20, 200, 0);
    author_branch(&fr, 20, &rival);
    author_epoch(&fr, 15, 0);
    author_epoch(&rival, 15, 1);
    hand(0, &fr, 0, 15, 15, ERR_OK);
    hand(1, &rival, 0, 20, 20, ERR_OK);
    believes(1, &rival, 20, 0, 1);
    link_sites(0, 1);
    link_sites(1, 2);
    link_sites(2, 3);
    meet(120000);
    for (unsigned i = 0; i < world.count; i++)
        believes(i, &fr, 0, VIEW_CONTESTED, 0);
    confirm(3, &rival); /* there it stands */
    meet(120000);
    assert_int_equal(record_at(3).head.epoch, 1);
    assert_int_equal(record_at(3).head.flags, VIEW_VOIDS);
    believes(2, &fr, 0, VIEW_CONTESTED, 0);
    author_close(&rival);
    world_close();
}

/* Both believe the same with it and without it, but in other base views. */
static void a_rival_of_a_closed_note_is_heard_of(void **state) {
    (void)state;
    struct author rival;
    world_carrying(2);
    author_fill(&fr, 20, 200, 0);
    author_branch(&fr, 20, &rival);
    author_epoch(&fr, 15, 0);
    author_epoch(&rival, 15, 1);
    for (unsigned i = 0; i < 2; i++) {
        hand(i, &fr, 0, 15, 15, ERR_OK);
        confirm(i, &fr);
        believes(i, &fr, 15, 0, 1);
    }
    hand(0, &rival, 15, 15, 15, ERR_OK);
    believes(0, &fr, 15, VIEW_VOIDS, 1);
    link_sites(0, 1);
    meet(120000);
    all_believe(&fr, 15, VIEW_VOIDS, 1);
    author_close(&rival);
    world_close();
}

static void an_anchor_is_believed_before_the_target_behind_it(void **state) {
    (void)state;
    world_carrying(1);
    author_fill(&fr, 10, 200, 300);
    hand(0, &fr, 0, 6, 6, ERR_OK);
    author_epoch(&fr, 7, 0);
    hand(0, &fr, 6, 8, 10, ERR_OK);
    believes(0, &fr, 7, 0, 1);
    assert_int_equal(record_at(0).held, 8); /* nothing is fetched twice */
    hand(0, &fr, 8, 10, 10, ERR_OK);
    believes(0, &fr, 10, 0, 1);
    world_close();
}

/* While the leaves of an anchor are sought in the second branch, two histories turn up there. */
static void a_fork_between_the_branches_is_not_forgotten(void **state) {
    (void)state;
    struct author healed; /* a third one, upon which the custodians go on */
    world_carrying(2);
    author_fill(&fr, 10, 200, 300);
    author_branch(&fr, 4, &other);
    author_fill(&other, 5, 200, 300);
    author_branch(&fr, 2, &healed);
    author_fill(&healed, 18, 200, 300);
    author_epoch(&healed, 15, 0);
    hand(0, &fr, 0, 10, 10, ERR_OK);
    hand(0, &healed, 10, 20, 20, ERR_OK); /* its note; its leaves do not go on from these */
    hand(0, &other, 0, 9, 9, ERR_OK);
    believes(0, &fr, 4, VIEW_DISPUTED | VIEW_INCOMPLETE, 0);
    hand(0, &healed, 9, 20, 20, ERR_OK); /* nor from those: the branch is begun anew */
    assert_int_equal(record_at(0).side_held, 0);
    hand(0, &healed, 0, 2, 20, ERR_OK);
    believes(0, &fr, 4, VIEW_DISPUTED | VIEW_INCOMPLETE, 0);
    hand(1, &fr, 0, 10, 10, ERR_OK);
    link_sites(0, 1);
    meet(60000);
    all_believe(&fr, 4, VIEW_DISPUTED | VIEW_INCOMPLETE, 0);
    hand(0, &healed, 2, 20, 20, ERR_OK);
    meet(60000);
    all_believe(&healed, 20, 0, 1);
    author_close(&healed);
    done();
}

/* Both branches are full of what a fork has left, past an anchor that lies on neither. */
static void a_third_history_is_fetched_past_two_variants(void **state) {
    (void)state;
    struct author healed;
    two_histories(3, 2, 10, 12);
    author_branch(&fr, 1, &healed);
    author_fill(&healed, 8, 220, 300);
    author_epoch(&healed, 7, 0);
    link_sites(0, 1);
    meet(60000);
    believes(0, &fr, 2, VIEW_DISPUTED, 0);
    assert_int_equal(record_at(0).side_held, 12);
    hand(2, &healed, 0, 9, 9, ERR_OK);
    link_sites(0, 2);
    meet(60000);
    all_believe(&healed, 9, 0, 1);
    author_close(&healed);
    done();
}

/* Signed in the second branch alone, which gives way; the log's own leaves are the same. */
static void a_candidate_outlives_its_branch(void **state) {
    (void)state;
    struct author healed;
    struct txn t;
    world_carrying(1);
    author_fill(&fr, 9, 200, 300);
    author_branch(&fr, 1, &healed);
    author_fill(&healed, 8, 220, 300);
    author_epoch(&healed, 3, 0);
    hand(0, &fr, 0, 4, 9, ERR_OK);     /* on the way to nine, of which no more comes */
    hand(0, &healed, 4, 9, 9, ERR_OK); /* its note */
    believes(0, &fr, 0, VIEW_INCOMPLETE, 0);
    assert_true(record_at(0).has_side);
    hand(0, &fr, 0, 4, 4, ERR_OK);
    assert_int_equal(record_at(0).side_held, 4); /* it may go on to nine, too */
    hand(0, &healed, 4, 9, 9, ERR_OK);           /* but leads elsewhere */
    assert_int_equal(record_at(0).side_held, 0);
    for (unsigned i = 0; i < 2; i++) {
        believes(0, &fr, 4, VIEW_INCOMPLETE, 0);
        txn_begin(&t, world.site[0].store, true);
        believe_all(&t, 1);
        CHECK_OK(txn_commit(&t));
    }
    author_close(&healed);
    world_close();
}

static void a_signed_root_of_nothing_is_no_fork(void **state) {
    (void)state;
    two_histories(2, 6, 12, 9);
    struct log_record record;
    struct txn t;
    uint64_t at;
    struct package package = author_package(&other, 9, 9, 9);
    package.root.b[0] ^= 1;
    struct checkpoint c = {.size = 9, .root = package.root};
    memcpy(c.origin, fr.origin, sizeof c.origin);
    checkpoint_sign(&c, fr.operator_secret, &package.signature[0]);
    txn_begin(&t, world.site[0].store, true);
    CHECK_ERR(intake_package(world.site[0].intake, &t, &package, 1, &record, &at), ERR_FORK);
    CHECK_OK(txn_commit(&t));
    believes(0, &fr, 12, 0, 0);
    done();
}

/* The other history is longer than the anchor that comes; it is not what leads there. */
static void a_variant_gives_way_to_the_branch_of_an_anchor(void **state) {
    (void)state;
    two_histories(3, 0, 1, 12);
    link_sites(0, 1);
    meet(60000);
    believes(0, &fr, 0, VIEW_DISPUTED, 0);
    assert_int_equal(record_at(0).side_held, 12);
    author_fill(&fr, 9, 200, 300);
    author_epoch(&fr, 8, 0);
    hand(2, &fr, 0, 10, 10, ERR_OK);
    link_sites(2, 0);
    meet(120000);
    all_believe(&fr, 10, 0, 1);
    done();
}

/* Two epochs come at once: the anchor of the first is held, and the other history is as long. */
static void a_variant_of_an_epoch_that_is_over_leads_nowhere(void **state) {
    (void)state;
    struct author healed;
    two_histories(3, 0, 12, 1);
    author_branch(&fr, 4, &healed);
    author_fill(&healed, 6, 220, 300);
    author_epoch(&healed, 1, 0);
    author_epoch(&healed, 7, 0);
    link_sites(0, 1);
    meet(60000);
    believes(0, &fr, 0, VIEW_DISPUTED, 0);
    assert_int_equal(record_at(0).side_held, 1);
    hand(2, &healed, 0, 10, 10, ERR_OK);
    link_sites(2, 0);
    meet(60000);
    all_believe(&healed, 10, 0, 2);
    author_close(&healed);
    done();
}

/* Leaves that differ below the fork that is shown: neither they nor the peer are to blame. */
static void evidence_under_other_leaves_is_compared_with_them(void **state) {
    (void)state;
    struct author third;
    struct log_record record;
    struct view_fork fork;
    struct package package;
    uint8_t bytes[EVIDENCE_MAX];
    uint64_t at;
    struct txn t;
    two_histories(3, 3, 20, 25);
    author_branch(&fr, 1, &third);
    third.branch = 9;
    author_fill(&third, 1, 200, 300);
    hand(2, &third, 0, 2, 2, ERR_OK);
    link_sites(0, 1);
    meet(60000);
    package = author_package(&fr, 2, 3, 3);
    txn_begin(&t, world.site[0].store, false);
    assert_true(forks_get(&t, fr.id, &fr.authority.hash, &fork, &package.evidence));
    memcpy(bytes, package.evidence.ptr, package.evidence.len);
    package.evidence.ptr = bytes;
    txn_abort(&t);
    txn_begin(&t, world.site[2].store, true);
    CHECK_ERR(intake_package(world.site[2].intake, &t, &package, 1, &record, &at), ERR_FORK);
    CHECK_OK(txn_commit(&t));
    link_sites(2, 0);
    meet(120000);
    all_believe(&fr, 1, VIEW_DISPUTED, 0);
    author_close(&third);
    done();
}

/* A third history has the same leaf at the fork as one of the two that are shown, and parts from it later. */
static void a_variant_of_a_third_history_is_left(void **state) {
    (void)state;
    struct author third;
    two_histories(3, 5, 20, 25);
    author_branch(&other, 8, &third);
    third.branch = 9;
    author_fill(&third, 2, 200, 300);
    hand(2, &third, 0, 10, 10, ERR_OK);
    link_sites(0, 1);
    meet(60000);
    link_sites(2, 0);
    meet(60000);
    all_believe(&fr, 5, VIEW_DISPUTED, 0);
    hand(2, &other, 10, 25, 25, ERR_OK);
    assert_int_equal(record_at(2).held, 10);
    author_close(&third);
    done();
}

/* While one tree is compared, another comes: what the search has proven is not of it. */
static void a_rival_that_has_changed_is_nobodys_fault(void **state) {
    (void)state;
    struct author third;
    struct extension tree;
    struct proof none = {.count = 0};
    struct proved proved;
    struct log_record record;
    struct txn t;
    two_histories(2, 6, 12, 9);
    struct digest root = author_root(&other, 9);
    CHECK_OK(extension_init(&tree, 9, 9, &root, &none, author_lookup, &other));
    CHECK_OK(extension_prove(&tree, 6, 6, &proved));
    author_branch(&fr, 3, &third);
    third.branch = 9;
    author_fill(&third, 4, 200, 300);
    hand(0, &other, 6, 9, 9, ERR_FORK);
    hand(0, &third, 3, 7, 7, ERR_FORK);
    txn_begin(&t, world.site[0].store, true);
    CHECK_ERR(intake_fork(world.site[0].intake, &t, fr.id, 6, &proved, 1, &record), ERR_GAP);
    CHECK_OK(txn_commit(&t));
    believes(0, &fr, 12, 0, 0);
    author_close(&third);
    done();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fork_is_located_and_told_to_all),
        cmocka_unit_test(both_variants_are_held_everywhere),
        cmocka_unit_test(both_variants_are_read_through_the_api),
        cmocka_unit_test(the_log_is_verified_up_to_its_fork),
        cmocka_unit_test(the_evidence_proves_itself),
        cmocka_unit_test(a_smaller_fork_is_found_in_a_disputed_log),
        cmocka_unit_test(the_next_epoch_heals_it_on_either_branch),
        cmocka_unit_test(a_thief_sets_back_to_the_anchor_and_no_further),
        cmocka_unit_test(whatever_a_thief_signs_the_next_epoch_heals),
        cmocka_unit_test(rivals_arrive_in_every_order),
        cmocka_unit_test(two_notes_of_one_epoch_contest_it_everywhere),
        cmocka_unit_test(a_rival_of_a_closed_note_is_heard_of),
        cmocka_unit_test(an_anchor_is_believed_before_the_target_behind_it),
        cmocka_unit_test(a_fork_between_the_branches_is_not_forgotten),
        cmocka_unit_test(a_third_history_is_fetched_past_two_variants),
        cmocka_unit_test(a_candidate_outlives_its_branch),
        cmocka_unit_test(a_signed_root_of_nothing_is_no_fork),
        cmocka_unit_test(a_variant_gives_way_to_the_branch_of_an_anchor),
        cmocka_unit_test(a_variant_of_an_epoch_that_is_over_leads_nowhere),
        cmocka_unit_test(evidence_under_other_leaves_is_compared_with_them),
        cmocka_unit_test(a_variant_of_a_third_history_is_left),
        cmocka_unit_test(a_rival_that_has_changed_is_nobodys_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
