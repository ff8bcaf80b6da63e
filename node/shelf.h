/* What the search keeps of one log: each contact once, in the version that counts at a time, with its folded
 * text by view.
 *
 * The public text is made from what the public view reads, by itself; it is never cut out of the other. */
#ifndef NODE_SHELF_H
#define NODE_SHELF_H

#include "node/api.h"
#include "node/hours.h"
#include "node/postings.h"
#include "proto/leaf.h"
#include "store/logs.h"

#define SHELF_VIEWS 2

enum shelf_standing { SHELF_CURRENT, SHELF_FUTURE, SHELF_WITHDRAWN };

struct shelf_text {
    char *words;    /* folded, a value a line */
    char *features; /* "k:technical l:fr-ca l:fr " */
    char *rank;     /* by which contacts are ordered */
};

/* What a question about a time looks at: apart from the rest, so that it goes through little memory. */
struct shelf_time {
    uint64_t until;    /* valid_until; UINT64_MAX if it does not say */
    uint64_t stale;    /* from when on it is stale; UINT64_MAX: never */
    uint32_t schedule; /* of the shelf's schedules */
    bool suspended;
};

struct shelf_entry {
    uint8_t id[CONTACT_ID_LEN];
    uint64_t index; /* of the version shown */
    uint64_t due;   /* when an announced successor takes its place; UINT64_MAX: never */
    enum shelf_standing standing;
    bool moved; /* since the catalog has sorted it */
    char kind[LEAF_KIND_MAX + 1];
    struct shelf_text text[SHELF_VIEWS];
};

struct shelf {
    uint8_t log[LOG_ID_LEN];
    char code[CODE_LEN + 1];
    unsigned review_days; /* of the network; set before the first fill */
    uint64_t size;        /* leaves read */
    struct digest root;   /* of their tree: a fork or a new epoch may put others in their place */
    uint64_t due;         /* the earliest of the entries' */
    char *state_words;    /* folded names of the State and its authority, and its code */
    uint32_t count, room, current;
    struct shelf_entry *entry;            /* by slot: a contact stays in its own */
    struct shelf_time *time[SHELF_VIEWS]; /* by slot too */
    uint32_t *by_id;                      /* slots */
    uint64_t *all, *in_force;             /* a bit for each slot; and for each that is current */
    struct postings words[SHELF_VIEWS], features[SHELF_VIEWS];
    struct postings schedules; /* a token for each pair of zone and hours, and what it means: */
    struct hours *hours;
    uint32_t hours_room;
};

/* Bring a shelf (zeroed at first but for review_days) up to a log's head and a time that does not go back;
 * *ret_changed tells whether anything moved.  ERR_MEMORY leaves it whole but behind. */
enum err shelf_fill(struct shelf *shelf, struct txn *t, const struct log_record *record, uint64_t at,
                    bool *ret_changed) MUST_CHECK;

/* The slot of a contact; false if it is not there. */
bool shelf_find(const struct shelf *shelf, const uint8_t id[static CONTACT_ID_LEN], uint32_t *ret);

/* Release what it holds, and leave it as new. */
void shelf_clear(struct shelf *shelf);

#endif
