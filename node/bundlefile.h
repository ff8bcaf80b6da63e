/* A bundle as a file or a stream (proto/bundle.h): written and read record by record, never held whole.
 *
 * Reading takes every byte once, so a file that changes meanwhile is judged by what was read of it. */
#ifndef NODE_BUNDLEFILE_H
#define NODE_BUNDLEFILE_H

#include <stdio.h>

#include "proto/bundle.h"

/* ---- writing ---- */

struct bundle_writer {
    FILE *to; /* the caller's */
    struct bundle_end end;
    uint64_t bytes;
};

/* ERR_IO, ERR_DISK_FULL: errno tells more. */
enum err bundle_writer_begin(struct bundle_writer *w, FILE *to,
                             const struct bundle_header *header) MUST_CHECK;
enum err bundle_writer_log(struct bundle_writer *w, const struct bundle_log *log) MUST_CHECK;
enum err bundle_writer_package(struct bundle_writer *w, struct bytes message) MUST_CHECK;
enum err bundle_writer_end(struct bundle_writer *w) MUST_CHECK; /* and flush */

/* ---- reading ---- */

struct bundle_reader {
    int fd;                     /* the caller's */
    bool seeks;                 /* it is a regular file, read from places of one's own */
    uint64_t at;                /* where the next record begins */
    uint64_t record, record_at; /* of the last one given: its number from 1 on, and where it begins */
    uint64_t logs, packages;
    enum bundle_kind kind; /* and its kind */
    struct digest sum;     /* of all before it */
    struct digest next_sum;
    bool summed;     /* begun at the beginning, so that the sum can be told */
    uint8_t *buffer; /* of one record, its head too */
};

/* Read the first line and the header.  ERR_NOT_FOUND: no bundle at all; ERR_VERSION: of another version;
 * ERR_SHORT: it ends here already; ERR_IO, ERR_MEMORY; of the header bundle_header_read()'s. */
enum err bundle_reader_begin(struct bundle_reader *r, int fd, struct bundle_header *ret) MUST_CHECK;

/* Read on in a regular file from where a record begins, beside another reader. */
enum err bundle_reader_from(struct bundle_reader *r, int fd, uint64_t at) MUST_CHECK;

/* The next record; the view lives until the next call.  Behind the end record nothing may follow: then
 * ERR_TRAILING, else ERR_OK with a value of no bytes.  ERR_SHORT: the file ends without an end record, or in
 * the middle of this one; bundle_head_read()'s, ERR_IO. */
enum err bundle_reader_next(struct bundle_reader *r, struct bytes *ret) MUST_CHECK;

/* The record just given as it stands in the file, with its head. */
struct bytes bundle_reader_whole(const struct bundle_reader *r, struct bytes value);

void bundle_reader_close(struct bundle_reader *r);

#endif
