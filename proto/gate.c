#include "proto/gate.h"

#include <string.h>

#include "proto/chain.h"
#include "proto/leaf.h"

/* A bad signature must not travel on: other verifiers would refuse the whole note for it. */
static void signatures_keep(const struct authority *parent, const struct authority *a,
                            struct package_note *note) {
    unsigned kept = 0;
    for (unsigned i = 0; i < note->count; i++)
        if ((authority_has_root(a, &note->signature[i].key) ||
             (parent && authority_has_commitment(parent, &note->signature[i].key))) &&
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
    signatures_keep(NULL, &a, note);
    *ret = a;
    return ERR_OK;
}

enum err gate_next(const struct authority *chain, unsigned count, struct package_note *note,
                   struct authority *ret) {
    struct authority a;
    enum err err = authority_parse(note->text, &a);
    if (!err)
        err = chain_check_next(chain, count, &a, note->text, note->signature, note->count, &note->proof);
    if (err)
        return err;
    signatures_keep(&chain[count - 1], &a, note);
    *ret = a;
    return ERR_OK;
}

/* Signatures of other keys are left out, a wrong one of a known key is somebody's lie: refused. */
enum err gate_target(const struct gate_base *base, const struct package *package, struct gate_verdict *ret) {
    const struct authority *authority = base->authority;
    struct checkpoint target = {.size = package->size, .root = package->root};
    uint8_t id[LOG_ID_LEN];
    origin_log_id(base->origin, id);
    memcpy(target.origin, base->origin, strlen(base->origin) + 1);
    ret->at = package->size;
    ret->signature_count = 0;
    if (memcmp(id, package->log, LOG_ID_LEN) != 0)
        return ERR_ORIGIN;
    if (base->proven)
        return ERR_OK;
    if (package->epoch != authority->epoch)
        return ERR_EPOCH;
    if (package->size < authority->anchor_size || package->size > authority->max)
        return ERR_BOUNDS;
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

enum err gate_part(bool observer, struct bytes leaf, enum part_class class, struct bytes salted) {
    bool has[PART_CLASSES];
    struct digest commitment[PART_CLASSES];
    if (observer && class == PART_MEMBERS)
        return ERR_DENIED;
    leaf_parts(leaf, has, commitment);
    return has[class] ? part_verify(class, salted, &commitment[class]) : ERR_COMMITMENT;
}

/* A part that is given must be the one that its leaf commits to, whatever the leaf's kind; one that is wrong
 * is as if it had not been given. */
static void parts_judge(bool observer, const struct entry *entry, uint32_t i, struct gate_verdict *ret) {
    bool has[PART_CLASSES];
    struct digest commitment[PART_CLASSES];
    leaf_parts(entry->leaf, has, commitment);
    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        const struct part *part = &entry->part[class];
        enum err err = has[class] != (part->state != PART_NONE) ? ERR_COMMITMENT : ERR_OK;
        if (part->state == PART_HELD)
            err = gate_part(observer, entry->leaf, (enum part_class) class, part->salted);
        ret->part[i][class] = !has[class] ? PART_NONE : PART_WITHHELD;
        if (part->state == PART_HELD && !err)
            ret->part[i][class] = PART_HELD;
        if (err && ret->wrong.count++ == 0) {
            ret->wrong.at = ret->at;
            ret->wrong.why = err;
        }
    }
}

/* What is signed in an epoch counts only if it goes on from the anchor of that epoch. */
static bool passes_anchor(const struct authority *a, const struct frontier *after) {
    if (after->size != a->anchor_size)
        return true;
    struct digest root = frontier_root(after);
    return digest_eq(&root, &a->anchor_root);
}

static enum err entries_check(const struct gate_base *base, const struct package *package,
                              struct digest *leaf_hash, struct gate_verdict *ret) {
    struct reader r;
    struct entry entry;
    reader_init(&r, package->entries);
    for (uint32_t i = 0; package_entry_next(&r, &entry); i++) {
        ret->at = package->from + i;
        enum err err = leaf_check(entry.leaf);
        if (err)
            return err;
        parts_judge(base->observer, &entry, i, ret);
        leaf_hash[i] = digest_leaf(entry.leaf);
        frontier_add(&ret->after, &leaf_hash[i]);
        if (!passes_anchor(base->authority, &ret->after))
            return ERR_ANCHOR;
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
    enum err err = gate_target(base, package, ret);
    if (err)
        return err;
    if (package->from != base->held->size)
        return ERR_GAP;
    ret->after = *base->held;
    ret->wrong = (struct gate_wrong){0};
    err = entries_check(base, package, leaf_hash, ret);
    if (err)
        return err;
    ret->complete = ret->after.size == package->size;
    return root_check(package, ret);
}
