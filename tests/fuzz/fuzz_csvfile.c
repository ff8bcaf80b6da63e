/* A table's readable rows, written as cells and read again, are the same cells. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/csvfile.h"
#include "tests/fuzz/fuzz.h"

/* Write a row, and a note of what it holds. */
static void keep(FILE *table, FILE *cells, const struct csvrow *row) {
    for (size_t i = 0; i < row->count; i++) {
        fputs(i ? "," : "", table);
        csvfile_put(table, row->cell[i], ',');
        fprintf(cells, "%zu<%s>", i, row->cell[i]);
    }
    fputs("\n", table);
    fputs("\n", cells);
}

/* Read a table; all its readable rows as a table again, and as a note.  False: it is none. */
static bool read(struct bytes data, char **ret_table, char **ret_cells) {
    struct csverror why = {""};
    struct csvrow row;
    size_t table_len, cells_len, line = 0;
    struct csvfile *file = csvfile_open(fuzz_file("table.csv", data), 0, &why);
    if (!file) {
        MUST(*why.text && memchr(why.text, '\0', sizeof why.text));
        return false;
    }
    FILE *table = open_memstream(ret_table, &table_len), *cells = open_memstream(ret_cells, &cells_len);
    MUST(table && cells);
    keep(table, cells, csvfile_header(file));
    while (csvfile_next(file, &row)) {
        MUST(row.line > line && row.count <= CSVFILE_COLUMNS_MAX);
        MUST(row.count > 0 || row.reason);
        MUST(csvfile_at(file) <= csvfile_size(file));
        line = row.line;
        if (!row.reason)
            keep(table, cells, &row);
    }
    fclose(table);
    fclose(cells);
    csvfile_close(file);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *table, *cells, *table_again, *cells_again;
    if (!read((struct bytes){data, size}, &table, &cells))
        return 0;
    /* A separator of its own first, so that none is guessed. */
    char *named = malloc(strlen(table) + 16);
    MUST(named != NULL);
    size_t len = (size_t)snprintf(named, strlen(table) + 16, "sep=,\n%s", table);
    if (read((struct bytes){(uint8_t *)named, len}, &table_again, &cells_again)) {
        MUST(strcmp(cells, cells_again) == 0);
        MUST(strcmp(table, table_again) == 0);
        free(table_again);
        free(cells_again);
    }
    free(named);
    free(table);
    free(cells);
    return 0;
}
