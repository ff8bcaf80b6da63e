#include "node/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/asset.h"
#include "node/callers.h"
#include "node/http_guard.h"
#include "node/page.h"
#include "proto/digest.h"

#define TOKEN_MIN 16
#define TOKEN_MAX 128
#define BACKLOG 512
#define HOST_MAX 64

struct http {
    struct http_options options;
    char token[TOKEN_MAX + 1];
    struct http_guard guard;
    struct callers *callers;
    struct MHD_Daemon *daemon;
    bool loopback;
    unsigned port;
};

/* One request, from its first line on. */
struct request {
    bool too_long;
    bool begun;
    char uri[HTTP_URL_MAX + 1];
};

/* How long an answer may be kept. */
enum keep { KEEP_NOT, KEEP_CHECK, KEEP_EVER };

static const char *const keep_values[] = {
    [KEEP_NOT] = "no-store", [KEEP_CHECK] = "no-cache", [KEEP_EVER] = "public, max-age=31536000, immutable"};

static const char *const headers[][2] = {
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
     "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
};

static bool etag_matches(struct MHD_Connection *connection, const char *etag) {
    const char *given = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "If-None-Match");

    return given != NULL && *etag != '\0' && (strcmp(given, "*") == 0 || strstr(given, etag) != NULL);
}

static enum MHD_Result send_reply(struct MHD_Connection *connection, struct api_reply *reply, enum keep keep,
                                  bool close_after) {
    bool same = reply->status == 200 && etag_matches(connection, reply->etag);
    struct MHD_Response *response =
        same ? MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT)
             : MHD_create_response_from_buffer(reply->len, reply->body, MHD_RESPMEM_MUST_FREE);

    if (same || response == NULL)
        free(reply->body);
    reply->body = NULL;
    if (response == NULL)
        return MHD_NO;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        MHD_add_response_header(response, headers[i][0], headers[i][1]);
    MHD_add_response_header(response, "Cache-Control", keep_values[keep]);
    if (!same)
        MHD_add_response_header(response, "Content-Type", reply->type);
    if (reply->etag[0] != '\0')
        MHD_add_response_header(response, "ETag", reply->etag);
    if (reply->status == 405)
        MHD_add_response_header(response, "Allow", "GET, HEAD");
    if (close_after)
        MHD_add_response_header(response, "Connection", "close");
    enum MHD_Result result = MHD_queue_response(connection, same ? 304 : reply->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, struct http_refusal refusal) {
    char text[200];

    int len = snprintf(text, sizeof text, "{\"error\":\"%s\",\"code\":\"%s\"}\n", refusal.text, refusal.code);
    struct api_reply reply = {.status = refusal.status, .type = "application/json", .body = strdup(text)};
    reply.len = reply.body == NULL ? 0 : (size_t)len;
    return send_reply(connection, &reply, KEEP_NOT, true);
}

/* "/m/TOKEN/..." of the right token: what follows it; else NULL.  Compared in constant time. */
static const char *members_path(const struct http *http, const char *path) {
    char given[TOKEN_MAX + 1] = {0};

    if (http->token[0] == '\0' || strncmp(path, "/m/", 3) != 0)
        return NULL;
    size_t len = strcspn(path + 3, "/");
    if (len > TOKEN_MAX)
        return NULL;
    memcpy(given, path + 3, len);
    if (sodium_memcmp(given, http->token, sizeof given) != 0)
        return NULL;
    return path + 3 + len;
}

static bool asset_get(const char *path, struct api_reply *ret) {
    for (const struct asset *a = assets; a->path != NULL; a++)
        if (strcmp(a->path, path) == 0) {
            *ret = (struct api_reply){.status = 200, .type = a->type, .len = a->len};
            ret->body = malloc(a->len);
            if (ret->body == NULL)
                return false;
            memcpy(ret->body, a->data, a->len);
            snprintf(ret->etag, sizeof ret->etag, "%s", a->etag);
            return true;
        }
    return false;
}

static enum keep keep_of(enum api_view view, const char *path) {
    if (view == API_MEMBERS)
        return KEEP_NOT;
    return strncmp(path, "/log/", 5) == 0 && strstr(path, "/tile/") != NULL ? KEEP_EVER : KEEP_CHECK;
}

static enum MHD_Result answer_view(const struct http *http, struct MHD_Connection *connection,
                                   enum api_view view, const char *path, const char *query) {
    struct api_reply reply = {0};
    enum keep keep = keep_of(view, path);

    if (asset_get(path, &reply))
        return send_reply(connection, &reply, KEEP_CHECK, false);
    if (strncmp(path, "/api/", 5) == 0 || strncmp(path, "/log/", 5) == 0)
        api_get(http->options.api, view, path, query, &reply);
    else
        page_get(http->options.api, view, path, query, &reply);
    if (reply.status != 200)
        keep = KEEP_NOT;
    return send_reply(connection, &reply, keep, false);
}

static enum MHD_Result answer(const struct http *http, struct MHD_Connection *connection, char *uri) {
    struct api_reply reply = {0};
    char *query = strchr(uri, '?');

    if (query != NULL)
        *query++ = '\0';
    else
        query = uri + strlen(uri);
    if (strcmp(uri, "/healthz") == 0) {
        reply =
            (struct api_reply){.status = 200, .type = "text/plain; charset=utf-8", .body = strdup("ok\n")};
        reply.len = reply.body == NULL ? 0 : 3;
        return send_reply(connection, &reply, KEEP_NOT, false);
    }
    const char *path = members_path(http, uri);
    if (path != NULL)
        return answer_view(http, connection, API_MEMBERS, *path == '\0' ? "/." : path, query);
    if (http->options.public_view)
        return answer_view(http, connection, API_PUBLIC, uri, query);
    if (!asset_get(uri, &reply))
        page_closed(&reply);
    return send_reply(connection, &reply, KEEP_NOT, false);
}

static struct caller *caller_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info == NULL ? NULL : info->socket_context;
}

/* Called once with the headers, when a refusal ends the connection, and again when the request is whole. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data, size_t *data_len,
                                  void **state) {
    struct http *http = context;
    struct request *request = *state;
    struct caller *caller = caller_of(connection);

    (void)url;
    (void)data;
    if (request == NULL || caller == NULL)
        return MHD_NO;
    if (!request->begun) {
        request->begun = true;
        caller_asked(http->callers, caller);
        struct http_refusal refusal = http_guard_check(&http->guard, connection, method, version);
        if (refusal.status == 0 && request->too_long)
            refusal = (struct http_refusal){414, "URL", "the address is longer than 2048 bytes"};
        if (refusal.status == 0 && request->uri[0] != '/')
            refusal = (struct http_refusal){400, "URL", "the address must begin with a slash"};
        return refusal.status == 0 ? MHD_YES : refuse(connection, refusal);
    }
    if (*data_len != 0)
        return MHD_NO;
    enum MHD_Result result = answer(http, connection, request->uri);
    digest_thread_done();
    return result;
}

/* The raw address, before anything is decoded or cut. */
static void *on_uri(void *context, const char *uri, struct MHD_Connection *connection) {
    struct request *request = calloc(1, sizeof *request);
    size_t len = strlen(uri);

    (void)context;
    (void)connection;
    if (request == NULL)
        return NULL;
    request->too_long = len > HTTP_URL_MAX;
    if (!request->too_long)
        memcpy(request->uri, uri, len);
    return request;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code) {
    struct http *http = context;
    struct caller *caller = caller_of(connection);

    (void)code;
    free(*state);
    *state = NULL;
    if (caller != NULL)
        caller_answered(http->callers, caller);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code) {
    struct http *http = context;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        caller_remove(http->callers, *socket_context);
        *socket_context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    *socket_context = info == NULL ? NULL : caller_add(http->callers, info->connect_fd);
}

/* Nothing is decoded: the routes are spelt one way, and the query is decoded by its reader. */
static size_t no_unescape(void *context, struct MHD_Connection *connection, char *text) {
    (void)context;
    (void)connection;
    return strlen(text);
}

static bool address_loopback(const struct sockaddr *address) {
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)address;
        return ntohl(in->sin_addr.s_addr) >> 24 == 127;
    }
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)address;
    return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

/* Split "host:port" or "[host]:port". */
static bool split_listen(const char *listen, char host[static HOST_MAX], char port[static 8]) {
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

static enum err open_socket(struct http *http, int *ret_fd) {
    char host[HOST_MAX], port[8];
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM}, *found;
    struct sockaddr_storage bound;
    socklen_t len = sizeof bound;
    const int on = 1;
    enum err err = ERR_IO;

    if (!split_listen(http->options.listen, host, port) || getaddrinfo(host, port, &hints, &found) != 0)
        return ERR_NAME;
    http->loopback = address_loopback(found->ai_addr);
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
    http->port = ntohs(bound.ss_family == AF_INET ? ((struct sockaddr_in *)&bound)->sin_port
                                                  : ((struct sockaddr_in6 *)&bound)->sin6_port);
    *ret_fd = fd;
    err = ERR_OK;
out:
    freeaddrinfo(found);
    return err;
}

/* Names of this machine for itself, what was configured to listen on, and what was configured beside it. */
static bool allow_hosts(struct http *http) {
    static const char *const own[] = {"127.0.0.1", "localhost", "[::1]"};
    char host[160], rest[512];
    size_t len = (size_t)(strrchr(http->options.listen, ':') - http->options.listen);
    bool good = true;

    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        snprintf(host, sizeof host, "%s:%u", own[i], http->port);
        good = good && http_guard_allow(&http->guard, host);
        if (http->port == 80)
            good = good && http_guard_allow(&http->guard, own[i]);
    }
    snprintf(host, sizeof host, "%.*s:%u", (int)len, http->options.listen, http->port);
    good = good && http_guard_allow(&http->guard, host);
    const char *hosts = http->options.hosts == NULL ? "" : http->options.hosts;
    if (strlen(hosts) >= sizeof rest)
        return false;
    snprintf(rest, sizeof rest, "%s", hosts);
    char *at = rest, *word;
    while (good && (word = strsep(&at, " ,\t")) != NULL)
        if (*word != '\0')
            good = http_guard_allow(&http->guard, word);
    return good;
}

static bool token_good(const char *token) {
    size_t len = strlen(token);

    return len >= TOKEN_MIN && len <= TOKEN_MAX &&
           strspn(token, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == len;
}

static enum err start_daemon(struct http *http, int fd) {
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC;
    const unsigned per_ip = http->loopback ? 0 : HTTP_PER_IP;

    http->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, http, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)HTTP_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(HTTP_ANSWER_MS / 1000),
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, per_ip, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_MEMORY,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, on_uri, http,
        MHD_OPTION_UNESCAPE_CALLBACK, no_unescape, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, http,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_END);
    return http->daemon == NULL ? ERR_IO : ERR_OK;
}

enum err http_start(const struct http_options *options, struct http **ret) {
    const char *token = options->token == NULL ? "" : options->token;
    struct callers_options limits = {HTTP_WAITING, HTTP_REQUEST_MS, HTTP_ANSWER_MS};
    int fd = -1;

    if (*token != '\0' && !token_good(token))
        return ERR_SCHEMA;
    struct http *http = calloc(1, sizeof *http);
    if (http == NULL)
        return ERR_MEMORY;
    http->options = *options;
    snprintf(http->token, sizeof http->token, "%s", token);
    if (options->request_ms != 0)
        limits.request_ms = options->request_ms;
    enum err err = open_socket(http, &fd);
    if (err == ERR_OK && *token != '\0' && !http->loopback)
        err = ERR_DENIED;
    if (err == ERR_OK && !allow_hosts(http))
        err = ERR_NAME;
    if (err == ERR_OK)
        err = callers_open(&limits, &http->callers);
    if (err == ERR_OK)
        err = start_daemon(http, fd);
    if (err != ERR_OK) {
        if (fd >= 0)
            close(fd);
        callers_close(http->callers);
        free(http);
        return err;
    }
    *ret = http;
    return ERR_OK;
}

void http_stop(struct http *http) {
    if (http == NULL)
        return;
    MHD_stop_daemon(http->daemon); /* closes the listening socket too */
    callers_close(http->callers);
    sodium_memzero(http->token, sizeof http->token);
    free(http);
}

unsigned http_port(const struct http *http) {
    return http->port;
}
