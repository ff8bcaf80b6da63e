/* What the first lines of a table say of its form: what separates cells, and which line names the columns
 * where others, a title or a date, stand before it. */
#ifndef NODE_CSVSHAPE_H
#define NODE_CSVSHAPE_H

#include "proto/bytes.h"

/* The separator that stands as often in most lines, outside quotation marks: one of , ; | and tab. */
char csvshape_delimiter(struct bytes text);

/* How many lines stand before the one that names the columns; 0 unless all of them hold one cell at most, and
 * it and the row behind it hold several. */
size_t csvshape_before(struct bytes text, char delimiter);

#endif
