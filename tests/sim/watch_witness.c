/* The word of a witness (design 2.5): how far a State's node holds its own log, and since when. */
#include <stdlib.h>
#include <string.h>

#include "proto/view.h"
#include "tests/sim/member.h"
#include "tests/sim/vsign.h"
#include "tests/sim/watch.h"

#define DAY_S 86400

static struct pubkey witness_of(const struct member *m) {
    uint8_t secret[KEY_SECRET_LEN];
    struct pubkey key;
    key_from_seed(m->seeds.witness, &key, secret);
    return key;
}

void watch_witnessed(struct member *m) {
    struct station *home = &scene.station[m->home];
    uint64_t now_s = station_now_s(home);
    struct log_record record;
    if (!station_log(home, m->id, &record))
        return;
    bool lost = m->unmarked || m->set_back || m->may_fork || home->tainted;
    bool less = record.head.epoch <= m->witnessed_epoch && record.head.size < m->witnessed;
    if (less && !m->unmarked && !m->may_fork && !home->tainted)
        scene_wrong("a witness never goes back", "%s has cosigned %llu entries, and now %llu", m->name,
                    (unsigned long long)m->witnessed, (unsigned long long)record.head.size);
    if (now_s < m->witnessed_s && !lost)
        scene_wrong("a witness's time never goes back", "%s has cosigned at %llu, and now at %llu", m->name,
                    (unsigned long long)m->witnessed_s, (unsigned long long)now_s);
    if (home->tainted) /* of what it says then nothing is known */
        return;
    m->witnessed_epoch = record.head.epoch;
    m->witnessed = record.head.size;
    m->witnessed_s = now_s > m->witnessed_s ? now_s : m->witnessed_s;
}

/* Every cosignature that is made, also one whose store died over it. */
static void on_signature(const uint8_t key[static KEY_LEN], struct bytes message) {
    static const char begin[] = "cosignature/v1\ntime ";
    char text[256] = {0};
    char *end;
    memcpy(text, message.ptr, message.len < sizeof text ? message.len : sizeof text - 1);
    if (strncmp(text, begin, sizeof begin - 1) != 0)
        return;
    uint64_t time = strtoull(text + sizeof begin - 1, &end, 10);
    for (unsigned i = 0; i < scene.member_count; i++) {
        struct member *m = &scene.member[i];
        size_t len = strlen(m->origin);
        struct pubkey witness = witness_of(m);
        if (strncmp(end + 1, m->origin, len) == 0 && memcmp(key, witness.b, KEY_LEN) == 0 &&
            m->cosigned_s < time)
            m->cosigned_s = time;
    }
}

void watch_witnesses(void) {
    vsign_watch = on_signature;
}

/* No day is shown on which its own node has not spoken. */
static void day_is_given(const struct station *s, const struct log_record *record, const struct member *m) {
    if (record->head.day > m->cosigned_s / DAY_S)
        scene_wrong("a day is one of the State's own", "%s shows %s as fresh on day %llu; the last was %llu",
                    s->name, m->name, (unsigned long long)record->head.day,
                    (unsigned long long)m->cosigned_s / DAY_S);
}

void watch_cosignatures(const struct station *s, struct txn *t, const struct log_record *record,
                        const struct member *m) {
    struct checkpoint_signature all[SIGNATURES_MAX + COSIGNATURES_MAX];
    struct checkpoint checkpoint;
    struct pubkey witness;
    unsigned count = 0;
    logs_checkpoint(t, record, &checkpoint, all, SIGNATURES_MAX + COSIGNATURES_MAX, &count);
    for (unsigned i = 0; i < count; i++) {
        if (!all[i].time)
            continue;
        witness = witness_of(m);
        if (!pubkey_eq(&all[i].key, &witness) || checkpoint_verify_cosignature(&checkpoint, &all[i]))
            scene_wrong("a cosignature is the State's own", "%s, log %s, size %llu", s->name, m->name,
                        (unsigned long long)checkpoint.size);
    }
    day_is_given(s, record, m);
}
