/* Records of contacts as officers write them: in the editor, or in a file of either form. */
#ifndef NODE_CLI_FORMED_H
#define NODE_CLI_FORMED_H

#include "node/cli/drafting.h"

/* Let an officer edit a record (NULL: an empty one) until it is good or given up.  NULL after saying why. */
json_t *formed_edit(struct cli *cli, const char *title, const json_t *record);

/* The record of a file: JSON if it begins with "{", else lines "column = text".  NULL after saying why. */
json_t *formed_file(struct cli *cli, const char *path);

/* Whether a record may be drafted; false after writing why. */
bool formed_good(const json_t *record, struct record_error *ret);

#endif
