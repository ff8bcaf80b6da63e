#include "node/cli/losses.h"

#include <inttypes.h>
#include <string.h>

#include "node/record.h"
#include "proto/leaf.h"

/* "contact 0123456789ab", as the commands name it. */
static void put_what(const struct leaf *leaf, char *ret, size_t max) {
    char id[13] = "";
    const char *name = leaf_kind_name(leaf->kind);
    int kind = (int)strcspn(name, "/");

    if (leaf->kind == LEAF_CONTACT)
        hex_put(id, leaf->contact.id, 6);
    else if (leaf->kind == LEAF_WITHDRAW && leaf->withdraw.id.len >= 6)
        hex_put(id, leaf->withdraw.id.ptr, 6);
    else if (leaf->kind == LEAF_NODE)
        hex_put(id, leaf->node.id.b, 6);
    if (leaf->kind == LEAF_WITHDRAW)
        snprintf(ret, max, "end of %s %s", leaf_kind_name(leaf->withdraw.kind), id);
    else if (leaf->kind == LEAF_UNKNOWN)
        snprintf(ret, max, "of a kind that this program does not know");
    else
        snprintf(ret, max, "%.*s%s%s", kind, name, *id ? " " : "", id);
}

static enum err describe(const json_t *entry, uint64_t index, struct proposal *p) {
    const char *base64 = json_string_value(json_object_get(entry, "leaf"));
    uint8_t bytes[LEAF_MAX];
    char what[80], when[24] = "", line[PROPOSAL_LOST_TEXT];
    struct leaf leaf = {.kind = LEAF_UNKNOWN};
    size_t len = 0;
    enum err err = base64 ? base64_get(bytes, sizeof(bytes), &len, bytes_str(base64)) : ERR_SCHEMA;

    if (err)
        return err;
    if (leaf_decode((struct bytes){bytes, len}, &leaf))
        leaf.kind = LEAF_UNKNOWN;
    put_what(&leaf, what, sizeof(what));
    if (leaf.kind != LEAF_UNKNOWN)
        time_text(leaf.time, when);
    snprintf(line, sizeof(line), "entry %" PRIu64 ": %s%s%s", index, what, *when ? ", " : "", when);
    return proposal_lose(p, bytes_str(line));
}

bool losses_ask(struct cli *cli, const char *origin, uint64_t anchor, uint64_t size, struct proposal *p) {
    char path[ORIGIN_MAX + 60];

    for (uint64_t i = anchor; i < size && p->lost_count < PROPOSAL_LOST_MAX; i++) {
        snprintf(path, sizeof(path), "/api/v1/logs/%s/entries/%" PRIu64, origin, i);
        json_t *entry = cli_get(cli, path, NULL);
        enum err err = entry ? describe(entry, i, p) : ERR_OK;
        json_decref(entry);
        if (err)
            cli->status = cli_err(cli, err, path, "");
        if (err || !entry)
            return false;
    }
    return true;
}
