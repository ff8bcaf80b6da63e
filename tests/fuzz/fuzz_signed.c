/* Behind the signature: a State whose officers and custodians sign whatever they like, from its first entry
 * on.  Through the gate and the intake into a real store, which must hold together after it, show the same of
 * it to everybody, and have lost nothing of another State's log.
 *
 * Every input acts in one transaction that is then given up, so that each begins at the same store; some,
 * by their first byte, in a store of their own, which is then read as a reader and as a peer reads it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/answer.h"
#include "node/api.h"
#include "node/intake.h"
#include "node/page.h"
#include "store/believe.h"
#include "store/roster.h"
#include "tests/fuzz/forge.h"
#include "tests/lib/sound.h"

#define ACTS 24
#define START 6 /* entries of each log that the store begins with */
#define NOW 1700000000

/* France's two histories, which part at 4; Kenya, which is honest. */
static struct author fr, other, ke;
static struct author_mark fr_mark, other_mark;
static struct store *store;
static struct intake *intake;

/* ---- the store ---- */

static void give(struct txn *t, struct author *a, uint64_t from, uint64_t to) {
    struct package package = author_package(a, from, to, to);
    struct log_record record;
    uint64_t at;
    MUST(intake_package(intake, t, &package, NOW, &record, &at) == ERR_OK);
    MUST(record.head.size == to);
}

static void pin(struct txn *t, const struct author *a, uint64_t epoch, const struct digest *hash, bool hold) {
    struct pin pin = {.epoch = epoch, .hash = *hash, .hold = hold};
    memcpy(pin.origin, a->origin, sizeof pin.origin);
    roster_pin(t, &pin);
}

static void follow(struct store *to, struct author *a) {
    struct digest first = digest_of(a->note.text);
    struct txn t;
    author_register(a, to);
    txn_begin(&t, to, true);
    roster_endorsements_set(&t, 1);
    pin(&t, a, 0, &first, false);
    MUST(txn_commit(&t) == ERR_OK);
}

static struct store *store_new(const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", fuzz_dir(), name);
    MUST(mkdir(path, 0700) == 0);
    struct store *made = author_store(path, 0);
    follow(made, &fr);
    return made;
}

static struct store *store_begun(const char *name) {
    struct store *made = store_new(name);
    struct txn t;
    follow(made, &ke);
    txn_begin(&t, made, true);
    give(&t, &fr, 0, START);
    give(&t, &ke, 0, START);
    MUST(txn_commit(&t) == ERR_OK);
    return made;
}

static void end(void) {
    author_close(&fr);
    author_close(&other);
    author_close(&ke);
    intake_free(intake);
    store_close(store);
}

static void begin(void) {
    if (store) {
        author_return(&fr, &fr_mark);
        author_return(&other, &other_mark);
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
    intake = intake_new(false);
    MUST(intake != NULL);
    store = store_begun("store");
    MUST(atexit(end) == 0);
}

/* ---- what it does ---- */

static struct author *one(struct supply *s) {
    return supply_byte(s) % 3 == 2 ? &other : &fr;
}

static void add_raw(struct supply *s, struct author *a) {
    uint8_t salted[SALT_LEN + 64] = {0};
    struct bytes leaf = supply_bytes(s, supply_byte(s));
    struct bytes raw = supply_bytes(s, supply_byte(s) % 64);
    if (raw.len)
        memcpy(salted + SALT_LEN, raw.ptr, raw.len);
    struct bytes part[PART_CLASSES] = {{salted, raw.len ? SALT_LEN + raw.len : 0}, {NULL, 0}};
    author_add(a, leaf, part);
}

/* A leaf that is there, a little otherwise; its parts come along. */
static void add_changed(struct supply *s, struct author *a) {
    static uint8_t bytes[LEAF_MAX + 64];
    const struct entry *e = &a->entry[supply_below(s, (uint32_t)a->size)];
    size_t len = e->leaf.len;
    if (!len)
        return;
    memcpy(bytes, e->leaf.ptr, len);
    for (unsigned changes = supply_byte(s) % 4; changes; changes--)
        bytes[supply_below(s, (uint32_t)len)] = supply_byte(s);
    if (supply_byte(s) < 32)
        len += supply_byte(s) % 64;
    struct bytes part[PART_CLASSES] = {e->part[0].salted, e->part[1].salted};
    author_add(a, (struct bytes){bytes, len}, supply_byte(s) < 128 ? part : NULL);
}

static void leaf_say(struct supply *s, struct leaf *leaf) {
    const struct author *about = supply_byte(s) & 1 ? &ke : &fr;
    switch (leaf->kind) {
    case LEAF_AUTHORITY:
        leaf->authority.epoch = supply_byte(s);
        leaf->authority.hash = fr.authority.hash;
        return;
    case LEAF_NODE:
    case LEAF_OBSERVER:
        leaf->node.id = leaf->node.witness = fr.authority.operator_key[0];
        if (leaf->kind == LEAF_OBSERVER)
            leaf->observer.name = bytes_str(CANARY);
        return;
    case LEAF_WITHDRAW:
        leaf->withdraw.kind = (enum leaf_kind)(supply_byte(s) % (LEAF_SUCCEED + 1));
        leaf->withdraw.id = supply_byte(s) & 1 ? (struct bytes){about->id, LOG_ID_LEN}
                                               : BYTES(fr.authority.operator_key[0].b);
        return;
    case LEAF_ENDORSE:
    case LEAF_SUCCEED:
        leaf->word.origin = bytes_str(about->origin);
        leaf->word.code = bytes_str(about->authority.code);
        leaf->word.epoch = supply_byte(s) % 3;
        leaf->word.note = about->authority.hash;
        if (leaf->kind == LEAF_SUCCEED)
            leaf->word.successor = bytes_str(supply_byte(s) & 1 ? ke.origin : fr.origin);
        return;
    default:
        leaf->contact.kind = bytes_str("technical");
        leaf->contact.id[0] = supply_byte(s) % 4;
        leaf->contact.valid_from = supply_byte(s) & 1 ? NOW : supply_u64(s) >> 1;
        leaf->contact.valid_until = supply_u64(s) >> 1;
    }
}

static void add_said(struct supply *s, struct author *a) {
    struct leaf leaf = {.kind = (enum leaf_kind)(1 + supply_byte(s) % LEAF_SUCCEED),
                        .time = supply_u64(s) >> 1};
    uint8_t bytes[LEAF_MAX], salted[PART_CLASSES][SALT_LEN + 255] = {{0}};
    struct bytes part[PART_CLASSES] = {{NULL, 0}}, made;
    if (leaf.kind == LEAF_STATE)
        leaf.kind = LEAF_CONTACT;
    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        struct bytes payload = supply_bytes(s, supply_byte(s));
        if (!payload.len)
            continue;
        memcpy(salted[class] + SALT_LEN, payload.ptr, payload.len);
        part[class] = (struct bytes){salted[class], SALT_LEN + payload.len};
        leaf.has_part[class] = true;
        leaf.part[class] = part_commitment((enum part_class) class, part[class]);
    }
    leaf_say(s, &leaf);
    if (leaf_encode(&leaf, bytes, sizeof bytes, &made) == ERR_OK)
        author_add(a, made, part);
}

static void hand(struct txn *t, const struct message *m) {
    struct log_record record;
    uint64_t at;
    enum err err = intake_package(intake, t, &m->package, NOW, &record, &at);
    MUST(t->err == ERR_OK);
    MUST(err != ERR_CORRUPT && err != ERR_IO && err != ERR_MEMORY);
    if (t->words)
        believe_all(t, NOW);
}

static void deliver(struct txn *t, struct supply *s) {
    static struct forge f;
    struct author *a = one(s), *b = a == &fr ? &other : &fr;
    struct log_record record;
    struct message m;
    uint64_t from = 0, to, target;
    if (logs_get(t, fr.id, &record) && logs_wanted(&record) <= a->size)
        from = logs_wanted(&record);
    uint8_t how = supply_byte(s);
    if (how & 1)
        from = supply_below(s, (uint32_t)a->size + 1);
    to = how & 2 ? a->size : from + supply_below(s, (uint32_t)(a->size - from) + 1);
    target = how & 4 ? a->size : to + supply_below(s, (uint32_t)(a->size - to) + 1);
    forge_begin(&f, a, from, to, target);
    if (how & 8)
        forge_evidence(&f, s, a, b);
    for (unsigned changes = how >> 6; changes; changes--)
        forge_change(&f, s, supply_byte(s) & 1 ? b : &ke);
    if (how & 16)
        forge_sign(&f, how & 32 ? a : b);
    if (forge_message(&f, s, &m))
        hand(t, &m);
}

static void search(struct txn *t, struct supply *s) {
    struct log_record record;
    struct proved proved;
    forge_proved(s, one(s), &proved);
    enum err err = supply_byte(s) < 200
                       ? intake_fork(intake, t, fr.id, supply_byte(s) % 12, &proved, NOW, &record)
                       : intake_retreat(t, fr.id, &record);
    MUST(t->err == ERR_OK && err != ERR_CORRUPT);
}

static void trust(struct txn *t, struct supply *s) {
    uint8_t how = supply_byte(s);
    const struct author *a = one(s);
    roster_endorsements_set(t, how & 1);
    pin(t, &fr, a->authority.epoch, &a->authority.hash, how & 2);
    believe_all(t, NOW);
    MUST(t->err == ERR_OK);
}

static void act(struct txn *t, struct supply *s) {
    switch (supply_byte(s) % 9) {
    case 0:
        add_raw(s, one(s));
        return;
    case 1:
        add_changed(s, one(s));
        return;
    case 2:
        add_said(s, one(s));
        return;
    case 3:
        forge_note(one(s), s);
        return;
    case 4:
        search(t, s);
        return;
    case 5:
        trust(t, s);
        return;
    default:
        deliver(t, s);
    }
}

/* ---- what must be so ---- */

static void holds_together(struct txn *t) {
    char why[SOUND_TEXT];
    if (!sound_store(t, why))
        fuzz_fail(why, __FILE__, __LINE__);
}

/* Nothing that France signs has moved Kenya's log, and Kenya goes on. */
static void others_go_on(struct txn *t) {
    struct log_record record;
    struct digest root = author_root(&ke, START);
    MUST(logs_get(t, ke.id, &record));
    MUST(record.head.size == START && record.held == START && digest_eq(&record.head.root, &root));
    give(t, &ke, START, ke.size);
}

static void read_all(struct store *from) {
    static const char *const paths[] = {"/api/v1/states",   "/api/v1/states/FR", "/api/v1/states/FR/entries",
                                        "/api/v1/contacts", "/api/v1/logs",      "/api/v1/summary",
                                        "/api/v1/network",  "/api/v1/status",    "/api/v1/changes"},
                             *const pages[] = {"/en/", "/en/state/FR", "/en/network", "/en/changes",
                                               "/ar/states"};
    struct api_options options = {
        .store = from, .network = "test.example", .origin = ke.origin, .name = "", .node_id = "00"};
    struct api *api;
    MUST(api_open(&options, &api) == ERR_OK);
    for (unsigned view = API_PUBLIC; view <= API_MEMBERS; view++) {
        for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) {
            unsigned status;
            json_decref(api_json(api, (enum api_view)view, paths[i], "", &status));
            MUST(status == 200 || status == 404);
        }
        for (unsigned i = 0; i < sizeof pages / sizeof *pages; i++) {
            struct api_reply reply = {0};
            page_get(api, (enum api_view)view, pages[i], "", NULL, &reply);
            MUST(reply.status == 200 || reply.status == 404 || reply.status == 303);
            free(reply.body);
        }
    }
    api_close(api);
}

/* What a peer is given of the log passes the gate of a node that has nothing of it. */
static void carry_on(struct store *from) {
    struct message ask = {.id = 1, .kind = MESSAGE_FETCH}, m;
    struct log_record record;
    struct txn t;
    uint64_t at;
    txn_begin(&t, from, false);
    MUST(logs_get(&t, fr.id, &record));
    memcpy(ask.fetch.log, fr.id, LOG_ID_LEN);
    ask.fetch.target = record.head.size;
    ask.fetch.bytes = FETCH_BYTES_MAX;
    struct frame *frame = answer_request(&t, &ask, LINK_MEMBER);
    txn_abort(&t);
    MUST(frame != NULL && message_decode((struct bytes){frame->data, frame->len}, &m) == ERR_OK);
    if (m.kind == (MESSAGE_FETCH | MESSAGE_ANSWER)) {
        struct store *mirror = store_new("mirror");
        txn_begin(&t, mirror, true);
        enum err err = intake_package(intake, &t, &m.package, NOW, &record, &at);
        MUST(t.err == ERR_OK && err != ERR_CORRUPT);
        holds_together(&t);
        txn_abort(&t);
        store_close(mirror);
    }
    frame_free(frame);
}

static void forget(const char *name) {
    static const char *const files[] = {"data.mdb", "lock.mdb", "lock", ""};
    char path[600];
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s/%s", fuzz_dir(), name, files[i]);
        (void)remove(path);
    }
}

static void run(struct store *in, struct supply s, bool whole) {
    struct txn t;
    txn_begin(&t, in, true);
    for (unsigned i = 0; i < ACTS && s.left; i++)
        act(&t, &s);
    others_go_on(&t);
    holds_together(&t);
    MUST(t.err == ERR_OK);
    if (!whole) {
        txn_abort(&t);
        return;
    }
    MUST(txn_commit(&t) == ERR_OK);
    read_all(in);
    carry_on(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct supply s = {data, size};
    bool whole = supply_byte(&s) % 32 == 31;
    begin();
    if (whole) {
        struct store *own = store_begun("own");
        run(own, s, true);
        store_close(own);
        forget("own");
        forget("mirror");
    } else {
        run(store, s, false);
    }
    return 0;
}
