#include "node/cosign.h"

#include <string.h>

#include "node/restored.h"

/* When this key has cosigned the head as it stands; 0: not yet. */
static uint64_t head_time(struct txn *t, const struct log_record *record, const struct pubkey *key,
                          struct checkpoint *ret) {
    struct checkpoint_signature s[SIGNATURES_MAX + COSIGNATURES_MAX];
    unsigned count = 0;
    uint64_t time = 0;
    logs_checkpoint(t, record, ret, s, SIGNATURES_MAX + COSIGNATURES_MAX, &count);
    for (unsigned i = 0; i < count; i++)
        if (s[i].time > time && pubkey_eq(&s[i].key, key))
            time = s[i].time;
    return time;
}

enum err cosign_own(struct store *store, const uint8_t log[static LOG_ID_LEN],
                    const uint8_t secret[static KEY_SECRET_LEN], uint64_t now_s, bool *ret_moved) {
    struct log_record record;
    struct checkpoint checkpoint;
    struct checkpoint_signature cosignature;
    struct pubkey key;
    struct txn t;
    memcpy(key.b, secret + KEY_SEED_LEN, KEY_LEN);
    txn_begin(&t, store, true);
    uint64_t when;
    /* After a restore the head may be older than what this key has cosigned before. */
    bool known = logs_get(&t, log, &record) && record.head.size > 0 && !restored_get(&t, &when);
    uint64_t before = known ? head_time(&t, &record, &key, &checkpoint) : 0;
    bool today = before > 0 && before / 86400 == now_s / 86400;
    if (!known || today || now_s < logs_cosigned(&t, log, &key)) {
        enum err err = t.err;
        txn_abort(&t);
        *ret_moved = false;
        return err;
    }
    checkpoint_cosign(&checkpoint, now_s, secret, &cosignature);
    logs_cosign(&t, &record, &cosignature, true);
    enum err err = txn_commit(&t);
    *ret_moved = !err;
    return err;
}
