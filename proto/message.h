/* Messages between nodes (design 6): canonical msgpack arrays [request id, kind, ...].
 *
 * An answer carries the id and the kind of its request with MESSAGE_ANSWER added, or is an ERROR.  HELLO is
 * the first frame of each side and has id 0.  A frame of no bytes is a heartbeat.  Reading gives views into
 * the frame.
 *
 *   HELLO    [0, 1, [versions...], network, instance, software, max frame]
 *   CHANGES  [id, 2, instance, since, wait]
 *   VECTOR   [id, 3, from log id]
 *            -> [id, 34 or 35, instance, next, gap, more, sum, count, [head...]]
 *   RADIX    [id, 9, [prefix...]]
 *            -> [id, 41, instance, next, sum, count, [group...]]  one for each prefix, in the order asked
 *   FETCH    [id, 4, log, epoch, from, target, note hash or nil, root or nil, bytes]
 *            -> [id, 36, package...]
 *   PROVE    [id, 5, log, a, target, root of the target, index]
 *            -> [id, 37, [node...], leaf hash, [node...]]
 *   PARTS    [id, 6, log, [[index, class, commitment]...]]
 *            -> [id, 38, [part...]]  in the order asked; the rest did not fit
 *   ERROR    [id, 7, code, retry after, what]
 *
 *   head     see proto/head.h
 *   prefix   at most 8 hexadecimal digits that log ids begin with, as text
 *   group    [true, [count, sum]...] of the sixteen prefixes that go on from it, or [false, head...]
 *   part     nil none, bin salt || payload, 2 withheld, 3 gone */
#ifndef PROTO_MESSAGE_H
#define PROTO_MESSAGE_H

#include "proto/package.h"
#include "proto/proved.h"
#include "proto/radix.h"

#define PROTOCOL_VERSION 1

enum message_kind {
    MESSAGE_NONE = 0,
    MESSAGE_HELLO = 1,
    MESSAGE_CHANGES = 2,
    MESSAGE_VECTOR = 3,
    MESSAGE_FETCH = 4,
    MESSAGE_PROVE = 5,
    MESSAGE_PARTS = 6,
    MESSAGE_ERROR = 7,
    MESSAGE_CALL = 8, /* between CLI and daemon only: [id, 8, name, body] -> [id, 40, status, body] */
    MESSAGE_RADIX = 9,
    MESSAGE_ANSWER = 32
};

enum message_error {
    MESSAGE_ERROR_UNKNOWN = 1, /* no such log, or none that this peer may have */
    MESSAGE_ERROR_DENIED = 2,
    MESSAGE_ERROR_RANGE = 3,
    MESSAGE_ERROR_BUSY = 4,
    MESSAGE_ERROR_KIND = 5,
    MESSAGE_ERROR_INTERNAL = 6
};

struct message {
    uint64_t id;
    unsigned kind; /* MESSAGE_*, with MESSAGE_ANSWER for an answer */
    union {
        struct {
            unsigned version_count;
            unsigned version[8];
            struct bytes network, instance, software;
            uint64_t frame_max;
        } hello;
        struct {
            uint8_t instance[INSTANCE_LEN];
            uint64_t since, wait_s;
        } changes;
        struct {
            uint8_t from[LOG_ID_LEN]; /* heads with a log id above this; all zero: from the first */
        } vector;
        struct {
            uint8_t instance[INSTANCE_LEN];
            uint64_t next; /* cursor for the next CHANGES */
            bool gap;      /* the cursor was not known: use VECTOR */
            bool more;
            struct headsum sum; /* over all head records carried for this peer */
            unsigned head_count;
            struct bytes heads; /* see head_next */
        } heads;                /* the answers to CHANGES and VECTOR */
        struct {
            unsigned count;
            struct radix prefix[RADIX_PREFIXES];
        } radix;
        struct {
            uint8_t instance[INSTANCE_LEN];
            uint64_t next; /* as in heads */
            struct headsum sum;
            unsigned count;
            struct bytes groups; /* see message_group_next */
        } groups;                /* the answer to RADIX */
        struct {
            uint8_t log[LOG_ID_LEN];
            uint64_t epoch, from, target;
            uint64_t bytes; /* of entries, at most; one is given in any case */
            bool has_note;  /* the chain of notes that ends in this one is wanted, not the one after epoch */
            bool has_root;  /* of a disputed log, the tree of target leaves with this root is wanted */
            struct digest note, root;
        } fetch;
        struct package package; /* the answer to FETCH */
        struct {
            uint8_t log[LOG_ID_LEN];
            uint64_t a, target, index; /* a <= target, index < target */
            struct digest root;        /* of the target: a disputed log has two trees of one size */
        } prove;
        struct proved proved; /* the answer to PROVE; without consistency for a 0 */
        struct {
            uint8_t log[LOG_ID_LEN];
            unsigned count;
            struct {
                uint64_t index;
                enum part_class class;
                struct digest commitment;
            } want[PARTS_PER_REQUEST];
        } parts;
        struct {
            unsigned count;
            struct part part[PARTS_PER_REQUEST];
        } parts_given;
        struct {
            unsigned code;
            uint64_t retry_s;
            struct bytes what;
        } error;
        struct {
            struct bytes name, body;
        } call;
        struct {
            uint64_t status;
            struct bytes body;
        } result;
    };
};

/* Read a frame: shape, bounds, canonical bytes.  The reader's errors, ERR_MESSAGE, ERR_KIND. */
enum err message_decode(struct bytes frame, struct message *ret) MUST_CHECK;

/* Write any message but the answer to FETCH, which package_begin writes after message_begin_package.
 * ERR_FULL. */
enum err message_encode(const struct message *m, uint8_t *buffer, size_t max, struct bytes *ret) MUST_CHECK;

/* Begin the answer to a FETCH: the array head, id and kind go to the front of the package's buffer. */
void message_begin_package(struct writer *w, uint64_t id);

/* Walk the groups of the answer to RADIX: of one prefix each, in the order asked.  False at the end or on an
 * error, which then sticks in r. */
struct radix_group {
    bool deeper; /* the sums of the sixteen prefixes that go on from it; else the heads */
    struct headsum child[16];
    unsigned head_count;
    struct bytes heads; /* see head_next */
};
bool message_group_next(struct reader *r, struct radix_group *ret);
void message_group_write(struct writer *w, const struct radix_group *group);

#endif
