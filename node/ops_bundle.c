#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/answer.h"
#include "node/intake.h"
#include "node/ops_call.h"
#include "node/restored.h"
#include "proto/bundle.h"
#include "proto/evidence.h"
#include "proto/view.h"
#include "store/believe.h"
#include "store/branch.h"
#include "store/wanted.h"

#define LOGS_PAGE 256

/* ---- what goes into one ---- */

enum err ops_bundle_logs(struct ops_call *call, struct txn *t) {
    const char *after = ops_text(call, "after", 2 * LOG_ID_LEN, false);
    struct log_record record = {0};
    json_t *logs = json_array();
    bool more = false;

    json_object_set_new(call->out, "logs", logs);
    if (call->err)
        return call->err;
    if (after && hex_get(record.id, LOG_ID_LEN, bytes_str(after)))
        return ops_refuse(call, ERR_SCHEMA, "after: a log id in hex is wanted");
    while (!more && logs_next(t, &record)) {
        struct pin pin;
        if (!record.seq || !believe_carries(t, &record))
            continue;
        more = json_array_size(logs) == LOGS_PAGE;
        if (more)
            break;
        json_t *log = json_object();
        ops_put_hex(log, "id", BYTES(record.id));
        ops_put_text(log, "origin", record.origin);
        ops_put_text(log, "state", record.code);
        ops_put_number(log, "epoch", record.head.epoch);
        ops_put_number(log, "size", record.head.size);
        ops_put_hex(log, "root", BYTES(record.head.root.b));
        json_object_set_new(log, "pinned", json_boolean(roster_get(t, record.origin, &pin)));
        json_array_append_new(logs, log);
    }
    json_object_set_new(call->out, "more", json_boolean(more));
    return ERR_OK;
}

/* As a peer of this class would be answered. */
static enum err fetch(struct ops_call *call, struct txn *t, enum link_class class) {
    struct message m;
    struct log_record record;
    enum err err = message_decode(call->body, &m);

    if (!err && m.kind != MESSAGE_FETCH)
        err = ERR_KIND;
    if (err)
        return ops_refuse_err(call, err, "the question for a package");
    struct frame *frame = logs_get(t, m.fetch.log, &record) && believe_carries(t, &record)
                              ? answer_request(t, &m, class)
                              : answer_unknown(m.id);
    if (!frame)
        return ERR_MEMORY;
    call->bytes = malloc(frame->len + 1);
    if (call->bytes) {
        memcpy(call->bytes, frame->data, frame->len);
        call->len = frame->len;
    }
    frame_free(frame);
    return call->bytes ? ERR_OK : ERR_MEMORY;
}

enum err ops_bundle_fetch(struct ops_call *call, struct txn *t) {
    if (!*call->ops->origin)
        return ops_refuse(call, ERR_DENIED, "an observer's node has no members' parts to give");
    return fetch(call, t, LINK_MEMBER);
}

enum err ops_bundle_public(struct ops_call *call, struct txn *t) {
    return fetch(call, t, LINK_OBSERVER);
}

/* ---- what comes of one ---- */

/* Where a log stands, whatever has come of a package. */
static void put_standing(json_t *to, const struct log_record *record) {
    ops_put_number(to, "epoch", record->head.epoch);
    ops_put_number(to, "size", record->head.size);
    ops_put_number(to, "held", record->held);
    ops_put_number(to, "wanted", logs_wanted(record));
    ops_put_number(to, "flags", record->head.flags);
}

enum err ops_bundle_log(struct ops_call *call, struct txn *t) {
    struct bundle_log log;
    struct log_record record;
    struct wanted wanted;
    enum err err = bundle_log_read(call->body, &log);

    if (err)
        return ops_refuse_err(call, err, "the beginning of a log");
    bool open = logs_get(t, log.id, &record);
    ops_put_text(call->out, "standing",
                 open ? (believe_follows(t, &record) ? "followed" : "left")
                      : (wanted_find(t, log.id, &wanted) ? "followed" : "unknown"));
    json_object_set_new(call->out, "own", json_boolean(!strcmp(log.origin, call->ops->origin)));
    put_standing(call->out, &record);
    return ERR_OK;
}

static bool has_members_part(const struct package *package) {
    struct reader r;
    struct entry entry;
    bool found = false;

    reader_init(&r, package->entries);
    while (!found && package_entry_next(&r, &entry))
        found = entry.part[PART_MEMBERS].state == PART_HELD;
    return found;
}

/* What follows a fork on one side: it has no signatures, since the evidence has them. */
static bool is_variant(const struct package *package) {
    struct evidence e;

    if (package->signature_count || !package->evidence.len || evidence_read(package->evidence, &e))
        return false;
    for (unsigned i = 0; i < 2; i++)
        if (e.side[i].size == package->size && digest_eq(&e.side[i].root, &package->root))
            return true;
    return false;
}

/* Leave out the first entries. */
static enum err cut(struct package *package, uint64_t count) {
    struct reader r;
    struct entry entry;

    reader_init(&r, package->entries);
    for (uint64_t i = 0; i < count; i++)
        if (!package_entry_next(&r, &entry))
            return r.err ? r.err : ERR_SHORT;
    package->from += count;
    package->entry_count -= (uint32_t)count;
    package->entries = (struct bytes){r.at, (size_t)(r.end - r.at)};
    return ERR_OK;
}

struct taking {
    struct intake *intake;
    struct log_record record;
    uint64_t differs, at;
    unsigned parts;
    struct gate_wrong wrong; /* parts that were left out */
};

static enum err to_gate(struct ops_call *call, struct txn *t, const struct package *package,
                        struct taking *k) {
    enum err err = intake_package(k->intake, t, package, call->ops->now_s(), &k->record, &k->at);
    const struct gate_wrong *wrong = intake_wrong(k->intake);

    if (!err && wrong->count) {
        if (!k->wrong.count)
            k->wrong = (struct gate_wrong){.at = wrong->at, .why = wrong->why};
        k->wrong.count += wrong->count;
    }
    return err;
}

static uint64_t below(const struct package *package, uint64_t index) {
    uint64_t count = index > package->from ? index - package->from : 0;
    return count < package->entry_count ? count : package->entry_count;
}

/* Whether the package leads to the variant of a disputed log whose leaves are not all held. */
static bool is_lacking(struct txn *t, const struct log_record *record, const struct package *package,
                       uint64_t *ret_held) {
    struct variant variant;

    if (!(record->head.flags & VIEW_DISPUTED) || !branch_variant(t, record, &variant) ||
        variant.size != package->size || !digest_eq(&variant.root, &package->root))
        return false;
    *ret_held = variant.held;
    return true;
}

static enum err take_variant(struct ops_call *call, struct txn *t, struct package *package, uint64_t held,
                             struct taking *k) {
    enum err err = cut(package, below(package, held));
    if (err || package->from < held)
        return err;
    return to_gate(call, t, package, k);
}

/* A package of a log that is open: entries that are held are compared, the rest goes to the gate as if it had
 * been asked for from there. */
static enum err take_open(struct ops_call *call, struct txn *t, struct package *package, struct taking *k) {
    unsigned classes = *call->ops->origin ? PART_CLASSES : PART_MEMBERS;
    uint64_t want = logs_wanted(&k->record), again = below(package, want), held;

    if (!believe_follows(t, &k->record))
        return ERR_DENIED;
    if (is_lacking(t, &k->record, package, &held))
        return take_variant(call, t, package, held, k);
    if (is_variant(package)) /* held already, or not wanted here; its evidence came before it */
        return ERR_OK;
    enum err err = intake_again(t, &k->record, package, again, classes, &k->differs, &k->parts, &k->wrong);
    if (!err)
        err = cut(package, again);
    bool behind = package->from < want;
    if (err || (behind && package->more && !package->note_count && !package->evidence.len))
        return err;
    err = to_gate(call, t, package, k);
    return err == ERR_GAP && behind ? ERR_OK : err; /* what it had to bring is held already */
}

static enum err take(struct ops_call *call, struct txn *t, struct bytes value, struct taking *k) {
    struct message m;
    enum err err = message_decode(value, &m);

    k->differs = UINT64_MAX;
    k->record = (struct log_record){0};
    if (!err && m.kind != (MESSAGE_FETCH | MESSAGE_ANSWER))
        err = ERR_KIND;
    if (err)
        return err;
    k->at = m.package.from;
    if (!*call->ops->origin && has_members_part(&m.package))
        return ops_refuse(call, ERR_DENIED, "it holds members' parts, and this is an observer's node");
    if (logs_get(t, m.package.log, &k->record))
        return take_open(call, t, &m.package, k);
    return t->err ? t->err : to_gate(call, t, &m.package, k);
}

static void put_taken(struct ops_call *call, json_t *records, enum err err, const struct taking *k) {
    json_t *one = json_object();

    ops_put_text(one, "code", err_name(err));
    if (err) {
        ops_put_text(one, "error", err_text(err));
        ops_put_text(one, "standard", err_standard(err));
    }
    ops_put_number(one, "at", k->at);
    if (k->differs != UINT64_MAX)
        ops_put_number(one, "differs", k->differs);
    ops_put_number(one, "parts", k->parts);
    ops_put_number(one, "wrong", k->wrong.count);
    if (k->wrong.count)
        ops_put_number(one, "wrong_at", k->wrong.at);
    put_standing(one, &k->record);
    json_array_append_new(records, one);
    call->ops->changed_log = true;
}

/* Every record is judged by itself; those of one call share a transaction and its disk sync. */
enum err ops_bundle_take(struct ops_call *call, struct txn *t) {
    struct taking k = {.intake = intake_new(!*call->ops->origin)};
    struct bytes left = call->body;
    json_t *records = json_array();
    enum err err = k.intake ? ERR_OK : ERR_MEMORY;

    json_object_set_new(call->out, "records", records);
    while (!err && left.len) {
        enum bundle_kind kind;
        uint32_t len;
        err = left.len < BUNDLE_HEAD_LEN ? ERR_SHORT : bundle_head_read(left.ptr, &kind, &len);
        if (!err && (kind != BUNDLE_PACKAGE || len > left.len - BUNDLE_HEAD_LEN))
            err = ERR_MESSAGE;
        if (err) {
            ops_refuse_err(call, err, "the records of a bundle");
            break;
        }
        k.parts = 0;
        k.wrong = (struct gate_wrong){0};
        enum err verdict = take(call, t, (struct bytes){left.ptr + BUNDLE_HEAD_LEN, len}, &k);
        err = t->err ? t->err : call->err;
        if (!err)
            put_taken(call, records, verdict, &k);
        left.ptr += BUNDLE_HEAD_LEN + len;
        left.len -= BUNDLE_HEAD_LEN + len;
    }
    intake_free(k.intake);
    return err;
}

/* log id, f, and an answer to PROVE: where the tree that a bundle holds parts from the one held here. */
enum err ops_bundle_fork(struct ops_call *call, struct txn *t) {
    struct taking k = {.intake = intake_new(!*call->ops->origin), .differs = UINT64_MAX};
    struct message m;
    struct bytes body = call->body;
    json_t *records = json_array();
    enum err err = !k.intake ? ERR_MEMORY : body.len < LOG_ID_LEN + 8 ? ERR_SHORT : ERR_OK;

    json_object_set_new(call->out, "records", records);
    if (!err)
        err = message_decode((struct bytes){body.ptr + LOG_ID_LEN + 8, body.len - LOG_ID_LEN - 8}, &m);
    if (!err && m.kind != (MESSAGE_PROVE | MESSAGE_ANSWER))
        err = ERR_KIND;
    if (!err) {
        k.at = be64_get(body.ptr + LOG_ID_LEN);
        err = intake_fork(k.intake, t, body.ptr, k.at, &m.proved, call->ops->now_s(), &k.record);
        if (!t->err)
            put_taken(call, records, err, &k);
        err = t->err;
    } else if (err != ERR_MEMORY) {
        ops_refuse_err(call, err, "the proof of a fork");
    }
    intake_free(k.intake);
    return err;
}

/* ---- the marker of a restore ---- */

/* Whether these leaves are held of the own log, undisputed. */
static bool own_holds(struct ops_call *call, struct txn *t, uint64_t size, const struct digest *root) {
    struct log_record record;
    struct digest held;
    uint8_t id[LOG_ID_LEN];

    origin_log_id(call->ops->origin, id);
    if (!*call->ops->origin || !size || !logs_get(t, id, &record) || record.head.size < size ||
        record.head.flags & (VIEW_DISPUTED | VIEW_CONTESTED))
        return false;
    struct tree_reader tree = tree_of(t, &record);
    return merkle_root(&held, size, logs_lookup, &tree) == ERR_OK && digest_eq(&held, root);
}

/* What a peer says is of now; what a bundle says is of when it was made, and by whom. */
enum err ops_bundle_own(struct ops_call *call, struct txn *t) {
    const char *maker = ops_text(call, "maker", ORIGIN_MAX, true), *hex = ops_text(call, "root", 64, true);
    json_int_t made = json_integer_value(json_object_get(call->in, "made"));
    json_int_t size = json_integer_value(json_object_get(call->in, "size"));
    struct digest root;
    uint64_t when;
    const char *why = "";

    if (!maker || !hex)
        return call->err;
    if (hex_get(root.b, DIGEST_LEN, bytes_str(hex)))
        return ops_refuse(call, ERR_SCHEMA, "root: a hash in hex is wanted");
    bool marked = restored_get(t, &when);
    if (!marked)
        why = "";
    else if (size < 0 || !own_holds(call, t, (uint64_t)size, &root))
        why = "the own log of the bundle is not what is held here";
    else if (!*maker || !strcmp(maker, call->ops->origin))
        why = "it was not made by another State, so it says nothing of what others hold";
    else if (made < 0 || (uint64_t)made < when)
        why = "it was made before this node was put back, so the State may have published since";
    bool clears = marked && !*why;
    if (clears)
        restored_clear(t);
    json_object_set_new(call->out, "marked", json_boolean(marked));
    json_object_set_new(call->out, "cleared", json_boolean(clears));
    ops_put_text(call->out, "reason", why);
    call->ops->changed_log = clears;
    return ERR_OK;
}
