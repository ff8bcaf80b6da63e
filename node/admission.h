/* Who may link to this node, and as what (design 6.1): the keys of nodes of the States that it follows, and
 * of observers that those States have accredited.
 *
 * A set made anew from the store whenever a head or the trust changes; the links ask it in every handshake.
 */
#ifndef NODE_ADMISSION_H
#define NODE_ADMISSION_H

#include "node/net/link.h"
#include "store/store.h"

struct admitted {
    struct pubkey key;
    enum link_class class;
    char name[NAME_TEXT_MAX + 1]; /* of an observer, as accredited; else "" */
    char origin[ORIGIN_MAX + 1];  /* the State that the node belongs to, or that accredits the observer */
};

struct admission {
    struct admitted *row; /* sorted by key */
    size_t count, room;
};

/* Read the store anew; on an error the old set stays, without the States that are not followed any more. */
enum err admission_load(struct admission *a, struct store *store) MUST_CHECK;
void admission_done(struct admission *a);

/* NULL: not admitted. */
const struct admitted *admission_find(const struct admission *a, const struct pubkey *key);

#endif
