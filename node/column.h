/* Fields as flat text: one name and one text each, for columns of a table and options of a command.
 *
 *   kind, status, valid_from, valid_until, review_by, id, public     as in a record; public lists fields
 *   organisation, organisation:fr                                    names, in the language of the tag
 *   email, email_purpose, email2, email2_purpose, phone, phone_type, channel, channel_kind, key, key_type
 *   languages, hours ("24/7" or words), hours_weekly, given, surname, nomination_ref, ...
 *
 * What people write in tables is brought into the form of a record: mailto:, (at), spaces in numbers. */
#ifndef NODE_COLUMN_H
#define NODE_COLUMN_H

#include "node/record.h"
#include "node/tidy.h"

#define COLUMN_NAME_MAX 64

/* Write the one name of a column that means a field (from "E-Mail 2", "Organization"); false if it means
 * none. */
bool column_known(const char *name, char ret[static COLUMN_NAME_MAX]);

/* Set what a column of this one name says; an empty text says nothing.  tag is the language of names without
 * one.  False after writing why: then the record is of no use. */
bool column_set(json_t *record, const char *column, const char *text, const char *tag,
                struct record_error *ret);

/* The same for a text that comes from elsewhere: what tidy says is done to it, and noted. */
bool column_take(json_t *record, const char *column, const char *text, const struct tidy *tidy,
                 struct record_error *ret);

/* Add a channel: its URI if the text is one, else a note. */
bool column_channel(json_t *record, const char *kind, const char *text);

/* How many items a list has so far; and the newest one if there are more than before, else NULL. */
size_t column_count(const json_t *record, const char *field);
json_t *column_newest(const json_t *record, const char *field, size_t before);

/* The member of a record that a column sets: "emails" for email2_purpose. */
const char *column_member(const char *column);

/* Put a record in order when all its columns are set; it must be called.  Items of lists that nobody filled
 * go; with notices also what is said twice, and what is more than a record holds. */
void column_finish(json_t *record, const struct tidy *tidy);
void column_done(json_t *record);

/* What a record says, as an object of column -> text in the order of column_names: column_set() of each makes
 * the same record again.  The caller's. */
json_t *column_texts(const json_t *record);

/* The names that stand for themselves, for an export and for messages; ends with NULL. */
extern const char *const column_names[];

#endif
