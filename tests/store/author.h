/* A State's publishing side for tests: keys, a log of any size, and packages of it for the gate.
 *
 * It keeps every node of its tree, so that what a store proves can be compared with it. */
#ifndef TESTS_STORE_AUTHOR_H
#define TESTS_STORE_AUTHOR_H

#include "proto/gate.h"
#include "proto/leaf.h"
#include "store/logs.h"

#define AUTHOR_LEVELS 32
#define AUTHOR_EPOCHS 4 /* after the first */

struct author {
    char origin[ORIGIN_MAX + 1];
    uint8_t id[LOG_ID_LEN];
    uint8_t operator_secret[KEY_SECRET_LEN];
    uint8_t seed;
    struct authority authority; /* of its newest epoch */
    struct package_note note;   /* of epoch 0 */
    uint8_t note_text[AUTHORITY_MAX];
    unsigned later_count; /* notes after it, which its packages bring */
    struct package_note later[AUTHOR_EPOCHS];
    uint8_t later_text[AUTHOR_EPOCHS][AUTHORITY_MAX];
    uint8_t branch;      /* author_fill makes other leaves on another */
    bool unknown;        /* author_fill makes leaves of a kind that nobody knows */
    uint64_t size;       /* entries made */
    struct entry *entry; /* views into blocks */
    uint64_t entry_room;
    struct author_block *blocks;
    struct digest *level[AUTHOR_LEVELS]; /* the roots of complete subtrees */
    uint64_t level_room[AUTHOR_LEVELS];
    uint8_t *frame;
    struct digest *leaf_hash;
};

/* The same seed makes the same State, on the network "test.example". */
void author_open(struct author *a, const char *code, uint8_t seed);
void author_close(struct author *a);

/* The same State with the first size entries, which are copied: what it adds from here on is another branch,
 * signed with the same keys. */
void author_branch(const struct author *a, uint64_t size, struct author *ret);

/* Go back to what the author was at a mark: what it has made and signed since is forgotten. */
struct author_mark {
    struct authority authority;
    uint8_t operator_secret[KEY_SECRET_LEN];
    unsigned later_count;
    uint64_t size;
    struct author_block *block;
    size_t block_len;
};
void author_mark(const struct author *a, struct author_mark *ret);
void author_return(struct author *a, const struct author_mark *mark);

/* Open the State's next epoch, by its custodians, with the tree of this branch at a size as its anchor.
 * Another variant has other operator keys: so it is a rival note of the same epoch. */
void author_epoch(struct author *a, uint64_t anchor, uint8_t variant);

/* The key of the custodian who signs the State's note of an epoch. */
void author_root_key(const struct author *a, uint64_t epoch, struct pubkey *ret,
                     uint8_t ret_secret[static KEY_SECRET_LEN]);

/* Make the next entry: a contact, a withdrawal, any leaf; parts are salted bytes or empty. */
void author_add(struct author *a, struct bytes leaf, const struct bytes part[PART_CLASSES]);
void author_leaf(struct author *a, const struct leaf *leaf);

/* Make entries of about these sizes: contacts with ids of their own, and both parts if part_len is not 0. */
void author_fill(struct author *a, uint64_t count, size_t leaf_len, size_t part_len);

/* A merkle_lookup over the author's own tree. */
bool author_lookup(void *author, unsigned level, uint64_t index, struct digest *ret);
struct digest author_root(const struct author *a, uint64_t size);

/* Pack the entries [from, to) under the signed target; views live until the next call. */
struct package author_package(struct author *a, uint64_t from, uint64_t to, uint64_t target);

/* Open the log in a store; take a package from the end of what is held up to to, through the gate. */
void author_register(struct author *a, struct store *store);
enum err author_deliver(struct author *a, struct txn *t, uint64_t to, uint64_t target,
                        struct log_record *ret);

/* A store in dir, of the network "test.example"; map_bytes as in store_options. */
struct store *author_store(const char *dir, size_t map_bytes);

#endif
