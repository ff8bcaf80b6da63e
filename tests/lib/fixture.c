#include "tests/lib/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/record.h"
#include "proto/writer.h"
#include "store/roster.h"

#define NAMES_MAX LEAF_NAMES_MAX

static void must(bool good, const char *what) {
    if (good)
        return;
    fprintf(stderr, "fixture: %s\n", what);
    abort();
}

void fixture_open(struct fixture *f) {
    memset(f, 0, sizeof *f);
    tmp_open(f->dir);
    f->store = author_store(f->dir, (size_t)1 << 30);
}

void fixture_close(struct fixture *f) {
    for (unsigned i = 0; i < f->count; i++)
        author_close(&f->state[i]);
    store_close(f->store);
    tmp_close(f->dir);
    digest_thread_done();
}

static void pin(struct fixture *f, const struct author *state) {
    struct txn t;
    struct pin pin = {.hash = state->authority.hash, .added = 1700000000, .own = f->count == 0};

    memcpy(pin.origin, state->origin, sizeof pin.origin);
    txn_begin(&t, f->store, true);
    roster_pin(&t, &pin);
    must(txn_commit(&t) == ERR_OK, "pin");
}

static void names_read(const json_t *json, struct names *ret) {
    const char *tag;
    json_t *text;

    ret->count = 0;
    json_object_foreach((json_t *)(uintptr_t)json, tag, text) {
        must(ret->count < NAMES_MAX, "too many names");
        ret->name[ret->count++] = (struct name){bytes_str(tag), bytes_str(json_string_value(text))};
    }
}

struct author *fixture_state(struct fixture *f, const char *code, const char *names) {
    must(f->count < FIXTURE_STATES, "too many States");
    struct author *state = &f->state[f->count];
    struct leaf leaf = {.kind = LEAF_STATE, .time = 1700000000};
    json_t *json = json_loads(names, 0, NULL);

    must(json != NULL, names);
    author_open(state, code, (uint8_t)(f->count + 1));
    author_register(state, f->store);
    pin(f, state);
    f->count++;
    names_read(json, &leaf.state.state);
    author_leaf(state, &leaf);
    json_decref(json);
    return state;
}

static void id_put(unsigned number, uint8_t ret[static CONTACT_ID_LEN]) {
    memset(ret, 0, CONTACT_ID_LEN);
    be32_put(ret, number);
    be32_put(ret + 12, number);
}

/* Salt, and the payload behind it. */
static struct bytes salted(struct bytes payload, uint64_t index, unsigned class,
                           uint8_t buffer[static SALT_LEN + PART_MAX]) {
    if (payload.len == 0)
        return (struct bytes){NULL, 0};
    memset(buffer, (int)class + 1, SALT_LEN);
    be64_put(buffer, index);
    memcpy(buffer + SALT_LEN, payload.ptr, payload.len);
    return (struct bytes){buffer, SALT_LEN + payload.len};
}

/* Commit to the payloads, encode the leaf, and add all to the log. */
static void add(struct author *state, struct leaf *leaf, const struct bytes payload[PART_CLASSES]) {
    static uint8_t part_buffer[PART_CLASSES][SALT_LEN + PART_MAX];
    uint8_t leaf_buffer[LEAF_MAX];
    struct bytes part[PART_CLASSES], bytes;

    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        part[class] = salted(payload[class], state->size, class, part_buffer[class]);
        leaf->has_part[class] = part[class].len > 0;
        if (leaf->has_part[class])
            leaf->part[class] = part_commitment(class, part[class]);
    }
    must(leaf_encode(leaf, leaf_buffer, sizeof leaf_buffer, &bytes) == ERR_OK, "leaf");
    author_add(state, bytes, part);
}

void fixture_contact(struct author *state, unsigned number, const char *record, uint64_t time) {
    static uint8_t buffer[PART_CLASSES][PART_MAX];
    uint8_t *buffers[PART_CLASSES] = {buffer[0], buffer[1]}, id[CONTACT_ID_LEN];
    char hex[2 * CONTACT_ID_LEN + 1];
    struct bytes payload[PART_CLASSES] = {0};
    struct leaf leaf;
    json_t *json = json_loads(record, JSON_REJECT_DUPLICATES, NULL);

    must(json != NULL, record);
    id_put(number, id);
    hex_put(hex, id, sizeof id);
    json_object_set_new(json, "id", json_string(hex));
    must(record_leaf(json, time, &leaf) == ERR_OK, "record_leaf");
    must(record_parts(json, buffers, payload) == ERR_OK, "record_parts");
    leaf.time = time;
    add(state, &leaf, payload);
    json_decref(json);
}

void fixture_withdraw(struct author *state, unsigned number, uint64_t time) {
    uint8_t id[CONTACT_ID_LEN];
    struct leaf leaf = {.kind = LEAF_WITHDRAW, .time = time};

    id_put(number, id);
    leaf.withdraw.kind = LEAF_CONTACT;
    leaf.withdraw.id = BYTES(id);
    author_leaf(state, &leaf);
}

static void node_keys(uint8_t number, uint8_t which, struct pubkey *ret, uint8_t *ret_secret) {
    uint8_t seed[KEY_SEED_LEN] = {0xf0, number, which};

    key_from_seed(seed, ret, ret_secret);
}

void fixture_node(struct author *state, uint8_t number, const char *endpoint) {
    uint8_t buffer[512], secret[KEY_SECRET_LEN];
    struct bytes payload[PART_CLASSES] = {0};
    struct leaf leaf = {.kind = LEAF_NODE, .time = 1700000000};
    struct writer w;

    node_keys(number, 0, &leaf.node.id, secret);
    node_keys(number, 1, &leaf.node.witness, secret);
    writer_init(&w, buffer, sizeof buffer);
    writer_map(&w, 1);
    writer_uint(&w, 1);
    writer_array(&w, 1);
    writer_str(&w, bytes_str(endpoint));
    must(writer_end(&w, &payload[PART_MEMBERS]) == ERR_OK, "endpoint");
    add(state, &leaf, payload);
}

void fixture_publish(struct fixture *f, struct author *state) {
    struct txn t;
    struct log_record record;

    do {
        txn_begin(&t, f->store, true);
        must(logs_get(&t, state->id, &record), "log");
        uint64_t to = record.held + 1000 < state->size ? record.held + 1000 : state->size;
        enum err err = author_deliver(state, &t, to, state->size, &record);
        must(err == ERR_OK, err_name(err));
        must(txn_commit(&t) == ERR_OK, "commit");
    } while (record.held < state->size);
}

void fixture_cosign(struct fixture *f, struct author *state, uint8_t number, uint64_t time) {
    struct txn t;
    struct log_record record;
    struct checkpoint checkpoint = {.size = 0};
    struct checkpoint_signature signature;
    struct pubkey key;
    uint8_t secret[KEY_SECRET_LEN];

    node_keys(number, 1, &key, secret);
    txn_begin(&t, f->store, true);
    must(logs_get(&t, state->id, &record), "log");
    memcpy(checkpoint.origin, record.origin, sizeof checkpoint.origin);
    checkpoint.size = record.head.size;
    checkpoint.root = record.head.root;
    checkpoint_cosign(&checkpoint, time, secret, &signature);
    logs_cosign(&t, &record, &signature, true);
    must(txn_commit(&t) == ERR_OK, "cosign");
}

struct api *fixture_api(struct fixture *f, api_live *live) {
    struct api_options options = {.store = f->store,
                                  .network = "test.example",
                                  .origin = f->count > 0 ? f->state[0].origin : "",
                                  .name = "",
                                  .node_id = "00",
                                  .live = live};
    struct api *api = NULL;

    must(api_open(&options, &api) == ERR_OK, "api");
    return api;
}
