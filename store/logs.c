#include "store/logs.h"

#include <assert.h>
#include <string.h>

#include "proto/reader.h"
#include "proto/view.h"
#include "proto/writer.h"
#include "store/changes.h"
#include "store/directory.h"
#include "store/entries.h"
#include "store/records.h"
#include "store/tiles.h"

#define NOTE_KEY (LOG_ID_LEN + 8)
#define NOTE_SIGNATURES (ROOT_KEYS_MAX * 2)
#define NOTE_ROW_MAX                                                                                         \
    (AUTHORITY_MAX + NOTE_SIGNATURES * (KEY_LEN + SIGNATURE_LEN + 8) + PROOF_MAX * (DIGEST_LEN + 2) + 32)

static void note_key(uint8_t ret[static NOTE_KEY], const uint8_t *log, uint64_t epoch) {
    memcpy(ret, log, LOG_ID_LEN);
    be64_put(ret + LOG_ID_LEN, epoch);
}

static void note_put(struct txn *t, const uint8_t *log, uint64_t epoch, const struct package_note *note) {
    uint8_t key[NOTE_KEY], buffer[NOTE_ROW_MAX];
    struct writer w;
    struct bytes value;
    writer_init(&w, buffer, sizeof buffer);
    package_note_write(&w, note);
    enum err err = writer_end(&w, &value);
    note_key(key, log, epoch);
    if (err)
        txn_fail(t, err);
    else
        row_put(t, TABLE_NOTES, BYTES(key), value);
}

bool logs_note(struct txn *t, const uint8_t id[static LOG_ID_LEN], uint64_t epoch, struct package_note *ret) {
    uint8_t key[NOTE_KEY];
    struct bytes value;
    struct reader r;
    note_key(key, id, epoch);
    if (!row_get(t, TABLE_NOTES, BYTES(key), &value))
        return false;
    reader_init(&r, value);
    struct package_note note;
    package_note_next(&r, &note);
    if (reader_end(&r)) {
        txn_fail(t, ERR_CORRUPT);
        return false;
    }
    *ret = note;
    return true;
}

void logs_open(struct txn *t, const char *origin, const struct package_note *note, struct log_record *ret) {
    struct log_record record;
    char network[NETWORK_MAX + 1];
    uint8_t id[LOG_ID_LEN];
    origin_log_id(origin, id);
    if (logs_get(t, id, &record))
        txn_fail(t, ERR_EXISTS);
    enum err err = origin_check(bytes_str(origin), network, record.code);
    if (err)
        txn_fail(t, err);
    if (t->err)
        return;
    memcpy(record.id, id, LOG_ID_LEN);
    memcpy(record.head.log, id, LOG_ID_LEN);
    memcpy(record.origin, origin, strlen(origin));
    record.head.root = digest_empty();
    note_put(t, id, 0, note);
    record_put(t, &record);
    *ret = record;
}

/* The peaks of a frontier, from the lowest up. */
static void frontier_put(struct txn *t, const uint8_t *log, const struct frontier *f) {
    uint8_t value[64 * DIGEST_LEN];
    size_t len = 0;
    for (unsigned level = 0; level < 64; level++)
        if (f->size >> level & 1) {
            memcpy(value + len, f->peak[level].b, DIGEST_LEN);
            len += DIGEST_LEN;
        }
    row_put(t, TABLE_FRONTIERS, (struct bytes){log, LOG_ID_LEN}, (struct bytes){value, len});
}

void logs_frontier(struct txn *t, const struct log_record *record, struct frontier *ret) {
    struct frontier f;
    struct bytes value = {NULL, 0};
    size_t at = 0;
    frontier_init(&f);
    if (record->held)
        row_get(t, TABLE_FRONTIERS, BYTES(record->id), &value);
    for (unsigned level = 0; level < 64; level++)
        if (record->held >> level & 1) {
            if (value.len - at >= DIGEST_LEN)
                memcpy(f.peak[level].b, value.ptr + at, DIGEST_LEN);
            else
                txn_fail(t, ERR_CORRUPT);
            at += value.len - at >= DIGEST_LEN ? DIGEST_LEN : 0;
        }
    f.size = record->held;
    if (at != value.len)
        txn_fail(t, ERR_CORRUPT);
    if (!t->err)
        *ret = f;
}

static void entries_take(struct txn *t, struct log_record *record, const struct package *package,
                         const struct digest *leaf_hash, const struct gate_verdict *verdict) {
    assert(verdict->after.size == package->from + package->entry_count);
    entries_append(t, package);
    if (t->err)
        return;
    tiles_append(t, record->id, package->from, leaf_hash, package->entry_count);
    frontier_put(t, record->id, &verdict->after);
    record->held = verdict->after.size;
    if (verdict->complete || record->held - record->noted >= DIRECTORY_LAG) {
        directory_note(t, record->id, record->noted, record->held);
        record->noted = record->held;
    }
}

static void head_move(struct txn *t, struct log_record *record, const struct view *view,
                      const struct gate_verdict *verdict, uint64_t now_s) {
    checkpoint_put(t, record->id, SLOT_HEAD, view->size, &view->root, verdict->signature,
                   verdict->signature_count);
    record->head.epoch = view->epoch;
    record->head.size = view->size;
    record->head.root = view->root;
    record->head.flags = view->flags;
    record->head.f = view->f;
    record->moved = now_s;
    changes_move(t, record);
}

struct held_tree {
    struct tree_reader reader;
    uint64_t held;
};

static bool held_root(void *held_tree, uint32_t branch, uint64_t size, struct digest *ret) {
    struct held_tree *tree = held_tree;
    return branch == 0 && size <= tree->held && merkle_root(ret, size, logs_lookup, &tree->reader) == ERR_OK;
}

/* What this node believes of the log, now that all entries of the package's target are held. */
static struct view view_with(struct txn *t, const struct log_record *record, const struct package *package) {
    struct view_candidate candidate[] = {{0, record->head.size, record->head.root},
                                         {0, package->size, package->root}};
    struct held_tree tree = {{.txn = t}, record->held};
    struct package_note note;
    struct authority a;
    memcpy(tree.reader.id, record->id, LOG_ID_LEN);
    if (!logs_note(t, record->id, record->epoch, &note) || authority_parse(note.text, &a)) {
        txn_fail(t, ERR_CORRUPT);
        return (struct view){.epoch = record->head.epoch, .size = record->head.size};
    }
    struct view_note first = {a.hash, VIEW_NONE, a.epoch, a.anchor_size, a.anchor_root, a.max, false};
    struct view_facts facts = {.note_count = 1,
                               .branch_count = 1,
                               .candidate_count = 2,
                               .note = &first,
                               .trusted = VIEW_NONE,
                               .candidate = candidate,
                               .root = held_root,
                               .context = &tree};
    return view_of(&facts, false);
}

/* Take up the target of a package: it is the new head, or what is pending until its entries have come. */
static void target_take(struct txn *t, struct log_record *record, const struct package *package,
                        const struct gate_verdict *verdict, uint64_t now_s) {
    if (verdict->complete) {
        struct view view = view_with(t, record, package);
        if (!t->err && (view.epoch != record->head.epoch || view.size != record->head.size))
            head_move(t, record, &view, verdict, now_s);
    }
    if (!verdict->complete && package->size > record->target) {
        checkpoint_put(t, record->id, SLOT_TARGET, package->size, &package->root, verdict->signature,
                       verdict->signature_count);
        record->target = package->size;
    }
    if (record->target && record->target <= record->head.size) {
        checkpoint_drop(t, record->id, SLOT_TARGET);
        record->target = 0;
    }
}

void logs_append(struct txn *t, struct log_record *record, const struct package *package,
                 const struct digest *leaf_hash, const struct gate_verdict *verdict, uint64_t now_s) {
    if (!logs_get(t, package->log, record))
        txn_fail(t, ERR_NOT_FOUND);
    else if (package->from != record->held)
        txn_fail(t, ERR_GAP);
    if (!t->err && package->entry_count)
        entries_take(t, record, package, leaf_hash, verdict);
    if (!t->err && package->size)
        target_take(t, record, package, verdict, now_s);
    if (!t->err)
        record_put(t, record);
}
