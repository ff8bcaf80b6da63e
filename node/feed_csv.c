#include <stdlib.h>
#include <string.h>

#include "node/dotgov.h"
#include "node/feed.h"
#include "node/grid.h"

struct table {
    struct feed feed;
    struct csvfile *file;
    struct grid grid;
    bool dotgov;
};

static bool next(struct feed *feed, struct feed_item *ret) {
    struct table *t = (struct table *)feed;
    struct csvrow row;

    if (!csvfile_next(t->file, &row))
        return false;
    feed->at = csvfile_at(t->file);
    ret->line = row.line;
    ret->raw = row.raw;
    ret->cells = row.count;
    if (row.reason != NULL) {
        snprintf(ret->why.text, sizeof ret->why.text, "%s", row.reason);
    } else if (t->dotgov) {
        ret->record = dotgov_record(&row, feed->options->kind, &ret->why);
        ret->key = strdup(row.count > DOTGOV_KEY ? row.cell[DOTGOV_KEY] : "");
    } else {
        (void)grid_record(&t->grid, &row, feed, ret);
    }
    return true;
}

/* The header as it stands, with a column for the reasons. */
static void reject_begin(const struct feed *feed, FILE *to) {
    const struct table *t = (const struct table *)feed;
    const struct csvrow *header = csvfile_header(t->file);
    char delimiter = csvfile_delimiter(t->file);
    bool again = header->count > 0 && strcasecmp(header->cell[header->count - 1], "reason") == 0;

    if (header->count == 1 || delimiter == '|') /* what a reader could not guess from the header */
        fprintf(to, "sep=%c\n", delimiter);
    for (size_t i = 0; i < header->count; i++) {
        if (i > 0)
            fputc(delimiter, to);
        csvfile_put(to, header->cell[i], delimiter);
    }
    if (!again)
        fprintf(to, "%creason", delimiter);
    fputc('\n', to);
}

/* The row as it stands, and the reason in the column behind those of the header.  A row that is no CSV stays
 * alone: whatever was added could become a part of it. */
static void reject(const struct feed *feed, const struct feed_item *item, const char *why, FILE *to) {
    const struct table *t = (const struct table *)feed;
    const struct csvrow *header = csvfile_header(t->file);
    char delimiter = csvfile_delimiter(t->file);
    bool again = header->count > 0 && strcasecmp(header->cell[header->count - 1], "reason") == 0;

    fwrite(item->raw.ptr, 1, item->raw.len, to);
    for (size_t i = item->cells; item->cells > 0 && i < header->count; i++)
        fputc(delimiter, to);
    if (item->cells > 0 && !again) {
        fputc(delimiter, to);
        csvfile_put(to, why, delimiter);
    }
    fputc('\n', to);
}

static json_t *members(const struct feed *feed) {
    const struct table *t = (const struct table *)feed;
    json_t *list = json_array();
    if (!t->dotgov) {
        json_decref(list);
        return grid_members(&t->grid);
    }
    for (size_t i = 0; dotgov_members[i] != NULL; i++)
        json_array_append_new(list, json_string(dotgov_members[i]));
    return list;
}

static void close_table(struct feed *feed) {
    struct table *t = (struct table *)feed;
    grid_close(&t->grid);
    csvfile_close(t->file);
    json_decref(feed->unused);
    free(t);
}

static const struct feed_format csv = {"csv", "csv", next, reject, reject_begin, NULL, members, close_table};
static const struct feed_format dotgov = {"dotgov",     "csv", next,    reject,
                                          reject_begin, NULL,  members, close_table};

struct feed *feed_csv(uint8_t *data, size_t len, const struct import_options *options, struct csverror *ret) {
    struct table *t = calloc(1, sizeof *t);
    if (t == NULL) {
        snprintf(ret->text, sizeof ret->text, "%s", err_text(ERR_MEMORY));
        free(data);
        return NULL;
    }
    t->feed = (struct feed){.format = &csv, .options = options, .unused = json_array(), .len = len};
    t->file = csvfile_take(data, len, options->delimiter, options->header, ret);
    bool good = t->file != NULL;
    if (good && options->map_count == 0 && options->key == NULL && dotgov_header(csvfile_header(t->file))) {
        t->dotgov = true;
        t->feed.format = &dotgov;
    } else if (good) {
        good = grid_open(&t->grid, csvfile_header(t->file), options, t->feed.unused, ret);
    }
    if (good)
        return &t->feed;
    close_table(&t->feed);
    return NULL;
}
