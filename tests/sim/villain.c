#include "tests/sim/villain.h"

#include <stdlib.h>
#include <string.h>

#include "node/answer.h"
#include "proto/message.h"
#include "store/believe.h"
#include "tests/sim/accord.h"
#include "tests/sim/channel.h"
#include "tests/sim/faults.h"
#include "tests/sim/rfc.h"
#include "tests/sim/speech.h"
#include "tests/sim/station.h"
#include "tests/sim/watch.h"

#define ENTRIES_MOST 60 /* of one of its histories */

static uint64_t dice(uint64_t n) {
    return dice_below(&scene.dice.villain, n);
}

/* A State's node: what an observer alone is given, States do not take from it. */
static struct station *somebody(void) {
    return &scene.station[dice(scene.member_count)];
}

/* ---- couriers ---- */

void courier_brings(struct station *s, const struct package *package) {
    struct log_record record;
    uint64_t at;
    struct txn t;
    if (!s->up)
        return;
    station_enter(s);
    txn_begin(&t, s->store, true);
    enum err err = intake_package(s->intake, &t, package, station_now_s(s), &record, &at);
    if (t.words)
        believe_all(&t, station_now_s(s));
    if (!txn_commit(&t)) {
        watch_commit(s, package->log);
        station_renew(s);
    }
    station_leave(s);
    STORY("a courier brings %s a package of %s up to %llu: %s", s->name, member_name(package->log),
          (unsigned long long)package->size, err_text(err));
    fault_count(FAULT_COURIER);
}

void courier_carries(struct station *from, struct station *to, const uint8_t log[static LOG_ID_LEN]) {
    struct log_record have, want = {.held = 0};
    struct message ask = {.id = 1, .kind = MESSAGE_FETCH}, m;
    struct txn t;
    if (!from->up || !to->up || from == to || !station_log(from, log, &have))
        return;
    bool open = station_log(to, log, &want);
    memcpy(ask.fetch.log, log, LOG_ID_LEN);
    ask.fetch.from = open ? logs_wanted(&want) : 0;
    ask.fetch.from = ask.fetch.from > have.head.size ? have.head.size : ask.fetch.from;
    ask.fetch.target = have.head.size;
    ask.fetch.bytes = FETCH_BYTES_MAX;
    station_enter(from);
    txn_begin(&t, from->store, false);
    struct frame *frame = answer_request(&t, &ask, to->partial ? LINK_OBSERVER : LINK_MEMBER);
    txn_abort(&t);
    station_leave(from);
    if (!frame)
        return;
    if (message_decode((struct bytes){frame->data, frame->len}, &m) == ERR_OK &&
        m.kind == (MESSAGE_FETCH | MESSAGE_ANSWER))
        courier_brings(to, &m.package);
    frame_free(frame);
}

/* A tree of an honest State with an entry more, signed by somebody else. */
void courier_forges(struct station *s, struct member *m) {
    static uint8_t buffer[65536];
    static struct digest leaf[1025];
    const struct signed_tree *tree = m->tree_count ? &m->tree[m->tree_count - 1] : NULL;
    uint8_t seed[KEY_SEED_LEN] = {0xba, 0xd0}, secret[KEY_SECRET_LEN];
    struct pubkey key;
    struct package_writer pw;
    struct proof none = {.count = 0};
    struct entry entry = {.leaf = bytes_str("\x92\xa5"
                                            "false"
                                            "\x80")};
    struct package head = {.epoch = m->epoch,
                           .size = tree ? tree->size + 1 : 0,
                           .from = tree ? tree->size : 0,
                           .signature_count = 1},
                   package;
    struct checkpoint c = {.size = head.size};
    struct bytes written;
    struct reader r;
    if (m->villain || !tree || tree->size > 1000)
        return;
    memcpy(leaf, tree->leaf, tree->size * sizeof *leaf);
    leaf[tree->size] = rfc_leaf(entry.leaf);
    head.root = c.root = rfc_root(leaf, head.size);
    memcpy(head.log, m->id, LOG_ID_LEN);
    memcpy(c.origin, m->origin, sizeof c.origin);
    key_from_seed(seed, &key, secret);
    checkpoint_sign(&c, secret, &head.signature[0]);
    package_begin(&pw, buffer, sizeof buffer, &head, NULL, 0);
    package_entry(&pw, &entry);
    if (package_end(&pw, &none, false, &written))
        abort();
    reader_init(&r, written);
    if (package_read(&r, &package) == ERR_OK) {
        fault_count(FAULT_FORGED);
        courier_brings(s, &package);
    }
}

/* ---- its own log ---- */

/* Bring what follows upon what the node holds, if it holds the beginning of this history. */
static void bring(struct station *s, struct author *a) {
    struct log_record record;
    if (!s->up || !station_log(s, a->id, &record))
        return;
    uint64_t from = logs_wanted(&record) < a->size ? logs_wanted(&record) : a->size;
    struct package package = author_package(a, from, a->size, a->size);
    STORY("%s's villain brings %s its history %u, %llu entries", a->authority.code, s->name, a->branch,
          (unsigned long long)a->size);
    courier_brings(s, &package);
}

static void add(struct member *m, struct author *a) {
    struct leaf word;
    if (accord_is() && fault_chance(FAULT_WORDS) && speech_make(m, &word))
        author_leaf(a, &word);
    a->unknown = dice(8) == 0;
    author_fill(a, 1 + dice(5), 120 + (size_t)dice(200), dice(3) ? 200 : 0);
}

/* Another history that begins with the first entries of one, in the same epoch. */
static struct author *branch_from(struct member *m, const struct author *from, uint64_t at) {
    struct author *branch = &m->branch[m->branch_count];
    author_branch(from, at, branch);
    branch->branch = (uint8_t)(m->branch_count + 1);
    memcpy(branch->operator_secret, from->operator_secret, KEY_SECRET_LEN);
    branch->authority = from->authority;
    branch->later_count = from->later_count;
    for (unsigned i = 0; i < from->later_count; i++) {
        branch->later[i] = from->later[i];
        memcpy(branch->later_text[i], from->later_text[i], AUTHORITY_MAX);
        branch->later[i].text.ptr = branch->later_text[i];
    }
    m->branch_count++;
    return branch;
}

static void divide(struct member *m) {
    const struct author *from = &m->branch[dice(m->branch_count)];
    uint64_t late = from->size < 4 ? from->size : 4; /* of what was said last: a fork upon a fork */
    uint64_t at = dice(2) ? dice(from->size + 1) : from->size - dice(late + 1);
    if (m->branch_count == MEMBER_BRANCHES || !from->size ||
        (at < from->authority.anchor_size && dice(3))) /* below the anchor it is void */
        return;
    struct author *branch = branch_from(m, from, at);
    add(m, branch);
    if (branch->size < from->size && dice(2)) /* as large as the other: neither has more to give */
        author_fill(branch, from->size - branch->size, 120, 0);
    fault_count(FAULT_FORK);
    STORY("%s signs a second history from entry %llu on", m->name, (unsigned long long)at);
}

/* A signed root without a tree. */
static void nonsense(struct member *m) {
    struct author *a = &m->branch[dice(m->branch_count)];
    struct package package = author_package(a, a->size, a->size, a->size);
    struct checkpoint c = {.size = a->size + dice(3), .root = package.root};
    c.root.b[dice(DIGEST_LEN)] ^= 1;
    package.size = c.size;
    package.root = c.root;
    package.more = c.size > a->size;
    memcpy(c.origin, a->origin, sizeof c.origin);
    checkpoint_sign(&c, a->operator_secret, &package.signature[0]);
    fault_count(FAULT_NONSENSE);
    courier_brings(somebody(), &package);
}

static void rival(struct member *m) {
    struct author *a = &m->branch[dice(m->branch_count)];
    if (a->later_count >= AUTHOR_EPOCHS - 2 || a->size <= a->authority.anchor_size || dice(3))
        return;
    uint64_t anchor = a->authority.anchor_size + 1 + dice(a->size - a->authority.anchor_size);
    author_epoch(a, anchor, (uint8_t)(m->branch_count > 1 ? dice(2) : 0));
    fault_count(a->authority.epoch > 1 || m->branch_count > 1 ? FAULT_RIVAL : FAULT_ROTATE);
    STORY("%s opens epoch %llu upon its history %u, anchored at %llu", m->name,
          (unsigned long long)a->authority.epoch, a->branch, (unsigned long long)anchor);
}

/* Of one and the same history two notes of one epoch. */
static void twin_notes(struct member *m) {
    const struct author *from = &m->branch[dice(m->branch_count)];
    if (m->branch_count == MEMBER_BRANCHES || from->later_count >= AUTHOR_EPOCHS - 2 ||
        from->size <= from->authority.anchor_size)
        return;
    struct author *branch = branch_from(m, from, from->size);
    uint64_t spare = from->size - from->authority.anchor_size;
    author_epoch(branch, from->size - dice(spare), (uint8_t)m->branch_count);
    add(m, branch);
    fault_count(FAULT_RIVAL);
    STORY("%s opens an epoch %llu beside its history %u, anchored at %llu", m->name,
          (unsigned long long)branch->authority.epoch, from->branch,
          (unsigned long long)branch->authority.anchor_size);
}

/* While the network is cut, each side hears other histories. */
static void tell_a_side(struct member *m) {
    struct station *s = somebody();
    unsigned which = (unsigned)dice(m->branch_count);
    if (weather.split && (which / 2 + weather.side[s->number]) % 2)
        which = (which + 2) % m->branch_count;
    bring(s, &m->branch[which]);
}

uint64_t villain_pause(uint64_t most_ms) {
    bool hectic = faults.rate[FAULT_FORK] % 3 == 0 || (weather.split && faults.rate[FAULT_FORK] % 3 == 1);
    return hectic ? 500 + dice(8000) : 5000 + dice(most_ms);
}

void villain_acts(struct member *m) {
    struct author *a = &m->branch[dice(m->branch_count)];
    if (accord_is() && faults.on[FAULT_RIVAL] && dice(8) == 0) {
        twin_notes(m);
        return;
    }
    switch (dice(10)) {
    case 0:
    case 1:
        if (faults.on[FAULT_FORK])
            divide(m);
        break;
    case 2:
        if (faults.on[FAULT_NONSENSE])
            nonsense(m);
        break;
    case 3:
        if (faults.on[FAULT_RIVAL])
            rival(m);
        break;
    case 4:
    case 5:
    case 6:
        if (a->size < ENTRIES_MOST)
            add(m, a);
        bring(&scene.station[m->home], a);
        break;
    default:
        tell_a_side(m);
    }
}

void villain_repents(struct member *m) {
    struct author *a = &m->branch[dice(m->branch_count)];
    if (a->later_count == AUTHOR_EPOCHS || a->size <= a->authority.anchor_size)
        return;
    author_epoch(a, a->size, 0);
    add(m, a);
    bring(&scene.station[m->home], a);
}
