/* contact history: every version of a contact, newest first, with who signed it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/amendment.h"
#include "node/cli/commands.h"
#include "node/cli/contacting.h"

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static void print_version(const json_t *version) {
    const json_t *signing = json_object_get(version, "signed"),
                 *changes = json_object_get(version, "changes");
    const json_t *size = json_object_get(signing, "size");

    printf("entry %lld, signed %s (the time its author claims)\n",
           (long long)json_integer_value(json_object_get(version, "index")), text_of(version, "time"));
    printf("    in epoch %lld", (long long)json_integer_value(json_object_get(signing, "epoch")));
    if (json_is_integer(size))
        printf(", with the checkpoint of %lld entries, by operator key %.16s",
               (long long)json_integer_value(size), text_of(signing, "operator"));
    else
        printf("; this node did not see the checkpoint that first had it");
    fputs("\n", stdout);
    if (json_is_true(json_object_get(version, "withdrawn")))
        puts("    the contact ends");
    else if (*text_of(version, "erased") != '\0')
        printf("    what it said was erased by its State on %s\n", text_of(version, "erased"));
    else if (changes == NULL)
        puts("    what it changed cannot be told: a part of it, or of the one before, has gone");
    else if (json_array_size(changes) == 0)
        puts("    says the same again");
    else
        amendment_print_fields(changes);
}

int cmd_contact_history(struct cli *cli, int argc, char **argv) {
    char path[CONTACTING_PATH_MAX], whole[CONTACTING_PATH_MAX + 16];
    size_t i;
    json_t *version;

    if (cli_options(cli, NULL, argc, argv, 1, 1) < 0 || !cli_open(cli) ||
        !contacting_path(cli, argv[1], path))
        return cli->status;
    snprintf(whole, sizeof whole, "%s/history", path);
    json_t *answer = contacting_get(cli, whole, NULL);
    if (answer == NULL)
        return cli->status;
    if (cli->json) {
        cli_print_json(answer);
    } else {
        json_t *first = json_array_get(json_object_get(answer, "contacts"), 0);
        printf("%s/%s, newest first\n", text_of(first, "state"), text_of(first, "id"));
        json_array_foreach(json_object_get(answer, "contacts"), i, version) print_version(version);
        if (json_is_true(json_object_get(answer, "more")))
            puts("older versions are not shown");
    }
    json_decref(answer);
    return CLI_DONE;
}
