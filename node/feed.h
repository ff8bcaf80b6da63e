/* A file of contacts in one format, item by item: what node/import.c asks of every format.
 *
 * An item is a row of a table, a card, an entry.  A feed owns the text of the file, in UTF-8; the raw text of
 * an item points into it. */
#ifndef NODE_FEED_H
#define NODE_FEED_H

#include <stdio.h>

#include "node/import.h"
#include "node/tidy.h"

struct feed_item {
    size_t line;             /* of its first character, from 1 */
    json_t *record;          /* not checked; if it is refused, what could be read of it, or NULL */
    char *key;               /* tells it apart from file to file; NULL: it has none of its own. malloc'd */
    json_t *notices;         /* array of {"field", "found", "what"} */
    struct bytes raw;        /* as it stands in the file */
    size_t cells;            /* of a row that is CSV; 0 */
    struct record_error why; /* "" if it is not refused */
};

struct feed {
    const struct feed_format *format;
    const struct import_options *options;
    json_t *unused; /* array of texts: columns that mean nothing here */
    uint8_t *data;  /* malloc'd */
    size_t len, at; /* how much has been read */
    size_t line;    /* of at */
};

struct feed_format {
    const char *name;      /* "csv" */
    const char *extension; /* of a file of refused items */
    /* The next item, in a zeroed ret with an array for notices; false at the end. */
    bool (*next)(struct feed *feed, struct feed_item *ret);
    /* Write a refused item with its reason, in this format, to be mended and imported again. */
    void (*reject)(const struct feed *feed, const struct feed_item *item, const char *why, FILE *to);
    void (*reject_begin)(const struct feed *feed, FILE *to); /* NULL: nothing */
    void (*reject_end)(const struct feed *feed, FILE *to);   /* NULL: nothing */
    /* Members of a record that it speaks for, as an array of texts, the caller's; NULL: all of them. */
    json_t *(*members)(const struct feed *feed);
    void (*close)(struct feed *feed);
};

/* Read a file and open it as what it is, or as what the options say that it is.  NULL after writing why. */
struct feed *feed_open(const struct import_options *options, struct csverror *ret);

/* Each takes the text, also when it fails, and gives NULL after writing why. */
struct feed *feed_csv(uint8_t *data, size_t len, const struct import_options *options, struct csverror *ret);
struct feed *feed_vcard(uint8_t *data, size_t len, const struct import_options *options,
                        struct csverror *ret);
struct feed *feed_ldif(uint8_t *data, size_t len, const struct import_options *options, struct csverror *ret);
struct feed *feed_json(uint8_t *data, size_t len, const struct import_options *options, struct csverror *ret);
struct feed *feed_securitytxt(uint8_t *data, size_t len, const struct import_options *options,
                              struct csverror *ret);

/* For those that need no more than this: the feed of a text (taken); and its end. */
struct feed *feed_new(const struct feed_format *format, uint8_t *data, size_t len,
                      const struct import_options *options, struct csverror *ret);
void feed_free(struct feed *feed);

/* Refuse an item: why, shown safely: "rule: found "..."".  Always false. */
bool feed_refuse(struct feed_item *item, const char *rule, const char *found);

/* What the options say about values, with a place for an item's notices. */
struct tidy feed_tidy(const struct feed *feed, const struct feed_item *item);

/* A line without its end at feed->at, which moves behind it; false at the end of the text. */
bool feed_line(struct feed *feed, struct bytes *ret);

/* Members of a record that a format speaks for, ending with NULL, and the kind if it was told: a list. */
json_t *feed_members(const struct feed *feed, const char *const *names);

/* A reason on one line. */
void feed_put_reason(FILE *to, const char *why);

#endif
