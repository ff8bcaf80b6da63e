/* What the files of `comity init` share, and nobody else includes. */
#ifndef NODE_CLI_INIT_H
#define NODE_CLI_INIT_H

#include "node/birth.h"
#include "node/cli/cli.h"
#include "node/proposal.h"

/* What was asked for. */
struct init_wish {
    const char *network, *state, *observer, *listen, *advertise, *web, *web_hosts, *first, *officer;
    struct cli_texts names, office, root, next;
    bool public_endpoint, public_view;
};

/* Everything secret that passes through, in one guarded piece. */
struct init_secrets {
    struct birth_seeds seeds;
    uint8_t operator_seed[KEY_SEED_LEN], root_seed[KEY_SEED_LEN], next_seed[KEY_SEED_LEN];
    uint8_t operator_secret[KEY_SECRET_LEN], scratch[KEY_SECRET_LEN];
    struct birth_root root[ROOT_KEYS_MAX];
    char passphrase[PASSPHRASE_MAX + 1];
};

struct init {
    struct cli *cli;
    const struct init_wish *wish;
    char code[CODE_LEN + 1]; /* "" for an observer */
    char dir[PATH_LEN];      /* where it will be */
    char work[PATH_LEN];     /* where it is made */
    struct init_secrets *secrets;
    unsigned root_count, next_count;
    struct pubkey next[ROOT_KEYS_MAX], operator_key, node;
    struct birth_note note;
    struct proposal first; /* of --first */
    char origin[ORIGIN_MAX + 1];
};

/* Say what failed, or what is wrong with an option (found may be NULL); gives false. */
bool init_fail(struct init *in, enum err err, const char *what);
bool init_usage(struct init *in, const char *option, const char *found, const char *rule);

/* The path of a file in the directory in which the node is made. */
bool init_path(struct init *in, const char *name, char ret[static PATH_LEN + 32]);

/* Make the keys of the node; those of a State, with its first authority note. */
bool init_node_keys(struct init *in);
bool init_state_keys(struct init *in);

/* With --first: read the note that custodians have signed, which names network and State (wish is filled in);
 * and take it and the operator key over. */
bool init_first_read(struct init *in, struct init_wish *wish);
bool init_first_keys(struct init *in);

#endif
