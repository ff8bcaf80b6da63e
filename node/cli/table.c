#include <libsmartcols.h>
#include <stdlib.h>

#include "node/cli/cli.h"
#include "node/cli/terminal.h"

/* libsmartcols' table, under a name of ours. */
struct cli_table {
    struct libscols_table *scols;
};

static void must(bool good) {
    if (!good)
        abort(); /* memory is out: nothing can be printed */
}

struct cli_table *cli_table_new(const char *const *columns) {
    struct cli_table *table = malloc(sizeof(*table));

    must(table && (table->scols = scols_new_table()));
    for (; *columns; columns++) {
        bool right = **columns == '>';
        int flags = (right ? SCOLS_FL_RIGHT : 0) | (columns[1] ? 0 : SCOLS_FL_WRAP);
        must(scols_table_new_column(table->scols, *columns + right, 0, flags));
    }
    return table;
}

void cli_table_row(struct cli_table *table, const char *const *cells) {
    struct libscols_line *line = scols_table_new_line(table->scols, NULL);
    size_t count = scols_table_get_ncols(table->scols);

    must(line);
    for (size_t i = 0; i < count; i++)
        must(!scols_line_refer_data(line, i, terminal_safe(cells[i] ? cells[i] : "")));
}

void cli_table_print(struct cli_table *table) {
    scols_print_table(table->scols);
    scols_unref_table(table->scols);
    free(table);
}
