/* How fast is a link?  512 KiB answers with 4 requests in flight, and round trips of 1 KiB, over TLS and over
 * ipc://, and as a ratio to a plain TCP socket in the same run.
 *
 *   bench_link [SECONDS]     for each measurement; 2
 *
 * The answering side is a process of its own. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/net/link.h"
#include "tests/lib/tmp.h"

#define TLS_PORT 21090
#define PLAIN_PORT 21091
#define DEPTH 4
#define BULK (512 * 1024)
#define SHORT 1024

extern char **environ;

static void need(bool good, const char *what) {
    if (good)
        return;
    fprintf(stderr, "bench_link: %s\n", what);
    exit(1);
}

static void seed(uint8_t number, uint8_t ret[static KEY_SEED_LEN]) {
    memset(ret, number, KEY_SEED_LEN);
}

static void key_of(uint8_t number, struct pubkey *ret) {
    uint8_t s[KEY_SEED_LEN], secret[KEY_SECRET_LEN];
    seed(number, s);
    key_from_seed(s, ret, secret);
}

/* ---- both sides of a link ---- */

static struct bench {
    uv_loop_t loop;
    struct link *link;
    uint64_t answers, bytes;
    size_t wanted; /* bytes of an answer */
    bool closed;
} bench;

static enum link_class admit(void *context, const struct pubkey *key) {
    (void)context, (void)key;
    return LINK_MEMBER;
}

static bool hello_came(void *context, struct link *link, struct bytes hello) {
    (void)context, (void)link, (void)hello;
    return true;
}

static void up(void *context, struct link *link) {
    (void)context;
    bench.link = link;
}

static void down(void *context, struct link *link, enum err why) {
    (void)context, (void)link, (void)why;
    bench.link = NULL;
}

static void serve(void *context, struct link *link, struct frame *frame) {
    (void)context;
    struct frame *answer = frame_new(be32_get(frame->data));
    frame_free(frame);
    need(answer, "out of memory");
    memset(answer->data, 7, 4);
    (void)link_send(link, answer);
}

static void ask(struct link *link) {
    struct frame *frame = frame_new(bench.wanted == SHORT ? SHORT : 4);
    need(frame, "out of memory");
    memset(frame->data, 0, frame->len);
    be32_put(frame->data, (uint32_t)bench.wanted);
    (void)link_send(link, frame);
}

static void answered(void *context, struct link *link, struct frame *frame) {
    (void)context;
    bench.answers++;
    bench.bytes += frame->len;
    frame_free(frame);
    ask(link);
}

static struct net *open_net(uint8_t number, void (*message)(void *, struct link *, struct frame *)) {
    struct net *net = NULL;
    struct net_options options = {.loop = &bench.loop,
                                  .hello = bytes_str("hello"),
                                  .admit = admit,
                                  .hello_came = hello_came,
                                  .up = up,
                                  .message = message,
                                  .down = down,
                                  .redial_ms = 20};
    seed(number, options.seed);
    need(!uv_loop_init(&bench.loop) && !net_open(&options, &net), "no net");
    return net;
}

static void closed(void *context) {
    (void)context;
    bench.closed = true;
}

/* Give answers a second; ipc:// dials once, so its server must be there. */
static double measure(const char *url, size_t wanted, unsigned depth, double seconds) {
    struct pubkey server;
    key_of(1, &server);
    bench = (struct bench){.wanted = wanted};
    struct net *net = open_net(2, answered);
    need(net_dial(net, url, strncmp(url, "ipc", 3) ? &server : NULL), "no dialler");
    while (!bench.link)
        uv_run(&bench.loop, UV_RUN_ONCE);
    for (unsigned i = 0; i < depth; i++)
        ask(bench.link);
    while (bench.answers < 50 && bench.link)
        uv_run(&bench.loop, UV_RUN_ONCE);
    uint64_t before = bench.answers, begun = uv_hrtime();
    while (uv_hrtime() - begun < (uint64_t)(seconds * 1e9) && bench.link)
        uv_run(&bench.loop, UV_RUN_ONCE);
    double took = (double)(uv_hrtime() - begun) / 1e9;
    need(bench.link, "the link broke");
    double rate = (double)(bench.answers - before) / took;
    net_close(net, closed, NULL);
    while (!bench.closed)
        uv_run(&bench.loop, UV_RUN_ONCE);
    uv_loop_close(&bench.loop);
    return rate;
}

/* ---- the same over a plain socket ---- */

static bool move(int fd, uint8_t *bytes, size_t len, bool out) {
    while (len) {
        ssize_t count = out ? send(fd, bytes, len, MSG_NOSIGNAL) : recv(fd, bytes, len, 0);
        if (count <= 0)
            return false;
        bytes += count;
        len -= (size_t)count;
    }
    return true;
}

static int plain(bool server) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(PLAIN_PORT)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (server)
        need(!bind(fd, (struct sockaddr *)&at, sizeof at) && !listen(fd, 8), "no plain listener");
    else
        need(!connect(fd, (struct sockaddr *)&at, sizeof at), "no plain connection");
    return fd;
}

static void plain_serve(int listener) {
    static uint8_t request[SHORT], answer[BULK];
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        while (move(fd, request, sizeof request, false) && move(fd, answer, be32_get(request), true))
            ;
        close(fd);
    }
}

static double plain_measure(size_t wanted, unsigned depth, double seconds) {
    static uint8_t request[SHORT], answer[BULK];
    int fd = plain(false);
    uint64_t answers = 0, begun = uv_hrtime();
    be32_put(request, (uint32_t)wanted);
    for (unsigned i = 0; i < depth; i++)
        need(move(fd, request, sizeof request, true), "plain");
    while (uv_hrtime() - begun < (uint64_t)(seconds * 1e9)) {
        need(move(fd, answer, wanted, false) && move(fd, request, sizeof request, true), "plain");
        answers++;
    }
    double took = (double)(uv_hrtime() - begun) / 1e9;
    close(fd);
    return (double)answers / took;
}

/* ---- ---- */

static int server(const char *role, const char *url) {
    char ready = 1;
    if (strcmp(role, "plain") == 0) {
        int fd = plain(true);
        need(write(1, &ready, 1) == 1, "nobody waits");
        plain_serve(fd);
    }
    struct net *net = open_net(1, serve);
    need(!net_listen(net, url), "cannot listen");
    need(write(1, &ready, 1) == 1, "nobody waits");
    uv_run(&bench.loop, UV_RUN_DEFAULT);
    return 0;
}

static pid_t start(const char *role, const char *url) {
    pid_t pid = 0;
    int ends[2];
    char ready, *arguments[] = {"bench_link", (char *)(uintptr_t)role, (char *)(uintptr_t)url, NULL};
    posix_spawn_file_actions_t actions;
    need(!pipe(ends) && !posix_spawn_file_actions_init(&actions) &&
             !posix_spawn_file_actions_adddup2(&actions, ends[1], 1) &&
             !posix_spawn_file_actions_addclose(&actions, ends[0]) &&
             !posix_spawn(&pid, "/proc/self/exe", &actions, NULL, arguments, environ),
         "cannot start the other side");
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    need(read(ends[0], &ready, 1) == 1, "the other side did not start");
    close(ends[0]);
    return pid;
}

static void stop(pid_t pid) {
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void report(const char *name, double bulk, double trips, double plain_bulk, double plain_trips) {
    printf("%-10s %6.0f MB/s in 512 KiB frames (%.2f of plain), %4.0f us a round trip of 1 KiB (%.1f)\n",
           name, bulk * BULK / 1e6, bulk / plain_bulk, 1e6 / trips, plain_trips / trips);
}

int main(int argc, char **argv) {
    if (argc == 3)
        return server(argv[1], argv[2]);
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 2;
    char dir[TMP_LEN], local[TMP_LEN + 32];
    tmp_open(dir);
    snprintf(local, sizeof local, "ipc://%s/bench.sock", dir);

    pid_t pid = start("plain", "");
    double plain_bulk = plain_measure(BULK, DEPTH, seconds), plain_trips = plain_measure(SHORT, 1, seconds);
    stop(pid);
    report("plain tcp", plain_bulk, plain_trips, plain_bulk, plain_trips);
    for (int tls = 1; tls >= 0; tls--) {
        const char *url = tls ? "tcp://127.0.0.1:21090" : local;
        pid = start("link", url);
        double bulk = measure(url, BULK, DEPTH, seconds), trips = measure(url, SHORT, 1, seconds);
        stop(pid);
        report(tls ? "TLS link" : "ipc link", bulk, trips, plain_bulk, plain_trips);
    }
    tmp_close(dir);
    return 0;
}
