#include "proto/part.h"

#include "proto/reader.h"

struct bytes part_payload(struct bytes salted) {
    if (salted.len < SALT_LEN)
        return (struct bytes){salted.ptr, 0};
    return (struct bytes){salted.ptr + SALT_LEN, salted.len - SALT_LEN};
}

enum err part_check(struct bytes salted) {
    if (salted.len <= SALT_LEN)
        return ERR_SHORT;
    if (salted.len - SALT_LEN > PART_MAX)
        return ERR_SIZE;
    return reader_check(part_payload(salted), PART_DEPTH, PART_ITEMS);
}

struct digest part_commitment(enum part_class class, struct bytes salted) {
    return digest_part((uint8_t) class, salted.ptr, part_payload(salted));
}

enum err part_verify(enum part_class class, struct bytes salted, const struct digest *commitment) {
    enum err err = part_check(salted);
    if (err)
        return err;
    struct digest found = part_commitment(class, salted);
    return digest_eq(&found, commitment) ? ERR_OK : ERR_COMMITMENT;
}

enum part_state part_told(enum part_state state) {
    return state == PART_HIDDEN ? PART_WITHHELD : state;
}
