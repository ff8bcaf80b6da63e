#include "node/cli/nodesource.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/peerheads.h"
#include "node/cli/terminal.h"
#include "node/tilepath.h"

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static enum err node_read(struct nodesource *s, const char *path, const char *query, uint8_t **ret,
                          size_t *ret_len) {
    struct api_reply reply = {0};
    enum err err = session_get(s->cli->session, path, query, &reply);
    if (err == ERR_OK && reply.status != 200)
        err = reply.status == 404 ? ERR_NOT_FOUND : reply.status == 500 ? ERR_CORRUPT : ERR_IO;
    if (err != ERR_OK) {
        free(reply.body);
        return err;
    }
    *ret = (uint8_t *)reply.body;
    *ret_len = reply.len;
    return ERR_OK;
}

/* One entry, for bundles that are too long for one answer. */
static enum err append_entry(struct nodesource *s, uint64_t index, uint8_t *bundle, size_t max, size_t *len) {
    char path[200];
    unsigned status = 0;
    size_t leaf_len = 0;
    uint8_t leaf[LEAF_MAX];
    snprintf(path, sizeof path, "/api/v1/logs/%s/entries/%llu", s->origin, (unsigned long long)index);
    json_t *entry = session_json(s->cli->session, path, "", &status);
    const char *text = json_string_value(json_object_get(entry, "leaf"));
    enum err err = text == NULL ? ERR_NOT_FOUND : base64_get(leaf, sizeof leaf, &leaf_len, bytes_str(text));
    json_decref(entry);
    if (err == ERR_OK && *len + 2 + leaf_len > max)
        err = ERR_SIZE;
    if (err != ERR_OK)
        return err;
    bundle[(*len)++] = (uint8_t)(leaf_len >> 8);
    bundle[(*len)++] = (uint8_t)leaf_len;
    memcpy(bundle + *len, leaf, leaf_len);
    *len += leaf_len;
    return ERR_OK;
}

static enum err bundle_by_entries(struct nodesource *s, uint64_t first, uint8_t **ret, size_t *ret_len) {
    size_t max = TILE_WIDTH * (2 + LEAF_MAX), len = 0;
    uint8_t *bundle = malloc(max);
    enum err err = bundle == NULL ? ERR_MEMORY : ERR_OK;
    for (unsigned i = 0; err == ERR_OK && i < TILE_WIDTH; i++)
        err = append_entry(s, first + i, bundle, max, &len);
    if (err != ERR_OK) {
        free(bundle);
        return err;
    }
    *ret = bundle;
    *ret_len = len;
    return ERR_OK;
}

/* The number of a full entry bundle, from its path; false if the path is of something else. */
static bool full_bundle(const char *path, uint64_t *ret) {
    uint64_t index = 0;
    static const char head[] = "tile/entries/";
    if (strncmp(path, head, sizeof head - 1) != 0 || strstr(path, ".p/") != NULL)
        return false;
    for (const char *c = path + sizeof head - 1; *c != '\0'; c++)
        if (isdigit((unsigned char)*c))
            index = index * 10 + (uint64_t)(*c - '0');
    *ret = index;
    return true;
}

enum err nodesource_get(void *context, const char *path, uint8_t **ret, size_t *ret_len) {
    struct nodesource *s = context;
    char whole[200];
    uint64_t bundle;
    snprintf(whole, sizeof whole, "/log/%s/%s", s->origin, path);
    enum err err = node_read(s, whole, "", ret, ret_len);
    if (err != ERR_OK && err != ERR_NOT_FOUND && full_bundle(path, &bundle))
        err = bundle_by_entries(s, bundle * TILE_WIDTH, ret, ret_len);
    return err;
}

/* Take the page that begins at an index. */
static void page_turn(struct nodesource *s, uint64_t from) {
    char path[160], query[48];
    unsigned status = 0;
    snprintf(path, sizeof path, "/api/v1/logs/%s/parts", s->origin);
    snprintf(query, sizeof query, "from=%llu", (unsigned long long)from);
    json_t *page = session_json(s->cli->session, path, query, &status);
    json_decref(s->parts);
    s->parts = json_incref(json_object_get(page, "parts"));
    s->at = 0;
    s->failed = s->failed || page == NULL;
    const json_t *next = json_object_get(page, "next");
    s->next = json_is_integer(next) ? json_integer_value(next) : -1;
    json_decref(page);
}

/* The part of this entry and class in the page at hand, passing over those before it. */
static const json_t *page_find(struct nodesource *s, uint64_t index, const char *class) {
    for (; s->at < json_array_size(s->parts); s->at++) {
        const json_t *part = json_array_get(s->parts, s->at);
        uint64_t at = (uint64_t)json_integer_value(json_object_get(part, "index"));
        if (at > index || (at == index && strcmp(text_of(part, "class"), class) == 0))
            return at == index ? part : NULL;
    }
    return NULL;
}

static enum part_state node_part(void *context, uint64_t index, enum part_class class, uint8_t **ret,
                                 size_t *ret_len) {
    struct nodesource *s = context;
    while (s->next >= 0 && (s->parts == NULL || index >= (uint64_t)s->next))
        page_turn(s, s->parts == NULL ? index : (uint64_t)s->next);
    const json_t *part = page_find(s, index, class == PART_PUBLIC ? "public" : "members");
    const char *text = json_string_value(json_object_get(part, "part"));
    if (text == NULL)
        return strcmp(text_of(part, "state"), "withheld") == 0 ? PART_WITHHELD : PART_GONE;
    uint8_t *data = malloc(SALT_LEN + PART_MAX);
    if (data == NULL || base64_get(data, SALT_LEN + PART_MAX, ret_len, bytes_str(text)) != ERR_OK) {
        free(data);
        return PART_GONE;
    }
    *ret = data;
    return PART_HELD;
}

void nodesource_progress(void *context, uint64_t done, uint64_t all) {
    struct progress *p = context;
    if (p->what == NULL || p->all != all)
        progress_begin(p, "log", all);
    progress_at(p, done);
}

/* Where the node has the log, and the evidence if it ends before a fork: what proves a head that has no
 * checkpoint. */
static uint64_t standing_of(struct cli *cli, const char *origin, uint8_t evidence[static EVIDENCE_MAX],
                            size_t *ret_len) {
    char path[ORIGIN_MAX + 40];
    json_t *each;
    size_t i;
    snprintf(path, sizeof path, "/api/v1/logs/%s", origin);
    json_t *log = cli_get(cli, path, NULL);
    json_int_t size = json_integer_value(json_object_get(log, "size"));
    bool disputed = json_object_get(log, "f") != NULL;
    json_decref(log);
    snprintf(path, sizeof path, "/api/v1/logs/%s/evidence", origin);
    json_t *answer = disputed ? cli_get(cli, path, NULL) : NULL;
    json_array_foreach(json_object_get(answer, "evidence"), i, each) {
        if (json_integer_value(json_object_get(each, "f")) == size &&
            base64_get(evidence, EVIDENCE_MAX, ret_len, bytes_str(text_of(each, "evidence"))) != ERR_OK)
            *ret_len = 0;
    }
    json_decref(answer);
    return (uint64_t)size;
}

enum err nodesource_check(struct cli *cli, const char *origin, const char *dir, struct logcheck_report *ret) {
    struct nodesource node = {.cli = cli, .origin = origin};
    struct logsource source =
        dir != NULL ? logsource_directory(dir) : (struct logsource){nodesource_get, &node};
    struct proposal chain = {0};
    struct progress progress = {0};
    uint8_t evidence[EVIDENCE_MAX];
    size_t evidence_len = 0;

    memset(ret, 0, sizeof *ret);
    if (!peerheads_chain(cli, origin, &chain)) {
        proposal_free(&chain);
        return ERR_DENIED;
    }
    uint64_t size = dir == NULL ? standing_of(cli, origin, evidence, &evidence_len) : 0;
    const struct logcheck_options options = {.source = &source,
                                             .origin = origin,
                                             .note = chain.note,
                                             .note_count = chain.count,
                                             .size = size,
                                             .evidence = {evidence, evidence_len},
                                             .part = dir == NULL ? node_part : NULL,
                                             .context = &node,
                                             .progress = nodesource_progress,
                                             .progress_context = &progress};
    enum err err = logcheck(&options, ret);
    if (progress.what != NULL)
        progress_end(&progress);
    proposal_free(&chain);
    json_decref(node.parts);
    return err == ERR_OK && node.failed ? ERR_CORRUPT : err;
}

json_t *nodesource_json(const char *origin, const struct logcheck_report *report) {
    static const char *const proofs[] = {"checkpoint", "anchor", "evidence"};
    char root[BASE64_LEN(DIGEST_LEN) + 1];
    size_t pos = 0;
    if (base64_put(root, sizeof root, &pos, BYTES(report->root.b)) != ERR_OK)
        root[0] = '\0';
    json_t *parts =
        json_pack("{s:I, s:I, s:I}", "held", (json_int_t)report->parts[PART_HELD], "withheld",
                  (json_int_t)report->parts[PART_WITHHELD], "gone", (json_int_t)report->parts[PART_GONE]);
    return json_pack("{s:s, s:b, s:s, s:b, s:I, s:s, s:I, s:I, s:I, s:I, s:o, s:I, s:O}", "origin", origin,
                     "good", report->fault_count == 0, "proof", proofs[report->proof], "names_authority",
                     report->named, "size", (json_int_t)report->size, "root", root, "signatures",
                     (json_int_t)report->signatures, "cosignatures", (json_int_t)report->cosignatures,
                     "tiles", (json_int_t)report->tiles, "unknown_leaves", (json_int_t)report->leaves_unknown,
                     "parts", parts, "fault_count", (json_int_t)report->fault_count, "faults",
                     report->faults);
}
