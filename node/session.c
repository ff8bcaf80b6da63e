#include "node/session.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "node/copier.h"
#include "node/file.h"
#include "node/keyfile.h"
#include "node/net/client.h"
#include "proto/message.h"
#include "store/believe.h"

#define HELLO_MS 5000
#define CALL_MS 120000

enum { OPEN_TRIES = 100, OPEN_PAUSE_MS = 50 };

struct session {
    struct config config;
    struct client *client; /* to the daemon; or, in this process: */
    struct store *store;
    struct copier *copier;
    struct api *api;
    uint64_t calls;
    char node_id[2 * KEY_LEN + 1];
};

static uint64_t now_s(void) {
    return (uint64_t)time(NULL);
}

/* The node's id: its key's public half. */
static enum err read_node_id(struct session *s) {
    char path[PATH_LEN + 16];
    uint8_t *secret = sodium_malloc(KEY_SEED_LEN + KEY_SECRET_LEN);
    struct pubkey key;
    enum err err = secret ? file_path(path, sizeof(path), s->config.dir, "node.key") : ERR_MEMORY;

    if (!err)
        err = seed_load(path, secret);
    if (!err) {
        key_from_seed(secret, &key, secret + KEY_SEED_LEN);
        hex_put(s->node_id, key.b, KEY_LEN);
    }
    sodium_free(secret);
    return err;
}

static enum err open_store(struct session *s) {
    char path[PATH_LEN + 16];
    struct store_options options = {.network = s->config.network};
    enum err err = file_path(path, sizeof(path), s->config.dir, "db");

    randombytes_buf(options.instance, sizeof(options.instance));
    randombytes_buf(options.secret, sizeof(options.secret));
    if (!err)
        err = store_open(path, &options, &s->store);
    sodium_memzero(&options, sizeof(options));
    if (!err)
        err = believe_require(s->store, config_endorsements(&s->config), now_s());
    if (!err)
        err = copier_open(s->store, &s->copier);
    if (err)
        return err;
    struct api_options api = {.store = s->store,
                              .log_quota = config_log_quota(&s->config),
                              .network = s->config.network,
                              .origin = s->config.origin,
                              .name = s->config.observer,
                              .node_id = s->node_id};
    return api_open(&api, &s->api);
}

static enum err open_client(struct session *s) {
    char url[PATH_LEN + 32];
    uint8_t buffer[HELLO_MAX];
    static const uint8_t nobody[INSTANCE_LEN];
    struct bytes hello;
    struct message m = {.kind = MESSAGE_HELLO,
                        .hello = {.version_count = 1,
                                  .version = {PROTOCOL_VERSION},
                                  .network = bytes_str(s->config.network),
                                  .instance = BYTES(nobody),
                                  .software = bytes_str("comity/" COMITY_VERSION),
                                  .frame_max = FRAME_MAX}};
    enum err err = message_encode(&m, buffer, sizeof(buffer), &hello);

    snprintf(url, sizeof(url), "%s/" SESSION_SOCKET, s->config.dir);
    if (!err && access(url, F_OK))
        return ERR_NOT_FOUND;
    snprintf(url, sizeof(url), "ipc://%s/" SESSION_SOCKET, s->config.dir);
    return err ? err : client_open(url, hello, HELLO_MS, &s->client);
}

enum err session_open(const struct config *config, struct session **ret) {
    struct session *s = calloc(1, sizeof(*s));
    enum err err = s ? ERR_OK : ERR_MEMORY;

    if (!err) {
        s->config = *config;
        err = read_node_id(s);
    }
    /* A daemon that is starting holds the store before it answers. */
    for (unsigned tries = 0; !err && open_client(s); tries++) {
        err = open_store(s);
        if (err != ERR_BUSY || tries == OPEN_TRIES)
            break;
        err = ERR_OK;
        uv_sleep(OPEN_PAUSE_MS);
    }
    if (err)
        session_close(s);
    else
        *ret = s;
    return err;
}

void session_close(struct session *session) {
    if (!session)
        return;
    client_close(session->client);
    api_close(session->api);
    copier_close(session->copier);
    store_close(session->store);
    free(session);
}

bool session_live(const struct session *session) {
    return session->client != NULL;
}

const char *session_node_id(const struct session *session) {
    return session->node_id;
}

/* One exchange with the daemon; ret_body is malloc'd, with a NUL behind it. */
static enum err exchange(struct session *s, const char *name, struct bytes body, unsigned *ret_status,
                         char **ret_body, size_t *ret_len) {
    struct message m = {.id = ++s->calls, .kind = MESSAGE_CALL, .call = {bytes_str(name), body}};
    struct frame *request = frame_new(body.len + strlen(name) + 64), *answer = NULL;
    struct bytes written;
    enum err err = request ? message_encode(&m, request->data, request->len, &written) : ERR_SIZE;

    if (err) {
        frame_free(request);
        return err;
    }
    request->len = written.len;
    err = client_call(s->client, request, CALL_MS, &answer);
    if (err)
        return err;
    err = message_decode((struct bytes){answer->data, answer->len}, &m);
    if (!err && (m.kind != (MESSAGE_CALL | MESSAGE_ANSWER) || m.id != s->calls))
        err = m.kind == MESSAGE_ERROR ? ERR_BUSY : ERR_MESSAGE;
    char *copy = err ? NULL : malloc(m.result.body.len + 1);
    if (!err && !copy)
        err = ERR_MEMORY;
    if (!err) {
        if (m.result.body.len)
            memcpy(copy, m.result.body.ptr, m.result.body.len);
        copy[m.result.body.len] = 0;
        *ret_status = (unsigned)m.result.status;
        *ret_body = copy;
        *ret_len = m.result.body.len;
    }
    frame_free(answer);
    return err;
}

enum err session_get(struct session *session, const char *path, const char *query, struct api_reply *ret) {
    if (!session->client) {
        api_get(session->api, API_MEMBERS, path, query, ret);
        return ERR_OK;
    }
    size_t len = strlen(path) + strlen(query) + 6;
    char *target = malloc(len);
    struct api_reply reply = {.type = "application/json"};
    enum err err = target ? ERR_OK : ERR_MEMORY;

    if (!err) {
        snprintf(target, len, "GET %s%s%s", path, *query ? "?" : "", query);
        err = exchange(session, target, (struct bytes){NULL, 0}, &reply.status, &reply.body, &reply.len);
    }
    free(target);
    if (!err)
        *ret = reply;
    return err;
}

json_t *session_json(struct session *session, const char *path, const char *query, unsigned *ret_status) {
    struct api_reply reply = {0};
    json_t *answer = NULL;

    if (session_get(session, path, query, &reply)) {
        *ret_status = 500;
        return NULL;
    }
    *ret_status = reply.status;
    if (reply.status == 200)
        answer = json_loadb(reply.body, reply.len, JSON_REJECT_DUPLICATES, NULL);
    free(reply.body);
    return answer;
}

enum err session_call(struct session *session, const char *name, struct bytes body, struct ops_reply *ret) {
    struct ops_reply reply = {0};
    unsigned status = OPS_ERROR;
    enum err err = ERR_OK;

    if (session->client) {
        err = exchange(session, name, body, &status, &reply.body, &reply.len);
        reply.status = status <= OPS_ERROR ? (enum ops_status)status : OPS_ERROR;
    } else {
        struct ops ops = {.store = session->store,
                          .retention = config_retention(&session->config),
                          .copier = session->copier,
                          .network = session->config.network,
                          .origin = session->config.origin,
                          .now_s = now_s};
        ops_call(&ops, name, body, &reply);
        api_changed(session->api);
    }
    if (!err)
        *ret = reply;
    return err;
}
