/* The kinds of fault, each with the name by which it is counted and told. */
#ifndef TESTS_SIM_FAULTS_H
#define TESTS_SIM_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

/* clang-format off */
#define FAULT_MAP(X) \
    X(LOSS,        "frames lost and sent again") \
    X(RESET,       "links reset") \
    X(SWALLOW,     "frames that never arrive") \
    X(DELAY,       "frames delayed") \
    X(STALL,       "links stalled") \
    X(SLOW,        "slow links") \
    X(PARTITION,   "partitions in two") \
    X(ONE_WAY,     "ways cut in one direction") \
    X(ISOLATE,     "nodes isolated") \
    X(SWIZZLE,     "links clogged and cleared one by one") \
    X(CRASH,       "crashes between two operations of the disk") \
    X(CRASH_START, "crashes while starting again") \
    X(POWER,       "power cuts") \
    X(KILL_OFFICER,"publications killed half-way") \
    X(DISK_FULL,   "writes with no room on the disk") \
    X(FULL_ALL,    "times when every disk is full") \
    X(EIO,         "writes that fail for good") \
    X(FLIP,        "bits flipped in stored rows") \
    X(BRUISE,      "bits of parts flipped") \
    X(CLOCK,       "clock jumps") \
    X(RESTORE,     "restores by the rules") \
    X(BACK_LOG,    "logs put back") \
    X(BACK_LEDGER, "ledgers put back") \
    X(BACK_BOTH,   "whole machines put back") \
    X(LEDGER_LOST, "ledgers lost") \
    X(MISUSE,      "requests to a signer that do not fit its ledger") \
    X(CLONE,       "nodes cloned") \
    X(FORK,        "second histories signed") \
    X(RIVAL,       "rival authority notes") \
    X(FORGED,      "notes that too few have signed") \
    X(NONSENSE,    "leaves and roots of nothing, signed") \
    X(LIE,         "answers falsified by a peer") \
    X(REPLAY,      "old answers given again") \
    X(SILENCE,     "questions left unanswered by a peer") \
    X(FLOOD,       "logs and heads invented by a peer") \
    X(ROTATE,      "epochs opened by custodians") \
    X(COURIER,     "packages that come by courier") \
    X(LATE,        "States that join late") \
    X(TRUST,       "States held or taken off the list for a while") \
    X(FUTURE,      "messages and leaves of a newer program") \
    X(ERASE,       "entries erased") \
    X(HUGE,        "batches of large entries, which no answer holds") \
    X(WORDS,       "endorsements given and taken back") \
    X(SUCCEED,     "successors named") \
    X(CONFIRM,     "notes confirmed by hand") \
    X(REPAIR,      "damaged nodes put back")
/* clang-format on */

enum fault {
#define X(name, text) FAULT_##name,
    FAULT_MAP(X)
#undef X
        FAULTS
};

/* Which kinds this seed has, each with a rate of its own, and how many there have been. */
struct faults {
    bool on[FAULTS];
    unsigned rate[FAULTS]; /* per thousand of its chances */
    uint64_t count[FAULTS];
};

extern struct faults faults;

const char *fault_name(enum fault fault);
bool fault_chance(enum fault fault); /* draws from the stream of faults; counts nothing */
void fault_count(enum fault fault);

/* Choose the kinds and rates of a seed, and set going what happens by itself.  only: this one kind, FAULTS:
 * each with even odds. */
void faults_open(unsigned only);
void faults_begin(void);

/* Choose once more, for a second time of faults; they are counted on. */
void faults_again(unsigned only);

/* No more faults from here on; what is broken is mended. */
void faults_heal(void);

#endif
