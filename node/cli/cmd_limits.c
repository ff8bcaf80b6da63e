#include <inttypes.h>

#include "node/bounds.h"
#include "node/cli/commands.h"

static void print_json(void) {
    json_t *limits = json_array();
    for (const struct bound *b = bounds; b->name; b++)
        json_array_append_new(limits, json_pack("{s:s,s:I,s:s,s:s,s:s?,s:I}", "name", b->name, "value",
                                                (json_int_t)b->value, "unit", b->unit, "beyond", b->beyond,
                                                "counter", b->counter, "bytes", (json_int_t)b->bytes));
    json_t *all = json_pack("{s:o,s:I,s:I}", "limits", limits, "bytes", (json_int_t)bounds_bytes(),
                            "bytes_max", (json_int_t)BOUNDS_BYTES_MAX);
    cli_print_json(all);
    json_decref(all);
}

static void print_table(void) {
    static const char *const columns[] = {"LIMIT", ">VALUE", "UNIT", "BEYOND", "COUNTER", ">MIB", NULL};
    struct cli_table *table = cli_table_new(columns);
    for (const struct bound *b = bounds; b->name; b++) {
        char value[24], mib[24] = "";
        snprintf(value, sizeof value, "%" PRIu64, b->value);
        if (b->bytes)
            snprintf(mib, sizeof mib, "%.1f", (double)b->bytes / 1048576);
        const char *cells[] = {b->name, value, b->unit, b->beyond, b->counter, mib};
        cli_table_row(table, cells);
    }
    cli_table_print(table);
    printf("Memory that peers and clients can make a node take: %.0f of %u MiB\n",
           (double)bounds_bytes() / 1048576, BOUNDS_BYTES_MAX >> 20);
}

int cmd_limits(struct cli *cli, int argc, char **argv) {
    if (cli_options(cli, NULL, argc, argv, 0, 0) < 0)
        return cli->status;
    if (cli->json)
        print_json();
    else
        print_table();
    return CLI_DONE;
}
