/* A leaf that the gate takes and that has a meaning: written from that meaning it means the same again. */
#include <string.h>

#include "proto/leaf.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t first[LEAF_MAX], second[LEAF_MAX];
    struct bytes bytes = {data, size}, once, twice;
    struct leaf leaf, again;
    bool has[PART_CLASSES];
    struct digest part[PART_CLASSES];
    if (leaf_check(bytes))
        return 0;
    MUST(size <= LEAF_MAX);
    leaf_parts(bytes, has, part);
    enum err err = leaf_decode(bytes, &leaf);
    MUST((leaf.kind == LEAF_UNKNOWN) == (err == ERR_KIND));
    if (err)
        return 0;
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        MUST(has[class] == leaf.has_part[class] &&
             (!has[class] || digest_eq(&part[class], &leaf.part[class])));
    MUST(leaf_encode(&leaf, first, sizeof first, &once) == ERR_OK);
    MUST(once.len <= size || leaf.kind == LEAF_WITHDRAW); /* what is not known is left out */
    MUST(leaf_check(once) == ERR_OK && leaf_decode(once, &again) == ERR_OK);
    MUST(again.kind == leaf.kind && again.time == leaf.time);
    MUST(leaf_encode(&again, second, sizeof second, &twice) == ERR_OK);
    MUST(bytes_eq(once, twice));
    return 0;
}
