/* What the search keeps of one log: each contact once, in the version that counts at a time, with its folded
 * text by view.
 *
 * The public text is made from what the public view reads, by itself; it is never cut out of the other. */
#ifndef NODE_SHELF_H
#define NODE_SHELF_H

#include "node/api.h"
#include "proto/leaf.h"
#include "store/logs.h"

#define SHELF_VIEWS 2
#define SHELF_TEXT_MAX 8192 /* bytes of a contact's text that are searched */

enum shelf_standing { SHELF_CURRENT, SHELF_FUTURE, SHELF_WITHDRAWN };

struct shelf_text {
    char *words;     /* folded, a value a line */
    char *languages; /* " fr en " */
    char *rank;      /* the folded organisation: contacts stand in its order */
};

struct shelf_entry {
    uint8_t id[CONTACT_ID_LEN];
    uint64_t index; /* of the version shown */
    uint64_t due;   /* when an announced successor takes its place; UINT64_MAX: never */
    enum shelf_standing standing;
    char kind[LEAF_KIND_MAX + 1];
    struct shelf_text text[SHELF_VIEWS];
};

struct shelf {
    uint8_t log[LOG_ID_LEN];
    char code[CODE_LEN + 1];
    uint64_t size;     /* leaves read */
    uint64_t due;      /* the earliest of the entries' */
    char *state_words; /* folded names of the State and its authority, and its code */
    size_t count, room;
    size_t current;
    struct shelf_entry *entry; /* by id */
};

/* Bring a shelf (zeroed at first) up to a log's head and a time that does not go back; *ret_changed tells
 * whether anything moved.  ERR_MEMORY leaves it whole but behind. */
enum err shelf_fill(struct shelf *shelf, struct txn *t, const struct log_record *record, uint64_t at,
                    bool *ret_changed) MUST_CHECK;

const struct shelf_entry *shelf_find(const struct shelf *shelf, const uint8_t id[static CONTACT_ID_LEN]);

/* Release what it holds, and leave it as new. */
void shelf_clear(struct shelf *shelf);

#endif
