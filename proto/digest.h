/* SHA-256, and every domain under which comity hashes: the only file that calls libcrypto.
 *
 * libcrypto's SHA-256 (EVP, prefetched) is some five times faster here than libsodium's.  It costs one
 * allocation: each thread that hashes keeps one EVP_MD_CTX, freed by digest_thread_done().  A libcrypto
 * without SHA-256 or memory at that first use ends the process: nothing can be verified without it. */
#ifndef PROTO_DIGEST_H
#define PROTO_DIGEST_H

#include "proto/bytes.h"
#include "proto/limits.h"

#define DIGEST_LEN 32

struct digest {
    uint8_t b[DIGEST_LEN];
};

bool digest_eq(const struct digest *a, const struct digest *b);

/* SHA-256 of the bytes alone: texts of notes, keys, origins. */
struct digest digest_of(struct bytes data);

/* SHA-256 over several pieces, in order. */
struct digest digest_pieces(const struct bytes *piece, size_t count);

/* RFC 9162 2.1.1: the root of the empty tree, a leaf (0x00), an inner node (0x01). */
struct digest digest_empty(void);
struct digest digest_leaf(struct bytes leaf);
struct digest digest_node(const struct digest *left, const struct digest *right);

/* Design 2.4: SHA-256("comity/part/v1" 0x00 class salt payload). */
struct digest digest_part(uint8_t class, const uint8_t salt[static SALT_LEN], struct bytes payload);

/* Free what this thread's hashing holds; it may hash again. */
void digest_thread_done(void);

#endif
