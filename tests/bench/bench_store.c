/* How fast logs_append stores entries, beside LMDB alone with the same bytes, batch by batch in one run.
 *
 *   bench_store [entries [batch [leaf bytes [part bytes]]]] [each] [unknown]
 *
 * Every batch is one durable transaction in each of two databases.  The head moves at the end; with "each",
 * after every batch.  "unknown" makes leaves that the directory passes over.  The last line is for programs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/raw.h"
#include "tests/lib/tmp.h"

#define PACKAGE_ENTRIES 500 /* about FETCH_BYTES_MAX */

struct times {
    double gate, append, commit, raw;
};

/* One package through the gate and into the store; those of a batch share a transaction, as they do in a node
 * that has several waiting. */
static void package_append(struct author *a, struct txn *t, uint64_t to, uint64_t target,
                           struct times *times) {
    struct log_record record;
    struct frontier held;
    static struct gate_verdict verdict;
    if (!logs_get(t, a->id, &record))
        must(1, "log");
    logs_frontier(t, &record, false, &held);
    struct package package = author_package(a, record.held, to, target);
    struct gate_base base = {a->origin, &a->authority, &held, false, false};
    double start = now_s();
    must((int)gate_check(&base, &package, a->leaf_hash, &verdict), "gate");
    double judged = now_s();
    logs_append(t, &record, false, &a->authority.hash, &package, a->leaf_hash, &verdict, 1700000000);
    times->gate += judged - start;
    times->append += now_s() - judged;
}

static void store_append(struct author *a, struct store *store, uint64_t from, uint64_t to, uint64_t target,
                         struct times *times) {
    struct txn t;
    txn_begin(&t, store, true);
    for (; from < to; from += PACKAGE_ENTRIES)
        package_append(a, &t, from + PACKAGE_ENTRIES < to ? from + PACKAGE_ENTRIES : to, target, times);
    double start = now_s();
    must((int)txn_commit(&t), "commit");
    times->commit += now_s() - start;
}

static uint64_t argument(int count, char **arg, int at, uint64_t otherwise) {
    uint64_t value = at < count ? strtoull(arg[at], NULL, 10) : 0;
    return value ? value : otherwise;
}

static bool word(int count, char **arg, const char *name) {
    for (int i = 1; i < count; i++)
        if (strcmp(arg[i], name) == 0)
            return true;
    return false;
}

int main(int argc, char **argv) {
    uint64_t entries = argument(argc, argv, 1, 100000), batch = argument(argc, argv, 2, 1000);
    size_t leaf_len = argument(argc, argv, 3, 300), part_len = argument(argc, argv, 4, 600);
    char dir[TMP_LEN], own[TMP_LEN + 16], alone[TMP_LEN + 16];
    static struct author a;
    struct raw raw;
    struct times times = {0};
    tmp_open(dir);
    sub_directory(own, sizeof own, dir, "store");
    sub_directory(alone, sizeof alone, dir, "raw");
    author_open(&a, "fr", 1);
    a.unknown = word(argc, argv, "unknown");
    bool each = word(argc, argv, "each");
    entries -= entries % batch;
    author_fill(&a, entries, leaf_len, part_len);
    struct store *store = author_store(own, 0);
    author_register(&a, store);
    raw_open(&raw, alone);
    for (uint64_t done = 0; done < entries; done += batch) {
        store_append(&a, store, done, done + batch, each ? done + batch : entries, &times);
        double start = now_s();
        raw_append(&raw, &a, done, done + batch);
        times.raw += now_s() - start;
    }
    double stored = times.append + times.commit;
    double rate = (double)entries / stored, raw_rate = (double)entries / times.raw;
    printf("entries %llu in batches of %llu, leaf %zu, parts %zu\n", (unsigned long long)entries,
           (unsigned long long)batch, leaf_len, part_len);
    printf("gate      %10.0f entries/s\n", (double)entries / times.gate);
    printf("store     %10.0f entries/s (append %.2f s, commit %.2f s, %.0f bytes an entry)\n", rate,
           times.append, times.commit, (double)store_bytes(store) / (double)entries);
    printf("LMDB only %10.0f entries/s\n", raw_rate);
    printf("{\"entries\": %llu, \"store_per_s\": %.0f, \"lmdb_per_s\": %.0f, \"ratio\": %.3f}\n",
           (unsigned long long)entries, rate, raw_rate, rate / raw_rate);
    mdb_env_close(raw.env);
    store_close(store);
    author_close(&a);
    tmp_close(dir);
    digest_thread_done();
    return 0;
}
