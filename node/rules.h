/* What the network has agreed on beyond the form of a record, and this State for itself: the section
 * [contacts] of comity.conf.  They are those of the process: set once when the configuration is read, before
 * there are threads. */
#ifndef NODE_RULES_H
#define NODE_RULES_H

#include <jansson.h>

#include "node/config.h"
#include "node/record.h"

struct rules {
    const char *kinds;         /* of contact, words */
    const char *public_fields; /* of a new contact whose author does not say, words */
    unsigned review_days;      /* after which a contact is to be confirmed */
    bool nomination;           /* a contact needs the reference of its nomination */
    bool two_person;           /* who drafts does not approve */
};

/* Take them from a configuration, which is copied; what it does not say is as the domain has it. */
void rules_set(const struct config *config);
const struct rules *rules_get(void);

/* Whether a word is one of a list in words. */
bool rules_word(const char *list, const char *word);

/* The next of a list in words, cut to size; *list moves on.  False at the end. */
bool rules_next(const char **list, char *to, size_t size);

/* Give a record that does not say what is public the fields that are by default, as far as it has them. */
void rules_public(json_t *record);

/* Whether its review is no further off than the network allows; false after writing why. */
bool rules_review(const json_t *record, uint64_t now_s, struct record_error *ret);

/* Whether what it is to hold until is still to come; false after writing why. */
bool rules_validity(const json_t *record, uint64_t now_s, struct record_error *ret);

#endif
