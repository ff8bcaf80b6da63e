/* What earlier files of a source had: a text in DIR/import, with an id a line, and "shared ID" for keys that
 * several items have shared (node/import.h). */
#ifndef NODE_CLI_REMEMBERED_H
#define NODE_CLI_REMEMBERED_H

#include "node/cli/cli.h"

struct remembered {
    json_t *ids;    /* id -> true */
    json_t *shared; /* id -> true */
};

/* Nothing remembered reads as empty sets. */
void remembered_read(struct remembered *r, const struct cli *cli, const char *source);
void remembered_free(struct remembered *r);

/* Replace it; says so if it cannot. */
void remembered_write(const struct cli *cli, const char *source, const json_t *ids, const json_t *shared);

#endif
