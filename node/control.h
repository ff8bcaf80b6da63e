/* The control socket's side of the daemon: requests of the officer's CLI over local links.
 *
 * "GET /path?query" is a read, answered by the API on a thread of the pool; any other name is an operation,
 * done by the writer.  One request at a time on a link; a second one is told to wait. */
#ifndef NODE_CONTROL_H
#define NODE_CONTROL_H

#include "node/api.h"
#include "node/committer.h"

struct control;

/* done: an operation has changed something, as its flags say. */
enum err control_open(uv_loop_t *loop, struct api *api, struct committer *writer,
                      void (*done)(void *context, const struct committer_job *job), void *context,
                      struct control **ret) MUST_CHECK;

/* A request on a local link.  Takes the frame. */
void control_message(struct control *control, struct link *link, struct frame *frame);

/* The link is gone: its answer will be dropped. */
void control_down(struct control *control, struct link *link);

void control_close(struct control *control); /* takes NULL; after the last request has ended */

#endif
