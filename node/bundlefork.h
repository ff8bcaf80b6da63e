/* A fork found in a bundle: the tree that it holds of a log, read once more, gives what PROVE would (design
 * 2.6) of the first leaf that differs from the one held here.
 *
 * The leaves are hashed as they pass; of the tree no more is kept than what the two proofs need. */
#ifndef NODE_BUNDLEFORK_H
#define NODE_BUNDLEFORK_H

#include "node/bundlefile.h"
#include "proto/proved.h"

/* Read a log's packages from where its L record begins.  ERR_GAP: they do not hold all leaves of the tree,
 * from the first on; ERR_ROOT: they are not those of the root; ERR_RANGE: they are, but f is not below size;
 * what reading gives.
 */
enum err bundlefork_prove(int fd, uint64_t at, uint64_t f, uint64_t size, const struct digest *root,
                          struct proved *ret) MUST_CHECK;

#endif
