#include "node/learned.h"

#include <string.h>

#include "proto/contact.h"
#include "proto/leaf.h"
#include "proto/reader.h"
#include "store/believe.h"
#include "store/directory.h"

#define NODES_PER_STATE 64

/* The first endpoint of a part that can be dialled; false if there is none. */
static bool endpoint_read(struct bytes payload, char *ret, size_t max) {
    struct reader r;
    uint64_t wanted = field_find(node_fields, "endpoints")->key;
    reader_init(&r, payload);
    for (uint32_t fields = reader_map(&r, PART_ITEMS); fields && !r.err; fields--) {
        if (reader_uint(&r, UINT64_MAX) != wanted) {
            reader_raw(&r);
            continue;
        }
        for (uint32_t count = reader_array(&r, PART_ITEMS); count && !r.err; count--) {
            struct bytes text = reader_str(&r, PART_MAX);
            if (r.err || text.len >= max || text.len < 6 || memcmp(text.ptr, "tcp://", 6) != 0)
                continue;
            memcpy(ret, text.ptr, text.len);
            ret[text.len] = '\0';
            return true;
        }
    }
    return false;
}

/* What is for members comes first: it may be the address within a closed network. */
static bool endpoint_find(struct txn *t, const uint8_t *log, uint64_t index, char *ret, size_t max) {
    static const enum part_class classes[] = {PART_MEMBERS, PART_PUBLIC};
    for (size_t i = 0; i < PART_CLASSES; i++) {
        struct bytes salted;
        if (logs_part(t, log, index, classes[i], &salted) == PART_HELD &&
            endpoint_read(part_payload(salted), ret, max))
            return true;
    }
    return false;
}

/* Put it where it belongs by its rank, if it is among the first.  A key has one rank, in whatever log it
 * stands. */
static unsigned rank_in(struct learned *all, unsigned count, const struct learned *one) {
    unsigned at = 0;
    while (at < count && memcmp(all[at].rank, one->rank, sizeof one->rank) < 0)
        at++;
    bool there = at < count && memcmp(all[at].rank, one->rank, sizeof one->rank) == 0;
    if (there || at == LEARNED_MAX)
        return count;
    unsigned kept = count < LEARNED_MAX ? count + 1 : count;
    memmove(&all[at + 1], &all[at], (kept - at - 1) * sizeof *all);
    all[at] = *one;
    return kept;
}

static unsigned log_read(struct txn *t, const struct log_record *record, const struct pubkey *own,
                         struct learned *all, unsigned count) {
    struct pubkey key = {{0}};
    uint64_t index;
    for (unsigned n = 0; n < NODES_PER_STATE &&
                         directory_node_next(t, record->id, LEAF_NODE, record->head.size, &key, &index);
         n++) {
        struct learned one = {.node = key};
        if (pubkey_eq(&key, own) || !endpoint_find(t, record->id, index, one.address, sizeof one.address))
            continue;
        struct digest rank = digest_pieces((struct bytes[]){BYTES(own->b), BYTES(key.b)}, 2);
        memcpy(one.rank, rank.b, sizeof one.rank);
        count = rank_in(all, count, &one);
    }
    return count;
}

unsigned learned_load(struct txn *t, const struct pubkey *own, struct learned ret[static LEARNED_MAX]) {
    struct log_record record = {.seq = 0};
    struct following following;
    unsigned count = 0;
    believe_following(t, &following);
    while (logs_next(t, &record))
        if (believe_follows_in(t, &record, &following))
            count = log_read(t, &record, own, ret, count);
    return t->err ? 0 : count;
}
