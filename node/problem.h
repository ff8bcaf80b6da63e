/* A refusal as programs read it: problem+json of RFC 9457. */
#ifndef NODE_PROBLEM_H
#define NODE_PROBLEM_H

#include <jansson.h>

#define PROBLEM_TYPE "application/problem+json"

/* {"type": "about:blank", "title": what the status says, "status": number, "detail": a sentence of what is
 * wrong and what to do, "code": a word for programs}; a new object, NULL without memory. */
json_t *problem_json(unsigned status, const char *code, const char *detail);

#endif
