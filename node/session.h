/* A CLI's way to its node: over the daemon's control socket if one runs, else the store in this process.
 *
 * session_open() tries the socket first; the store's lock decides if neither answers.
 *
 * On the socket (proto/message.h, CALL): the name "GET /path?query" is a read in the members' view, whose
 * status is api_get's; any other name is an operation, whose status is an enum ops_status.  Both answer with
 * JSON.  The CLI's HELLO carries the network of its configuration, an instance of zeroes, and
 * "comity/<version>" as its software. */
#ifndef NODE_SESSION_H
#define NODE_SESSION_H

#include "node/api.h"
#include "node/config.h"
#include "node/ops.h"

#define SESSION_SOCKET "run/control.sock" /* in the data directory */

struct session; /* node/session.c */

/* ERR_BUSY: a daemon holds the store but does not answer. */
enum err session_open(const struct config *config, struct session **ret) MUST_CHECK;
void session_close(struct session *session);      /* takes NULL */
bool session_live(const struct session *session); /* a daemon answers */

/* This node's id in hex. */
const char *session_node_id(const struct session *session);

/* Read: as api_get in the members' view. */
enum err session_get(struct session *session, const char *path, const char *query,
                     struct api_reply *ret) MUST_CHECK;

/* The same, parsed: NULL if the status is not 200 (then *ret_status tells). */
json_t *session_json(struct session *session, const char *path, const char *query, unsigned *ret_status);

/* Change: as ops_call. */
enum err session_call(struct session *session, const char *name, struct bytes body,
                      struct ops_reply *ret) MUST_CHECK;

#endif
