/* What an import does or would do, contact by contact, for people: what is new, what changes and how, what is
 * gone, what was refused, and what was guessed or left out. */
#ifndef NODE_CLI_PREVIEW_H
#define NODE_CLI_PREVIEW_H

#include "node/cli/cli.h"
#include "node/import.h"

struct preview {
    const struct cli *cli;
    const struct import *import;
    const char *path;
    bool dry, all;         /* all: lists are not cut short */
    json_t *new, *changes; /* of a dry run: {"id", "line", "record"}, and for changes "fields" */
    json_t *gone;          /* {"id", "record"} */
    size_t added, changed, same, repeated, withdrawn;
    const char *rejected; /* where the refused items are; "" for nowhere */
};

/* Whose contact a line is about: who is reached, and the first address; into a buffer. */
void preview_about(const json_t *record, char *to, size_t size);

/* Refused items on standard error, a line each; of many the first ones. */
void preview_refused(const struct preview *p);

/* What was guessed or left out, on standard error: how often, and the first of it. */
void preview_notices(const struct preview *p);

/* The lists; and how many of each, on standard output. */
void preview_print(const struct preview *p);

/* All of it as one JSON document. */
void preview_print_json(const struct preview *p);

#endif
