/* A whole log verified from its leaves: what the gate has checked once, checked again from what is stored or
 * exported.
 *
 * Nothing is believed: leaves give hashes, hashes give every tile and the root, the root is signed by an
 * operator key, and that key stands in an authority note that the State's root keys have signed and from
 * which the origin follows.  Where the head is an anchor or the leaves before a fork there is no checkpoint,
 * and the root is the one that an authority note or the evidence proves. */
#ifndef NODE_LOGCHECK_H
#define NODE_LOGCHECK_H

#include <jansson.h>

#include "node/logsource.h"
#include "proto/authority.h"
#include "proto/package.h"

struct logcheck_options {
    const struct logsource *source;
    const char *origin;
    const struct package_note *note; /* the chain of authority notes, from epoch 0 on */
    unsigned note_count;             /* at least 1 */
    uint64_t size;                   /* where the log is said to stand; counts where there is no checkpoint */
    struct bytes evidence;           /* of a fork, as it travels; empty if none is known */
    /* Give the part of an entry, salted, malloc'd; called by ascending index.  NULL: there are no parts here.
     */
    enum part_state (*part)(void *context, uint64_t index, enum part_class class, uint8_t **ret,
                            size_t *ret_len);
    void *context;
    void (*progress)(void *context, uint64_t done, uint64_t all);
    void *progress_context;
};

enum logcheck_proof { LOGCHECK_CHECKPOINT, LOGCHECK_ANCHOR, LOGCHECK_EVIDENCE };

struct logcheck_report {
    enum logcheck_proof proof; /* of the root */
    uint64_t size;
    struct digest root;    /* computed from the leaves */
    bool named;            /* the first leaf of each epoch names its note: a duty of authors, no condition */
    unsigned signatures;   /* of operator keys that verify */
    unsigned cosignatures; /* of the State's own nodes' witness keys that verify */
    uint64_t leaves_unknown; /* of a kind, or of a schema, that this program does not know */
    uint64_t tiles;
    uint64_t parts[4];    /* by enum part_state: those that the leaves commit to */
    json_t *faults;       /* {"where", "what"}; empty if all is well */
    uint64_t fault_count; /* may be more than are listed */
};

/* Verify; the verdict is in the report: fault_count == 0.  An error says that it could not be carried out. */
enum err logcheck(const struct logcheck_options *options, struct logcheck_report *ret) MUST_CHECK;
void logcheck_free(struct logcheck_report *report);

#endif
