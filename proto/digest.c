#include "proto/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local EVP_MD_CTX *context;
static _Thread_local EVP_MD *sha256;

/* Fetching the algorithm costs more than hashing a node: once a thread. */
static void prepare(void) {
    if (context)
        return;
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    context = EVP_MD_CTX_new();
    if (!sha256 || !context)
        abort();
}

void digest_thread_done(void) {
    EVP_MD_CTX_free(context);
    EVP_MD_free(sha256);
    context = NULL;
    sha256 = NULL;
}

struct digest digest_pieces(const struct bytes *piece, size_t count) {
    struct digest digest;
    prepare();
    int good = EVP_DigestInit_ex2(context, sha256, NULL);
    for (size_t i = 0; i < count && good; i++)
        good = EVP_DigestUpdate(context, piece[i].ptr, piece[i].len);
    if (!good || !EVP_DigestFinal_ex(context, digest.b, NULL))
        abort();
    return digest;
}

bool digest_eq(const struct digest *a, const struct digest *b) {
    return memcmp(a->b, b->b, DIGEST_LEN) == 0;
}

struct digest digest_of(struct bytes data) {
    return digest_pieces(&data, 1);
}

struct digest digest_empty(void) {
    return digest_pieces(NULL, 0);
}

struct digest digest_leaf(struct bytes leaf) {
    static const uint8_t zero = 0x00;
    return digest_pieces((struct bytes[]){{&zero, 1}, leaf}, 2);
}

struct digest digest_node(const struct digest *left, const struct digest *right) {
    uint8_t pair[1 + 2 * DIGEST_LEN];
    pair[0] = 0x01;
    memcpy(pair + 1, left->b, DIGEST_LEN);
    memcpy(pair + 1 + DIGEST_LEN, right->b, DIGEST_LEN);
    return digest_of(BYTES(pair));
}

struct digest digest_part(uint8_t class, const uint8_t salt[static SALT_LEN], struct bytes payload) {
    static const char domain[] = "comity/part/v1"; /* with its NUL: the 0x00 of the formula */
    return digest_pieces(
        (struct bytes[]){{(const uint8_t *)domain, sizeof domain}, {&class, 1}, {salt, SALT_LEN}, payload},
        4);
}
