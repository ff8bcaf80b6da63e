/* The daily word of a State's own node (design 3): a cosignature over its own head, so that others see how
 * fresh it is.
 *
 * It is given with the witness key, for a head that is held, and stored before it leaves. */
#ifndef NODE_COSIGN_H
#define NODE_COSIGN_H

#include "proto/key.h"
#include "store/logs.h"

/* Cosign the head of a log, unless this key has done so today for this very head.  Commits; ret_moved: the
 * head's record may have changed.  A clock that went back gives no cosignature, not even of a head that is
 * new: their time never decreases. */
enum err cosign_own(struct store *store, const uint8_t log[static LOG_ID_LEN],
                    const uint8_t secret[static KEY_SECRET_LEN], uint64_t now_s, bool *ret_moved) MUST_CHECK;

#endif
