#include "node/daemon.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "node/copier.h"
#include "node/cosign.h"
#include "node/eraser.h"
#include "node/file.h"
#include "node/http.h"
#include "node/keyfile.h"
#include "node/logline.h"
#include "node/peering.h"
#include "node/restored.h"
#include "node/warming.h"
#include "store/believe.h"

#define LIVE_SOON_MS 100
#define LIVE_EVERY_MS 5000
#define ERASE_EVERY_MS 2000    /* looks whether something has changed or come due */
#define COSIGN_EVERY_MS 600000 /* looks whether the day has changed */

struct daemon {
    const struct config *config;
    uv_loop_t loop;
    uv_signal_t signal[2];
    uv_timer_t cosign_timer, renew_timer, live_timer, erase_timer;
    uint64_t renewal_ms;  /* what the last renewal took */
    struct eraser eraser; /* of the writer's thread while erasing */
    bool erasing, erase_more;
    struct store *store;
    struct api *api;
    struct ops ops;
    struct committer *writer;
    struct copier *copier;
    struct peering *peering;
    struct control *control;
    struct http *http;
    uint8_t own[LOG_ID_LEN];
    uint8_t *secrets; /* guarded: seed of the node key, secret of the witness key */
    char node_id[2 * KEY_LEN + 1];
    bool stopping, broken;
    bool confirmed; /* once since the start: the own head was compared with the peers' */
    /* What the API says of the running node; made on the loop, read by any thread. */
    uv_mutex_t live_lock;
    json_t *live;
};

enum { SECRET_WITNESS = KEY_SEED_LEN, SECRETS_LEN = KEY_SEED_LEN + KEY_SECRET_LEN };

static uint64_t clock_s(void) {
    return (uint64_t)time(NULL);
}

static void on_broken(void *context, enum err err);

/* ---- the own head: cosigned once a day, once it may be ---- */

/* Enough peers have said how far the own log goes: the marker of a restore has done its work. */
static enum err unmark(struct store *store) {
    struct txn t;
    uint64_t when;
    txn_begin(&t, store, false);
    bool marked = restored_get(&t, &when);
    txn_abort(&t);
    if (!marked)
        return t.err;
    txn_begin(&t, store, true);
    restored_clear(&t);
    return txn_commit(&t);
}

static void confirmed_run(struct committer_job *job, struct store *store) {
    struct daemon *d = job->context;
    job->err = unmark(store);
    if (!job->err)
        job->err = cosign_own(store, d->own, d->secrets + SECRET_WITNESS, clock_s(), &job->head_moved);
}

static void cosign_run(struct committer_job *job, struct store *store) {
    struct daemon *d = job->context;
    job->err = cosign_own(store, d->own, d->secrets + SECRET_WITNESS, clock_s(), &job->head_moved);
}

static void cosign_done(struct committer_job *job) {
    struct daemon *d = job->context;
    if (job->err)
        logline(LOGLINE_WARNING, "the own head could not be cosigned: %s", err_text(job->err));
    if (job->head_moved && !d->stopping)
        peering_moved(d->peering);
    committer_job_free(job);
}

static void cosign(struct daemon *d) {
    struct committer_job *job = d->config->origin[0] ? calloc(1, sizeof *job) : NULL;
    if (!job)
        return;
    job->context = d;
    job->run = d->confirmed ? confirmed_run : cosign_run;
    job->done = cosign_done;
    if (committer_submit(d->writer, job))
        committer_job_free(job); /* busy: the timer comes again */
}

static void on_cosign(uv_timer_t *timer) {
    cosign(timer->data);
}

/* ---- what is erased: destroyed step by step, between other work ---- */

static void erase(struct daemon *d);

static void erase_run(struct committer_job *job, struct store *store) {
    struct daemon *d = job->context;
    job->err = eraser_step(&d->eraser, store, clock_s(), &d->erase_more);
}

static void erase_done(struct committer_job *job) {
    struct daemon *d = job->context;
    enum err err = job->err;
    d->erasing = false;
    committer_job_free(job);
    if (err)
        logline(LOGLINE_WARNING, "what is erased could not be destroyed, and will be tried again: %s",
                err_text(err));
    if (err == ERR_IO)
        on_broken(d, err);
    else if (d->erase_more)
        erase(d);
}

static void erase(struct daemon *d) {
    if (d->stopping || d->erasing || !eraser_due(&d->eraser, d->store, clock_s()))
        return;
    struct committer_job *job = calloc(1, sizeof *job);
    if (!job)
        return;
    job->context = d;
    job->run = erase_run;
    job->done = erase_done;
    d->erasing = !committer_submit(d->writer, job);
    if (!d->erasing)
        committer_job_free(job); /* busy: the timer comes again */
}

static void on_erase(uv_timer_t *timer) {
    erase(timer->data);
}

/* ---- what others see of the running node ---- */

static json_t *live_get(void *context) {
    struct daemon *d = context;
    uv_mutex_lock(&d->live_lock);
    json_t *copy = json_deep_copy(d->live);
    uv_mutex_unlock(&d->live_lock);
    return copy;
}

/* Caches look again, and so do the readers that wait for a change. */
static void tell_readers(struct daemon *d) {
    api_changed(d->api);
    http_changed(d->http);
}

static void live_renew(struct daemon *d) {
    json_t *fresh = peering_json(d->peering);
    bool confirmed = json_is_true(json_object_get(fresh, "confirmed"));
    uv_mutex_lock(&d->live_lock);
    json_t *old = d->live;
    d->live = fresh;
    json_decref(old);
    uv_mutex_unlock(&d->live_lock);
    http_changed(d->http);
    if (confirmed && !d->confirmed) {
        d->confirmed = true;
        cosign(d);
    }
}

static void on_live(uv_timer_t *timer) {
    struct daemon *d = timer->data;
    peering_room(d->peering);
    live_renew(d);
    if (store_broken(d->store)) /* by a call or by housekeeping: peering tells of packages at once */
        on_broken(d, ERR_IO);
}

/* What changes often is told a few times a second, and the counts of bytes every few seconds. */
static void live_soon(struct daemon *d) {
    if (uv_timer_get_due_in(&d->live_timer) > LIVE_SOON_MS)
        uv_timer_start(&d->live_timer, on_live, LIVE_SOON_MS, LIVE_EVERY_MS);
}

static void on_changed(void *context) {
    struct daemon *d = context;
    if (!d->stopping)
        live_soon(d);
}

/* ---- changes ---- */

static void on_renew(uv_timer_t *timer) {
    struct daemon *d = timer->data;
    uint64_t start = uv_hrtime();
    peering_moved(d->peering);
    d->renewal_ms = (uv_hrtime() - start) / 1000000;
    tell_readers(d);
    live_soon(d);
}

/* Heads that move together cause one renewal, which walks all logs: with many of them, it takes no more than
 * a tenth of the time. */
static void renew_soon(struct daemon *d) {
    if (!uv_is_active((uv_handle_t *)&d->renew_timer))
        uv_timer_start(&d->renew_timer, on_renew, 50 + 9 * d->renewal_ms, 0);
}

static void on_moved(void *context, const struct log_record *record) {
    struct daemon *d = context;
    logline(LOGLINE_INFO, "log %s is now at %llu", record->origin, (unsigned long long)record->head.size);
    tell_readers(d);
    if (!d->stopping)
        renew_soon(d);
}

/* The CLI has changed something: what it published goes out at once. */
static void on_operation(void *context, const struct committer_job *job) {
    struct daemon *d = context;
    if (!d->stopping && job->survey) {
        peering_survey(d->peering, job->log);
        live_renew(d);
    }
    if (d->stopping || (!job->changed_log && !job->changed_trust))
        return;
    peering_renew(d->peering); /* also if it has published: its words may be of others */
    tell_readers(d);
    live_renew(d); /* at once: the next command may ask whether it may sign */
    if (job->changed_log)
        cosign(d);
}

/* ---- start ---- */

/* Secrets stay out of core dumps and swap. */
static enum err secrets_load(struct daemon *d) {
    char path[PATH_LEN + 32];
    uint8_t seed[KEY_SEED_LEN];
    struct pubkey key;
    uint8_t secret[KEY_SECRET_LEN];
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    prctl(PR_SET_DUMPABLE, 0);
    d->secrets = sodium_malloc(SECRETS_LEN);
    if (!d->secrets)
        return ERR_MEMORY;
    static const char *const names[] = {"node.key", "witness.key"};
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", d->config->dir, names[i]);
        enum err err = seed_load(path, seed);
        if (err) {
            char fix[PATH_LEN + 200];
            file_secret_complaint(path, fix, sizeof fix);
            logline(LOGLINE_ERROR, "%s: %s; %s", path, err_text(err),
                    err == ERR_DENIED || err == ERR_TYPE ? fix : "restore it");
            return err;
        }
        key_from_seed(seed, &key, secret);
        if (i == 0) {
            memcpy(d->secrets, seed, KEY_SEED_LEN);
            hex_put(d->node_id, key.b, KEY_LEN);
        } else {
            memcpy(d->secrets + SECRET_WITNESS, secret, KEY_SECRET_LEN);
        }
    }
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(secret, sizeof secret);
    return ERR_OK;
}

enum { OPEN_TRIES = 200, OPEN_PAUSE_MS = 50 };

static enum err store_start(struct daemon *d) {
    char path[PATH_LEN + 16];
    struct store_options options = {.network = d->config->network};
    randombytes_buf(options.instance, sizeof options.instance);
    randombytes_buf(options.secret, sizeof options.secret);
    snprintf(path, sizeof path, "%s/db", d->config->dir);
    enum err err = store_open(path, &options, &d->store);
    /* A command that found no daemon yet may have the store open for a moment. */
    for (unsigned tries = 0; err == ERR_BUSY && tries < OPEN_TRIES; tries++) {
        uv_sleep(OPEN_PAUSE_MS);
        err = store_open(path, &options, &d->store);
    }
    if (!err)
        err = believe_require(d->store, config_endorsements(d->config), clock_s());
    if (err)
        logline(LOGLINE_ERROR, "%s: %s%s", path, err_text(err),
                err == ERR_BUSY ? ": another comityd or comity has it open; stop it first" : "");
    return err;
}

static enum err parts_start(struct daemon *d) {
    struct api_options api = {.store = d->store,
                              .network = d->config->network,
                              .origin = d->config->origin,
                              .name = d->config->observer,
                              .node_id = d->node_id,
                              .log_quota = config_log_quota(d->config),
                              .live = live_get,
                              .live_context = d};
    struct peering_options peering = {.loop = &d->loop,
                                      .config = d->config,
                                      .store = d->store,
                                      .changed = on_changed,
                                      .moved = on_moved,
                                      .broken = on_broken,
                                      .context = d};
    enum err err = api_open(&api, &d->api);
    err = err ? err : copier_open(d->store, &d->copier);
    d->ops = (struct ops){.store = d->store,
                          .copier = d->copier,
                          .network = d->config->network,
                          .origin = d->config->origin,
                          .now_s = clock_s,
                          .log_quota = config_log_quota(d->config),
                          .erases = true};
    err = err ? err : committer_open(&d->loop, d->store, &d->ops, &d->writer);
    memcpy(peering.seed, d->secrets, KEY_SEED_LEN);
    peering.writer = d->writer;
    err = err ? err : peering_open(&peering, &d->peering);
    sodium_memzero(peering.seed, sizeof peering.seed);
    err = err ? err : control_open(&d->loop, d->api, d->writer, on_operation, d, &d->control);
    err = err ? err : peering_start(d->peering, d->control);
    if (!err) {
        live_renew(d);
        uv_timer_start(&d->live_timer, on_live, LIVE_EVERY_MS, LIVE_EVERY_MS);
    }
    return err;
}

/* The page: members' view behind the token, or the public view. */
static enum err http_begin(struct daemon *d) {
    char path[PATH_LEN + 16];
    uint8_t *token = NULL;
    size_t len = 0;
    if (!d->config->web_listen[0])
        return ERR_OK;
    snprintf(path, sizeof path, "%s/web.token", d->config->dir);
    enum err err = d->config->web_public ? ERR_OK : file_read_secret(path, 256, &token, &len);
    while (token && len && (token[len - 1] == '\n' || token[len - 1] == ' '))
        token[--len] = '\0';
    struct http_options options = {.api = d->api,
                                   .listen = d->config->web_listen,
                                   .token = (const char *)token,
                                   .public_view = d->config->web_public,
                                   .hosts = d->config->web_hosts};
    err = err ? err : http_start(&options, &d->http);
    if (err)
        logline(LOGLINE_ERROR, "the page on %s: %s; see [web] in %s/comity.conf", d->config->web_listen,
                err == ERR_DENIED ? "the members' view is served on this machine's loopback alone: listen on "
                                    "127.0.0.1, or set view = public"
                                  : err_text(err),
                d->config->dir);
    else
        logline(LOGLINE_INFO, "the page is served on port %u", http_port(d->http));
    if (!err)
        warming_start(&d->loop, d->api);
    if (token)
        sodium_memzero(token, len);
    free(token);
    return err;
}

/* Type=notify of systemd; silent where there is none. */
static void notify(const char *state) {
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!path || strlen(path) >= sizeof address.sun_path)
        return;
    memcpy(address.sun_path, path, strlen(path));
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address, len) < 0)
        logline(LOGLINE_WARNING, "the service manager does not take %s", state);
    close(fd);
}

/* ---- stop: links first, then the writer, then the rest ---- */

static void on_links_closed(void *context) {
    struct daemon *d = context;
    committer_close(d->writer);
    d->writer = NULL;
}

static void stop(struct daemon *d) {
    if (d->stopping)
        return;
    d->stopping = true;
    notify("STOPPING=1");
    http_stop(d->http);
    d->http = NULL;
    for (int i = 0; i < 2; i++)
        uv_close((uv_handle_t *)&d->signal[i], NULL);
    uv_close((uv_handle_t *)&d->cosign_timer, NULL);
    uv_close((uv_handle_t *)&d->renew_timer, NULL);
    uv_close((uv_handle_t *)&d->live_timer, NULL);
    uv_close((uv_handle_t *)&d->erase_timer, NULL);
    peering_close(d->peering, on_links_closed, d);
}

static void on_signal(uv_signal_t *handle, int number) {
    logline(LOGLINE_INFO, "stopping on signal %d", number);
    stop(handle->data);
}

/* After a failed sync nobody knows what the disk holds: end, and let the next start look at it anew. */
static void on_broken(void *context, enum err err) {
    struct daemon *d = context;
    if (d->stopping)
        return;
    logline(LOGLINE_ERROR, "the store: %s; stopping. Look at the disk, then start again", err_text(err));
    d->broken = true;
    stop(d);
}

static void handles_start(struct daemon *d) {
    static const int numbers[2] = {SIGTERM, SIGINT};
    for (int i = 0; i < 2; i++) {
        uv_signal_init(&d->loop, &d->signal[i]);
        d->signal[i].data = d;
        uv_signal_start(&d->signal[i], on_signal, numbers[i]);
    }
    uv_timer_init(&d->loop, &d->cosign_timer);
    uv_timer_init(&d->loop, &d->renew_timer);
    uv_timer_init(&d->loop, &d->live_timer);
    uv_timer_init(&d->loop, &d->erase_timer);
    d->cosign_timer.data = d->renew_timer.data = d->live_timer.data = d->erase_timer.data = d;
    d->eraser.policy = config_retention(d->config);
    uv_timer_start(&d->erase_timer, on_erase, ERASE_EVERY_MS, ERASE_EVERY_MS);
    uv_timer_start(&d->cosign_timer, on_cosign, 1000, COSIGN_EVERY_MS);
}

int daemon_run(const struct config *config) {
    struct daemon *d = calloc(1, sizeof *d);
    if (!d || sodium_init() < 0)
        return 70;
    signal(SIGPIPE, SIG_IGN);
    d->config = config;
    origin_log_id(config->origin, d->own);
    uv_mutex_init(&d->live_lock);
    d->live = json_object();
    enum err err = secrets_load(d);
    err = err ? err : store_start(d);
    if (err)
        return err == ERR_MEMORY ? 70 : 1;
    uv_loop_init(&d->loop);
    handles_start(d);
    err = parts_start(d);
    err = err ? err : http_begin(d);
    if (err) /* half-built: the process ends, and takes it along; nothing was written */
        return err == ERR_MEMORY ? 70 : 1;
    logline(LOGLINE_INFO, "comityd %s, network %s, node %s, is ready", COMITY_VERSION, config->network,
            d->node_id);
    notify("READY=1");
    uv_run(&d->loop, UV_RUN_DEFAULT);
    control_close(d->control);
    peering_free(d->peering);
    api_close(d->api);
    copier_close(d->copier);
    store_close(d->store);
    sodium_free(d->secrets);
    json_decref(d->live);
    uv_mutex_destroy(&d->live_lock);
    int left = uv_loop_close(&d->loop);
    if (left)
        logline(LOGLINE_WARNING, "the loop still had handles: %s", uv_strerror(left));
    int status = d->broken ? 70 : 0;
    free(d);
    return status;
}
