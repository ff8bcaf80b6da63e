/* The rules of the view and of trust a second time, written from the text of design 2.2, 2.6, 3 and 5 alone:
 * obviously right and slow.  Everything that ever arrived is looked at again for each question, and leaves
 * are compared one by one. */
#ifndef TESTS_PROTO_NAIVE_H
#define TESTS_PROTO_NAIVE_H

#include "tests/proto/history.h"

#define NAIVE_DISPUTED 1u
#define NAIVE_CONTESTED 2u
#define NAIVE_INCOMPLETE 4u

/* The first size leaves of a tree; note HISTORY_NONE: not even the first note is held. */
struct naive_view {
    uint32_t note, end, tree;
    uint64_t size;
    unsigned flags;
};

struct naive {
    struct naive_view base[HISTORY_LOGS], view[HISTORY_LOGS];
    uint32_t next[HISTORY_LOGS], heir[HISTORY_LOGS]; /* successor or HISTORY_NONE; where following ends */
    bool admitted[HISTORY_LOGS];
};

/* 2.2: whether a note is valid, and so are all before it. */
bool naive_valid(const struct history *h, uint32_t note);

/* Whether located evidence stands for a note, wherever its leaves are. */
bool naive_proves(const struct history *h, uint32_t fork, uint32_t note);

void naive_all(const struct history *h, const struct history_known *known, const struct history_trust *trust,
               struct naive *ret);

#endif
