/* A blocking caller over ipc://, for programs without a loop of their own. */
#ifndef NODE_NET_CLIENT_H
#define NODE_NET_CLIENT_H

#include "node/net/frame.h"

struct client;

/* Dial and exchange HELLOs.  ERR_NOT_FOUND: nobody listens there; ERR_DENIED: not this user's socket;
 * ERR_LATE; ERR_CLOSED: the other side would not have it. */
enum err client_open(const char *url, struct bytes hello, unsigned timeout_ms,
                     struct client **ret) MUST_CHECK;

/* View the other side's HELLO. */
struct bytes client_hello(const struct client *client);

/* Send a frame, which is taken, and wait for the next frame that comes.  ERR_LATE and ERR_CLOSED leave a
 * client that can only be closed. */
enum err client_call(struct client *client, struct frame *request, unsigned timeout_ms,
                     struct frame **ret_answer) MUST_CHECK;

void client_close(struct client *client); /* takes NULL */

#endif
