#include <stdio.h>
#include <string.h>

#include "node/intake.h"
#include "node/invitation.h"
#include "node/ops_call.h"
#include "node/record.h"
#include "store/believe.h"

/* The newest invitation of each origin wins: the size of its checkpoint and its epoch are kept under this
 * name.
 */
#define SETTING_LEN (12 + ORIGIN_MAX)

/* A State's code as people write it. */
static void upper(const char *code, char ret[static CODE_LEN + 1]) {
    for (unsigned i = 0; i < CODE_LEN; i++)
        ret[i] = (char)(code[i] - 'a' + 'A');
    ret[CODE_LEN] = 0;
}

static void setting_name(char ret[static SETTING_LEN], const char *origin) {
    snprintf(ret, SETTING_LEN, "invitation/%s", origin);
}

/* Whether a pin of an earlier time knows the chain that the invitation names: else it is of rivals. */
static enum err check_chain(struct ops_call *call, struct txn *t, const struct invitation *v,
                            const struct authority *last) {
    struct pin pin;

    if (!roster_get(t, v->origin, &pin) || pin.epoch > last->epoch || invitation_names(v, &pin.hash))
        return ERR_OK;
    return ops_refuse(
        call, ERR_EPOCH,
        "this invitation names another authority note of epoch %llu than the one that is confirmed "
        "here: one of them is not that State's. Ask its people; comity trust confirm tells which",
        (unsigned long long)pin.epoch);
}

/* Which of two invitations is newer: by epoch, then by the size of the checkpoint. */
static enum err check_newer(struct ops_call *call, struct txn *t, const struct invitation *v,
                            const struct authority *last) {
    char name[SETTING_LEN];
    struct bytes value;

    setting_name(name, v->origin);
    if (!store_setting(t, name, &value) || (value.len != 8 && value.len != 16))
        return ERR_OK;
    uint64_t size = be64_get(value.ptr), epoch = value.len == 16 ? be64_get(value.ptr + 8) : 0;
    if (epoch < last->epoch || (epoch == last->epoch && size <= v->checkpoint.size))
        return ERR_OK;
    return ops_refuse(
        call, ERR_STALE,
        "this invitation of %s is of epoch %llu and size %llu, and one of epoch %llu and size %llu was added "
        "before: it is older, and would bring back a node that may be gone. Ask that State for a new one",
        v->origin, (unsigned long long)last->epoch, (unsigned long long)v->checkpoint.size,
        (unsigned long long)epoch, (unsigned long long)size);
}

/* At most one pinned log per State code. */
static enum err check_code(struct ops_call *call, struct txn *t, const struct invitation *v,
                           const struct authority *a) {
    struct pin pin = {0};
    char network[NETWORK_MAX + 1], code[CODE_LEN + 1];

    while (roster_next(t, &pin)) {
        if (origin_check(bytes_str(pin.origin), network, code) || strcmp(code, a->code) ||
            !strcmp(pin.origin, v->origin))
            continue;
        return ops_refuse(
            call, ERR_EXISTS,
            "%s is pinned already, as %s, and this invitation is of %s. If that State has "
            "truly begun anew, and people there have confirmed it: comity trust remove %s, then add this",
            code, pin.origin, v->origin, pin.origin);
    }
    return ERR_OK;
}

/* All notes of the invitation are kept, by the way that every package takes. */
static enum err take_notes(struct txn *t, const struct invitation *v, uint64_t now_s) {
    struct package package = {.notes = v->notes, .note_count = v->note_count};
    struct intake *intake = intake_new(true); /* notes alone: no part comes with them */
    struct log_record record;
    uint64_t at;

    origin_log_id(v->origin, package.log);
    enum err err = intake ? intake_package(intake, t, &package, now_s, &record, &at) : ERR_MEMORY;
    intake_free(intake);
    return err;
}

static enum err open_log(struct ops_call *call, struct txn *t, const struct invitation *v) {
    struct log_record record;
    struct package_note note;
    struct reader r;
    uint8_t id[LOG_ID_LEN];

    origin_log_id(v->origin, id);
    if (!logs_get(t, id, &record)) {
        reader_init(&r, v->notes);
        if (!package_note_next(&r, &note))
            return ops_refuse(call, ERR_MISSING, "the invitation has no authority note");
        logs_open(t, v->origin, &note, &record);
    }
    return t->err ? t->err : take_notes(t, v, call->ops->now_s());
}

/* The invited node takes the place of the nodes that earlier invitations of this State have named. */
static void put_peer(struct txn *t, const struct invitation *v, const char *name) {
    struct peer_row old = {0}, row = {.invited = true};

    while (peers_next(t, &old))
        if (old.invited && !strcmp(old.origin, v->origin) && !pubkey_eq(&old.node, &v->node))
            peers_remove(t, &old.node);
    if (peers_get(t, &v->node, &old))
        row.configured = old.configured;
    row.node = v->node;
    snprintf(row.origin, sizeof(row.origin), "%s", v->origin);
    snprintf(row.name, sizeof(row.name), "%s", name);
    if (v->address_count)
        snprintf(row.address, sizeof(row.address), "%.*s", (int)v->address[0].len,
                 (const char *)v->address[0].ptr);
    peers_put(t, &row);
}

/* The log's first note; a pin is of the note that a person has checked last. */
static struct digest first_note(struct txn *t, const struct pin *pin) {
    struct package_note first;
    struct log_record record;
    uint8_t log[LOG_ID_LEN];

    origin_log_id(pin->origin, log);
    return logs_get(t, log, &record) && logs_note(t, &record, 0, &first) ? digest_of(first.text) : pin->hash;
}

static void put_fingerprint(json_t *to, const struct digest *digest) {
    char text[FINGERPRINT_TEXT], words[FINGERPRINT_WORDS];

    fingerprint_text(digest, text);
    fingerprint_words(digest, ' ', words);
    ops_put_text(to, "fingerprint", text);
    ops_put_text(to, "fingerprint_words", words);
}

static void report(struct ops_call *call, const struct invitation *v, const struct invited *said, bool new) {
    char code[CODE_LEN + 1];

    ops_put_text(call->out, "origin", v->origin);
    upper(said->authority.code, code);
    ops_put_text(call->out, "state", code);
    put_fingerprint(call->out, &said->fingerprint);
    ops_put_hex(call->out, "node", BYTES(v->node.b));
    ops_put_number(call->out, "epoch", said->authority.epoch);
    ops_put_hex(call->out, "note", BYTES(said->authority.hash.b));
    json_object_set_new(call->out, "new", json_boolean(new));
}

static enum err pin(struct ops_call *call, struct txn *t, const struct invitation *v,
                    const struct invited *said) {
    struct pin pin = {0};
    char name[CODE_LEN + 1];
    bool new = !roster_get(t, v->origin, &pin);
    uint8_t newest[16];
    char setting[SETTING_LEN];

    if (new) {
        pin = (struct pin){.added = call->ops->now_s()};
        snprintf(pin.origin, sizeof(pin.origin), "%s", v->origin);
        pin.hash = said->fingerprint; /* later ones are confirmed by who has compared them */
        roster_pin(t, &pin);
    }
    be64_put(newest, v->checkpoint.size);
    be64_put(newest + 8, said->authority.epoch);
    setting_name(setting, v->origin);
    store_set(t, setting, BYTES(newest));
    upper(said->authority.code, name);
    put_peer(t, v, name);
    report(call, v, said, new);
    call->ops->changed_trust = true;
    return open_log(call, t, v);
}

enum err ops_trust_add(struct ops_call *call, struct txn *t) {
    struct invitation v;
    struct invited said;
    enum err err = invitation_read(call->body, &v);

    if (!err)
        err = invitation_verify(&v, call->ops->network, &said);
    if (err == ERR_NETWORK)
        return ops_refuse(call, err, "the invitation is of network %s, this node of %s: nothing crosses",
                          v.network, call->ops->network);
    if (err)
        return ops_refuse_err(call, err, "the invitation");
    if (!*v.origin)
        return ops_refuse(call, ERR_KIND,
                          "this is an observer's invitation: comity observer accredit takes it");
    if (!strcmp(v.origin, call->ops->origin))
        return ops_refuse(call, ERR_EXISTS, "this is the invitation of this node's own State");
    err = check_code(call, t, &v, &said.authority);
    if (!err)
        err = check_chain(call, t, &v, &said.authority);
    if (!err)
        err = check_newer(call, t, &v, &said.authority);
    return err ? err : pin(call, t, &v, &said);
}

static enum err find_pin(struct ops_call *call, struct txn *t, struct pin *ret) {
    const char *origin = ops_text(call, "origin", ORIGIN_MAX, true);

    if (!origin)
        return call->err;
    if (!roster_get(t, origin, ret))
        return ops_refuse(call, ERR_NOT_FOUND, "%s is not in the roster: comity trust list shows what is",
                          origin);
    if (ret->own)
        return ops_refuse(call, ERR_DENIED, "%s is this node's own State", origin);
    return ERR_OK;
}

enum err ops_trust_remove(struct ops_call *call, struct txn *t) {
    struct pin pin;
    struct peer_row row = {0};
    enum err err = find_pin(call, t, &pin);

    if (err)
        return err;
    roster_remove(t, pin.origin);
    while (peers_next(t, &row))
        if (!strcmp(row.origin, pin.origin))
            peers_remove(t, &row.node);
    call->ops->changed_trust = true;
    ops_put_text(call->out, "origin", pin.origin);
    return ERR_OK;
}

enum err ops_trust_hold(struct ops_call *call, struct txn *t) {
    struct pin pin;
    json_t *hold = json_object_get(call->in, "hold");
    enum err err = find_pin(call, t, &pin);

    if (err)
        return err;
    if (!json_is_boolean(hold))
        return ops_refuse(call, ERR_MISSING, "hold: true or false is wanted");
    pin.hold = json_is_true(hold);
    roster_pin(t, &pin);
    call->ops->changed_trust = true;
    ops_put_text(call->out, "origin", pin.origin);
    json_object_set(call->out, "hold", hold);
    return ERR_OK;
}

static enum err list_pin(struct txn *t, const struct pin *pin, json_t *states) {
    char network[NETWORK_MAX + 1], code[CODE_LEN + 1], shown[CODE_LEN + 1];
    struct log_record record;
    uint8_t log[LOG_ID_LEN];
    json_t *state = json_object();

    json_array_append_new(states, state);
    if (origin_check(bytes_str(pin->origin), network, code))
        return ERR_CORRUPT;
    upper(code, shown);
    ops_put_text(state, "state", shown);
    ops_put_text(state, "origin", pin->origin);
    ops_put_number(state, "epoch", pin->epoch);
    struct digest first = first_note(t, pin);
    put_fingerprint(state, &first);
    char added[24];
    time_text(pin->added, added);
    ops_put_text(state, "added", added);
    json_object_set_new(state, "own", json_boolean(pin->own));
    json_object_set_new(state, "hold", json_boolean(pin->hold));
    origin_log_id(pin->origin, log);
    return logs_get(t, log, &record) ? ops_put_standing(t, &record, state) : t->err;
}

/* States that are followed for what others say of them. */
static enum err list_endorsed(struct txn *t, json_t *states) {
    struct log_record record = {.seq = 0};
    struct pin pin;
    enum err err = ERR_OK;

    while (!err && logs_next(t, &record)) {
        char shown[CODE_LEN + 1];
        if (roster_get(t, record.origin, &pin) || !believe_follows(t, &record))
            continue;
        json_t *state = json_object();
        json_array_append_new(states, state);
        upper(record.code, shown);
        ops_put_text(state, "state", shown);
        ops_put_text(state, "origin", record.origin);
        err = ops_put_standing(t, &record, state);
    }
    return err;
}

/* By code, then origin: the roster's own order is by origin, which begins with one network for all. */
enum err ops_trust_list(struct ops_call *call, struct txn *t) {
    struct pin pin = {0};
    json_t *states = json_array(), *endorsed = json_array();
    enum err err = ERR_OK;

    json_object_set_new(call->out, "states", states);
    json_object_set_new(call->out, "endorsed", endorsed);
    while (!err && roster_next(t, &pin))
        err = list_pin(t, &pin, states);
    return err ? err : list_endorsed(t, endorsed);
}
