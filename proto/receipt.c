#include "proto/receipt.h"

#include <string.h>

#include "proto/gate.h"

#define FIRST_LINE "c2sp.org/tlog-proof@v1"
#define EXTRA_DEPTH 6
#define EXTRA_ITEMS 256

enum { KEY_LEAF = 1, KEY_PARTS, KEY_NOTES, KEY_ANCHOR, KEY_WITNESSES, KEYS };

/* ---- writing ---- */

static enum err text_put(char *to, size_t max, size_t *pos, const char *text) {
    size_t len = strlen(text);

    if (max - *pos <= len)
        return ERR_FULL;
    memcpy(to + *pos, text, len);
    *pos += len;
    return ERR_OK;
}

static enum err decimal_line(char *to, size_t max, size_t *pos, const char *word, uint64_t value) {
    char digits[24];
    size_t at = sizeof digits;

    digits[--at] = '\0';
    digits[--at] = '\n';
    do
        digits[--at] = (char)('0' + value % 10);
    while ((value /= 10) > 0);
    enum err err = text_put(to, max, pos, word);
    return err ? err : text_put(to, max, pos, digits + at);
}

static enum err base64_line(char *to, size_t max, size_t *pos, struct bytes data) {
    enum err err = base64_put(to, max, pos, data);
    return err ? err : text_put(to, max, pos, "\n");
}

static enum err extra_write(const struct receipt *r, uint8_t *buffer, struct bytes *ret) {
    struct writer w;

    writer_init(&w, buffer, RECEIPT_EXTRA_MAX);
    writer_map(&w, KEYS - 1);
    writer_uint(&w, KEY_LEAF);
    writer_bin(&w, r->entry.leaf);
    writer_uint(&w, KEY_PARTS);
    writer_array(&w, PART_CLASSES);
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        part_write(&w, &r->entry.part[class]);
    writer_uint(&w, KEY_NOTES);
    writer_array(&w, r->note_count);
    writer_raw(&w, r->notes);
    writer_uint(&w, KEY_ANCHOR);
    proof_write(&w, &r->anchor);
    writer_uint(&w, KEY_WITNESSES);
    writer_array(&w, r->witness_count);
    for (unsigned i = 0; i < r->witness_count; i++) {
        writer_array(&w, 2);
        writer_bin(&w, BYTES(r->witness[i].key.b));
        if (r->witness[i].origin.len > 0)
            writer_str(&w, r->witness[i].origin);
        else
            writer_nil(&w);
    }
    return writer_end(&w, ret);
}

enum err receipt_write(const struct receipt *receipt, uint8_t *extra, char *to, size_t max, size_t *ret_len) {
    struct bytes packed;
    size_t pos = 0;

    enum err err = extra_write(receipt, extra, &packed);
    err = err ? err : text_put(to, max, &pos, FIRST_LINE "\nextra ");
    err = err ? err : base64_line(to, max, &pos, packed);
    err = err ? err : decimal_line(to, max, &pos, "index ", receipt->index);
    for (unsigned i = 0; i < receipt->inclusion.count && !err; i++)
        err = base64_line(to, max, &pos, BYTES(receipt->inclusion.node[i].b));
    err = err ? err : text_put(to, max, &pos, "\n");
    if (!err && max - pos <= receipt->checkpoint.len)
        err = ERR_FULL;
    if (err)
        return err;
    memcpy(to + pos, receipt->checkpoint.ptr, receipt->checkpoint.len);
    *ret_len = pos + receipt->checkpoint.len;
    return ERR_OK;
}

/* ---- reading ---- */

static void witnesses_read(struct reader *r, struct receipt *ret) {
    uint32_t count = reader_array(r, COSIGNATURES_MAX);

    for (uint32_t i = 0; i < count && !r->err; i++) {
        struct receipt_witness *witness = &ret->witness[i];
        if (reader_array(r, 2) != 2)
            reader_fail(r, ERR_SCHEMA);
        reader_fixed(r, witness->key.b, KEY_LEN);
        witness->origin = reader_nil(r) ? (struct bytes){NULL, 0} : reader_str(r, ORIGIN_MAX);
    }
    ret->witness_count = r->err ? 0 : count;
}

static void notes_read(struct reader *r, struct receipt *ret) {
    ret->note_count = reader_array(r, EPOCHS_MAX);
    const uint8_t *from = r->at;
    for (uint32_t i = 0; i < ret->note_count && !r->err; i++)
        reader_raw(r);
    ret->notes = (struct bytes){from, r->err ? 0 : (size_t)(r->at - from)};
}

static enum err extra_read(struct bytes packed, struct receipt *ret) {
    struct reader r;
    enum err err = reader_check(packed, EXTRA_DEPTH, EXTRA_ITEMS);

    if (err)
        return err;
    reader_init(&r, packed);
    if (reader_map(&r, KEYS - 1) != KEYS - 1)
        reader_fail(&r, ERR_MISSING);
    for (unsigned key = KEY_LEAF; key < KEYS; key++) {
        if (reader_uint(&r, KEYS - 1) != key)
            reader_fail(&r, ERR_MISSING);
        if (key == KEY_LEAF)
            ret->entry.leaf = reader_bin(&r, LEAF_MAX);
        else if (key == KEY_NOTES)
            notes_read(&r, ret);
        else if (key == KEY_ANCHOR)
            proof_read(&r, &ret->anchor);
        else if (key == KEY_WITNESSES)
            witnesses_read(&r, ret);
        else if (reader_array(&r, PART_CLASSES) != PART_CLASSES)
            reader_fail(&r, ERR_SCHEMA);
        for (unsigned class = 0; key == KEY_PARTS && class < PART_CLASSES; class ++)
            part_read(&r, &ret->entry.part[class]);
    }
    return reader_end(&r);
}

/* What follows a word and a space. */
static bool line_value(struct bytes line, const char *word, struct bytes *ret) {
    size_t len = strlen(word);

    if (line.len < len || memcmp(line.ptr, word, len) != 0)
        return false;
    *ret = (struct bytes){line.ptr + len, line.len - len};
    return true;
}

static enum err inclusion_read(struct bytes *rest, struct receipt *ret) {
    struct bytes line;

    while (line_cut(rest, &line)) {
        size_t len;
        if (line.len == 0)
            return ERR_OK;
        if (ret->inclusion.count == PROOF_MAX)
            return ERR_SIZE;
        enum err err = base64_get(ret->inclusion.node[ret->inclusion.count++].b, DIGEST_LEN, &len, line);
        if (err || len != DIGEST_LEN)
            return ERR_BASE64;
    }
    return ERR_SHORT;
}

enum err receipt_read(struct bytes file, uint8_t *extra, struct receipt *ret, enum receipt_place *ret_place) {
    struct receipt r = {0};
    struct bytes line, value;
    size_t len;

    *ret_place = RECEIPT_FILE;
    if (file.len > RECEIPT_MAX)
        return ERR_SIZE;
    if (!line_cut(&file, &line) || !bytes_is(line, FIRST_LINE))
        return ERR_KIND;
    if (!line_cut(&file, &line) || !line_value(line, "extra ", &value))
        return ERR_MISSING;
    enum err err = base64_get(extra, RECEIPT_EXTRA_MAX, &len, value);
    *ret_place = RECEIPT_EXTRA;
    err = err ? err : extra_read((struct bytes){extra, len}, &r);
    if (err)
        return err;
    *ret_place = RECEIPT_FILE;
    if (!line_cut(&file, &line) || !line_value(line, "index ", &value))
        return ERR_MISSING;
    err = decimal_get(&r.index, value);
    err = err ? err : inclusion_read(&file, &r);
    r.checkpoint = file;
    if (!err)
        *ret = r;
    return err;
}

/* ---- checking ---- */

static enum err check_note(const struct receipt_report *report, struct authority *chain,
                           struct package_note *note) {
    if (report->at == 0)
        return gate_open(report->checkpoint.origin, note, &chain[0]);
    enum err err = authority_parse(note->text, &chain[report->at]);
    return err ? err
               : chain_check_next(chain, report->at, &chain[report->at], note->text, note->signature,
                                  note->count, &note->proof);
}

/* The chain of notes from epoch 0, from which the origin follows, to the one whose keys sign now. */
static enum err check_notes(const struct receipt *r, struct authority *chain, struct receipt_report *report) {
    struct reader reader;
    struct package_note note;

    report->place = RECEIPT_NOTE;
    reader_init(&reader, r->notes);
    for (report->at = 0; report->at < r->note_count; report->at++) {
        if (!package_note_next(&reader, &note))
            return reader.err;
        enum err err = check_note(report, chain, &note);
        if (err)
            return err;
    }
    if (r->note_count == 0)
        return ERR_MISSING;
    report->fingerprint = chain[0].hash;
    report->authority = chain[r->note_count - 1];
    return ERR_OK;
}

static enum err check_signatures(const struct note *note, struct receipt_report *report) {
    report->place = RECEIPT_SIGNATURE;
    for (unsigned i = 0; i < report->authority.operator_count; i++) {
        const struct note_key key = {report->checkpoint.origin, KEY_TYPE_ED25519,
                                     report->authority.operator_key[i]};
        struct signature signature;
        enum err err = note_verify(note, &key, &signature);
        if (err == ERR_UNSIGNED)
            continue;
        if (err)
            return err;
        report->signer = key.key;
        report->signatures++;
    }
    return report->signatures > 0 ? ERR_OK : ERR_UNSIGNED;
}

/* The checkpoint lies within its epoch, and extends what the epoch's root keys have signed. */
static enum err check_epoch(const struct receipt *r, struct receipt_report *report) {
    const struct checkpoint *c = &report->checkpoint;
    const struct authority *a = &report->authority;

    report->place = RECEIPT_SIZE;
    if (c->size < a->anchor_size || c->size > a->max)
        return ERR_BOUNDS;
    report->place = RECEIPT_ANCHOR;
    if (a->anchor_size == 0)
        return r->anchor.count == 0 ? ERR_OK : ERR_PROOF;
    return merkle_check_consistency(a->anchor_size, c->size, &a->anchor_root, &c->root, &r->anchor);
}

static enum err check_parts(const struct receipt *r, struct receipt_report *report) {
    bool has[PART_CLASSES];
    struct digest commitment[PART_CLASSES];

    report->place = RECEIPT_PART;
    leaf_parts(r->entry.leaf, has, commitment);
    for (report->at = 0; report->at < PART_CLASSES; report->at++) {
        const struct part *part = &r->entry.part[report->at];
        if (has[report->at] != (part->state != PART_NONE))
            return ERR_COMMITMENT;
        if (part->state != PART_HELD)
            continue;
        enum err err = part_verify((enum part_class)report->at, part->salted, &commitment[report->at]);
        if (err)
            return err;
    }
    return ERR_OK;
}

static enum err check_witnesses(const struct receipt *r, const struct note *note,
                                struct receipt_report *report) {
    report->place = RECEIPT_WITNESS;
    for (unsigned i = 0; i < r->witness_count; i++) {
        char name[KEY_NAME_MAX + 1];
        struct signature signature;
        uint64_t time;
        for (unsigned k = 0; k < i; k++)
            if (pubkey_eq(&r->witness[k].key, &r->witness[i].key))
                return ERR_KEY_TWICE;
        witness_name(report->checkpoint.origin, &r->witness[i].key, name);
        const struct note_key key = {name, KEY_TYPE_COSIGNATURE, r->witness[i].key};
        enum err err = note_verify_cosignature(note, &key, &time, &signature);
        if (err)
            return err;
        report->cosignature[report->cosignatures].witness = &r->witness[i];
        report->cosignature[report->cosignatures++].time = time;
    }
    return ERR_OK;
}

static enum err check_inclusion(const struct receipt *r, struct receipt_report *report) {
    struct digest hash = digest_leaf(r->entry.leaf);

    report->place = RECEIPT_INCLUSION;
    return merkle_check_inclusion(r->index, report->checkpoint.size, &hash, &r->inclusion,
                                  &report->checkpoint.root);
}

enum err receipt_check(const struct receipt *receipt, struct authority chain[static EPOCHS_MAX],
                       struct receipt_report *ret) {
    struct note note;

    *ret = (struct receipt_report){.place = RECEIPT_LEAF};
    enum err err = leaf_check(receipt->entry.leaf);
    if (err)
        return err;
    ret->understood = leaf_decode(receipt->entry.leaf, &ret->leaf) == ERR_OK;
    ret->place = RECEIPT_CHECKPOINT;
    err = note_parse(receipt->checkpoint, &note);
    err = err ? err : checkpoint_parse(note.text, &ret->checkpoint);
    err = err ? err : check_notes(receipt, chain, ret);
    err = err ? err : check_signatures(&note, ret);
    err = err ? err : check_epoch(receipt, ret);
    err = err ? err : check_inclusion(receipt, ret);
    err = err ? err : check_parts(receipt, ret);
    return err ? err : check_witnesses(receipt, &note, ret);
}
