/* What a leaf says of another State's log, read from its bytes by a reader of its own: endorse/v1,
 * succeed/v1, and withdraw/v1 of either. */
#ifndef TESTS_SIM_SAYING_H
#define TESTS_SIM_SAYING_H

#include <stdbool.h>

#include "proto/bytes.h"
#include "proto/limits.h"

#define SAYING_NOTE_LEN 32

enum saying_kind { SAYING_ENDORSE, SAYING_SUCCEED };

struct saying {
    enum saying_kind kind;
    bool withdrawn;
    uint8_t about[LOG_ID_LEN];
    char code[CODE_LEN + 1];
    uint64_t epoch;
    uint8_t note[SAYING_NOTE_LEN];
    uint8_t successor[LOG_ID_LEN];
};

/* False: it says nothing of the kind. */
bool saying_read(struct bytes leaf, struct saying *ret);

#endif
