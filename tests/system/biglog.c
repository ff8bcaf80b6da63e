/* Make a log that grows to the sizes given, through the gate and the store, and export it at each of them:
 * into DIR/<size> at once, and into DIR/grown again and again.  Prints "size verifier-key" for each.
 *
 * usage: biglog DIR SIZE... (ascending) */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/export.h"
#include "store/roster.h"
#include "tests/lib/apisource.h"
#include "tests/lib/tmp.h"
#include "tests/store/author.h"

#define STEP 2000

static void must(bool good, const char *what) {
    if (good)
        return;
    fprintf(stderr, "biglog: %s\n", what);
    exit(1);
}

/* A mirror gives out the logs that it follows. */
static void follow(const struct author *a, struct store *store) {
    struct pin pin = {.hash = a->authority.hash};
    struct txn t;
    memcpy(pin.origin, a->origin, sizeof pin.origin);
    txn_begin(&t, store, true);
    roster_pin(&t, &pin);
    must(txn_commit(&t) == ERR_OK, "the pin");
}

static void grow(struct author *a, struct store *store, uint64_t size) {
    struct log_record record = {.held = 0};
    author_fill(a, size - a->size, 60 + size % 40, 0);
    do {
        struct txn t;
        txn_begin(&t, store, true);
        must(logs_get(&t, a->id, &record), "the log is gone");
        uint64_t to = size - record.held > STEP ? record.held + STEP : size;
        must(author_deliver(a, &t, to, size, &record) == ERR_OK, "the gate refuses");
        must(txn_commit(&t) == ERR_OK, "the store refuses");
    } while (record.held < size);
}

static void export(struct api *api, const struct author *a, const char *dir) {
    struct apisource source = {api, a->origin};
    struct logsource files = apisource_of(&source);
    struct export_report report;
    enum err err = export_log(&files, a->origin, dir, NULL, NULL, &report);
    if (err != ERR_OK)
        fprintf(stderr, "biglog: %s: %s: %s\n", dir, err_name(err), report.why);
    must(err == ERR_OK, "export");
}

static void print_key(const struct author *a, uint64_t size) {
    char vkey[KEY_NAME_MAX + 80];
    const struct note_key key = {a->origin, KEY_TYPE_ED25519, a->authority.operator_key[0]};
    must(note_vkey_put(vkey, sizeof vkey, &key) == ERR_OK, "vkey");
    printf("%" PRIu64 " %s\n", size, vkey);
}

int main(int argc, char **argv) {
    char dir[TMP_LEN], path[4096];
    struct author author;
    struct api *api;

    must(argc >= 3, "usage: biglog DIR SIZE...");
    tmp_open(dir);
    struct store *store = author_store(dir, (size_t)1 << 30);
    author_open(&author, "zz", 9);
    author_register(&author, store);
    follow(&author, store);
    must(api_open(
             &(struct api_options){
                 .store = store, .network = "test.example", .origin = "", .name = "mirror", .node_id = ""},
             &api) == ERR_OK,
         "api");
    for (int i = 2; i < argc; i++) {
        uint64_t size = strtoull(argv[i], NULL, 10);
        must(size > author.size, "sizes are ascending");
        grow(&author, store, size);
        snprintf(path, sizeof path, "%s/%" PRIu64, argv[1], size);
        export(api, &author, path);
        snprintf(path, sizeof path, "%s/grown", argv[1]);
        export(api, &author, path);
        print_key(&author, size);
    }
    api_close(api);
    author_close(&author);
    store_close(store);
    tmp_close(dir);
    digest_thread_done();
    return 0;
}
