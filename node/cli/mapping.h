/* How a file is to be read, as a text that can be saved and used again: COLUMN=FIELD lines, and options of
 * import as they stand on its command line ("--kind technical").  # begins a comment. */
#ifndef NODE_CLI_MAPPING_H
#define NODE_CLI_MAPPING_H

#include "node/cli/cli.h"
#include "node/import.h"

#define MAPPING_SETS_MAX 64

struct mapping {
    char *text; /* of the file, cut into pieces */
    unsigned map_count, set_count;
    struct import_map map[IMPORT_MAPS_MAX];  /* columns to fields */
    struct import_map set[MAPPING_SETS_MAX]; /* columns to values, for rows that do not say them */
    const char *kind, *language, *public, *source, *key, *delimiter, *encoding, *dial, *dates, *format,
        *header;
};

/* Add COLUMN=FIELD, or with set COLUMN=VALUE; text is cut in place and stays the caller's.  False after
 * saying why: return cli->status. */
bool mapping_add(struct mapping *m, struct cli *cli, char *text, bool set, const char *where);

/* Read a file; what is set already stays.  False after saying why. */
bool mapping_read(struct mapping *m, struct cli *cli, const char *path);

/* Bring it into the options of an import, which point into it.  False after saying why. */
bool mapping_options(const struct mapping *m, struct cli *cli, struct import_options *ret);

/* Whether its kind is one of the network's, once the configuration is read.  False after saying which are. */
bool mapping_kind(const struct mapping *m, struct cli *cli);

void mapping_free(struct mapping *m);

#endif
