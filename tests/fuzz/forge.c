#include "tests/fuzz/forge.h"

#include <string.h>

#include "proto/writer.h"

static uint64_t below(struct supply *s, uint64_t limit) {
    return supply_below(s, (uint32_t)(limit > 65536 ? 65536 : limit ? limit : 1));
}

static uint64_t any_size(struct supply *s, const struct author *a) {
    uint8_t how = supply_byte(s);
    return how < 200 ? below(s, a->size + 3) : supply_u64(s) >> (how % 40);
}

static struct digest any_root(struct supply *s, const struct author *a) {
    struct digest root = author_root(a, below(s, a->size + 1));
    if (supply_byte(s) >= 200)
        root.b[below(s, DIGEST_LEN)] ^= supply_byte(s);
    return root;
}

static void any_proof(struct supply *s, struct author *a, struct proof *p) {
    uint64_t to = 1 + below(s, a->size), from = 1 + below(s, to);
    uint8_t how = supply_byte(s);
    p->count = 0;
    if (how < 200 && a->size)
        MUST(merkle_prove_consistency(p, from, to, author_lookup, a) == ERR_OK);
    if (how >= 64 && how < 96 && p->count)
        p->count--;
    if (how >= 96 && how < 128 && p->count < PROOF_MAX)
        p->node[p->count++] = any_root(s, a);
    if (how >= 128 && p->count)
        p->node[how % p->count].b[0] ^= supply_byte(s);
}

void forge_begin(struct forge *f, struct author *a, uint64_t from, uint64_t to, uint64_t target) {
    memset(f, 0, sizeof *f);
    f->author = a;
    memcpy(f->head.log, a->id, LOG_ID_LEN);
    f->head.epoch = a->authority.epoch;
    f->head.size = target;
    f->head.root = author_root(a, target);
    f->head.from = from;
    f->head.more = to < target;
    f->notes = a->later_count;
    memcpy(f->note, a->later, f->notes * sizeof *f->note);
    for (uint64_t i = from; i < to && f->entries < FORGE_ENTRIES; i++)
        f->entry[f->entries++] = a->entry[i];
    if (to)
        MUST(merkle_prove_consistency(&f->proof, to, target, author_lookup, a) == ERR_OK);
    forge_sign(f, a);
}

void forge_sign(struct forge *f, const struct author *signer) {
    struct checkpoint c = {.size = f->head.size, .root = f->head.root};
    memcpy(c.origin, f->author->origin, sizeof c.origin);
    f->head.signature_count = 1;
    checkpoint_sign(&c, signer->operator_secret, &f->head.signature[0]);
}

/* ---- changes of a package ---- */

static void change_entries(struct forge *f, struct supply *s, const struct author *other) {
    unsigned at = f->entries ? (unsigned)below(s, f->entries) : 0;
    uint8_t how = supply_byte(s) % 4;
    if (how == 0 && f->entries)
        f->entries--;
    else if (how == 1 && f->entries < FORGE_ENTRIES && other->size)
        f->entry[f->entries++] = other->entry[below(s, other->size)];
    else if (how == 2 && f->entries && other->size)
        f->entry[at] = other->entry[below(s, other->size)];
    else if (f->entries)
        f->entry[at].part[supply_byte(s) % PART_CLASSES] = (struct part){
            (enum part_state)(supply_byte(s) % 4), f->entry[below(s, f->entries)].part[0].salted};
}

static void change_signatures(struct forge *f, struct supply *s, const struct author *other) {
    struct checkpoint c = {.size = f->head.size, .root = f->head.root};
    struct checkpoint_signature *more = &f->head.signature[f->head.signature_count];
    memcpy(c.origin, f->author->origin, sizeof c.origin);
    switch (supply_byte(s) % 4) {
    case 0:
        f->head.signature_count = 0;
        return;
    case 1:
        if (f->head.signature_count < SIGNATURES_MAX) {
            checkpoint_sign(&c, other->operator_secret, more);
            f->head.signature_count++;
        }
        return;
    case 2:
        if (f->head.signature_count)
            f->head.signature[0].signature.b[below(s, sizeof more->signature.b)] ^= supply_byte(s);
        return;
    default:
        f->head.cosignature_count = supply_byte(s) % (COSIGNATURES_MAX + 1);
        for (unsigned i = 0; i < f->head.cosignature_count; i++)
            checkpoint_cosign(&c, 1 + supply_u64(s) / 2, f->author->operator_secret, &f->head.cosignature[i]);
    }
}

static void change_notes(struct forge *f, struct supply *s) {
    uint8_t how = supply_byte(s);
    struct package_note *note = &f->note[below(s, f->notes)];
    if (!f->notes)
        return;
    switch (how % 4) {
    case 0:
        f->notes--;
        return;
    case 1:
        *note = f->note[below(s, f->notes)];
        return;
    case 2:
        any_proof(s, (struct author *)(uintptr_t)f->author, &note->proof);
        return;
    default:
        if (note->count < ROOT_KEYS_MAX)
            note->signature[note->count] = note->signature[0];
        note->count += note->count < ROOT_KEYS_MAX;
    }
}

void forge_change(struct forge *f, struct supply *s, struct author *other) {
    struct author *own = (struct author *)(uintptr_t)f->author;
    switch (supply_byte(s) % 9) {
    case 0:
        f->head.size = any_size(s, own);
        return;
    case 1:
        f->head.root = any_root(s, supply_byte(s) & 1 ? own : other);
        return;
    case 2:
        f->head.from = any_size(s, own);
        return;
    case 3:
        f->head.epoch = supply_byte(s) < 200 ? supply_byte(s) % 5 : supply_u64(s) >> 1;
        return;
    case 4:
        any_proof(s, supply_byte(s) & 1 ? own : other, &f->proof);
        return;
    case 5:
        f->head.more = !f->head.more;
        return;
    case 6:
        change_signatures(f, s, other);
        return;
    case 7:
        change_notes(f, s);
        return;
    default:
        change_entries(f, s, other);
    }
}

bool forge_frame(const struct forge *f, struct supply *s, struct bytes *ret) {
    static uint8_t frame[FRAME_MAX];
    struct package_writer pw;
    writer_init(&pw.w, frame, sizeof frame);
    message_begin_package(&pw.w, 1);
    package_begin(&pw, NULL, 0, &f->head, f->note, f->notes);
    for (unsigned i = 0; i < f->entries; i++)
        package_entry(&pw, &f->entry[i]);
    if (package_end(&pw, &f->proof, f->head.more, ret))
        return false;
    for (unsigned flips = supply_byte(s) / 64; flips && ret->len; flips--)
        frame[below(s, ret->len)] ^= supply_byte(s);
    return true;
}

bool forge_message(const struct forge *f, struct supply *s, struct message *ret) {
    struct bytes bytes;
    return forge_frame(f, s, &bytes) && message_decode(bytes, ret) == ERR_OK &&
           ret->kind == (MESSAGE_FETCH | MESSAGE_ANSWER);
}

/* ---- notes ---- */

static void change_note(struct authority *a, struct supply *s) {
    switch (supply_byte(s) % 8) {
    case 0:
        a->anchor_size = supply_byte(s);
        return;
    case 1:
        a->anchor_root.b[0] ^= supply_byte(s);
        return;
    case 2:
        a->max = supply_byte(s) & 1 ? a->anchor_size + supply_byte(s) : supply_u64(s) >> 1;
        return;
    case 3:
        a->epoch = supply_byte(s) % 6;
        return;
    case 4:
        a->prev.b[0] ^= supply_byte(s);
        return;
    case 5:
        a->root_need = 1 + supply_byte(s) % ROOT_KEYS_MAX;
        return;
    case 6:
        a->code[0] = (char)('a' + supply_byte(s) % 26);
        return;
    default:
        a->next[0].b[supply_byte(s) % DIGEST_LEN] ^= supply_byte(s);
    }
}

void forge_note(struct author *a, struct supply *s) {
    uint64_t anchor = a->authority.anchor_size + 1 + below(s, 8);
    if (a->later_count == AUTHOR_EPOCHS || anchor > a->size)
        return;
    struct authority before = a->authority;
    author_epoch(a, anchor, supply_byte(s) % 3);
    struct package_note *note = &a->later[a->later_count - 1];
    struct authority forged = a->authority;
    unsigned changes = supply_byte(s) / 64;
    if (!changes)
        return;
    struct pubkey key;
    uint8_t secret[KEY_SECRET_LEN];
    for (; changes; changes--)
        change_note(&forged, s);
    if (authority_write(&forged, a->later_text[a->later_count - 1], AUTHORITY_MAX, &note->text)) {
        a->later_count--;
        a->authority = before;
        return;
    }
    author_root_key(a, before.epoch + 1, &key, secret);
    note->signature[0].key = key;
    key_sign(secret, note->text, &note->signature[0].signature);
    a->authority = forged;
}

/* ---- forks ---- */

void forge_proved(struct supply *s, struct author *a, struct proved *ret) {
    memset(ret, 0, sizeof *ret);
    ret->leaf = a->size ? *a->level[0] : digest_empty();
    if (a->size)
        ret->leaf = a->level[0][below(s, a->size)];
    any_proof(s, a, &ret->consistency);
    uint64_t size = 1 + below(s, a->size), index = below(s, size);
    if (a->size && supply_byte(s) < 200)
        MUST(merkle_prove_inclusion(&ret->inclusion, index, size, author_lookup, a) == ERR_OK);
    if (supply_byte(s) < 200 && a->size)
        ret->leaf = a->level[0][index];
}

static void side_make(struct evidence_side *ret, struct author *a, uint64_t f, uint64_t size) {
    *ret = (struct evidence_side){.size = size, .root = author_root(a, size), .signature_count = 1};
    if (f && f < size)
        MUST(merkle_prove_consistency(&ret->proved.consistency, f, size, author_lookup, a) == ERR_OK);
    if (f >= size)
        return;
    ret->proved.leaf = a->level[0][f];
    MUST(merkle_prove_inclusion(&ret->proved.inclusion, f, size, author_lookup, a) == ERR_OK);
}

static void change_side(struct evidence_side *side, struct supply *s, struct author *a) {
    switch (supply_byte(s) % 4) {
    case 0:
        side->size = any_size(s, a);
        return;
    case 1:
        side->root = any_root(s, a);
        return;
    case 2:
        forge_proved(s, a, &side->proved);
        return;
    default:
        side->proved.leaf.b[0] ^= supply_byte(s);
    }
}

static uint64_t parting(const struct author *a, const struct author *b) {
    uint64_t f = 0;
    while (f < a->size && f < b->size && bytes_eq(a->entry[f].leaf, b->entry[f].leaf))
        f++;
    return f;
}

void forge_evidence(struct forge *f, struct supply *s, struct author *a, struct author *b) {
    struct evidence e = {.note = a->authority.hash, .f = parting(a, b)};
    struct author *of[2] = {a, b};
    uint64_t anchor = a->authority.anchor_size;
    struct bytes bytes;
    uint8_t changes = supply_byte(s) / 64;
    if (e.f == a->size || e.f == b->size)
        return;
    if (changes > 1)
        e.f = any_size(s, a);
    memcpy(e.log, a->id, LOG_ID_LEN);
    e.root_f = e.f <= a->size ? author_root(a, e.f) : any_root(s, a);
    if (anchor && anchor < e.f && e.f <= a->size)
        MUST(merkle_prove_consistency(&e.from_anchor, anchor, e.f, author_lookup, a) == ERR_OK);
    for (unsigned i = 0; i < 2; i++) {
        uint64_t least = e.f < of[i]->size ? e.f + 1 : of[i]->size;
        side_make(&e.side[i], of[i], e.f, least + below(s, of[i]->size - least + 1));
        if (changes & 1)
            change_side(&e.side[i], s, of[i]);
        struct checkpoint c = {.size = e.side[i].size, .root = e.side[i].root};
        memcpy(c.origin, a->origin, sizeof c.origin);
        checkpoint_sign(&c, of[i]->operator_secret, &e.side[i].signature[0]);
    }
    if (memcmp(&e.side[0].proved.leaf, &e.side[1].proved.leaf, DIGEST_LEN) > 0) {
        struct evidence_side side = e.side[0];
        e.side[0] = e.side[1];
        e.side[1] = side;
    }
    if (evidence_write(&e, f->evidence, sizeof f->evidence, &bytes) == ERR_OK)
        f->head.evidence = bytes;
}
