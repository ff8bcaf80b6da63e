#include <string.h>

#include "node/answer_state.h"
#include "proto/evidence.h"
#include "store/forks.h"

bool answer_tree(struct txn *t, const struct log_record *record, uint64_t size, const struct digest *root,
                 struct tree_reader *ret, bool *ret_side) {
    struct tree_reader tree[] = {tree_of(t, record), tree_of_side(t, record)};
    uint64_t held[] = {record->held, record->side_held};
    struct digest found;
    for (unsigned i = 0; i < (record->has_side ? 2u : 1u); i++)
        if (size <= held[i] && !merkle_root(&found, size, logs_lookup, &tree[i]) && digest_eq(&found, root)) {
            *ret = tree[i];
            *ret_side = i == 1;
            return true;
        }
    return false;
}

static enum err prove(struct txn *t, const struct log_record *record, const struct message *request,
                      struct proved *ret) {
    struct tree_reader tree = tree_of(t, record);
    struct proof none = {.count = 0};
    struct extension whole;
    struct evidence e;
    struct view_fork fork;
    struct bytes bytes;
    bool side;
    if (answer_tree(t, record, request->prove.target, &request->prove.root, &tree, &side)) {
        enum err err = extension_init(&whole, request->prove.target, request->prove.target,
                                      &request->prove.root, &none, logs_lookup, &tree);
        return err ? err : extension_prove(&whole, request->prove.a, request->prove.index, ret);
    }
    if (!forks_get(t, record->id, &record->note, &fork, &bytes) || evidence_read(bytes, &e))
        return ERR_NOT_FOUND;
    return evidence_prove(&e, request->prove.target, &request->prove.root, request->prove.a,
                          request->prove.index, logs_lookup, &tree, ret);
}

struct frame *answer_prove(struct txn *t, const struct log_record *record, const struct message *request) {
    struct message m = {.id = request->id, .kind = MESSAGE_PROVE | MESSAGE_ANSWER};
    enum err err = prove(t, record, request, &m.proved);
    return err ? answer_error(request->id, MESSAGE_ERROR_RANGE, 0, err_text(err)) : answer_frame(&m);
}
