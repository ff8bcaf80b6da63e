#include "node/listening.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/bytes.h"

#define BACKLOG 512
#define HOST_MAX 64

static bool address_loopback(const struct sockaddr *address) {
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)address;
        return ntohl(in->sin_addr.s_addr) >> 24 == 127;
    }
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)address;
    return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

/* Split "host:port" or "[host]:port". */
static bool split(const char *listen, char host[static HOST_MAX], char port[static 8]) {
    const char *colon = strrchr(listen, ':');
    size_t len = colon == NULL ? 0 : (size_t)(colon - listen);
    uint64_t number;

    if (colon == NULL || decimal_get(&number, bytes_str(colon + 1)) != ERR_OK || number > UINT16_MAX)
        return false;
    snprintf(port, 8, "%u", (unsigned)number);
    if (len >= 2 && listen[0] == '[' && listen[len - 1] == ']') {
        listen++;
        len -= 2;
    }
    if (len == 0 || len >= HOST_MAX)
        return false;
    memcpy(host, listen, len);
    host[len] = '\0';
    if (strcmp(host, "localhost") == 0)
        snprintf(host, HOST_MAX, "127.0.0.1");
    return true;
}

enum err listening_open(const char *listen_at, struct listening *ret) {
    char host[HOST_MAX], port[8];
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM}, *found;
    struct sockaddr_storage bound;
    socklen_t len = sizeof bound;
    const int on = 1;
    enum err err = ERR_IO;

    if (!split(listen_at, host, port) || getaddrinfo(host, port, &hints, &found) != 0)
        return ERR_NAME;
    ret->loopback = address_loopback(found->ai_addr);
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        goto out;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&bound, &len) != 0) {
        err = errno == EADDRINUSE ? ERR_BUSY : errno == EADDRNOTAVAIL ? ERR_NAME : ERR_IO;
        close(fd);
        goto out;
    }
    ret->port = ntohs(bound.ss_family == AF_INET ? ((struct sockaddr_in *)&bound)->sin_port
                                                 : ((struct sockaddr_in6 *)&bound)->sin6_port);
    ret->fd = fd;
    err = ERR_OK;
out:
    freeaddrinfo(found);
    return err;
}
