/* Where two signed trees of one log part: the search for the first leaf in which they differ (design 2.6).
 *
 * One tree is at hand, the other is known by its signed size and root and asked with PROVE.  A pure state: it
 * says what to ask and takes the answer.  Whatever a peer answers, what is FOUND is true: at that index the
 * other tree has the same leaves before, proven, and another leaf, proven.  A peer can hide a fork, and is
 * then found to contradict itself, or says that its tree does not extend the anchor.
 *
 * One search asks one peer: answers of two cannot contradict each other.  The leaves at hand may grow during
 * a search; it looks at those of its beginning. */
#ifndef PROTO_LOCATE_H
#define PROTO_LOCATE_H

#include "proto/proved.h"

/* The anchor, the leaves at hand, and one for each halving of what lies between. */
#define LOCATE_QUESTIONS_MAX (INDEX_BITS + 2)

enum locate_state {
    LOCATE_ASK,   /* ask PROVE for a = index = at, of the other tree */
    LOCATE_FOUND, /* the trees differ first at index at; the answer just taken is the other side's */
    LOCATE_NONE,  /* no fork: one of them begins the other, as far as leaves are at hand */
    LOCATE_VOID,  /* the other does not extend the anchor, or nobody could show it: no candidate, no fork */
    LOCATE_LIAR   /* the answers contradict each other: the peer is to blame */
};

struct locate {
    enum locate_state state;
    uint64_t at;
    unsigned asked; /* questions so far, the open one too */
    uint64_t anchor, held;
    uint64_t size; /* of the other tree */
    struct digest root;
    uint64_t low;  /* so many first leaves are known to be the same */
    uint64_t high; /* so many are said to differ; until that is known, held */
    enum { LOCATE_ANCHOR, LOCATE_WHOLE, LOCATE_HALF } question;
};

/* Begin: the first held leaves of the tree at hand against the tree of size and root.  ERR_BOUNDS if one of
 * them is smaller than the anchor; ERR_CORRUPT of the lookup. */
enum err locate_begin(struct locate *ret, uint64_t anchor, uint64_t held, uint64_t size,
                      const struct digest *root, merkle_lookup *lookup, void *context) MUST_CHECK;

/* Take the answer to what was asked; l->state says what now.  ERR_CORRUPT of the lookup changes nothing. */
enum err locate_take(struct locate *l, const struct proved *answer, merkle_lookup *lookup,
                     void *context) MUST_CHECK;

#endif
