#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/ops_call.h"
#include "store/directory.h"

#define ENTRIES_AT_ONCE 65536

static void fault(struct ops_call *call, const char *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fault(struct ops_call *call, const char *where, const char *format, ...) {
    char what[300];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    json_array_append_new(json_object_get(call->out, "faults"),
                          json_pack("{s:s, s:s}", "where", where, "what", what));
}

/* ---- a log: what is derived from its entries, beside what `log verify` recomputes ---- */

/* The right edge from which the log grows, and the root that the record has of its head. */
static void check_tree(struct ops_call *call, struct txn *t, const struct log_record *record) {
    struct tree_reader tree = {.txn = t};
    struct frontier kept, made;
    struct digest root, of_kept, of_made;

    memcpy(tree.id, record->id, LOG_ID_LEN);
    logs_frontier(t, record, false, &kept);
    of_kept = frontier_root(&kept);
    if (frontier_load(&made, record->held, logs_lookup, &tree) != ERR_OK)
        fault(call, "tree", "a hash of the tree of %llu entries is not there",
              (unsigned long long)record->held);
    else if (of_made = frontier_root(&made), !digest_eq(&of_kept, &of_made))
        fault(call, "frontier", "the right edge at %llu entries is not that of the tree",
              (unsigned long long)record->held);
    if (merkle_root(&root, record->head.size, logs_lookup, &tree) != ERR_OK ||
        !digest_eq(&root, &record->head.root))
        fault(call, "head", "its root is not that of the tree at %llu entries",
              (unsigned long long)record->head.size);
}

static void check_checkpoint(struct ops_call *call, struct txn *t, const struct log_record *record) {
    struct checkpoint_signature s[SIGNATURES_MAX + COSIGNATURES_MAX];
    struct checkpoint checkpoint = {.size = 0};
    unsigned count = 0;

    logs_checkpoint(t, record, &checkpoint, s, SIGNATURES_MAX + COSIGNATURES_MAX, &count);
    if (count && (checkpoint.size != record->head.size || !digest_eq(&checkpoint.root, &record->head.root)))
        fault(call, "checkpoint", "it is of another size or root than the head");
    for (unsigned i = 0; i < count; i++)
        if ((s[i].time ? checkpoint_verify_cosignature(&checkpoint, &s[i])
                       : checkpoint_verify(&checkpoint, &s[i])) != ERR_OK)
            fault(call, "checkpoint", "%s %u of it does not verify", s[i].time ? "cosignature" : "signature",
                  i + 1);
}

static void check_record(struct ops_call *call, struct txn *t, const struct log_record *record) {
    struct head head;
    uint64_t next;
    bool more;

    if (record->head.size > record->held || record->noted > record->held)
        fault(call, "record", "the head at %llu stands past the %llu entries held",
              (unsigned long long)record->head.size, (unsigned long long)record->held);
    else
        check_tree(call, t, record);
    check_checkpoint(call, t, record);
    if (record->seq && (!changes_after(t, record->seq - 1, &head, 1, &next, &more) || next != record->seq ||
                        memcmp(head.log, record->id, LOG_ID_LEN) != 0))
        fault(call, "changes", "the row by which peers learn of its head is not there");
}

static void check_rows(struct ops_call *call, struct txn *t, const struct log_record *record, uint64_t from) {
    uint64_t to = record->noted - from > ENTRIES_AT_ONCE ? from + ENTRIES_AT_ONCE : record->noted, wrong = 0,
             rows = 0;

    if (!directory_check(t, record->id, from, to, &wrong, &rows))
        fault(call, "directory", "the row that entry %llu gives is missing or another one",
              (unsigned long long)wrong);
    ops_put_number(call->out, "rows", rows);
    if (to < record->noted)
        ops_put_number(call->out, "next", to);
    else
        ops_put_number(call->out, "rows_held", directory_rows(t, record->id));
}

enum err ops_doctor_log(struct ops_call *call, struct txn *t) {
    const char *origin = ops_text(call, "origin", ORIGIN_MAX, true);
    const json_t *from = json_object_get(call->in, "from");
    struct log_record record;
    uint8_t id[LOG_ID_LEN];

    if (!origin)
        return call->err;
    origin_log_id(origin, id);
    if (!logs_get(t, id, &record))
        return t->err ? t->err : ops_refuse(call, ERR_NOT_FOUND, "%s is not held here", origin);
    if (!json_is_integer(from) || json_integer_value(from) < 0 ||
        (uint64_t)json_integer_value(from) > record.noted)
        return ops_refuse(call, ERR_RANGE, "from: a number up to %llu is wanted",
                          (unsigned long long)record.noted);
    json_object_set_new(call->out, "faults", json_array());
    if (!json_integer_value(from))
        check_record(call, t, &record);
    check_rows(call, t, &record, (uint64_t)json_integer_value(from));
    return ERR_OK;
}

/* ---- what is not replicated ---- */

static void check_drafts(struct ops_call *call, struct txn *t) {
    char where[40];
    uint64_t seq = 0;
    struct bytes text;

    while (drafts_next(t, &seq, &text)) {
        json_t *draft = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
        snprintf(where, sizeof(where), "draft %llu", (unsigned long long)seq);
        if (!json_is_object(draft))
            fault(call, where, "its text cannot be read: comity discard drops it");
        json_decref(draft);
    }
}

static void check_roster(struct ops_call *call, struct txn *t) {
    char network[NETWORK_MAX + 1], code[CODE_LEN + 1];
    struct pin pin = {.own = false};
    struct peer_row row = {.configured = false};

    while (roster_next(t, &pin))
        if (origin_check(bytes_str(pin.origin), network, code))
            fault(call, "roster", "a trusted State's origin cannot be read: '%.60s'", pin.origin);
    while (peers_next(t, &row))
        if (key_check(&row.node))
            fault(call, "peers", "a peer's node id is no key");
}

enum err ops_doctor_rest(struct ops_call *call, struct txn *t) {
    json_object_set_new(call->out, "faults", json_array());
    check_drafts(call, t);
    check_roster(call, t);
    return ERR_OK;
}
