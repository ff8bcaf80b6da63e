/* The batch that is being published, written down before it is signed (design 4): after a crash the same
 * bytes are handed in again, never others.
 *
 * The file DIR/ledger/pending is one line of text, then canonical values one after another: origin, epoch,
 * size and right edge of the tree before, the drafts that it came from ([seq, SHA-256]), the entries ([leaf,
 * part, part]), and SHA-256 of all that stands above. */
#ifndef NODE_PENDING_H
#define NODE_PENDING_H

#include "proto/authority.h"
#include "proto/package.h"

#define PENDING_ENTRIES_MAX 262144 /* more than one import drafts */
#define PENDING_BYTES_MAX (256u << 20)

/* A draft is told by its number and its text: numbers are used again when the table has been empty. */
struct pending_draft {
    uint64_t seq;
    struct digest sum;
};

struct pending {
    char origin[ORIGIN_MAX + 1];
    uint64_t epoch;
    struct frontier base; /* the tree before: its right edge is all that the proofs need */
    uint32_t count;
    struct entry *entry; /* views into data, or into what the maker owns */
    uint32_t draft_count;
    struct pending_draft *draft;
    uint8_t *data;
};

/* Read DIR/ledger/pending: ERR_NOT_FOUND if there is none; ERR_VERSION, ERR_CORRUPT. */
enum err pending_load(const char *dir, struct pending *ret) MUST_CHECK;
enum err pending_save(const char *dir, const struct pending *pending) MUST_CHECK;
enum err pending_remove(const char *dir) MUST_CHECK;
void pending_free(struct pending *pending); /* takes a zeroed one */

#endif
