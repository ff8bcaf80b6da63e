/* A storm: links closed at random by either side under 512 KiB frames both ways, and afterwards everything is
 * back: links, descriptors, threads, heap.
 *
 *   storm [CLOSES [SEED]]     for each of three rounds, over TLS and over ipc://; 300
 *
 * The side that listens and the sides that dial run on a loop and a thread each. */
#include <dirent.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/net/link.h"
#include "tests/lib/tmp.h"

#define DIALLERS 12
#define LINKS 64
#define BULK (512 * 1024)
#define DEPTH 2
#define HEAP_SLACK (1 << 20)

static void need(bool good, const char *what) {
    if (good)
        return;
    fprintf(stderr, "storm: %s\n", what);
    abort();
}

/* ---- one node ---- */

struct node {
    struct net *net;
    struct side *side;
    struct dialler *dialler;
    struct link *link[LINKS];
    unsigned links;
    bool closed;
};

/* All nodes of a thread. */
struct side {
    uv_loop_t loop;
    uv_timer_t timer;
    struct node node[DIALLERS];
    unsigned nodes;
    bool dials;
    uint64_t dice;
    bool stopped;
};

static char url[TMP_LEN + 32];
static bool local;
static struct pubkey server_key;
static atomic_uint closes, answers, wrong, ups;
static atomic_bool over;

static unsigned roll(struct side *side, unsigned below) {
    side->dice ^= side->dice << 13, side->dice ^= side->dice >> 7, side->dice ^= side->dice << 17;
    return (unsigned)(side->dice >> 33) % below;
}

static enum link_class admit(void *context, const struct pubkey *key) {
    (void)context, (void)key;
    return LINK_MEMBER;
}

static bool hello_came(void *context, struct link *link, struct bytes hello) {
    (void)context, (void)link, (void)hello;
    return true;
}

/* A question has one byte, the answer BULK of them, all alike. */
static void ask(struct node *node, struct link *link) {
    struct frame *frame = frame_new(1);
    need(frame, "out of memory");
    frame->data[0] = (uint8_t)roll(node->side, 256);
    (void)link_send(link, frame);
}

static void up(void *context, struct link *link) {
    struct node *node = context;
    need(node->links < LINKS, "too many links");
    node->link[node->links++] = link;
    atomic_fetch_add(&ups, 1);
    for (int i = 0; i < DEPTH; i++)
        ask(node, link);
}

static void message(void *context, struct link *link, struct frame *frame) {
    struct node *node = context;
    if (frame->len == 1) {
        struct frame *answer = frame_new(BULK);
        need(answer, "out of memory");
        memset(answer->data, frame->data[0], BULK);
        (void)link_send(link, answer);
    } else {
        bool good = frame->len == BULK && frame->data[0] == frame->data[BULK / 2] &&
                    frame->data[0] == frame->data[BULK - 1];
        atomic_fetch_add(&wrong, !good);
        atomic_fetch_add(&answers, 1);
        ask(node, link);
    }
    frame_free(frame);
}

static void down(void *context, struct link *link, enum err why) {
    struct node *node = context;
    unsigned at = 0;
    (void)why;
    while (at < node->links && node->link[at] != link)
        at++;
    need(at < node->links, "down without up");
    node->link[at] = node->link[--node->links];
}

static void closed(void *context) {
    struct node *node = context;
    node->closed = true;
}

/* ---- a side ---- */

static void redial(struct node *node) {
    if (node->dialler)
        net_undial(node->dialler);
    node->dialler = net_dial(node->net, url, local ? NULL : &server_key);
    need(node->dialler, "no dialler");
}

static void chaos(uv_timer_t *timer) {
    struct side *side = timer->data;
    for (unsigned i = 0; i < side->nodes; i++) {
        struct node *node = &side->node[i];
        if (node->links && roll(side, side->dials ? 20 : 3) == 0) {
            link_close(node->link[roll(side, node->links)], ERR_OK);
            atomic_fetch_add(&closes, 1);
        }
        if (side->dials && (local ? !node->links && roll(side, 4) == 0 : roll(side, 200) == 0))
            redial(node); /* a local one dials once; the others now and then give up in the middle */
    }
    if (atomic_load(&over) && !side->stopped) {
        side->stopped = true;
        for (unsigned i = 0; i < side->nodes; i++)
            net_close(side->node[i].net, closed, &side->node[i]);
        side->nodes = 0;
        uv_close((uv_handle_t *)timer, NULL);
    }
}

static void node_open(struct side *side, unsigned number) {
    struct node *node = &side->node[side->nodes++];
    struct net_options options = {.loop = &side->loop,
                                  .hello = bytes_str("storm"),
                                  .context = node,
                                  .admit = admit,
                                  .hello_came = hello_came,
                                  .up = up,
                                  .message = message,
                                  .down = down,
                                  .redial_ms = 5};
    *node = (struct node){.side = side};
    memset(options.seed, (int)number, KEY_SEED_LEN);
    need(!net_open(&options, &node->net), "no net");
}

static void *run(void *arg) {
    struct side *side = arg;
    uv_run(&side->loop, UV_RUN_DEFAULT);
    need(uv_loop_close(&side->loop) == 0, "a handle is left");
    return NULL;
}

static void side_open(struct side *side, bool dials, uint64_t seed) {
    *side = (struct side){.dials = dials, .dice = seed * 2654435761u + 88172645463325252u + dials};
    uv_loop_init(&side->loop);
    uv_timer_init(&side->loop, &side->timer);
    side->timer.data = side;
    uv_timer_start(&side->timer, chaos, 2, 2);
    if (!dials) {
        node_open(side, 1);
        need(!net_listen(side->node[0].net, url), "cannot listen");
        return;
    }
    for (unsigned i = 0; i < DIALLERS; i++) {
        node_open(side, 2 + i);
        redial(&side->node[i]);
    }
}

/* ---- what is left ---- */

struct left {
    unsigned descriptors, threads;
    size_t heap;
};

static unsigned entries(const char *path) {
    unsigned count = 0;
    DIR *dir = opendir(path);
    while (dir && readdir(dir))
        count++;
    if (dir)
        closedir(dir);
    return count;
}

static struct left look(void) {
    struct left left = {entries("/proc/self/fd"), entries("/proc/self/task"), 0};
    malloc_trim(0);
    left.heap = mallinfo2().uordblks + mallinfo2().hblkhd;
    return left;
}

/* NNG frees on a thread of its own: look until it is done. */
static bool comes_back(const struct left *before, struct left *now) {
    for (int i = 0; i < 1000; i++) {
        *now = look();
        if (now->descriptors <= before->descriptors && now->threads <= before->threads &&
            now->heap <= before->heap + HEAP_SLACK)
            return true;
        usleep(10000);
    }
    return false;
}

/* What is left when the first round has come to rest: NNG's threads and what stays allocated for good. */
static struct left settle(void) {
    struct left before, now = look();
    int same = 0;
    for (int i = 0; i < 1000 && same < 20; i++) {
        before = now;
        usleep(10000);
        now = look();
        same = memcmp(&before, &now, sizeof now) ? 0 : same + 1;
    }
    return now;
}

static void round_of(unsigned count, uint64_t seed) {
    static struct side server, diallers;
    pthread_t thread;
    atomic_store(&closes, 0), atomic_store(&answers, 0), atomic_store(&ups, 0), atomic_store(&over, false);
    side_open(&server, false, seed);
    side_open(&diallers, true, seed);
    need(!pthread_create(&thread, NULL, run, &server), "no thread");
    pthread_t other;
    need(!pthread_create(&other, NULL, run, &diallers), "no thread");
    unsigned seen = 0;
    for (int quiet = 0; atomic_load(&closes) < count; quiet++) {
        usleep(10000);
        if (atomic_load(&answers) != seen)
            quiet = 0;
        seen = atomic_load(&answers);
        need(quiet < 3000, "wedged: half a minute without an answer");
    }
    atomic_store(&over, true);
    pthread_join(thread, NULL);
    pthread_join(other, NULL);
}

int main(int argc, char **argv) {
    unsigned count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 300;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    char dir[TMP_LEN];
    uint8_t server_seed[KEY_SEED_LEN], secret[KEY_SECRET_LEN];
    bool good = true;
    memset(server_seed, 1, sizeof server_seed);
    key_from_seed(server_seed, &server_key, secret);
    tmp_open(dir);
    for (int kind = 0; kind < 2; kind++) {
        struct left first = {0}, now;
        local = kind;
        if (local)
            snprintf(url, sizeof url, "ipc://%s/storm.sock", dir);
        else
            snprintf(url, sizeof url, "tcp://127.0.0.1:21020");
        for (unsigned i = 0; i < 3; i++) {
            round_of(count, seed + i);
            bool back = i == 0 || comes_back(&first, &now);
            if (i == 0)
                first = now = settle();
            printf("%s, seed %llu: %u closes, %u links up, %u answers, %u wrong; left: %u descriptors, %u "
                   "threads, %zu KiB%s\n",
                   local ? "ipc" : "tls", (unsigned long long)(seed + i), atomic_load(&closes),
                   atomic_load(&ups), atomic_load(&answers), atomic_load(&wrong), now.descriptors,
                   now.threads, now.heap / 1024, back ? "" : ": NOT BACK");
            fflush(stdout);
            good = good && back && !atomic_load(&wrong) && atomic_load(&answers) && atomic_load(&ups);
        }
    }
    tmp_close(dir);
    return good ? 0 : 1;
}
