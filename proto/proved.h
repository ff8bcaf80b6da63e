/* What PROVE gives of a signed tree: that a smaller tree is its beginning, and which leaf stands at an index.
 *
 * As bytes it is three values in a row: [consistency node...], leaf hash, [inclusion node...]. */
#ifndef PROTO_PROVED_H
#define PROTO_PROVED_H

#include "proto/package.h"

struct proved {
    struct proof consistency; /* empty if the smaller tree is, or is the whole */
    struct digest leaf;       /* its hash */
    struct proof inclusion;
};

void proved_write(struct writer *w, const struct proved *p);
void proved_read(struct reader *r, struct proved *ret);

/* Whether the leaves 0 to at - 1, whose root is root_at, begin the tree of this size and root: ERR_PROOF.
 * at == 0 begins every tree. */
enum err proved_begins(const struct proved *p, uint64_t at, const struct digest *root_at, uint64_t size,
                       const struct digest *root) MUST_CHECK;

/* Whether p->leaf stands at index of that tree: ERR_PROOF. */
enum err proved_stands(const struct proved *p, uint64_t index, uint64_t size,
                       const struct digest *root) MUST_CHECK;

#endif
