#include "store/wanted.h"

#include <string.h>

#include "store/directory.h"
#include "store/roster.h"

#define NAMED_ORIGINS_MAX 256

/* An origin that States name, and how many of them: a State's code counts once, since one log of it is
 * pinned. */
struct candidate {
    struct wanted log;
    unsigned states;
};

struct candidates {
    uint32_t count;
    struct candidate one[NAMED_ORIGINS_MAX];
};

static void candidate_count(struct txn *t, struct candidates *c, const char *origin,
                            const struct digest *note) {
    struct log_record open;
    struct wanted log = {.note = *note};
    memcpy(log.origin, origin, strlen(origin));
    origin_log_id(log.origin, log.id);
    if (logs_get(t, log.id, &open))
        return;
    for (uint32_t i = 0; i < c->count; i++)
        if (memcmp(c->one[i].log.id, log.id, LOG_ID_LEN) == 0) {
            c->one[i].states++;
            return;
        }
    if (c->count < NAMED_ORIGINS_MAX)
        c->one[c->count++] = (struct candidate){log, 1};
}

/* Of what one State says: the origins that it endorses, and the successors that it names. */
static void words_count(struct txn *t, const struct log_record *from, struct candidates *c) {
    static const struct digest unknown;
    static const enum leaf_kind kinds[] = {LEAF_ENDORSE, LEAF_SUCCEED};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        uint8_t about[LOG_ID_LEN] = {0};
        uint64_t index;
        while (directory_word_next(t, from->id, kinds[k], from->base, about, &index)) {
            char origin[ORIGIN_MAX + 1] = {0};
            struct leaf leaf;
            if (!logs_leaf_of(t, from->id, index, kinds[k], &leaf))
                continue;
            struct bytes named = kinds[k] == LEAF_ENDORSE ? leaf.word.origin : leaf.word.successor;
            memcpy(origin, named.ptr, named.len);
            candidate_count(t, c, origin, kinds[k] == LEAF_ENDORSE ? &leaf.word.note : &unknown);
        }
    }
}

uint32_t wanted_logs(struct txn *t, struct wanted ret[static WANTED_MAX]) {
    struct candidates c = {.count = 0};
    struct pin pin = {.origin = ""};
    unsigned k = roster_endorsements(t);
    uint32_t count = 0;
    while (k && roster_next(t, &pin)) {
        struct log_record from;
        uint8_t id[LOG_ID_LEN];
        origin_log_id(pin.origin, id);
        if (!pin.hold && logs_get(t, id, &from))
            words_count(t, &from, &c);
    }
    for (uint32_t i = 0; i < c.count && count < WANTED_MAX; i++)
        if (c.one[i].states >= k)
            ret[count++] = c.one[i].log;
    return count;
}

bool wanted_find(struct txn *t, const uint8_t id[static LOG_ID_LEN], struct wanted *ret) {
    struct wanted all[WANTED_MAX];
    uint32_t count = wanted_logs(t, all);
    for (uint32_t i = 0; i < count; i++)
        if (memcmp(all[i].id, id, LOG_ID_LEN) == 0) {
            *ret = all[i];
            return true;
        }
    return false;
}
