/* vCards as address books write them (2.1; 3.0 of RFC 2426; 4.0 of RFC 6350): one card's text as properties,
 * and the writing of 4.0.
 *
 * Reading unfolds lines, takes groups off, decodes quoted-printable and base64 and the character sets
 * that 2.1 names; values stay escaped, because what a backslash means depends on the property. */
#ifndef NODE_VCARD_H
#define NODE_VCARD_H

#include <jansson.h>
#include <stdio.h>

#include "node/record.h"
#include "node/tidy.h"

#define VCARD_BYTES_MAX (4u << 20) /* of one card, most of it a photograph */
#define VCARD_PROPS_MAX 1000
#define VCARD_VALUE_MAX 65536 /* of what is kept of a value: more is a picture or a sound */
#define VCARD_PARAMS_MAX 16
#define VCARD_NAME_MAX 64 /* a longer one is cut: it is none that is known here */

struct vcard_prop {
    size_t line;               /* of the file */
    char name[VCARD_NAME_MAX]; /* upper case, without group */
    char *text;                /* malloc'd: parameters, one behind the other, and the value */
    char *converted;           /* malloc'd: the value, if it was in another character set; NULL */
    unsigned param_count;
    struct {
        const char *name, *value; /* name in upper case; "" for the bare words of 2.1 */
    } param[VCARD_PARAMS_MAX];
    const char *value;
    bool cut;     /* longer than VCARD_VALUE_MAX */
    bool binary;  /* was base64: value is as it stands */
    bool foreign; /* not UTF-8, and of no character set that it names */
};

struct vcard {
    unsigned version; /* 21, 30 or 40 */
    size_t count, room;
    struct vcard_prop *prop;
};

/* Read a card, from the line behind BEGIN to that before END; line is its number in the file.  False after
 * writing line, rule and remedy; free it all the same. */
bool vcard_read(struct bytes text, size_t line, struct vcard *ret, struct record_error *why);
void vcard_free(struct vcard *card);

/* The value of a parameter, from the i-th of that name; NULL. */
const char *vcard_param(const struct vcard_prop *prop, const char *name, unsigned i);

/* Whether TYPE lists a word ("work", "fax"). */
bool vcard_is(const struct vcard_prop *prop, const char *type);

/* The value as a text, or one of its components (from 0), without backslashes; malloc'd, "" if it is not
 * there. */
char *vcard_text(const struct vcard *card, const struct vcard_prop *prop);
char *vcard_component(const struct vcard *card, const struct vcard_prop *prop, unsigned index);

/* What the properties say as a record, not checked; what has no place in one is noted.  key is the UID
 * (malloc'd) or NULL.  False after writing why: the record is what could be read. */
bool vcard_record(const struct vcard *card, const struct tidy *tidy, json_t *record, char **ret_key,
                  struct record_error *why);

/* How a record is written: all of it, with what vCard has no words for in properties of our own; or what fits
 * a QR code, in version 3.0, which every telephone reads. */
enum vcard_form { VCARD_WHOLE, VCARD_BRIEF };

/* Write a contact as the API gives it as a vCard 4.0. */
void vcard_put(FILE *to, const json_t *contact, enum vcard_form form);

#endif
