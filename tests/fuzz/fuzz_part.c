/* A part that is accepted has its own commitment and no other: not the other class's, nor that of other
 * bytes. */
#include <string.h>

#include "proto/part.h"
#include "proto/reader.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t copy[SALT_LEN + PART_MAX];
    struct supply s = {data, size};
    size_t flip = supply_below(&s, 65536);
    struct bytes salted = supply_bytes(&s, SIZE_MAX);
    enum err err = part_check(salted);
    if (err) {
        MUST(salted.len <= SALT_LEN || part_verify(PART_PUBLIC, salted, &(struct digest){.b = {0}}) == err);
        return 0;
    }
    MUST(salted.len > SALT_LEN && salted.len <= sizeof copy);
    MUST(reader_check(part_payload(salted), PART_DEPTH, PART_ITEMS) == ERR_OK);
    struct digest own = part_commitment(PART_MEMBERS, salted);
    MUST(part_verify(PART_MEMBERS, salted, &own) == ERR_OK);
    MUST(part_verify(PART_PUBLIC, salted, &own) == ERR_COMMITMENT);
    memcpy(copy, salted.ptr, salted.len);
    copy[flip % salted.len] ^= (uint8_t)(1u << flip % 8);
    MUST(part_verify(PART_MEMBERS, (struct bytes){copy, salted.len}, &own) != ERR_OK);
    return 0;
}
