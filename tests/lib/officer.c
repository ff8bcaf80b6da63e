#include "tests/lib/officer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/ledger.h"

#define NOW 1767225600u

static void give_up(const char *what) {
    fprintf(stderr, "officer: %s\n", what);
    abort();
}

void (*officer_failed)(const char *what) = give_up;

static void must(bool good, const char *what) {
    if (!good)
        officer_failed(what);
}

static uint64_t now_s(void) {
    return NOW;
}

static void seed(uint8_t number, uint8_t which, uint8_t ret[static KEY_SEED_LEN]) {
    memset(ret, number, KEY_SEED_LEN);
    ret[0] = which;
}

void officer_use(struct officer *o, struct store *store) {
    o->store = store;
    o->ops = (struct ops){
        .store = store, .network = o->note.authority.network, .origin = o->origin, .now_s = now_s};
}

static void open_store(struct officer *o) {
    char path[TMP_LEN + 8];
    struct store_options options = {.network = o->note.authority.network, .map_bytes = 1u << 30};

    snprintf(path, sizeof path, "%s/db", o->dir);
    must(!store_open(path, &options, &o->store), "store");
    officer_use(o, o->store);
}

json_t *officer_call_bytes(struct officer *o, const char *name, struct bytes body, enum ops_status want) {
    struct ops_reply reply;

    ops_call(&o->ops, name, body, &reply);
    json_t *answer = json_loadb(reply.body, reply.len, JSON_REJECT_DUPLICATES, NULL);
    if (reply.status != want)
        fprintf(stderr, "%s: status %d: %.*s\n", name, (int)reply.status, (int)reply.len, reply.body);
    must(reply.status == want && json_is_object(answer), name);
    free(reply.body);
    return answer;
}

json_t *officer_call(struct officer *o, const char *name, json_t *body, enum ops_status want) {
    char *text = json_dumps(body, JSON_COMPACT);

    must(text != NULL, name);
    json_t *answer = officer_call_bytes(o, name, bytes_str(text), want);
    free(text);
    json_decref(body);
    return answer;
}

static enum err submit(void *context, struct bytes message) {
    struct officer *o = context;
    struct ops_reply reply;

    o->submits++;
    ops_call(&o->ops, "submit", message, &reply);
    free(reply.body);
    return reply.status == OPS_DONE ? ERR_OK : ERR_DENIED;
}

static enum err drop(void *context, const struct pending_draft *draft, uint32_t count) {
    struct officer *o = context;
    json_t *drafts = json_array();

    for (uint32_t i = 0; i < count; i++) {
        char sum[2 * DIGEST_LEN + 1];
        hex_put(sum, draft[i].sum.b, DIGEST_LEN);
        json_array_append_new(drafts, json_pack("{s:I, s:s}", "seq", (json_int_t)draft[i].seq, "sum", sum));
    }
    json_decref(officer_call(o, "draft-drop", json_pack("{s:o}", "drafts", drafts), OPS_DONE));
    return ERR_OK;
}

static enum err root_of(void *context, uint64_t size, struct digest *ret) {
    json_t *answer =
        officer_call(context, "log-root", json_pack("{s:I}", "size", (json_int_t)size), OPS_DONE);
    size_t len = 0;
    enum err err =
        base64_get(ret->b, DIGEST_LEN, &len, bytes_str(json_string_value(json_object_get(answer, "root"))));

    json_decref(answer);
    return err;
}

static void step(void *context, unsigned number, uint64_t done) {
    struct officer *o = context;

    (void)done;
    if (o->watch)
        o->watch(o, number);
    if (++o->seen == o->crash_at)
        _exit(0); /* as kill -9: nothing is flushed, closed or undone */
}

static void make_keys(struct officer *o, const char *network, const char *code, uint8_t number) {
    struct pubkey key, next;
    uint8_t s[KEY_SEED_LEN], secret[KEY_SECRET_LEN];

    seed(number, 1, o->seeds.node);
    seed(number, 2, o->seeds.witness);
    seed(number, 3, o->seeds.box);
    key_from_seed(o->seeds.node, &o->node, secret);
    seed(number, 4, s);
    key_from_seed(s, &o->root.key, o->root.secret);
    seed(number, 5, s);
    key_from_seed(s, &next, secret);
    seed(number, 6, s);
    key_from_seed(s, &key, o->operator_secret);
    must(!birth_authority(network, code, 1, &o->root, 1, &next, 1, &key, &o->note), "authority note");
    authority_origin(&o->note.authority, o->origin);
}

static void publish_first(struct officer *o, enum part_class endpoint_class) {
    static uint8_t buffer[BIRTH_ENTRIES * DRAFT_ENTRY_MAX];
    struct draft_salts salts[BIRTH_ENTRIES];
    struct names names = {1, {{bytes_str("en"), bytes_str("A State")}}}, none = {0};
    struct bytes endpoint = bytes_str("tcp://127.0.0.1:23100");
    struct entry entry[BIRTH_ENTRIES];
    struct birth_entries what = {&o->note.authority, &o->seeds, &names, &none, &endpoint, 1,
                                 endpoint_class,     NOW,       salts};
    struct checkpoint head;
    struct pending batch = {.entry = entry, .count = BIRTH_ENTRIES};
    struct ownlog log = officer_log(o);

    memset(salts, 7, sizeof salts);
    must(!birth_make(&what, buffer, entry), "first entries");
    snprintf(batch.origin, sizeof batch.origin, "%s", o->origin);
    must(!publisher_run(&o->publisher, &log, &batch, o->operator_secret, &head), "first checkpoint");
    o->seen = o->submits = 0;
}

void officer_resume(struct officer *o, const char *network, const char *code, uint8_t number) {
    make_keys(o, network, code, number);
    o->publisher = (struct publisher){o->dir, o, submit, drop, root_of, step};
    open_store(o);
}

void officer_open(struct officer *o, const char *network, const char *code, uint8_t number,
                  enum part_class endpoint) {
    memset(o, 0, sizeof *o);
    tmp_open(o->dir);
    officer_begin(o, network, code, number, endpoint);
}

void officer_begin(struct officer *o, const char *network, const char *code, uint8_t number,
                   enum part_class endpoint) {
    static uint8_t buffer[AUTHORITY_MAX + 8192];
    char path[TMP_LEN + 8];
    struct bytes package;
    struct ledger ledger;

    snprintf(path, sizeof path, "%s/db", o->dir);
    must(!mkdir(path, 0700), "db");
    officer_resume(o, network, code, number);
    ledger_init(&ledger, o->origin, 0);
    must(!ledger_create(o->dir, &ledger), "ledger");
    must(!birth_package(&o->note, o->origin, buffer, sizeof buffer, &package), "first package");
    json_decref(officer_call_bytes(o, "log-open", package, OPS_DONE));
    publish_first(o, endpoint);
}

void officer_reopen(struct officer *o) {
    store_close(o->store);
    open_store(o);
}

void officer_close(struct officer *o) {
    store_close(o->store);
    tmp_close(o->dir);
    digest_thread_done();
}

void officer_draft(struct officer *o, unsigned count) {
    officer_draft_from(o, 1, count);
}

void officer_draft_from(struct officer *o, unsigned first, unsigned count) {
    char id[40],
        code[3] = {(char)(o->note.authority.code[0] - 32), (char)(o->note.authority.code[1] - 32), 0};
    json_t *drafts = json_array();

    for (unsigned i = 0; i < count; i++) {
        snprintf(id, sizeof id, "%032x", first + i);
        json_array_append_new(
            drafts, json_pack("{s:s, s:s, s:i, s:{s:s, s:s, s:s, s:{s:s}, s:[{s:s}], s:[s]}}", "action",
                              "put", "id", id, "author", 1000, "record", "state", code, "kind", "technical",
                              "status", "active", "organisation", "en", "Office of Examples", "emails",
                              "address", "office@example.org", "public", "organisation"));
    }
    json_decref(officer_call(o, "draft-add", json_pack("{s:o}", "drafts", drafts), OPS_DONE));
}

struct ownlog officer_log(struct officer *o) {
    json_t *answer = officer_call(o, "log-state", json_object(), OPS_DONE);
    struct ownlog log;

    must(!ownlog_parse(answer, &log), "log-state");
    json_decref(answer);
    return log;
}

void officer_batch(struct officer *o, struct pending *ret) {
    json_t *page = officer_call(o, "draft-list", json_pack("{s:i}", "after", 0), OPS_DONE), *row;
    json_t *rows = json_object_get(page, "drafts");
    struct ownlog log = officer_log(o);
    struct pending batch = {.epoch = log.authority.epoch};
    struct standing standing;
    size_t i, used = 0, len;

    must(!publisher_look(&o->publisher, &log, &standing), "ledger");
    snprintf(batch.origin, sizeof batch.origin, "%s", o->origin);
    batch.base = standing.base;
    batch.entry = calloc(json_array_size(rows) + 2, sizeof *batch.entry);
    batch.draft = calloc(json_array_size(rows) + 1, sizeof *batch.draft);
    batch.data = malloc((json_array_size(rows) + 2) * 2048 + DRAFT_ENTRY_MAX);
    must(batch.entry && batch.draft && batch.data, "memory");
    if (batch.epoch && ownlog_at_anchor(&log)) {
        must(!draft_note(&log.authority, NOW, batch.data, &batch.entry[batch.count++], &len), "entry");
        used += len;
    }
    json_array_foreach(rows, i, row) {
        const char *text = json_string_value(json_object_get(row, "text"));
        json_t *draft = json_loads(text, 0, NULL);
        struct draft_salts salts;
        memset(&salts, (int)(i + 1), sizeof salts);
        must(!draft_entry(draft, NOW, &salts, batch.data + used, &batch.entry[batch.count++], &len), "entry");
        used += len;
        must(len <= 2048, "entry of this size");
        batch.draft[batch.draft_count++] = (struct pending_draft){
            (uint64_t)json_integer_value(json_object_get(row, "seq")), digest_of(bytes_str(text))};
        json_decref(draft);
    }
    json_decref(page);
    *ret = batch;
}

void officer_batch_free(struct pending *batch) {
    pending_free(batch);
}
