/* Proposals: the text that travels from the node to the custodians' machines and back (design 2.2, 9).
 *
 * It holds the whole chain of a State's authority notes, so that a machine without a network judges the last
 * one exactly as every node will, and the signatures that the last one has so far:
 *
 *     comity-proposal/v1
 *     held <entries that the log had at the proposing node>
 *     made <seconds>
 *     lost <an entry behind the anchor, in words>   up to PROPOSAL_LOST_MAX, for people
 *
 *     comity-authority/v1
 *     ...
 *
 *     proof <base64 node> ...           from the anchor before to this one; not if it has no nodes
 *     signed <base64 of type || key> <base64 signature>
 *
 * and so on for each note, blank lines between.  Lines that begin with "#" are for people, outside the notes.
 * Of an epoch 0 there is one note. */
#ifndef NODE_PROPOSAL_H
#define NODE_PROPOSAL_H

#include "proto/chain.h"
#include "proto/package.h"

#define PROPOSAL_MAX (2u << 20)
#define PROPOSAL_NOTES_MAX (EPOCHS_MAX + 1)
#define PROPOSAL_LOST_MAX 32
#define PROPOSAL_LOST_TEXT 160

struct proposal {
    uint64_t held;
    uint64_t made; /* s */
    unsigned lost_count;
    char (*lost)[PROPOSAL_LOST_TEXT + 1]; /* what the proposing node says of them; nothing proves it */
    unsigned count;
    struct package_note *note;   /* the last is the proposed one; views into data */
    struct authority *authority; /* each of them, read */
    uint8_t *data;
};

/* How far the signatures of the proposed note have come. */
struct proposal_tally {
    unsigned committed, committed_need; /* keys that the note before commits to; need 0 in epoch 0 */
    unsigned root, root_need;           /* its own */
};

/* Read a text; nothing is judged.  ERR_VERSION: not a proposal; ERR_SCHEMA, ERR_SIZE, ERR_MEMORY and those of
 * authority_parse. */
enum err proposal_parse(struct bytes text, struct proposal *ret) MUST_CHECK;
void proposal_free(struct proposal *proposal); /* takes a zeroed one */

/* Add a note behind the others; its text is copied.  ERR_ITEMS, ERR_MEMORY and those of authority_parse. */
enum err proposal_append(struct proposal *proposal, const struct package_note *note) MUST_CHECK;

/* Add a line on an entry that is lost.  ERR_ITEMS, ERR_SIZE, ERR_UTF8, ERR_MEMORY. */
enum err proposal_lose(struct proposal *proposal, struct bytes text) MUST_CHECK;

/* Write it; malloc'd.  ERR_SIZE, ERR_MEMORY. */
enum err proposal_print(const struct proposal *proposal, char **ret) MUST_CHECK;

/* The proposed note, and what it says. */
struct package_note *proposal_note(const struct proposal *proposal);
const struct authority *proposal_authority(const struct proposal *proposal);

/* Judge the chain from epoch 0 to the proposed note as the gate does.  *ret_at is the epoch that an error is
 * of. ERR_COMMITTED and ERR_UNSIGNED of the last one: all is well but for signatures that are still to come.
 */
enum err proposal_judge(const struct proposal *proposal, uint64_t *ret_at) MUST_CHECK;
void proposal_count(const struct proposal *proposal, struct proposal_tally *ret);

/* Whether a signature by this key counts for the proposed note. */
bool proposal_takes(const struct proposal *proposal, const struct pubkey *key);

/* Add a signature.  ERR_EXISTS: this key's is there; ERR_DENIED: the key counts for nothing; ERR_SIGNATURE.
 */
enum err proposal_add(struct proposal *proposal, const struct authority_signature *signature) MUST_CHECK;

/* Take over the good signatures of another copy.  ERR_ORIGIN: it proposes another note. */
enum err proposal_merge(struct proposal *proposal, const struct proposal *other,
                        unsigned *ret_added) MUST_CHECK;

#endif
