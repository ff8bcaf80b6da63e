#include "node/seeker.h"

#include <string.h>

#include "proto/view.h"
#include "store/records.h"

static struct search *search_of(struct seeker *s, const uint8_t *log) {
    for (unsigned i = 0; i < SYNC_LOCATES; i++)
        if (s->search[i].used && memcmp(s->search[i].log, log, LOG_ID_LEN) == 0)
            return &s->search[i];
    return NULL;
}

struct locate *seeker_find(struct seeker *s, const uint8_t log[static LOG_ID_LEN]) {
    struct search *search = search_of(s, log);
    return search ? &search->locate : NULL;
}

/* A place for the search of a log: its own, or that of one which has ended. */
static struct search *place_for(struct seeker *s, const struct sync *sync, const uint8_t *log) {
    struct search *search = search_of(s, log);
    for (unsigned i = 0; !search && i < SYNC_LOCATES; i++)
        if (!s->search[i].used || !sync_locating(sync, s->search[i].log))
            search = &s->search[i];
    return search;
}

/* So many leaves are held under a signature of the epoch: up to the candidate or, in dispute, to the fork. */
static uint64_t signed_size(struct txn *t, const struct log_record *record) {
    struct slot own;
    bool candidate = !(record->head.flags & VIEW_DISPUTED) && slot_get(t, record->id, SLOT_HEAD, &own) &&
                     digest_eq(&own.note, &record->note);
    return candidate ? own.size : record->head.size;
}

enum err seeker_begin(struct seeker *s, struct txn *t, const struct sync *sync,
                      const uint8_t log[static LOG_ID_LEN]) {
    struct search *search = place_for(s, sync, log);
    struct log_record record;
    struct slot rival;
    struct package_note note;
    struct authority a;
    if (!search || !logs_get(t, log, &record) || !slot_get(t, log, SLOT_RIVAL, &rival) ||
        !digest_eq(&rival.note, &record.note) || !logs_note(t, &record, record.head.epoch, &note) ||
        authority_parse(note.text, &a))
        return ERR_NOT_FOUND;
    struct tree_reader tree = tree_of(t, &record);
    search->used = true;
    memcpy(search->log, log, LOG_ID_LEN);
    return locate_begin(&search->locate, a.anchor_size, signed_size(t, &record), rival.size, &rival.root,
                        logs_lookup, &tree);
}

enum err seeker_take(struct seeker *s, struct txn *t, const uint8_t log[static LOG_ID_LEN],
                     const struct proved *answer) {
    struct search *search = search_of(s, log);
    struct log_record record;
    if (!search || !logs_get(t, log, &record))
        return ERR_NOT_FOUND;
    struct tree_reader tree = tree_of(t, &record);
    return locate_take(&search->locate, answer, logs_lookup, &tree);
}
