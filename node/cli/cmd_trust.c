#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/cli/commands.h"
#include "node/cli/received.h"
#include "node/cli/terminal.h"
#include "node/qr.h"

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

/* ---- trust add ---- */

static bool agree(struct cli *cli, struct received *b, const char *fingerprint) {
    if (!fingerprint)
        cli_say(
            cli, 0,
            "members' parts reach every State that any member carrying them admits, and a stolen operator "
            "key of that State can read them until its next epoch");
    return received_agree(cli, b, fingerprint, "State");
}

/* The newest note of the invitation was compared too: it closes the epochs up to it. */
static bool confirm(struct cli *cli, const struct received *b) {
    char note[2 * DIGEST_LEN + 1];

    hex_put(note, b->said.authority.hash.b, DIGEST_LEN);
    json_t *answer =
        cli_call(cli, "trust-confirm", json_pack("{s:s, s:s}", "origin", b->invitation.origin, "note", note));
    json_decref(answer);
    return answer;
}

static int add(struct cli *cli, const struct received *b) {
    json_t *answer = cli_call_bytes(cli, "trust-add", b->bytes);

    if (!answer)
        return cli->status;
    bool good = !b->whole || confirm(cli, b);
    if (cli->json) {
        cli_print_json(answer);
    } else {
        printf("%s %s %s\n", json_is_true(json_object_get(answer, "new")) ? "Added" : "Renewed",
               text_of(answer, "state"), b->invitation.origin);
        if (!b->whole)
            printf("Its epochs after the first stay open until comity trust confirm %s closes them\n",
                   text_of(answer, "state"));
    }
    json_decref(answer);
    return good ? CLI_DONE : cli->status;
}

int cmd_trust_add(struct cli *cli, int argc, char **argv) {
    const char *fingerprint = NULL;
    const struct cli_option options[] = {{"fingerprint", "HEX|WORDS",
                                          "the fingerprint that was read to you; replaces the question", NULL,
                                          &fingerprint, NULL},
                                         {0}};

    if (cli_options(cli, options, argc, argv, 1, 1) < 0 || !cli_open(cli))
        return cli->status;
    struct received *b = received_read(cli, argv[1]);
    if (!b)
        return cli->status;
    received_show(b);
    int status =
        !*b->invitation.origin
            ? cli_say(cli, CLI_REFUSED, "this is an observer's invitation: comity observer accredit takes it")
        : agree(cli, b, fingerprint) ? add(cli, b)
                                     : cli->status;
    free(b);
    return status;
}

/* ---- the roster ---- */

static uint64_t number_of(const json_t *object, const char *name) {
    return (uint64_t)json_integer_value(json_object_get(object, name));
}

/* Which epochs are closed, and by whom; nothing if all that is known has been checked here. */
static void print_standing(const json_t *state) {
    uint64_t pinned = number_of(state, "epoch"), closed = number_of(state, "closed"),
             newest = number_of(state, "newest");
    const char *code = text_of(state, "state");

    if (closed > pinned)
        printf("    closed by endorsements up to epoch %" PRIu64 "\n", closed);
    if (newest > closed)
        printf("    open up to epoch %" PRIu64 ": comity trust confirm %s closes it\n", newest, code);
    if (json_is_true(json_object_get(state, "contested")))
        printf("    CONTESTED: rival notes of epoch %" PRIu64 ": comity trust confirm %s shows them\n",
               newest + 1, code);
    if (number_of(state, "void"))
        printf("    ALARM: %" PRIu64 " of its notes are rivals of closed ones, and have no effect: keys that "
               "should have been destroyed have signed them\n",
               number_of(state, "void"));
}

static void print_endorsed(const json_t *state) {
    printf("%s %s epoch %" PRIu64 " endorsed\n", text_of(state, "state"), text_of(state, "origin"),
           number_of(state, "closed"));
    print_standing(state);
}

int cmd_trust_list(struct cli *cli, int argc, char **argv) {
    json_t *answer, *state;
    size_t i;

    if (cli_options(cli, NULL, argc, argv, 0, 0) < 0 || !cli_open(cli))
        return cli->status;
    answer = cli_call(cli, "trust-list", json_object());
    if (!answer)
        return cli->status;
    if (cli->json) {
        cli_print_json(answer);
    } else {
        json_array_foreach(json_object_get(answer, "states"), i, state) {
            printf("%s %s epoch %" PRIu64 " %s%s %s\n", text_of(state, "state"), text_of(state, "origin"),
                   (uint64_t)json_integer_value(json_object_get(state, "epoch")),
                   json_is_true(json_object_get(state, "own")) ? "own" : "pinned",
                   json_is_true(json_object_get(state, "hold")) ? " on-hold" : "",
                   text_of(state, "fingerprint"));
            print_standing(state);
        }
        json_array_foreach(json_object_get(answer, "endorsed"), i, state) print_endorsed(state);
    }
    json_decref(answer);
    return CLI_DONE;
}

/* Find the State that a person means by its code or origin; "" is the own one.  A new reference. */
static json_t *find_state(struct cli *cli, const char *wanted) {
    json_t *answer = cli_call(cli, "trust-list", json_object()), *state, *found = NULL;
    size_t i;

    json_array_foreach(json_object_get(answer, "states"), i, state) {
        bool own = json_is_true(json_object_get(state, "own"));
        if (*wanted
                ? !strcasecmp(text_of(state, "state"), wanted) || !strcmp(text_of(state, "origin"), wanted)
                : own)
            found = json_incref(state);
    }
    if (answer && !found)
        cli->status = *wanted ? cli_say(cli, CLI_REFUSED,
                                        "%s is not in the roster: comity trust list shows what is", wanted)
                              : cli_say(cli, CLI_REFUSED, "this is an observer's node: name a State");
    json_decref(answer);
    return found;
}

static int change(struct cli *cli, const char *operation, const json_t *state, json_t *body,
                  const char *done) {
    json_object_set(body, "origin", json_object_get(state, "origin"));
    json_t *answer = cli_call(cli, operation, body);

    if (!answer)
        return cli->status;
    if (cli->json)
        cli_print_json(answer);
    else
        printf("%s %s\n", done, text_of(state, "origin"));
    json_decref(answer);
    return CLI_DONE;
}

int cmd_trust_remove(struct cli *cli, int argc, char **argv) {
    json_t *state;
    char question[ORIGIN_MAX + 80];

    if (cli_options(cli, NULL, argc, argv, 1, 1) < 0 || !cli_open(cli) || !(state = find_state(cli, argv[1])))
        return cli->status;
    snprintf(question, sizeof(question), "Stop trusting %s, and close its links?", text_of(state, "origin"));
    int status =
        cli_ask(cli, question) ? change(cli, "trust-remove", state, json_object(), "Removed") : CLI_REFUSED;
    json_decref(state);
    return status;
}

int cmd_trust_hold(struct cli *cli, int argc, char **argv) {
    json_t *state;
    bool off = false;
    const struct cli_option options[] = {{"off", NULL, "end the hold", &off, NULL, NULL}, {0}};

    if (cli_options(cli, options, argc, argv, 1, 1) < 0 || !cli_open(cli) ||
        !(state = find_state(cli, argv[1])))
        return cli->status;
    int status = change(cli, "trust-hold", state, json_pack("{s:b}", "hold", !off),
                        off ? "No longer on hold:" : "On hold:");
    json_decref(state);
    return status;
}

/* Six words a row, as people read them out. */
static void print_words(const char *words) {
    unsigned count = 0;

    for (const char *p = words; *p; p++)
        putchar(*p == ' ' && ++count % MNEMONIC_ROW == 0 ? '\n' : *p);
    putchar('\n');
}

static void print_fingerprint(const char *hex, const char *words, bool qr) {
    char *blocks;

    printf("%s\n", hex);
    print_words(words);
    if (!qr || qr_blocks(bytes_str(hex), isatty(STDOUT_FILENO) ? QR_SCREEN : QR_PAPER, &blocks))
        return;
    fputs(blocks, stdout);
    free(blocks);
}

/* Of the State, the same for ever, and of the newest authority note if that is another. */
static void print_fingerprints(const json_t *state, bool qr) {
    print_fingerprint(text_of(state, "fingerprint"), text_of(state, "fingerprint_words"), qr);
    if (!number_of(state, "newest"))
        return;
    printf("\nThe authority note of epoch %" PRIu64 ":\n", number_of(state, "newest"));
    print_fingerprint(text_of(state, "newest_fingerprint"), text_of(state, "newest_fingerprint_words"), qr);
}

int cmd_trust_fingerprint(struct cli *cli, int argc, char **argv) {
    json_t *state;
    bool qr = false;
    const struct cli_option options[] = {{"qr", NULL, "the QR code too, as on a terminal", &qr, NULL, NULL},
                                         {0}};
    int count = cli_options(cli, options, argc, argv, 0, 1);

    if (count < 0 || !cli_open(cli) || !(state = find_state(cli, count ? argv[1] : "")))
        return cli->status;
    if (cli->json)
        cli_print_json(state);
    else
        print_fingerprints(state, qr || isatty(STDOUT_FILENO));
    json_decref(state);
    return CLI_DONE;
}
