#include "proto/gate.h"

#include <string.h>

#include "proto/leaf.h"

/* A bad signature must not travel on: other verifiers would refuse the whole note for it. */
static void signatures_keep(const struct authority *a, struct package_note *note) {
    unsigned kept = 0;
    for (unsigned i = 0; i < note->count; i++)
        if (authority_has_root(a, &note->signature[i].key) &&
            key_verify(&note->signature[i].key, note->text, &note->signature[i].signature) == ERR_OK)
            note->signature[kept++] = note->signature[i];
    note->count = kept;
}

enum err gate_open(const char *origin, struct package_note *note, struct authority *ret) {
    struct authority a;
    char found[ORIGIN_MAX + 1];
    enum err err = authority_parse(note->text, &a);
    if (err)
        return err;
    authority_origin(&a, found);
    if (strcmp(found, origin) != 0)
        return ERR_ORIGIN;
    err = authority_check_first(&a, note->text, note->signature, note->count);
    if (err)
        return err;
    signatures_keep(&a, note);
    *ret = a;
    return ERR_OK;
}

/* The target: within its epoch's bounds, signed by at least one of its operator keys.  Signatures of other
 * keys are left out, a wrong one of a known key is somebody's lie: refused. */
static enum err target_check(const struct gate_base *base, const struct package *package,
                             struct gate_verdict *ret) {
    const struct authority *authority = base->authority;
    struct checkpoint target = {.size = package->size, .root = package->root};
    memcpy(target.origin, base->origin, strlen(base->origin) + 1);
    if (package->epoch != authority->epoch)
        return ERR_EPOCH;
    if (package->size < authority->anchor_size || package->size > authority->max)
        return ERR_BOUNDS;
    ret->signature_count = 0;
    for (unsigned i = 0; i < package->signature_count; i++) {
        const struct checkpoint_signature *s = &package->signature[i];
        if (!authority_has_operator(authority, &s->key))
            continue;
        enum err err = checkpoint_verify(&target, s);
        if (err)
            return err;
        ret->signature[ret->signature_count++] = *s;
    }
    return ret->signature_count ? ERR_OK : ERR_UNSIGNED;
}

/* A part that is given must be the one that its leaf commits to, whatever the leaf's kind. */
static enum err parts_check(const struct entry *entry) {
    bool has[PART_CLASSES];
    struct digest commitment[PART_CLASSES];
    leaf_parts(entry->leaf, has, commitment);
    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        const struct part *part = &entry->part[class];
        if (has[class] != (part->state != PART_NONE))
            return ERR_COMMITMENT;
        if (part->state != PART_HELD)
            continue;
        enum err err = part_verify((enum part_class) class, part->salted, &commitment[class]);
        if (err)
            return err;
    }
    return ERR_OK;
}

static enum err entries_check(const struct package *package, struct digest *leaf_hash,
                              struct gate_verdict *ret) {
    struct reader r;
    struct entry entry;
    reader_init(&r, package->entries);
    for (uint32_t i = 0; package_entry_next(&r, &entry); i++) {
        ret->at = package->from + i;
        enum err err = leaf_check(entry.leaf);
        err = err ? err : parts_check(&entry);
        if (err)
            return err;
        leaf_hash[i] = digest_leaf(entry.leaf);
        frontier_add(&ret->after, &leaf_hash[i]);
    }
    return reader_end(&r);
}

/* What is held with the new entries is a prefix of the signed tree. */
static enum err root_check(const struct package *package, const struct gate_verdict *verdict) {
    struct digest root = frontier_root(&verdict->after);
    if (verdict->after.size > package->size)
        return ERR_ROOT;
    if (verdict->after.size == package->size)
        return digest_eq(&root, &package->root) && package->proof.count == 0 ? ERR_OK : ERR_ROOT;
    if (verdict->after.size == 0)
        return ERR_PROOF; /* an empty prefix proves nothing */
    return merkle_check_consistency(verdict->after.size, package->size, &root, &package->root,
                                    &package->proof);
}

enum err gate_check(const struct gate_base *base, const struct package *package, struct digest *leaf_hash,
                    struct gate_verdict *ret) {
    uint8_t id[LOG_ID_LEN];
    origin_log_id(base->origin, id);
    ret->at = package->size;
    if (memcmp(id, package->log, LOG_ID_LEN) != 0)
        return ERR_ORIGIN;
    enum err err = target_check(base, package, ret);
    if (err)
        return err;
    if (package->from != base->held->size)
        return ERR_GAP;
    ret->after = *base->held;
    err = entries_check(package, leaf_hash, ret);
    if (err)
        return err;
    ret->complete = ret->after.size == package->size;
    return root_check(package, ret);
}
