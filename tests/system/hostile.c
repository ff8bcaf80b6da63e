/* A hostile peer of one kind, against a node on this machine, for so long; then what it did, in one
 * line.
 *
 *   hostile KIND PORT NODE SEED-FILE NETWORK MILLISECONDS
 *
 * NODE is the node id under attack, in hex; SEED-FILE the node.key of a State that it has admitted. */
#include <netinet/in.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/keyfile.h"
#include "tests/system/enemy.h"

static const struct {
    const char *name;
    void (*run)(struct enemy *e);
} kinds[] = {{"silent", enemy_silent},       {"plain", enemy_plain},     {"records", enemy_records},
             {"strangers", enemy_strangers}, {"trickle", enemy_trickle}, {"frames", enemy_frames},
             {"oversize", enemy_oversize},   {"changes", enemy_changes}, {"fetch", enemy_fetch},
             {"deaf", enemy_deaf},           {"huge", enemy_huge},       {"many", enemy_many}};

uint64_t enemy_now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

bool enemy_goes_on(const struct enemy *e) {
    return enemy_now_ms() < e->until_ms;
}

uint64_t enemy_roll(struct enemy *e) {
    e->dice ^= e->dice << 13, e->dice ^= e->dice >> 7, e->dice ^= e->dice << 17;
    return e->dice >> 11;
}

void enemy_fill(struct enemy *e, void *to, size_t len) {
    uint8_t *at = to;
    for (size_t i = 0; i < len; i++)
        at[i] = (uint8_t)enemy_roll(e);
}

uint32_t enemy_address(unsigned number) {
    return 0x7f420000u + 1 + number; /* 127.66.0.1 on */
}

bool enemy_open(struct enemy *e, struct wire *wire, unsigned number) {
    if (!wire_open(wire, e->port, enemy_address(number))) {
        poll(NULL, 0, 10);
        return false;
    }
    e->opened++;
    return true;
}

void enemy_close(struct enemy *e, struct wire *wire) {
    e->closed += wire->closed;
    e->bytes_sent += wire->sent;
    e->bytes_got += wire->got;
    wire_close(wire);
}

static bool node_read(const char *hex, struct pubkey *ret) {
    size_t len = 0;
    return !sodium_hex2bin(ret->b, KEY_LEN, hex, strlen(hex), NULL, &len, NULL) && len == KEY_LEN;
}

int main(int argc, char **argv) {
    struct enemy e = {.dice = 88172645463325252u};
    uint8_t seed[KEY_SEED_LEN], other[KEY_SEED_LEN] = "a key that nobody has admitted";
    size_t kind = 0;
    while (argc == 7 && kind < sizeof kinds / sizeof *kinds && strcmp(kinds[kind].name, argv[1]) != 0)
        kind++;
    if (argc != 7 || kind == sizeof kinds / sizeof *kinds || !node_read(argv[3], &e.node)) {
        fputs("usage: hostile KIND PORT NODE SEED-FILE NETWORK MILLISECONDS\n", stderr);
        return 64;
    }
    if (sodium_init() < 0 || seed_load(argv[4], seed) || tls_identity_new(seed, &e.identity) ||
        tls_identity_new(other, &e.stranger)) {
        fprintf(stderr, "hostile: %s cannot be used\n", argv[4]);
        return 1;
    }
    e.port = (unsigned)strtoul(argv[2], NULL, 10);
    e.network = argv[5];
    e.until_ms = enemy_now_ms() + strtoul(argv[6], NULL, 10);
    kinds[kind].run(&e);
    printf("%llu connections, %llu closed by the node, %llu frames and %llu KiB sent, %llu frames and %llu "
           "KiB got\n",
           (unsigned long long)e.opened, (unsigned long long)e.closed, (unsigned long long)e.frames_sent,
           (unsigned long long)(e.bytes_sent / 1024), (unsigned long long)e.frames_got,
           (unsigned long long)(e.bytes_got / 1024));
    tls_identity_free(e.identity);
    tls_identity_free(e.stranger);
    return 0;
}
