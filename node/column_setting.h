/* One column of one record being set; shared by the files of node/column.h. */
#ifndef NODE_COLUMN_SETTING_H
#define NODE_COLUMN_SETTING_H

#include "node/column.h"
#include "node/column_target.h"

struct column_setting {
    json_t *record;
    const char *column;
    const struct tidy *tidy;
    struct record_error *why;
};

/* Refuse a text: false. */
bool column_refuse(const struct column_setting *s, const char *text, const char *rule, const char *remedy);
bool column_refuse_bytes(const struct column_setting *s, const char *text); /* it is not UTF-8 */

/* Whether what is more than spelling may be guessed, and noted. */
bool column_guesses(const struct column_setting *s);

/* Set a member (taken); false if there is none to set. */
bool column_put(json_t *record, const char *name, json_t *value);

/* A member that is a list or an object, made if it is not there. */
json_t *column_child(json_t *parent, const char *name, bool list);

/* An item of a list by its place, made if it is not there. */
json_t *column_item(json_t *list, size_t index);

/* Cut the next piece at any of the separators, without spaces around; false at the end. */
bool column_cut(const char **text, const char *separators, char *to, size_t size);

/* What the main member of an address, a number or another way says, each of which may be several. */
bool column_way(const struct column_setting *s, const struct column_target *t, const char *text);

#endif
