/* comityd: the parts of a node tied together on one libuv loop. */
#ifndef NODE_DAEMON_H
#define NODE_DAEMON_H

#include "node/config.h"

/* Run a node until SIGTERM or SIGINT; an exit status: 0, 1 refused at start, 70 an own error. */
int daemon_run(const struct config *config);

#endif
