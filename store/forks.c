#include "store/forks.h"

#include <string.h>

#define FORK_KEY (LOG_ID_LEN + DIGEST_LEN)
#define FORK_HEAD (8 + DIGEST_LEN)

static void fork_key(uint8_t ret[static FORK_KEY], const uint8_t *log, const struct digest *note) {
    memcpy(ret, log, LOG_ID_LEN);
    memcpy(ret + LOG_ID_LEN, note->b, DIGEST_LEN);
}

void forks_put(struct txn *t, const uint8_t log[static LOG_ID_LEN], const struct digest *note, uint64_t f,
               const struct digest *root, struct bytes evidence) {
    uint8_t key[FORK_KEY], value[FORK_HEAD + EVIDENCE_MAX];
    if (evidence.len > EVIDENCE_MAX) {
        txn_fail(t, ERR_SIZE);
        return;
    }
    fork_key(key, log, note);
    be64_put(value, f);
    memcpy(value + 8, root->b, DIGEST_LEN);
    memcpy(value + FORK_HEAD, evidence.ptr, evidence.len);
    row_put(t, TABLE_FORKS, BYTES(key), (struct bytes){value, FORK_HEAD + evidence.len});
}

bool forks_get(struct txn *t, const uint8_t log[static LOG_ID_LEN], const struct digest *note,
               struct view_fork *ret, struct bytes *ret_evidence) {
    uint8_t key[FORK_KEY];
    struct bytes value;
    fork_key(key, log, note);
    if (!row_get(t, TABLE_FORKS, BYTES(key), &value))
        return false;
    if (value.len <= FORK_HEAD) {
        txn_fail(t, ERR_CORRUPT);
        return false;
    }
    *ret = (struct view_fork){VIEW_NONE, be64_get(value.ptr), {{0}}};
    memcpy(ret->root.b, value.ptr + 8, DIGEST_LEN);
    *ret_evidence = (struct bytes){value.ptr + FORK_HEAD, value.len - FORK_HEAD};
    return true;
}
