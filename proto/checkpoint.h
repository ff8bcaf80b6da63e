/* C2SP tlog-checkpoint: origin, size and root of a log, signed by an operator key under the origin as its
 * name. */
#ifndef PROTO_CHECKPOINT_H
#define PROTO_CHECKPOINT_H

#include "proto/digest.h"
#include "proto/key.h"
#include "proto/limits.h"

struct checkpoint {
    char origin[ORIGIN_MAX + 1];
    uint64_t size;
    struct digest root;
};

/* One signature of a checkpoint by an operator key, or of its cosigned form by a witness key (time > 0). */
struct checkpoint_signature {
    struct pubkey key;
    uint64_t time;
    struct signature signature;
};

/* Write "origin\nsize\nroot\n"; buffer of CHECKPOINT_TEXT_MAX. */
struct bytes checkpoint_text(const struct checkpoint *c, uint8_t buffer[static CHECKPOINT_TEXT_MAX]);

/* Read a text: no extension lines, no leading zero, an empty tree has the empty root.  ERR_CHECKPOINT,
 * ERR_BASE64. */
enum err checkpoint_parse(struct bytes text, struct checkpoint *ret) MUST_CHECK;

void checkpoint_sign(const struct checkpoint *c, const uint8_t secret[static KEY_SECRET_LEN],
                     struct checkpoint_signature *ret);

/* ERR_SIGNATURE unless s->key signed this checkpoint. */
enum err checkpoint_verify(const struct checkpoint *c, const struct checkpoint_signature *s) MUST_CHECK;

/* The same for a witness's cosignature at a time. */
void checkpoint_cosign(const struct checkpoint *c, uint64_t time, const uint8_t secret[static KEY_SECRET_LEN],
                       struct checkpoint_signature *ret);
enum err checkpoint_verify_cosignature(const struct checkpoint *c,
                                       const struct checkpoint_signature *s) MUST_CHECK;

/* Build the whole signed note, operator signatures first, then cosignatures (time > 0).  ERR_FULL. */
enum err checkpoint_note(const struct checkpoint *c, const struct checkpoint_signature *signature,
                         unsigned count, uint8_t *buffer, size_t max, struct bytes *ret) MUST_CHECK;

#endif
