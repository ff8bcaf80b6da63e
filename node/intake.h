/* The way of every package into the store, whoever brings it: a peer's answer, the officer's CLI, a file.
 *
 * It fetches what the node holds, asks the one gate (proto/gate.h), and stores what has passed. */
#ifndef NODE_INTAKE_H
#define NODE_INTAKE_H

#include "store/logs.h"

struct intake; /* scratch memory of one thread */

struct intake *intake_new(void);         /* NULL: out of memory */
void intake_free(struct intake *intake); /* takes NULL */

/* Judge and store one package of a log that this node carries, within the caller's write transaction.  ret is
 * the log as it then stands, whatever the verdict; ret_at the index of the entry to blame.  The gate's
 * errors; ERR_NOT_FOUND: not a log that is open here.  Errors of the store stick in t, and then nothing of
 * the transaction is kept. */
enum err intake_package(struct intake *intake, struct txn *t, const struct package *package, uint64_t now_s,
                        struct log_record *ret, uint64_t *ret_at) MUST_CHECK;

#endif
