#include <langinfo.h>
#include <locale.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "node/cli/cli.h"
#include "node/cli/commands.h"
#include "node/misread.h"
#include "node/nearest.h"

static int cmd_help(struct cli *cli, int argc, char **argv);
static int cmd_version(struct cli *cli, int argc, char **argv);

/* Every command: a name of one or two words, its function, what follows the name, and one line of help. */
static const struct cli_command commands[] = {
    {"init", cmd_init, "--network N (--state CODE | --observer NAME) | --first NOTE",
     "Make a node's data directory"},
    {"status", cmd_status, "",
     "Show how the node is: exit 0 well, 1 degraded, 2 cannot sign, 3 a fork is known"},
    {"contact list", cmd_contact_list, "[--state FR] [--kind KIND] ...", "List the contacts"},
    {"contact search", cmd_contact_search, "WORDS ... [--state FR] ...", "Find contacts by what they say"},
    {"contact show", cmd_contact_show, "STATE/ID", "Show one contact"},
    {"contact history", cmd_contact_history, "STATE/ID", "Show who changed what of a contact, and when"},
    {"contact add", cmd_contact_add, "[--kind KIND --organisation TEXT --email ADDRESS ...]",
     "Draft a new contact; without options, in an editor"},
    {"contact edit", cmd_contact_edit, "ID [OPTIONS]",
     "Draft another version of a contact; without options, in an editor"},
    {"contact withdraw", cmd_contact_withdraw, "ID", "Draft the end of a contact"},
    {"contact erase", cmd_contact_erase, "ID [--former | --all | --entries LIST]",
     "Draft that what a contact said is destroyed, here and everywhere"},
    {"contact erasures", cmd_contact_erasures, "[--state FR]",
     "Show what has been erased, and which nodes still serve it"},
    {"import", cmd_import, "FILE [--dry-run] [--kind KIND] [--map COLUMN=FIELD] ...",
     "Draft the contacts of a table, of vCards, LDIF, JSON or security.txt"},
    {"export", cmd_export, "[--format FORMAT] [--state FR] [--out FILE] ...",
     "Write contacts as CSV, vCard, LDIF, JSContact, JSON or a page for paper"},
    {"contact dump", cmd_contact_dump, "", "Print the own directory as one text, to edit and apply"},
    {"contact apply", cmd_contact_apply, "FILE [--dry-run]",
     "Draft what makes the own directory say what such a text says"},
    {"summary", cmd_summary, "[--csv]", "Count contacts by State and kind, without names"},
    {"diff", cmd_diff, "", "Show what the drafts would change, field by field"},
    {"approve", cmd_approve, "NUMBER ... | --all", "Agree to drafts of another officer"},
    {"publish", cmd_publish, "", "Sign the drafts and publish them as one checkpoint"},
    {"discard", cmd_discard, "NUMBER ... | --all", "Drop drafts"},
    {"log list", cmd_log_list, "", "List the logs that this node holds"},
    {"log show", cmd_log_show, "STATE|ORIGIN", "Show where a log stands"},
    {"log keys", cmd_log_keys, "STATE|ORIGIN", "Print verifier keys of a log, for other programs"},
    {"log verify", cmd_log_verify, "STATE|ORIGIN [DIR]", "Verify a log from its entries, here or exported"},
    {"log export", cmd_log_export, "STATE|ORIGIN DIR", "Write a log as static files (C2SP tlog-tiles)"},
    {"receipt", cmd_receipt, "ID [--public] [--out FILE]", "Write a file that proves a contact, for anybody"},
    {"verify", cmd_verify, "FILE [--fingerprint HEX|WORDS]", "Check a receipt, without a node"},
    {"invite", cmd_invite, "", "Write this node's invitation, for others to add"},
    {"trust add", cmd_trust_add, "FILE", "Trust the State of an invitation"},
    {"trust list", cmd_trust_list, "", "List the trusted States, one a line"},
    {"trust confirm", cmd_trust_confirm, "STATE [--note HEX|WORDS]",
     "Confirm a later epoch of a State, or which of two rivals is true"},
    {"trust remove", cmd_trust_remove, "STATE", "Stop trusting a State"},
    {"trust hold", cmd_trust_hold, "STATE [--off]", "Put a State on hold, on this node only"},
    {"trust endorse", cmd_trust_endorse, "STATE [--withdraw]",
     "Draft the word that a log, up to its confirmed epoch, is its State's"},
    {"trust succeed", cmd_trust_succeed, "STATE NEW-ORIGIN | STATE --withdraw",
     "Draft the word that another log takes the place of one whose root keys are lost"},
    {"trust fingerprint", cmd_trust_fingerprint, "[STATE]",
     "Print the fingerprint to read to another person"},
    {"peer add", cmd_peer_add, "NODE ADDRESS", "Dial a node by hand"},
    {"peer list", cmd_peer_list, "", "List the nodes that this one links with"},
    {"peer remove", cmd_peer_remove, "NODE", "Forget a node that was added by hand"},
    {"observer accredit", cmd_observer_accredit, "FILE", "Draft the accreditation of an observer"},
    {"observer list", cmd_observer_list, "", "List the accredited observers"},
    {"bundle export", cmd_bundle_export, "FILE [STATE|ORIGIN ...] [--public] [--replace]",
     "Write what this node carries into one file, for a courier"},
    {"bundle import", cmd_bundle_import, "FILE", "Take in what is news of such a file, by the one gate"},
    {"backup", cmd_backup, "DIR|FILE.tar", "Copy the node so that it can be restored without a fork"},
    {"restore", cmd_restore, "DIR|FILE.tar [--take-ledger OLD]", "Make a data directory from a backup"},
    {"doctor", cmd_doctor, "", "Recompute everything that is stored, and say what is wrong"},
    {"limits", cmd_limits, "", "Print the bounds of a node, and the memory that they leave to others"},
    {"web", cmd_web, "", "Print the address of the page"},
    {"authority propose", cmd_authority_propose, "FILE --card CARD ...",
     "Write the next authority note, for custodians to sign"},
    {"authority show", cmd_authority_show, "[STATE] [--file FILE]",
     "Show the chain of authority notes in words"},
    {"authority sign", cmd_authority_sign, "FILE --key KEY", "Show what a proposal changes, and sign it"},
    {"authority submit", cmd_authority_submit, "FILE ...", "Open the next epoch with a note that is signed"},
    {"key new", cmd_key_new, "FILE [NEXT-FILE] --network N --state CODE",
     "Make a root key, and the one after it, behind passphrases"},
    {"key card", cmd_key_card, "FILE [NEXT-FILE]", "Print the public half of keys, for who proposes a note"},
    {"key passphrase", cmd_key_passphrase, "FILE", "Give a key file another passphrase"},
    {"key sheet", cmd_key_sheet, "FILE SHEET", "Write a sheet to print and lock away: words and QR code"},
    {"key restore", cmd_key_restore, "FILE", "Make a key file from the words or the code of a sheet"},
    {"help", cmd_help, "[COMMAND | config]", "Show the commands, one command, or an example configuration"},
    {"version", cmd_version, "", "Show the version of the program"},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static int cmd_version(struct cli *cli, int argc, char **argv) {
    if (cli_options(cli, NULL, argc, argv, 0, 0) < 0)
        return cli->status;
    if (cli->json)
        puts("{\n  \"version\": \"" COMITY_VERSION "\"\n}");
    else
        puts("comity " COMITY_VERSION);
    return CLI_DONE;
}

static void print_commands(FILE *to) {
    fputs("Usage: comity COMMAND [--data DIR] [--json] [--yes] ...\n\n", to);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(to, "  %-20s %s\n", commands[i].name, commands[i].help);
    fputs("\ncomity help COMMAND shows its options.\n", to);
}

/* Find the command that argv begins with, the longer name first; *ret_words is how many words it takes. */
static const struct cli_command *find(int argc, char **argv, int *ret_words) {
    char two[80];

    for (int words = argc > 1 ? 2 : 1; words > 0; words--) {
        snprintf(two, sizeof(two), "%s%s%s", argv[0], words > 1 ? " " : "", words > 1 ? argv[1] : "");
        for (size_t i = 0; i < COMMAND_COUNT; i++)
            if (!strcmp(commands[i].name, two)) {
                *ret_words = words;
                return &commands[i];
            }
    }
    return NULL;
}

/* Say what was probably meant: the nearest name, or those that begin with this word ("trust"). */
static int unknown(const struct cli *cli, int argc, char **argv) {
    static char first[COMMAND_COUNT][24];
    char wanted[80];
    struct nearest near;
    bool family = false;

    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        size_t len = strlen(argv[0]);
        if (!strncmp(commands[i].name, argv[0], len) && commands[i].name[len] == ' ') {
            fprintf(stderr, "  comity %s %s\n", commands[i].name, commands[i].synopsis);
            family = true;
        }
    }
    if (family)
        return cli_say(cli, CLI_USAGE, "%s is followed by one of these", argv[0]);
    snprintf(wanted, sizeof(wanted), "%s%s%s", argv[0], argc > 1 ? " " : "", argc > 1 ? argv[1] : "");
    nearest_begin(&near, wanted);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        nearest_try(&near, commands[i].name);
    if (!nearest_get(&near)) {
        nearest_begin(&near, argv[0]);
        for (size_t i = 0; i < COMMAND_COUNT; i++) {
            snprintf(first[i], sizeof(first[i]), "%.*s", (int)strcspn(commands[i].name, " "),
                     commands[i].name);
            nearest_try(&near, first[i]);
        }
    }
    const char *best = nearest_get(&near);
    return best ? cli_say(cli, CLI_USAGE, "no command %s; %s perhaps? comity help lists them", argv[0], best)
                : cli_say(cli, CLI_USAGE, "no command %s; comity help lists them", argv[0]);
}

static int cmd_help(struct cli *cli, int argc, char **argv) {
    int count = cli_options(cli, NULL, argc, argv, 0, 2), words = 0;

    if (count < 0)
        return cli->status;
    if (!count) {
        print_commands(stdout);
        return CLI_DONE;
    }
    if (count == 1 && !strcmp(argv[1], "config")) {
        config_print_example();
        return CLI_DONE;
    }
    const struct cli_command *command = find(count, argv + 1, &words);
    if (!command)
        return unknown(cli, count, argv + 1);
    char help[] = "--help", *arguments[] = {argv[1], help, NULL};
    cli->command = command->name;
    cli->synopsis = command->synopsis;
    cli->help = command->help;
    return command->run(cli, 2, arguments);
}

/* Arguments come from people and scripts: bounded, UTF-8, no control characters. */
static bool arguments_good(const struct cli *cli, int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        size_t len = strnlen(argv[i], CLI_ARG_MAX + 1);
        if (len > CLI_ARG_MAX) {
            cli_say(cli, 0, "argument %d is longer than %d bytes", i, CLI_ARG_MAX);
            return false;
        }
        if (!utf8_clean((struct bytes){(const uint8_t *)argv[i], len})) {
            cli_say(cli, 0, "argument %d is not UTF-8 text without control characters: %s", i, argv[i]);
            return false;
        }
    }
    return true;
}

/* Secrets pass through here: no core files, no reading by other processes of the user, no files for others.
 */
static bool prepare(void) {
    umask(077);
    misread_catch("comity");
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
#ifndef __SANITIZE_ADDRESS__ /* its search for leaks reads this process as a debugger does */
    prctl(PR_SET_DUMPABLE, 0);
#endif
    if (!setlocale(LC_CTYPE, "") || strcmp(nl_langinfo(CODESET), "UTF-8"))
        setlocale(LC_CTYPE, "C.UTF-8");
    return sodium_init() >= 0;
}

/* --data, --json and --yes may also stand before the command. */
static int leading_options(struct cli *cli, int argc, char **argv) {
    int i = 1;

    for (; i < argc && argv[i][0] == '-'; i++) {
        if (!strcmp(argv[i], "--data") && i + 1 < argc)
            cli->dir = argv[++i];
        else if (!strncmp(argv[i], "--data=", 7))
            cli->dir = argv[i] + 7;
        else if (!strcmp(argv[i], "--json"))
            cli->json = true;
        else if (!strcmp(argv[i], "--yes"))
            cli->yes = true;
        else if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h") || !strcmp(argv[i], "--version"))
            break;
        else
            return -cli_say(cli, CLI_USAGE, "no option %s here; comity help lists the commands", argv[i]);
    }
    return i;
}

int main(int argc, char **argv) {
    struct cli cli = {.dir = getenv("COMITY_DATA"), .synopsis = "", .help = ""};
    int words = 0;

    if (!prepare())
        return cli_say(&cli, CLI_FAULT, "libsodium cannot be used on this machine");
    if (!arguments_good(&cli, argc, argv))
        return CLI_USAGE;
    int at = leading_options(&cli, argc, argv);
    if (at < 0)
        return -at;
    if (at >= argc) {
        print_commands(stderr);
        return CLI_USAGE;
    }
    argc -= at;
    argv += at;
    if (argv[0][0] == '-') {
        static char help[] = "help", version[] = "version";
        argv[0] = !strcmp(argv[0], "--version") ? version : help;
        argc = 1;
    }
    const struct cli_command *command = find(argc, argv, &words);
    if (!command)
        return unknown(&cli, argc, argv);
    cli.command = command->name;
    cli.synopsis = command->synopsis;
    cli.help = command->help;
    int status = command->run(&cli, argc - words + 1, argv + words - 1);
    session_close(cli.session);
    if (fflush(stdout) || ferror(stdout))
        return cli_say(&cli, CLI_FAULT,
                       "standard output could not be written: what was printed is not complete");
    return status;
}
