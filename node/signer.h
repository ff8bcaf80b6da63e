/* The signer (design 4): the only place where a key of the State signs a checkpoint.
 *
 * It is given leaves, never a root.  It grows the ledger's own frontier, compares what comes out with what
 * the asker has computed from the stored tree, writes the ledger, and only then gives the signature.
 *
 * The first request of a new epoch moves the ledger to the anchor of that epoch's note; from then on no key
 * of an earlier epoch can sign. */
#ifndef NODE_SIGNER_H
#define NODE_SIGNER_H

#include "node/ledger.h"

struct signer_request {
    const char *origin;
    const struct authority *authority; /* the last note of the chain, as stored */
    const struct frontier *anchor;     /* right edge of the stored tree at its anchor */
    uint64_t from;                     /* size of the tree as it is stored */
    struct digest from_root;           /* and its root */
    const struct bytes *leaf;          /* to come after it */
    uint32_t count;
    struct digest root; /* of the whole, as the asker computes it */
};

/* Sign the tree of from + count leaves.  dir's ledger is locked by the caller.  The same request again gives
 * the same signature again, also with another operator key, and also after a crash.
 *
 * ERR_OPERATOR: the note does not name this key.  ERR_NOT_FOUND: no ledger, and no right to begin one
 * (node/renewal.h).  ERR_ORIGIN.  ERR_EPOCH: the ledger has begun a later epoch.  ERR_BOUNDS: past max.
 * ERR_STALE: the ledger has signed a larger tree than the stored one, and not this one: the store was rolled
 * back.  ERR_GAP: the store has more than the ledger: the ledger was rolled back.  ERR_FORK: same size,
 * another root.  ERR_ROOT: the two computations differ, or the stored tree does not have the anchor of the
 * new epoch.  The ledger's and the file's errors. */
enum err signer_sign(const char *dir, const struct signer_request *request,
                     const uint8_t secret[static KEY_SECRET_LEN],
                     struct checkpoint_signature *ret) MUST_CHECK;

#endif
