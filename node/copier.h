/* A copy of the database while the node works: one at a time, on a thread of its own, into a new file. */
#ifndef NODE_COPIER_H
#define NODE_COPIER_H

#include "store/store.h"

struct copier;

struct copier_state {
    bool running;
    enum err err;   /* of the last copy */
    uint64_t bytes; /* written so far */
};

enum err copier_open(struct store *store, struct copier **ret) MUST_CHECK;

/* Begin.  ERR_BUSY: one is being made; ERR_EXISTS, ERR_NOT_FOUND, ERR_IO of the file. */
enum err copier_begin(struct copier *copier, const char *path) MUST_CHECK;

struct copier_state copier_state(struct copier *copier);

/* Waits until a copy that is being made has ended; before the store is closed.  Takes NULL. */
void copier_close(struct copier *copier);

#endif
