/* One operation in progress: what the families of operations (ops_*.c) share.  Nobody else includes it. */
#ifndef NODE_OPS_CALL_H
#define NODE_OPS_CALL_H

#include <jansson.h>

#include "node/ops.h"
#include "store/logs.h"
#include "store/roster.h"

struct ops_call {
    struct ops *ops;
    struct bytes body;
    json_t *in;     /* the body as an object; NULL for an operation that takes bytes */
    json_t *out;    /* the answer, an object; on refusal it is replaced */
    uint8_t *bytes; /* malloc'd: the answer, if it is bytes in place of an object */
    size_t len;     /* of bytes */
    enum err err;   /* of the refusal */
    char text[700]; /* of the refusal: what was found, which rule, what to do */
};

/* Refuse: gives err, so that `return ops_refuse(...)` reads well. */
enum err ops_refuse(struct ops_call *call, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Refuse with err's own text and clause behind what was found. */
enum err ops_refuse_err(struct ops_call *call, enum err err, const char *what);

/* A text of the body of at most max bytes; NULL: refused already, or, if it may be missing, not there. */
const char *ops_text(struct ops_call *call, const char *name, size_t max, bool must);

/* A node id of the body; false: refused already. */
bool ops_node(struct ops_call *call, const char *name, struct pubkey *ret);

/* Put a text, a number or bytes as hex or base64 into an object. */
void ops_put_text(json_t *to, const char *name, const char *text);
void ops_put_number(json_t *to, const char *name, uint64_t number);
void ops_put_hex(json_t *to, const char *name, struct bytes data);
void ops_put_base64(json_t *to, const char *name, struct bytes data);

/* Put which epochs of a log are closed, and by whom, and what contests or is rival to them. */
enum err ops_put_standing(struct txn *t, const struct log_record *record, json_t *to);

/* Drafts in which the State speaks of others: whether one is; check it, and write into it what exactly is
 * said; drop the earlier one on the same log. */
bool ops_is_word(const json_t *draft);
enum err ops_check_word(struct ops_call *call, struct txn *t, size_t at, json_t *draft);
void ops_drop_word(struct txn *t, const json_t *draft);

/* Check a draft that erases: its entries are of its contact, and not what stands of it. */
enum err ops_check_erase(struct ops_call *call, struct txn *t, size_t at, const json_t *draft);

typedef enum err ops_handler(struct ops_call *call, struct txn *t);

ops_handler ops_draft_add, ops_draft_drop, ops_draft_list, ops_draft_approve; /* ops_drafts.c */
ops_handler ops_erase_plan, ops_erase_check, ops_erase_run, ops_erasures_ask; /* ops_erase.c */
ops_handler ops_log_open, ops_submit, ops_log_state, ops_log_root, ops_log_confirm,
    ops_invite;                                                              /* ops_log.c */
ops_handler ops_trust_add, ops_trust_remove, ops_trust_hold, ops_trust_list; /* ops_trust.c */
ops_handler ops_trust_notes, ops_trust_confirm;                              /* ops_confirm.c */
ops_handler ops_backup_begin, ops_backup_state;                              /* ops_backup.c */
ops_handler ops_bundle_logs, ops_bundle_fetch, ops_bundle_public;            /* ops_bundle.c */
ops_handler ops_bundle_log, ops_bundle_take, ops_bundle_fork, ops_bundle_own;
ops_handler ops_doctor_log, ops_doctor_rest;              /* ops_doctor.c */
ops_handler ops_peer_add, ops_peer_remove, ops_peer_list; /* ops_peers.c */

#endif
