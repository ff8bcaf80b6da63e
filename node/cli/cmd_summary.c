/* summary: counts for a meeting, without names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/commands.h"

#define COLUMNS 7

static const char *const columns[COLUMNS] = {"state",     "kind",        "contacts", "suspended",
                                             "announced", "review_soon", "stale"};

/* A cell as text; to holds a number. */
static const char *cell(const json_t *row, const char *column, char to[static 24]) {
    const json_t *value = json_object_get(row, column);

    if (json_is_string(value))
        return json_string_value(value);
    snprintf(to, 24, "%lld", (long long)json_integer_value(value));
    return to;
}

/* A cell of ours never holds what a table would have to quote, nor does a formula begin so. */
static void print_csv(const json_t *rows) {
    size_t i;
    json_t *row;
    char text[24];

    for (size_t k = 0; k < COLUMNS; k++)
        printf("%s%s", k > 0 ? "," : "", columns[k]);
    fputs("\r\n", stdout);
    json_array_foreach((json_t *)(uintptr_t)rows, i, row) {
        for (size_t k = 0; k < COLUMNS; k++)
            printf("%s%s", k > 0 ? "," : "", cell(row, columns[k], text));
        fputs("\r\n", stdout);
    }
}

static void print_table(const json_t *rows) {
    static const char *const heads[] = {"STATE",      "KIND",         ">CONTACTS", ">SUSPENDED",
                                        ">ANNOUNCED", ">REVIEW SOON", ">STALE",    NULL};
    struct cli_table *table = cli_table_new(heads);
    size_t i;
    json_t *row;

    json_array_foreach((json_t *)(uintptr_t)rows, i, row) {
        char text[COLUMNS][24];
        const char *cells[COLUMNS];
        for (size_t k = 0; k < COLUMNS; k++)
            cells[k] = cell(row, columns[k], text[k]);
        cli_table_row(table, cells);
    }
    cli_table_print(table);
}

int cmd_summary(struct cli *cli, int argc, char **argv) {
    bool csv = false;
    const struct cli_option options[] = {{"csv", NULL, "as CSV (RFC 4180)", &csv, NULL, NULL}, {0}};

    if (cli_options(cli, options, argc, argv, 0, 0) < 0 || !cli_open(cli))
        return cli->status;
    json_t *answer = cli_get(cli, "/api/v1/summary", NULL);
    if (answer == NULL)
        return cli->status;
    const json_t *rows = json_object_get(answer, "rows");
    if (cli->json)
        cli_print_json(answer);
    else if (csv)
        print_csv(rows);
    else if (json_array_size(rows) == 0)
        puts("No contacts.");
    else
        print_table(rows);
    json_decref(answer);
    return CLI_DONE;
}
