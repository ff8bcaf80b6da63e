/* Text built piece by piece in a buffer of the caller's; the first error sticks, like the writer's of proto.
 */
#ifndef NODE_PRINTER_H
#define NODE_PRINTER_H

#include "proto/bytes.h"

struct printer {
    char *to;
    size_t max, len; /* len without the NUL */
    enum err err;    /* ERR_FULL */
};

void printer_put(struct printer *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Append base64. */
void printer_base64(struct printer *p, struct bytes data);

#endif
