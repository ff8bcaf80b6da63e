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
    FIELD_TEXT,   /* str */
    FIELD_NAMES,  /* [[tag, text], ...] */
    FIELD_TEXTS,  /* [str, ...] */
    FIELD_UINT,   /* a number */
    FIELD_TIME,   /* seconds since 1970; RFC 3339 in JSON */
    FIELD_CLOCK,  /* minutes of a day, 0 to 1440; "HH:MM" in JSON */
    FIELD_BOOL,   /* nil is not false: what is not said is left out */
    FIELD_BIN,    /* bytes; hex in JSON */
    FIELD_RECORD, /* {key: value} described by fields of its own */
    FIELD_RECORDS /* [{key: value}, ...] */
};

/* What a text or the items of a list are, for the author's checks; a reader takes any text. */
enum field_form {
    FORM_TEXT,  /* words for people */
    FORM_VALUE, /* one of the values listed */
    FORM_EMAIL,
    FORM_PHONE,
    FORM_DIGITS,
    FORM_TAG,      /* BCP 47 */
    FORM_ZONE,     /* of the IANA time zone database */
    FORM_URI,      /* https */
    FORM_DATE,     /* 2026-12-25 */
    FORM_COUNTRY,  /* ISO 3166-1 alpha-2, upper case */
    FORM_ENDPOINT, /* tcp://host:port */
    FORM_ID        /* of a contact */
};

struct field {
    unsigned key;
    const char *name; /* in JSON, CSV and messages */
    enum field_type type;
    unsigned count_max;         /* items, for the list types */
    size_t bytes_max;           /* of each text or bin; largest number for FIELD_UINT and FIELD_TIME */
    enum part_class class;      /* the default; of a whole field, not of what a record holds */
    const struct field *fields; /* for FIELD_RECORD and FIELD_RECORDS; ends with key 0 */
    enum field_form form;
    const char *const *values; /* for FORM_VALUE; ends with NULL */
    bool required;             /* in a record: without it the record says nothing */
};

/* Ends with key 0, ascending by key. */
extern const struct field contact_fields[];
extern const struct field node_fields[]; /* 1 endpoints, texts such as tcp://host:port */

/* Find a field by its JSON name; NULL. */
const struct field *field_find(const struct field *fields, const char *name);

/* Whether a payload follows the table: types and bounds, not forms.  On refusal ret_field (if given) names
 * the field of the outermost table, or is NULL if no field is to blame.  ERR_TYPE, _SIZE, _ITEMS, _RANGE,
 * _MISSING, and the reader's. */
enum err field_check(const struct field *fields, struct bytes payload,
                     const struct field **ret_field) MUST_CHECK;

/* Whether it is an e-mail address as far as RFC 5321 and 6531 can be told from its text; or an E.164 number.
 */
bool email_valid(struct bytes text);
bool phone_valid(struct bytes text);

/* Whether it looks like a BCP 47 tag: a language of 2 to 8 letters, alphanumeric subtags of 1 to 8, 35 in
 * all. */
bool tag_valid(struct bytes text);

/* Whether it has the form of a name of the IANA time zone database: "UTC", "Area/Place". */
bool zone_valid(struct bytes text);

/* Whether it is an https URI without user information, spaces or backslashes. */
bool https_valid(struct bytes text);

#endif
