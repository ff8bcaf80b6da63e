/* The custodians of an officer's State, for tests: one root key and one operator key in each epoch, both
 * derived from numbers. */
#ifndef TESTS_LIB_CUSTODIAN_H
#define TESTS_LIB_CUSTODIAN_H

#include "tests/lib/officer.h"

/* The operator key of an epoch. */
void custodian_operator(const struct officer *o, uint64_t epoch, uint8_t ret_secret[static KEY_SECRET_LEN]);

/* Open the next epoch, anchored at a size that the officer's store holds, and hand the note in there.  The
 * officer's key is then the new one. */
void custodian_open(struct officer *o, uint64_t anchor);

#endif
