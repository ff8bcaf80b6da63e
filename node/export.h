/* The static layout of C2SP tlog-tiles in a directory, which any web server can give out.
 *
 * Tiles and entry bundles first, each made durable, the checkpoint last and by rename: whoever reads
 * meanwhile sees the old tree or the new one.  Exporting again adds what is new. */
#ifndef NODE_EXPORT_H
#define NODE_EXPORT_H

#include "node/logsource.h"

struct export_report {
    uint64_t size_before, size; /* of the tree */
    uint64_t written, kept;     /* files */
    char why[300];              /* of a refusal: what, and what to do */
};

/* Write the log of the source, which has this origin, into dir (made if need be).  progress may be NULL.
 * ERR_ORIGIN: the directory holds another log; ERR_STALE: a larger tree; ERR_FORK: another history;
 * ERR_CORRUPT: the source's tiles do not fit its checkpoint; ERR_DENIED: the directory cannot be made;
 * ERR_IO, ERR_DISK_FULL. */
enum err export_log(const struct logsource *source, const char *origin, const char *dir,
                    void (*progress)(void *context, uint64_t done, uint64_t all), void *context,
                    struct export_report *ret) MUST_CHECK;

#endif
