/* Where a column leads within a record; shared by the files of node/column.h. */
#ifndef NODE_COLUMN_TARGET_H
#define NODE_COLUMN_TARGET_H

#include <stdbool.h>

#include "proto/contact.h"
#include "proto/leaf.h"

/* Lists of records: the word in columns, the field, and the member that the word alone means.  Ends with a
 * NULL word. */
struct column_list {
    const char *word, *field, *main;
};
extern const struct column_list column_lists[];

/* Records of one: a prefix in columns, and the field.  Ends with a NULL prefix. */
struct column_group {
    const char *prefix, *field;
};
extern const struct column_group column_groups[];

/* Members of a record that are texts and no fields of a part; ends with NULL. */
extern const char *const column_plain[];
bool column_is_plain(const char *name);

/* A list's item and member, or a group's member, or a field of its own. */
struct column_target {
    const struct column_list *list;
    size_t item;
    const struct field *group, *field;
    char tag[LEAF_TAG_MAX + 1];
};

/* Find it by the one name of a column; false if it leads to no field. */
bool column_target_find(const char *name, struct column_target *t);

#endif
