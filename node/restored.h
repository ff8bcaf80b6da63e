/* The marker of a restore (design 4): this database was put back from a backup, so the own log may be older
 * than what others hold.
 *
 * Nothing is signed, and nothing cosigned, until a peer's answer, an imported bundle with the own log (that
 * another State has made since: docs/decisions/0025-bundles.md), or a person has said how far the log went.
 */
#ifndef NODE_RESTORED_H
#define NODE_RESTORED_H

#include "store/store.h"

void restored_set(struct txn *t, uint64_t now_s);
bool restored_get(struct txn *t, uint64_t *ret_when); /* when it was put back (s); false: no marker */
void restored_clear(struct txn *t);

#endif
