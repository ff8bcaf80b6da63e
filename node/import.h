/* A file of contacts as records: which format it is, who an item is when it comes again, and what of it
 * cannot be taken.
 *
 * An item's contact id is a keyed hash of (source, key), so that the same file imported again means the same
 * contacts, and nobody without the node's key can tell which item an id came from.  The key is the item's own
 * (a column, a UID, a name of the directory it comes from), else e-mail, organisation and kind; where several
 * items of the file share these, also what tells them apart. */
#ifndef NODE_IMPORT_H
#define NODE_IMPORT_H

#include "node/csvfile.h"
#include "node/record.h"
#include "node/tidy.h"

#define IMPORT_KEY_LEN 32
#define IMPORT_REJECTED                                                                                      \
    ".rejected." /* behind the name of a file, before the extension: what was refused of it */
#define IMPORT_MAPS_MAX 256
#define IMPORT_ROWS_MAX 200000 /* of one file: they stand in memory */

struct import_map {
    const char *column; /* as the header spells it; or a column to set */
    const char *field;  /* a name of node/column.h, or "-" for none; or the value */
};

struct import_options {
    const char *path;
    const char *format;   /* "csv", "vcard", "ldif", "json", "security.txt"; NULL: found out */
    const char *encoding; /* NULL: found out (node/encoding.h) */
    char delimiter;       /* 0: guessed */
    size_t header;        /* the line that names the columns; 0: the first */
    const char *kind;     /* of items that do not say one; NULL */
    const char *language; /* of names without a tag; NULL: und, undetermined */
    const char *dial;     /* digits of the country code of national numbers; NULL */
    enum tidy_dates dates;
    const char *source; /* NULL: of the format, or the file's name without what IMPORT_REJECTED begins */
    const char *key;    /* the column that tells rows apart; NULL: as above */
    const char *code;   /* own State, upper case; items of another one are refused */
    unsigned map_count, set_count;
    const struct import_map *map; /* columns to fields */
    const struct import_map *set; /* columns to values, for items that do not say them */
    uint8_t secret[IMPORT_KEY_LEN];
    void (*progress)(void *context, size_t at, size_t size); /* NULL */
    /* Fill ret with the ids that earlier files of the source gave to import_shared(); NULL: there are none.
     */
    void (*shared)(void *context, const char *source, json_t *ret);
    void *context;
};

enum import_verdict {
    IMPORT_GOOD,
    IMPORT_REPEATED, /* says what an earlier item said */
    IMPORT_REFUSED
};

struct import_row {
    size_t line;
    enum import_verdict verdict;
    json_t *record; /* if it is good: checked, with id; the import's */
    const json_t
        *notices; /* array of {"field", "found", "what"}: what was guessed or left out; the import's */
    struct record_error why; /* if it is not good */
};

struct import;

/* Read the whole file.  NULL after writing why. */
struct import *import_open(const struct import_options *options, struct csverror *ret);
void import_close(struct import *import); /* takes NULL */

size_t import_count(const struct import *import);
void import_row(const struct import *import, size_t index, struct import_row *ret);

/* Refuse a good item for what the caller knows of it. */
void import_refuse(struct import *import, size_t index, const char *why);

/* The refused items with their reasons, in the file's own format; and the end of its name ("rejected.csv").
 */
void import_rejected(const struct import *import, FILE *to);
const char *import_extension(const struct import *import);

const char *import_source(const struct import *import);
const char *import_format(const struct import *import); /* "csv", "dotgov", ... */
bool import_is_rejected(const struct import *import);   /* by its name: refused items that come back */

/* Members of a record that this file speaks for, as an array of texts; what it leaves empty is not there.
 * NULL: all of them.  The caller's. */
json_t *import_members(const struct import *import);

/* Ids of keys that several items share, now or in earlier files: an object with them as names; the import's.
 * Whoever reads the next file of this source gives them back. */
const json_t *import_shared(const struct import *import);

/* Names of columns that mean nothing here, as an array of texts; the import's. */
const json_t *import_unused(const struct import *import);

/* The id of an item: crypto_generichash of the source and its key. */
void import_id(const uint8_t secret[static IMPORT_KEY_LEN], const char *source, const char *key,
               uint8_t ret[static CONTACT_ID_LEN]);

#endif
