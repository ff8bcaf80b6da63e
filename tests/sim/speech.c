#include "tests/sim/speech.h"

#include <string.h>

#include "store/notes.h"
#include "tests/sim/faults.h"
#include "tests/sim/station.h"

static uint64_t dice(uint64_t n) {
    return dice_below(&scene.dice.words, n);
}

/* Whether much depends on what others say of it. */
static bool is_topic(const struct member *m) {
    bool topic = m->villain || m->old || m->roots_lost;
    for (unsigned i = 0; i < scene.station_count; i++)
        topic = topic || m->stranger[i];
    return topic;
}

/* A log of the same State, which is to succeed this one; NULL: there is none. */
static const struct member *heir_of(const struct member *m) {
    const struct member *heir[4];
    unsigned count = 0;
    for (unsigned i = 0; i < scene.member_count && count < 4; i++)
        if (&scene.member[i] != m && strcmp(scene.member[i].code, m->code) == 0)
            heir[count++] = &scene.member[i];
    return count ? heir[dice(count)] : NULL;
}

/* Of its own log nobody is heard, so it speaks of it now and then. */
static const struct member *subject_of(const struct member *m) {
    const struct member *about = NULL;
    if (heir_of(m) && dice(6) == 0)
        return m;
    for (unsigned tries = 0; tries < 12; tries++) {
        about = &scene.member[dice(scene.member_count)];
        if (about != m && (is_topic(about) || dice(6) == 0))
            return about;
    }
    return about == m ? NULL : about;
}

/* Which of its notes: the last of the chain, the first, or any that the own node keeps. */
static void note_choose(struct member *from, const struct member *about, struct leaf *leaf) {
    static struct view_note note[NOTES_MAX];
    struct station *home = &scene.station[from->home];
    struct log_record record;
    struct txn t;
    uint64_t draw = dice(20);
    leaf->word.epoch = 0;
    leaf->word.note = digest_of(member_first(about)->text);
    struct disk *disk = disk_use(NULL);
    if (station_log(home, about->id, &record)) {
        txn_begin(&t, home->store, false);
        uint32_t count = notes_load(&t, about->id, note);
        uint32_t which = (uint32_t)dice(count);
        if (draw < 11) {
            leaf->word.epoch = record.epoch;
            leaf->word.note = record.end;
        } else if (draw < 17 && count) {
            leaf->word.epoch = note[which].epoch;
            leaf->word.note = note[which].hash;
        }
        txn_abort(&t);
    }
    disk_use(disk);
    if (dice(40) == 0)
        leaf->word.note.b[0] ^= 1; /* nobody's note */
    if (dice(40) == 0)
        leaf->word.epoch++;
}

bool speech_make(struct member *m, struct leaf *ret) {
    const struct member *about = subject_of(m), *heir = about ? heir_of(about) : NULL;
    uint64_t draw = dice(10);
    bool succession = heir && draw < 6;
    if (!about)
        return false;
    *ret = (struct leaf){.kind = succession ? LEAF_SUCCEED : LEAF_ENDORSE, .time = SCENE_START_S};
    fault_count(succession ? FAULT_SUCCEED : FAULT_WORDS);
    m->speaks = true;
    if (draw == 4 || draw == 9) {
        STORY("%s takes back what it has said of %s", m->name, about->name);
        ret->kind = LEAF_WITHDRAW;
        ret->withdraw.kind = succession ? LEAF_SUCCEED : LEAF_ENDORSE;
        ret->withdraw.id = (struct bytes){about->id, LOG_ID_LEN};
        return true;
    }
    note_choose(m, about, ret);
    ret->word.origin = bytes_str(about->origin);
    ret->word.code = bytes_str(dice(30) ? about->code : m->code);
    if (succession)
        ret->word.successor = bytes_str(dice(30) ? heir->origin : m->origin);
    STORY("%s %s %s, epoch %llu%s%s", m->name, succession ? "says that no more is to come of" : "endorses",
          about->name, (unsigned long long)ret->word.epoch, succession ? ", but of " : "",
          succession ? heir->name : "");
    return true;
}
