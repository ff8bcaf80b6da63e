#include "node/intake.h"

#include <stdlib.h>
#include <string.h>

#include "store/directory.h"

struct intake {
    struct digest leaf_hash[FETCH_ENTRIES_MAX];
    struct gate_verdict verdict;
    struct frontier held;
    struct authority authority;
};

struct intake *intake_new(void) {
    return calloc(1, sizeof(struct intake));
}

void intake_free(struct intake *intake) {
    free(intake);
}

/* The note was judged when the log was opened; it is read again, not trusted again. */
static enum err base_load(struct intake *intake, struct txn *t, const struct log_record *record) {
    struct package_note note;
    if (!logs_note(t, record->id, record->epoch, &note))
        return t->err ? t->err : ERR_CORRUPT;
    enum err err = authority_parse(note.text, &intake->authority);
    if (err)
        return ERR_CORRUPT;
    logs_frontier(t, record, &intake->held);
    return t->err;
}

/* Whether a witness key belongs to a node of this very State. */
static bool is_own_witness(struct txn *t, const struct log_record *record, const struct pubkey *key) {
    struct pubkey node = {{0}};
    uint64_t index;
    while (directory_node_next(t, record->id, LEAF_NODE, record->head.size, &node, &index)) {
        struct bytes bytes;
        struct leaf leaf;
        if (logs_leaf(t, record->id, index, &bytes) == ERR_OK && leaf_decode(bytes, &leaf) == ERR_OK &&
            pubkey_eq(&leaf.node.witness, key))
            return true;
    }
    return false;
}

/* Cosignatures of the State's own nodes over the head that this package has led to; others are left out. */
static void cosignatures_take(struct txn *t, const struct package *package, struct log_record *record) {
    struct checkpoint target = {.size = package->size, .root = package->root};
    memcpy(target.origin, record->origin, sizeof target.origin);
    if (record->head.size != package->size)
        return;
    for (unsigned i = 0; i < package->cosignature_count; i++) {
        const struct checkpoint_signature *s = &package->cosignature[i];
        if (is_own_witness(t, record, &s->key) && checkpoint_verify_cosignature(&target, s) == ERR_OK)
            logs_cosign(t, record, s, true);
    }
}

enum err intake_package(struct intake *intake, struct txn *t, const struct package *package, uint64_t now_s,
                        struct log_record *ret, uint64_t *ret_at) {
    *ret_at = package->from;
    if (!logs_get(t, package->log, ret))
        return t->err ? t->err : ERR_NOT_FOUND;
    enum err err = base_load(intake, t, ret);
    if (err)
        return err;
    struct gate_base base = {ret->origin, &intake->authority, &intake->held};
    err = gate_check(&base, package, intake->leaf_hash, &intake->verdict);
    *ret_at = intake->verdict.at;
    if (err)
        return err;
    bool head_known =
        intake->verdict.complete && package->entry_count == 0 && ret->head.size == package->size;
    if (!head_known)
        logs_append(t, ret, package, intake->leaf_hash, &intake->verdict, now_s);
    if (!t->err)
        cosignatures_take(t, package, ret);
    return t->err;
}
