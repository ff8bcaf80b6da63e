/* The form of a bundle (design 6.2): everything that a node carries, or some of it, in one file for a
 * courier.
 *
 *   "comity-bundle/v1\n"
 *   record...    u8 kind, u32 length with the most significant byte first, and so many bytes of msgpack
 *
 *   H  [network, maker, members, made, software]   once, first; maker is the origin of the State whose node
 * made it, or "" of an observer's L  [origin, epoch, size, root]                 a log begins: its head when
 * it was asked for P  an answer to FETCH (proto/message.h)        of the log that has begun, in the order in
 * which they follow E  [logs, packages, sum]                       once, last
 *
 * The sum is chained: SHA-256 of the first line, then for each record SHA-256(sum so far || record).  It
 * finds what was cut or altered on its way and nothing more: whatever stands in a bundle is believed because
 * it passes the gate.  There are no names of files in it, no counts before what they count, and nothing is
 * compressed. */
#ifndef PROTO_BUNDLE_H
#define PROTO_BUNDLE_H

#include "proto/digest.h"
#include "proto/error.h"

#define BUNDLE_MAGIC "comity-bundle/v1\n"
#define BUNDLE_MAGIC_LEN (sizeof BUNDLE_MAGIC - 1)
#define BUNDLE_HEAD_LEN 5 /* of a record: kind and length */

enum bundle_kind { BUNDLE_HEADER = 'H', BUNDLE_LOG = 'L', BUNDLE_PACKAGE = 'P', BUNDLE_END = 'E' };

struct bundle_header {
    char network[NETWORK_MAX + 1];
    char maker[ORIGIN_MAX + 1];
    bool members;  /* it may hold members' parts: nothing for an observer */
    uint64_t made; /* s */
    char software[SOFTWARE_MAX + 1];
};

struct bundle_log {
    char origin[ORIGIN_MAX + 1];
    uint8_t id[LOG_ID_LEN]; /* of origin; not in the file */
    uint64_t epoch, size;
    struct digest root;
};

struct bundle_end {
    uint64_t logs, packages;
    struct digest sum; /* of all before this record */
};

/* The head of a record.  ERR_KIND: no kind of record; ERR_SIZE: longer than that kind may be, or empty. */
void bundle_head_write(enum bundle_kind kind, size_t len, uint8_t ret[static BUNDLE_HEAD_LEN]);
enum err bundle_head_read(const uint8_t head[static BUNDLE_HEAD_LEN], enum bundle_kind *ret_kind,
                          uint32_t *ret_len) MUST_CHECK;

/* The sum over the first line alone; and with a record more. */
struct digest bundle_sum_begin(void);
void bundle_sum_add(struct digest *sum, const uint8_t head[static BUNDLE_HEAD_LEN], struct bytes value);

/* The values.  Writing: ERR_FULL.  Reading, of outside bytes: the reader's errors, ERR_NAME, ERR_NETWORK (a
 * log of another network than its own header's is the caller's to find). */
enum err bundle_header_write(const struct bundle_header *h, uint8_t *buffer, size_t max,
                             struct bytes *ret) MUST_CHECK;
enum err bundle_header_read(struct bytes value, struct bundle_header *ret) MUST_CHECK;
enum err bundle_log_write(const struct bundle_log *log, uint8_t *buffer, size_t max,
                          struct bytes *ret) MUST_CHECK;
enum err bundle_log_read(struct bytes value, struct bundle_log *ret) MUST_CHECK;
enum err bundle_end_write(const struct bundle_end *end, uint8_t *buffer, size_t max,
                          struct bytes *ret) MUST_CHECK;
enum err bundle_end_read(struct bytes value, struct bundle_end *ret) MUST_CHECK;

#endif
