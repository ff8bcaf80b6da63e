/* One read in progress: what the resources of the API (api_*.c) share.  Nobody else includes it. */
#ifndef NODE_API_CALL_H
#define NODE_API_CALL_H

#include "node/api.h"
#include "node/query.h"
#include "node/search.h"
#include "proto/view.h"
#include "store/believe.h"
#include "store/directory.h"
#include "store/logs.h"
#include "store/roster.h"

#define API_WORDS 12 /* of a path */

struct api_call {
    struct api *api;
    const struct api_options *options;
    struct search *search;
    struct txn *txn;
    enum api_view view;
    struct query query;
    unsigned word_count;
    struct bytes word[API_WORDS]; /* what stood at the stars of the route */
    uint64_t now;                 /* s */
    uint64_t version;             /* of the store, as it is read */
    uint64_t until;               /* the answer says the same until then; 0: who knows */

    unsigned status;
    json_t *json;  /* the answer, or */
    uint8_t *body; /* malloc'd bytes that are not JSON */
    size_t len;
    const char *type;
    bool live; /* as in api_reply, and so are */
    unsigned wait_s;
    char file[64];
};

typedef void api_handler(struct api_call *call);

/* Refuse: status 400, 404 or 500, a word for programs and a sentence for people. */
void api_refuse(struct api_call *call, unsigned status, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The answer says something that changes at this time. */
void api_until(struct api_call *call, uint64_t at_s);

/* Parameters: a decimal within bounds, a time, a flag.  False: refused already.  Absent ones leave *ret. */
bool api_number(struct api_call *call, const char *name, uint64_t min, uint64_t max, uint64_t *ret);
bool api_time(struct api_call *call, const char *name, uint64_t *ret);
bool api_flag(struct api_call *call, const char *name, bool *ret);

/* Whether a State's log is listed: it is pinned, if only on hold, or shown for what others say of it. */
bool api_is_listed(struct api_call *call, const struct log_record *record);

/* The log that stands for a State's code, in either case: the one that is shown, or else the pinned one; the
 * same if it is shown; or the log of the origin in words 0 to 2, for the public only if it is followed.
 * False: refused already. */
bool api_find_state(struct api_call *call, struct bytes code, struct log_record *ret);
bool api_find_shown(struct api_call *call, struct bytes code, struct log_record *ret);
bool api_find_log(struct api_call *call, struct log_record *ret);

/* The contact of words 0 and 1: the version that counts at a time, else the announced one, else the last
 * before it was withdrawn.  ret_next (if given) is the announced one behind it; its index is UINT64_MAX if
 * none. False: refused already. */
bool api_find_contact(struct api_call *call, uint64_t at, struct log_record *ret_record,
                      struct search_hit *ret, struct contact_version *ret_next);

/* The index in words[3], within the log; false: refused already. */
bool api_find_index(struct api_call *call, const struct log_record *record, uint64_t *ret);

/* The contact in words[1], whole or its beginning, in the log of words[0].  False: refused already. */
bool api_find_id(struct api_call *call, const struct log_record *record, uint8_t ret[static CONTACT_ID_LEN]);

/* Bytes of parts in one answer: as JSON, it must fit a frame. */
#define API_PAGE_BYTES 204800

/* Small values in JSON. */
json_t *api_base64(struct bytes data);
json_t *api_hex(struct bytes data);
json_t *api_when(uint64_t at_s);     /* null for 0 */
json_t *api_code(const char *code);  /* "FR" */
json_t *api_text(struct bytes text); /* UTF-8, or null */
json_t *api_names(const struct names *names);

api_handler api_states, api_state;                      /* api_states.c */
api_handler api_entries;                                /* api_entries.c */
api_handler api_contacts, api_contact;                  /* api_contacts.c */
api_handler api_erasures;                               /* api_erasures.c */
api_handler api_history;                                /* api_history.c */
api_handler api_summary;                                /* api_summary.c */
api_handler api_logs, api_log, api_entry, api_notes;    /* api_logs.c */
api_handler api_parts;                                  /* api_logs.c */
api_handler api_evidence;                               /* api_variants.c */
api_handler api_checkpoint, api_tile, api_entry_bundle; /* api_tiles.c */
api_handler api_status, api_network, api_drafts;        /* api_status.c */
api_handler api_changes;                                /* api_changes.c */
api_handler api_receipt, api_entry_receipt;             /* api_receipts.c */

/* What the daemon knows (api_live), a new object; empty where none runs. */
json_t *api_live_json(const struct api_call *call);

/* A word that changes whenever another answer may have; NULL: refused already. */
json_t *api_stamp_json(struct api_call *call);

/* The cursor behind a change, for "since" of api_changes. */
json_t *api_cursor_json(const struct api_call *call, uint64_t seq, const char *stamp);

api_handler api_metrics; /* api_metrics.c */

/* A log as every answer shows it, and how fresh its State keeps it. */
json_t *api_log_json(struct api_call *call, const struct log_record *record);
void api_logs_put(json_t *logs, json_t *log); /* in the order of origins; takes log */

/* Add to a log in dispute, or contested, what lies beyond its view: "f", "variants", "rivals"; and to one of
 * its contacts "variants", the versions there. */
void api_log_disputes(struct api_call *call, const struct log_record *record, json_t *log);
void api_contact_variants(struct api_call *call, const struct log_record *record,
                          const uint8_t id[static CONTACT_ID_LEN], uint64_t at, json_t *contact);

/* All logs, by origin. */
json_t *api_logs_json(struct api_call *call);

/* The nodes of a log, or the observers that it accredits: kind LEAF_NODE or LEAF_OBSERVER. */
json_t *api_nodes_json(struct api_call *call, const struct log_record *record, enum leaf_kind kind);

/* A State as the list of States shows it. */
json_t *api_state_json(struct api_call *call, const struct log_record *record);

#endif
