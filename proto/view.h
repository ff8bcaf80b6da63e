/* The view (design 3): which part of a log every node believes, from signed bytes alone.
 *
 * One pure function.  Whatever the order in which things arrived, the same facts and the same trust give the
 * same view; no clock, no vote and no order of arrival has a say.  The reasons stand above the steps in
 * view.c.
 *
 * What the facts are made of has been verified before: notes by proto/chain.h, candidates by their signatures
 * and the leaves that are held, forks by proto/evidence.h. */
#ifndef PROTO_VIEW_H
#define PROTO_VIEW_H

#include "proto/digest.h"

#define VIEW_DISPUTED 1u
#define VIEW_CONTESTED 2u
#define VIEW_INCOMPLETE 4u
#define VIEW_DOUBTFUL (VIEW_DISPUTED | VIEW_CONTESTED | VIEW_INCOMPLETE)

/* Of heads alone: void notes are kept (view_has_voids).  Whoever does not know them may believe the same, and
 * read words in another base view. */
#define VIEW_VOIDS 8u

#define VIEW_NONE UINT32_MAX /* no note, no branch */

/* A valid authority note.  Parents stand before their children; the first is epoch 0. */
struct view_note {
    struct digest hash;
    uint32_t parent; /* its place among the notes; VIEW_NONE for epoch 0 */
    uint64_t epoch;
    uint64_t anchor_size;
    struct digest anchor_root;
    uint64_t max;
    bool endorsed; /* by enough States (proto/trust.h): it, or a note that descends from it */
};

/* A checkpoint signed by an operator key of a note. */
struct view_candidate {
    uint32_t note;
    uint64_t size;
    struct digest root;
};

/* A located fork: two trees signed by operator keys of a note have f leaves with this root in common. */
struct view_fork {
    uint32_t note;
    uint64_t f;
    struct digest root;
};

/* The root of the first size leaves of a branch that is held; false if it holds fewer. */
typedef bool view_root(void *context, uint32_t branch, uint64_t size, struct digest *ret);

struct view_facts {
    uint32_t note_count, branch_count, candidate_count, fork_count;
    const struct view_note *note;
    uint32_t trusted; /* the note that a pin or a confirm names, closing its epoch; VIEW_NONE if not held */
    const struct view_candidate *candidate;
    const struct view_fork *fork;
    view_root *root; /* over branches 0 to branch_count - 1; there is at least one, if only an empty one */
    void *context;
};

struct view {
    uint32_t note;   /* whose epoch this is the view of */
    uint32_t branch; /* a branch that holds it */
    uint64_t epoch, size;
    struct digest root;
    unsigned flags;
    uint64_t f;        /* first index at which histories differ; with VIEW_DISPUTED */
    uint32_t end;      /* last note of the chain: another than note with VIEW_INCOMPLETE */
    uint32_t rival[2]; /* two of the notes that contest the epoch after end; with VIEW_CONTESTED */
};

/* The view; with base, the base view: without the epochs that endorsements close.  A base view is a prefix of
 * the view. */
struct view view_of(const struct view_facts *facts, bool base);

/* The last note that trust has closed, with those before it: by pin or confirm, and without base by
 * endorsements too. */
uint32_t view_closed(const struct view_facts *facts, bool base);

/* Whether a note is rival to one that is closed: void, and an alarm. */
bool view_is_void(const struct view_facts *facts, uint32_t note);

/* Whether any is. */
bool view_has_voids(const struct view_facts *facts);

#endif
