#include "node/cli/making.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/cli/approving.h"
#include "node/cli/primacy.h"
#include "node/draft.h"

void making_free(struct making *m) {
    for (uint32_t i = 0; i < m->pending.count; i++)
        free(m->piece[i]);
    free(m->piece);
    pending_free(&m->pending);
}

static bool grow(struct making *m) {
    uint32_t room = m->room ? m->room * 2 : 64;
    struct entry *entry = realloc(m->pending.entry, room * sizeof(*entry));
    if (entry)
        m->pending.entry = entry;
    struct pending_draft *draft = realloc(m->pending.draft, room * sizeof(*draft));
    if (draft)
        m->pending.draft = draft;
    uint8_t **piece = realloc(m->piece, room * sizeof(*piece));
    if (piece)
        m->piece = piece;
    if (!entry || !draft || !piece)
        return false;
    m->room = room;
    return true;
}

static void count_action(struct making *m, const char *action) {
    m->put += !strcmp(action, "put");
    m->withdrawn += !strcmp(action, "withdraw");
    m->erased += !strcmp(action, "erase");
    m->accredited += !strcmp(action, "accredit");
    m->words += !strcmp(action, "endorse") || !strcmp(action, "succeed") || !strcmp(action, "unsay");
}

/* Move an entry from the scratch buffer to memory of its own size. */
static bool keep(struct making *m, const uint8_t *scratch, size_t len, struct entry *entry) {
    uint8_t *piece = malloc(len ? len : 1);

    if (!piece)
        return false;
    memcpy(piece, scratch, len);
    entry->leaf.ptr = piece + (entry->leaf.ptr - scratch);
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        if (entry->part[class].state == PART_HELD)
            entry->part[class].salted.ptr = piece + (entry->part[class].salted.ptr - scratch);
    m->piece[m->pending.count] = piece;
    m->bytes += len;
    m->pending.entry[m->pending.count++] = *entry;
    return true;
}

/* What a draft would erase may have come into force again, or its end may have been discarded. */
static bool erasure_good(struct cli *cli, uint64_t seq, json_t *draft) {
    const char *action = json_string_value(json_object_get(draft, "action"));

    if (!action || strcmp(action, "erase"))
        return true;
    json_t *answer =
        cli_call(cli, "erase-check", json_pack("{s:I, s:O}", "seq", (json_int_t)seq, "draft", draft));
    json_decref(answer);
    return answer;
}

static bool add(struct cli *cli, struct making *m, uint64_t seq, const char *text, uint64_t now_s) {
    static uint8_t scratch[DRAFT_ENTRY_MAX];
    struct draft_salts salts;
    struct entry entry;
    size_t len = 0;
    char what[64];
    json_t *draft = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

    if (m->pending.count == m->room && !grow(m)) {
        json_decref(draft);
        cli->status = cli_err(cli, ERR_MEMORY, "the batch", "");
        return false;
    }
    if (draft && (!approving_good(cli, seq, draft) || !erasure_good(cli, seq, draft))) {
        json_decref(draft);
        return false;
    }
    randombytes_buf(&salts, sizeof(salts));
    enum err err = draft ? draft_entry(draft, now_s, &salts, scratch, &entry, &len) : ERR_SCHEMA;
    if (!err) {
        count_action(m, json_string_value(json_object_get(draft, "action")));
        m->primaries |= json_is_true(json_object_get(json_object_get(draft, "record"), "primary"));
        m->pending.draft[m->pending.draft_count++] = (struct pending_draft){seq, digest_of(bytes_str(text))};
        if (!keep(m, scratch, len, &entry))
            err = ERR_MEMORY;
    }
    json_decref(draft);
    if (err) {
        snprintf(what, sizeof(what), "draft %" PRIu64, seq);
        cli->status = cli_err(cli, err, what, "`comity discard` drops it");
    }
    return !err;
}

/* Take one page of drafts; *seq moves on. */
static bool add_page(struct cli *cli, struct making *m, uint64_t *seq, uint64_t now_s, bool *ret_more) {
    json_t *page = cli_call(cli, "draft-list", json_pack("{s:I}", "after", (json_int_t)*seq)), *draft;
    bool good = page;
    size_t i;

    json_array_foreach(json_object_get(page, "drafts"), i, draft) {
        const char *text = json_string_value(json_object_get(draft, "text"));
        *seq = (uint64_t)json_integer_value(json_object_get(draft, "seq"));
        m->left = m->pending.count == PENDING_ENTRIES_MAX || m->bytes > PENDING_BYTES_MAX / 2;
        if (m->left)
            break;
        good = text && add(cli, m, *seq, text, now_s);
        if (!good)
            break;
    }
    *ret_more = json_is_true(json_object_get(page, "more")) && !m->left;
    json_decref(page);
    return good;
}

/* The first entry of a later epoch names its note; no draft asks for it. */
static bool add_note(struct cli *cli, struct making *m, const struct ownlog *log, uint64_t now_s) {
    uint8_t scratch[LEAF_MAX];
    struct entry entry;
    size_t len = 0;
    enum err err = grow(m) ? draft_note(&log->authority, now_s, scratch, &entry, &len) : ERR_MEMORY;

    if (!err && !keep(m, scratch, len, &entry))
        err = ERR_MEMORY;
    m->notes += !err;
    if (err)
        cli->status = cli_err(cli, err, "the entry that names the new authority note", "");
    return !err;
}

/* Drafts of several people meet here: each beside what all others are and are to be. */
static bool check_primaries(struct cli *cli) {
    struct drafting d;
    struct record_error why;
    const char *id;
    json_t *draft;
    bool good = true;

    if (!drafting_begin(&d, cli, false))
        return false;
    json_object_foreach(d.pending, id, draft) {
        if (good && primacy_clash(&d, id, json_object_get(draft, "record"), &why)) {
            good = false;
            cli->status =
                cli_say(cli, CLI_REFUSED, "draft %lld, %s/%.12s: %s",
                        (long long)json_integer_value(json_array_get(json_object_get(draft, "seqs"), 0)),
                        d.state, id, why.text);
        }
    }
    return drafting_end(&d) && good;
}

bool making_gather(struct cli *cli, const struct ownlog *log, struct making *m) {
    uint64_t seq = 0, now_s = (uint64_t)time(NULL);
    bool more = true;

    if (log->authority.epoch && ownlog_at_anchor(log) && !add_note(cli, m, log, now_s))
        return false;
    while (more)
        if (!add_page(cli, m, &seq, now_s, &more))
            return false;
    return !m->primaries || check_primaries(cli);
}
