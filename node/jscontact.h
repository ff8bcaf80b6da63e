/* Cards of JSContact (RFC 9553), both ways. */
#ifndef NODE_JSCONTACT_H
#define NODE_JSCONTACT_H

#include <jansson.h>

#include "node/record.h"
#include "node/tidy.h"

/* Whether an object is a card. */
bool jscontact_is(const json_t *item);

/* What a card says as a record, not checked; what has no place in one is noted.  key is the uid (malloc'd) or
 * NULL. False after writing why: the record is what could be read. */
bool jscontact_record(const json_t *card, const struct tidy *tidy, json_t *record, char **ret_key,
                      struct record_error *why);

/* The card of a contact as the API gives it, with what JSContact has no words for in a property of ours. */
json_t *jscontact_card(const json_t *contact);

#endif
