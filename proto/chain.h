/* The chain rule (design 2.2): whether an authority note of epoch e + 1 may follow the one of epoch e.
 *
 * What decides is signatures and arithmetic alone, so every node decides alike, with any clock and in any
 * order.  Distinct public keys are counted, never key ids or signature lines. */
#ifndef PROTO_CHAIN_H
#define PROTO_CHAIN_H

#include "proto/authority.h"
#include "proto/merkle.h"

/* Judge a note against the chain that it continues: chain[0] is epoch 0, chain[count - 1] its parent.  proof
 * leads from the parent's anchor to its own.
 *
 * ERR_AUTHORITY: child was not read from text.  ERR_ORIGIN: of another State.  ERR_EPOCH: not the epoch after
 * its parent, or prev names another note, or the chain is EPOCHS_MAX long.  ERR_BOUNDS: its anchor is not
 * above the parent's, or beyond the parent's max.  ERR_KEY_TWICE: an operator key that stands in an earlier
 * note.  ERR_PROOF: its anchor does not extend the parent's.  ERR_COMMITTED: signed by fewer than the
 * parent's m' of the keys committed there. ERR_UNSIGNED: by fewer than m of its own root keys. */
enum err chain_check_next(const struct authority *chain, unsigned count, const struct authority *child,
                          struct bytes text, const struct authority_signature *signature,
                          unsigned signature_count, const struct proof *proof) MUST_CHECK;

#endif
