#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/api.h"
#include "proto/note.h"
#include "proto/receipt.h"
#include "store/roster.h"
#include "tests/lib/fixture.h"

#define T0 1767225600u /* 2026-01-01 */
#define FAR "2999-01-01T00:00:00Z"

static const char public_record[] =
    "{\"kind\":\"technical\",\"organisation\":{\"fr\":\"Centre d'alerte\",\"en\":\"Alert Centre\"},"
    "\"emails\":[{\"address\":\"canary-mail@fr.example\"}],\"name\":{\"en\":\"Canary Person\"},"
    "\"languages\":[\"fr\",\"en\"],\"public\":[\"organisation\",\"languages\"]}";
static const char members_record[] =
    "{\"kind\":\"diplomatic\",\"organisation\":{\"sw\":\"Wizara ya canary\"},\"languages\":[\"sw\"],"
    "\"phones\":[{\"number\":\"+254700000001\"}]}";

struct world {
    struct fixture f;
    struct author *fr, *ke;
    struct api *api;
};

static json_t *live(void *context) {
    (void)context;
    return json_pack("{s:b, s:b, s:[{s:s, s:b, s:s}]}", "running", 1, "confirmed", 1, "peers", "node", "aa",
                     "up", 1, "name", "canary-peer");
}

static int setup(void **state) {
    struct world *w = calloc(1, sizeof *w);

    fixture_open(&w->f);
    w->fr = fixture_state(&w->f, "fr", "{\"fr\":\"la France\",\"en\":\"France\"}");
    w->ke = fixture_state(&w->f, "ke", "{\"en\":\"Kenya\"}");
    fixture_node(w->fr, 1, "tcp://canary-host.fr.example:7400");
    fixture_contact(w->fr, 1, public_record, T0);
    fixture_contact(w->fr, 2, members_record, T0);
    fixture_contact(w->ke, 3, members_record, T0);
    fixture_publish(&w->f, w->fr);
    fixture_publish(&w->f, w->ke);
    w->api = fixture_api(&w->f, live);
    *state = w;
    return 0;
}

static int teardown(void **state) {
    struct world *w = *state;

    api_close(w->api);
    fixture_close(&w->f);
    free(w);
    return 0;
}

static json_t *ask(struct world *w, enum api_view view, const char *path, const char *query, unsigned want) {
    unsigned status;
    json_t *json = api_json(w->api, view, path, query, &status);

    if (status != want)
        fail_msg("%s?%s: %u, not %u: %s", path, query, status, want,
                 json_string_value(json_object_get(json, "detail")));
    return json;
}

static const char *text_at(const json_t *json, const char *key) {
    const char *text = json_string_value(json_object_get(json, key));

    return text == NULL ? "" : text;
}

static void states_are_listed_with_names_counts_and_heads(void **state) {
    struct world *w = *state;
    json_t *json = ask(w, API_PUBLIC, "/api/v1/states", "", 200);
    json_t *states = json_object_get(json, "states"), *fr = json_array_get(states, 0);

    assert_int_equal(json_array_size(states), 2);
    assert_string_equal(text_at(fr, "state"), "FR");
    assert_string_equal(text_at(json_object_get(fr, "names"), "fr"), "la France");
    assert_int_equal(json_integer_value(json_object_get(fr, "contacts")), 2);
    assert_int_equal(json_integer_value(json_object_get(fr, "size")), 4);
    assert_string_equal(text_at(fr, "trust"), "own");
    assert_string_equal(text_at(fr, "freshness"), "none");
    assert_int_equal(strlen(text_at(fr, "root")), 44);
    json_decref(json);
}

static void a_contact_shows_each_view_its_parts(void **state) {
    struct world *w = *state;
    const char *path = "/api/v1/contacts/FR/00000001000000000000000000000001";
    json_t *open = ask(w, API_PUBLIC, path, "", 200), *all = ask(w, API_MEMBERS, path, "", 200);

    assert_null(json_object_get(open, "emails"));
    assert_string_equal(text_at(json_object_get(open, "organisation"), "en"), "Alert Centre");
    assert_string_equal(text_at(json_object_get(open, "parts"), "members"), "withheld");
    assert_string_equal(text_at(json_object_get(open, "parts"), "public"), "held");
    assert_string_equal(text_at(json_object_get(all, "parts"), "members"), "held");
    assert_string_equal(text_at(json_array_get(json_object_get(all, "emails"), 0), "address"),
                        "canary-mail@fr.example");
    assert_int_equal(json_integer_value(json_object_get(all, "index")), 2);
    json_decref(open);
    json_decref(all);
}

static void a_contact_is_found_by_the_beginning_of_its_id(void **state) {
    struct world *w = *state;
    json_t *json = ask(w, API_PUBLIC, "/api/v1/contacts/fr/00000002", "", 200);

    assert_string_equal(text_at(json, "id"), "00000002000000000000000000000002");
    json_decref(json);
    json = ask(w, API_PUBLIC, "/api/v1/contacts/FR/0000", "", 400);
    assert_string_equal(text_at(json, "code"), "AMBIGUOUS");
    json_decref(json);
    json_decref(ask(w, API_PUBLIC, "/api/v1/contacts/FR/00000003", "", 404));
    json_decref(ask(w, API_PUBLIC, "/api/v1/contacts/FR/000", "", 404));
}

static void pages_of_contacts_follow_each_other_without_gap_or_overlap(void **state) {
    struct world *w = *state;
    char query[128] = "limit=1", seen[4][40];
    unsigned count = 0;

    for (bool more = true; more && count < 4; count++) {
        json_t *json = ask(w, API_MEMBERS, "/api/v1/contacts", query, 200);
        json_t *contacts = json_object_get(json, "contacts");
        assert_int_equal(json_array_size(contacts), 1);
        assert_int_equal(json_integer_value(json_object_get(json, "total")), 3);
        snprintf(seen[count], sizeof seen[count], "%s", text_at(json_array_get(contacts, 0), "id"));
        for (unsigned i = 0; i < count; i++)
            assert_string_not_equal(seen[i], seen[count]);
        more = json_is_string(json_object_get(json, "next"));
        snprintf(query, sizeof query, "limit=1&after=%s", text_at(json, "next"));
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
    struct world *w = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *json = ask(w, cases[i].view, "/api/v1/contacts", cases[i].query, 200);
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
    struct world *w = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *json = ask(w, API_MEMBERS, cases[i].path, cases[i].query, cases[i].status);
        assert_true(strlen(text_at(json, "detail")) > 0 && strlen(text_at(json, "code")) > 0);
        json_decref(json);
    }
}

static void a_query_of_the_longest_value_is_taken_and_one_more_byte_is_not(void **state) {
    struct world *w = *state;
    char query[300] = "q=";

    memset(query + 2, 'a', 256);
    json_decref(ask(w, API_PUBLIC, "/api/v1/contacts", query, 200));
    query[2 + 256] = 'a';
    json_decref(ask(w, API_PUBLIC, "/api/v1/contacts", query, 400));
}

static void a_change_is_seen_at_once_and_an_announced_one_at_its_time(void **state) {
    struct world *w = *state;
    const char *path = "/api/v1/contacts/KE/00000003000000000000000000000003";

    json_decref(ask(w, API_PUBLIC, "/api/v1/contacts", "", 200));
    fixture_contact(w->ke, 3,
                    "{\"kind\":\"policy\",\"organisation\":{\"en\":\"Successor\"},\"valid_from\":\"" FAR
                    "\",\"public\":[\"organisation\"]}",
                    T0);
    fixture_contact(w->ke, 4, "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Fourth\"}}", T0);
    fixture_publish(&w->f, w->ke);
    json_t *json = ask(w, API_MEMBERS, "/api/v1/contacts", "q=fourth", 200);
    assert_int_equal(json_integer_value(json_object_get(json, "total")), 1);
    json_decref(json);
    json = ask(w, API_PUBLIC, path, "", 200);
    assert_string_equal(text_at(json, "kind"), "diplomatic");
    assert_string_equal(text_at(json, "successor"), FAR);
    assert_string_equal(text_at(json_object_get(json, "next"), "kind"), "policy");
    json_decref(json);
    json = ask(w, API_PUBLIC, path, "at=" FAR, 200);
    assert_string_equal(text_at(json, "kind"), "policy");
    json_decref(json);
    json = ask(w, API_PUBLIC, "/api/v1/contacts", "q=successor&at=" FAR, 200);
    assert_int_equal(json_integer_value(json_object_get(json, "total")), 1);
    json_decref(json);
    json = ask(w, API_PUBLIC, "/api/v1/contacts", "q=successor", 200);
    assert_int_equal(json_integer_value(json_object_get(json, "total")), 0);
    json_decref(json);
}

static void a_withdrawn_contact_leaves_the_list_but_not_the_history(void **state) {
    struct world *w = *state;
    const char *path = "/api/v1/contacts/FR/00000001000000000000000000000001";
    const char *history = "/api/v1/contacts/FR/00000001000000000000000000000001/history";

    json_decref(ask(w, API_PUBLIC, "/api/v1/contacts", "", 200));
    fixture_withdraw(w->fr, 1, T0 + 1);
    fixture_publish(&w->f, w->fr);
    json_t *json = ask(w, API_PUBLIC, "/api/v1/contacts", "state=FR", 200);
    assert_int_equal(json_integer_value(json_object_get(json, "total")), 1);
    json_decref(json);
    json = ask(w, API_PUBLIC, "/api/v1/contacts", "state=FR&all=1", 200);
    assert_int_equal(json_integer_value(json_object_get(json, "total")), 2);
    json_decref(json);
    json = ask(w, API_PUBLIC, path, "", 200);
    assert_string_equal(text_at(json, "standing"), "withdrawn");
    json_decref(json);
    json = ask(w, API_PUBLIC, history, "", 200);
    json_t *versions = json_object_get(json, "contacts");
    assert_int_equal(json_array_size(versions), 2);
    assert_true(json_is_true(json_object_get(json_array_get(versions, 0), "withdrawn")));
    assert_false(json_is_true(json_object_get(json_array_get(versions, 1), "withdrawn")));
    json_decref(json);
}

static void a_history_says_what_changed_and_who_signed(void **state) {
    struct world *w = *state;
    char operator[2 * KEY_LEN + 1];

    fixture_contact(w->fr, 7, "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Before\"}}", T0);
    fixture_publish(&w->f, w->fr);
    fixture_contact(
        w->fr, 7,
        "{\"kind\":\"technical\",\"organisation\":{\"en\":\"After\"},\"public\":[\"organisation\"]}", T0 + 1);
    fixture_publish(&w->f, w->fr);
    json_t *json =
        ask(w, API_MEMBERS, "/api/v1/contacts/FR/00000007000000000000000000000007/history", "", 200);
    const json_t *versions = json_object_get(json, "contacts"), *newest = json_array_get(versions, 0);
    const json_t *signing = json_object_get(newest, "signed"), *changes = json_object_get(newest, "changes");
    assert_int_equal(json_integer_value(json_object_get(signing, "epoch")), 0);
    assert_true(json_integer_value(json_object_get(signing, "size")) ==
                json_integer_value(json_object_get(newest, "index")) + 1);
    hex_put(operator, w->fr->authority.operator_key[0].b, KEY_LEN);
    assert_string_equal(text_at(signing, "operator"), operator);
    assert_int_equal(json_array_size(changes), 3); /* organisation, valid_from, public */
    assert_string_equal(text_at(json_array_get(changes, 1), "field"), "organisation");
    assert_string_equal(text_at(json_object_get(json_array_get(changes, 1), "before"), "en"), "Before");
    assert_null(json_object_get(json_array_get(json_object_get(json_array_get(versions, 1), "changes"), 0),
                                "before"));
    json_decref(json);
    /* Who may not see what was there before is not told it as a change either. */
    json = ask(w, API_PUBLIC, "/api/v1/contacts/FR/00000007000000000000000000000007/history", "", 200);
    char *text = json_dumps(json, 0);
    assert_null(strstr(text, "Before"));
    free(text);
    json_decref(json);
}

static void a_summary_counts_without_names(void **state) {
    struct world *w = *state;

    fixture_contact(w->fr, 8, "{\"kind\":\"liaison\",\"review_by\":\"2026-01-02\",\"status\":\"suspended\"}",
                    T0);
    fixture_contact(w->fr, 9, "{\"kind\":\"liaison\",\"valid_from\":\"" FAR "\"}", T0);
    fixture_publish(&w->f, w->fr);
    json_t *json = ask(w, API_PUBLIC, "/api/v1/summary", "", 200), *row;
    size_t i, seen = 0;
    json_array_foreach(json_object_get(json, "rows"), i, row) {
        if (strcmp(text_at(row, "kind"), "liaison") != 0)
            continue;
        seen++;
        assert_string_equal(text_at(row, "state"), "FR");
        assert_int_equal(json_integer_value(json_object_get(row, "contacts")), 1);
        assert_int_equal(json_integer_value(json_object_get(row, "suspended")), 1);
        assert_int_equal(json_integer_value(json_object_get(row, "announced")), 1);
        assert_int_equal(json_integer_value(json_object_get(row, "stale")), 1);
    }
    assert_int_equal(seen, 1);
    json_decref(json);
    json = ask(w, API_PUBLIC, "/api/v1/contacts", "kind=liaison&stale=1", 200);
    assert_int_equal(json_integer_value(json_object_get(json, "total")), 1);
    const json_t *contact = json_array_get(json_object_get(json, "contacts"), 0);
    assert_string_equal(json_string_value(json_array_get(json_object_get(contact, "stale"), 0)), "review");
    assert_string_equal(text_at(contact, "review_due"), "2026-01-02T00:00:00Z");
    json_decref(json);
    json_decref(ask(w, API_PUBLIC, "/api/v1/contacts", "open=later", 400));
}

static void the_clock_may_be_asked_back(void **state) {
    struct world *w = *state;

    fixture_contact(w->fr, 1, "{\"kind\":\"legal\",\"valid_from\":\"2026-02-01T00:00:00Z\"}", T0);
    fixture_publish(&w->f, w->fr);
    for (int round = 0; round < 2; round++) {
        json_t *json = ask(w, API_PUBLIC, "/api/v1/contacts", "kind=legal&at=2026-02-02", 200);
        assert_int_equal(json_integer_value(json_object_get(json, "total")), 1);
        json_decref(json);
        json = ask(w, API_PUBLIC, "/api/v1/contacts", "kind=legal&at=2026-01-02", 200);
        assert_int_equal(json_integer_value(json_object_get(json, "total")), 0);
        json_decref(json);
    }
}

static void freshness_follows_the_own_cosignature(void **state) {
    struct world *w = *state;
    uint64_t now = (uint64_t)time(NULL);
    static const struct {
        uint64_t age;
        const char *want;
    } cases[] = {{8 * 86400, "red"}, {37 * 3600, "amber"}, {3600, "green"}};

    for (size_t i = 0; i < 3; i++) {
        fixture_cosign(&w->f, w->fr, 1, now - cases[i].age);
        json_t *json = ask(w, API_PUBLIC, "/api/v1/states/FR", "", 200);
        assert_string_equal(text_at(json, "freshness"), cases[i].want);
        json_decref(json);
    }
}

/* Nothing of a members' part, of the peers or of the drafts may stand in an answer of the public view. */
static void the_public_view_gives_no_byte_of_the_members(void **state) {
    struct world *w = *state;
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
    json_decref(ask(w, API_PUBLIC, "/api/v1/drafts", "", 404));
    for (unsigned i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "/api/v1/logs/%s/entries/%u", w->fr->origin, i);
        json_t *json = ask(w, API_PUBLIC, path, "", 200);
        assert_null(json_object_get(json_object_get(json, "parts"), "members"));
        json_decref(json);
    }
    json_t *json = ask(w, API_MEMBERS, "/api/v1/drafts", "", 200);
    assert_int_equal(json_array_size(json_object_get(json, "drafts")), 1);
    json_decref(json);
    json = ask(w, API_MEMBERS, "/api/v1/network", "", 200);
    assert_int_equal(json_array_size(json_object_get(json, "peers")), 2);
    json_decref(json);
}

static struct digest digest_at(json_t *json, const char *key) {
    struct digest digest = {0};
    size_t len;

    CHECK_OK(base64_get(digest.b, sizeof digest.b, &len, bytes_str(text_at(json, key))));
    return digest;
}

static void an_entry_comes_with_a_proof_that_holds(void **state) {
    struct world *w = *state;
    char path[200];

    for (uint64_t i = 0; i < w->fr->size; i++) {
        snprintf(path, sizeof path, "/api/v1/logs/%s/entries/%u", w->fr->origin, (unsigned)i);
        json_t *json = ask(w, API_MEMBERS, path, "", 200), *node;
        uint8_t leaf[LEAF_MAX];
        size_t len, at;
        struct proof proof = {0};
        CHECK_OK(base64_get(leaf, sizeof leaf, &len, bytes_str(text_at(json, "leaf"))));
        json_array_foreach(json_object_get(json, "inclusion"), at, node) {
            size_t got;
            CHECK_OK(base64_get(proof.node[at].b, DIGEST_LEN, &got, bytes_str(json_string_value(node))));
            proof.count++;
        }
        struct digest root = digest_at(json, "root"), hash = digest_leaf((struct bytes){leaf, len});
        CHECK_OK(merkle_check_inclusion(i, w->fr->size, &hash, &proof, &root));
        json_decref(json);
    }
    snprintf(path, sizeof path, "/api/v1/logs/%s/entries/%u", w->fr->origin, (unsigned)w->fr->size);
    json_decref(ask(w, API_MEMBERS, path, "", 404));
}

static void notes_are_given_with_their_signatures(void **state) {
    struct world *w = *state;
    char path[200];

    snprintf(path, sizeof path, "/api/v1/logs/%s/notes", w->fr->origin);
    json_t *json = ask(w, API_PUBLIC, path, "", 200), *note = json_array_get(json, 0);
    assert_int_equal(json_array_size(json), 1);
    assert_int_equal(strlen(text_at(note, "text")), w->fr->note.text.len);
    json_t *signature = json_array_get(json_object_get(note, "signatures"), 0);
    uint8_t key[KEY_LEN];
    size_t len;
    CHECK_OK(base64_get(key, sizeof key, &len, bytes_str(text_at(signature, "key"))));
    assert_memory_equal(key, w->fr->note.signature[0].key.b, KEY_LEN);
    json_decref(json);
}

static void tiles_have_exactly_the_width_asked(void **state) {
    struct world *w = *state;
    static const struct {
        const char *tile;
        unsigned status;
        size_t len;
    } cases[] = {
        {"0/000", 200, 8192},
        {"0/001", 200, 8192},
        {"0/002.p/88", 200, 88 * 32},
        {"0/002.p/1", 200, 32},
        {"0/002.p/89", 404, 0},
        {"0/002", 404, 0},
        {"1/000.p/2", 200, 64},
        {"1/000.p/3", 404, 0},
        {"1/000", 404, 0},
        {"2/000.p/1", 404, 0},
        {"0/000.p/0", 404, 0},
        {"0/000.p/256", 404, 0},
        {"0/000.p/01", 404, 0},
        {"0/0", 404, 0},
        {"0/x000/000", 404, 0},
        {"0/x001/000", 404, 0},
        {"64/000", 404, 0},
        {"8/000.p/1", 404, 0},
        {"0/x999/x999/x999/x999/x999/x999/999", 404, 0},
        {"0", 404, 0},
        {"0/x001/x001/x001/x001/x001/x001/x001/001", 404, 0},
    };
    char path[300];

    author_fill(w->fr, 600 - w->fr->size, 100, 0);
    fixture_publish(&w->f, w->fr);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct api_reply reply;
        snprintf(path, sizeof path, "/log/%s/tile/%s", w->fr->origin, cases[i].tile);
        api_get(w->api, API_PUBLIC, path, "", &reply);
        if (reply.status != cases[i].status || (reply.status == 200 && reply.len != cases[i].len))
            fail_msg("%s: %u, %zu bytes", cases[i].tile, reply.status, reply.len);
        free(reply.body);
    }
    struct api_reply reply;
    struct digest hash = digest_leaf(w->fr->entry[513].leaf);
    snprintf(path, sizeof path, "/log/%s/tile/0/002.p/88", w->fr->origin);
    api_get(w->api, API_PUBLIC, path, "", &reply);
    assert_memory_equal(reply.body + 32, hash.b, DIGEST_LEN);
    free(reply.body);
    snprintf(path, sizeof path, "/log/%s/tile/entries/002.p/88", w->fr->origin);
    api_get(w->api, API_PUBLIC, path, "", &reply);
    assert_int_equal(reply.status, 200);
    size_t len = w->fr->entry[512].leaf.len;
    assert_int_equal((uint8_t)reply.body[0] << 8 | (uint8_t)reply.body[1], len);
    assert_memory_equal(reply.body + 2, w->fr->entry[512].leaf.ptr, len);
    free(reply.body);
    snprintf(path, sizeof path, "/log/%s/tile/entries/003", w->fr->origin);
    api_get(w->api, API_PUBLIC, path, "", &reply);
    assert_int_equal(reply.status, 404);
    free(reply.body);
}

static void the_checkpoint_is_a_signed_note(void **state) {
    struct world *w = *state;
    struct api_reply reply;
    struct note note;
    struct signature signature;
    char path[200];

    snprintf(path, sizeof path, "/log/%s/checkpoint", w->fr->origin);
    api_get(w->api, API_PUBLIC, path, "", &reply);
    assert_int_equal(reply.status, 200);
    CHECK_OK(note_parse((struct bytes){(uint8_t *)reply.body, reply.len}, &note));
    struct note_key key = {w->fr->origin, KEY_TYPE_ED25519, w->fr->authority.operator_key[0]};
    CHECK_OK(note_verify(&note, &key, &signature));
    free(reply.body);
}

static void answers_are_inert_and_tagged(void **state) {
    struct world *w = *state;
    struct api_reply first, second;

    fixture_contact(w->fr, 9,
                    "{\"kind\":\"technical\",\"organisation\":{\"en\":\"</script>\\u202e\\u2028\"},"
                    "\"public\":[\"organisation\"]}",
                    T0);
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
    struct world *w = *state;
    char stamp[64];
    json_t *json = ask(w, API_PUBLIC, "/api/v1/status", "", 200);

    snprintf(stamp, sizeof stamp, "%s", text_at(json, "stamp"));
    json_decref(json);
    json = ask(w, API_PUBLIC, "/api/v1/status", "", 200);
    assert_string_equal(text_at(json, "stamp"), stamp);
    assert_int_equal(json_integer_value(json_object_get(json, "contacts")), 3);
    json_decref(json);
    fixture_contact(w->fr, 9, "{\"kind\":\"technical\"}", T0);
    fixture_publish(&w->f, w->fr);
    json = ask(w, API_PUBLIC, "/api/v1/status", "", 200);
    assert_string_not_equal(text_at(json, "stamp"), stamp);
    assert_int_equal(json_integer_value(json_object_get(json, "contacts")), 4);
    json_decref(json);
}

static void an_unpinned_state_leaves_the_directory(void **state) {
    struct world *w = *state;
    struct txn t;

    json_decref(ask(w, API_PUBLIC, "/api/v1/contacts", "", 200));
    txn_begin(&t, w->f.store, true);
    roster_remove(&t, w->ke->origin);
    CHECK_OK(txn_commit(&t));
    api_changed(w->api);
    json_t *json = ask(w, API_PUBLIC, "/api/v1/contacts", "", 200);
    assert_int_equal(json_integer_value(json_object_get(json, "total")), 2);
    json_decref(json);
    json_decref(ask(w, API_PUBLIC, "/api/v1/states/KE", "", 404));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* A receipt as the API gives it, read and judged. */
static void judge(struct world *w, enum api_view view, const char *path, const char *query,
                  struct receipt *receipt, struct receipt_report *report, struct api_reply *reply) {
    static uint8_t extra[RECEIPT_EXTRA_MAX];
    static struct authority chain[EPOCHS_MAX];

    api_get(w->api, view, path, query, reply);
    if (reply->status != 200)
        fail_msg("%s?%s: %u %.*s", path, query, reply->status, (int)reply->len, reply->body);
    CHECK_OK(
        receipt_read((struct bytes){(uint8_t *)reply->body, reply->len}, extra, receipt, &report->place));
    CHECK_OK(receipt_check(receipt, chain, report));
}

static void a_receipt_proves_a_contact_to_each_view(void **state) {
    struct world *w = *state;
    const char *path = "/api/v1/contacts/FR/00000001000000000000000000000001/receipt";
    static struct receipt receipt;
    static struct receipt_report report;
    static const struct {
        enum api_view view;
        const char *query;
        enum part_state members;
    } cases[] = {{API_MEMBERS, "", PART_HELD},
                 {API_MEMBERS, "public=1", PART_WITHHELD},
                 {API_PUBLIC, "", PART_WITHHELD},
                 {API_PUBLIC, "public=0", PART_WITHHELD}};

    fixture_cosign(&w->f, w->fr, 1, T0 + 5);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct api_reply reply;
        judge(w, cases[i].view, path, cases[i].query, &receipt, &report, &reply);
        assert_int_equal(receipt.entry.part[PART_PUBLIC].state, PART_HELD);
        assert_int_equal(receipt.entry.part[PART_MEMBERS].state, cases[i].members);
        assert_string_equal(report.checkpoint.origin, w->fr->origin);
        assert_int_equal(report.cosignatures, 1);
        assert_true(bytes_is(report.cosignature[0].witness->origin, w->fr->origin));
        assert_string_equal(reply.type, "text/plain; charset=utf-8");
        assert_string_equal(reply.file, "fr-000000010000.tlog-proof");
        free(reply.body);
    }
    json_decref(ask(w, API_PUBLIC, path, "public=2", 400));
    json_decref(ask(w, API_PUBLIC, "/api/v1/contacts/FR/00000009/receipt", "", 404));
}

static void every_entry_has_a_receipt(void **state) {
    struct world *w = *state;
    static struct receipt receipt;
    static struct receipt_report report;

    for (uint64_t i = 0; i < w->fr->size; i++) {
        char path[200];
        struct api_reply reply;
        snprintf(path, sizeof path, "/api/v1/logs/%s/entries/%u/receipt", w->fr->origin, (unsigned)i);
        judge(w, API_MEMBERS, path, "", &receipt, &report, &reply);
        assert_true(receipt.index == i);
        free(reply.body);
    }
}

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
        TEST(an_entry_comes_with_a_proof_that_holds),
        TEST(notes_are_given_with_their_signatures),
        TEST(tiles_have_exactly_the_width_asked),
        TEST(the_checkpoint_is_a_signed_note),
        TEST(answers_are_inert_and_tagged),
        TEST(the_stamp_moves_when_something_has_changed),
        TEST(an_unpinned_state_leaves_the_directory),
        TEST(a_receipt_proves_a_contact_to_each_view),
        TEST(every_entry_has_a_receipt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
