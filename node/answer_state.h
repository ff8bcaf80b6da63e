/* The answers about one log; private to answer*.c. */
#ifndef NODE_ANSWER_STATE_H
#define NODE_ANSWER_STATE_H

#include "node/answer.h"
#include "store/logs.h"

/* A tree that is asked for by its root: of the log's own leaves, or of its second branch's. */
bool answer_tree(struct txn *t, const struct log_record *record, uint64_t size, const struct digest *root,
                 struct tree_reader *ret, bool *ret_side);

struct frame *answer_fetch(struct txn *t, const struct log_record *record, const struct message *request,
                           enum link_class class);
struct frame *answer_prove(struct txn *t, const struct log_record *record, const struct message *request);

#endif
