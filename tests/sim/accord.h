/* Who is to trust whom in a seed, and how many words of States each node asks for: some States are strangers
 * at some nodes, which have only the words of others on them, and a State's log may be succeeded by another.
 */
#ifndef TESTS_SIM_ACCORD_H
#define TESTS_SIM_ACCORD_H

#include "tests/sim/member.h"

/* Draw it, before the members of a federation of so many States are made. */
void accord_draw(unsigned states);

/* Words may do something in this seed. */
bool accord_is(void);

/* Which member this one is to succeed; -1: none. */
int accord_old(unsigned number);

/* The member whose log others are to succeed; where there is none, any. */
struct member *accord_ceding(void);

/* Set what follows for the members and stations that have been made. */
void accord_apply(void);

/* Whether the people of a node have checked a State, or will. */
bool accord_pins(const struct station *s, const struct member *m);

#endif
