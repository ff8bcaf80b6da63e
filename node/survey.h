/* A survey: which of the linked nodes still hold what a State has erased.
 *
 * Each is asked for just those parts (PARTS), as anybody is who lacks them, and its answers are counted.  A
 * node that says that a part has gone may lie, and nobody can prove that it does not; one that hands it out
 * does not keep to the rules, or has not heard of the erasure yet.
 *
 * It lives on the loop's thread, beside replication, with question ids of its own. */
#ifndef NODE_SURVEY_H
#define NODE_SURVEY_H

#include <jansson.h>

#include "proto/message.h"
#include "proto/sync.h"
#include "store/logs.h"

#define SURVEY_ENTRIES_MAX 1024 /* the latest that are erased */
#define SURVEY_SERVED_MAX 64    /* entries of a peer that are named */
#define SURVEY_ANSWER_MS 10000

struct survey_peer {
    bool asked, done;
    uint64_t until_ms;
    unsigned next, sent; /* parts that have been answered for, and are being asked for */
    unsigned gone, withheld, unknown, served;
    unsigned served_count; /* of those named */
    uint64_t served_entry[SURVEY_SERVED_MAX];
};

/* Zeroed: there has been none. */
struct survey {
    uint8_t log[LOG_ID_LEN];
    uint64_t begun_s, turn; /* by the wall clock, for people; and how many there have been */
    unsigned entries, count;
    bool more; /* there are more erasures than are asked for */
    struct survey_part {
        uint64_t index;
        enum part_class class;
        struct digest commitment;
    } part[SURVEY_ENTRIES_MAX * PART_CLASSES];
    struct survey_peer peer[SYNC_PEERS];
    unsigned open[SYNC_PEERS]; /* questions that a peer has not answered, of earlier surveys too */
};

/* Begin one on a log, in place of the last. */
void survey_begin(struct survey *s, struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t now_s);

/* Write the next question to a peer; false if there is none, since it has answered all or one is under way.
 */
bool survey_ask(struct survey *s, unsigned peer, uint64_t now_ms, struct message *ret);

/* Whether a message belongs to a survey, this one or an earlier one, by its id; then take it.  False: there
 * was no question, and the peer does not keep to the protocol. */
bool survey_is_answer(const struct message *m);
bool survey_take(struct survey *s, unsigned peer, const struct message *m);

/* The link of a peer has gone, with its questions. */
void survey_down(struct survey *s, unsigned peer);

/* What a peer has said: {"answered", "gone", "hidden", "unknown", "served", "entries"}; null if it was not
 * asked. */
json_t *survey_json(const struct survey *s, unsigned peer, uint64_t now_ms);

#endif
