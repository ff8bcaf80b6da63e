/* A log as this node's API gives it: the files of its static layout, its parts, its authority notes. */
#ifndef NODE_CLI_NODESOURCE_H
#define NODE_CLI_NODESOURCE_H

#include "node/cli/cli.h"
#include "node/logcheck.h"

/* Start with cli and origin alone; release parts. */
struct nodesource {
    struct cli *cli;
    const char *origin;
    json_t *parts; /* the page at hand */
    size_t at;     /* of the next one in it */
    int64_t next;  /* where the next page begins; -1: there is none */
    bool failed;   /* a page could not be read */
};

/* logsource's get; its context is a nodesource. */
enum err nodesource_get(void *context, const char *path, uint8_t **ret, size_t *ret_len);

/* Show a bar; its context is a zeroed struct progress. */
void nodesource_progress(void *context, uint64_t done, uint64_t all);

/* Verify a log as this node holds it, or as it was exported into dir, if that is given.  An error says that
 * it could not be carried out (ERR_DENIED: cli->status says why); *ret is to be freed in either case. */
enum err nodesource_check(struct cli *cli, const char *origin, const char *dir, struct logcheck_report *ret);

/* The report as `log verify --json` prints it; takes its list of faults along. */
json_t *nodesource_json(const char *origin, const struct logcheck_report *report);

#endif
