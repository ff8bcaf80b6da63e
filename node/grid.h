/* The columns of a table and what they mean: by their names, by a mapping that was given, or by that of a
 * list which is known here. */
#ifndef NODE_GRID_H
#define NODE_GRID_H

#include "node/column.h"
#include "node/feed.h"

struct grid {
    const struct csvrow *header;
    const struct import_options *options;
    const struct known *known;       /* a list known by its columns; NULL */
    char (*column)[COLUMN_NAME_MAX]; /* what each means; "" for nothing */
    size_t *order;                   /* of columns, as the mapping names them */
    const char **personal;           /* what a column tells that is not kept; NULL */
    bool *fax;                       /* whether it holds numbers of fax machines */
    size_t key;                      /* SIZE_MAX: none */
    bool exact;                      /* an export of this program: nothing is guessed */
};

/* Find out what the columns mean; those that mean nothing are added to unused.  False after writing why. */
bool grid_open(struct grid *grid, const struct csvrow *header, const struct import_options *options,
               json_t *unused, struct csverror *ret);
void grid_close(struct grid *grid);

/* The record of a row, into item; false: refused, item->why says it. */
bool grid_record(const struct grid *grid, const struct csvrow *row, const struct feed *feed,
                 struct feed_item *item);

json_t *grid_members(const struct grid *grid);

#endif
