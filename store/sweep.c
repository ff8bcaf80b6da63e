#include "store/sweep.h"

#include <string.h>

#include "proto/authority.h"
#include "proto/reader.h"
#include "proto/view.h"
#include "proto/writer.h"
#include "store/ages.h"
#include "store/entries.h"
#include "store/notes.h"
#include "store/records.h"
#include "store/rows.h"
#include "store/scrub.h"

#define SWEPT_MAX 128
#define LOG_COST 16       /* rows that a log counts for, however few it has */
#define WALK_EVERY_S 3600 /* the versions of a log that moves: many rows, and retention is long */
#define STEPS_OF_DELAY 16 /* ages are told apart as finely as this part of the delay */

/* ---- what a log was when it was swept ---- */

struct swept {
    uint64_t size;
    struct digest note;
    uint64_t flags, delay_s, retention_s;
    uint64_t waiting, due_s;
    uint64_t erase_s; /* when the first of those that wait comes due */
    uint64_t walked_s, former_s;
};

static void swept_put(struct txn *t, const uint8_t *log, const struct swept *s) {
    uint8_t buffer[SWEPT_MAX];
    struct writer w;
    struct bytes value;
    writer_init(&w, buffer, sizeof buffer);
    writer_array(&w, 10);
    writer_uint(&w, s->size);
    writer_bin(&w, BYTES(s->note.b));
    writer_uint(&w, s->flags);
    writer_uint(&w, s->delay_s);
    writer_uint(&w, s->retention_s);
    writer_uint(&w, s->waiting);
    writer_uint(&w, s->due_s);
    writer_uint(&w, s->erase_s);
    writer_uint(&w, s->walked_s);
    writer_uint(&w, s->former_s);
    enum err err = writer_end(&w, &value);
    if (err)
        txn_fail(t, err);
    else
        row_put(t, TABLE_SWEPT, (struct bytes){log, LOG_ID_LEN}, value);
}

static bool swept_get(struct txn *t, const uint8_t *log, struct swept *ret) {
    struct reader r;
    struct bytes value;
    if (!row_get(t, TABLE_SWEPT, (struct bytes){log, LOG_ID_LEN}, &value))
        return false;
    reader_init(&r, value);
    reader_array(&r, 10);
    ret->size = reader_uint(&r, UINT64_MAX);
    reader_fixed(&r, ret->note.b, DIGEST_LEN);
    ret->flags = reader_uint(&r, UINT64_MAX);
    ret->delay_s = reader_uint(&r, UINT64_MAX);
    ret->retention_s = reader_uint(&r, UINT64_MAX);
    ret->waiting = reader_uint(&r, UINT64_MAX);
    ret->due_s = reader_uint(&r, UINT64_MAX);
    ret->erase_s = reader_uint(&r, UINT64_MAX);
    ret->walked_s = reader_uint(&r, UINT64_MAX);
    ret->former_s = reader_uint(&r, UINT64_MAX);
    return !reader_end(&r); /* of another program's: it is swept anew */
}

void sweep_waiting(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t *ret_waiting,
                   uint64_t *ret_due_s) {
    struct swept s;
    bool known = swept_get(t, log, &s);
    *ret_waiting = known ? s.waiting : 0;
    *ret_due_s = known ? s.erase_s : RETENTION_NEVER;
}

/* Whether nothing has changed since. */
static bool is_swept(struct txn *t, const struct log_record *record, const struct retention_policy *policy,
                     uint64_t now_s, uint64_t *ret_due_s) {
    struct swept s;
    if (!swept_get(t, record->id, &s) || s.size != record->head.size || !digest_eq(&s.note, &record->note) ||
        s.flags != record->head.flags || s.delay_s != policy->erase_delay_s ||
        s.retention_s != policy->retention_s || s.due_s <= now_s)
        return false;
    *ret_due_s = s.due_s;
    return true;
}

/* ---- one log ---- */

static struct retention_log log_of(struct txn *t, const struct log_record *record) {
    struct retention_log log = {.doubtful = (record->head.flags & VIEW_DOUBTFUL) != 0};
    struct package_note note;
    struct authority a;
    if (notes_get(t, record->id, record->head.epoch, &record->note, &note) && !authority_parse(note.text, &a))
        log.anchor = a.anchor_size;
    else
        log.doubtful = true;
    return log;
}

/* One step of a sweep: what it may still look at and destroy. */
struct step {
    struct txn *t;
    const struct retention_policy *policy;
    uint64_t now_s;
    struct log_record record;
    struct retention_log log;
    unsigned rows, parts;
};

static bool has_room(const struct step *s) {
    return !s->t->err && s->rows > 0 && s->parts > 0;
}

static void due_note(struct sweep *sweep, uint64_t due_s) {
    if (due_s < sweep->next_s)
        sweep->next_s = due_s;
}

static void destroy(struct step *s, struct sweep *sweep, uint64_t index) {
    s->parts--;
    sweep->destroyed++;
    uint64_t bytes = entries_destroy(s->t, s->record.id, index);
    if (!bytes)
        return;
    record_less(&s->record, bytes);
    record_put(s->t, &s->record);
    scrub_want(s->t);
}

/* What the view erases.  A part that has never come is marked as well: it is not to be had any more. */
static void erasures_sweep(struct step *s, struct sweep *sweep) {
    while (has_room(s)) {
        if (!erased_next(s->t, s->record.id, s->record.head.size, &sweep->erased)) {
            sweep->erasures_done = true;
            return;
        }
        s->rows--;
        if (!entries_left(s->t, s->record.id, sweep->erased.entry))
            continue;
        uint64_t due_s = retention_erased(s->policy, &s->log, sweep->erased.leaf,
                                          ages_seen(s->t, s->record.id, sweep->erased.leaf));
        if (due_s <= s->now_s) {
            destroy(s, sweep, sweep->erased.entry);
        } else {
            sweep->waiting++;
            due_note(sweep, due_s);
        }
    }
}

/* The directory's next row of a contact's version: by id, newest first. */
static bool version_next(struct step *s, struct sweep *sweep, uint64_t *ret_index, uint64_t *ret_valid_from,
                         bool *ret_withdrawn) {
    uint8_t sought[sizeof sweep->key + 1] = {0};
    struct bytes key, value;
    memcpy(sought, s->record.id, LOG_ID_LEN);
    sought[LOG_ID_LEN] = LEAF_CONTACT;
    memcpy(sought, sweep->key, sweep->key_len);
    size_t len = sweep->key_len ? sweep->key_len + 1 : LOG_ID_LEN + 1;
    if (!row_ceil(s->t, TABLE_DIRECTORY, (struct bytes){sought, len}, &key, &value) ||
        !row_starts(key, sought, LOG_ID_LEN + 1))
        return false;
    if (key.len != sizeof sweep->key || value.len != 9) {
        txn_fail(s->t, ERR_CORRUPT);
        return false;
    }
    if (!sweep->key_len || memcmp(sweep->key, key.ptr, key.len - 8) != 0)
        sweep->since_s = RETENTION_NEVER;
    memcpy(sweep->key, key.ptr, key.len);
    sweep->key_len = key.len;
    *ret_index = ~be64_get(key.ptr + key.len - 8);
    *ret_valid_from = be64_get(value.ptr);
    *ret_withdrawn = value.ptr[8] != 0;
    return true;
}

/* The versions of contacts that no longer count.  True at the end. */
static bool versions_sweep(struct step *s, struct sweep *sweep) {
    uint64_t index, valid_from;
    bool withdrawn;
    while (has_room(s)) {
        if (!version_next(s, sweep, &index, &valid_from, &withdrawn))
            return !s->t->err;
        s->rows--;
        if (index >= s->record.head.size)
            continue;
        uint64_t due_s = retention_superseded(s->policy, &s->log, sweep->since_s);
        if (!withdrawn && due_s != RETENTION_NEVER && entries_held(s->t, s->record.id, index)) {
            if (due_s <= s->now_s)
                destroy(s, sweep, index);
            else if (due_s < sweep->former_s)
                sweep->former_s = due_s;
        }
        uint64_t counts_s = retention_counts(valid_from, ages_seen(s->t, s->record.id, index));
        if (counts_s < sweep->since_s)
            sweep->since_s = counts_s;
    }
    return false;
}

/* Whether the versions are to be walked: at first, when some are due, and in a log that moves now and then.
 */
static bool walk_is_due(struct step *s, const struct swept *before) {
    uint64_t every_s = s->policy->retention_s / STEPS_OF_DELAY;
    if (every_s > WALK_EVERY_S)
        every_s = WALK_EVERY_S;
    return before->retention_s != s->policy->retention_s || before->flags != s->record.head.flags ||
           before->former_s <= s->now_s || s->now_s - before->walked_s >= every_s;
}

static void log_begin(struct step *s, struct sweep *sweep) {
    struct swept before;
    bool known = swept_get(s->t, s->record.id, &before);
    sweep->walks = !known || walk_is_due(s, &before);
    sweep->walked_s = sweep->walks ? s->now_s : before.walked_s;
    sweep->former_s = sweep->walks ? RETENTION_NEVER : before.former_s;
    s->rows -= s->rows < LOG_COST ? s->rows : LOG_COST;
    if (ages_behind(s->t, &s->record, s->now_s))
        ages_note(s->t, &s->record, s->now_s, s->policy->erase_delay_s / STEPS_OF_DELAY);
    sweep->inside = true;
    sweep->size = s->record.head.size;
    sweep->flags = s->record.head.flags;
    sweep->note = s->record.note;
    sweep->erasures_done = false;
    sweep->erased = (struct erased){.begun = false};
    sweep->key_len = 0;
    sweep->waiting = 0;
    sweep->next_s = RETENTION_NEVER;
}

static void log_end(struct step *s, struct sweep *sweep) {
    uint64_t erase_s = sweep->next_s;
    uint64_t again_s = sweep->walks || s->policy->retention_s == RETENTION_NEVER
                           ? RETENTION_NEVER
                           : sweep->walked_s + WALK_EVERY_S; /* what has come since is walked too */
    due_note(sweep, sweep->former_s < again_s ? sweep->former_s : again_s);
    struct swept swept = {.size = sweep->size,
                          .note = sweep->note,
                          .flags = sweep->flags,
                          .delay_s = s->policy->erase_delay_s,
                          .retention_s = s->policy->retention_s,
                          .waiting = sweep->waiting,
                          .due_s = sweep->next_s,
                          .erase_s = erase_s,
                          .walked_s = sweep->walked_s,
                          .former_s = sweep->former_s};
    swept_put(s->t, s->record.id, &swept);
    sweep->inside = false;
    if (sweep->next_s < sweep->due_s)
        sweep->due_s = sweep->next_s;
}

/* The log that the sweep is in, or the next that has something to be swept; false at the end. */
static bool log_next(struct step *s, struct sweep *sweep) {
    if (sweep->inside && logs_get(s->t, sweep->log, &s->record))
        return true;
    sweep->inside = false;
    memcpy(s->record.id, sweep->log, LOG_ID_LEN);
    for (; has_room(s); s->rows--) {
        uint64_t due_s;
        if (!logs_next(s->t, &s->record))
            return false;
        memcpy(sweep->log, s->record.id, LOG_ID_LEN);
        if (!is_swept(s->t, &s->record, s->policy, s->now_s, &due_s)) {
            log_begin(s, sweep);
            return true;
        }
        if (due_s < sweep->due_s)
            sweep->due_s = due_s;
    }
    return true;
}

bool sweep_step(struct txn *t, const struct retention_policy *policy, uint64_t now_s, struct sweep *sweep) {
    static const uint8_t zero[LOG_ID_LEN];
    struct step s = {.t = t, .policy = policy, .now_s = now_s, .rows = SWEEP_ROWS, .parts = SWEEP_PARTS};
    if (memcmp(sweep->log, zero, LOG_ID_LEN) == 0)
        sweep->due_s = RETENTION_NEVER;
    while (has_room(&s)) {
        if (!log_next(&s, sweep))
            return false;
        if (!sweep->inside)
            return true; /* the step has been spent on logs that were swept */
        s.log = log_of(t, &s.record);
        if (!sweep->erasures_done)
            erasures_sweep(&s, sweep);
        if (sweep->erasures_done && (!sweep->walks || versions_sweep(&s, sweep)))
            log_end(&s, sweep);
    }
    return !t->err;
}
