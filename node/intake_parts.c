#include "node/intake_state.h"
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

enum err intake_parts(struct txn *t, const uint8_t log[static LOG_ID_LEN], const struct message *asked,
                      const struct message *answer, struct log_record *ret, unsigned *ret_count,
                      uint64_t *ret_at) {
    unsigned given = answer ? answer->parts_given.count : 0;
    enum err err = ERR_OK;
    *ret_count = 0;
    *ret_at = 0;
    if (!logs_get(t, log, ret))
        return t->err ? t->err : ERR_NOT_FOUND;
    if (given > (asked ? asked->parts.count : 0))
        return ERR_MESSAGE;
    for (unsigned i = 0; i < given && !err && !t->err; i++) {
        const struct part *part = &answer->parts_given.part[i];
        struct bytes leaf;
        *ret_at = asked->parts.want[i].index;
        if (part->state != PART_HELD || !is_wanted(t, ret, asked, i, &leaf))
            continue;
        err = gate_part(leaf, asked->parts.want[i].class, part->salted);
        if (!err)
            *ret_count += lacking_fill(t, ret, *ret_at, asked->parts.want[i].class, part->salted);
    }
    if (!t->err)
        lacking_advance(t, ret);
    return t->err ? t->err : err;
}
