#include "node/birth.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/contact.h"
#include "proto/message.h"

enum err birth_authority(const char *network, const char *code, unsigned need, const struct birth_root *root,
                         unsigned root_count, const struct pubkey *next, unsigned next_count,
                         const struct pubkey *operator_key, struct birth_note *ret) {
    struct authority a = {.anchor_root = digest_empty(),
                          .max = AUTHORITY_GROWTH,
                          .root_need = need,
                          .root_count = root_count,
                          .next_need = next_count / 2 + 1,
                          .next_count = next_count,
                          .operator_count = 1,
                          .operator_key = {*operator_key}};

    assert(root_count && root_count <= ROOT_KEYS_MAX && next_count && next_count <= ROOT_KEYS_MAX);
    snprintf(a.network, sizeof(a.network), "%s", network);
    snprintf(a.code, sizeof(a.code), "%s", code);
    for (unsigned i = 0; i < root_count; i++)
        a.root[i] = root[i].key;
    for (unsigned i = 0; i < next_count; i++)
        a.next[i] = authority_commitment(&next[i]);
    enum err err = authority_write(&a, ret->text, sizeof(ret->text), &ret->note.text);
    if (err)
        return err;
    for (unsigned i = 0; i < root_count; i++) {
        ret->note.signature[i].key = root[i].key;
        key_sign(root[i].secret, ret->note.text, &ret->note.signature[i].signature);
    }
    ret->note.count = root_count;
    /* What is written must be what every gate admits. */
    err = authority_parse(ret->note.text, &ret->authority);
    return err ? err
               : authority_check_first(&ret->authority, ret->note.text, ret->note.signature, ret->note.count);
}

static enum err node_leaf(const struct birth_entries *what, struct leaf *ret) {
    uint8_t secret[KEY_SECRET_LEN];

    ret->kind = LEAF_NODE;
    key_from_seed(what->seeds->node, &ret->node.id, secret);
    key_from_seed(what->seeds->witness, &ret->node.witness, secret);
    sodium_memzero(secret, sizeof(secret));
    return crypto_scalarmult_base(ret->node.box, what->seeds->box) ? ERR_KEY : ERR_OK;
}

/* {1: [endpoint...]}, checked against the table of fields. */
static enum err node_part(const struct birth_entries *what, uint8_t *buffer, size_t max, struct bytes *ret) {
    struct writer w;

    if (!what->endpoint_count) {
        *ret = (struct bytes){0};
        return ERR_OK;
    }
    writer_init(&w, buffer, max);
    writer_map(&w, 1);
    writer_uint(&w, field_find(node_fields, "endpoints")->key);
    writer_array(&w, what->endpoint_count);
    for (unsigned i = 0; i < what->endpoint_count; i++)
        writer_str(&w, what->endpoint[i]);
    enum err err = writer_end(&w, ret);
    return err ? err : field_check(node_fields, *ret, NULL);
}

enum err birth_make(const struct birth_entries *what, uint8_t *buffer,
                    struct entry ret[static BIRTH_ENTRIES]) {
    static const struct bytes none[PART_CLASSES];
    struct bytes part[PART_CLASSES] = {{0}};
    struct leaf leaf[BIRTH_ENTRIES] = {{.kind = LEAF_AUTHORITY}, {.kind = LEAF_STATE}, {.kind = LEAF_NODE}};
    uint8_t payload[BIRTH_ENDPOINTS * 300];
    enum err err = node_leaf(what, &leaf[2]);

    leaf[0].authority.epoch = what->authority->epoch;
    leaf[0].authority.hash = what->authority->hash;
    leaf[1].state.state = *what->state;
    leaf[1].state.authority = *what->office;
    if (!err)
        err = node_part(what, payload, sizeof(payload), &part[what->endpoint_class]);
    for (unsigned i = 0; i < BIRTH_ENTRIES && !err; i++) {
        size_t len;
        leaf[i].time = what->now_s;
        err = draft_leaf(&leaf[i], i == 2 ? part : none, &what->salts[i], buffer + i * DRAFT_ENTRY_MAX,
                         &ret[i], &len);
    }
    return err;
}

enum err birth_package(const struct birth_note *note, const char *origin, uint8_t *buffer, size_t max,
                       struct bytes *ret) {
    struct package_writer pw = {0};
    struct package head = {.root = digest_empty()};
    struct proof none = {0};

    origin_log_id(origin, head.log);
    writer_init(&pw.w, buffer, max);
    message_begin_package(&pw.w, 1);
    package_begin(&pw, NULL, 0, &head, &note->note, 1);
    return package_end(&pw, &none, false, ret);
}
