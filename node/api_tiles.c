/* The paths of C2SP tlog-checkpoint and tlog-tiles, which any verifier of transparency logs reads. */
#include <stdlib.h>
#include <string.h>

#include "node/api_call.h"

#define TILE_WIDTH 256u
#define TILE_BITS 8u
#define LEVEL_MAX 7 /* a log has fewer than 2^63 entries */
#define GROUPS_MAX 7
#define NOTE_SIGNATURES (SIGNATURES_MAX + COSIGNATURES_MAX)

struct tile_path {
    unsigned level;
    uint64_t index;
    unsigned width;
};

static bool no_tile(struct api_call *call) {
    api_refuse(call, 404, "NOT_FOUND", "the log has no such tile");
    return false;
}

static void give(struct api_call *call, uint8_t *body, size_t len, const char *type) {
    call->body = body;
    call->len = len;
    call->type = type;
}

void api_checkpoint(struct api_call *call) {
    struct log_record record;
    struct checkpoint checkpoint;
    struct checkpoint_signature signature[NOTE_SIGNATURES];
    unsigned count = 0;
    struct bytes note;

    if (!api_find_log(call, &record))
        return;
    logs_checkpoint(call->txn, &record, &checkpoint, signature, NOTE_SIGNATURES, &count);
    if (count == 0) {
        api_refuse(call, 404, "NOT_FOUND", "nothing has been signed in this log yet");
        return;
    }
    uint8_t *buffer = malloc(NOTE_MAX);
    enum err err =
        buffer == NULL ? ERR_MEMORY : checkpoint_note(&checkpoint, signature, count, buffer, NOTE_MAX, &note);
    if (err != ERR_OK) {
        free(buffer);
        api_refuse(call, 500, err_name(err), "the checkpoint: %s", err_text(err));
        return;
    }
    memmove(buffer, note.ptr, note.len);
    give(call, buffer, note.len, "text/plain; charset=utf-8");
}

/* Three digits; all groups but the last stand behind an x. */
static bool group_get(struct bytes word, bool last, uint64_t *index) {
    if (!last) {
        if (word.len == 0 || word.ptr[0] != 'x')
            return false;
        word.ptr++;
        word.len--;
    }
    if (word.len != 3)
        return false;
    for (unsigned i = 0; i < 3; i++) {
        if (word.ptr[i] < '0' || word.ptr[i] > '9')
            return false;
        *index = *index * 10 + (uint64_t)(word.ptr[i] - '0');
    }
    return true;
}

/* x001/x234/067.p/5: each tile has one spelling. */
static bool path_get(const struct bytes *word, unsigned count, struct tile_path *ret) {
    uint64_t width = TILE_WIDTH;
    struct tile_path path = {0};

    if (count == 0)
        return false;
    struct bytes last = word[count - 1];
    if (count >= 2 && word[count - 2].len > 2 &&
        memcmp(word[count - 2].ptr + word[count - 2].len - 2, ".p", 2) == 0) {
        if (decimal_get(&width, last) != ERR_OK || width == 0 || width >= TILE_WIDTH)
            return false;
        count--;
        last = (struct bytes){word[count - 1].ptr, word[count - 1].len - 2};
    }
    if (count > GROUPS_MAX || (count > 1 && bytes_is(word[0], "x000")))
        return false;
    for (unsigned i = 0; i + 1 < count; i++)
        if (!group_get(word[i], false, &path.index))
            return false;
    path.width = (unsigned)width;
    *ret = path;
    return group_get(last, true, &ret->index);
}

/* Whether the tree has that much of the tile.  A narrower one than the tree now has is served too: its reader
 * holds an earlier checkpoint. */
static bool tile_there(const struct tile_path *path, uint64_t size) {
    uint64_t hashes = size >> (TILE_BITS * path->level), first = path->index * TILE_WIDTH;

    return path->index < UINT64_C(1) << 55 && first < hashes && path->width <= hashes - first;
}

void api_tile(struct api_call *call) {
    struct log_record record;
    struct tile_path path;
    uint64_t level;

    if (!api_find_log(call, &record))
        return;
    if (decimal_get(&level, call->word[3]) != ERR_OK || level > LEVEL_MAX || call->word_count < 5 ||
        !path_get(&call->word[4], call->word_count - 4, &path)) {
        no_tile(call);
        return;
    }
    path.level = (unsigned)level;
    size_t len = (size_t)path.width * DIGEST_LEN;
    struct bytes tile = {NULL, 0};
    if (tile_there(&path, record.head.size))
        tile = logs_tile(call->txn, record.id, path.level, path.index);
    uint8_t *body = tile.len < len ? NULL : malloc(len);
    if (body == NULL) {
        no_tile(call);
        return;
    }
    memcpy(body, tile.ptr, len);
    give(call, body, len, "application/octet-stream");
}

/* Each entry is its length in two bytes and itself. */
static bool bundle_fill(struct api_call *call, const struct log_record *record, const struct tile_path *path,
                        uint8_t *body, size_t *ret_len) {
    struct leaf_cursor c = {.index = path->index * TILE_WIDTH};
    size_t len = 0;
    unsigned count = 0;

    while (count < path->width && logs_leaf_next(call->txn, record->id, &c) && c.leaf.len <= LEAF_MAX) {
        body[len] = (uint8_t)(c.leaf.len >> 8);
        body[len + 1] = (uint8_t)c.leaf.len;
        memcpy(body + len + 2, c.leaf.ptr, c.leaf.len);
        len += 2 + c.leaf.len;
        count++;
    }
    logs_leaf_done(&c);
    *ret_len = len;
    return count == path->width;
}

void api_entry_bundle(struct api_call *call) {
    struct log_record record;
    struct tile_path path;
    size_t len;

    if (!api_find_log(call, &record))
        return;
    if (!path_get(&call->word[3], call->word_count - 3, &path) || !tile_there(&path, record.head.size)) {
        no_tile(call);
        return;
    }
    uint8_t *body = malloc((size_t)path.width * (2 + LEAF_MAX));
    if (body == NULL || !bundle_fill(call, &record, &path, body, &len)) {
        free(body);
        api_refuse(call, 500, "CORRUPT", "the entries of this tile cannot be read");
        return;
    }
    give(call, body, len, "application/octet-stream");
}
