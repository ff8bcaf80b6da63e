#include "node/cli/ceremony.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/cli/keyring.h"
#include "node/cli/terminal.h"
#include "node/file.h"

/* ---- reading ---- */

static const char *remedy(enum err err) {
    switch (err) {
    case ERR_VERSION:
        return "It is not a proposal: comity authority propose writes one";
    case ERR_SIZE:
    case ERR_MEMORY:
        return "";
    default:
        return "It was damaged or altered on its way: take it from the node again, and do not sign";
    }
}

static bool judge(struct cli *cli, const char *path, const struct proposal *p) {
    char what[PATH_LEN + 40];
    uint64_t at = 0;
    enum err err = proposal_judge(p, &at);
    bool last = at == proposal_authority(p)->epoch;

    if (!err || (last && (err == ERR_COMMITTED || err == ERR_UNSIGNED)))
        return true;
    snprintf(what, sizeof(what), "%s: the note of epoch %" PRIu64, path, at);
    cli->status =
        cli_err(cli, err, what,
                last ? "No node would take it: do not sign" : "The chain before the proposal is broken");
    return false;
}

bool ceremony_read(struct cli *cli, const char *path, struct proposal *ret) {
    uint8_t *text = NULL;
    size_t len = 0;
    enum err err = file_read(path, PROPOSAL_MAX, &text, &len);

    *ret = (struct proposal){0};
    if (err) {
        cli->status = cli_err(cli, err, path, "");
        return false;
    }
    err = proposal_parse((struct bytes){text, len}, ret);
    free(text);
    if (err)
        cli->status = cli_err(cli, err, path, remedy(err));
    else if (judge(cli, path, ret))
        return true;
    proposal_free(ret);
    return false;
}

void ceremony_origin(const struct proposal *p, char ret[static ORIGIN_MAX + 1]) {
    authority_origin(&p->authority[0], ret);
}

/* ---- showing ---- */

static void put_key(FILE *to, const char *sign, const struct digest *fingerprint, const char *remark) {
    fprintf(to, "  %s %s\n", sign, remark);
    keyring_print(to, fingerprint, "      ");
}

static bool lists(const struct authority *a, const struct digest *fingerprint) {
    for (unsigned i = 0; i < a->root_count; i++) {
        struct digest other = keyring_fingerprint(&a->root[i]);
        if (digest_eq(&other, fingerprint))
            return true;
    }
    return false;
}

static bool is_own(const struct digest *fingerprint, const struct ceremony_own *own) {
    struct digest key = own && own->key ? keyring_fingerprint(own->key) : *fingerprint;

    return (own && own->key && digest_eq(&key, fingerprint)) ||
           (own && own->next && digest_eq(own->next, fingerprint));
}

/* Keys that go out are named by their hex alone: nobody has to compare them. */
static void put_gone(FILE *to, const struct digest *fingerprint, const char *remark) {
    char hex[FINGERPRINT_TEXT];

    fingerprint_text(fingerprint, hex);
    fprintf(to, "  - %s\n      %s\n", remark, hex);
}

static void show_operators(FILE *to, const struct authority *a, const struct authority *parent) {
    fprintf(to, "Operator keys, which officers publish with, in this epoch only:\n");
    for (unsigned i = 0; parent && i < parent->operator_count; i++) {
        struct digest fingerprint = keyring_fingerprint(&parent->operator_key[i]);
        put_gone(to, &fingerprint, "goes out");
    }
    for (unsigned i = 0; i < a->operator_count; i++) {
        struct digest fingerprint = keyring_fingerprint(&a->operator_key[i]);
        put_key(to, "+", &fingerprint, "comes in");
    }
}

static void show_roots(FILE *to, const struct authority *a, const struct authority *parent,
                       const struct ceremony_own *own) {
    char remark[120];

    fprintf(to, "Custodians' keys of this epoch: %u of these %u sign it\n", a->root_need, a->root_count);
    for (unsigned i = 0; i < a->root_count; i++) {
        struct digest fingerprint = keyring_fingerprint(&a->root[i]);
        snprintf(remark, sizeof(remark), "%s%s",
                 !parent                                         ? "a first key"
                 : authority_has_commitment(parent, &a->root[i]) ? "the epoch before has committed to it"
                                                                 : "NEW: the epoch before did not know it",
                 is_own(&fingerprint, own) ? " -- YOURS" : "");
        put_key(to, "+", &fingerprint, remark);
    }
    for (unsigned i = 0; parent && i < parent->next_count; i++)
        if (!lists(a, &parent->next[i]))
            put_gone(to, &parent->next[i],
                     "was committed to, and is NOT among them: lost, or its custodian leaves");
    fprintf(to, "Custodians' keys of the next epoch: %u of these %u will have to sign it\n", a->next_need,
            a->next_count);
    for (unsigned i = 0; i < a->next_count; i++)
        put_key(to, "+", &a->next[i], is_own(&a->next[i], own) ? "committed to -- YOURS" : "committed to");
}

static void show_lost(FILE *to, const struct proposal *p, uint64_t lost) {
    fprintf(to,
            "  ATTENTION: the log had %" PRIu64 " entries when this was proposed. %" PRIu64
            " of them LOSE%s FORCE,\n  and what is right of that has to be published again:\n",
            p->held, lost, lost == 1 ? "S ITS" : " THEIR");
    for (unsigned i = 0; i < p->lost_count; i++) {
        fputs("    ", to);
        terminal_put(to, p->lost[i]);
        fputc('\n', to);
    }
    if (lost > p->lost_count)
        fprintf(to, "    and %" PRIu64 " more\n", lost - p->lost_count);
}

static void show_bounds(FILE *to, const struct proposal *p, unsigned at) {
    const struct authority *a = &p->authority[at];
    bool last = at + 1 == p->count;

    if (at) {
        fprintf(to, "The log keeps its first %" PRIu64 " entries: nobody can change them any more.\n",
                a->anchor_size);
        if (last && p->held > a->anchor_size)
            show_lost(to, p, p->held - a->anchor_size);
        else if (last && p->held)
            fprintf(to, "  No entry is lost: that is all that the log had when this was proposed.\n");
    }
    fprintf(to, "In this epoch the log may grow to %" PRIu64 " entries.\n", a->max);
}

void ceremony_show(FILE *to, const struct proposal *p, unsigned at, const struct ceremony_own *own) {
    const struct authority *a = &p->authority[at], *parent = at ? a - 1 : NULL;
    char origin[ORIGIN_MAX + 1];

    ceremony_origin(p, origin);
    fprintf(to, "Epoch %" PRIu64 " of %c%c on %s\n  log %s\n", a->epoch, toupper((unsigned char)a->code[0]),
            toupper((unsigned char)a->code[1]), a->network, origin);
    fprintf(to, "  fingerprint of the State, the same in all epochs:\n");
    keyring_print(to, &p->authority[0].hash, "      ");
    show_operators(to, a, parent);
    show_roots(to, a, parent, own);
    show_bounds(to, p, at);
}

bool ceremony_tally(FILE *to, const struct proposal *p) {
    struct proposal_tally t;

    proposal_count(p, &t);
    fprintf(to, "Signatures: ");
    if (t.committed_need)
        fprintf(to, "by %u keys that the epoch before has committed to (%u are needed), ", t.committed,
                t.committed_need);
    fprintf(to, "by %u of its own keys (%u are needed)\n", t.root, t.root_need);
    return t.committed >= t.committed_need && t.root >= t.root_need;
}

/* ---- JSON ---- */

static json_t *fingerprint_json(const struct digest *fingerprint) {
    char hex[FINGERPRINT_TEXT], words[FINGERPRINT_WORDS];

    fingerprint_text(fingerprint, hex);
    fingerprint_words(fingerprint, ' ', words);
    return json_pack("{s:s, s:s}", "fingerprint", hex, "fingerprint_words", words);
}

static json_t *keys_json(const struct pubkey *key, unsigned count, const struct authority *parent,
                         const struct package_note *note) {
    json_t *list = json_array();

    for (unsigned i = 0; i < count; i++) {
        struct digest fingerprint = keyring_fingerprint(&key[i]);
        json_t *one = fingerprint_json(&fingerprint);
        char hex[2 * KEY_LEN + 1];
        hex_put(hex, key[i].b, KEY_LEN);
        json_object_set_new(one, "key", json_string(hex));
        if (note) {
            bool signs = false;
            for (unsigned k = 0; k < note->count; k++)
                signs = signs || pubkey_eq(&note->signature[k].key, &key[i]);
            json_object_set_new(one, "committed",
                                json_boolean(parent && authority_has_commitment(parent, &key[i])));
            json_object_set_new(one, "signed", json_boolean(signs));
        }
        json_array_append_new(list, one);
    }
    return list;
}

json_t *ceremony_json(const struct proposal *p, unsigned at) {
    const struct authority *a = &p->authority[at], *parent = at ? a - 1 : NULL;
    char origin[ORIGIN_MAX + 1], root[BASE64_LEN(DIGEST_LEN) + 1], hash[2 * DIGEST_LEN + 1];
    json_t *next = json_array();
    size_t pos = 0;

    ceremony_origin(p, origin);
    hex_put(hash, a->hash.b, DIGEST_LEN);
    if (base64_put(root, sizeof(root), &pos, BYTES(a->anchor_root.b)))
        root[0] = 0;
    for (unsigned i = 0; i < a->next_count; i++)
        json_array_append_new(next, fingerprint_json(&a->next[i]));
    return json_pack("{s:s, s:I, s:s, s:{s:I, s:s}, s:I, s:i, s:o, s:i, s:o, s:o}", "origin", origin, "epoch",
                     (json_int_t)a->epoch, "hash", hash, "anchor", "size", (json_int_t)a->anchor_size, "root",
                     root, "max", (json_int_t)a->max, "root_threshold", (int)a->root_need, "roots",
                     keys_json(a->root, a->root_count, parent, &p->note[at]), "next_threshold",
                     (int)a->next_need, "next", next, "operators",
                     keys_json(a->operator_key, a->operator_count, NULL, NULL));
}
