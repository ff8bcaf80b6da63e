/* The way of every package into the store, whoever brings it: a peer's answer, the officer's CLI, a file.
 *
 * It fetches what the node holds, asks the one gate (proto/gate.h), and stores what has passed: authority
 * notes first, then evidence of a fork, then entries. */
#ifndef NODE_INTAKE_H
#define NODE_INTAKE_H

#include "proto/evidence.h"
#include "store/logs.h"

struct intake; /* scratch memory of one thread */

struct intake *intake_new(bool observer); /* the node is one: no members' part is stored.  NULL: no memory */
void intake_free(struct intake *intake);  /* takes NULL */

/* Keep no more than so many bytes of one log, but of that of this origin ("": none): ERR_QUOTA. */
void intake_quota(struct intake *intake, uint64_t quota, const char *own);

/* Judge and store one package of a log that this node has open, within the caller's write transaction.  ret
 * is the log as it then stands, whatever the verdict; ret_at the index of the entry to blame.  If t->words is
 * then set, believe_all() is due before the transaction ends.
 *
 * The gate's errors.  ERR_NOT_FOUND: not a log that is open here.  ERR_FORK: its target is signed, and not of
 * the tree that is held; it is kept as the rival, to be located (proto/locate.h).  Errors of the store stick
 * in t, and then nothing of the transaction is kept.
 *
 * Entries are taken without those of their parts that are wrong: intake_wrong() tells. */
enum err intake_package(struct intake *intake, struct txn *t, const struct package *package, uint64_t now_s,
                        struct log_record *ret, uint64_t *ret_at) MUST_CHECK;

/* Judge and store the answer to a question for parts that are lacking (store/lacking.h), as gate_part() does;
 * without one, only note what is there by now.  *ret_count is how many have come; intake_wrong() tells of
 * wrong ones. ERR_NOT_FOUND; ERR_MESSAGE: more than was asked for. */
enum err intake_parts(struct intake *intake, struct txn *t, const uint8_t log[static LOG_ID_LEN],
                      const struct message *asked, const struct message *answer, struct log_record *ret,
                      unsigned *ret_count) MUST_CHECK;

/* The parts that the last package, or answer for parts, has brought and that were left out. */
const struct gate_wrong *intake_wrong(const struct intake *intake);

/* The first count entries of a package that begins below what is held: what a file brings once more.  Nothing
 * is taken of them but parts that are lacking (store/lacking.h), as gate_part() judges them, of the classes
 * below classes; *ret_parts is how many have come, and *ret_wrong tells of those that were left out.
 * *ret_differs is the first index whose leaf is another than the one held, UINT64_MAX if none is.  The
 * reader's errors. */
enum err intake_again(struct txn *t, struct log_record *record, const struct package *package, uint64_t count,
                      unsigned classes, uint64_t *ret_differs, unsigned *ret_parts,
                      struct gate_wrong *ret_wrong) MUST_CHECK;

/* A search has found where the rival parts from the tree that is held: keep the evidence, with what PROVE
 * gave of the rival at f, and believe the log anew.  ERR_NOT_FOUND: there is no rival any more; ERR_GAP: it,
 * or what is held, is another than at the beginning of the search. */
enum err intake_fork(struct intake *intake, struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t f,
                     const struct proved *rival, uint64_t now_s, struct log_record *ret) MUST_CHECK;

/* The rival goes on from the head that is held, so it is no fork, but not from what has come of the pending
 * target: that gives way. */
enum err intake_retreat(struct txn *t, const uint8_t log[static LOG_ID_LEN],
                        struct log_record *ret) MUST_CHECK;

#endif
