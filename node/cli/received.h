/* Invitations as commands handle them: files read and shown. */
#ifndef NODE_CLI_RECEIVED_H
#define NODE_CLI_RECEIVED_H

#include "node/cli/cli.h"
#include "node/invitation.h"

/* An invitation that has been read and verified; bytes are its msgpack. */
struct received {
    uint8_t buffer[INVITATION_MAX];
    struct bytes bytes;
    struct invitation invitation;
    struct invited said;
    bool whole; /* what a person has compared is of the newest note, and so of all before it */
};

/* Read a file ("-": standard input) and verify it; malloc'd.  NULL after saying why: return cli->status. */
struct received *received_read(struct cli *cli, const char *path);

/* Show what it says on standard error. */
void received_show(const struct received *invited);

/* Ask for the comparison of fingerprints that makes an invitation believed, or compare with the typed one
 * (NULL: none).  who is "State" or "observer".  False after saying why: return cli->status. */
bool received_agree(struct cli *cli, struct received *invited, const char *typed, const char *who);

#endif
