/* What every command of comity shares: options, the session, questions, tables, and how a refusal is said.
 *
 * A command is `int cmd_name(struct cli *cli, int argc, char **argv)` in a file of its own, with a row in the
 * table of main.c; argv[0] is its name, and its value is the exit status.  Results go to standard output,
 * everything else to standard error. */
#ifndef NODE_CLI_CLI_H
#define NODE_CLI_CLI_H

#include <jansson.h>

#include "node/config.h"
#include "node/session.h"

enum cli_status { CLI_DONE = 0, CLI_REFUSED = 1, CLI_NOTHING = 3, CLI_USAGE = 64, CLI_FAULT = 70 };

#define CLI_ARG_MAX 4096
#define PASSPHRASE_MAX 1023
#define PASSPHRASE_MIN 8

struct cli {
    const char *command; /* "trust add" */
    const char *synopsis;
    const char *help;
    const char *dir; /* of --data or COMITY_DATA; NULL */
    bool json, yes;
    const char *passphrase_file;
    int status;              /* what to return when cli_options() or cli_open() has failed */
    struct config config;    /* after cli_open() or cli_config() */
    struct session *session; /* after cli_open(); closed by main */
};

struct cli_command {
    const char *name; /* one or two words */
    int (*run)(struct cli *cli, int argc, char **argv);
    const char *synopsis; /* what follows the name */
    const char *help;     /* one line */
};

/* Values of an option that may be given more than once. */
#define CLI_TEXTS_MAX 32
struct cli_texts {
    unsigned count;
    const char *text[CLI_TEXTS_MAX];
};

/* An option of a command: exactly one of flag, text and texts is set.  The list ends with a NULL name. */
struct cli_option {
    const char *name;  /* without the dashes */
    const char *value; /* what stands for its value in the help; NULL for a flag */
    const char *help;
    bool *flag;
    const char **text;
    struct cli_texts *texts;
};

/* Read the options of a command (NULL: none of its own) and the common ones from argv[1] on; what is left
 * moves to argv[1]...  Gives their number, or -1 after it has said why, or after --help: then return
 * cli->status. */
int cli_options(struct cli *cli, const struct cli_option *options, int argc, char **argv, int least,
                int most);

/* Load the configuration; and open the session too.  False after saying why: return cli->status. */
bool cli_config(struct cli *cli);
bool cli_open(struct cli *cli);

/* Say something on standard error, after the command's name, made harmless; gives the status. */
int cli_say(const struct cli *cli, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Say that something was refused by the program's own rules: "what: text of err (clause); remedy". */
int cli_err(const struct cli *cli, enum err err, const char *what, const char *remedy);

/* Read from the node: NULL after saying why (then return cli->status).  parameters: pairs of name and value
 * (NULL values are left out), ended by NULL; they are encoded here. */
json_t *cli_get(struct cli *cli, const char *path, const char *const *parameters);

/* Call an operation with a JSON body (taken) or with bytes; NULL after saying why (then return cli->status).
 */
json_t *cli_call(struct cli *cli, const char *name, json_t *body);
json_t *cli_call_bytes(struct cli *cli, const char *name, struct bytes body);

/* Print one JSON document on standard output; safe on a terminal. */
void cli_print_json(const json_t *document);

/* A table on standard output: columns end with NULL, ">name" is right-aligned. Cells are made harmless; NULL
 * is empty. */
struct cli_table *cli_table_new(const char *const *columns);
void cli_table_row(struct cli_table *table, const char *const *cells);
void cli_table_print(struct cli_table *table); /* and frees it */

/* Ask yes or no; --yes answers yes; without a terminal it says that --yes is needed and gives false. */
bool cli_ask(const struct cli *cli, const char *question);

/* Get a passphrase from --passphrase-file (its first line) or by a prompt that names what it is for; a new
 * one is asked for twice and may not be shorter than PASSPHRASE_MIN.  ret is guarded memory of PASSPHRASE_MAX
 * + 1 (sodium_malloc).  False after saying why: return cli->status. */
bool cli_passphrase(struct cli *cli, const char *what, bool new, char *ret);

#endif
