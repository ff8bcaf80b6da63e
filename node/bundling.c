#include "node/bundling.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "proto/evidence.h"
#include "proto/message.h"

/* ---- asking the node ---- */

static enum err refused(struct bundling *b, const struct ops_reply *reply) {
    json_t *said = json_loadb(reply->body ? reply->body : "", reply->len, 0, NULL);
    const char *text = json_string_value(json_object_get(said, "error"));
    snprintf(b->complaint, sizeof b->complaint, "%s", text ? text : "the node has not answered as it should");
    json_decref(said);
    return ERR_DENIED;
}

static enum err ask(struct bundling *b, const char *name, struct bytes body, struct ops_reply *ret) {
    enum err err = b->call(b->context, name, body, ret);
    if (err || ret->status == OPS_DONE)
        return err;
    err = refused(b, ret);
    free(ret->body);
    return err;
}

/* One package, or ERR_RANGE if the log is not what it was.  The message points into ret_reply, which the
 * caller frees. */
static enum err fetch(struct bundling *b, const struct message *question, struct ops_reply *ret_reply,
                      struct message *ret) {
    uint8_t buffer[256];
    struct bytes body;
    enum err err = message_encode(question, buffer, sizeof buffer, &body);
    if (!err)
        err = ask(b, b->members ? "bundle-fetch" : "bundle-public", body, ret_reply);
    if (err)
        return err;
    err = message_decode((struct bytes){(uint8_t *)ret_reply->body, ret_reply->len}, ret);
    if (!err && ret->kind == MESSAGE_ERROR)
        err = ret->error.code == MESSAGE_ERROR_RANGE     ? ERR_RANGE
              : ret->error.code == MESSAGE_ERROR_UNKNOWN ? ERR_NOT_FOUND
                                                         : ERR_IO;
    else if (!err && ret->kind != (MESSAGE_FETCH | MESSAGE_ANSWER))
        err = ERR_MESSAGE;
    if (err)
        free(ret_reply->body);
    return err;
}

/* ---- which logs ---- */

static bool log_read(const json_t *one, struct bundling_log *ret) {
    const char *id = json_string_value(json_object_get(one, "id"));
    const char *origin = json_string_value(json_object_get(one, "origin"));
    const char *state = json_string_value(json_object_get(one, "state"));
    const char *root = json_string_value(json_object_get(one, "root"));
    *ret = (struct bundling_log){.pinned = json_is_true(json_object_get(one, "pinned"))};
    if (!id || !origin || !state || !root || hex_get(ret->log.id, LOG_ID_LEN, bytes_str(id)) ||
        hex_get(ret->log.root.b, DIGEST_LEN, bytes_str(root)))
        return false;
    snprintf(ret->log.origin, sizeof ret->log.origin, "%s", origin);
    for (unsigned i = 0; i < CODE_LEN && state[i]; i++)
        ret->state[i] = (char)toupper((unsigned char)state[i]);
    ret->log.epoch = (uint64_t)json_integer_value(json_object_get(one, "epoch"));
    ret->log.size = (uint64_t)json_integer_value(json_object_get(one, "size"));
    return true;
}

/* A page; *ret_after is the id that the next begins behind, or "" if there is none. */
static enum err page_add(struct bundling *b, char ret_after[static 2 * LOG_ID_LEN + 1],
                         struct bundling_log **all, size_t *count) {
    char body[64] = "{}";
    struct ops_reply reply;
    if (*ret_after)
        snprintf(body, sizeof body, "{\"after\":\"%s\"}", ret_after);
    enum err err = ask(b, "bundle-logs", bytes_str(body), &reply);
    if (err)
        return err;
    json_t *page = json_loadb(reply.body, reply.len, 0, NULL), *logs = json_object_get(page, "logs"), *one;
    size_t i, more = json_array_size(logs);
    free(reply.body);
    struct bundling_log *grown = realloc(*all, (*count + more + 1) * sizeof *grown);
    if (!grown) {
        json_decref(page);
        return ERR_MEMORY;
    }
    *all = grown;
    bool goes_on = more && json_is_true(json_object_get(page, "more"));
    *ret_after = '\0';
    json_array_foreach(logs, i, one) {
        if (!log_read(one, &grown[*count])) {
            json_decref(page);
            return ERR_MESSAGE;
        }
        if (goes_on)
            hex_put(ret_after, grown[*count].log.id, LOG_ID_LEN);
        ++*count;
    }
    json_decref(page);
    return ERR_OK;
}

static int pinned_first(const void *a, const void *b) {
    const struct bundling_log *x = a, *y = b;
    return x->pinned != y->pinned ? (x->pinned ? -1 : 1) : strcmp(x->log.origin, y->log.origin);
}

enum err bundling_list(struct bundling *b, struct bundling_log **ret, size_t *ret_count) {
    char after[2 * LOG_ID_LEN + 1] = "";
    struct bundling_log *all = NULL;
    size_t count = 0;
    enum err err;
    do
        err = page_add(b, after, &all, &count);
    while (!err && *after);
    if (err) {
        free(all);
        return err;
    }
    qsort(all, count, sizeof *all, pinned_first);
    *ret = all;
    *ret_count = count;
    return ERR_OK;
}

/* ---- one log ---- */

/* What a package leaves for the next question. */
struct trail {
    uint64_t from;
    uint64_t epoch; /* of the package */
    uint32_t notes;
    uint64_t last_note; /* epoch of its last */
    bool more, has_evidence;
    struct evidence evidence;
};

static void trail_read(const struct package *package, struct trail *ret) {
    struct package_note note;
    struct authority a;
    struct reader r;
    *ret = (struct trail){.from = package->from + package->entry_count,
                          .epoch = package->epoch,
                          .notes = package->note_count,
                          .more = package->more && package->entry_count > 0};
    reader_init(&r, package->notes);
    while (package_note_next(&r, &note))
        if (!authority_parse(note.text, &a))
            ret->last_note = a.epoch;
    ret->has_evidence = package->evidence.len && !evidence_read(package->evidence, &ret->evidence);
}

/* Ask for a package and write it, unless it has more notes than it may and whole is wanted. */
static enum err package_put(struct bundling *b, struct bundling_log *log, const struct message *question,
                            bool whole, struct trail *ret) {
    struct ops_reply reply;
    struct message m;
    enum err err = fetch(b, question, &reply, &m);
    if (err)
        return err;
    trail_read(&m.package, ret);
    if (!whole || ret->notes < NOTES_PER_FETCH) {
        err = bundle_writer_package(&b->writer, (struct bytes){(uint8_t *)reply.body, reply.len});
        log->entries += m.package.entry_count;
        b->entries += m.package.entry_count;
        if (b->progress)
            b->progress(b->context, b->entries);
    }
    free(reply.body);
    return err;
}

static struct message question_about(const struct bundling_log *log) {
    struct message m = {.id = 1, .kind = MESSAGE_FETCH};
    memcpy(m.fetch.log, log->log.id, LOG_ID_LEN);
    m.fetch.bytes = FETCH_BYTES_MAX;
    return m;
}

/* More notes than a package takes: all of them first, since entries of an epoch need its note. */
static enum err notes_put(struct bundling *b, struct bundling_log *log, struct trail *t) {
    struct message q = question_about(log);
    uint64_t epoch = 0;
    q.fetch.from = q.fetch.target = log->log.size;
    q.fetch.has_note = true; /* of none that is kept: then the first note comes, and those that follow it */
    enum err err = package_put(b, log, &q, false, t);
    q.fetch.has_note = false;
    /* The first answer may have left out a rival of its last note. */
    for (epoch = t->last_note ? t->last_note - 1 : 0; !err; epoch = t->last_note) {
        q.fetch.epoch = epoch;
        t->last_note = epoch;
        err = package_put(b, log, &q, false, t);
        if (t->notes == 0 || t->last_note <= epoch)
            break;
    }
    return err;
}

static enum err entries_put(struct bundling *b, struct bundling_log *log, struct message *q,
                            struct trail *t) {
    enum err err = ERR_OK;
    while (!err && t->more) {
        q->fetch.has_note = false;
        q->fetch.epoch = t->epoch;
        q->fetch.from = t->from;
        if (!q->fetch.has_root)
            q->fetch.target = t->from;
        err = package_put(b, log, q, false, t);
    }
    return err;
}

/* The entries after a fork, as far as they are held here. */
static enum err variants_put(struct bundling *b, struct bundling_log *log, uint64_t epoch,
                             const struct evidence *e) {
    enum err err = ERR_OK;
    for (unsigned i = 0; i < 2 && !err; i++) {
        struct trail t = {.more = false};
        struct message q = question_about(log);
        q.fetch.epoch = epoch;
        q.fetch.from = e->f;
        q.fetch.target = e->side[i].size;
        q.fetch.has_root = true;
        q.fetch.root = e->side[i].root;
        err = package_put(b, log, &q, false, &t);
        if (!err)
            err = entries_put(b, log, &q, &t);
        if (err == ERR_RANGE) /* the leaves of this side are not held */
            err = ERR_OK;
    }
    return err;
}

enum err bundling_put(struct bundling *b, struct bundling_log *log) {
    struct trail t = {.more = false};
    struct message q = question_about(log);
    q.fetch.has_note = true; /* see notes_put() */
    enum err err = bundle_writer_log(&b->writer, &log->log);
    if (!err)
        err = package_put(b, log, &q, true, &t);
    if (!err && t.notes >= NOTES_PER_FETCH) {
        err = notes_put(b, log, &t);
        t.more = true; /* from the first entry on */
        t.from = 0;
    }
    if (!err)
        err = entries_put(b, log, &q, &t);
    if (err == ERR_RANGE) { /* it has been found to be forked meanwhile, and ends earlier now */
        q.fetch.from = q.fetch.target = 0;
        err = package_put(b, log, &q, false, &t);
        if (!err)
            err = entries_put(b, log, &q, &t);
    }
    if (!err && t.has_evidence) {
        struct evidence evidence = t.evidence;
        err = variants_put(b, log, t.epoch, &evidence);
    }
    return err;
}
