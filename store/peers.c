#include <string.h>

#include "proto/reader.h"
#include "proto/writer.h"
#include "store/roster.h"
#include "store/rows.h"

#define PEER_FIELDS 5
#define PEER_ROW_MAX (sizeof(struct peer_row) + 32)

/* Copy text of at most max - 1 bytes, with a NUL. */
static void text_read(struct reader *r, char *to, size_t max) {
    struct bytes text = reader_str(r, max - 1);
    if (text.len)
        memcpy(to, text.ptr, text.len);
    to[text.len] = '\0';
}

static bool peer_read(struct txn *t, struct bytes key, struct bytes value, struct peer_row *ret) {
    struct peer_row row = {.origin = ""};
    struct reader r;
    reader_init(&r, value);
    if (key.len != KEY_LEN)
        reader_fail(&r, ERR_CORRUPT);
    else
        memcpy(row.node.b, key.ptr, KEY_LEN);
    reader_array(&r, PEER_FIELDS);
    text_read(&r, row.origin, sizeof row.origin);
    text_read(&r, row.name, sizeof row.name);
    text_read(&r, row.address, sizeof row.address);
    row.invited = reader_bool(&r);
    row.configured = reader_bool(&r);
    if (reader_end(&r)) {
        txn_fail(t, ERR_CORRUPT);
        return false;
    }
    *ret = row;
    return true;
}

void peers_put(struct txn *t, const struct peer_row *row) {
    uint8_t buffer[PEER_ROW_MAX];
    struct writer w;
    struct bytes value;
    writer_init(&w, buffer, sizeof buffer);
    writer_array(&w, PEER_FIELDS);
    writer_str(&w, bytes_str(row->origin));
    writer_str(&w, bytes_str(row->name));
    writer_str(&w, bytes_str(row->address));
    writer_bool(&w, row->invited);
    writer_bool(&w, row->configured);
    enum err err = writer_end(&w, &value);
    if (err)
        txn_fail(t, err);
    else
        row_put(t, TABLE_PEERS, BYTES(row->node.b), value);
}

bool peers_get(struct txn *t, const struct pubkey *node, struct peer_row *ret) {
    struct bytes value;
    return row_get(t, TABLE_PEERS, BYTES(node->b), &value) && peer_read(t, BYTES(node->b), value, ret);
}

void peers_remove(struct txn *t, const struct pubkey *node) {
    row_delete(t, TABLE_PEERS, BYTES(node->b));
}

bool peers_next(struct txn *t, struct peer_row *row) {
    uint8_t from[KEY_LEN + 1] = {0};
    struct bytes key, value;
    memcpy(from, row->node.b, KEY_LEN);
    return row_ceil(t, TABLE_PEERS, BYTES(from), &key, &value) && peer_read(t, key, value, row);
}
