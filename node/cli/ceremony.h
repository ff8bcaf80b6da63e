/* The ceremonies of custodians in plain words: what an authority note changes, and how far its signatures
 * are.
 *
 * The same lines stand before the officer who proposes, the custodian who signs and whoever asks later. */
#ifndef NODE_CLI_CEREMONY_H
#define NODE_CLI_CEREMONY_H

#include "node/cli/cli.h"
#include "node/proposal.h"

/* What a reader knows to be theirs, to be marked; NULL: not given. */
struct ceremony_own {
    const struct pubkey *key;  /* the root key that is to sign */
    const struct digest *next; /* commitment of the one after it */
};

/* Read a proposal and judge it: nothing but signatures may be missing.  False after saying why: return
 * cli->status; else free it. */
bool ceremony_read(struct cli *cli, const char *path, struct proposal *ret);

/* Say what the note of epoch number at in the list changes against the one before it. */
void ceremony_show(FILE *to, const struct proposal *proposal, unsigned at, const struct ceremony_own *own);

/* "2 of 2 keys that ..., 1 of 2 ...": how far the proposed note is; gives whether it is complete. */
bool ceremony_tally(FILE *to, const struct proposal *proposal);

/* One note as JSON. */
json_t *ceremony_json(const struct proposal *proposal, unsigned at);

/* The log's origin, from the first note. */
void ceremony_origin(const struct proposal *proposal, char ret[static ORIGIN_MAX + 1]);

#endif
