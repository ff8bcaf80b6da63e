/* What peers say of this State's own log (design 4): nobody may sign while one of them says more of it, or
 * other, than is held here. */
#include <stdlib.h>

#include "proto/view.h"
#include "tests/sim/member.h"
#include "tests/sim/rfc.h"
#include "tests/sim/watch.h"

/* The root of the first size leaves as they are stored. */
static bool root_held(struct txn *t, const struct log_record *record, uint64_t size, struct digest *ret) {
    struct digest *leaf = malloc((size + 1) * sizeof *leaf);
    struct leaf_cursor c = {.index = 0};
    uint64_t at = 0;
    if (!leaf)
        abort();
    while (at < size && logs_leaf_next(t, record->id, &c))
        leaf[at++] = rfc_leaf(c.leaf);
    logs_leaf_done(&c);
    if (at == size)
        *ret = rfc_root(leaf, size);
    free(leaf);
    return at == size;
}

/* Why nothing may be signed upon this record, after what a peer has said; NULL: it agrees. */
static const char *against(struct txn *t, const struct log_record *record, const struct head *said) {
    struct digest root;
    if (said->epoch > record->head.epoch)
        return "a later epoch";
    if (said->epoch < record->head.epoch)
        return NULL;
    if (said->flags & ~record->head.flags & (VIEW_DISPUTED | VIEW_CONTESTED))
        return "two histories";
    if (said->size > record->head.size)
        return "more";
    if (root_held(t, record, said->size, &root) && !digest_eq(&root, &said->root))
        return "another history";
    return NULL;
}

static bool is_of_a_state(const struct station *s, const struct place *p) {
    const struct admitted *row = admission_find(&s->admission, &scene.station[p->other].key);
    return row && row->class == LINK_MEMBER;
}

void watch_own(struct station *s) {
    const struct member *m = s->member;
    struct log_record record;
    struct txn t;
    char reason[300];
    if (!m || m->villain || s->tainted || s->disk.dead || !s->up)
        return;
    struct disk *disk = disk_use(NULL);
    txn_begin(&t, s->store, false);
    bool there = logs_get(&t, m->id, &record);
    for (unsigned i = 0; there && i < SYNC_PEERS; i++) {
        const struct place *p = &s->place[i];
        struct head said;
        if (!p->used || !p->up || !is_of_a_state(s, p) || !replica_complete(s->replica, i) ||
            !replica_reported(s->replica, i, m->id, &said))
            continue;
        const char *why = against(&t, &record, &said);
        if (why && station_confirmed(s, reason, sizeof reason))
            scene_wrong("nothing is signed against what a peer says",
                        "%s might sign upon %llu entries of epoch %llu; %s reports %s: %llu of epoch %llu",
                        s->name, (unsigned long long)record.head.size, (unsigned long long)record.head.epoch,
                        scene.station[p->other].name, why, (unsigned long long)said.size,
                        (unsigned long long)said.epoch);
    }
    txn_abort(&t);
    disk_use(disk);
}
