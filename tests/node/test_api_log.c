/* The logs through the API: entries, notes, tiles, checkpoints and receipts, and that each proof holds. */
#include "tests/lib/apiworld.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/note.h"
#include "proto/receipt.h"

static struct digest digest_at(json_t *json, const char *key) {
    struct digest digest = {0};
    size_t len;

    CHECK_OK(base64_get(digest.b, sizeof digest.b, &len, bytes_str(apiworld_text(json, key))));
    return digest;
}

static void an_entry_comes_with_a_proof_that_holds(void **state) {
    struct apiworld *w = *state;
    char path[200];

    for (uint64_t i = 0; i < w->fr->size; i++) {
        snprintf(path, sizeof path, "/api/v1/logs/%s/entries/%u", w->fr->origin, (unsigned)i);
        json_t *json = apiworld_ask(w, API_MEMBERS, path, "", 200), *node;
        uint8_t leaf[LEAF_MAX];
        size_t len, at;
        struct proof proof = {0};
        CHECK_OK(base64_get(leaf, sizeof leaf, &len, bytes_str(apiworld_text(json, "leaf"))));
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
    json_decref(apiworld_ask(w, API_MEMBERS, path, "", 404));
}

static void notes_are_given_with_their_signatures(void **state) {
    struct apiworld *w = *state;
    char path[200];

    snprintf(path, sizeof path, "/api/v1/logs/%s/notes", w->fr->origin);
    json_t *json = apiworld_ask(w, API_PUBLIC, path, "", 200), *note = json_array_get(json, 0);
    assert_int_equal(json_array_size(json), 1);
    assert_int_equal(strlen(apiworld_text(note, "text")), w->fr->note.text.len);
    json_t *signature = json_array_get(json_object_get(note, "signatures"), 0);
    uint8_t key[KEY_LEN];
    size_t len;
    CHECK_OK(base64_get(key, sizeof key, &len, bytes_str(apiworld_text(signature, "key"))));
    assert_memory_equal(key, w->fr->note.signature[0].key.b, KEY_LEN);
    json_decref(json);
}

static void tiles_have_exactly_the_width_asked(void **state) {
    struct apiworld *w = *state;
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
    struct apiworld *w = *state;
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

/* A receipt as the API gives it, read and judged. */
static void judge(struct apiworld *w, enum api_view view, const char *path, const char *query,
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
    struct apiworld *w = *state;
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

    fixture_cosign(&w->f, w->fr, 1, APIWORLD_T0 + 5);
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
    json_decref(apiworld_ask(w, API_PUBLIC, path, "public=2", 400));
    json_decref(apiworld_ask(w, API_PUBLIC, "/api/v1/contacts/FR/00000009/receipt", "", 404));
}

static void every_entry_has_a_receipt(void **state) {
    struct apiworld *w = *state;
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, apiworld_open, apiworld_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_entry_comes_with_a_proof_that_holds),  TEST(notes_are_given_with_their_signatures),
        TEST(tiles_have_exactly_the_width_asked),      TEST(the_checkpoint_is_a_signed_note),
        TEST(a_receipt_proves_a_contact_to_each_view), TEST(every_entry_has_a_receipt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
