#include "store/signers.h"

#include <string.h>

#include "store/rows.h"

#define SIGNER_KEY (LOG_ID_LEN + 8)

static void signer_key(uint8_t ret[static SIGNER_KEY], const uint8_t *log, uint64_t size) {
    memcpy(ret, log, LOG_ID_LEN);
    be64_put(ret + LOG_ID_LEN, size);
}

void signers_note(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t size,
                  const struct pubkey *key) {
    uint8_t k[SIGNER_KEY];

    signer_key(k, log, size);
    row_put(t, TABLE_SIGNERS, BYTES(k), BYTES(key->b));
}

bool signers_find(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t index, uint64_t *ret_size,
                  struct pubkey *ret) {
    uint8_t k[SIGNER_KEY];
    struct bytes key, value;

    signer_key(k, log, index + 1);
    if (!row_ceil(t, TABLE_SIGNERS, BYTES(k), &key, &value) || key.len != SIGNER_KEY ||
        !row_starts(key, log, LOG_ID_LEN) || value.len != KEY_LEN)
        return false;
    *ret_size = be64_get(key.ptr + LOG_ID_LEN);
    memcpy(ret->b, value.ptr, KEY_LEN);
    return true;
}
