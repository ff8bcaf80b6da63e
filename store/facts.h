/* What this node knows of a log, as the view wants it (proto/view.h): the kept notes with what trust closes,
 * its two branches, their candidates, and the forks. */
#ifndef STORE_FACTS_H
#define STORE_FACTS_H

#include "proto/trust.h"
#include "store/logs.h"
#include "store/notes.h"

#define WORDS_MAX 256 /* pinned States that are heard on one origin */

struct facts {
    struct view_note note[NOTES_MAX];
    struct view_candidate candidate[2];
    struct view_fork fork[NOTES_MAX];
    struct tree_reader tree[2];
    uint64_t held[2];
    struct view_facts x; /* of all these; valid while the transaction lasts and this is not moved */
};

/* Load them.  Errors stick in t. */
void facts_load(struct txn *t, const struct log_record *record, struct facts *ret);

/* The place of a note among the facts; VIEW_NONE if it is not kept. */
uint32_t facts_note(const struct facts *f, const struct digest *hash);

/* The origin that enough States name as the successor of this one; false if there is none. */
bool facts_heir(struct txn *t, const struct log_record *record, const struct facts *f,
                uint8_t ret[static LOG_ID_LEN]);

/* The notes of this log that trust names: by pin or confirm, or in a pinned State's word on it.  Returns how
 * many. */
struct named {
    uint64_t epoch;
    struct digest hash;
};
#define NAMED_MAX (1 + 2 * WORDS_MAX)
uint32_t facts_named(struct txn *t, const struct log_record *record, struct named ret[static NAMED_MAX]);

#endif
