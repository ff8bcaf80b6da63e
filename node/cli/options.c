#include <stdlib.h>
#include <string.h>

#include "node/cli/cli.h"
#include "node/nearest.h"

#define COMMON_COUNT 5

static void common_options(struct cli *cli, bool *help, struct cli_option ret[static COMMON_COUNT + 1]) {
    ret[0] = (struct cli_option){"data", "DIR",     "data directory of the node (or COMITY_DATA)",
                                 NULL,   &cli->dir, NULL};
    ret[1] = (struct cli_option){"json", NULL, "print one JSON document", &cli->json, NULL, NULL};
    ret[2] = (struct cli_option){"yes", NULL, "answer yes to questions", &cli->yes, NULL, NULL};
    ret[3] = (struct cli_option){
        "passphrase-file",     "FILE", "read the passphrase from the first line of FILE", NULL,
        &cli->passphrase_file, NULL};
    ret[4] = (struct cli_option){"help", NULL, "show this", help, NULL, NULL};
    ret[5] = (struct cli_option){0};
}

static void print_options(const struct cli_option *options) {
    for (; options && options->name; options++) {
        char left[64];
        snprintf(left, sizeof(left), "--%s%s%s", options->name, options->value ? " " : "",
                 options->value ? options->value : "");
        printf("  %-26s %s\n", left, options->help);
    }
}

static void print_help(const struct cli *cli, const struct cli_option *own, const struct cli_option *common) {
    printf("Usage: comity %s%s%s\n\n%s\n\n", cli->command, *cli->synopsis ? " " : "", cli->synopsis,
           cli->help);
    print_options(own);
    print_options(common);
}

static const struct cli_option *find(const struct cli_option *options, const char *name, size_t len,
                                     struct nearest *near) {
    for (; options && options->name; options++) {
        if (strlen(options->name) == len && !memcmp(options->name, name, len))
            return options;
        nearest_try(near, options->name);
    }
    return NULL;
}

static bool set(struct cli *cli, const struct cli_option *o, const char *value) {
    if (o->flag) {
        *o->flag = true;
    } else if (o->text) {
        *o->text = value;
    } else if (o->texts->count == CLI_TEXTS_MAX) {
        cli->status = cli_say(cli, CLI_USAGE, "--%s is given more than %d times", o->name, CLI_TEXTS_MAX);
        return false;
    } else {
        o->texts->text[o->texts->count++] = value;
    }
    return true;
}

/* Take the option at argv[*i], and its value behind it. */
static bool take(struct cli *cli, const struct cli_option *own, const struct cli_option *common, int argc,
                 char **argv, int *i) {
    const char *name = argv[*i] + 2, *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    struct nearest near;
    char wanted[64];

    snprintf(wanted, sizeof(wanted), "%.*s", (int)(len < 63 ? len : 63), name);
    nearest_begin(&near, wanted);
    const struct cli_option *o = find(own, name, len, &near);
    if (!o)
        o = find(common, name, len, &near);
    const char *best = nearest_get(&near);
    if (!o)
        cli->status =
            best ? cli_say(cli, CLI_USAGE, "no option --%s; --%s perhaps? See comity help %s", wanted, best,
                           cli->command)
                 : cli_say(cli, CLI_USAGE, "no option --%s; see comity help %s", wanted, cli->command);
    else if (!o->value && equals)
        cli->status = cli_say(cli, CLI_USAGE, "--%s takes no value", o->name);
    else if (o->value && !equals && *i + 1 >= argc)
        cli->status = cli_say(cli, CLI_USAGE, "--%s wants a value: --%s %s", o->name, o->name, o->value);
    else
        return set(cli, o, !o->value ? NULL : equals ? equals + 1 : argv[++*i]);
    return false;
}

int cli_options(struct cli *cli, const struct cli_option *options, int argc, char **argv, int least,
                int most) {
    struct cli_option common[COMMON_COUNT + 1];
    bool help = false, ended = false;
    int count = 0;

    common_options(cli, &help, common);
    for (int i = 1; i < argc; i++) {
        if (!ended && !strcmp(argv[i], "--"))
            ended = true;
        else if (!ended && !strcmp(argv[i], "-h"))
            help = true;
        else if (!ended && !strncmp(argv[i], "--", 2)) {
            if (!take(cli, options, common, argc, argv, &i))
                return -1;
        } else if (!ended && argv[i][0] == '-' && argv[i][1]) {
            cli->status = cli_say(cli, CLI_USAGE, "no option %s; see comity help %s", argv[i], cli->command);
            return -1;
        } else {
            argv[++count] = argv[i];
        }
    }
    if (help) {
        print_help(cli, options, common);
        cli->status = CLI_DONE;
        return -1;
    }
    if (count < least || count > most) {
        cli->status = cli_say(cli, CLI_USAGE, "%s %d: comity %s %s",
                              count < least ? "too few arguments," : "too many arguments,", count,
                              cli->command, cli->synopsis);
        return -1;
    }
    return count;
}
