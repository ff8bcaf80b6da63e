/* Taking a bundle in: every package goes through the one gate (node/intake.h), by way of the node that has
 * the store open, and is committed with a few of its neighbours.
 *
 * So whatever stops the work, what came before is kept, and doing it again goes on from there.  A package
 * that is refused harms its log alone.  A log that is not followed here is counted and left alone, unless
 * what another log of the bundle says admits it.  Where the log of the bundle parts from the one held, the
 * fork is located from the file. */
#ifndef NODE_UNBUNDLING_H
#define NODE_UNBUNDLING_H

#include "node/bundlefile.h"
#include "node/bundling.h"

enum unbundled {
    UNBUNDLED_UNKNOWN, /* not a log that anybody has told this node to follow */
    UNBUNDLED_LEFT,    /* on hold, or trusted no more */
    UNBUNDLED_TAKEN
};

/* What has come of a log. */
struct unbundled_log {
    struct bundle_log log;
    enum unbundled state;
    bool own;
    uint64_t at, record; /* of its L record */
    uint64_t before;     /* where the head stood before */
    unsigned before_flags;
    uint64_t before_epoch;
    uint64_t epoch, size, held; /* and now */
    uint64_t wanted;
    unsigned flags;
    uint64_t parts;                /* lacking ones that came */
    bool any, cut;                 /* a package has come; the file ended before its last */
    uint64_t target, target_epoch; /* of its last package */
    struct digest target_root;
    uint64_t differs;     /* first entry that is held with another leaf; UINT64_MAX: none seen */
    bool forked, located; /* it leads to another history; and where they part has been found */
    uint64_t fork_size;
    struct digest fork_root;
    uint64_t wrong; /* parts that do not fit their entries, and were left out; and of the first: */
    uint64_t wrong_record, wrong_at, wrong_entry;
    /* The first refusal; then what follows of the log is passed over. */
    bool refused;
    char code[24], error[160];
    uint64_t refused_record, refused_at, refused_entry;
    /* The work's own. */
    bool gap, ended;
    unsigned rounds;
};

struct unbundling {
    bundling_call *call;
    void *context;
    int fd;
    const char *network, *origin;                 /* of this node; origin "" of an observer's */
    void (*progress)(void *context, uint64_t at); /* NULL: nobody looks */
    struct bundle_header header;
    struct unbundled_log *log; /* in the order of the file; freed with the rest */
    size_t log_count, log_room;
    bool complete;                   /* it was read to its end, and the sum fits */
    uint64_t record, at;             /* where it was given up, if not; or its length */
    bool own_asked, marked, cleared; /* the marker of a restore */
    char reason[160];                /* why it was not cleared */
    char complaint[500];             /* of the node, if it ended the work */
    struct unbundling_work *work;
};

/* Take all of it.  ERR_OK also if logs were refused.  ERR_NOT_FOUND: no bundle; ERR_VERSION; ERR_NETWORK: of
 * another network; ERR_DENIED: members' parts, on an observer's node; ERR_SHORT: it is cut; ERR_CORRUPT: its
 * sum does not fit; ERR_ORDER: records out of order; ERR_TRAILING; ERR_KIND, ERR_SIZE of a record, the
 * reader's of one that is no package's.  Of this node: ERR_BUSY (see complaint), ERR_IO, ERR_MEMORY, of the
 * call. */
enum err unbundling_run(struct unbundling *u) MUST_CHECK;

void unbundling_close(struct unbundling *u);

#endif
