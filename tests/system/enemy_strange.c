/* What can be done to a listener without a key that it knows. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/system/enemy.h"

#define SILENT 1000
#define GARBAGE 65536

/* Many clients that begin a handshake and say no more; whoever is closed comes again. */
void enemy_silent(struct enemy *e) {
    struct wire *wire = malloc(sizeof *wire);
    static struct pollfd fd[SILENT];
    for (unsigned i = 0; i < SILENT; i++)
        fd[i].fd = -1;
    while (wire && enemy_goes_on(e)) {
        for (unsigned i = 0; i < SILENT && enemy_goes_on(e); i++) {
            if (fd[i].fd >= 0 || !wire_open(wire, e->port, enemy_address(i)))
                continue;
            e->opened++;
            if (wire_secure(wire, e->stranger, &e->node))
                wire_step(wire, false, 20); /* the ClientHello */
            e->bytes_sent += wire->sent;
            fd[i] = (struct pollfd){.fd = wire->fd, .events = POLLIN | POLLRDHUP};
            wire->fd = -1;
            wire_close(wire);
        }
        poll(fd, SILENT, 20);
        for (unsigned i = 0; i < SILENT; i++)
            if (fd[i].fd >= 0 && (fd[i].revents & (POLLRDHUP | POLLHUP | POLLERR))) {
                close(fd[i].fd);
                fd[i].fd = -1;
                e->closed++;
            }
    }
    for (unsigned i = 0; i < SILENT; i++)
        if (fd[i].fd >= 0)
            close(fd[i].fd);
    free(wire);
}

/* Bytes as fast as they go, each time until the node closes. */
static void pour(struct enemy *e, bool records) {
    struct wire *wire = malloc(sizeof *wire);
    uint8_t *garbage = malloc(GARBAGE);
    for (unsigned number = 0; wire && garbage && enemy_goes_on(e); number++) {
        if (!enemy_open(e, wire, number % 64))
            continue;
        while (!wire->closed && enemy_goes_on(e)) {
            enemy_fill(e, garbage, GARBAGE);
            for (size_t at = 0; records && at + 4101 <= GARBAGE; at += 4101)
                memcpy(garbage + at, "\x16\x03\x03\x10\x00", 5);
            wire_raw(wire, (struct bytes){garbage, GARBAGE});
            wire_step(wire, true, 100);
        }
        enemy_close(e, wire);
    }
    free(garbage);
    free(wire);
}

void enemy_plain(struct enemy *e) {
    pour(e, false);
}

void enemy_records(struct enemy *e) {
    pour(e, true);
}

/* Whole handshakes with a key that nobody has admitted. */
void enemy_strangers(struct enemy *e) {
    struct wire *wire = malloc(sizeof *wire);
    for (unsigned number = 0; wire && enemy_goes_on(e); number++) {
        if (!enemy_open(e, wire, number % 64))
            continue;
        if (wire_secure(wire, e->stranger, &e->node))
            while (!wire->closed && enemy_goes_on(e))
                frame_free(wire_step(wire, true, 100));
        enemy_close(e, wire);
    }
    free(wire);
}

/* A byte a second, from several places. */
void enemy_trickle(struct enemy *e) {
    enum { TRICKLES = 48 };
    struct wire *wire = calloc(TRICKLES, sizeof *wire);
    static const char start[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    for (unsigned i = 0; wire && i < TRICKLES; i++)
        wire[i].fd = -1;
    for (uint64_t round = 0; wire && enemy_goes_on(e); round++) {
        for (unsigned i = 0; i < TRICKLES; i++) {
            if (wire[i].fd >= 0 && wire[i].closed)
                enemy_close(e, &wire[i]);
            if (wire[i].fd < 0 && !enemy_open(e, &wire[i], i))
                continue;
            wire_raw(&wire[i], (struct bytes){(const uint8_t *)start + round % (sizeof start - 1), 1});
            wire_step(&wire[i], true, 0);
        }
        for (uint64_t next = enemy_now_ms() + 1000; enemy_now_ms() < next && enemy_goes_on(e);)
            poll(NULL, 0, 50);
    }
    for (unsigned i = 0; wire && i < TRICKLES; i++)
        wire_close(&wire[i]);
    free(wire);
}
