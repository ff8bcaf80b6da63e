/* A State whose log has two branches, both signed: for what shows, finds or refuses forks. */
#ifndef TESTS_LIB_FORKED_H
#define TESTS_LIB_FORKED_H

#include "proto/evidence.h"
#include "tests/lib/toytree.h"

#define FORKED_OPERATORS 3

struct forked {
    char origin[ORIGIN_MAX + 1];
    struct authority note;
    struct pubkey key[FORKED_OPERATORS + 1];
    uint8_t secret[FORKED_OPERATORS + 1][KEY_SECRET_LEN]; /* of the operators, and of one who is none */
    uint64_t f;
    struct toytree branch[2]; /* the same up to f */
};

/* A note with this anchor on the common leaves, and two branches of size leaves that differ from f on. */
void forked_init(struct forked *ret, uint64_t anchor, uint64_t f, uint64_t size);

/* Sign size leaves of a branch by these operators, a bit each. */
void forked_sign(const struct forked *s, unsigned branch, uint64_t size, unsigned operators,
                 struct evidence_side *ret);

/* Evidence from the branches at two sizes, made as a node makes it that holds branch 0. */
enum err forked_evidence(const struct forked *s, uint64_t size_0, uint64_t size_1,
                         struct evidence *ret) MUST_CHECK;

#endif
