#include "proto/package.h"

#include <string.h>

/* [log, epoch, [note...], size, root, [[key, signature]...], [[key, time, signature]...], evidence or nil,
 * from, [entry...], [node...], more] behind the message's id and kind: 12 further items of its array.  An
 * entry is [leaf, public part, members part]. */

/* A count whose place is reserved before the items are known: always array 16, made canonical by
 * package_end(). */
enum { COUNT_LEN = 3 };

static void digest_write(struct writer *w, const struct digest *digest) {
    writer_bin(w, BYTES(digest->b));
}

void proof_write(struct writer *w, const struct proof *proof) {
    writer_array(w, proof->count);
    for (unsigned i = 0; i < proof->count; i++)
        digest_write(w, &proof->node[i]);
}

void package_note_write(struct writer *w, const struct package_note *note) {
    writer_array(w, 3);
    writer_bin(w, note->text);
    writer_array(w, note->count);
    for (unsigned i = 0; i < note->count; i++) {
        writer_array(w, 2);
        writer_bin(w, BYTES(note->signature[i].key.b));
        writer_bin(w, BYTES(note->signature[i].signature.b));
    }
    proof_write(w, &note->proof);
}

void signatures_write(struct writer *w, const struct checkpoint_signature *s, unsigned count, bool timed) {
    writer_array(w, count);
    for (unsigned i = 0; i < count; i++) {
        writer_array(w, timed ? 3 : 2);
        writer_bin(w, BYTES(s[i].key.b));
        if (timed)
            writer_uint(w, s[i].time);
        writer_bin(w, BYTES(s[i].signature.b));
    }
}

void package_begin(struct package_writer *pw, uint8_t *buffer, size_t max, const struct package *head,
                   const struct package_note *note, uint32_t note_count) {
    struct writer *w = &pw->w;
    if (buffer)
        writer_init(w, buffer, max);
    writer_bin(w, BYTES(head->log));
    writer_uint(w, head->epoch);
    writer_array(w, note_count);
    for (uint32_t i = 0; i < note_count; i++)
        package_note_write(w, &note[i]);
    writer_uint(w, head->size);
    digest_write(w, &head->root);
    signatures_write(w, head->signature, head->signature_count, false);
    signatures_write(w, head->cosignature, head->cosignature_count, true);
    if (head->evidence.len)
        writer_bin(w, head->evidence);
    else
        writer_nil(w);
    writer_uint(w, head->from);
    pw->count_at = w->len;
    pw->count = 0;
    writer_raw(w, (struct bytes){(const uint8_t[COUNT_LEN]){0}, COUNT_LEN});
}

void part_write(struct writer *w, const struct part *part) {
    switch (part->state) {
    case PART_NONE:
        writer_nil(w);
        return;
    case PART_HELD:
        writer_bin(w, part->salted);
        return;
    default:
        writer_uint(w, part->state);
    }
}

void package_entry(struct package_writer *pw, const struct entry *entry) {
    writer_array(&pw->w, 1 + PART_CLASSES);
    writer_bin(&pw->w, entry->leaf);
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        part_write(&pw->w, &entry->part[class]);
    pw->count++;
}

size_t package_entry_size(const struct entry *entry) {
    size_t size = 1 + 5 + entry->leaf.len;
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        size += entry->part[class].state == PART_HELD ? 5 + entry->part[class].salted.len : 1;
    return size;
}

/* Write the count in its shortest form; a small one moves the entries down by two bytes. */
static void count_write(struct package_writer *pw) {
    uint8_t *at = pw->w.ptr + pw->count_at;
    if (pw->count >= 16) {
        at[0] = 0xdc;
        at[1] = (uint8_t)(pw->count >> 8);
        at[2] = (uint8_t)pw->count;
        return;
    }
    memmove(at + 1, at + COUNT_LEN, pw->w.len - pw->count_at - COUNT_LEN);
    at[0] = (uint8_t)(0x90 | pw->count);
    pw->w.len -= COUNT_LEN - 1;
}

enum err package_end(struct package_writer *pw, const struct proof *proof, bool more, struct bytes *ret) {
    if (pw->w.err)
        return pw->w.err;
    if (pw->count > FETCH_ENTRIES_MAX)
        return ERR_ITEMS;
    count_write(pw);
    proof_write(&pw->w, proof);
    writer_bool(&pw->w, more);
    return writer_end(&pw->w, ret);
}

/* ---- reading ---- */

unsigned signatures_read(struct reader *r, struct checkpoint_signature *ret, unsigned max, bool timed) {
    uint32_t count = reader_array(r, max);
    for (uint32_t i = 0; i < count; i++) {
        if (reader_array(r, 3) != (timed ? 3u : 2u))
            reader_fail(r, ERR_MESSAGE);
        reader_fixed(r, ret[i].key.b, KEY_LEN);
        ret[i].time = timed ? reader_uint(r, INT64_MAX) : 0;
        reader_fixed(r, ret[i].signature.b, SIGNATURE_LEN);
    }
    return r->err ? 0 : count;
}

void part_read(struct reader *r, struct part *ret) {
    *ret = (struct part){.state = PART_NONE};
    if (reader_nil(r))
        return;
    if (reader_peek(r) == READER_BIN) {
        ret->state = PART_HELD;
        ret->salted = reader_bin(r, SALT_LEN + PART_MAX);
        return;
    }
    uint64_t state = reader_uint(r, PART_GONE);
    if (!r->err && state != PART_WITHHELD && state != PART_GONE)
        reader_fail(r, ERR_MESSAGE);
    ret->state = (enum part_state)state;
}

void proof_read(struct reader *r, struct proof *ret) {
    ret->count = reader_array(r, PROOF_MAX);
    for (unsigned i = 0; i < ret->count && !r->err; i++)
        reader_fixed(r, ret->node[i].b, DIGEST_LEN);
    if (r->err)
        ret->count = 0;
}

bool package_entry_next(struct reader *r, struct entry *ret) {
    if (r->err || r->at == r->end)
        return false;
    if (reader_array(r, 1 + PART_CLASSES) != 1 + PART_CLASSES)
        reader_fail(r, ERR_MESSAGE);
    ret->leaf = reader_bin(r, LEAF_MAX);
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        part_read(r, &ret->part[class]);
    return !r->err;
}

bool package_note_next(struct reader *r, struct package_note *ret) {
    if (r->err || r->at == r->end)
        return false;
    if (reader_array(r, 3) != 3)
        reader_fail(r, ERR_MESSAGE);
    ret->text = reader_bin(r, AUTHORITY_MAX);
    uint32_t count = reader_array(r, sizeof ret->signature / sizeof *ret->signature);
    for (uint32_t i = 0; i < count; i++) {
        if (reader_array(r, 2) != 2)
            reader_fail(r, ERR_MESSAGE);
        reader_fixed(r, ret->signature[i].key.b, KEY_LEN);
        reader_fixed(r, ret->signature[i].signature.b, SIGNATURE_LEN);
    }
    ret->count = r->err ? 0 : count;
    proof_read(r, &ret->proof);
    return !r->err;
}

unsigned package_signatures(const struct package *package) {
    unsigned count = package->signature_count + package->cosignature_count;
    struct package_note note;
    struct reader r;
    reader_init(&r, package->notes);
    while (package_note_next(&r, &note))
        count += note.count;
    return count + (package->evidence.len ? 2 * EVIDENCE_SIGNATURES_MAX : 0);
}

/* View the items of an array without reading them: walk them once for their shape. */
static struct bytes items_read(struct reader *r, uint32_t max, uint32_t *ret_count) {
    *ret_count = reader_array(r, max);
    const uint8_t *from = r->at;
    for (uint32_t i = 0; i < *ret_count && !r->err; i++)
        reader_raw(r);
    return (struct bytes){from, r->err ? 0 : (size_t)(r->at - from)};
}

enum err package_read(struct reader *r, struct package *ret) {
    reader_fixed(r, ret->log, LOG_ID_LEN);
    ret->epoch = reader_uint(r, INT64_MAX);
    ret->notes = items_read(r, NOTES_PER_FETCH, &ret->note_count);
    ret->size = reader_uint(r, INT64_MAX);
    reader_fixed(r, ret->root.b, DIGEST_LEN);
    ret->signature_count = signatures_read(r, ret->signature, SIGNATURES_MAX, false);
    ret->cosignature_count = signatures_read(r, ret->cosignature, COSIGNATURES_MAX, true);
    ret->evidence = (struct bytes){r->at, 0};
    if (!reader_nil(r)) {
        ret->evidence = reader_bin(r, EVIDENCE_MAX);
        if (ret->evidence.len == 0)
            reader_fail(r, ERR_MESSAGE); /* no evidence is nil */
    }
    ret->from = reader_uint(r, INT64_MAX);
    ret->entries = items_read(r, FETCH_ENTRIES_MAX, &ret->entry_count);
    proof_read(r, &ret->proof);
    ret->more = reader_bool(r);
    return r->err;
}
