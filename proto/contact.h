/* What the parts of contact/v1 and node/v1 say: one table of fields, in which each names its key, type,
 * bounds and who sees it unless the State decides otherwise.
 *
 * Both classes of part use the same keys; a field stands in one of them.  A payload is a canonical map;
 * unknown keys are kept and ignored.  Names by language are arrays of [tag, text], because map keys are
 * integers. */
#ifndef PROTO_CONTACT_H
#define PROTO_CONTACT_H

#include "proto/part.h"

enum field_type {
    FIELD_TEXT,  /* str */
    FIELD_NAMES, /* [[tag, text], ...] */
    FIELD_TEXTS, /* [str, ...] */
    FIELD_UINT,
    FIELD_BOOL,
    FIELD_BIN,
    FIELD_RECORDS /* [{key: value}, ...] described by fields of its own */
};

struct field {
    unsigned key;
    const char *name; /* in JSON, CSV and messages */
    enum field_type type;
    unsigned count_max;         /* items, for the list types */
    size_t bytes_max;           /* of each text or bin; largest number for FIELD_UINT */
    enum part_class class;      /* the default */
    const struct field *fields; /* for FIELD_RECORDS; ends with key 0 */
};

/* Ends with key 0, ascending by key. */
extern const struct field contact_fields[];
extern const struct field node_fields[]; /* 1 endpoints, texts such as tcp://host:port */

/* Find a field by its JSON name; NULL. */
const struct field *field_find(const struct field *fields, const char *name);

/* Whether a payload follows the table.  On refusal ret_field (if given) names the field.  ERR_SCHEMA, _TYPE,
 * _SIZE, _ITEMS, _RANGE. */
enum err field_check(const struct field *fields, struct bytes payload,
                     const struct field **ret_field) MUST_CHECK;

/* Whether it is an e-mail address as far as RFC 5321 and 6531 can be told from its text; or an E.164 number.
 */
bool email_valid(struct bytes text);
bool phone_valid(struct bytes text);

/* Whether it looks like a BCP 47 tag: alphanumeric subtags of 1 to 8, 35 in all. */
bool tag_valid(struct bytes text);

#endif
