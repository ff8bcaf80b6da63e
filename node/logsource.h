/* Where the files of a log come from: a node, or a directory that holds its static layout. */
#ifndef NODE_LOGSOURCE_H
#define NODE_LOGSOURCE_H

#include "proto/checkpoint.h"
#include "proto/note.h"

#define LOGSOURCE_BYTES_MAX (256u * (2 + 65535u)) /* of one file: an entry bundle */

struct logsource {
    /* Give a file by its path below the log's prefix (node/tilepath.h), malloc'd.  ERR_NOT_FOUND, ERR_IO. */
    enum err (*get)(void *context, const char *path, uint8_t **ret, size_t *ret_len);
    void *context;
};

/* Files below a directory. */
struct logsource logsource_directory(const char *dir);

/* A log's checkpoint as the source has it: the text read, the note kept.  ERR_NOT_FOUND: nothing has been
 * signed. */
struct logsource_head {
    struct checkpoint checkpoint;
    struct note note;
    uint8_t *bytes; /* the whole note, which note points into; free() it */
    size_t len;
};
enum err logsource_head(const struct logsource *source, struct logsource_head *ret) MUST_CHECK;

#endif
