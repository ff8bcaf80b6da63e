#include "node/peering.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/answer.h"
#include "node/dialling.h"
#include "node/gauges.h"
#include "node/headroom.h"
#include "node/logline.h"
#include "node/ownhead.h"
#include "node/record.h"
#include "node/restored.h"
#include "proto/view.h"
#include "store/roster.h"

static_assert(SYNC_BYTES_PEER + FRAME_MAX / 2 < LINK_QUEUE_MAX - FRAME_MAX,
              "a peer that asks for what it may is always listened to");

struct peer {
    bool used;
    struct link *link; /* NULL: down */
    enum link_class class;
    struct pubkey key;
    uint64_t since_s;               /* when it came or went */
    enum ownhead own;               /* what it says of this State's own log since the start of this process */
    bool own_held;                  /* it reports that log */
    struct head own_head;           /* like this */
    uint8_t instance[INSTANCE_LEN]; /* of its HELLO */
    char origin[ORIGIN_MAX + 1], name[NAME_TEXT_MAX + 1]; /* as admitted */
    char software[SOFTWARE_MAX + 1];
};

struct peering {
    struct peering_options o;
    struct net *net;
    struct replica *replica;
    struct control *control;
    struct admission admission;
    uv_prepare_t prepare;
    uv_timer_t timer;
    struct peer peer[SYNC_PEERS];
    struct dialling dialling;
    struct headroom headroom;
    uint8_t own[LOG_ID_LEN];
    bool closing;
    unsigned open_handles;
    void (*closed)(void *context);
    void *closed_context;
};

static const char *short_key(const struct pubkey *key) {
    static char text[17];
    hex_put(text, key->b, 8);
    return text;
}

/* ---- places ---- */

static unsigned peer_of_link(const struct peering *p, const struct link *link) {
    unsigned i = 0;
    while (i < SYNC_PEERS && p->peer[i].link != link)
        i++;
    return i;
}

/* The place of a node: its own if it has one, a new one, or that of a node that is down.  SYNC_PEERS: all are
 * up. */
static unsigned place_of(struct peering *p, const struct pubkey *key) {
    unsigned place = SYNC_PEERS;
    for (unsigned i = 0; i < SYNC_PEERS; i++) {
        struct peer *peer = &p->peer[i];
        if (peer->used && pubkey_eq(&peer->key, key))
            return i;
        bool better = place == SYNC_PEERS || (p->peer[place].used && !peer->used);
        if (!peer->link && better)
            place = i;
    }
    if (place < SYNC_PEERS)
        p->peer[place] = (struct peer){.used = true, .key = *key};
    return place;
}

/* ---- the own log, as peers know it ---- */

/* Take a peer's word, or weigh its last one again: what it holds may have been fetched since. */
static void own_update(struct peering *p, unsigned i) {
    struct peer *peer = &p->peer[i];
    if (!p->o.config->origin[0] || !peer->used)
        return;
    enum ownhead before = peer->own;
    if (peer->link && replica_complete(p->replica, i)) {
        peer->own_head = (struct head){.size = 0};
        peer->own_held = replica_reported(p->replica, i, p->own, &peer->own_head);
        peer->own = OWNHEAD_AGREES; /* unless it holds something else */
    }
    if (peer->own_held)
        peer->own = ownhead_compare(p->o.store, p->own, &peer->own_head);
    if (peer->own == OWNHEAD_DIFFERS && before != OWNHEAD_DIFFERS)
        logline(LOGLINE_ERROR, "peer %s reports another history of our own log at size %llu",
                short_key(&peer->key), (unsigned long long)peer->own_head.size);
}

/* Nodes of States that are trusted now, linked or not, if they have said something. */
static unsigned own_words(struct peering *p, struct ownhead_word ret[static SYNC_PEERS]) {
    unsigned count = 0;
    for (unsigned i = 0; i < SYNC_PEERS; i++) {
        const struct peer *peer = &p->peer[i];
        own_update(p, i);
        const struct admitted *row = peer->used ? admission_find(&p->admission, &peer->key) : NULL;
        if (!row || row->class != LINK_MEMBER || peer->own == OWNHEAD_UNKNOWN)
            continue;
        ret[count] = (struct ownhead_word){.said = peer->own, .holds = peer->own_head.size > 0};
        snprintf(ret[count++].peer, sizeof ret->peer, "%s", short_key(&peer->key));
    }
    return count;
}

bool peering_confirmed(struct peering *p, char *ret_reason, size_t max) {
    struct ownhead_word word[SYNC_PEERS];
    struct txn t;
    uint64_t when;
    unsigned count = own_words(p, word);
    txn_begin(&t, p->o.store, false);
    bool restored = restored_get(&t, &when);
    txn_abort(&t);
    return ownhead_confirmed(word, count, p->dialling.configured, restored, ret_reason, max);
}

/* ---- links ---- */

static enum link_class on_admit(void *context, const struct pubkey *key) {
    struct peering *p = context;
    const struct admitted *row = admission_find(&p->admission, key);
    return row ? row->class : LINK_NONE;
}

static bool hello_fits(const struct peering *p, const struct message *m) {
    bool version = false;
    for (unsigned i = 0; i < m->hello.version_count; i++)
        version = version || m->hello.version[i] == PROTOCOL_VERSION;
    return version && bytes_is(m->hello.network, p->o.config->network);
}

/* Configured peers are never displaced: one that comes while all places are taken gets that of another, at
 * its next attempt. */
static void place_clear(struct peering *p, const struct pubkey *key) {
    struct peer_row row;
    struct txn t;
    txn_begin(&t, p->o.store, false);
    struct link *victim = NULL;
    if (peers_get(&t, key, &row))
        for (unsigned i = 0; !victim && i < SYNC_PEERS; i++)
            if (p->peer[i].link && !peers_get(&t, &p->peer[i].key, &row))
                victim = p->peer[i].link;
    txn_abort(&t);
    if (victim)
        link_close(victim, ERR_BUSY);
}

/* Local callers say HELLO too, but have no place among the peers. */
static bool on_hello(void *context, struct link *link, struct bytes hello) {
    struct peering *p = context;
    struct message m;
    if (message_decode(hello, &m) || m.kind != MESSAGE_HELLO || !hello_fits(p, &m)) {
        logline(LOGLINE_WARNING, "peer %s: its HELLO names another network or protocol",
                short_key(link_key(link)));
        return false;
    }
    if (link_class_of(link) == LINK_LOCAL)
        return true;
    unsigned place = place_of(p, link_key(link));
    if (place == SYNC_PEERS) {
        logline(LOGLINE_WARNING, "peer %s: all %u places are taken", short_key(link_key(link)), SYNC_PEERS);
        place_clear(p, link_key(link));
        return false;
    }
    struct peer *peer = &p->peer[place];
    memcpy(peer->software, m.hello.software.ptr, m.hello.software.len);
    peer->software[m.hello.software.len] = '\0';
    memcpy(peer->instance, m.hello.instance.ptr, INSTANCE_LEN);
    return true;
}

static void on_up(void *context, struct link *link) {
    struct peering *p = context;
    if (link_class_of(link) == LINK_LOCAL)
        return;
    unsigned place = place_of(p, link_key(link));
    if (place == SYNC_PEERS || p->peer[place].link) {
        link_close(link, ERR_BUSY);
        return;
    }
    struct peer *peer = &p->peer[place];
    const struct admitted *row = admission_find(&p->admission, &peer->key);
    peer->link = link;
    peer->class = link_class_of(link);
    peer->since_s = (uint64_t)time(NULL);
    memcpy(peer->origin, row ? row->origin : "", row ? sizeof peer->origin : 1);
    memcpy(peer->name, row ? row->name : "", row ? sizeof peer->name : 1);
    logline(LOGLINE_INFO, "peer %s (%s) is linked as %s", short_key(&peer->key), peer->origin,
            peer->class == LINK_MEMBER ? "member" : "observer");
    replica_up(p->replica, place, peer->class, peer->instance);
    p->o.changed(p->o.context);
}

static void on_message(void *context, struct link *link, struct frame *frame) {
    struct peering *p = context;
    if (link_class_of(link) == LINK_LOCAL) {
        control_message(p->control, link, frame);
        return;
    }
    unsigned place = peer_of_link(p, link);
    if (place < SYNC_PEERS) {
        replica_message(p->replica, place, frame);
        p->o.changed(p->o.context); /* what it reports may be another */
    } else
        frame_free(frame);
}

static void on_down(void *context, struct link *link, enum err why) {
    struct peering *p = context;
    if (link_class_of(link) == LINK_LOCAL) {
        control_down(p->control, link);
        return;
    }
    unsigned place = peer_of_link(p, link);
    if (place == SYNC_PEERS)
        return;
    p->peer[place].link = NULL;
    p->peer[place].since_s = (uint64_t)time(NULL);
    logline(LOGLINE_INFO, "peer %s is gone: %s", short_key(&p->peer[place].key), err_text(why));
    replica_down(p->replica, place);
    p->o.changed(p->o.context);
}

/* ---- what replication asks for ---- */

static uint64_t io_now(void *context) {
    struct peering *p = context;
    return uv_now(p->o.loop);
}

static uint64_t io_random(void *context) {
    uint64_t value;
    (void)context;
    randombytes_buf(&value, sizeof value);
    return value;
}

static void io_send(void *context, unsigned peer, struct frame *frame) {
    struct peering *p = context;
    if (!p->peer[peer].link)
        frame_free(frame);
    else if (link_send(p->peer[peer].link, frame))
        logline(LOGLINE_WARNING, "peer %s does not take its answers", short_key(&p->peer[peer].key));
}

static void io_close(void *context, unsigned peer, enum err why) {
    struct peering *p = context;
    if (!p->peer[peer].link)
        return;
    logline(LOGLINE_WARNING, "peer %s: %s%s", short_key(&p->peer[peer].key), err_text(why),
            err_standard(why));
    link_close(p->peer[peer].link, why);
}

void peering_room(struct peering *p) {
    struct headroom *h = &p->headroom;
    if (p->closing || !headroom_look(h))
        return;
    if (h->low)
        logline(LOGLINE_WARNING,
                "the disk has %llu MiB left, and the floor is %llu: nothing more is taken from peers until "
                "it has "
                "more; they are served, and own publications are taken",
                (unsigned long long)(h->left >> 20), (unsigned long long)(h->floor >> 20));
    else
        logline(LOGLINE_INFO, "the disk has %llu MiB left again: peers are asked as before",
                (unsigned long long)(h->left >> 20));
    replica_halt(p->replica, h->low);
    p->o.changed(p->o.context);
}

static void job_done(struct committer_job *job) {
    struct peering *p = job->context;
    peering_room(p);
    bool others_moved = job->others_moved;
    if (job->head_moved)
        p->o.moved(p->o.context, &job->record);
    if (job->err == ERR_IO || job->err == ERR_CORRUPT)
        p->o.broken(p->o.context, job->err);
    if (job->err == ERR_QUOTA)
        logline(
            LOGLINE_WARNING,
            "log %s: %llu bytes are kept, and [disk] log_quota allows no more: nothing is added until it is "
            "raised",
            job->record.origin, (unsigned long long)job->record.bytes);
    replica_committed(p->replica, job);
    if (others_moved) /* States are admitted, closed and replaced by what others say of them */
        peering_renew(p);
    p->o.changed(p->o.context);
}

static enum err io_commit(void *context, struct committer_job *job) {
    struct peering *p = context;
    job->context = p;
    job->done = job_done;
    return committer_submit(p->o.writer, job);
}

static void io_reported(void *context, unsigned peer) {
    struct peering *p = context;
    own_update(p, peer);
    p->o.changed(p->o.context);
}

static void io_refused(void *context, unsigned peer, const struct committer_job *job) {
    struct peering *p = context;
    char log[2 * LOG_ID_LEN + 1];
    hex_put(log, job->log, LOG_ID_LEN);
    if (!job->err) {
        logline(
            LOGLINE_WARNING,
            "peer %s, log %s, entry %llu: part: %s%s; taken without it (%u such), which is asked for again "
            "later, of others first",
            short_key(&p->peer[peer].key), log, (unsigned long long)job->wrong.at, err_text(job->wrong.why),
            err_standard(job->wrong.why), job->wrong.count);
        return;
    }
    logline(LOGLINE_WARNING, "peer %s, log %s, entry %llu: %s%s; asked again later, of others first",
            short_key(&p->peer[peer].key), log, (unsigned long long)job->at, err_text(job->err),
            err_standard(job->err));
}

/* ---- the loop's timer for replication: set anew before each wait ---- */

static void on_timer(uv_timer_t *timer) {
    struct peering *p = timer->data;
    replica_timeout(p->replica);
}

static void on_prepare(uv_prepare_t *prepare) {
    struct peering *p = prepare->data;
    uint64_t due = replica_deadline(p->replica), now = uv_now(p->o.loop);
    if (due == UINT64_MAX)
        uv_timer_stop(&p->timer);
    else
        uv_timer_start(&p->timer, on_timer, due > now ? due - now : 0, 0);
}

/* Whose nodes may link, and which are dialled. */
static void nodes_renew(struct peering *p) {
    if (admission_load(&p->admission, p->o.store))
        logline(LOGLINE_ERROR,
                "the list of admitted nodes cannot be read; the old one stays, without States not followed");
    net_readmit(p->net);
    if (!config_courier(p->o.config))
        dialling_renew(&p->dialling, p->net, p->o.store, &p->admission);
}

void peering_renew(struct peering *p) {
    if (p->closing)
        return;
    nodes_renew(p);
    replica_rescan(p->replica);
}

void peering_moved(struct peering *p) {
    if (p->closing)
        return;
    nodes_renew(p);
    replica_refresh(p->replica);
}

/* ---- life ---- */

static enum err net_make(struct peering *p) {
    uint8_t buffer[HELLO_MAX];
    struct message hello = {.kind = MESSAGE_HELLO};
    struct net_options options = {.loop = p->o.loop,
                                  .context = p,
                                  .admit = on_admit,
                                  .hello_came = on_hello,
                                  .up = on_up,
                                  .message = on_message,
                                  .down = on_down};
    hello.hello.version_count = 1;
    hello.hello.version[0] = PROTOCOL_VERSION;
    hello.hello.network = bytes_str(p->o.config->network);
    hello.hello.instance = (struct bytes){store_instance(p->o.store), INSTANCE_LEN};
    hello.hello.software = bytes_str("comity/" COMITY_VERSION);
    hello.hello.frame_max = FRAME_MAX;
    memcpy(options.seed, p->o.seed, KEY_SEED_LEN);
    enum err err = message_encode(&hello, buffer, sizeof buffer, &options.hello);
    return err ? err : net_open(&options, &p->net);
}

enum err peering_open(const struct peering_options *options, struct peering **ret) {
    struct peering *p = calloc(1, sizeof *p);
    if (!p)
        return ERR_MEMORY;
    p->o = *options;
    p->headroom.dir = p->o.config->dir;
    p->headroom.floor = config_disk_floor(p->o.config);
    uint8_t secret[KEY_SECRET_LEN];
    origin_log_id(p->o.config->origin, p->own);
    key_from_seed(p->o.seed, &p->dialling.own, secret);
    sodium_memzero(secret, sizeof secret);
    struct replica_io io = {p, io_now, io_random, io_send, io_close, io_commit, io_reported, io_refused};
    enum err err = replica_open(p->o.store, &io, p->o.config->code[0] != '\0', &p->replica);
    if (!err)
        replica_quota(p->replica, config_log_quota(p->o.config));
    err = err ? err : net_make(p);
    if (err) {
        replica_close(p->replica);
        free(p);
        return err;
    }
    uv_prepare_init(p->o.loop, &p->prepare);
    uv_timer_init(p->o.loop, &p->timer);
    p->prepare.data = p->timer.data = p;
    p->open_handles = 2;
    *ret = p;
    return ERR_OK;
}

enum err peering_start(struct peering *p, struct control *control) {
    char socket[PATH_LEN + 32];
    p->control = control;
    snprintf(socket, sizeof socket, "ipc://%s/run/control.sock", p->o.config->dir);
    enum err err = net_listen(p->net, socket);
    if (err) {
        logline(LOGLINE_ERROR, "control socket %s: %s", socket + 6, err_text(err));
        return err;
    }
    if (p->o.config->listen[0]) {
        err = net_listen(p->net, p->o.config->listen);
        if (err)
            logline(LOGLINE_ERROR, "cannot listen on %s: %s; set [node] listen in %s/comity.conf",
                    p->o.config->listen, err_text(err), p->o.config->dir);
    }
    if (!err) {
        peering_room(p);
        peering_renew(p);
        uv_prepare_start(&p->prepare, on_prepare);
    }
    return err;
}

static void maybe_closed(struct peering *p) {
    if (--p->open_handles == 0)
        p->closed(p->closed_context);
}

static void on_handle_closed(uv_handle_t *handle) {
    maybe_closed(handle->data);
}

static void on_net_closed(void *context) {
    maybe_closed(context);
}

void peering_close(struct peering *p, void (*done)(void *context), void *context) {
    p->closing = true;
    p->closed = done;
    p->closed_context = context;
    p->open_handles = 3;
    uv_prepare_stop(&p->prepare);
    uv_timer_stop(&p->timer);
    uv_close((uv_handle_t *)&p->prepare, on_handle_closed);
    uv_close((uv_handle_t *)&p->timer, on_handle_closed);
    net_close(p->net, on_net_closed, p);
}

void peering_free(struct peering *p) {
    if (!p)
        return;
    replica_close(p->replica);
    admission_done(&p->admission);
    free(p);
}

/* How far the peer says to hold each log: {origin: size}. */
static json_t *reported_json(struct peering *p, struct txn *t, unsigned peer) {
    struct log_record record = {.seq = 0};
    struct head head;
    json_t *object = json_object();
    while (logs_next(t, &record))
        if (replica_reported(p->replica, peer, record.id, &head))
            json_object_set_new(object, record.origin, json_integer((json_int_t)head.size));
    return object;
}

/* What it says of this State's own log; null if nothing yet. */
static json_t *own_json(const struct peer *peer) {
    return peer->own == OWNHEAD_UNKNOWN ? json_null()
                                        : json_pack("{s:I,s:b}", "size", (json_int_t)peer->own_head.size,
                                                    "agrees", peer->own == OWNHEAD_AGREES);
}

static json_t *peer_json(struct peering *p, struct txn *t, unsigned i) {
    static const char *const classes[] = {"none", "observer", "member", "local"};
    const struct peer *peer = &p->peer[i];
    char key[2 * KEY_LEN + 1], since[24], network[NETWORK_MAX + 1], code[CODE_LEN + 1] = "";
    struct peer_row row;
    hex_put(key, peer->key.b, KEY_LEN);
    time_text(peer->since_s, since);
    bool named = peers_get(t, &peer->key, &row) && row.name[0];
    if (peer->class == LINK_MEMBER && origin_check(bytes_str(peer->origin), network, code) == ERR_OK)
        for (char *c = code; *c; c++)
            *c = (char)(*c - 'a' + 'A');
    return json_pack("{s:s,s:s,s:s,s:s,s:b,s:s,s:s,s:s,s:b,s:o,s:o}", "node", key, "name",
                     named ? row.name : peer->name, "state", code, "origin", peer->origin, "up",
                     peer->link != NULL, "class", classes[peer->class], "since", since, "software",
                     peer->software, "complete", replica_complete(p->replica, i), "reported",
                     reported_json(p, t, i), "own", own_json(peer));
}

/* ---- surveys ---- */

void peering_survey(struct peering *p, const uint8_t log[static LOG_ID_LEN]) {
    if (!p->closing)
        replica_survey(p->replica, log, (uint64_t)time(NULL));
}

static json_t *survey_node_json(struct peering *p, struct txn *t, unsigned i) {
    json_t *peer = peer_json(p, t, i), *node = json_object();
    static const char *const members[] = {"node", "name", "state", "class"};
    for (unsigned k = 0; k < sizeof members / sizeof *members; k++)
        json_object_set(node, members[k], json_object_get(peer, members[k]));
    json_object_set_new(node, "said", survey_json(replica_surveyed(p->replica), i, uv_now(p->o.loop)));
    json_decref(peer);
    return node;
}

/* The last one: of which log, and what each node has said; null if there was none. */
static json_t *surveys_json(struct peering *p, struct txn *t) {
    const struct survey *s = replica_surveyed(p->replica);
    struct log_record record;
    char begun[24];
    if (!s->turn || !logs_get(t, s->log, &record))
        return json_null();
    json_t *nodes = json_array();
    for (unsigned i = 0; i < SYNC_PEERS; i++)
        if (p->peer[i].used && p->peer[i].class != LINK_LOCAL)
            json_array_append_new(nodes, survey_node_json(p, t, i));
    time_text(s->begun_s, begun);
    return json_pack("{s:s, s:s, s:i, s:b, s:o}", "origin", record.origin, "asked", begun, "entries",
                     (int)s->entries, "more", s->more, "nodes", nodes);
}

json_t *peering_json(struct peering *p) {
    char reason[300];
    json_t *peers = json_array();
    bool confirmed = peering_confirmed(p, reason, sizeof reason);
    struct txn t;
    txn_begin(&t, p->o.store, false);
    for (unsigned i = 0; i < SYNC_PEERS; i++)
        if (p->peer[i].used)
            json_array_append_new(peers, peer_json(p, &t, i));
    json_t *survey = surveys_json(p, &t);
    txn_abort(&t);
    struct net_counts counts = net_counts(p->net);
    struct sync_counts sync = replica_counts(p->replica);
    gauges_tell(&counts, &sync);
    json_t *disk = json_pack("{s:I,s:I,s:b}", "left", (json_int_t)(p->headroom.left & INT64_MAX), "floor",
                             (json_int_t)p->headroom.floor, "low", p->headroom.low);
    return json_pack("{s:b,s:o,s:o,s:o,s:b,s:s,s:i,s:i,s:I,s:I}", "running", true, "disk", disk, "survey",
                     survey, "peers", peers, "confirmed", confirmed, "confirm_reason", reason, "configured",
                     (int)p->dialling.configured, "links", (int)counts.links, "bytes_in",
                     (json_int_t)counts.bytes_in, "bytes_out", (json_int_t)counts.bytes_out);
}
