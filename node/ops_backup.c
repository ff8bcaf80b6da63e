#include "node/copier.h"
#include "node/ops_call.h"

#define BACKUP_PATH_MAX 1024

/* Whoever has the store open for other purposes than a node's makes no copies. */
static enum err no_copier(struct ops_call *call) {
    return ops_refuse(call, ERR_DENIED, "no backup can be made here");
}

enum err ops_backup_begin(struct ops_call *call, struct txn *t) {
    const char *path = ops_text(call, "path", BACKUP_PATH_MAX, true);

    (void)t;
    if (!path)
        return call->err;
    if (!call->ops->copier)
        return no_copier(call);
    enum err err = copier_begin(call->ops->copier, path);
    if (err == ERR_BUSY)
        return ops_refuse(call, err, "another backup is being made: wait until it has ended");
    return err ? ops_refuse_err(call, err, path) : ERR_OK;
}

enum err ops_backup_state(struct ops_call *call, struct txn *t) {
    (void)t;
    if (!call->ops->copier)
        return no_copier(call);
    struct copier_state state = copier_state(call->ops->copier);
    if (state.err)
        return ops_refuse_err(call, state.err, "the copy of the database");
    json_object_set_new(call->out, "running", json_boolean(state.running));
    ops_put_number(call->out, "bytes", state.bytes);
    return ERR_OK;
}
