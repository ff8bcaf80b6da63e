/* The search reads the whole directory before its first answer: let it, before anybody asks. */
#ifndef NODE_WARMING_H
#define NODE_WARMING_H

#include <uv.h>

#include "node/api.h"

/* Ask once, on a thread of the loop's pool; the api lives until the loop has run out.  Without memory, the
 * first reader waits instead. */
void warming_start(uv_loop_t *loop, struct api *api);

#endif
