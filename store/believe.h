/* Believing: from what is held of a log to the head that this node serves and shows.
 *
 * The rule is proto/view.h's; here its verdict is carried out: which branch is the log, what is cut, what is
 * pending no more. */
#ifndef STORE_BELIEVE_H
#define STORE_BELIEVE_H

#include "store/logs.h"

/* Believe a log anew, after news of it.  record is brought up to date and written. */
void believe_log(struct txn *t, struct log_record *record, uint64_t now_s);

/* Believe all logs anew, after a change of trust, or when t->words says that States have spoken of others. */
void believe_all(struct txn *t, uint64_t now_s);

/* Set how many pinned States must endorse (design 5.2), as the configuration says, and believe all logs anew
 * if that is another number than before.  In a transaction of its own. */
enum err believe_require(struct store *store, unsigned k, uint64_t now_s) MUST_CHECK;

/* How many kept notes of a log are rivals of closed ones: void, and an alarm. */
unsigned believe_voids(struct txn *t, const struct log_record *record);

/* Whether this node follows a log: its State is pinned and not on hold, or other States' words admit it and
 * no pin or other log of its code stands against it; whether peers are told of it: it has a head too; and
 * whether its contacts are shown: no successor has taken its place. */
bool believe_follows(struct txn *t, const struct log_record *record);

/* The first of them for many logs in one transaction: what it depends on is counted once. */
struct following {
    struct following_code {
        bool pinned, has_heir;
        unsigned admitted; /* 2: or more */
    } code[26 * 26];
};
void believe_following(struct txn *t, struct following *ret);
bool believe_follows_in(struct txn *t, const struct log_record *record, const struct following *f);

bool believe_carries(struct txn *t, const struct log_record *record);
bool believe_shows(struct txn *t, const struct log_record *record);

#endif
