/* The birth of a node: its keys, and for a State its first authority note and first entries.
 *
 * Everything is made in memory and in a directory given for it; nothing prints. */
#ifndef NODE_BIRTH_H
#define NODE_BIRTH_H

#include "node/config.h"
#include "node/draft.h"
#include "node/keyfile.h"

#define BIRTH_ENTRIES 3
#define BIRTH_ENDPOINTS 8

/* The node's own keys, as they stand in node.key, witness.key, box.key; guarded memory. */
struct birth_seeds {
    uint8_t node[KEY_SEED_LEN], witness[KEY_SEED_LEN], box[KEY_SEED_LEN];
};

/* A custodian's key that signs the first note. */
struct birth_root {
    struct pubkey key;
    uint8_t secret[KEY_SECRET_LEN];
};

struct birth_note {
    struct authority authority;
    uint8_t text[AUTHORITY_MAX];
    struct package_note note; /* views text */
};

/* Make and sign the note of epoch 0: need of the roots sign, next commits to the keys after them. */
enum err birth_authority(const char *network, const char *code, unsigned need, const struct birth_root *root,
                         unsigned root_count, const struct pubkey *next, unsigned next_count,
                         const struct pubkey *operator_key, struct birth_note *ret) MUST_CHECK;

/* Make the three first entries: authority/v1, state/v1, node/v1.  endpoints stand in the part of this class;
 * none: no part.  buffer takes BIRTH_ENTRIES times DRAFT_ENTRY_MAX. */
struct birth_entries {
    const struct authority *authority;
    const struct birth_seeds *seeds;
    const struct names *state, *office;
    const struct bytes *endpoint;
    unsigned endpoint_count;
    enum part_class endpoint_class;
    uint64_t now_s;
    const struct draft_salts *salts; /* BIRTH_ENTRIES of them */
};
enum err birth_make(const struct birth_entries *what, uint8_t *buffer,
                    struct entry ret[static BIRTH_ENTRIES]) MUST_CHECK;

/* The package that opens the log: the note, and no entries. */
enum err birth_package(const struct birth_note *note, const char *origin, uint8_t *buffer, size_t max,
                       struct bytes *ret) MUST_CHECK;

#endif
