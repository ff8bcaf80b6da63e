/* Bundles: any bytes as a file; and behind the frames, the sum and the signature, records made of packages
 * that a State's own officer has changed and signed.  A State's node and an observer's take them in, in
 * stores that must hold together after it, have lost nothing of another State's log, and give a bundle that a
 * node which holds nothing takes whole. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/intake.h"
#include "node/unbundling.h"
#include "proto/view.h"
#include "store/believe.h"
#include "store/roster.h"
#include "tests/fuzz/forge.h"
#include "tests/lib/sound.h"
#include "tests/lib/tmp.h"

#define START 6 /* entries of each log that a State's store begins with */
#define NOW 1700000000
#define RECORDS 24
#define FILE_MAX 262144

/* France's two histories, which part at 4; Kenya, which is honest. */
static struct author fr, other, ke;
static struct author_mark fr_mark, other_mark;
static struct author *const all[] = {&fr, &other, &ke};

static uint64_t now_s(void) {
    return NOW;
}

/* ---- nodes ---- */

/* Kenya's own node, which holds something; an observer's, which holds nothing; and one to which what has come
 * of it is carried on. */
enum { STATE, OBSERVER, MIRROR, NODES };

static struct reader_node {
    char dir[TMP_LEN];
    struct store *store;
    bool used;
} node[NODES];

static void follow(struct txn *t, const struct author *a) {
    struct pin pin = {.hash = digest_of(a->note.text)};
    memcpy(pin.origin, a->origin, sizeof pin.origin);
    roster_pin(t, &pin);
}

static void give(struct txn *t, struct author *a, uint64_t to) {
    struct intake *intake = intake_new(false);
    struct package package = author_package(a, 0, to, to);
    struct log_record record;
    uint64_t at;
    MUST(intake && intake_package(intake, t, &package, NOW, &record, &at) == ERR_OK);
    intake_free(intake);
}

static void node_open(unsigned which) {
    struct reader_node *n = &node[which];
    struct txn t;
    tmp_open(n->dir);
    n->store = author_store(n->dir, 0);
    author_register(&fr, n->store);
    author_register(&ke, n->store);
    txn_begin(&t, n->store, true);
    follow(&t, &fr);
    follow(&t, &ke);
    if (which == STATE) {
        give(&t, &fr, START);
        give(&t, &ke, START);
    }
    MUST(txn_commit(&t) == ERR_OK);
    n->used = false;
}

static void node_close(unsigned which) {
    store_close(node[which].store);
    tmp_close(node[which].dir);
}

static void end(void) {
    for (unsigned i = 0; i < NODES; i++)
        node_close(i);
    for (unsigned i = 0; i < 3; i++)
        author_close(all[i]);
}

/* Each input begins at the same stores. */
static void begin(void) {
    if (node[STATE].store) {
        author_return(&fr, &fr_mark);
        author_return(&other, &other_mark);
        for (unsigned i = 0; i < NODES; i++)
            if (node[i].used) {
                node_close(i);
                node_open(i);
            }
        return;
    }
    author_open(&fr, "fr", 1);
    author_fill(&fr, 10, 120, 300);
    author_branch(&fr, 4, &other);
    author_fill(&other, 6, 120, 300);
    author_open(&ke, "ke", 2);
    author_fill(&ke, 9, 120, 300);
    author_mark(&fr, &fr_mark);
    author_mark(&other, &other_mark);
    for (unsigned i = 0; i < NODES; i++)
        node_open(i);
    MUST(atexit(end) == 0);
}

static enum err call(void *context, const char *name, struct bytes body, struct ops_reply *ret) {
    unsigned which = (unsigned)((struct reader_node *)context - node);
    struct ops ops = {.store = node[which].store,
                      .network = "test.example",
                      .origin = which == OBSERVER ? "" : ke.origin,
                      .now_s = now_s};
    node[which].used = true;
    ops_call(&ops, name, body, ret);
    MUST(ret->status != OPS_ERROR && ret->status != OPS_UNKNOWN);
    return ERR_OK;
}

/* ---- a file ---- */

static uint8_t file[FILE_MAX];
static size_t file_len;
static struct digest sum;
static uint64_t logs, packages;

static void put(const void *bytes, size_t len) {
    if (file_len + len > sizeof file)
        len = sizeof file - file_len;
    memcpy(file + file_len, bytes, len);
    file_len += len;
}

static void record_put(enum bundle_kind kind, struct bytes value) {
    uint8_t head[BUNDLE_HEAD_LEN] = {(uint8_t)kind};
    be32_put(head + 1, (uint32_t)value.len);
    bundle_sum_add(&sum, head, value);
    put(head, sizeof head);
    put(value.ptr, value.len);
    logs += kind == BUNDLE_LOG;
    packages += kind == BUNDLE_PACKAGE;
}

static void header_put(struct supply *s) {
    uint8_t buffer[BUNDLE_HEADER_MAX], how = supply_byte(s);
    struct bundle_header h = {.network = "test.example", .members = how & 1, .made = NOW, .software = "fuzz"};
    struct bytes value;
    snprintf(h.maker, sizeof h.maker, "%s", how & 2 ? fr.origin : "");
    if (how >> 2 == 63)
        h.network[0] = 'x';
    MUST(bundle_header_write(&h, buffer, sizeof buffer, &value) == ERR_OK);
    put(BUNDLE_MAGIC, BUNDLE_MAGIC_LEN);
    sum = bundle_sum_begin();
    record_put(BUNDLE_HEADER, value);
}

static void log_put(struct supply *s) {
    uint8_t buffer[BUNDLE_LOG_MAX];
    const struct author *a = all[supply_byte(s) % 3];
    struct bundle_log log = {.size = a->size, .root = author_root(a, a->size)};
    struct bytes value;
    memcpy(log.origin, a->origin, sizeof log.origin);
    if (supply_byte(s) == 255)
        log.origin[0] ^= 1;
    MUST(bundle_log_write(&log, buffer, sizeof buffer, &value) == ERR_OK);
    record_put(BUNDLE_LOG, value);
}

/* A package that its State has signed, whatever it says. */
static void package_put(struct supply *s) {
    static struct forge f;
    uint8_t which = supply_byte(s), how = supply_byte(s);
    struct author *a = all[which % 3], *b = a == &fr ? &other : &fr;
    uint64_t from = which & 64 ? supply_below(s, (uint32_t)a->size + 1) : 0;
    uint64_t to = how & 2 ? a->size : from + supply_below(s, (uint32_t)(a->size - from) + 1);
    uint64_t target = how & 4 ? a->size : to + supply_below(s, (uint32_t)(a->size - to) + 1);
    struct bytes frame;
    forge_begin(&f, a, from, to, target);
    if (which & 128)
        for (unsigned i = 0; i < f.entries; i++)
            if (f.entry[i].part[PART_MEMBERS].state == PART_HELD)
                f.entry[i].part[PART_MEMBERS] = (struct part){.state = PART_WITHHELD};
    if (a != &ke) { /* Kenya's keys sign nothing but its log */
        if (how & 8)
            forge_evidence(&f, s, a, b);
        for (unsigned changes = how >> 6; changes; changes--)
            forge_change(&f, s, supply_byte(s) & 1 ? b : &ke);
        if (how & 16)
            forge_sign(&f, how & 32 ? a : b);
    }
    if (forge_frame(&f, s, &frame))
        record_put(BUNDLE_PACKAGE, frame);
}

static void end_put(struct supply *s) {
    uint8_t buffer[BUNDLE_END_MAX], how = supply_byte(s);
    struct bundle_end e = {.logs = logs, .packages = packages, .sum = sum};
    struct bytes value;
    if (how == 255)
        e.packages++;
    MUST(bundle_end_write(&e, buffer, sizeof buffer, &value) == ERR_OK);
    record_put(BUNDLE_END, value);
}

static void forge_file(struct supply *s) {
    header_put(s);
    for (unsigned i = 0; i < RECORDS && s->left && file_len < FILE_MAX / 2; i++)
        switch (supply_byte(s) % 12) {
        case 0:
            forge_note(supply_byte(s) & 1 ? &fr : &other, s);
            break;
        case 1:
        case 2:
        case 3:
            log_put(s);
            break;
        case 4: {
            struct bytes value = supply_bytes(s, 1u + supply_byte(s));
            if (value.len)
                record_put((enum bundle_kind) "HLPE"[supply_byte(s) % 4], value);
            break;
        }
        default:
            package_put(s);
        }
    end_put(s);
    for (unsigned flips = supply_byte(s) / 128; flips && file_len; flips--)
        file[supply_below(s, file_len < 65536 ? (uint32_t)file_len : 65536)] ^= supply_byte(s);
}

/* ---- what must be so ---- */

static int file_open(void) {
    int fd = memfd_create("bundle", MFD_CLOEXEC);
    MUST(fd >= 0);
    MUST(write(fd, file, file_len) == (ssize_t)file_len);
    MUST(lseek(fd, 0, SEEK_SET) == 0);
    return fd;
}

static enum err take(unsigned which) {
    int fd = file_open();
    struct unbundling u = {.call = call,
                           .context = &node[which],
                           .fd = fd,
                           .network = "test.example",
                           .origin = which == OBSERVER ? "" : ke.origin};
    enum err err = unbundling_run(&u);
    MUST(err || u.complete);
    MUST(u.at <= file_len);
    for (size_t i = 0; i < u.log_count; i++)
        MUST(!u.log[i].refused || (*u.log[i].code && *u.log[i].error));
    unbundling_close(&u);
    close(fd);
    return err;
}

/* What a node holds is what it was signed to be, and Kenya, which signs nothing twice, is never disputed. */
static void holds_together(unsigned which) {
    char why[SOUND_TEXT];
    struct log_record record;
    struct txn t;
    txn_begin(&t, node[which].store, false);
    if (!sound_store(&t, why))
        fuzz_fail(why, __FILE__, __LINE__);
    MUST(logs_get(&t, ke.id, &record));
    struct digest root = author_root(&ke, record.head.size);
    MUST(record.head.flags == 0 && record.head.size <= ke.size && digest_eq(&record.head.root, &root));
    MUST(which != STATE || record.head.size >= START);
    struct entry_cursor c = {.leaf = {.index = 0}};
    while (which == OBSERVER && logs_entry_next(&t, fr.id, true, &c))
        MUST(c.entry.part[PART_MEMBERS].state != PART_HELD);
    logs_entry_done(&c);
    txn_abort(&t);
}

static struct head head_at(unsigned which, const struct author *a) {
    struct log_record record;
    struct txn t;
    txn_begin(&t, node[which].store, false);
    MUST(logs_get(&t, a->id, &record));
    txn_abort(&t);
    return record.head;
}

/* Its own bundle is taken whole by a node that holds nothing, which then believes the same. */
static void carry_on(void) {
    struct bundling b = {.call = call, .context = &node[STATE], .members = true};
    struct bundle_header header = {.network = "test.example", .members = true, .made = NOW};
    struct bundling_log *log;
    size_t count;
    FILE *to = fmemopen(file, sizeof file, "wb");
    MUST(to && bundling_list(&b, &log, &count) == ERR_OK);
    MUST(bundle_writer_begin(&b.writer, to, &header) == ERR_OK);
    for (size_t i = 0; i < count; i++)
        MUST(bundling_put(&b, &log[i]) == ERR_OK);
    MUST(bundle_writer_end(&b.writer) == ERR_OK);
    file_len = b.writer.bytes;
    fclose(to);
    free(log);
    MUST(take(MIRROR) == ERR_OK);
    holds_together(MIRROR);
    for (unsigned i = 0; i < 3; i++) {
        struct head here = head_at(STATE, all[i]), there = head_at(MIRROR, all[i]);
        if (!(here.flags & ~(unsigned)VIEW_DISPUTED)) /* else it waits for what nobody here holds */
            MUST(there.size == here.size && there.flags == here.flags && digest_eq(&there.root, &here.root));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct supply s = {data, size};
    uint8_t how = supply_byte(&s);
    begin();
    file_len = 0;
    logs = packages = 0;
    if (how & 1)
        forge_file(&s);
    else
        put(s.at, s.left);
    take(STATE);
    holds_together(STATE);
    if (how & 2) {
        take(OBSERVER);
        holds_together(OBSERVER);
    }
    if (how & 4)
        carry_on();
    return 0;
}
