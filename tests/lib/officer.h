/* A State's officer for tests: a data directory with a ledger and a store, and the own log open in it.  What
 * the CLI does through its session is done here on the store itself. */
#ifndef TESTS_LIB_OFFICER_H
#define TESTS_LIB_OFFICER_H

#include <jansson.h>

#include "node/birth.h"
#include "node/ops.h"
#include "node/publisher.h"
#include "tests/lib/tmp.h"

struct officer {
    char dir[TMP_LEN];
    struct store *store;
    struct ops ops;
    char origin[ORIGIN_MAX + 1];
    struct birth_seeds seeds;
    struct birth_root root;
    uint8_t operator_secret[KEY_SECRET_LEN];
    struct pubkey node;
    struct birth_note note;
    struct publisher publisher;
    unsigned submits;                                  /* packages handed in */
    unsigned crash_at;                                 /* end the process after this step; 0: never */
    unsigned seen;                                     /* steps so far */
    void (*watch)(struct officer *o, unsigned number); /* sees each step; NULL: nobody */
};

/* Make the directory, the log and the first three entries; the node's endpoint stands in this class.  The
 * same number makes the same keys. */
void officer_open(struct officer *o, const char *network, const char *code, uint8_t number,
                  enum part_class endpoint);

/* The same in o->dir, which is there and empty; and open what stands there already. */
void officer_begin(struct officer *o, const char *network, const char *code, uint8_t number,
                   enum part_class endpoint);
void officer_resume(struct officer *o, const char *network, const char *code, uint8_t number);

/* Called when something cannot be done, and does not return; ends the program unless it is set. */
extern void (*officer_failed)(const char *what);

/* Close the store and open it again, as another process would. */
void officer_reopen(struct officer *o);
void officer_close(struct officer *o);

/* Call an operation; the answer is an object, of a refusal too. */
json_t *officer_call(struct officer *o, const char *name, json_t *body, enum ops_status want);
json_t *officer_call_bytes(struct officer *o, const char *name, struct bytes body, enum ops_status want);

/* Work on a store that somebody else has open, in a directory of one's own. */
void officer_use(struct officer *o, struct store *store);

/* Draft count contacts, numbered from 1 or from first on. */
void officer_draft(struct officer *o, unsigned count);
void officer_draft_from(struct officer *o, unsigned first, unsigned count);

/* What the store holds of the own log. */
struct ownlog officer_log(struct officer *o);

/* Make a batch of all drafts on what the ledger holds; free it with officer_batch_free(). */
void officer_batch(struct officer *o, struct pending *ret);
void officer_batch_free(struct pending *batch);

#endif
