/* From a draft to the entry that publishes it: the leaf, and the parts with their salts. */
#ifndef NODE_DRAFT_H
#define NODE_DRAFT_H

#include <jansson.h>

#include "proto/authority.h"
#include "proto/leaf.h"
#include "proto/package.h"

#define DRAFT_ENTRY_MAX (LEAF_MAX + PART_CLASSES * (SALT_LEN + PART_MAX))

/* Salts of one entry: random, from the caller, and used once. */
struct draft_salts {
    uint8_t class[PART_CLASSES][SALT_LEN];
};

/* Write the entry of a draft (node/ops.h) into buffer of DRAFT_ENTRY_MAX; views point there; ret_len is what
 * it took.  now_s is the claimed time.  ERR_SCHEMA: not a draft; record's and leaf's errors. */
enum err draft_entry(const json_t *draft, uint64_t now_s, const struct draft_salts *salts, uint8_t *buffer,
                     struct entry *ret, size_t *ret_len) MUST_CHECK;

/* The same for a leaf that the program itself makes, with the payloads of its parts (len 0: none). */
enum err draft_leaf(struct leaf *leaf, const struct bytes payload[static PART_CLASSES],
                    const struct draft_salts *salts, uint8_t *buffer, struct entry *ret,
                    size_t *ret_len) MUST_CHECK;

/* The entry with which an epoch begins: it names the authority note.  buffer takes LEAF_MAX bytes. */
enum err draft_note(const struct authority *authority, uint64_t now_s, uint8_t *buffer, struct entry *ret,
                    size_t *ret_len) MUST_CHECK;

#endif
