#include <string.h>

#include "node/intake_state.h"
#include "proto/chain.h"
#include "proto/keep.h"
#include "store/believe.h"
#include "store/wanted.h"

enum err intake_authority(struct txn *t, const struct log_record *record, uint64_t epoch,
                          const struct digest *hash, struct authority *ret) {
    struct package_note note;
    if (!notes_get(t, record->id, epoch, hash, &note))
        return t->err ? t->err : ERR_CORRUPT;
    return authority_parse(note.text, ret) ? ERR_CORRUPT : ERR_OK;
}

/* The chain that ends in a kept note. */
static enum err chain_load(struct intake *intake, struct txn *t, const struct log_record *record,
                           uint32_t last, unsigned *ret_count) {
    const struct view_note *note = intake->facts.note;
    *ret_count = (unsigned)note[last].epoch + 1;
    for (uint32_t at = last; at != VIEW_NONE; at = note[at].parent) {
        enum err err =
            intake_authority(t, record, note[at].epoch, &note[at].hash, &intake->chain[note[at].epoch]);
        if (err)
            return err;
    }
    return ERR_OK;
}

static bool is_named(const struct intake *intake, uint32_t count, const struct authority *a) {
    for (uint32_t i = 0; i < count; i++)
        if (intake->named[i].epoch == a->epoch && digest_eq(&intake->named[i].hash, &a->hash))
            return true;
    return false;
}

/* A child of a note that trust names is kept too: of the last note of a log that is replaced, it is the veto.
 */
static bool follows_named(const struct intake *intake, uint32_t count, const struct authority *a) {
    for (uint32_t i = 0; i < count; i++)
        if (intake->named[i].epoch + 1 == a->epoch && digest_eq(&intake->named[i].hash, &a->prev))
            return true;
    return false;
}

static unsigned notes_read(const struct package *package, struct package_note *ret) {
    struct reader r;
    unsigned count = 0;
    reader_init(&r, package->notes);
    while (count < NOTES_PER_FETCH && package_note_next(&r, &ret[count]))
        count++;
    return count;
}

/* What trust names, and of this package's notes those that lead to it: they come in the order of the chain.
 */
static uint32_t named_load(struct intake *intake, struct txn *t, const struct log_record *record,
                           const struct package_note *note, unsigned count) {
    uint32_t named = facts_named(t, record, intake->named);
    struct authority a;
    for (unsigned i = count; i-- > 0;)
        if (!authority_parse(note[i].text, &a) && a.has_prev && is_named(intake, named, &a))
            intake->named[named++] = (struct named){a.epoch - 1, a.prev};
    return named;
}

/* Judge one note; *ret_kept tells that it is new and kept. */
static enum err note_take(struct intake *intake, struct txn *t, const struct log_record *record,
                          uint32_t named, struct package_note *note, bool *ret_kept) {
    struct authority a;
    struct digest hash = digest_of(note->text);
    unsigned count;
    *ret_kept = false;
    if (facts_note(&intake->facts, &hash) != VIEW_NONE)
        return ERR_OK;
    enum err err = authority_parse(note->text, &a);
    if (err)
        return err;
    uint32_t parent = a.has_prev ? facts_note(&intake->facts, &a.prev) : VIEW_NONE;
    if (parent == VIEW_NONE || intake->facts.x.note_count == NOTES_MAX ||
        !keep_note(&intake->facts.x, parent, is_named(intake, named, &a) || follows_named(intake, named, &a)))
        return ERR_OK; /* nothing to hang it on, or no room: it will be offered again */
    err = chain_load(intake, t, record, parent, &count);
    if (!err)
        err = gate_next(intake->chain, count, note, &a);
    if (err)
        return err;
    notes_put(t, record->id, &a, note);
    *ret_kept = true;
    return t->err;
}

enum err intake_open(struct txn *t, const struct package *package, struct log_record *ret) {
    struct package_note note;
    struct authority a;
    struct wanted wanted;
    struct reader r;
    reader_init(&r, package->notes);
    if (!wanted_find(t, package->log, &wanted) || !package_note_next(&r, &note))
        return t->err ? t->err : ERR_NOT_FOUND;
    enum err err = gate_open(wanted.origin, &note, &a);
    if (err)
        return err;
    logs_open(t, wanted.origin, &note, ret);
    believe_all(t, ret->moved); /* who it is depends on what others say */
    return logs_get(t, package->log, ret) ? t->err : ERR_NOT_FOUND;
}

enum err intake_notes(struct intake *intake, struct txn *t, const struct package *package, uint64_t now_s,
                      struct log_record *record) {
    struct package_note note[NOTES_PER_FETCH];
    unsigned count = notes_read(package, note);
    uint32_t named = count ? named_load(intake, t, record, note, count) : 0;
    bool news = false;
    enum err err = ERR_OK;
    for (unsigned i = 0; i < count && !err && !t->err; i++) {
        bool kept = false;
        if (i == 0 || news)
            facts_load(t, record, &intake->facts);
        err = t->err ? t->err : note_take(intake, t, record, named, &note[i], &kept);
        news = news || kept;
    }
    if (news && !t->err) /* also if a later one is bad: those before it are good */
        believe_log(t, record, now_s);
    return t->err ? t->err : err;
}
