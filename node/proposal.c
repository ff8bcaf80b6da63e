#include "node/proposal.h"

#include <stdlib.h>
#include <string.h>

#include "node/printer.h"

#define FIRST_LINE "comity-proposal/v1"
#define NOTE_LINE "comity-authority/v1"

/* ---- the list of notes ---- */

void proposal_free(struct proposal *p) {
    free(p->note);
    free(p->authority);
    free(p->lost);
    free(p->data);
    *p = (struct proposal){0};
}

/* Views into data move with it. */
static enum err data_grow(struct proposal *p, size_t have, struct bytes text, struct bytes *ret) {
    uint8_t *data = malloc(have + text.len);

    if (!data)
        return ERR_MEMORY;
    for (unsigned i = 0; i < p->count; i++) {
        size_t at = (size_t)(p->note[i].text.ptr - p->data);
        memcpy(data + at, p->note[i].text.ptr, p->note[i].text.len);
        p->note[i].text.ptr = data + at;
    }
    memcpy(data + have, text.ptr, text.len);
    *ret = (struct bytes){data + have, text.len};
    free(p->data);
    p->data = data;
    return ERR_OK;
}

enum err proposal_append(struct proposal *p, const struct package_note *note) {
    size_t have = 0;
    struct authority authority;
    enum err err = p->count == PROPOSAL_NOTES_MAX ? ERR_ITEMS : authority_parse(note->text, &authority);

    for (unsigned i = 0; i < p->count; i++)
        have += p->note[i].text.len;
    if (err)
        return err;
    struct package_note *notes = realloc(p->note, (p->count + 1) * sizeof(*notes));
    if (notes)
        p->note = notes;
    struct authority *authorities = realloc(p->authority, (p->count + 1) * sizeof(*authorities));
    if (authorities)
        p->authority = authorities;
    if (!notes || !authorities)
        return ERR_MEMORY;
    notes[p->count] = *note;
    authorities[p->count] = authority;
    err = data_grow(p, have, note->text, &notes[p->count].text);
    p->count += !err;
    return err;
}

enum err proposal_lose(struct proposal *p, struct bytes text) {
    if (p->lost_count == PROPOSAL_LOST_MAX)
        return ERR_ITEMS;
    if (text.len == 0 || text.len > PROPOSAL_LOST_TEXT)
        return ERR_SIZE;
    if (!utf8_clean(text))
        return ERR_UTF8;
    if (!p->lost)
        p->lost = calloc(PROPOSAL_LOST_MAX, sizeof(*p->lost));
    if (!p->lost)
        return ERR_MEMORY;
    memcpy(p->lost[p->lost_count++], text.ptr, text.len);
    return ERR_OK;
}

struct package_note *proposal_note(const struct proposal *p) {
    return &p->note[p->count - 1];
}

const struct authority *proposal_authority(const struct proposal *p) {
    return &p->authority[p->count - 1];
}

/* ---- reading ---- */

/* Lines with their places, so that a block can be given as a whole. */
struct lines {
    struct bytes rest, line;
    bool has; /* line is one that nobody has taken yet */
};

static bool peek(struct lines *l) {
    if (!l->has)
        l->has = line_cut(&l->rest, &l->line);
    return l->has;
}

/* Comments and blank lines. */
static void skip(struct lines *l) {
    while (peek(l) && (!l->line.len || l->line.ptr[0] == '#'))
        l->has = false;
}

static bool begins(struct bytes line, const char *word, struct bytes *ret_rest) {
    struct bytes first;

    *ret_rest = line;
    return word_cut(ret_rest, &first) && bytes_is(first, word);
}

static enum err get_number(struct lines *l, const char *word, uint64_t *ret) {
    struct bytes rest;

    skip(l);
    if (!peek(l) || !begins(l->line, word, &rest))
        return ERR_SCHEMA;
    l->has = false;
    return decimal_get(ret, rest);
}

/* The text of a note: up to the blank line, without it. */
static struct bytes get_text(struct lines *l) {
    struct bytes text = {l->line.ptr, 0};

    for (; peek(l) && l->line.len; l->has = false)
        text.len = (size_t)(l->line.ptr + l->line.len + 1 - text.ptr);
    return text;
}

static enum err get64(struct bytes *line, uint8_t *ret, size_t want) {
    struct bytes word;
    size_t len = 0;
    enum err err = word_cut(line, &word) ? base64_get(ret, want, &len, word) : ERR_SCHEMA;

    return err ? err : len == want ? ERR_OK : ERR_SIZE;
}

static enum err get_proof(struct bytes line, struct proof *ret) {
    enum err err = ret->count ? ERR_SCHEMA : ERR_OK;

    while (!err && line.len) {
        if (ret->count == PROOF_MAX)
            return ERR_ITEMS;
        err = get64(&line, ret->node[ret->count++].b, DIGEST_LEN);
    }
    return err;
}

static enum err get_signature(struct bytes line, struct package_note *note) {
    uint8_t typed[1 + KEY_LEN];
    struct authority_signature *s = &note->signature[note->count];

    if (note->count == sizeof(note->signature) / sizeof(note->signature[0]))
        return ERR_ITEMS;
    enum err err = get64(&line, typed, sizeof(typed));
    if (!err)
        err = get64(&line, s->signature.b, SIGNATURE_LEN);
    if (!err && (line.len || typed[0] != KEY_TYPE_ED25519))
        err = ERR_SCHEMA;
    memcpy(s->key.b, typed + 1, KEY_LEN);
    note->count += !err;
    return err ? err : key_check(&s->key);
}

static enum err get_note(struct lines *l, struct proposal *p) {
    struct package_note note = {.text = get_text(l)};
    struct bytes rest;
    enum err err = ERR_OK;

    for (skip(l); !err && peek(l) && !bytes_is(l->line, NOTE_LINE); skip(l)) {
        if (begins(l->line, "proof", &rest))
            err = get_proof(rest, &note.proof);
        else if (begins(l->line, "signed", &rest))
            err = get_signature(rest, &note);
        else
            err = ERR_SCHEMA;
        l->has = false;
    }
    return err ? err : proposal_append(p, &note);
}

static enum err parse(struct bytes text, struct proposal *p) {
    struct lines l = {text, {NULL, 0}, false};
    struct bytes rest;
    enum err err = ERR_OK;

    if (!peek(&l) || !bytes_is(l.line, FIRST_LINE))
        return ERR_VERSION;
    l.has = false;
    err = get_number(&l, "held", &p->held);
    if (!err)
        err = get_number(&l, "made", &p->made);
    for (skip(&l); !err && peek(&l) && begins(l.line, "lost", &rest); skip(&l)) {
        err = proposal_lose(p, rest);
        l.has = false;
    }
    for (skip(&l); !err && peek(&l); skip(&l))
        err = bytes_is(l.line, NOTE_LINE) ? get_note(&l, p) : ERR_SCHEMA;
    if (!err && l.rest.len)
        err = ERR_SHORT; /* the last line has no end */
    return err ? err : p->count ? ERR_OK : ERR_MISSING;
}

enum err proposal_parse(struct bytes text, struct proposal *ret) {
    struct proposal p = {0};
    size_t len = 0;

    if (text.len > PROPOSAL_MAX)
        return ERR_SIZE;
    uint8_t *copy = malloc(text.len ? text.len : 1);
    if (!copy)
        return ERR_MEMORY;
    for (size_t i = 0; i < text.len; i++) /* some programs write files with carriage returns */
        if (text.ptr[i] != '\r')
            copy[len++] = text.ptr[i];
    enum err err = parse((struct bytes){copy, len}, &p);
    free(copy);
    if (err)
        proposal_free(&p);
    else
        *ret = p;
    return err;
}

/* ---- writing ---- */

static void put_note(struct printer *t, const struct package_note *note) {
    printer_put(t, "\n%.*s\n", (int)note->text.len, (const char *)note->text.ptr);
    if (note->proof.count)
        printer_put(t, "proof");
    for (unsigned i = 0; i < note->proof.count; i++) {
        printer_put(t, " ");
        printer_base64(t, BYTES(note->proof.node[i].b));
    }
    if (note->proof.count)
        printer_put(t, "\n");
    for (unsigned i = 0; i < note->count; i++) {
        uint8_t typed[1 + KEY_LEN] = {KEY_TYPE_ED25519};
        memcpy(typed + 1, note->signature[i].key.b, KEY_LEN);
        printer_put(t, "signed ");
        printer_base64(t, BYTES(typed));
        printer_put(t, " ");
        printer_base64(t, BYTES(note->signature[i].signature.b));
        printer_put(t, "\n");
    }
}

enum err proposal_print(const struct proposal *p, char **ret) {
    struct printer t = {malloc(PROPOSAL_MAX), PROPOSAL_MAX, 0, ERR_OK};
    const struct authority *a = proposal_authority(p);

    if (!t.to)
        return ERR_MEMORY;
    printer_put(&t, FIRST_LINE "\nheld %llu\nmade %llu\n", (unsigned long long)p->held,
                (unsigned long long)p->made);
    for (unsigned i = 0; i < p->lost_count; i++)
        printer_put(&t, "lost %s\n", p->lost[i]);
    printer_put(
        &t,
        "\n# The authority note of epoch %llu of %s/%s, which custodians sign on their own machines:\n"
        "#     comity authority sign THIS-FILE --key KEY\n# It is the last one below; those before it "
        "stand.\n",
        (unsigned long long)a->epoch, a->network, a->code);
    for (unsigned i = 0; i < p->count; i++)
        put_note(&t, &p->note[i]);
    if (t.err) {
        free(t.to);
        return ERR_SIZE;
    }
    *ret = t.to;
    return ERR_OK;
}

/* ---- judging and signing ---- */

enum err proposal_judge(const struct proposal *p, uint64_t *ret_at) {
    enum err err =
        authority_check_first(&p->authority[0], p->note[0].text, p->note[0].signature, p->note[0].count);

    *ret_at = 0;
    for (unsigned i = 1; i < p->count && !err; i++) {
        *ret_at = p->authority[i].epoch;
        err = chain_check_next(p->authority, i, &p->authority[i], p->note[i].text, p->note[i].signature,
                               p->note[i].count, &p->note[i].proof);
    }
    return err;
}

void proposal_count(const struct proposal *p, struct proposal_tally *ret) {
    const struct package_note *note = proposal_note(p);
    const struct authority *a = proposal_authority(p), *parent = p->count > 1 ? a - 1 : NULL;

    *ret = (struct proposal_tally){.root_need = a->root_need};
    ret->root = authority_count_roots(a, note->text, note->signature, note->count);
    if (parent) {
        ret->committed_need = parent->next_need;
        ret->committed = authority_count_committed(parent, note->text, note->signature, note->count);
    }
}

bool proposal_takes(const struct proposal *p, const struct pubkey *key) {
    const struct authority *a = proposal_authority(p);

    return authority_has_root(a, key) || (p->count > 1 && authority_has_commitment(a - 1, key));
}

enum err proposal_add(struct proposal *p, const struct authority_signature *signature) {
    struct package_note *note = proposal_note(p);

    if (!proposal_takes(p, &signature->key))
        return ERR_DENIED;
    for (unsigned i = 0; i < note->count; i++)
        if (pubkey_eq(&note->signature[i].key, &signature->key))
            return ERR_EXISTS;
    if (note->count == sizeof(note->signature) / sizeof(note->signature[0]))
        return ERR_ITEMS;
    enum err err = key_verify(&signature->key, note->text, &signature->signature);
    if (!err)
        note->signature[note->count++] = *signature;
    return err;
}

enum err proposal_merge(struct proposal *p, const struct proposal *other, unsigned *ret_added) {
    const struct package_note *theirs = proposal_note(other);

    *ret_added = 0;
    if (!bytes_eq(theirs->text, proposal_note(p)->text))
        return ERR_ORIGIN;
    for (unsigned i = 0; i < theirs->count; i++)
        *ret_added += proposal_add(p, &theirs->signature[i]) == ERR_OK;
    return ERR_OK;
}
