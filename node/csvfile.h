/* Tables from spreadsheets, row by row: CSV in UTF-8, with or without BOM, LF, CRLF or CR, cells separated by
 * comma, semicolon or tab.
 *
 * A row that cannot be read (quotation marks, too many cells) comes with the reason, and reading goes on with
 * the line after its first.  A file that is no such table at all is refused when it is opened. */
#ifndef NODE_CSVFILE_H
#define NODE_CSVFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define CSVFILE_BYTES_MAX (64u << 20)
#define CSVFILE_CELL_MAX 32768
#define CSVFILE_COLUMNS_MAX 256

struct csvrow {
    size_t line; /* of its first character, from 1 */
    size_t count;
    const char *const *cell; /* NUL-terminated; valid until the next row */
    const char *reason;      /* why it cannot be read; NULL: it was. Then cell[0] is the line as it stands */
};

struct csverror {
    char text[300];
};

struct csvfile;

/* Open a file and read its header; delimiter 0 is guessed from it.  NULL after writing the reason. */
struct csvfile *csvfile_open(const char *path, char delimiter, struct csverror *ret);
void csvfile_close(struct csvfile *file); /* takes NULL */

/* The first row: names of columns, as they stand, without surrounding spaces. */
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
