#include "node/unbundling.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "node/bundlefork.h"
#include "proto/message.h"
#include "proto/view.h"

#define BATCH_BYTES (BUNDLE_HEAD_LEN + BUNDLE_PACKAGE_MAX)
#define BATCH_RECORDS 128
#define ROUNDS_MAX                                                                                           \
    16 /* a log is read again while that brings it on: its next anchor may lie on another branch */

static_assert(BATCH_BYTES + 128 < FRAME_MAX, "a batch fits a frame to the daemon");

/* Packages that have been read and not handed in yet. */
struct unbundling_work {
    struct bundle_reader reader;
    uint8_t bytes[BATCH_BYTES];
    size_t len;
    unsigned count;
    struct waiting {
        size_t log;
        uint64_t record, at;
        uint64_t size, epoch;
        struct digest root;
    } item[BATCH_RECORDS];
};

/* ---- asking the node ---- */

static enum err stopped(struct unbundling *u, const struct ops_reply *reply) {
    json_t *said = json_loadb(reply->body ? reply->body : "", reply->len, 0, NULL);
    const char *text = json_string_value(json_object_get(said, "error"));
    const char *code = json_string_value(json_object_get(said, "code"));
    enum err err = reply->status == OPS_ERROR ? ERR_IO : ERR_BUSY;
    if (reply->status == OPS_REFUSED && code && !strcmp(code, "DENIED"))
        err = ERR_DENIED;
    snprintf(u->complaint, sizeof u->complaint, "%s", text ? text : "the node has not answered as it should");
    json_decref(said);
    return err;
}

static enum err ask(struct unbundling *u, const char *name, struct bytes body, json_t **ret) {
    struct ops_reply reply;
    enum err err = u->call(u->context, name, body, &reply);
    if (err)
        return err;
    if (reply.status != OPS_DONE)
        err = stopped(u, &reply);
    else if (!(*ret = json_loadb(reply.body, reply.len, JSON_REJECT_DUPLICATES, NULL)))
        err = ERR_MEMORY;
    free(reply.body);
    return err;
}

static uint64_t number(const json_t *from, const char *name) {
    return (uint64_t)json_integer_value(json_object_get(from, name));
}

static void standing_read(const json_t *from, struct unbundled_log *log) {
    log->epoch = number(from, "epoch");
    log->size = number(from, "size");
    log->held = number(from, "held");
    log->wanted = number(from, "wanted");
    log->flags = (unsigned)number(from, "flags");
}

/* ---- verdicts ---- */

static void refuse(struct unbundled_log *log, const char *code, const char *error, uint64_t record,
                   uint64_t at, uint64_t entry) {
    if (log->refused)
        return;
    log->refused = true;
    snprintf(log->code, sizeof log->code, "%s", code);
    snprintf(log->error, sizeof log->error, "%s", error);
    log->refused_record = record;
    log->refused_at = at;
    log->refused_entry = entry;
}

static void refuse_err(struct unbundled_log *log, enum err err, uint64_t record, uint64_t at,
                       uint64_t entry) {
    char text[160];
    snprintf(text, sizeof text, "%s%s", err_text(err), err_standard(err));
    refuse(log, err_name(err), text, record, at, entry);
}

static void judged(struct unbundled_log *log, const struct waiting *item, const json_t *said) {
    const char *code = json_string_value(json_object_get(said, "code"));
    const char *error = json_string_value(json_object_get(said, "error"));
    const char *standard = json_string_value(json_object_get(said, "standard"));
    char text[160];
    standing_read(said, log);
    log->parts += number(said, "parts");
    if (number(said, "wrong") && !log->wrong) {
        log->wrong_record = item->record;
        log->wrong_at = item->at;
        log->wrong_entry = number(said, "wrong_at");
    }
    log->wrong += number(said, "wrong");
    if (json_object_get(said, "differs") && number(said, "differs") < log->differs)
        log->differs = number(said, "differs");
    if (!code || !strcmp(code, err_name(ERR_OK)))
        return;
    if (!strcmp(code, err_name(ERR_GAP))) {
        log->gap = true;
        return;
    }
    if (!strcmp(code, err_name(ERR_FORK))) {
        if (!log->forked) {
            log->forked = true;
            log->fork_size = item->size;
            log->fork_root = item->root;
        }
        return;
    }
    snprintf(text, sizeof text, "%s%s", error ? error : code, standard ? standard : "");
    refuse(log, code, text, item->record, item->at, number(said, "at"));
}

static enum err flush(struct unbundling *u) {
    struct unbundling_work *w = u->work;
    json_t *answer, *said;
    size_t i;
    if (!w->count)
        return ERR_OK;
    enum err err = ask(u, "bundle-take", (struct bytes){w->bytes, w->len}, &answer);
    if (err)
        return err;
    json_array_foreach(json_object_get(answer, "records"), i, said) {
        if (i < w->count)
            judged(&u->log[w->item[i].log], &w->item[i], said);
    }
    json_decref(answer);
    w->len = w->count = 0;
    return ERR_OK;
}

/* ---- packages ---- */

static enum err package_take(struct unbundling *u, size_t at, const struct bundle_reader *r,
                             struct bytes value) {
    struct unbundling_work *w = u->work;
    struct unbundled_log *log = &u->log[at];
    struct message m;
    struct bytes whole = bundle_reader_whole(r, value);
    if (log->state != UNBUNDLED_TAKEN || log->refused)
        return ERR_OK;
    enum err err = message_decode(value, &m);
    if (!err && m.kind != (MESSAGE_FETCH | MESSAGE_ANSWER))
        err = ERR_KIND;
    if (!err && memcmp(m.package.log, log->log.id, LOG_ID_LEN) != 0)
        err = ERR_ORIGIN;
    if (err) {
        refuse_err(log, err, r->record, r->record_at, 0);
        return ERR_OK;
    }
    log->any = true;
    log->cut = m.package.more;
    log->target = m.package.size;
    log->target_epoch = m.package.epoch;
    log->target_root = m.package.root;
    if (w->count == BATCH_RECORDS || w->len + whole.len > BATCH_BYTES)
        err = flush(u);
    if (err)
        return err;
    memcpy(w->bytes + w->len, whole.ptr, whole.len);
    w->len += whole.len;
    w->item[w->count++] = (struct waiting){.log = at,
                                           .record = r->record,
                                           .at = r->record_at,
                                           .size = m.package.size,
                                           .epoch = m.package.epoch,
                                           .root = m.package.root};
    return ERR_OK;
}

/* Ask where the log stands here. */
static enum err log_ask(struct unbundling *u, struct unbundled_log *log) {
    uint8_t buffer[BUNDLE_LOG_MAX];
    struct bytes value;
    json_t *said;
    enum err err = bundle_log_write(&log->log, buffer, sizeof buffer, &value);
    if (!err)
        err = ask(u, "bundle-log", value, &said);
    if (err)
        return err;
    const char *standing = json_string_value(json_object_get(said, "standing"));
    log->state = !standing || !strcmp(standing, "unknown") ? UNBUNDLED_UNKNOWN
                 : !strcmp(standing, "left")               ? UNBUNDLED_LEFT
                                                           : UNBUNDLED_TAKEN;
    log->own = json_is_true(json_object_get(said, "own"));
    standing_read(said, log);
    log->before = log->size;
    log->before_flags = log->flags;
    log->before_epoch = log->epoch;
    json_decref(said);
    return ERR_OK;
}

static enum err log_begin(struct unbundling *u, struct bytes value) {
    const struct bundle_reader *r = &u->work->reader;
    struct unbundled_log log = {.differs = UINT64_MAX, .at = r->record_at, .record = r->record};
    char network[NETWORK_MAX + 1], code[CODE_LEN + 1];
    enum err err = bundle_log_read(value, &log.log);
    if (err)
        return err;
    if (u->log_count == SYNC_LOGS_MAX)
        return ERR_ITEMS;
    if (u->log_count == u->log_room) {
        size_t room = u->log_room ? 2 * u->log_room : 64;
        struct unbundled_log *grown = realloc(u->log, room * sizeof *grown);
        if (!grown)
            return ERR_MEMORY;
        u->log = grown;
        u->log_room = room;
    }
    if (origin_check(bytes_str(log.log.origin), network, code) || strcmp(network, u->network) != 0)
        return ERR_NETWORK;
    err = log_ask(u, &log);
    u->log[u->log_count] = log;
    u->log_count += !err;
    return err;
}

/* ---- the end of a log ---- */

/* Nothing that the bundle has of it is missing here. */
static bool is_there(const struct unbundled_log *log) {
    bool far = log->size >= log->target || log->flags & VIEW_DISPUTED;
    return !log->any || log->epoch > log->target_epoch || log->flags & VIEW_CONTESTED ||
           (log->epoch == log->target_epoch && far && !(log->flags & VIEW_INCOMPLETE));
}

/* The log once more, from its L record on. */
static enum err again(struct unbundling *u, size_t at) {
    struct bundle_reader r = {.buffer = NULL};
    struct bytes value;
    enum err err = bundle_reader_from(&r, u->fd, u->log[at].at);
    r.record = u->log[at].record - 1;
    if (!err)
        err = bundle_reader_next(&r, &value);
    while (!err) {
        err = bundle_reader_next(&r, &value);
        if (err || r.kind != BUNDLE_PACKAGE)
            break;
        err = package_take(u, at, &r, value);
    }
    if (err == ERR_SHORT || err == ERR_KIND || err == ERR_SIZE) /* said when it was read the first time */
        err = ERR_OK;
    bundle_reader_close(&r);
    return err ? err : flush(u);
}

/* Find where the two histories part, and hand that in. */
static enum err locate(struct unbundling *u, struct unbundled_log *log) {
    uint8_t buffer[LOG_ID_LEN + 8 + PROVED_MAX + 64];
    struct message m = {.id = 1, .kind = MESSAGE_PROVE | MESSAGE_ANSWER};
    struct bytes proved;
    json_t *answer;
    enum err err = bundlefork_prove(u->fd, log->at, log->differs, log->fork_size, &log->fork_root, &m.proved);
    if (err == ERR_ROOT)
        refuse_err(log, err, log->record, log->at, log->wanted);
    if (err == ERR_IO || err == ERR_MEMORY)
        return err;
    if (err)
        return ERR_OK; /* a claim: shown as such */
    memcpy(buffer, log->log.id, LOG_ID_LEN);
    be64_put(buffer + LOG_ID_LEN, log->differs);
    err = message_encode(&m, buffer + LOG_ID_LEN + 8, sizeof buffer - LOG_ID_LEN - 8, &proved);
    if (!err)
        err = ask(u, "bundle-fork", (struct bytes){buffer, LOG_ID_LEN + 8 + proved.len}, &answer);
    if (err)
        return err;
    const json_t *said = json_array_get(json_object_get(answer, "records"), 0);
    const char *code = json_string_value(json_object_get(said, "code"));
    struct waiting item = {.record = log->record, .at = log->at};
    judged(log, &item, said);
    log->located = code && !strcmp(code, err_name(ERR_OK));
    json_decref(answer);
    return ERR_OK;
}

static bool moved(const struct unbundled_log *a, const struct unbundled_log *b) {
    return a->size != b->size || a->held != b->held || a->wanted != b->wanted || a->epoch != b->epoch ||
           a->flags != b->flags;
}

static enum err log_end(struct unbundling *u, size_t at) {
    struct unbundled_log *log = &u->log[at], before = *log;
    bool seeks = u->work->reader.seeks;
    enum err err = ERR_OK;
    if (log->state != UNBUNDLED_TAKEN || log->ended)
        return ERR_OK;
    log->ended = true;
    before.size = before.held = before.wanted = UINT64_MAX; /* the first round has been */
    for (unsigned round = 0; !err && !log->refused && seeks && round < ROUNDS_MAX; round++) {
        if (log->forked && !log->located) {
            err = locate(u, log);
            if (!log->located)
                break;
        } else if ((is_there(log) && !log->located) || (log->cut && !log->gap) || !moved(log, &before)) {
            break;
        }
        before = *log;
        log->gap = false;
        log->wrong = 0; /* counted anew */
        if (!err)
            err = again(u, at); /* both variants; what the new branch wants */
    }
    if (!err && !log->refused && !is_there(log) && !log->cut && !log->forked)
        refuse_err(log, ERR_GAP, log->record, log->at, log->wanted);
    return err;
}

/* Those whose packages have all been handed in. */
static enum err logs_end(struct unbundling *u) {
    enum err err = flush(u);
    for (size_t i = 0; i < u->log_count && !err; i++)
        err = log_end(u, i);
    return err;
}

/* Logs that were unknown, and that a State has spoken of in this very bundle. */
static enum err strangers_take(struct unbundling *u) {
    bool found = u->work->reader.seeks;
    enum err err = ERR_OK;
    while (found && !err) {
        found = false;
        for (size_t i = 0; i < u->log_count && !err; i++) {
            if (u->log[i].state != UNBUNDLED_UNKNOWN)
                continue;
            err = log_ask(u, &u->log[i]);
            if (err || u->log[i].state != UNBUNDLED_TAKEN)
                continue;
            found = true;
            err = again(u, i);
            if (!err)
                err = log_end(u, i);
        }
    }
    return err;
}

/* ---- the file ---- */

static enum err end_check(struct unbundling *u, struct bytes value) {
    struct bundle_reader *r = &u->work->reader;
    struct bundle_end end;
    enum err err = bundle_end_read(value, &end);
    if (err)
        return err;
    if (end.logs != r->logs || end.packages != r->packages || !digest_eq(&end.sum, &r->sum))
        return ERR_CORRUPT;
    return bundle_reader_next(r, &value);
}

static enum err records_take(struct unbundling *u) {
    struct bundle_reader *r = &u->work->reader;
    struct bytes value;
    enum err err = ERR_OK;
    while (!err) {
        err = bundle_reader_next(r, &value);
        if (err)
            break;
        if (u->progress)
            u->progress(u->context, r->at);
        if (r->kind == BUNDLE_END)
            return end_check(u, value);
        if (r->kind == BUNDLE_LOG)
            err = log_begin(u, value);
        else if (r->kind == BUNDLE_PACKAGE && u->log_count)
            err = package_take(u, u->log_count - 1, r, value);
        else
            err = ERR_ORDER;
    }
    return err;
}

static enum err marker_clear(struct unbundling *u) {
    const struct unbundled_log *own = NULL;
    char root[2 * DIGEST_LEN + 1];
    json_t *answer;
    for (size_t i = 0; i < u->log_count; i++)
        if (u->log[i].own && u->log[i].any && !u->log[i].refused && !u->log[i].forked)
            own = &u->log[i];
    if (!own)
        return ERR_OK;
    hex_put(root, own->target_root.b, DIGEST_LEN);
    json_t *question = json_pack("{s:s, s:I, s:I, s:s}", "maker", u->header.maker, "made",
                                 (json_int_t)u->header.made, "size", (json_int_t)own->target, "root", root);
    char *body = json_dumps(question, JSON_COMPACT);
    json_decref(question);
    enum err err = body ? ask(u, "bundle-own", bytes_str(body), &answer) : ERR_MEMORY;
    free(body);
    if (err)
        return err;
    const char *reason = json_string_value(json_object_get(answer, "reason"));
    u->own_asked = true;
    u->marked = json_is_true(json_object_get(answer, "marked"));
    u->cleared = json_is_true(json_object_get(answer, "cleared"));
    snprintf(u->reason, sizeof u->reason, "%s", reason ? reason : "");
    json_decref(answer);
    return ERR_OK;
}

static bool is_own_fault(enum err err) {
    return err == ERR_IO || err == ERR_MEMORY || err == ERR_BUSY || err == ERR_DENIED || err == ERR_LATE ||
           err == ERR_CLOSED || err == ERR_DISK_FULL;
}

enum err unbundling_run(struct unbundling *u) {
    u->work = calloc(1, sizeof *u->work);
    if (!u->work)
        return ERR_MEMORY;
    struct bundle_reader *r = &u->work->reader;
    enum err err = bundle_reader_begin(r, u->fd, &u->header);
    if (!err && strcmp(u->header.network, u->network) != 0)
        err = ERR_NETWORK;
    if (!err && u->header.members && !*u->origin)
        err = ERR_DENIED;
    if (!err)
        err = records_take(u);
    u->complete = !err;
    u->record = r->record;
    u->at = r->record_at;
    if (err && is_own_fault(err))
        return err;
    enum err done = logs_end(u);
    if (!done)
        done = strangers_take(u);
    if (!done && u->complete)
        done = marker_clear(u);
    return done ? done : err;
}

void unbundling_close(struct unbundling *u) {
    if (u->work)
        bundle_reader_close(&u->work->reader);
    free(u->work);
    free(u->log);
    u->work = NULL;
    u->log = NULL;
    u->log_count = 0;
}
