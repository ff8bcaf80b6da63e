#include "store/news.h"

#include <string.h>

#include "store/branch.h"
#include "store/facts.h"
#include "store/notes.h"

static const struct sync_news none = {.any = false};

/* Where more is held than is reported, its target alone. */
static struct sync_news entries_wanted(const struct log_record *record, uint64_t from, uint64_t target) {
    return (struct sync_news){
        .any = true, .epoch = record->epoch, .from = from < target ? from : target, .target = target};
}

/* Ask for all notes, and for entries where they are wanted: how the chain goes on tells what comes next. */
static struct sync_news notes_wanted(const struct log_record *record, const struct head *reported) {
    struct sync_news news = entries_wanted(record, logs_wanted(record), reported->size);
    news.epoch = 0;
    return news;
}

/* Whether a branch that is held begins with this tree; *ret_held, whether any is that long. */
static bool is_held(struct txn *t, const struct log_record *record, const struct head *reported,
                    bool *ret_held) {
    struct tree_reader tree[] = {tree_of(t, record), tree_of_side(t, record)};
    uint64_t held[] = {record->held, record->side_held};
    *ret_held = false;
    for (unsigned i = 0; i < (record->has_side ? 2u : 1u); i++) {
        struct digest root;
        if (reported->size > held[i] || merkle_root(&root, reported->size, logs_lookup, &tree[i]))
            continue;
        *ret_held = true;
        if (digest_eq(&root, &reported->root))
            return true;
    }
    return false;
}

/* A fork that is not known here, or a smaller one, or one of the same size under other leaves. */
static bool is_fork_news(const struct log_record *record, const struct head *reported) {
    if (!(reported->flags & VIEW_DISPUTED))
        return false;
    return !(record->head.flags & VIEW_DISPUTED) || reported->f < record->head.f ||
           (reported->f == record->head.f && !digest_eq(&reported->root, &record->head.root));
}

/* Of a disputed log both variants are shown: a side of the evidence whose leaves are not held yet, or not all
 * of them, is asked for by its root. */
static struct sync_news variant_wanted(struct txn *t, const struct log_record *record,
                                       const struct head *reported) {
    struct variant variant;
    bool same = reported->flags & VIEW_DISPUTED && reported->f == record->head.f &&
                digest_eq(&reported->root, &record->head.root);
    if (!same || !branch_variant(t, record, &variant))
        return none;
    return (struct sync_news){.any = true,
                              .epoch = record->epoch,
                              .from = variant.held,
                              .target = variant.size,
                              .has_root = true,
                              .root = variant.root};
}

/* A report of the epoch that this node is in. */
static struct sync_news same_epoch(struct txn *t, const struct log_record *record,
                                   const struct head *reported) {
    const struct head *head = &record->head;
    bool held;
    bool same = is_held(t, record, reported, &held);
    if (is_fork_news(record, reported))
        return entries_wanted(record, logs_wanted(record), reported->size);
    if (same && reported->size > head->size && !(head->flags & (VIEW_DISPUTED | VIEW_CONTESTED)))
        return entries_wanted(record, reported->size, reported->size); /* held, but not yet as a head */
    if (same && reported->size == head->size && reported->day > head->day)
        return entries_wanted(record, reported->size, reported->size); /* for the cosignature */
    if (same || head->flags & VIEW_CONTESTED)
        return none;
    if (held || head->flags & VIEW_DISPUTED)
        return entries_wanted(record, reported->size, reported->size); /* another tree */
    return entries_wanted(record, logs_wanted(record), reported->size);
}

/* Whether a note of the chain lies between that of the view and the last: a peer may have come so far. */
static bool is_between(struct txn *t, const struct log_record *record, uint64_t epoch,
                       const struct digest *note) {
    struct package_note of_chain;
    if (epoch <= record->head.epoch || epoch >= record->epoch || !logs_note(t, record, epoch, &of_chain))
        return false;
    struct digest hash = digest_of(of_chain.text);
    return digest_eq(&hash, note);
}

/* The note that a report's epoch is of, and the epoch of the note that its chain ends in, if what its tag
 * names is known. */
static bool note_of(struct txn *t, const struct log_record *record, const struct head *reported,
                    struct digest *ret, uint64_t *ret_end) {
    struct view_note note[NOTES_MAX];
    *ret_end = reported->epoch;
    if (!(reported->flags & VIEW_INCOMPLETE))
        return notes_find(t, record->id, reported->epoch, reported->note, ret);
    uint32_t count = notes_load(t, record->id, note), at = 0;
    while (at < count &&
           (note[at].epoch <= reported->epoch || memcmp(note[at].hash.b, reported->note, NOTE_TAG_LEN)))
        at++;
    if (at == count)
        return false;
    *ret_end = note[at].epoch;
    while (note[at].epoch > reported->epoch)
        at = note[at].parent;
    *ret = note[at].hash;
    return true;
}

static struct sync_news report_compare(struct txn *t, const struct log_record *record,
                                       const struct head *reported) {
    struct digest note;
    uint64_t end;
    unsigned unknown = reported->flags & ~record->head.flags & (VIEW_CONTESTED | VIEW_INCOMPLETE);
    if (head_same(&record->head, reported))
        return variant_wanted(t, record, reported);
    if (unknown || !note_of(t, record, reported, &note, &end))
        return notes_wanted(record, reported);
    /* Of an epoch of the chain that is believed here, two notes are known there. */
    if (reported->flags & VIEW_CONTESTED && end < record->epoch)
        return notes_wanted(record, reported);
    if (digest_eq(&note, &record->note))
        return same_epoch(t, record, reported);
    if (digest_eq(&note, &record->end) ||
        is_between(t, record, reported->epoch, &note)) /* what leads there */
        return entries_wanted(record, logs_wanted(record), reported->size);
    return none; /* an earlier epoch, or a rival that is known */
}

bool news_named(struct txn *t, const struct log_record *record, struct digest *ret) {
    struct named named[NAMED_MAX];
    uint32_t count = record->head.flags & VIEW_CONTESTED ? facts_named(t, record, named) : 0;
    for (uint32_t i = 0; i < count; i++)
        if (!notes_find(t, record->id, named[i].epoch, named[i].hash.b, ret)) {
            *ret = named[i].hash;
            return true;
        }
    return false;
}

/* Where neither entries nor the chain are news, notes may be: one that trust names, or rivals of closed ones.
 */
struct sync_news news_of(struct txn *t, const struct log_record *record, const struct head *reported) {
    struct sync_news news = report_compare(t, record, reported);
    if (news.any)
        return news;
    news.has_note = news_named(t, record, &news.note);
    news.any = news.has_note || reported->flags & ~record->head.flags & VIEW_VOIDS;
    news.from = news.target = reported->size; /* no entries */
    return news;
}
