/* A network for tests: namespaces with one interface each, and all packets between them pass through here,
 * where they are lost, delayed, doubled, slowed down and counted, each direction of each pair by itself.
 *
 *   cable COUNT SEED     "NUMBER DESCRIPTOR" a line, then "ready": node NUMBER (from 1) has the
 * address 10.77.0.NUMBER in the namespace /proc/<pid of cable>/fd/DESCRIPTOR
 *
 * Orders come on standard input, one a line; 0 stands for all nodes; each is answered with a line:
 *   set FROM TO LOSS DELAY JITTER DOUBLED RATE   -> ok      LOSS and DOUBLED in 1/1000, DELAY and JITTER in
 * ms, RATE in KiB/s or 0; LOSS 1000 cuts this direction count FROM TO   -> PACKETS BYTES PAYLOAD LOST that
 * came, of IPv4, of TCP's payload; and packets lost here
 *
 * The interfaces and namespaces end with this process and with those that run in them.  Jitter reorders. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { NODES = 64, PACKET = 2048, HELD = 65536, BURST = 64, QUEUE_US = 1000000 };

struct path {
    unsigned loss, doubled;             /* in 1/1000 */
    uint64_t delay_us, jitter_us, rate; /* rate: bytes a second */
    uint64_t free_us;                   /* when its last byte has left */
    uint64_t packets, bytes, payload, lost;
};

struct packet {
    uint64_t due_us, order;
    uint16_t to, len;
    uint8_t data[];
};

static struct path path[NODES + 1][NODES + 1]; /* [from][to] */
static int tun[NODES + 1];
static unsigned nodes;
static struct packet *held[HELD]; /* a heap, soonest first */
static size_t held_count;
static uint64_t dice, order;

static void die(const char *what) {
    fprintf(stderr, "cable: %s: %s\n", what, strerror(errno));
    exit(77);
}

static uint64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static uint64_t below(uint64_t limit) {
    dice ^= dice << 13, dice ^= dice >> 7, dice ^= dice << 17;
    return limit ? (dice >> 11) % limit : 0;
}

/* ---- packets on their way ---- */

static bool sooner(const struct packet *a, const struct packet *b) {
    return a->due_us != b->due_us ? a->due_us < b->due_us : a->order < b->order;
}

static void swap(size_t a, size_t b) {
    struct packet *kept = held[a];
    held[a] = held[b];
    held[b] = kept;
}

static void hold(struct packet *packet) {
    size_t at = held_count++;
    held[at] = packet;
    for (; at && sooner(held[at], held[(at - 1) / 2]); at = (at - 1) / 2)
        swap(at, (at - 1) / 2);
}

static struct packet *take_first(void) {
    struct packet *first = held[0];
    held[0] = held[--held_count];
    for (size_t at = 0, child; (child = 2 * at + 1) < held_count; at = child) {
        if (child + 1 < held_count && sooner(held[child + 1], held[child]))
            child++;
        if (!sooner(held[child], held[at]))
            break;
        swap(at, child);
    }
    return first;
}

static void deliver(uint64_t now) {
    while (held_count && held[0]->due_us <= now) {
        struct packet *packet = take_first();
        if (write(tun[packet->to], packet->data, packet->len) < 0 && errno != EAGAIN && errno != ENOBUFS &&
            errno != EIO)
            die("write");
        free(packet);
    }
}

/* ---- what happens to a packet ---- */

/* Bytes that TCP carries, without heads. */
static size_t payload(const uint8_t *data, size_t len) {
    size_t ip = (size_t)(data[0] & 15) * 4;
    if (data[9] != IPPROTO_TCP || len < ip + 20)
        return 0;
    size_t heads = ip + (size_t)(data[ip + 12] >> 4) * 4;
    return len > heads ? len - heads : 0;
}

static void send_on(struct path *p, unsigned to, const uint8_t *data, size_t len, uint64_t now) {
    uint64_t leaves = p->free_us > now ? p->free_us : now;
    struct packet *packet = NULL;
    if (leaves - now < QUEUE_US && held_count < HELD)
        packet = malloc(sizeof *packet + len);
    if (!packet) { /* a full queue drops what comes */
        p->lost++;
        return;
    }
    if (p->rate)
        p->free_us = leaves += len * 1000000 / p->rate;
    packet->due_us = leaves + p->delay_us + below(p->jitter_us);
    packet->order = order++;
    packet->to = (uint16_t)to;
    packet->len = (uint16_t)len;
    memcpy(packet->data, data, len);
    hold(packet);
}

static void came(unsigned from, const uint8_t *data, size_t len, uint64_t now) {
    if (len < 20 || data[0] >> 4 != 4 || memcmp(data + 16, "\x0a\x4d\x00", 3) != 0 || data[19] == 0 ||
        data[19] > nodes)
        return;
    unsigned to = data[19];
    struct path *p = &path[from][to];
    p->packets++;
    p->bytes += len;
    p->payload += payload(data, len);
    if (below(1000) < p->loss) {
        p->lost++;
        return;
    }
    send_on(p, to, data, len, now);
    if (below(1000) < p->doubled)
        send_on(p, to, data, len, now);
}

/* ---- namespaces ---- */

static void address_set(int fd, struct ifreq *r, unsigned long request, const char *address) {
    struct sockaddr_in in = {.sin_family = AF_INET};
    inet_pton(AF_INET, address, &in.sin_addr);
    memcpy(&r->ifr_addr, &in, sizeof in);
    if (ioctl(fd, request, r))
        die("address");
}

static void bring_up(int fd, struct ifreq *r) {
    if (ioctl(fd, SIOCGIFFLAGS, r))
        die("flags");
    r->ifr_flags |= IFF_UP | IFF_RUNNING;
    if (ioctl(fd, SIOCSIFFLAGS, r))
        die("up");
}

/* Enter a new namespace and make its interface; what stays open is the way in from outside. */
static void space_open(unsigned number) {
    char address[32];
    struct ifreq lo = {.ifr_name = "lo"}, r = {.ifr_name = "cable"};
    if (unshare(CLONE_NEWNET))
        die("a network namespace");
    int space = open("/proc/self/ns/net", O_RDONLY), fd = socket(AF_INET, SOCK_DGRAM, 0);
    tun[number] = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    r.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (space < 0 || fd < 0 || tun[number] < 0 || ioctl(tun[number], TUNSETIFF, &r))
        die("/dev/net/tun");
    snprintf(address, sizeof address, "10.77.0.%u", number);
    address_set(fd, &r, SIOCSIFADDR, address);
    address_set(fd, &r, SIOCSIFNETMASK, "255.255.255.0");
    bring_up(fd, &r);
    bring_up(fd, &lo);
    close(fd);
    printf("%u %d\n", number, space);
}

/* ---- orders ---- */

static bool number_next(char **at, uint64_t *ret) {
    char *end;
    errno = 0;
    *ret = strtoull(*at, &end, 10);
    bool good = end != *at && !errno;
    *at = end;
    return good;
}

static void path_set(struct path *p, const uint64_t value[static 5]) {
    p->loss = (unsigned)value[0];
    p->delay_us = value[1] * 1000;
    p->jitter_us = value[2] * 1000;
    p->doubled = (unsigned)value[3];
    p->rate = value[4] * 1024;
    p->free_us = 0;
}

static void path_add(struct path *sum, const struct path *p) {
    sum->packets += p->packets;
    sum->bytes += p->bytes;
    sum->payload += p->payload;
    sum->lost += p->lost;
}

static bool obey(char *line) {
    uint64_t from = 0, to = 0, value[5] = {0};
    bool setting = strncmp(line, "set ", 4) == 0;
    struct path sum = {0};
    if (!setting && strncmp(line, "count ", 6) != 0)
        return false;
    char *at = line + (setting ? 4 : 6);
    bool good = number_next(&at, &from) && number_next(&at, &to) && from <= nodes && to <= nodes;
    for (unsigned i = 0; i < 5 && setting; i++)
        good = good && number_next(&at, &value[i]);
    for (uint64_t f = from ? from : 1; good && f <= (from ? from : nodes); f++)
        for (uint64_t t = to ? to : 1; t <= (to ? to : nodes); t++)
            if (setting)
                path_set(&path[f][t], value);
            else
                path_add(&sum, &path[f][t]);
    if (good && setting)
        puts("ok");
    else if (good)
        printf("%llu %llu %llu %llu\n", (unsigned long long)sum.packets, (unsigned long long)sum.bytes,
               (unsigned long long)sum.payload, (unsigned long long)sum.lost);
    return good;
}

/* Read what has come of standard input and obey whole lines; false at its end. */
static bool orders(void) {
    static char buffer[4096];
    static size_t fill;
    ssize_t count = read(STDIN_FILENO, buffer + fill, sizeof buffer - 1 - fill);
    if (count <= 0)
        return false;
    fill += (size_t)count;
    buffer[fill] = 0;
    for (char *end; (end = memchr(buffer, '\n', fill)) != NULL;) {
        *end = 0;
        if (!obey(buffer))
            puts("no such order");
        size_t used = (size_t)(end - buffer) + 1;
        memmove(buffer, buffer + used, fill - used + 1);
        fill -= used;
    }
    fflush(stdout);
    return fill < sizeof buffer - 1;
}

/* ---- the loop ---- */

static void receive(unsigned number, uint64_t now) {
    uint8_t data[PACKET];
    for (int i = 0; i < BURST; i++) {
        ssize_t len = read(tun[number], data, sizeof data);
        if (len <= 0)
            return;
        came(number, data, (size_t)len, now);
    }
}

static void run(void) {
    struct pollfd fd[NODES + 1] = {{.fd = STDIN_FILENO, .events = POLLIN}};
    for (unsigned i = 1; i <= nodes; i++)
        fd[i] = (struct pollfd){.fd = tun[i], .events = POLLIN};
    for (bool going = true; going;) {
        uint64_t now = now_us(), wait = held_count && held[0]->due_us > now ? held[0]->due_us - now : 0;
        struct timespec timeout = {(time_t)(wait / 1000000), (long)(wait % 1000000) * 1000};
        if (ppoll(fd, nodes + 1, held_count ? &timeout : NULL, NULL) < 0 && errno != EINTR)
            die("ppoll");
        now = now_us();
        for (unsigned i = 1; i <= nodes; i++)
            if (fd[i].revents)
                receive(i, now);
        deliver(now);
        if (fd[0].revents)
            going = orders();
    }
}

int main(int argc, char **argv) {
    uint64_t count = argc == 3 ? strtoull(argv[1], NULL, 10) : 0;
    if (count < 1 || count > NODES) {
        fputs("usage: cable COUNT SEED, COUNT from 1 to 64\n", stderr);
        return 64;
    }
    nodes = (unsigned)count;
    dice = strtoull(argv[2], NULL, 10) * 2654435761u + 88172645463325252u;
    for (unsigned i = 1; i <= nodes; i++)
        space_open(i);
    puts("ready");
    fflush(stdout);
    run();
    return 0;
}
