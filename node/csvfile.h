/* Tables from spreadsheets, row by row: CSV with LF, CRLF or CR, cells separated by comma, semicolon, tab or
 * vertical bar.
 *
 * A row that cannot be read (quotation marks, too many cells, bytes that are no text) comes with the reason;
 * if it is no CSV at all, reading goes on with the line after its first.  A file that is no such table is
 * refused when it is opened. */
#ifndef NODE_CSVFILE_H
#define NODE_CSVFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "proto/bytes.h"

#define CSVFILE_BYTES_MAX (64u << 20)
#define CSVFILE_CELL_MAX 32768
#define CSVFILE_QUOTE_MAX (4u << 20) /* within which a quotation mark is closed */
#define CSVFILE_COLUMNS_MAX 1024

struct csvrow {
    size_t line; /* of its first character, from 1 */
    size_t count;
    const char *const *cell; /* NUL-terminated; valid until the next row */
    const char *reason;      /* why it cannot be read; NULL: it was */
    struct bytes raw;        /* as it stands in the file, without its end */
};

struct csverror {
    char text[400];
};

struct csvfile;

/* Read the header of a text in UTF-8 (taken; a NUL stands behind it).  delimiter 0 is guessed, and so is the
 * line of the header if it is 0.  NULL after writing the reason. */
struct csvfile *csvfile_take(uint8_t *data, size_t len, char delimiter, size_t header, struct csverror *ret);

/* The same of a file, whose encoding is found out. */
struct csvfile *csvfile_open(const char *path, char delimiter, struct csverror *ret);
void csvfile_close(struct csvfile *file); /* takes NULL */

/* The first row: names of columns, on one line each, without surrounding spaces. */
const struct csvrow *csvfile_header(const struct csvfile *file);
char csvfile_delimiter(const struct csvfile *file);

/* How much has been read, for progress: bytes, and of how many. */
size_t csvfile_at(const struct csvfile *file);
size_t csvfile_size(const struct csvfile *file);

/* The next row that is not blank; false at the end. A cell that begins with ' before one of = + - @ ' was
 * written so that no spreadsheet takes it for a formula: it is given without. */
bool csvfile_next(struct csvfile *file, struct csvrow *ret);

/* Write a cell, quoted where needed, and with ' before what a spreadsheet would take for a formula. */
void csvfile_put(FILE *to, const char *cell, char delimiter);

#endif
