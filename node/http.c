#include "node/http.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "node/callers.h"
#include "node/http_cache.h"
#include "node/http_guard.h"
#include "node/http_reply.h"
#include "node/listening.h"
#include "node/parking.h"
#include "node/problem.h"
#include "node/site.h"
#include "node/tally.h"
#include "proto/digest.h"

struct http {
    struct http_options options;
    struct site site;
    struct http_guard guard;
    struct callers *callers;
    struct parking *parking;
    struct http_cache *kept; /* what follows from the store and the clock */
    struct http_cache
        *brief; /* what also follows from what the daemon knows: until the next http_changed() */
    struct MHD_Daemon *daemon;
    struct listening listening;
};

/* One request, from its first line on. */
struct request {
    struct parked parked; /* the first: on_resume() has only this */
    struct MHD_Connection *connection;
    bool too_long;
    bool begun;
    const char *query; /* behind the path's NUL */
    char path[];       /* as it was sent; "" if too long */
};

static enum MHD_Result send_once(struct MHD_Connection *connection, struct api_reply *reply,
                                 enum http_keep keep, bool last) {
    struct http_reply made;

    if (!http_reply_make(reply, keep, last, &made))
        return MHD_NO;
    enum MHD_Result result = http_reply_send(&made, connection);
    http_reply_free(&made);
    return result;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, struct http_refusal refusal) {
    struct api_reply reply = {.status = refusal.status, .type = PROBLEM_TYPE};
    json_t *problem = problem_json(refusal.status, refusal.code, refusal.text);

    reply.body = json_dumps(problem, JSON_COMPACT);
    reply.len = reply.body == NULL ? 0 : strlen(reply.body);
    json_decref(problem);
    return send_once(connection, &reply, HTTP_KEEP_NOT, true);
}

static void on_resume(struct parked *parked) {
    MHD_resume_connection(((struct request *)parked)->connection);
}

/* Wait for a change after the ticket; false if the answer is due. */
static bool park(struct http *http, struct request *request, struct caller *caller, unsigned wait_s,
                 uint64_t ticket) {
    uint64_t now_ms = callers_now_ms();

    if (request->parked.until_ms == 0)
        request->parked.until_ms = now_ms + (uint64_t)wait_s * 1000;
    if (wait_s == 0 || request->parked.ended || now_ms >= request->parked.until_ms)
        return false;
    request->parked.fd = caller_fd(caller);
    caller_parked(http->callers, caller);
    MHD_suspend_connection(request->connection);
    tally_add(TALLY_HTTP_PARKED);
    if (!parking_enter(http->parking, &request->parked, ticket))
        MHD_resume_connection(request->connection); /* and look again */
    return true;
}

/* The mark of an answer that a wake makes void too; both counts only rise. */
static struct api_mark brief_mark(struct api_mark mark, uint64_t ticket) {
    return (struct api_mark){mark.version, mark.generation + (unsigned)ticket};
}

/* Keep an answer if it will do for others; false: it is still the caller's. */
static bool keep_answer(struct http *http, const struct http_cache_key *key, const struct api_reply *reply,
                        uint64_t ticket, const struct http_reply *made) {
    if (key == NULL || reply->until_s == 0 || reply->wait_s > 0)
        return false;
    struct http_cache *cache = reply->live ? http->brief : http->kept;
    struct api_mark mark = reply->live ? brief_mark(reply->mark, ticket) : reply->mark;
    return http_cache_put(cache, key, mark, reply->until_s, reply->len, made);
}

static enum MHD_Result answer_anew(struct http *http, struct request *request, struct caller *caller,
                                   const struct http_cache_key *key) {
    uint64_t ticket = parking_ticket(http->parking);
    struct api_reply reply = {0};
    struct http_reply made;
    enum http_keep keep;

    const char *accept = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, "Accept-Language");
    gauge_set(GAUGE_HTTP_PARKED, parking_count(http->parking));
    site_get(&http->site, request->path, request->query, accept, &reply, &keep);
    digest_thread_done();
    if (park(http, request, caller, reply.wait_s, ticket)) {
        free(reply.body);
        return MHD_YES;
    }
    if (!http_reply_make(&reply, keep, false, &made))
        return MHD_NO;
    enum MHD_Result result = http_reply_send(&made, request->connection);
    if (!keep_answer(http, key, &reply, ticket, &made))
        http_reply_free(&made);
    gauge_set(GAUGE_HTTP_CACHE_ENTRIES, http_cache_count(http->kept) + http_cache_count(http->brief));
    gauge_set(GAUGE_HTTP_CACHE_BYTES, http_cache_bytes(http->kept) + http_cache_bytes(http->brief));
    return result;
}

static const struct http_reply *find_kept(struct http *http, const struct http_cache_key *key) {
    struct api_mark mark = api_mark(http->options.api);
    time_t time_s = time(NULL);
    uint64_t now_s = time_s < 0 ? 0 : (uint64_t)time_s;

    const struct http_reply *kept = http_cache_get(http->kept, key, mark, now_s);
    if (kept == NULL)
        kept = http_cache_get(http->brief, key, brief_mark(mark, parking_ticket(http->parking)), now_s);
    return kept;
}

static enum MHD_Result answer(struct http *http, struct request *request, struct caller *caller) {
    struct http_cache_key key = {.query = request->query};

    if (!site_view(&http->site, request->path, &key.view, &key.path))
        return answer_anew(http, request, caller, NULL);
    const struct http_reply *kept = find_kept(http, &key);
    if (kept == NULL)
        return answer_anew(http, request, caller, &key);
    tally_add(TALLY_HTTP_KEPT);
    return http_reply_send(kept, request->connection);
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
            refusal = (struct http_refusal){
                414, "URL", "the address is longer than 2048 bytes: ask with fewer or shorter parameters"};
        if (refusal.status == 0 && request->path[0] != '/')
            refusal =
                (struct http_refusal){400, "URL", "the address must begin with a slash: send the path alone"};
        return refusal.status == 0 ? MHD_YES : refuse(connection, refusal);
    }
    if (*data_len != 0)
        return MHD_NO;
    if (request->parked.until_ms != 0)
        caller_asked(http->callers, caller); /* it was parked */
    return answer(http, request, caller);
}

/* The raw address, before anything is decoded or cut. */
static void *on_uri(void *context, const char *uri, struct MHD_Connection *connection) {
    size_t len = strlen(uri);
    bool too_long = len > HTTP_URL_MAX;
    struct request *request = malloc(sizeof *request + (too_long ? 0 : len) + 1);

    (void)context;
    if (request == NULL)
        return NULL;
    *request = (struct request){.connection = connection, .too_long = too_long, .query = ""};
    memcpy(request->path, uri, too_long ? 0 : len);
    request->path[too_long ? 0 : len] = '\0';
    char *mark = strchr(request->path, '?');
    if (mark != NULL) {
        *mark = '\0';
        request->query = mark + 1;
    }
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

/* Names of this machine for itself, what was configured to listen on, and what was configured beside it. */
static bool allow_hosts(struct http *http) {
    static const char *const own[] = {"127.0.0.1", "localhost", "[::1]"};
    char host[160], rest[512];
    size_t len = (size_t)(strrchr(http->options.listen, ':') - http->options.listen);
    bool good = true;

    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        snprintf(host, sizeof host, "%s:%u", own[i], http->listening.port);
        good = good && http_guard_allow(&http->guard, host);
        if (http->listening.port == 80)
            good = good && http_guard_allow(&http->guard, own[i]);
    }
    snprintf(host, sizeof host, "%.*s:%u", (int)len, http->options.listen, http->listening.port);
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

static enum err start_daemon(struct http *http) {
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME;
    const unsigned per_ip = http->listening.loopback ? 0 : HTTP_PER_IP;

    http->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, http, MHD_OPTION_LISTEN_SOCKET, http->listening.fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)(HTTP_ANSWER_MS / 1000), MHD_OPTION_PER_IP_CONNECTION_LIMIT, per_ip,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, on_uri, http, MHD_OPTION_UNESCAPE_CALLBACK, no_unescape, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, http, MHD_OPTION_NOTIFY_CONNECTION, on_connection, http,
        MHD_OPTION_END);
    return http->daemon == NULL ? ERR_IO : ERR_OK;
}

static void on_tick(void *context, uint64_t now_ms) {
    parking_sweep(((struct http *)context)->parking, now_ms);
}

static enum err start(struct http *http) {
    struct callers_options limits = {HTTP_WAITING, HTTP_BUSY, HTTP_REQUEST_MS, HTTP_ANSWER_MS, on_tick, http};

    if (http->options.request_ms != 0)
        limits.request_ms = http->options.request_ms;
    enum err err = listening_open(http->options.listen, &http->listening);
    if (err == ERR_OK && http->site.token[0] != '\0' && !http->listening.loopback)
        err = ERR_DENIED;
    if (err == ERR_OK && !allow_hosts(http))
        err = ERR_NAME;
    if (err == ERR_OK)
        err = parking_open(HTTP_PARKED, on_resume, &http->parking);
    if (err == ERR_OK)
        err = http_cache_open(&(struct http_cache_limits){HTTP_KEPT, HTTP_KEPT_BYTES}, &http->kept);
    if (err == ERR_OK)
        err = http_cache_open(&(struct http_cache_limits){HTTP_BRIEF, HTTP_BRIEF_BYTES}, &http->brief);
    if (err == ERR_OK)
        err = callers_open(&limits, &http->callers);
    if (err == ERR_OK)
        err = start_daemon(http);
    return err;
}

enum err http_start(const struct http_options *options, struct http **ret) {
    const char *token = options->token == NULL ? "" : options->token;

    if (*token != '\0' && !site_token_good(token))
        return ERR_SCHEMA;
    struct http *http = calloc(1, sizeof *http);
    if (http == NULL)
        return ERR_MEMORY;
    http->options = *options;
    http->listening.fd = -1;
    http->site.api = options->api;
    http->site.public_view = options->public_view;
    snprintf(http->site.token, sizeof http->site.token, "%s", token);
    enum err err = start(http);
    if (err != ERR_OK) {
        if (http->listening.fd >= 0)
            close(http->listening.fd);
        http_stop(http);
        return err;
    }
    *ret = http;
    return ERR_OK;
}

void http_stop(struct http *http) {
    if (http == NULL)
        return;
    if (http->daemon != NULL) {
        parking_end(http->parking);
        MHD_stop_daemon(http->daemon); /* closes the listening socket too */
    }
    callers_close(http->callers);
    parking_close(http->parking);
    http_cache_close(http->kept);
    http_cache_close(http->brief);
    sodium_memzero(&http->site, sizeof http->site);
    free(http);
}

void http_changed(struct http *http) {
    if (http != NULL)
        parking_wake(http->parking);
}

unsigned http_parked(const struct http *http) {
    return parking_count(http->parking);
}

unsigned http_port(const struct http *http) {
    return http->listening.port;
}
