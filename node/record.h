/* A contact as people and programs handle it: one JSON object, converted to and from a leaf and its parts.
 *
 * The object's form is described in docs/records.md; fields are those of the table contact_fields
 * (proto/contact.h) by name, and "public" lists the fields that stand in the public part.  What is not said
 * stays unsaid: no defaults are stored. */
#ifndef NODE_RECORD_H
#define NODE_RECORD_H

#include <jansson.h>

#include "proto/contact.h"
#include "proto/leaf.h"

/* Why a record is refused: field, rule, what was found, what to do. */
struct record_error {
    char text[300];
};

/* Check a record as an author may publish it (the rules of the standards named in design and domain): true if
 * good. */
bool record_check(const json_t *record, struct record_error *ret);

/* Payloads of the two parts; len 0 where a class has no field.  Buffers of PART_MAX.  Assumes record_check(),
 * which has seen that they fit. */
enum err record_parts(const json_t *record, uint8_t *buffer[PART_CLASSES],
                      struct bytes ret[PART_CLASSES]) MUST_CHECK;

/* The leaf's own fields (id, kind, times, status) of a record that has an id; valid_from is now unless said.
 * Views point into the record. */
enum err record_leaf(const json_t *record, uint64_t now_s, struct leaf *ret) MUST_CHECK;

/* The record of a leaf and the parts at hand (len 0: none, withheld or gone; what is unreadable is left
 * out).  "parts" tells of each class whether it is "held", "withheld", "gone" or "none". */
json_t *record_json(const char *code, const struct leaf *leaf, const struct bytes payload[PART_CLASSES],
                    const enum part_state state[PART_CLASSES]);

/* What an author wrote of a record as the API gives it: a copy without id, State, and what is derived. */
json_t *record_authored(const json_t *record);

/* What would change if `after` were published over `before` (NULL: nothing stands there): an array of
 * {"field", "before", "after"}, without the one that is absent; empty if they say the same. */
json_t *record_changes(const json_t *before, const json_t *after);

/* RFC 3339 in UTC, to the second: "2026-01-01T00:00:00Z". */
void time_text(uint64_t at_s, char ret[static 24]);
bool time_parse(const char *text, uint64_t *ret_s); /* also takes a date alone */

/* "HH:MM", from 00:00 to 24:00, as minutes; takes NULL. */
bool clock_parse(const char *text, uint16_t *ret_minutes);

#endif
