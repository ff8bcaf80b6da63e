/* Under which checkpoint each entry became part of a log, as this node saw it: a row for every head, with the
 * operator key that signed it.  For people who ask who it was; no rule reads it. */
#ifndef STORE_SIGNERS_H
#define STORE_SIGNERS_H

#include "proto/key.h"
#include "store/store.h"

/* A head of this size, signed by this key, has been reached. */
void signers_note(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t size,
                  const struct pubkey *key);

/* The first checkpoint that this node saw with the entry in it; false if it saw none. */
bool signers_find(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t index, uint64_t *ret_size,
                  struct pubkey *ret);

#endif
