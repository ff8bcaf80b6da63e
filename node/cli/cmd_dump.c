/* contact dump: the whole directory of the own State as one text file, which contact apply takes back. */
#include <stdio.h>
#include <string.h>

#include "node/cli/commands.h"
#include "node/cli/drafting.h"
#include "node/form.h"

/* Entries of the own log: what is newer than them, the file does not know. */
static bool log_size(struct cli *cli, json_int_t *ret) {
    json_t *status = cli_get(cli, "/api/v1/status", NULL);

    if (status == NULL)
        return false;
    *ret = json_integer_value(json_object_get(json_object_get(status, "log"), "size"));
    json_decref(status);
    return true;
}

static void dump_head(const struct drafting *d, size_t count, json_int_t size) {
    printf("# The directory of %s on %s, %zu contacts, with what is drafted.\n"
           "#\n"
           "# Edit, then: comity contact apply FILE. It shows what would change, asks, and drafts it.\n"
           "# A contact that is taken out of the file ends. A new one stands under [new].\n"
           "# The columns are those of docs/records.md; comity contact add without options shows them all.\n"
           "[directory %s %lld]\n",
           d->state, d->cli->config.network, count, d->state, (long long)size);
}

static bool dump_all(struct drafting *d) {
    json_t *ids = drafting_ids(d), *item;
    json_int_t size = 0;
    size_t i;
    bool good = log_size(d->cli, &size);

    if (good)
        dump_head(d, json_array_size(ids), size);
    json_array_foreach(ids, i, item) {
        const char *id = json_string_value(item);
        json_t *record = good ? drafting_base(d, id) : NULL;
        if (record == NULL)
            continue;
        printf("\n[%s]\n", id);
        form_write(stdout, record, false);
        json_decref(record);
    }
    if (good)
        puts("\n[end]");
    json_decref(ids);
    return good;
}

int cmd_contact_dump(struct cli *cli, int argc, char **argv) {
    struct drafting d;

    if (cli_options(cli, NULL, argc, argv, 0, 0) < 0 || !cli_open(cli) || !drafting_begin(&d, cli, true))
        return cli->status;
    bool good = dump_all(&d);
    int status = cli->status;
    (void)!drafting_end(&d);
    return good ? CLI_DONE : status;
}
