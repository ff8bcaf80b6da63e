/* The directory through the API: States, contacts, their history, and what each view sees of them. */
#include "tests/lib/apiworld.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/roster.h"

#define FAR "2999-01-01T00:00:00Z"

static void states_are_listed_with_names_counts_and_heads(void **state) {
    struct apiworld *w = *state;
    json_t *json = apiworld_ask(w, API_PUBLIC, "/api/v1/states", "", 200);
    json_t *states = json_object_get(json, "states"), *fr = json_array_get(states, 0);

    assert_int_equal(json_array_size(states), 2);
    assert_string_equal(apiworld_text(fr, "state"), "FR");
    assert_string_equal(apiworld_text(json_object_get(fr, "names"), "fr"), "la France");
    assert_int_equal(json_integer_value(json_object_get(fr, "contacts")), 2);
    assert_int_equal(json_integer_value(json_object_get(fr, "size")), 4);
    assert_string_equal(apiworld_text(fr, "trust"), "own");
    assert_string_equal(apiworld_text(fr, "freshness"), "none");
    assert_int_equal(strlen(apiworld_text(fr, "root")), 44);
    json_decref(json);
}

static void a_contact_shows_each_view_its_parts(void **state) {
    struct apiworld *w = *state;
    const char *path = "/api/v1/contacts/FR/00000001000000000000000000000001";
    json_t *open = apiworld_ask(w, API_PUBLIC, path, "", 200),
           *all = apiworld_ask(w, API_MEMBERS, path, "", 200);

    assert_null(json_object_get(open, "emails"));
    assert_string_equal(apiworld_text(json_object_get(open, "organisation"), "en"), "Alert Centre");
    assert_string_equal(apiworld_text(json_object_get(open, "parts"), "members"), "withheld");
    assert_string_equal(apiworld_text(json_object_get(open, "parts"), "public"), "held");
    assert_string_equal(apiworld_text(json_object_get(all, "parts"), "members"), "held");
    assert_string_equal(apiworld_text(json_array_get(json_object_get(all, "emails"), 0), "address"),
                        "canary-mail@fr.example");
    assert_int_equal(json_integer_value(json_object_get(all, "index")), 2);
    json_decref(open);
    json_decref(all);
}

static void a_contact_is_found_by_the_beginning_of_its_id(void **state) {
    struct apiworld *w = *state;
    json_t *json = apiworld_ask(w, API_PUBLIC, "/api/v1/contacts/fr/00000002", "", 200);

    assert_string_equal(apiworld_text(json, "id"), "00000002000000000000000000000002");
    json_decref(json);
    json = apiworld_ask(w, API_PUBLIC, "/api/v1/contacts/FR/0000", "", 400);
    assert_string_equal(apiworld_text(json, "code"), "AMBIGUOUS");
    json_decref(json);
    json_decref(apiworld_ask(w, API_PUBLIC, "/api/v1/contacts/FR/00000003", "", 404));
    json_decref(apiworld_ask(w, API_PUBLIC, "/api/v1/contacts/FR/000", "", 404));
}

static void pages_of_contacts_follow_each_other_without_gap_or_overlap(void **state) {
    struct apiworld *w = *state;
    char query[128] = "limit=1", seen[4][40];
    unsigned count = 0;

    for (bool more = true; more && count < 4; count++) {
        json_t *json = apiworld_ask(w, API_MEMBERS, "/api/v1/contacts", query, 200);
        json_t *contacts = json_object_get(json, "contacts");
        assert_int_equal(json_array_size(contacts), 1);
        assert_int_equal(json_integer_value(json_object_get(json, "total")), 3);
        snprintf(seen[count], sizeof seen[count], "%s", apiworld_text(json_array_get(contacts, 0), "id"));
        for (unsigned i = 0; i < count; i++)
            assert_string_not_equal(seen[i], seen[count]);
        more = json_is_string(json_object_get(json, "next"));
        snprintf(query, sizeof query, "limit=1&after=%s", apiworld_text(json, "next"));
        json_decref(json);
    }
    assert_int_equal(count, 3);
}

static void contacts_are_filtered(void **state) {
    static const struct {
        const char *query;
        enum api_view view;
        int total;
    } cases[] = {
        {"q=alert", API_PUBLIC, 1},
        {"q=ALERT+centre", API_PUBLIC, 1},
        {"q=canary", API_PUBLIC, 0},
        {"q=canary", API_MEMBERS, 3},
        {"q=canary-mail", API_MEMBERS, 1},
        {"q=kenya", API_PUBLIC, 1},
        {"state=ke", API_PUBLIC, 1},
        {"kind=diplomatic", API_PUBLIC, 2},
        {"language=fr", API_PUBLIC, 1},
        {"language=sw", API_PUBLIC, 0},
        {"language=sw", API_MEMBERS, 2},
        {"q=%2B2547", API_MEMBERS, 2},
        {"q=france&kind=technical", API_PUBLIC, 1},
    };
    struct apiworld *w = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *json = apiworld_ask(w, cases[i].view, "/api/v1/contacts", cases[i].query, 200);
        if (json_integer_value(json_object_get(json, "total")) != cases[i].total)
            fail_msg("%s: %lld", cases[i].query, json_integer_value(json_object_get(json, "total")));
        json_decref(json);
    }
}

static void what_does_not_follow_the_rules_is_refused(void **state) {
    static const struct {
        const char *path, *query;
        unsigned status;
    } cases[] = {
        {"/api/v1/contacts", "limit=0", 400},
        {"/api/v1/contacts", "limit=501", 400},
        {"/api/v1/contacts", "limit=1e3", 400},
        {"/api/v1/contacts", "limit=-1", 400},
        {"/api/v1/contacts", "limit=18446744073709551616", 400},
        {"/api/v1/contacts", "state=FRA", 400},
        {"/api/v1/contacts", "at=yesterday", 400},
        {"/api/v1/contacts", "after=FR", 400},
        {"/api/v1/contacts", "after=FR/00000009000000000000000000000009", 400},
        {"/api/v1/contacts", "all=2", 400},
        {"/api/v1/contacts", "q=a&q=b", 400},
        {"/api/v1/contacts", "wanted=1", 400},
        {"/api/v1/contacts", "q=%zz", 400},
        {"/api/v1/contacts", "q=%00", 400},
        {"/api/v1/contacts", "q=%ff", 400},
        {"/api/v1/states", "q=x", 400},
        {"/api/v1/states/XX", "", 404},
        {"/api/v1/states/F", "", 404},
        {"/api/v1/states/", "", 404},
        {"/api/v1//states", "", 404},
        {"/api/v1/states/../states", "", 404},
        {"/api/v1/states/%46R", "", 404},
        {"/api/v1/logs/test.example/fr", "", 404},
        {"/api/v1/logs/test.example/fr/0000000000000000", "", 404},
        {"", "", 404},
        {"/", "", 404},
    };
    struct apiworld *w = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *json = apiworld_ask(w, API_MEMBERS, cases[i].path, cases[i].query, cases[i].status);
        assert_true(strlen(apiworld_text(json, "detail")) > 0 && strlen(apiworld_text(json, "code")) > 0);
        json_decref(json);
    }
}

static void a_query_of_the_longest_value_is_taken_and_one_more_byte_is_not(void **state) {
    struct apiworld *w = *state;
    char query[300] = "q=";

    memset(query + 2, 'a', 256);
    json_decref(apiworld_ask(w, API_PUBLIC, "/api/v1/contacts", query, 200));
    query[2 + 256] = 'a';
    json_decref(apiworld_ask(w, API_PUBLIC, "/api/v1/contacts", query, 400));
}

static void a_change_is_seen_at_once_and_an_announced_one_at_its_time(void **state) {
    struct apiworld *w = *state;
    const char *path = "/api/v1/contacts/KE/00000003000000000000000000000003";

    json_decref(apiworld_ask(w, API_PUBLIC, "/api/v1/contacts", "", 200));
    fixture_contact(w->ke, 3,
                    "{\"kind\":\"policy\",\"organisation\":{\"en\":\"Successor\"},\"valid_from\":\"" FAR
                    "\",\"public\":[\"organisation\"]}",
                    APIWORLD_T0);
    fixture_contact(w->ke, 4, "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Fourth\"}}", APIWORLD_T0);
    fixture_publish(&w->f, w->ke);
    json_t *json = apiworld_ask(w, API_MEMBERS, "/api/v1/contacts", "q=fourth", 200);
    assert_int_equal(json_integer_value(json_object_get(json, "total")), 1);
    json_decref(json);
    json = apiworld_ask(w, API_PUBLIC, path, "", 200);
    assert_string_equal(apiworld_text(json, "kind"), "diplomatic");
    assert_string_equal(apiworld_text(json, "successor"), FAR);
    assert_string_equal(apiworld_text(json_object_get(json, "next"), "kind"), "policy");
    json_decref(json);
    json = apiworld_ask(w, API_PUBLIC, path, "at=" FAR, 200);
    assert_string_equal(apiworld_text(json, "kind"), "policy");
    json_decref(json);
    json = apiworld_ask(w, API_PUBLIC, "/api/v1/contacts", "q=successor&at=" FAR, 200);
    assert_int_equal(json_integer_value(json_object_get(json, "total")), 1);
    json_decref(json);
    json = apiworld_ask(w, API_PUBLIC, "/api/v1/contacts", "q=successor", 200);
    assert_int_equal(json_integer_value(json_object_get(json, "total")), 0);
    json_decref(json);
}

static void a_withdrawn_contact_leaves_the_list_but_not_the_history(void **state) {
    struct apiworld *w = *state;
    const char *path = "/api/v1/contacts/FR/00000001000000000000000000000001";
    const char *history = "/api/v1/contacts/FR/00000001000000000000000000000001/history";

    json_decref(apiworld_ask(w, API_PUBLIC, "/api/v1/contacts", "", 200));
    fixture_withdraw(w->fr, 1, APIWORLD_T0 + 1);
    fixture_publish(&w->f, w->fr);
    json_t *json = apiworld_ask(w, API_PUBLIC, "/api/v1/contacts", "state=FR", 200);
    assert_int_equal(json_integer_value(json_object_get(json, "total")), 1);
    json_decref(json);
    json = apiworld_ask(w, API_PUBLIC, "/api/v1/contacts", "state=FR&all=1", 200);
    assert_int_equal(json_integer_value(json_object_get(json, "total")), 2);
    json_decref(json);
    json = apiworld_ask(w, API_PUBLIC, path, "", 200);
    assert_string_equal(apiworld_text(json, "standing"), "withdrawn");
    json_decref(json);
    json = apiworld_ask(w, API_PUBLIC, history, "", 200);
    json_t *versions = json_object_get(json, "contacts");
    assert_int_equal(json_array_size(versions), 2);
    assert_true(json_is_true(json_object_get(json_array_get(versions, 0), "withdrawn")));
    assert_false(json_is_true(json_object_get(json_array_get(versions, 1), "withdrawn")));
    json_decref(json);
}

static void a_history_says_what_changed_and_who_signed(void **state) {
    struct apiworld *w = *state;
    char operator[2 * KEY_LEN + 1];

    fixture_contact(w->fr, 7, "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Before\"}}", APIWORLD_T0);
    fixture_publish(&w->f, w->fr);
    fixture_contact(
        w->fr, 7,
        "{\"kind\":\"technical\",\"organisation\":{\"en\":\"After\"},\"public\":[\"organisation\"]}",
        APIWORLD_T0 + 1);
    fixture_publish(&w->f, w->fr);
    json_t *json =
        apiworld_ask(w, API_MEMBERS, "/api/v1/contacts/FR/00000007000000000000000000000007/history", "", 200);
    const json_t *versions = json_object_get(json, "contacts"), *newest = json_array_get(versions, 0);
    const json_t *signing = json_object_get(newest, "signed"), *changes = json_object_get(newest, "changes");
    assert_int_equal(json_integer_value(json_object_get(signing, "epoch")), 0);
    assert_true(json_integer_value(json_object_get(signing, "size")) ==
                json_integer_value(json_object_get(newest, "index")) + 1);
    hex_put(operator, w->fr->authority.operator_key[0].b, KEY_LEN);
    assert_string_equal(apiworld_text(signing, "operator"), operator);
    assert_int_equal(json_array_size(changes), 3); /* organisation, valid_from, public */
    assert_string_equal(apiworld_text(json_array_get(changes, 1), "field"), "organisation");
    assert_string_equal(apiworld_text(json_object_get(json_array_get(changes, 1), "before"), "en"), "Before");
    assert_null(json_object_get(json_array_get(json_object_get(json_array_get(versions, 1), "changes"), 0),
                                "before"));
    json_decref(json);
    /* Who may not see what was there before is not told it as a change either. */
    json =
        apiworld_ask(w, API_PUBLIC, "/api/v1/contacts/FR/00000007000000000000000000000007/history", "", 200);
    char *text = json_dumps(json, 0);
    assert_null(strstr(text, "Before"));
    free(text);
    json_decref(json);
}

static void a_summary_counts_without_names(void **state) {
    struct apiworld *w = *state;

    fixture_contact(w->fr, 8, "{\"kind\":\"liaison\",\"review_by\":\"2026-01-02\",\"status\":\"suspended\"}",
                    APIWORLD_T0);
    fixture_contact(w->fr, 9, "{\"kind\":\"liaison\",\"valid_from\":\"" FAR "\"}", APIWORLD_T0);
    fixture_publish(&w->f, w->fr);
    json_t *json = apiworld_ask(w, API_PUBLIC, "/api/v1/summary", "", 200), *row;
    size_t i, seen = 0;
    json_array_foreach(json_object_get(json, "rows"), i, row) {
        if (strcmp(apiworld_text(row, "kind"), "liaison") != 0)
            continue;
        seen++;
        assert_string_equal(apiworld_text(row, "state"), "FR");
        assert_int_equal(json_integer_value(json_object_get(row, "contacts")), 1);
        assert_int_equal(json_integer_value(json_object_get(row, "suspended")), 1);
        assert_int_equal(json_integer_value(json_object_get(row, "announced")), 1);
        assert_int_equal(json_integer_value(json_object_get(row, "stale")), 1);
    }
    assert_int_equal(seen, 1);
    json_decref(json);
    json = apiworld_ask(w, API_PUBLIC, "/api/v1/contacts", "kind=liaison&stale=1", 200);
    assert_int_equal(json_integer_value(json_object_get(json, "total")), 1);
    const json_t *contact = json_array_get(json_object_get(json, "contacts"), 0);
    assert_string_equal(json_string_value(json_array_get(json_object_get(contact, "stale"), 0)), "review");
    assert_string_equal(apiworld_text(contact, "review_due"), "2026-01-02T00:00:00Z");
    json_decref(json);
    json_decref(apiworld_ask(w, API_PUBLIC, "/api/v1/contacts", "open=later", 400));
}

static void the_clock_may_be_asked_back(void **state) {
    struct apiworld *w = *state;

    fixture_contact(w->fr, 1, "{\"kind\":\"legal\",\"valid_from\":\"2026-02-01T00:00:00Z\"}", APIWORLD_T0);
    fixture_publish(&w->f, w->fr);
    for (int round = 0; round < 2; round++) {
        json_t *json = apiworld_ask(w, API_PUBLIC, "/api/v1/contacts", "kind=legal&at=2026-02-02", 200);
        assert_int_equal(json_integer_value(json_object_get(json, "total")), 1);
        json_decref(json);
        json = apiworld_ask(w, API_PUBLIC, "/api/v1/contacts", "kind=legal&at=2026-01-02", 200);
        assert_int_equal(json_integer_value(json_object_get(json, "total")), 0);
        json_decref(json);
    }
}

static void freshness_follows_the_own_cosignature(void **state) {
    struct apiworld *w = *state;
    uint64_t now = (uint64_t)time(NULL);
    static const struct {
        uint64_t age;
        const char *want;
    } cases[] = {{8 * 86400, "red"}, {37 * 3600, "amber"}, {3600, "green"}};

    for (size_t i = 0; i < 3; i++) {
        fixture_cosign(&w->f, w->fr, 1, now - cases[i].age);
        json_t *json = apiworld_ask(w, API_PUBLIC, "/api/v1/states/FR", "", 200);
        assert_string_equal(apiworld_text(json, "freshness"), cases[i].want);
        json_decref(json);
    }
}

/* Nothing of a members' part, of the peers or of the drafts may stand in an answer of the public view. */
static void the_public_view_gives_no_byte_of_the_members(void **state) {
    struct apiworld *w = *state;
    char path[200];
    struct txn t;

    txn_begin(&t, w->f.store, true);
    drafts_add(&t, bytes_str("{\"action\":\"put\",\"record\":{\"note\":\"canary-draft\"}}"));
    struct peer_row row = {
        .node = {{1}}, .name = "canary-peer", .address = "tcp://canary.example:1", .configured = true};
    peers_put(&t, &row);
    CHECK_OK(txn_commit(&t));
    static const char *const paths[] = {
        "/api/v1/states",
        "/api/v1/states/FR",
        "/api/v1/contacts",
        "/api/v1/contacts/FR/00000001000000000000000000000001",
        "/api/v1/contacts/KE/00000003000000000000000000000003",
        "/api/v1/contacts/KE/00000003000000000000000000000003/history",
        "/api/v1/logs",
        "/api/v1/network",
        "/api/v1/status",
        "/api/v1/summary",
        "/api/v1/drafts",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct api_reply reply;
        api_get(w->api, API_PUBLIC, paths[i], "", &reply);
        if (memmem(reply.body, reply.len, "canary", 6) != NULL || strstr(reply.body, "+2547") != NULL)
            fail_msg("%s: %s", paths[i], reply.body);
        free(reply.body);
    }
    json_decref(apiworld_ask(w, API_PUBLIC, "/api/v1/drafts", "", 404));
    for (unsigned i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "/api/v1/logs/%s/entries/%u", w->fr->origin, i);
        json_t *json = apiworld_ask(w, API_PUBLIC, path, "", 200);
        assert_null(json_object_get(json_object_get(json, "parts"), "members"));
        json_decref(json);
    }
    json_t *json = apiworld_ask(w, API_MEMBERS, "/api/v1/drafts", "", 200);
    assert_int_equal(json_array_size(json_object_get(json, "drafts")), 1);
    json_decref(json);
    json = apiworld_ask(w, API_MEMBERS, "/api/v1/network", "", 200);
    assert_int_equal(json_array_size(json_object_get(json, "peers")), 2);
    json_decref(json);
}

static void answers_are_inert_and_tagged(void **state) {
    struct apiworld *w = *state;
    struct api_reply first, second;

    fixture_contact(w->fr, 9,
                    "{\"kind\":\"technical\",\"organisation\":{\"en\":\"</script>\\u202e\\u2028\"},"
                    "\"public\":[\"organisation\"]}",
                    APIWORLD_T0);
    fixture_publish(&w->f, w->fr);
    api_get(w->api, API_PUBLIC, "/api/v1/contacts", "", &first);
    api_get(w->api, API_PUBLIC, "/api/v1/contacts", "", &second);
    assert_string_equal(first.etag, second.etag);
    assert_int_equal(first.etag[0], '"');
    assert_null(memchr(first.body, '<', first.len));
    assert_null(memmem(first.body, first.len, "\xe2\x80\xae", 3));
    assert_non_null(memmem(first.body, first.len, "\\u003c/script>\\u202e\\u2028", 25));
    free(first.body);
    free(second.body);
}

static void the_stamp_moves_when_something_has_changed(void **state) {
    struct apiworld *w = *state;
    char stamp[64];
    json_t *json = apiworld_ask(w, API_PUBLIC, "/api/v1/status", "", 200);

    snprintf(stamp, sizeof stamp, "%s", apiworld_text(json, "stamp"));
    json_decref(json);
    json = apiworld_ask(w, API_PUBLIC, "/api/v1/status", "", 200);
    assert_string_equal(apiworld_text(json, "stamp"), stamp);
    assert_int_equal(json_integer_value(json_object_get(json, "contacts")), 3);
    json_decref(json);
    fixture_contact(w->fr, 9, "{\"kind\":\"technical\"}", APIWORLD_T0);
    fixture_publish(&w->f, w->fr);
    json = apiworld_ask(w, API_PUBLIC, "/api/v1/status", "", 200);
    assert_string_not_equal(apiworld_text(json, "stamp"), stamp);
    assert_int_equal(json_integer_value(json_object_get(json, "contacts")), 4);
    json_decref(json);
}

static void an_unpinned_state_leaves_the_directory(void **state) {
    struct apiworld *w = *state;
    struct txn t;

    json_decref(apiworld_ask(w, API_PUBLIC, "/api/v1/contacts", "", 200));
    txn_begin(&t, w->f.store, true);
    roster_remove(&t, w->ke->origin);
    CHECK_OK(txn_commit(&t));
    api_changed(w->api);
    json_t *json = apiworld_ask(w, API_PUBLIC, "/api/v1/contacts", "", 200);
    assert_int_equal(json_integer_value(json_object_get(json, "total")), 2);
    json_decref(json);
    json_decref(apiworld_ask(w, API_PUBLIC, "/api/v1/states/KE", "", 404));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, apiworld_open, apiworld_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(states_are_listed_with_names_counts_and_heads),
        TEST(a_contact_shows_each_view_its_parts),
        TEST(a_contact_is_found_by_the_beginning_of_its_id),
        TEST(pages_of_contacts_follow_each_other_without_gap_or_overlap),
        TEST(contacts_are_filtered),
        TEST(what_does_not_follow_the_rules_is_refused),
        TEST(a_query_of_the_longest_value_is_taken_and_one_more_byte_is_not),
        TEST(a_change_is_seen_at_once_and_an_announced_one_at_its_time),
        TEST(a_withdrawn_contact_leaves_the_list_but_not_the_history),
        TEST(a_history_says_what_changed_and_who_signed),
        TEST(a_summary_counts_without_names),
        TEST(the_clock_may_be_asked_back),
        TEST(freshness_follows_the_own_cosignature),
        TEST(the_public_view_gives_no_byte_of_the_members),
        TEST(answers_are_inert_and_tagged),
        TEST(the_stamp_moves_when_something_has_changed),
        TEST(an_unpinned_state_leaves_the_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
