/* How fast one node takes over another's log: two processes on loopback, TLS, the gate, and durable commits;
 * beside it LMDB alone with the same bytes, in transactions of the same size, on the same disk in the same
 * run.
 *
 *   bench_replication [entries [leaf bytes [part bytes]]]
 *
 * The clock runs from the start of the pulling node (its dial and handshake included) to the commit of its
 * last entry.  The last line is for programs. */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "node/answer.h"
#include "node/peering.h"
#include "store/roster.h"
#include "tests/bench/raw.h"
#include "tests/lib/tmp.h"

#define GROUP 8000 /* entries in a transaction of LMDB alone: what a node's transactions hold at most */
#define LIMIT_S 600

static struct author author;

struct node {
    uv_loop_t loop;
    struct config config;
    struct store *store;
    struct ops ops;
    struct committer *writer;
    struct peering *peering;
    uv_signal_t signal;
    uv_timer_t limit;
    uint64_t wanted; /* entries at which this node stops */
    bool reached;
};

static void seed_make(unsigned number, uint8_t seed[static KEY_SEED_LEN], struct pubkey *ret) {
    uint8_t secret[KEY_SECRET_LEN];
    memset(seed, 0, KEY_SEED_LEN);
    memcpy(seed, "comity bench node", 17);
    seed[31] = (uint8_t)number;
    key_from_seed(seed, ret, secret);
}

static void on_all_closed(void *context) {
    struct node *n = context;
    committer_close(n->writer);
}

static void node_stop(struct node *n) {
    if (uv_is_closing((uv_handle_t *)&n->signal))
        return;
    uv_close((uv_handle_t *)&n->signal, NULL);
    uv_close((uv_handle_t *)&n->limit, NULL);
    peering_close(n->peering, on_all_closed, n);
}

static void on_signal(uv_signal_t *signal, int number) {
    (void)number;
    node_stop(signal->data);
}

static void on_limit(uv_timer_t *timer) {
    node_stop(timer->data);
}

static void on_changed(void *context) {
    (void)context;
}

static void on_broken(void *context, enum err err) {
    fprintf(stderr, "the store: %s\n", err_text(err));
    node_stop(context);
}

static void on_moved(void *context, const struct log_record *record) {
    struct node *n = context;
    n->reached = n->wanted && record->head.size >= n->wanted;
    if (n->reached)
        node_stop(n);
}

static void op_none(struct node *n, unsigned number, const char *dir, unsigned port) {
    snprintf(n->config.dir, sizeof n->config.dir, "%s", dir);
    snprintf(n->config.network, sizeof n->config.network, "test.example");
    snprintf(n->config.code, sizeof n->config.code, "%s", number ? "ke" : "fr");
    if (number == 0)
        snprintf(n->config.listen, sizeof n->config.listen, "tcp://127.0.0.1:%u", port);
    n->ops = (struct ops){.store = n->store,
                          .network = n->config.network,
                          .origin = number ? "test.example/ke/0000000000000000"
                                           : "test.example/fr/0000000000000000"};
}

/* Run a node of the pair until it has what it wants, or is told to end. */
static bool node_run(unsigned number, const char *dir, unsigned port, uint64_t wanted) {
    static struct node n;
    struct pubkey key;
    char run[TMP_LEN + 64];
    snprintf(run, sizeof run, "%s", dir);
    n.store = author_store(run, 0);
    op_none(&n, number, dir, port);
    n.wanted = wanted;
    uv_loop_init(&n.loop);
    must((int)committer_open(&n.loop, n.store, &n.ops, &n.writer), "writer");
    struct peering_options options = {.loop = &n.loop,
                                      .config = &n.config,
                                      .store = n.store,
                                      .writer = n.writer,
                                      .changed = on_changed,
                                      .moved = on_moved,
                                      .broken = on_broken,
                                      .context = &n};
    seed_make(number, options.seed, &key);
    must((int)peering_open(&options, &n.peering), "peering");
    uv_signal_init(&n.loop, &n.signal);
    uv_timer_init(&n.loop, &n.limit);
    n.signal.data = n.limit.data = &n;
    uv_signal_start(&n.signal, on_signal, SIGTERM);
    uv_timer_start(&n.limit, on_limit, LIMIT_S * 1000, 0);
    must((int)peering_start(n.peering, NULL), "start");
    uv_run(&n.loop, UV_RUN_DEFAULT);
    peering_free(n.peering);
    store_close(n.store);
    return n.reached;
}

/* A store that carries the log and admits the other node. */
static void prepare(const char *dir, unsigned other, unsigned port, uint64_t entries) {
    struct pin pin = {.hash = author.authority.hash};
    struct peer_row row = {.invited = true};
    uint8_t seed[KEY_SEED_LEN];
    char run[TMP_LEN + 64];
    struct txn t;
    struct store *store = author_store(dir, 0);
    author_register(&author, store);
    memcpy(pin.origin, author.origin, sizeof pin.origin);
    memcpy(row.origin, author.origin, sizeof row.origin);
    seed_make(other, seed, &row.node);
    if (other == 0)
        snprintf(row.address, sizeof row.address, "tcp://127.0.0.1:%u", port);
    txn_begin(&t, store, true);
    roster_pin(&t, &pin);
    peers_put(&t, &row);
    must((int)txn_commit(&t), "pin");
    for (uint64_t done = 0; done < entries; done += 1000) {
        struct log_record record;
        txn_begin(&t, store, true);
        for (uint64_t to = done; to < done + 1000 && to < entries; to += 500)
            must((int)author_deliver(&author, &t, to + 500 < entries ? to + 500 : entries, entries, &record),
                 "deliver");
        must((int)txn_commit(&t), "commit");
    }
    store_close(store);
    snprintf(run, sizeof run, "%s", dir);
    char sub[TMP_LEN + 80];
    sub_directory(sub, sizeof sub, run, "run");
}

static double raw_time(const char *dir, uint64_t entries) {
    struct raw raw;
    raw_open(&raw, dir);
    double start = now_s();
    for (uint64_t done = 0; done < entries; done += GROUP)
        raw_append(&raw, &author, done, done + GROUP < entries ? done + GROUP : entries);
    double took = now_s() - start;
    mdb_env_close(raw.env);
    return took;
}

/* Wait until the other process listens: its start is not what is measured. */
static void listening_wait(unsigned port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int tries = 0; tries < 5000; tries++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool there = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
        close(fd);
        if (there)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
    must(1, "the serving node does not listen");
}

static double cpu_s(int who) {
    struct rusage usage;
    getrusage(who, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv) {
    uint64_t entries = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
    size_t leaf_len = argc > 2 ? strtoul(argv[2], NULL, 10) : 300,
           part_len = argc > 3 ? strtoul(argv[3], NULL, 10) : 600;
    unsigned port = 20000 + (unsigned)getpid() % 10000;
    char dir[TMP_LEN], from[TMP_LEN + 16], to[TMP_LEN + 16], alone[TMP_LEN + 16];
    if (entries == 0)
        return 64;
    tmp_open(dir);
    sub_directory(from, sizeof from, dir, "from");
    sub_directory(to, sizeof to, dir, "to");
    sub_directory(alone, sizeof alone, dir, "alone");
    author_open(&author, "fr", 1);
    author_fill(&author, entries, leaf_len, part_len);
    prepare(from, 1, port, entries);
    prepare(to, 0, port, 0);
    double raw = raw_time(alone, entries);
    digest_thread_done();
    fflush(stdout);
    pid_t child = fork(); /* before any thread of NNG's */
    if (child == 0)
        _exit(node_run(0, from, port, 0) ? 1 : 0);
    listening_wait(port);
    double cpu = cpu_s(RUSAGE_SELF), start = now_s();
    bool reached = node_run(1, to, port, entries);
    double took = now_s() - start;
    cpu = cpu_s(RUSAGE_SELF) - cpu;
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
    double rate = (double)entries / took, alone_rate = (double)entries / raw;
    printf("entries %llu, leaf %zu, parts %zu\n", (unsigned long long)entries, leaf_len, part_len);
    printf("node to node %9.0f entries/s, verified and durable, over TLS (%.2f s, of them %.2f s on the "
           "puller's CPUs)\n",
           rate, took, cpu);
    printf("LMDB alone   %9.0f entries/s\n", alone_rate);
    printf("{\"entries\": %llu, \"replicated_per_s\": %.0f, \"lmdb_per_s\": %.0f, \"ratio\": %.3f}\n",
           (unsigned long long)entries, rate, alone_rate, rate / alone_rate);
    author_close(&author);
    tmp_close(dir);
    return reached ? 0 : 1;
}
