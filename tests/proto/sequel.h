/* How a history goes on: a flood by those who hold no key of the open epoch, and an honest next epoch. */
#ifndef TESTS_PROTO_SEQUEL_H
#define TESTS_PROTO_SEQUEL_H

#include "tests/proto/belief.h"

/* For every log: trees, checkpoints and forks by retired, foreign and unknown keys, on leaves that are held
 * already; notes with too few signers, and rivals of closed notes.  now is what is believed before it. */
void sequel_flood(struct history *h, const struct belief *now, const struct history_known *known);

/* The custodians' next epoch after the one of the view: anchored on the view or, if that is no more than the
 * last anchor, on one of the leaves after it; with a few entries and a checkpoint.  Gives the note; *ret_tree
 * is the tree, signed in full. */
uint32_t sequel_renew(struct history *h, const struct belief *now, const struct history_known *known,
                      uint32_t log, uint32_t *ret_tree);

#endif
