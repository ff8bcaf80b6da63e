/* The parameters of a read: "q=a%20b&state=FR", decoded once, within bounds.
 *
 * A name may come once; "+" is a space, as forms send it.  Values are clean UTF-8. */
#ifndef NODE_QUERY_H
#define NODE_QUERY_H

#include "proto/bytes.h"

#define QUERY_PARAMS 12
#define QUERY_VALUE_MAX 256

struct query_param {
    char name[16];
    char value[QUERY_VALUE_MAX + 1];
};

struct query {
    unsigned count;
    struct query_param param[QUERY_PARAMS];
};

/* Read a raw query; allowed lists the names that may occur, separated by spaces.  On refusal ret_name holds
 * the name at fault, as far as it goes.  ERR_ITEMS, ERR_SIZE, ERR_UTF8, ERR_NAME (not allowed), ERR_EXISTS
 * (twice), ERR_SCHEMA (a bad escape). */
enum err query_parse(const char *raw, const char *allowed, struct query *ret,
                     char ret_name[static 16]) MUST_CHECK;

/* The value; "" if it was not given. */
const char *query_get(const struct query *query, const char *name);

#endif
