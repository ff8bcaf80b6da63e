/* How messages reach a bounded node: in any order, twice, lost and sent again, with restarts in between. */
#ifndef TESTS_PROTO_COURIER_H
#define TESTS_PROTO_COURIER_H

#include "tests/proto/bounded.h"

/* Called now and then, when the node has read its words anew. */
typedef void courier_look(const struct bounded *n);

/* The first count messages in a random order, some lost, some more than once; the trust changes on the way to
 * what it is in the end; the node starts again now and then. */
void courier_scatter(struct bounded *n, uint32_t count, const struct history_trust *trust, uint64_t *random,
                     courier_look *look);

/* All of the first count messages, again and again, until they change nothing: false if that takes more than
 * twelve rounds. */
bool courier_settle(struct bounded *n, uint32_t count, uint64_t *random);

#endif
