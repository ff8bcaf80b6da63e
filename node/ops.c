#include "node/ops.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/ops_call.h"
#include "store/believe.h"

static const struct operation {
    const char *name;
    ops_handler *run;
    bool bytes; /* the body is not JSON */
    bool write;
    bool alone; /* it makes its own transactions */
} operations[] = {
    {"draft-add", ops_draft_add, false, true, false},
    {"draft-drop", ops_draft_drop, false, true, false},
    {"draft-approve", ops_draft_approve, false, true, false},
    {"draft-list", ops_draft_list, false, false, false},
    {"erase-plan", ops_erase_plan, false, false, false},
    {"erase-check", ops_erase_check, false, false, false},
    {"erase-run", ops_erase_run, false, false, true},
    {"erasures-ask", ops_erasures_ask, false, false, false},
    {"log-open", ops_log_open, true, true, false},
    {"submit", ops_submit, true, true, false},
    {"log-state", ops_log_state, false, false, false},
    {"log-root", ops_log_root, false, false, false},
    {"log-confirm", ops_log_confirm, false, true, false},
    {"invite", ops_invite, false, false, false},
    {"trust-add", ops_trust_add, true, true, false},
    {"trust-remove", ops_trust_remove, false, true, false},
    {"trust-hold", ops_trust_hold, false, true, false},
    {"trust-list", ops_trust_list, false, false, false},
    {"trust-notes", ops_trust_notes, false, false, false},
    {"trust-confirm", ops_trust_confirm, false, true, false},
    {"backup-begin", ops_backup_begin, false, false, false},
    {"backup-state", ops_backup_state, false, false, false},
    {"bundle-logs", ops_bundle_logs, false, false, false},
    {"bundle-fetch", ops_bundle_fetch, true, false, false},
    {"bundle-public", ops_bundle_public, true, false, false},
    {"bundle-log", ops_bundle_log, true, false, false},
    {"bundle-take", ops_bundle_take, true, true, false},
    {"bundle-fork", ops_bundle_fork, true, true, false},
    {"bundle-own", ops_bundle_own, false, true, false},
    {"doctor-log", ops_doctor_log, false, false, false},
    {"doctor-rest", ops_doctor_rest, false, false, false},
    {"peer-add", ops_peer_add, false, true, false},
    {"peer-remove", ops_peer_remove, false, true, false},
    {"peer-list", ops_peer_list, false, false, false},
};

enum err ops_refuse(struct ops_call *call, enum err err, const char *format, ...) {
    va_list args;

    va_start(args, format);
    vsnprintf(call->text, sizeof(call->text), format, args);
    va_end(args);
    call->err = err;
    return err;
}

enum err ops_refuse_err(struct ops_call *call, enum err err, const char *what) {
    return ops_refuse(call, err, "%s: %s%s", what, err_text(err), err_standard(err));
}

const char *ops_text(struct ops_call *call, const char *name, size_t max, bool must) {
    json_t *value = json_object_get(call->in, name);
    const char *text = json_string_value(value);

    if (!value && !must)
        return NULL;
    if (!text || json_string_length(value) > max || !utf8_clean(bytes_str(text)) ||
        strlen(text) != json_string_length(value)) {
        ops_refuse(call, value ? ERR_SCHEMA : ERR_MISSING, "%s: a text of at most %zu bytes is wanted", name,
                   max);
        return NULL;
    }
    return text;
}

bool ops_node(struct ops_call *call, const char *name, struct pubkey *ret) {
    const char *text = ops_text(call, name, 2 * KEY_LEN, true);

    if (!text)
        return false;
    if (hex_get(ret->b, KEY_LEN, bytes_str(text)) || key_check(ret)) {
        ops_refuse(call, ERR_KEY, "%s: '%s' is no node id: 64 hex digits of an Ed25519 public key are wanted",
                   name, text);
        return false;
    }
    return true;
}

void ops_put_text(json_t *to, const char *name, const char *text) {
    json_object_set_new(to, name, json_string(text));
}

void ops_put_number(json_t *to, const char *name, uint64_t number) {
    json_object_set_new(to, name, json_integer((json_int_t)number));
}

void ops_put_hex(json_t *to, const char *name, struct bytes data) {
    char text[2 * DIGEST_LEN + 1];

    assert(data.len <= DIGEST_LEN);
    hex_put(text, data.ptr, data.len);
    ops_put_text(to, name, text);
}

void ops_put_base64(json_t *to, const char *name, struct bytes data) {
    size_t len = 0;
    char *text = malloc(BASE64_LEN(data.len) + 1);

    if (text && !base64_put(text, BASE64_LEN(data.len) + 1, &len, data))
        ops_put_text(to, name, text);
    free(text);
}

/* Run within one transaction; nothing of a refused operation is kept.  What has changed of whom to trust, or
 * of what the own State says of others, decides anew in the same transaction what is believed of every log.
 */
static enum err run(struct ops_call *call, const struct operation *o) {
    struct txn t;
    enum err err;

    call->ops->changed_log = call->ops->changed_trust = call->ops->survey = false;
    if (o->alone)
        return o->run(call, NULL);
    txn_begin(&t, call->ops->store, o->write);
    err = t.err ? t.err : o->run(call, &t);
    if (err) {
        txn_abort(&t);
        return err;
    }
    if (o->write && (t.words || call->ops->changed_trust))
        believe_all(&t, call->ops->now_s());
    err = t.err;
    if (!o->write)
        txn_abort(&t);
    else if ((err = txn_commit(&t)) == ERR_OK)
        return ERR_OK;
    return err;
}

static bool is_fault(enum err err) {
    return err == ERR_IO || err == ERR_MEMORY || err == ERR_CORRUPT || err == ERR_DISK_FULL;
}

/* A fault of the database or of the system: what it was, what has become of the operation, what to do. */
static void fault_say(struct ops_call *call, enum err err) {
    const char *system = err == ERR_IO && errno ? strerror(errno) : "";

    snprintf(call->text, sizeof(call->text), "the database: %s%s%s. %s", err_text(err), *system ? ": " : "",
             system,
             err == ERR_DISK_FULL ? "Nothing of this was done: make room, then do it again"
             : err == ERR_MEMORY  ? "Nothing of this was done: do it again when there is memory"
                                  : "Nothing more is written to it: see to the disk, start comityd anew, and "
                                    "let comity doctor look");
}

static void answer(struct ops_call *call, enum err err, struct ops_reply *ret) {
    if (err) {
        json_object_clear(call->out);
        if (is_fault(err) && !call->err)
            fault_say(call, err);
        ops_put_text(call->out, "error", call->err || is_fault(err) ? call->text : err_text(err));
        ops_put_text(call->out, "code", err_name(err));
    }
    ret->status = !err ? OPS_DONE : is_fault(err) && !call->err ? OPS_ERROR : OPS_REFUSED;
    if (!err && call->bytes) {
        ret->body = (char *)call->bytes;
        ret->len = call->len;
        return;
    }
    free(call->bytes);
    ret->body = json_dumps(call->out, JSON_COMPACT);
    ret->len = ret->body ? strlen(ret->body) : 0;
    if (!ret->body)
        ret->status = OPS_ERROR;
}

static const struct operation *find(const char *name) {
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
        if (!strcmp(operations[i].name, name))
            return &operations[i];
    return NULL;
}

void ops_call(struct ops *ops, const char *name, struct bytes body, struct ops_reply *ret) {
    struct ops_call call = {.ops = ops, .body = body, .out = json_object()};
    const struct operation *o = find(name);
    json_error_t error;
    enum err err = call.out ? ERR_OK : ERR_MEMORY;

    if (!o)
        err = ops_refuse(&call, ERR_KIND,
                         "no operation '%.40s': comity and comityd are of different versions", name);
    if (!err && !o->bytes) {
        call.in = json_loadb((const char *)body.ptr, body.len, JSON_REJECT_DUPLICATES, &error);
        if (!json_is_object(call.in))
            err = ops_refuse(&call, ERR_SCHEMA, "%s: the body is no JSON object: %.100s", o->name,
                             call.in ? "another type" : error.text);
    }
    if (!err)
        err = run(&call, o);
    answer(&call, err, ret);
    if (!o)
        ret->status = OPS_UNKNOWN;
    json_decref(call.in);
    json_decref(call.out);
}
