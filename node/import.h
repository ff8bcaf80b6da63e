/* Rows of a table as records: which column means which field, and who a row is when it comes again.
 *
 * A row's contact id is a keyed hash of (source, row key), so that the same file imported again means the
 * same contacts, and nobody without the node's key can tell which row an id came from. */
#ifndef NODE_IMPORT_H
#define NODE_IMPORT_H

#include "node/csvfile.h"
#include "node/record.h"

#define IMPORT_KEY_LEN 32
#define IMPORT_REJECTED ".rejected.csv" /* behind the name of a table: the rows of it that were refused */
#define IMPORT_MAPS_MAX 256

struct import_map {
    const char *column; /* as the header spells it */
    const char *field;  /* a name of node/column.h, or "-" for none */
};

struct import_options {
    const char *path;
    char delimiter;       /* 0: guessed */
    const char *kind;     /* of rows that do not say one; NULL */
    const char *language; /* of names without a tag; NULL: und, undetermined */
    const char *source;   /* NULL: of the format, or the file's name without IMPORT_REJECTED */
    const char *key;      /* the column that tells rows apart; NULL: e-mail, organisation and kind */
    const char *code;     /* own State, upper case; rows of another one are refused */
    unsigned map_count;
    const struct import_map *map;
    uint8_t secret[IMPORT_KEY_LEN];
};

struct import_row {
    struct csvrow cells;     /* valid until the next row */
    json_t *record;          /* checked, with id; the caller's. NULL: refused */
    struct record_error why; /* if it is refused */
};

struct import;

/* NULL after writing why. */
struct import *import_open(const struct import_options *options, struct csverror *ret);
void import_close(struct import *import); /* takes NULL */

bool import_next(struct import *import, struct import_row *ret);

const struct csvfile *import_file(const struct import *import);
const char *import_source(const struct import *import);
const char *import_format(const struct import *import); /* "csv" or "dotgov" */
bool import_is_rejected(const struct import *import);   /* by its name: refused rows that come back */

/* Members of a record that this table speaks for, as an array of texts; what it leaves empty is not there.
 * The caller's. */
json_t *import_members(const struct import *import);

/* Names of columns that mean nothing here, as an array of texts; the import's. */
const json_t *import_unused(const struct import *import);

/* The id of a row: crypto_generichash of the source and the row's key. */
void import_id(const uint8_t secret[static IMPORT_KEY_LEN], const char *source, const char *key,
               uint8_t ret[static CONTACT_ID_LEN]);

#endif
