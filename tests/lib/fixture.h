/* A store with States in it, as a node would hold it: real leaves, signed, through the gate.
 *
 * Contacts are given as records in JSON; their id is a number.  Anything that fails ends the program. */
#ifndef TESTS_LIB_FIXTURE_H
#define TESTS_LIB_FIXTURE_H

#include "node/api.h"
#include "tests/lib/tmp.h"
#include "tests/store/author.h"

#define FIXTURE_STATES 4

struct fixture {
    char dir[TMP_LEN];
    struct store *store;
    unsigned count;
    struct author state[FIXTURE_STATES]; /* the first is the node's own */
};

void fixture_open(struct fixture *f);
void fixture_close(struct fixture *f);

/* Add a State with names in JSON ({"en": "..."}), pinned; nothing is published yet. */
struct author *fixture_state(struct fixture *f, const char *code, const char *names);

/* Draft a contact's leaf and parts; time is the leaf's and, unless the record says otherwise, valid_from. */
void fixture_contact(struct author *state, unsigned number, const char *record, uint64_t time);
void fixture_withdraw(struct author *state, unsigned number, uint64_t time);

/* Draft a node of the State, with an endpoint in its members' part; number makes its keys. */
void fixture_node(struct author *state, uint8_t number, const char *endpoint);

/* Sign all that is drafted, and store it. */
void fixture_publish(struct fixture *f, struct author *state);

/* Cosign the head of a State by the node of this number. */
void fixture_cosign(struct fixture *f, struct author *state, uint8_t number, uint64_t time);

/* An api over the store; the node is the first State's. */
struct api *fixture_api(struct fixture *f, api_live *live);

#endif
