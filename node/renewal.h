/* The right to begin a new ledger (design 4): a ledger that is lost comes back with the next epoch, and in no
 * other way.
 *
 * It is written on the publishing node when the custodians' note is handed in there for the first time, and
 * names that note: DIR/ledger/renewal.  The first signature of that epoch uses it up.  Like the ledger it is
 * excluded from backups: put back, it would let a key of the same epoch begin twice. */
#ifndef NODE_RENEWAL_H
#define NODE_RENEWAL_H

#include "proto/digest.h"

/* Grant it for a note that this node does not hold yet.  A damaged ledger is set aside as DIR/ledger/damaged.
 * ERR_EXISTS: there is a good ledger, and it needs no new one. */
enum err renewal_grant(const char *dir, const struct digest *note) MUST_CHECK;

/* Whether a ledger may begin with this note. */
bool renewal_granted(const char *dir, const struct digest *note);

enum err renewal_drop(const char *dir) MUST_CHECK; /* also if there is none */

#endif
