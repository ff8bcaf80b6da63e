#include "node/ownlog.h"

#include <stdlib.h>
#include <string.h>

static enum err get_digest(const json_t *text, struct digest *ret) {
    size_t len = 0;
    const char *value = json_string_value(text);
    enum err err = value ? base64_get(ret->b, DIGEST_LEN, &len, bytes_str(value)) : ERR_SCHEMA;

    return err ? err : len == DIGEST_LEN ? ERR_OK : ERR_SCHEMA;
}

static enum err get_number(const json_t *answer, const char *name, uint64_t *ret) {
    const json_t *value = json_object_get(answer, name);

    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return ERR_SCHEMA;
    *ret = (uint64_t)json_integer_value(value);
    return ERR_OK;
}

static enum err get_note(const json_t *answer, struct authority *ret) {
    const json_t *note = json_object_get(answer, "note");
    struct bytes text = {(const uint8_t *)json_string_value(note), json_string_length(note)};

    return text.ptr ? authority_parse(text, ret) : ERR_SCHEMA;
}

/* The peaks of the anchor's tree; whether they are that tree is seen by its root. */
static enum err get_anchor(const json_t *edge, struct ownlog *log) {
    size_t at = 0;
    enum err err = ERR_OK;

    log->anchored = json_is_array(edge);
    log->anchor.size = log->authority.anchor_size;
    for (int level = 63; level >= 0 && log->anchored && !err; level--)
        if (log->anchor.size >> level & 1)
            err = get_digest(json_array_get(edge, at++), &log->anchor.peak[level]);
    if (err || !log->anchored)
        return err;
    struct digest root = frontier_root(&log->anchor);
    log->anchored = digest_eq(&root, &log->authority.anchor_root);
    return ERR_OK;
}

enum err ownlog_parse(const json_t *answer, struct ownlog *ret) {
    struct ownlog log = {.flags = 0};
    const json_t *origin = json_object_get(answer, "origin");
    uint64_t flags = 0;
    size_t len = json_string_length(origin);

    if (!len || len > ORIGIN_MAX)
        return ERR_SCHEMA;
    memcpy(log.origin, json_string_value(origin), len);
    enum err err = get_note(answer, &log.authority);
    if (!err)
        err = get_number(answer, "size", &log.size);
    if (!err)
        err = get_number(answer, "held", &log.held);
    if (!err)
        err = get_number(answer, "flags", &flags);
    if (!err)
        err = get_digest(json_object_get(answer, "root"), &log.root);
    if (!err)
        err = get_anchor(json_object_get(answer, "anchor"), &log);
    log.flags = (unsigned)flags;
    if (!err)
        *ret = log;
    return err;
}

bool ownlog_at_anchor(const struct ownlog *log) {
    return log->anchored && log->size == log->authority.anchor_size &&
           digest_eq(&log->root, &log->authority.anchor_root);
}
