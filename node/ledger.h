/* The signer's ledger (design 4): what was last signed for the own log, written down before a signature
 * leaves.
 *
 * It is one small text file in DIR/ledger, shared by all operator keys, and excluded from backups: a restored
 * copy would let the State sign a second history.  It is replaced in one step (write, fsync, rename, fsync of
 * the directory).
 *
 *     comity-ledger/v1
 *     origin <origin>
 *     epoch <e>
 *     size <n>
 *     root <base64>
 *     peak <base64>          of each complete subtree, largest first
 *     signed <base64 key> <base64 signature>     of the checkpoint of this size and root; not at size 0
 *     sum <base64 SHA-256 of the lines above> */
#ifndef NODE_LEDGER_H
#define NODE_LEDGER_H

#include "proto/authority.h"
#include "proto/checkpoint.h"
#include "proto/merkle.h"

#define LEDGER_MAX 8192
#define LEDGER_DIR "ledger"

struct ledger {
    char origin[ORIGIN_MAX + 1];
    uint64_t epoch;
    struct frontier frontier;
    struct digest root;
    struct checkpoint_signature last; /* if frontier.size > 0 */
};

/* Begin a ledger at a tree of no leaves. */
void ledger_init(struct ledger *ledger, const char *origin, uint64_t epoch);

/* ERR_VERSION: not a ledger; ERR_SCHEMA, ERR_CORRUPT (the sum or the root does not fit), and others. */
enum err ledger_parse(struct bytes text, struct ledger *ret) MUST_CHECK;
enum err ledger_print(const struct ledger *ledger, char *buffer, size_t max, struct bytes *ret) MUST_CHECK;

/* dir is the data directory.  ERR_NOT_FOUND: the ledger is lost, and no key of this epoch may sign again. */
enum err ledger_load(const char *dir, struct ledger *ret) MUST_CHECK;
enum err ledger_save(const char *dir, const struct ledger *ledger) MUST_CHECK;

/* Make DIR/ledger with its first ledger.  ERR_EXISTS. */
enum err ledger_create(const char *dir, const struct ledger *ledger) MUST_CHECK;

/* Keep every other process from signing until the descriptor is closed, or this process ends.  Makes
 * DIR/ledger where it is lost.  ERR_BUSY; ERR_NOT_FOUND: there is no dir. */
enum err ledger_lock(const char *dir, int *ret_fd) MUST_CHECK;

#endif
