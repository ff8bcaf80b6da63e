/* TLS 1.3 between nodes, as a filter over bytes: raw ones in and out on one side, plain ones on the other.
 * It opens nothing and sends nothing.
 *
 * A node is its Ed25519 key.  The certificate is made at run time around it, and names, dates and chains of
 * certificates are not read: the peer's raw key must be admitted and, for a dialler, be the one expected. */
#ifndef NODE_NET_TLS_H
#define NODE_NET_TLS_H

#include "proto/key.h"

/* Bytes to send, appended after len. */
struct outbox {
    uint8_t *data;
    size_t room, len;
};

#define TLS_RECORD_MAX 16384 /* plain bytes in one record */
#define TLS_RESERVE 1024     /* room left for a record's overhead and for what TLS itself has to say */

struct tls_identity; /* a node's key, and the settings of both sides */

/* ERR_IO: OpenSSL, as it is set up here, cannot do it. */
enum err tls_identity_new(const uint8_t seed[static KEY_SEED_LEN], struct tls_identity **ret) MUST_CHECK;
void tls_identity_free(struct tls_identity *identity); /* takes NULL */
const struct pubkey *tls_identity_key(const struct tls_identity *identity);

/* Who may be at the other end. */
struct tls_peer {
    bool dialled;
    struct pubkey expected; /* of a peer that was dialled */
    void *context;
    bool (*admit)(void *context, const struct pubkey *key);
};

struct tls;

struct tls *tls_new(struct tls_identity *identity, const struct tls_peer *peer); /* NULL: out of memory */
void tls_free(struct tls *tls);                                                  /* takes NULL */

/* Give raw bytes that came; the view must hold until the calls below have asked for more. */
void tls_feed(struct tls *tls, struct bytes raw);

/* Go on with the handshake.  ERR_SHORT: wants more bytes; ERR_KEY: the peer's key is not the expected one,
 * not admitted, or our own; ERR_DENIED: any other refusal, by either side.  What is to be sent, an alert too,
 * is in out. */
enum err tls_handshake(struct tls *tls, struct outbox *out) MUST_CHECK;

/* The peer's key, proven; NULL before the handshake has finished. */
const struct pubkey *tls_key(const struct tls *tls);

/* Decrypt at most len bytes; *ret_count 0: wants more raw ones.  ERR_CLOSED; ERR_DENIED: not TLS of this
 * session. */
enum err tls_read(struct tls *tls, uint8_t *to, size_t len, struct outbox *out, size_t *ret_count) MUST_CHECK;

/* Encrypt what fits into out, in whole records; *ret_count is how much of from it was. */
enum err tls_write(struct tls *tls, struct bytes from, struct outbox *out, size_t *ret_count) MUST_CHECK;

/* Tell whether a part of a record has come, of which the rest is missing. */
bool tls_partial(const struct tls *tls);

#endif
