#include "node/net/tls.h"

#include <assert.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define CHAIN_MAX 4096 /* bytes of the peer's certificates */

struct tls_identity {
    struct pubkey key;
    SSL_CTX *context[2]; /* [dialled] */
};

struct tls {
    SSL *ssl;
    struct tls_peer peer;
    struct pubkey own, key;
    struct bytes in;    /* raw bytes not yet taken */
    struct outbox *out; /* during a call */
    bool proven, refused;
};

/* ---- the BIO: straight between the caller's buffers and OpenSSL's ---- */

static BIO_METHOD *method;
static pthread_once_t method_once = PTHREAD_ONCE_INIT;

static int bio_read(BIO *bio, char *to, int len) {
    struct tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (len <= 0)
        return 0;
    if (!tls->in.len) {
        BIO_set_retry_read(bio);
        return -1;
    }
    size_t count = (size_t)len < tls->in.len ? (size_t)len : tls->in.len;
    memcpy(to, tls->in.ptr, count);
    tls->in.ptr += count;
    tls->in.len -= count;
    return (int)count;
}

static int bio_write(BIO *bio, const char *from, int len) {
    struct tls *tls = BIO_get_data(bio);
    struct outbox *out = tls->out;
    BIO_clear_retry_flags(bio);
    if (len <= 0)
        return 0;
    if (!out || out->room - out->len < (size_t)len) {
        BIO_set_retry_write(bio);
        return -1;
    }
    memcpy(out->data + out->len, from, (size_t)len);
    out->len += (size_t)len;
    return len;
}

static long bio_ctrl(BIO *bio, int command, long number, void *ptr) {
    (void)bio, (void)number, (void)ptr;
    return command == BIO_CTRL_FLUSH;
}

static void method_make(void) {
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "comity");
    if (method) {
        BIO_meth_set_read(method, bio_read);
        BIO_meth_set_write(method, bio_write);
        BIO_meth_set_ctrl(method, bio_ctrl);
    }
}

/* ---- who is at the other end ---- */

static bool leaf_key(X509 *certificate, struct pubkey *ret) {
    EVP_PKEY *pkey = certificate ? X509_get0_pubkey(certificate) : NULL;
    size_t len = KEY_LEN;
    return pkey && EVP_PKEY_get_id(pkey) == EVP_PKEY_ED25519 &&
           EVP_PKEY_get_raw_public_key(pkey, ret->b, &len) == 1 && len == KEY_LEN && !key_check(ret);
}

/* Instead of the verification of chains.  The peer has not yet proven that it has the private key. */
static int verify(X509_STORE_CTX *store, void *unused) {
    (void)unused;
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls *tls = SSL_get_app_data(ssl);
    const struct tls_peer *peer = &tls->peer;
    struct pubkey key;
    if (!tls->proven && leaf_key(X509_STORE_CTX_get0_cert(store), &key) && !pubkey_eq(&key, &tls->own) &&
        (!peer->dialled || pubkey_eq(&key, &peer->expected)) && peer->admit(peer->context, &key)) {
        tls->key = key;
        return 1;
    }
    tls->refused = true;
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
}

/* ---- the node's own key ---- */

/* Self-signed, with the dates that RFC 5280 gives to certificates without an end. */
static X509 *certificate_make(EVP_PKEY *pkey) {
    X509 *x = X509_new();
    if (x && X509_set_version(x, X509_VERSION_3) && ASN1_INTEGER_set(X509_get_serialNumber(x), 1) &&
        ASN1_TIME_set_string(X509_getm_notBefore(x), "19700101000000Z") &&
        ASN1_TIME_set_string(X509_getm_notAfter(x), "99991231235959Z") &&
        X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                                   (const unsigned char *)"comity", -1, -1, 0) &&
        X509_set_issuer_name(x, X509_get_subject_name(x)) && X509_set_pubkey(x, pkey) &&
        X509_sign(x, pkey, NULL))
        return x;
    X509_free(x);
    return NULL;
}

static SSL_CTX *context_make(bool dialled, EVP_PKEY *pkey, X509 *certificate) {
    SSL_CTX *c = SSL_CTX_new(dialled ? TLS_client_method() : TLS_server_method());
    if (c && SSL_CTX_set_min_proto_version(c, TLS1_3_VERSION) &&
        SSL_CTX_set_max_proto_version(c, TLS1_3_VERSION) && SSL_CTX_set1_sigalgs_list(c, "ed25519") &&
        SSL_CTX_set_num_tickets(c, 0) && SSL_CTX_use_certificate(c, certificate) &&
        SSL_CTX_use_PrivateKey(c, pkey)) {
        SSL_CTX_set_options(c, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
        SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_max_cert_list(c, CHAIN_MAX);
        SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
        SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
        SSL_CTX_set_cert_verify_callback(c, verify, NULL);
        return c;
    }
    SSL_CTX_free(c);
    return NULL;
}

enum err tls_identity_new(const uint8_t seed[static KEY_SEED_LEN], struct tls_identity **ret) {
    pthread_once(&method_once, method_make);
    struct tls_identity *identity = calloc(1, sizeof *identity);
    EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, KEY_SEED_LEN);
    X509 *certificate = pkey ? certificate_make(pkey) : NULL;
    size_t len = KEY_LEN;
    bool good =
        method && identity && certificate && EVP_PKEY_get_raw_public_key(pkey, identity->key.b, &len) == 1;
    for (int dialled = 0; good && dialled < 2; dialled++)
        good = (identity->context[dialled] = context_make(dialled, pkey, certificate)) != NULL;
    X509_free(certificate);
    EVP_PKEY_free(pkey);
    if (!good) {
        tls_identity_free(identity);
        return ERR_IO;
    }
    *ret = identity;
    return ERR_OK;
}

void tls_identity_free(struct tls_identity *identity) {
    if (!identity)
        return;
    SSL_CTX_free(identity->context[0]);
    SSL_CTX_free(identity->context[1]);
    free(identity);
}

const struct pubkey *tls_identity_key(const struct tls_identity *identity) {
    return &identity->key;
}

/* ---- one session ---- */

struct tls *tls_new(struct tls_identity *identity, const struct tls_peer *peer) {
    struct tls *tls = calloc(1, sizeof *tls);
    BIO *bio = tls ? BIO_new(method) : NULL;
    SSL *ssl = bio ? SSL_new(identity->context[peer->dialled]) : NULL;
    if (!ssl) {
        BIO_free(bio);
        free(tls);
        return NULL;
    }
    tls->ssl = ssl;
    tls->peer = *peer;
    tls->own = identity->key;
    BIO_set_data(bio, tls);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    SSL_set_app_data(ssl, tls);
    if (peer->dialled)
        SSL_set_connect_state(ssl);
    else
        SSL_set_accept_state(ssl);
    return tls;
}

void tls_free(struct tls *tls) {
    if (!tls)
        return;
    SSL_free(tls->ssl);
    free(tls);
}

void tls_feed(struct tls *tls, struct bytes raw) {
    assert(!tls->in.len);
    tls->in = raw;
}

enum err tls_handshake(struct tls *tls, struct outbox *out) {
    tls->out = out;
    ERR_clear_error();
    int result = SSL_do_handshake(tls->ssl);
    int error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(tls->ssl, result);
    tls->out = NULL;
    if (error == SSL_ERROR_WANT_READ)
        return ERR_SHORT;
    if (error != SSL_ERROR_NONE || !SSL_is_init_finished(tls->ssl))
        return tls->refused ? ERR_KEY : ERR_DENIED;
    tls->proven = true;
    return ERR_OK;
}

const struct pubkey *tls_key(const struct tls *tls) {
    return tls->proven ? &tls->key : NULL;
}

enum err tls_read(struct tls *tls, uint8_t *to, size_t len, struct outbox *out, size_t *ret_count) {
    size_t count = 0;
    tls->out = out;
    ERR_clear_error();
    int result = SSL_read_ex(tls->ssl, to, len, &count);
    int error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(tls->ssl, result);
    tls->out = NULL;
    if (error == SSL_ERROR_ZERO_RETURN)
        return ERR_CLOSED;
    if (error != SSL_ERROR_NONE && error != SSL_ERROR_WANT_READ)
        return ERR_DENIED;
    *ret_count = error == SSL_ERROR_NONE ? count : 0;
    return ERR_OK;
}

enum err tls_write(struct tls *tls, struct bytes from, struct outbox *out, size_t *ret_count) {
    size_t total = 0;
    enum err err = ERR_OK;
    tls->out = out;
    ERR_clear_error();
    while (total < from.len) {
        size_t left = from.len - total, count;
        size_t want = left < TLS_RECORD_MAX ? left : TLS_RECORD_MAX;
        if (out->room - out->len < want + TLS_RESERVE)
            break;
        if (SSL_write_ex(tls->ssl, from.ptr + total, want, &count) != 1) {
            err = ERR_DENIED;
            break;
        }
        total += count;
    }
    tls->out = NULL;
    if (!err)
        *ret_count = total;
    return err;
}

bool tls_partial(const struct tls *tls) {
    return SSL_has_pending(tls->ssl);
}
