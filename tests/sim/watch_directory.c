/* Promise 2: what a reader is shown follows from the leaves, and is the same everywhere. */
#include <string.h>

#include "proto/leaf.h"
#include "store/directory.h"
#include "tests/sim/member.h"
#include "tests/sim/watch.h"

#define CONTACTS_MOST 512

struct shown {
    uint8_t id[CONTACT_ID_LEN];
    uint64_t index;
    bool withdrawn;
};

static struct shown *shown_of(struct shown *all, unsigned *count, const uint8_t *id) {
    for (unsigned i = 0; i < *count; i++)
        if (memcmp(all[i].id, id, CONTACT_ID_LEN) == 0)
            return &all[i];
    if (*count == CONTACTS_MOST)
        return NULL;
    struct shown *fresh = &all[(*count)++];
    *fresh = (struct shown){.index = UINT64_MAX};
    memcpy(fresh->id, id, CONTACT_ID_LEN);
    return fresh;
}

/* By the rule of design 2.3: of each id the last that is valid, unless it has been withdrawn since. */
static unsigned from_leaves(struct txn *t, const struct log_record *record, uint64_t at, struct shown *ret) {
    struct leaf_cursor c = {.index = 0};
    unsigned count = 0;
    for (uint64_t i = 0; i < record->head.size && logs_leaf_next(t, record->id, &c); i++) {
        struct leaf leaf;
        struct shown *s;
        if (leaf_decode(c.leaf, &leaf))
            continue;
        if (leaf.kind == LEAF_CONTACT && leaf.contact.valid_from <= at &&
            (s = shown_of(ret, &count, leaf.contact.id)) != NULL)
            *s = (struct shown){.index = i, .withdrawn = false};
        else if (leaf.kind == LEAF_WITHDRAW && leaf.withdraw.kind == LEAF_CONTACT &&
                 (s = shown_of(ret, &count, leaf.withdraw.id.ptr)) != NULL)
            *s = (struct shown){.index = i, .withdrawn = true};
        else
            continue;
        memcpy(s->id, leaf.kind == LEAF_CONTACT ? leaf.contact.id : leaf.withdraw.id.ptr, CONTACT_ID_LEN);
    }
    logs_leaf_done(&c);
    return count;
}

void watch_directory(struct station *s, const uint8_t log[static LOG_ID_LEN], uint64_t at) {
    static struct shown want[CONTACTS_MOST];
    struct log_record record;
    struct contact_version found;
    struct txn t;
    txn_begin(&t, s->store, false);
    unsigned count = logs_get(&t, log, &record) ? from_leaves(&t, &record, at, want) : 0;
    for (unsigned i = 0; i < count; i++) {
        bool there = directory_contact(&t, log, want[i].id, record.head.size, at, &found, NULL);
        if (there == want[i].withdrawn || (there && found.index != want[i].index))
            scene_wrong("promise 2: the directory follows from the leaves",
                        "%s, log %s: a contact of entry %llu is %s", s->name, member_name(log),
                        (unsigned long long)want[i].index, there ? "shown in another version" : "not shown");
    }
    txn_abort(&t);
}
