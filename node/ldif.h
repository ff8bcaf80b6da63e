/* Entries of a directory as LDIF (RFC 2849), with the attributes of inetOrgPerson (RFC 2798) and language
 * tags (RFC 3866): one entry's text as attributes, and the writing of one. */
#ifndef NODE_LDIF_H
#define NODE_LDIF_H

#include <jansson.h>
#include <stdio.h>

#include "node/record.h"
#include "node/tidy.h"

#define LDIF_BYTES_MAX (4u << 20) /* of one entry */
#define LDIF_ATTRIBUTES_MAX 1000
#define LDIF_NAME_MAX 64

struct ldif_attribute {
    size_t line;              /* of the file */
    char name[LDIF_NAME_MAX]; /* lower case, without options */
    char tag[36];             /* of an option lang-fr; "" */
    char *value;              /* malloc'd, decoded; NULL: bytes that are no text */
};

struct ldif {
    char *dn;
    size_t count, room;
    struct ldif_attribute *attribute;
};

/* Read an entry; line is its number in the file.  False after writing line, rule and remedy; free it all the
 * same. */
bool ldif_read(struct bytes text, size_t line, struct ldif *ret, struct record_error *why);
void ldif_free(struct ldif *entry);

/* What the attributes say as a record, not checked; what has no place in one is noted.  False after writing
 * why: the record is what could be read. */
bool ldif_record(const struct ldif *entry, const struct tidy *tidy, json_t *record, struct record_error *why);

/* Write a contact as the API gives it, below a base such as "ou=contacts,dc=example,dc=org". */
void ldif_put(FILE *to, const json_t *contact, const char *base);

#endif
