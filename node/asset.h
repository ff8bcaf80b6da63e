/* The files of node/web, built into the program. */
#ifndef NODE_ASSET_H
#define NODE_ASSET_H

#include <stddef.h>
#include <stdint.h>

struct asset {
    const char *path; /* "/style.css" */
    const char *type;
    const char *etag; /* quoted */
    const uint8_t *data;
    size_t len;
};

/* Ends with a NULL path. */
extern const struct asset assets[];

#endif
