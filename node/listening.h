/* A listening socket from "host:port" of a configuration: numbers only, and the name localhost. */
#ifndef NODE_LISTENING_H
#define NODE_LISTENING_H

#include <stdbool.h>

#include "proto/error.h"

struct listening {
    int fd; /* non-blocking; the caller's */
    unsigned port;
    bool loopback; /* only this machine reaches it */
};

/* Bind and listen; port 0: any that is free.  ERR_NAME: not host:port of this machine.  ERR_BUSY: the port is
 * taken.  ERR_IO. */
enum err listening_open(const char *listen_at, struct listening *ret) MUST_CHECK;

#endif
