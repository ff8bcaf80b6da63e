#include "node/intake_state.h"
#include "node/tally.h"
#include "store/lacking.h"

/* The leaf that is held may be another than when the part was asked for: then the answer is to an old
 * question, and nobody is to blame. */
static bool is_wanted(struct txn *t, const struct log_record *record, const struct message *asked, unsigned i,
                      struct bytes *ret_leaf) {
    bool has[PART_CLASSES];
    struct digest commitment[PART_CLASSES];
    enum part_class class = asked->parts.want[i].class;
    if (logs_leaf(t, record->id, asked->parts.want[i].index, ret_leaf))
        return false;
    leaf_parts(*ret_leaf, has, commitment);
    return has[class] && digest_eq(&commitment[class], &asked->parts.want[i].commitment);
}

/* One part, if it is still lacking: whether it has come.  A wrong one does not keep those behind it out. */
static bool part_take(struct intake *intake, struct txn *t, struct log_record *record,
                      const struct message *asked, unsigned i, struct bytes salted) {
    struct gate_wrong *wrong = &intake->verdict.wrong;
    uint64_t at = asked->parts.want[i].index;
    enum part_class class = asked->parts.want[i].class;
    struct bytes leaf;
    if (!is_wanted(t, record, asked, i, &leaf))
        return false;
    enum err err = gate_part(intake->observer, leaf, class, salted);
    if (!err)
        return lacking_fill(t, record, at, class, salted);
    if (wrong->count++ == 0) {
        wrong->at = at;
        wrong->why = err;
    }
    return false;
}

enum err intake_parts(struct intake *intake, struct txn *t, const uint8_t log[static LOG_ID_LEN],
                      const struct message *asked, const struct message *answer, struct log_record *ret,
                      unsigned *ret_count) {
    unsigned given = answer ? answer->parts_given.count : 0;
    *ret_count = 0;
    intake->verdict.wrong = (struct gate_wrong){0};
    if (!logs_get(t, log, ret))
        return t->err ? t->err : ERR_NOT_FOUND;
    if (given > (asked ? asked->parts.count : 0))
        return ERR_MESSAGE;
    for (unsigned i = 0; i < given && !t->err; i++) {
        const struct part *part = &answer->parts_given.part[i];
        if (part->state == PART_HELD)
            *ret_count += part_take(intake, t, ret, asked, i, part->salted);
    }
    if (!t->err)
        lacking_advance(t, ret);
    tally_more(TALLY_PARTS_WRONG, intake->verdict.wrong.count);
    return t->err;
}
