#include "tests/sim/liar.h"

#include <stdlib.h>
#include <string.h>

#include "node/answer.h"
#include "proto/leaf.h"
#include "proto/view.h"
#include "tests/sim/counterfeit.h"
#include "tests/sim/faults.h"

#define KEPT 16

static struct frame *kept[KEPT]; /* answers of before */
static unsigned kept_count;
static uint8_t given[SALT_LEN + PART_MAX];

static uint64_t dice(uint64_t n) {
    return dice_below(&scene.dice.villain, n);
}

static void random_bytes(uint8_t *to, size_t len) {
    for (size_t i = 0; i < len; i++)
        to[i] = (uint8_t)dice_next(&scene.dice.villain);
}

static struct frame *frame_copy(const struct frame *frame) {
    struct frame *copy = frame_new(frame->len);
    if (!copy)
        abort();
    memcpy(copy->data, frame->data, frame->len);
    return copy;
}

void liar_close(void) {
    for (unsigned i = 0; i < kept_count; i++)
        frame_free(kept[i]);
    kept_count = 0;
}

/* Ids below 128 are one byte behind the head of the array: an old answer fits a new question. */
static struct frame *replay(struct frame *frame, const struct message *m) {
    for (unsigned tries = 0; tries < 4 && kept_count; tries++) {
        struct frame *old = kept[dice(kept_count)];
        struct message before;
        if (m->id >= 128 || old->data[1] >= 128 ||
            message_decode((struct bytes){old->data, old->len}, &before) || before.kind != m->kind)
            continue;
        struct frame *copy = frame_copy(old);
        copy->data[1] = (uint8_t)m->id;
        frame_free(frame);
        fault_count(FAULT_REPLAY);
        return copy;
    }
    return frame;
}

static void keep(const struct frame *frame) {
    struct frame *copy = frame_copy(frame);
    if (kept_count < KEPT) {
        kept[kept_count++] = copy;
        return;
    }
    unsigned at = (unsigned)dice(KEPT);
    frame_free(kept[at]);
    kept[at] = copy;
}

static void head_bend(struct head *h) {
    switch (dice(7)) {
    case 0:
        h->size += 1 + dice(1000);
        break;
    case 1:
        random_bytes(h->root.b, DIGEST_LEN);
        break;
    case 2:
        h->epoch += 1 + dice(3);
        random_bytes(h->note, NOTE_TAG_LEN);
        break;
    case 3:
        h->flags = VIEW_DISPUTED;
        h->f = h->size = dice(h->size + 1);
        random_bytes(h->root.b, DIGEST_LEN);
        break;
    case 4:
        h->flags = h->size % 2 ? VIEW_CONTESTED : VIEW_VOIDS;
        break;
    case 5:
        h->day += 1 + dice(100000);
        break;
    default:
        h->size = UINT64_C(1) << (40 + dice(20));
        random_bytes(h->root.b, DIGEST_LEN);
    }
}

/* Heads that are other, of logs that nobody has, with more behind them for ever; the digest may fit. */
static struct frame *bend_heads(struct frame *frame, struct message *m) {
    uint8_t buffer[HEADS_MAX * HEAD_MAX];
    struct writer w;
    struct reader r;
    struct head head;
    unsigned flood = faults.on[FAULT_FLOOD] && dice(3) == 0 ? (unsigned)dice(400) : 0;
    writer_init(&w, buffer, sizeof buffer);
    reader_init(&r, m->heads.heads);
    m->heads.head_count = 0;
    while (head_next(&r, &head) && m->heads.head_count < HEADS_MAX) {
        if (dice(2) == 0)
            head_bend(&head);
        head_write(&w, &head);
        m->heads.head_count++;
    }
    for (unsigned i = 0; i < flood && m->heads.head_count < HEADS_MAX; i++) {
        memset(&head, 0, sizeof head);
        random_bytes(head.log, LOG_ID_LEN);
        random_bytes(head.root.b, DIGEST_LEN);
        head.size = 1 + dice(100);
        head_write(&w, &head);
        m->heads.head_count++;
    }
    if (flood)
        fault_count(FAULT_FLOOD);
    m->heads.more = dice(4) == 0 ? dice(2) : m->heads.more;
    m->heads.gap = dice(8) == 0 ? !m->heads.gap : m->heads.gap;
    m->heads.next += dice(4) == 0 ? dice(1000) : 0;
    if (writer_end(&w, &m->heads.heads))
        return frame;
    struct frame *bent = answer_frame(m);
    if (!bent)
        return frame;
    frame_free(frame);
    return bent;
}

static void package_bend(struct package *p) {
    switch (dice(9)) {
    case 0:
        p->size += 1 + dice(10);
        break;
    case 1:
        random_bytes(p->root.b, DIGEST_LEN);
        break;
    case 2:
        p->from += 1 + dice(3);
        break;
    case 3:
        p->epoch += 1;
        break;
    case 4:
        p->signature_count = 0;
        break;
    case 5:
        if (p->signature_count)
            random_bytes(p->signature[0].signature.b, SIGNATURE_LEN);
        break;
    case 6:
        if (!p->proof.count)
            random_bytes(p->proof.node[0].b, DIGEST_LEN);
        p->proof.count = p->proof.count ? p->proof.count - 1 : 1;
        break;
    case 7:
        random_bytes(p->proof.node[0].b, DIGEST_LEN);
        break;
    default:
        p->evidence.len = 0;
        p->cosignature_count = p->cosignature_count ? 0 : 1;
        random_bytes((uint8_t *)&p->cosignature[0], sizeof p->cosignature[0]);
    }
}

/* Another leaf in place of one: still canonical, so that only its hash tells. */
static void leaf_bend(struct bytes leaf) {
    uint8_t *byte = (uint8_t *)(uintptr_t)leaf.ptr;
    for (unsigned tries = 0; tries < 20; tries++) {
        size_t at = dice(leaf.len);
        byte[at] ^= 1;
        if (leaf_check(leaf) == ERR_OK)
            return;
        byte[at] ^= 1;
    }
}

/* What its node would keep back from an observer, given away. */
static void give_away(struct station *s, uint64_t index, const struct package *p, struct entry *e) {
    struct part *part = &e->part[PART_MEMBERS];
    struct disk *disk = disk_use(NULL);
    struct bytes salted;
    struct txn t;
    txn_begin(&t, s->store, false);
    if (part->state == PART_WITHHELD && logs_part(&t, p->log, index, PART_MEMBERS, &salted) == PART_HELD) {
        memcpy(given, salted.ptr, salted.len);
        *part = (struct part){PART_HELD, {given, salted.len}};
    }
    txn_abort(&t);
    disk_use(disk);
}

/* Another part, none where there is one, or one that is not for everybody. */
static void part_bend(struct station *s, uint64_t index, const struct package *p, struct entry *e) {
    struct part *part = &e->part[dice(PART_CLASSES)];
    switch (dice(3)) {
    case 0:
        if (part->state == PART_HELD) {
            uint8_t *byte = (uint8_t *)(uintptr_t)part->salted.ptr;
            byte[dice(part->salted.len)] ^= 1;
        }
        break;
    case 1:
        part->state = PART_NONE;
        break;
    default:
        give_away(s, index, p, e);
    }
}

/* The same package, with something else in its head, its entries or its notes. */
static struct frame *bend_package(struct station *s, struct frame *frame, struct message *m) {
    struct frame *bent = frame_new(frame->len + FETCH_BYTES_SMALL);
    struct package p = m->package;
    struct package_note note[NOTES_PER_FETCH];
    struct package_writer pw = {0};
    struct reader r;
    struct entry e;
    struct bytes written;
    uint32_t notes = 0;
    unsigned how = (unsigned)dice(12);
    static struct counterfeit fake;
    if (!bent)
        abort();
    counterfeit_make(s, &p, &fake);
    if (!fake.made && (how < 6 || how == 8)) /* else what stands above the entries is right */
        package_bend(&p);
    reader_init(&r, p.notes);
    while (notes < NOTES_PER_FETCH && package_note_next(&r, &note[notes]))
        notes++;
    if (how == 0 && notes)
        note[dice(notes)].count = 1;
    if (how == 1)
        notes = 0;
    if (how == 8 && notes)
        counterfeit_note(&note[dice(notes)]);
    writer_init(&pw.w, bent->data, bent->len);
    message_begin_package(&pw.w, m->id);
    package_begin(&pw, NULL, 0, &p, note, notes);
    reader_init(&r, p.entries);
    for (uint32_t i = 0; package_entry_next(&r, &e) && i < fake.entries; i++) {
        counterfeit_leaf(&fake, i, &e);
        if (how == 2 && dice(2) == 0)
            continue;
        if ((how == 6 || how == 7) && dice(p.entry_count) == 0)
            leaf_bend(e.leaf);
        if (how > 8 && dice(2))
            part_bend(s, p.from + i, &p, &e);
        if (how == 3)
            e.part[dice(2)] = (struct part){.state = PART_GONE};
        if (how == 4)
            e.part[dice(2)] = (struct part){.state = PART_WITHHELD};
        if (how == 9)
            e.part[dice(2)] = (struct part){.state = PART_NONE};
        package_entry(&pw, &e);
    }
    if (package_end(&pw, &p.proof, how == 5 ? !p.more : p.more, &written)) {
        frame_free(bent);
        return frame;
    }
    bent->len = written.len;
    frame_free(frame);
    return bent;
}

static struct frame *bend_proved(struct frame *frame, struct message *m) {
    struct proved *p = &m->proved;
    if (dice(3) == 0)
        random_bytes(p->leaf.b, DIGEST_LEN);
    else if (p->consistency.count && dice(2))
        random_bytes(p->consistency.node[dice(p->consistency.count)].b, DIGEST_LEN);
    else if (p->inclusion.count)
        random_bytes(p->inclusion.node[dice(p->inclusion.count)].b, DIGEST_LEN);
    struct frame *bent = answer_frame(m);
    if (!bent)
        return frame;
    frame_free(frame);
    return bent;
}

/* Other parts than were asked for. */
static struct frame *bend_parts(struct frame *frame, struct message *m) {
    static uint8_t other[SALT_LEN + PART_MAX];
    unsigned which = (unsigned)dice(m->parts_given.count);
    struct part *part = &m->parts_given.part[which];
    if (!m->parts_given.count || part->state != PART_HELD)
        return frame;
    memcpy(other, part->salted.ptr, part->salted.len);
    other[dice(SALT_LEN)] ^= 1;
    part->salted.ptr = other;
    struct frame *bent = answer_frame(m);
    if (!bent)
        return frame;
    frame_free(frame);
    return bent;
}

static struct frame *bend(struct station *s, struct frame *frame, struct message *m) {
    if (dice(12) == 0) { /* a byte anywhere */
        frame->data[dice(frame->len)] ^= (uint8_t)(1u << dice(8));
        return frame;
    }
    if (m->kind & MESSAGE_ANSWER && dice(12) == 0) {
        struct frame *error = answer_error(m->id, (unsigned)dice(7) + 1, dice(4000), "no");
        frame_free(frame);
        return error;
    }
    switch (m->kind) {
    case MESSAGE_CHANGES | MESSAGE_ANSWER:
    case MESSAGE_VECTOR | MESSAGE_ANSWER:
        return bend_heads(frame, m);
    case MESSAGE_FETCH | MESSAGE_ANSWER:
        return bend_package(s, frame, m);
    case MESSAGE_PROVE | MESSAGE_ANSWER:
        return bend_proved(frame, m);
    case MESSAGE_PARTS | MESSAGE_ANSWER:
        return bend_parts(frame, m);
    default:
        return frame;
    }
}

struct frame *liar_speaks(struct station *s, struct frame *frame) {
    struct message m;
    if (message_decode((struct bytes){frame->data, frame->len}, &m))
        return frame;
    if (m.kind & MESSAGE_ANSWER)
        keep(frame);
    if (m.kind & MESSAGE_ANSWER && fault_chance(FAULT_SILENCE)) {
        fault_count(FAULT_SILENCE);
        frame_free(frame);
        return NULL;
    }
    if (m.kind & MESSAGE_ANSWER && fault_chance(FAULT_REPLAY))
        return replay(frame, &m);
    if (!fault_chance(FAULT_LIE))
        return frame;
    fault_count(FAULT_LIE);
    return bend(s, frame, &m);
}
