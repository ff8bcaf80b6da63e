/* What many logs cost: two nodes with real stores, joined by queues in memory, so that bytes and round trips
 * can be counted.
 *
 *   bench_logs [logs [entries of each]]
 *
 * First synchronisation, ten logs that change, and ten that change while the other node is being restarted,
 * with nothing of its peers remembered: RADIX finds them.  Beside each what logs.md section 4.2 expects.  The
 * last line is for programs. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "store/roster.h"
#include "store/rows.h"
#include "tests/bench/raw.h"
#include "tests/lib/world.h"

#define CHANGED 10
#define BATCH 1000 /* logs in a transaction of the generator */

static struct author author;
static uint64_t logs, entries;

/* One State more than there are codes for: its pin is put as it is, since a person would pin one log of a
 * code. */
static void pin_put(struct txn *t, const struct author *a) {
    uint8_t buffer[64];
    struct writer w;
    writer_init(&w, buffer, sizeof buffer);
    writer_array(&w, 5);
    writer_uint(&w, 0);
    writer_bin(&w, BYTES(a->authority.hash.b));
    writer_uint(&w, 0);
    writer_bool(&w, false);
    writer_bool(&w, false);
    row_put(t, TABLE_PINS, bytes_str(a->origin), (struct bytes){buffer, w.len});
}

static void author_number(uint64_t i, uint64_t size) {
    char code[3] = {(char)('a' + i % 676 / 26), (char)('a' + i % 26), 0};
    author_open(&author, code, (uint8_t)(1 + i / 676));
    author_fill(&author, size, 300, 0);
}

static void log_open(struct txn *t) {
    struct log_record record;
    struct package_note note = author.note;
    pin_put(t, &author);
    logs_open(t, author.origin, &note, &record);
}

/* Both stores carry every log; the first holds their entries. */
static void generate(void) {
    for (uint64_t i = 0; i < logs;) {
        struct txn t[2];
        txn_begin(&t[0], world.site[0].store, true);
        txn_begin(&t[1], world.site[1].store, true);
        for (uint64_t end = i + BATCH; i < logs && i < end; i++) {
            struct log_record record;
            author_number(i, entries);
            log_open(&t[0]);
            log_open(&t[1]);
            must((int)author_deliver(&author, &t[0], entries, entries, &record), "deliver");
            author_close(&author);
        }
        must((int)txn_commit(&t[0]), "commit");
        must((int)txn_commit(&t[1]), "commit");
    }
    for (unsigned site = 0; site < 2; site++)
        replica_rescan(world.site[site].replica);
}

/* An entry more in some logs of the first store. */
static void change(uint64_t first) {
    struct txn t;
    txn_begin(&t, world.site[0].store, true);
    for (uint64_t i = 0; i < CHANGED; i++) {
        struct log_record record;
        uint64_t number = (first + i * (logs / CHANGED)) % logs;
        author_number(number, entries + 1);
        must((int)author_deliver(&author, &t, entries + 1, entries + 1, &record), "deliver");
        author_close(&author);
    }
    must((int)txn_commit(&t), "commit");
    replica_refresh(world.site[0].replica);
}

static double cpu_s(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Memory that is not the stores' map, in MiB. */
static double own_mib(void) {
    char line[256];
    double kib = 0;
    FILE *f = fopen("/proc/self/status", "re");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "RssAnon:", 8) == 0)
            kib = strtod(line + 8, NULL);
    if (f)
        fclose(f);
    return kib / 1024;
}

static uint64_t held(void) {
    struct log_record record = {.seq = 0};
    struct txn t;
    uint64_t all = 0;
    txn_begin(&t, world.site[1].store, false);
    while (logs_next(&t, &record))
        all += record.head.size;
    txn_abort(&t);
    return all;
}

struct cost {
    unsigned heads_trips, trips;
    uint64_t heads_bytes, bytes, questions;
    double cpu;
};

/* Until nothing is under way: what is in the queue together travels together.  The heads are known when the
 * first FETCH leaves, or, if there is none, at the end. */
static struct cost run(void) {
    static const unsigned kinds[] = {MESSAGE_CHANGES, MESSAGE_VECTOR, MESSAGE_RADIX};
    struct cost cost = {.trips = 0};
    unsigned rounds = 0, heads_rounds = 0;
    uint64_t before[MESSAGE_ANSWER * 2], fetched = world.sent[MESSAGE_FETCH];
    double start = cpu_s();
    uint64_t bytes = world.bytes;
    memcpy(before, world.sent_bytes, sizeof before);
    while (world.first || world.site[0].job || world.site[1].job) {
        unsigned under_way = 0;
        for (struct letter *l = world.first; l; l = l->next)
            under_way++;
        rounds++;
        while (under_way-- && happen()) {
        }
        if (!world.first)
            happen(); /* jobs alone */
        if (!heads_rounds && world.sent[MESSAGE_FETCH] > fetched)
            heads_rounds = rounds;
    }
    cost.trips = (rounds + 1) / 2;
    cost.heads_trips = ((heads_rounds ? heads_rounds : rounds) + 1) / 2;
    cost.bytes = world.bytes - bytes;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        unsigned answer = kinds[i] | MESSAGE_ANSWER;
        cost.heads_bytes +=
            world.sent_bytes[kinds[i]] - before[kinds[i]] + world.sent_bytes[answer] - before[answer];
    }
    cost.questions = world.sent[MESSAGE_FETCH] - fetched;
    cost.cpu = cpu_s() - start;
    return cost;
}

static void report(const char *what, const struct cost *c, const char *expected) {
    printf("%-34s heads %3u RTT %10llu B   in all %6u RTT %11llu B, %7llu FETCH, %6.2f s CPU   %s\n", what,
           c->heads_trips, (unsigned long long)c->heads_bytes, c->trips, (unsigned long long)c->bytes,
           (unsigned long long)c->questions, c->cpu, expected);
    fflush(stdout);
}

static void restart(void) {
    site_stop(&world.site[1]);
    site_start(&world.site[1]);
}

int main(int argc, char **argv) {
    logs = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
    entries = argc > 2 ? strtoull(argv[2], NULL, 10) : 10;
    if (logs < CHANGED || logs > UINT64_C(676) * 255 || logs > SYNC_LOGS_MAX || !entries || entries > 500)
        return 64;
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    world_open(2);
    world.group = 16; /* as the committer does */
    double start = cpu_s();
    generate();
    printf("%llu logs of %llu entries made in %.1f s CPU\n", (unsigned long long)logs,
           (unsigned long long)entries, cpu_s() - start);
    double before = own_mib();
    link_sites(0, 1);
    struct cost first = run();
    report("first synchronisation", &first, "(vector 7.2 MB at 100,000)");
    bool whole = held() == logs * entries;
    double memory = own_mib() - before;
    change(0);
    struct cost cursor = run();
    report("10 logs change: cursor", &cursor, "(logs.md: 1 RTT, 0.8 KB)");
    whole = whole && held() == logs * entries + CHANGED;
    unlink_sites(0, 1);
    restart();
    link_sites(0, 1);
    struct cost same = run();
    report("restart, nothing changed", &same, "(logs.md: 1 RTT, 72 B)");
    unlink_sites(0, 1);
    change(1);
    restart();
    link_sites(0, 1);
    struct cost walk = run();
    report("restart, 10 logs changed: RADIX", &walk, "(logs.md: 5 RTT, 24 KB)");
    whole = whole && held() == logs * entries + 2 * CHANGED;
    printf("memory of both nodes for what they know of each other: %.1f MiB more than before\n", memory);
    printf("{\"logs\": %llu, \"first_logs_per_cpu_s\": %.0f, \"cursor_bytes\": %llu, \"walk_trips\": %u, "
           "\"walk_bytes\": %llu, \"same_bytes\": %llu}\n",
           (unsigned long long)logs, (double)logs / first.cpu, (unsigned long long)cursor.heads_bytes,
           walk.heads_trips, (unsigned long long)walk.heads_bytes, (unsigned long long)same.heads_bytes);
    world_close();
    return whole ? 0 : 1;
}
