#include "tests/sim/curious.h"

#include <stdlib.h>
#include <string.h>

#include "node/answer.h"
#include "proto/leaf.h"
#include "tests/sim/channel.h"
#include "tests/sim/member.h"

#define CURIOUS_ID 0x3fffffffu /* of no other question */

/* The newest parts of members that a log commits to, as an observer knows of them. */
static unsigned wants(struct station *s, const struct member *m, struct message *ret) {
    struct log_record record;
    struct txn t;
    *ret = (struct message){.id = CURIOUS_ID, .kind = MESSAGE_PARTS};
    memcpy(ret->parts.log, m->id, LOG_ID_LEN);
    struct disk *disk = disk_use(NULL);
    txn_begin(&t, s->store, false);
    uint64_t at = logs_get(&t, m->id, &record) ? record.head.size : 0;
    while (at-- > 0 && ret->parts.count < PARTS_PER_REQUEST) {
        bool has[PART_CLASSES];
        struct digest commitment[PART_CLASSES];
        struct bytes leaf;
        if (logs_leaf(&t, m->id, at, &leaf))
            break;
        leaf_parts(leaf, has, commitment);
        if (!has[PART_MEMBERS])
            continue;
        ret->parts.want[ret->parts.count].index = at;
        ret->parts.want[ret->parts.count].class = PART_MEMBERS;
        ret->parts.want[ret->parts.count++].commitment = commitment[PART_MEMBERS];
    }
    txn_abort(&t);
    disk_use(disk);
    return ret->parts.count;
}

static void ask(struct station *s, unsigned channel) {
    static struct message m;
    for (unsigned i = 0; i < scene.member_count; i++)
        if (wants(s, &scene.member[i], &m)) {
            struct frame *frame = answer_frame(&m);
            if (frame)
                channel_send(s, channel, frame);
        }
}

void curious_ask(void) {
    for (unsigned i = 0; i < 2 * scene.channel_count; i++) {
        const struct channel *w = &scene.channel[i / 2];
        struct station *s = &scene.station[w->end[i % 2]];
        if (s->partial && s->up && w->whole && w->up[0] && w->up[1])
            ask(s, i / 2);
    }
}

bool curious_asked(const struct frame *frame) {
    struct message m;
    return !message_decode((struct bytes){frame->data, frame->len}, &m) && m.id == CURIOUS_ID &&
           (m.kind & MESSAGE_ANSWER || m.kind == MESSAGE_ERROR);
}
