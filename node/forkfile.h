/* A fork as a file that proves itself to anybody, without a node: the evidence (proto/evidence.h) and the
 * State's chain of authority notes, which say whose keys have signed.
 *
 *     comity-fork/v1
 *     evidence <base64>
 *
 * and behind a blank line the notes, as a proposal has them (node/proposal.h). */
#ifndef NODE_FORKFILE_H
#define NODE_FORKFILE_H

#include "node/proposal.h"
#include "proto/evidence.h"

#define FORKFILE_MAX (PROPOSAL_MAX + 65536)

struct forkfile {
    struct proposal chain;
    struct evidence evidence;
    char origin[ORIGIN_MAX + 1];
    const struct authority *note; /* whose keys have signed both; set by forkfile_check */
};

/* Whether a text is of this form, by its first line. */
bool forkfile_is(struct bytes text);

/* Write it; malloc'd.  proposal_print()'s errors. */
enum err forkfile_print(struct bytes evidence, const struct proposal *chain, char **ret) MUST_CHECK;

/* Read it; nothing is judged.  ERR_VERSION, ERR_SCHEMA, ERR_BASE64, proposal_parse()'s and evidence_read()'s.
 */
enum err forkfile_parse(struct bytes text, struct forkfile *ret) MUST_CHECK;
void forkfile_free(struct forkfile *file); /* takes a zeroed one */

/* Judge it: the chain by its rule, then the evidence under the note that it names.  ERR_EPOCH: that note is
 * not in the chain.  The errors of proposal_judge() and evidence_check(). */
enum err forkfile_check(struct forkfile *file) MUST_CHECK;

#endif
