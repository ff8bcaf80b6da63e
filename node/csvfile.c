#include "node/csvfile.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "node/csvshape.h"
#include "node/encoding.h"
#include "node/file.h"
#include "node/text.h"
#include "node/tidy.h"

struct csvfile {
    uint8_t *data;
    size_t len, at; /* of the next line */
    size_t line;    /* its number */
    char delimiter;
    struct csvrow header;
    struct csv_parser parser;
    bool parsing;

    /* The row at hand: cells one behind the other, NUL-terminated. */
    char *text;
    size_t text_len, text_max;
    size_t start[CSVFILE_COLUMNS_MAX];
    const char *cell[CSVFILE_COLUMNS_MAX];
    size_t count;
    bool ended;
    const char *fault;
    char said[240]; /* what it points to, if it names what was found */
};

static bool text_add(struct csvfile *f, const void *bytes, size_t len) {
    if (f->text_len + len + 1 > f->text_max) {
        size_t max = (f->text_len + len + 1) * 2 + 4096;
        char *more = realloc(f->text, max);
        if (more == NULL)
            return false;
        f->text = more;
        f->text_max = max;
    }
    if (len > 0)
        memcpy(f->text + f->text_len, bytes, len);
    f->text_len += len;
    f->text[f->text_len++] = '\0';
    return true;
}

static bool is_formula(char c) {
    return c != '\0' && strchr("=+-@'\t\r", c) != NULL;
}

/* A cell that is no text: where it stands, and what it looks like. */
static void cell_fault(struct csvfile *f, const char *text, size_t len, unsigned char byte) {
    char found[64], column[64];

    text_show_to(found, sizeof found, (struct bytes){(const uint8_t *)text, len});
    if (f->count < f->header.count)
        text_show_to(column, sizeof column, bytes_str(f->header.cell[f->count]));
    else
        snprintf(column, sizeof column, "%zu", f->count + 1);
    bool control = byte < 0x20 || byte == 0x7f;
    snprintf(f->said, sizeof f->said, "has %s in column %s: found \"%s\": %s",
             control ? "a control character" : "bytes that are not UTF-8", column, found,
             control ? "take it out" : "type it again, or save the file as UTF-8");
    f->fault = f->said;
}

static void cell_ended(void *bytes, size_t len, void *context) {
    struct csvfile *f = context;
    const char *text = bytes;

    if (f->fault != NULL)
        return;
    if (f->count == CSVFILE_COLUMNS_MAX) {
        f->fault = "has more than 1024 cells";
        return;
    }
    if (len > CSVFILE_CELL_MAX) {
        f->fault = "has a cell of more than 32 KiB: shorten it";
        return;
    }
    size_t foreign = len > 0 ? encoding_foreign(bytes, len, 0) : 0;
    if (foreign < len) {
        cell_fault(f, text, len, (unsigned char)text[foreign]);
        return;
    }
    if (len >= 2 && text[0] == '\'' && is_formula(text[1])) {
        text++;
        len--;
    }
    f->start[f->count++] = f->text_len;
    if (!text_add(f, text, len))
        f->fault = "needs more memory than there is";
}

static void row_ended(int end, void *context) {
    struct csvfile *f = context;
    (void)end;
    f->ended = true;
}

/* The next line with its end (LF, CRLF, or CR alone). */
static bool line_next(struct csvfile *f, const uint8_t **ret, size_t *ret_len) {
    size_t at = f->at;
    if (at == f->len)
        return false;
    while (at < f->len && f->data[at] != '\n' && f->data[at] != '\r')
        at++;
    if (at < f->len && f->data[at] == '\r')
        at++;
    if (at < f->len && f->data[at] == '\n' && (at == f->at || f->data[at - 1] != '\n'))
        at++;
    *ret = f->data + f->at;
    *ret_len = at - f->at;
    f->at = at;
    f->line++;
    return true;
}

static void parser_begin(struct csvfile *f) {
    if (f->parsing)
        csv_free(&f->parser);
    f->parsing = csv_init(&f->parser, CSV_STRICT | CSV_STRICT_FINI) == 0;
    csv_set_blk_size(&f->parser, CSVFILE_CELL_MAX);
    csv_set_delim(&f->parser, (unsigned char)f->delimiter);
}

/* Feed a line in slices, so that a cell without end is noticed before it takes memory.  The fault if it is no
 * CSV; what is wrong with its cells is left in f->fault. */
static const char *line_parse(struct csvfile *f, const uint8_t *line, size_t len) {
    while (len > 0) {
        size_t slice = len < CSVFILE_CELL_MAX ? len : CSVFILE_CELL_MAX;
        if (csv_parse(&f->parser, line, slice, cell_ended, row_ended, f) != slice)
            return csv_error(&f->parser) == CSV_EPARSE
                       ? "has a quotation mark that neither begins nor ends a cell: double it"
                       : "needs more memory than there is";
        if (f->parser.quoted && f->parser.entry_pos > CSVFILE_QUOTE_MAX)
            return "has a quotation mark that is not closed within 4 MiB: close or double it";
        line += slice;
        len -= slice;
    }
    return NULL;
}

/* Feed lines until a row has ended; the fault if it is no CSV. */
static const char *row_parse(struct csvfile *f, const uint8_t *line, size_t len) {
    do {
        const char *fault = line_parse(f, line, len);
        if (fault != NULL || f->ended)
            return fault;
        if (f->parser.pstate == 0 && f->count == 0)
            return NULL; /* a blank line begins no row */
    } while (line_next(f, &line, &len));
    return csv_fini(&f->parser, cell_ended, row_ended, f) != 0
               ? "has a quotation mark that is never closed: close or double it"
               : NULL;
}

static bool is_blank(const struct csvfile *f) {
    for (size_t i = 0; i < f->count; i++)
        if (f->text[f->start[i]] != '\0')
            return false;
    return true;
}

/* Take the first line alone, and go on behind it. */
static void row_retreat(struct csvfile *f, const uint8_t *line, size_t len, size_t number) {
    f->at = (size_t)(line - f->data) + len;
    f->line = number + 1;
    f->fault = NULL;
    parser_begin(f);
}

static struct bytes without_end(const uint8_t *line, size_t len) {
    while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
        len--;
    return (struct bytes){line, len};
}

static bool row_next(struct csvfile *f, struct csvrow *ret) {
    const uint8_t *line;
    size_t len;

    for (;;) {
        size_t number = f->line;
        f->text_len = f->count = 0;
        f->ended = false;
        f->fault = NULL;
        if (!line_next(f, &line, &len))
            return false;
        const char *reason = row_parse(f, line, len);
        if (reason != NULL)
            row_retreat(f, line, len, number);
        else if (f->fault != NULL)
            reason = f->fault;
        else if (is_blank(f))
            continue;
        if (reason != NULL)
            f->count = 0;
        for (size_t i = 0; i < f->count; i++)
            f->cell[i] = f->text + f->start[i];
        *ret = (struct csvrow){number, f->count, f->cell, reason,
                               without_end(line, (size_t)(f->data + f->at - line))};
        return true;
    }
}

/* A spreadsheet leaves empty cells at the end of a row. */
static bool fits_header(const struct csvfile *f, const struct csvrow *row) {
    for (size_t i = f->header.count; i < row->count; i++)
        if (row->cell[i][0] != '\0')
            return false;
    return true;
}

bool csvfile_next(struct csvfile *f, struct csvrow *ret) {
    if (!row_next(f, ret))
        return false;
    if (ret->reason == NULL && !fits_header(f, ret))
        ret->reason = "has more cells than the header has columns: put cells that hold the separator into "
                      "quotation marks";
    return true;
}

static bool header_copy(struct csvfile *f, const struct csvrow *row) {
    char **cell = calloc(row->count + 1, sizeof *cell);
    if (cell == NULL)
        return false;
    f->header = (struct csvrow){row->line, row->count, (const char *const *)cell, NULL, row->raw};
    for (size_t i = 0; i < row->count; i++) {
        cell[i] = tidy_words(row->cell[i], " ");
        if (cell[i] == NULL)
            return false;
    }
    return true;
}

static bool header_read(struct csvfile *f, struct csverror *ret) {
    struct csvrow row;

    if (!row_next(f, &row)) {
        snprintf(ret->text, sizeof ret->text, "is empty: its first row names the columns");
        return false;
    }
    if (row.reason != NULL) {
        snprintf(ret->text, sizeof ret->text, "line %zu, the header, %s", row.line, row.reason);
        return false;
    }
    if (!header_copy(f, &row)) {
        snprintf(ret->text, sizeof ret->text, "%s", err_text(ERR_MEMORY));
        return false;
    }
    return true;
}

/* A first line "sep=;" tells a spreadsheet the separator. */
static void take_hint(struct csvfile *f) {
    const uint8_t *d = f->data + f->at;
    if (f->len - f->at < 6 || memcmp(d, "sep=", 4) != 0 || (d[5] != '\n' && d[5] != '\r'))
        return;
    size_t len = d[5] == '\r' && f->len - f->at > 6 && d[6] == '\n' ? 7 : 6;
    if (f->delimiter == 0)
        f->delimiter = (char)d[4];
    f->at += len;
    f->line++;
}

/* Lines before the header: a title, a date. */
static void skip_lines(struct csvfile *f, size_t header) {
    const uint8_t *line;
    size_t len;
    while (f->line < header && line_next(f, &line, &len))
        continue;
}

struct csvfile *csvfile_take(uint8_t *data, size_t len, char delimiter, size_t header, struct csverror *ret) {
    struct csvfile *f = calloc(1, sizeof *f);

    if (f == NULL) {
        snprintf(ret->text, sizeof ret->text, "%s", err_text(ERR_MEMORY));
        free(data);
        return NULL;
    }
    f->data = data;
    f->len = len;
    f->line = 1;
    f->delimiter = delimiter;
    take_hint(f);
    skip_lines(f, header);
    struct bytes rest = {f->data + f->at, f->len - f->at};
    if (f->delimiter == 0 || f->delimiter == '"')
        f->delimiter = csvshape_delimiter(rest);
    if (header == 0)
        skip_lines(f, f->line + csvshape_before(rest, f->delimiter));
    parser_begin(f);
    if (!header_read(f, ret)) {
        csvfile_close(f);
        return NULL;
    }
    return f;
}

struct csvfile *csvfile_open(const char *path, char delimiter, struct csverror *ret) {
    uint8_t *data = NULL;
    size_t len = 0;
    enum err err = file_read(path, CSVFILE_BYTES_MAX, &data, &len);

    if (err != ERR_OK) {
        snprintf(ret->text, sizeof ret->text, "%s%s",
                 err == ERR_TYPE ? "is not a regular file: name the file itself" : err_text(err),
                 err == ERR_SIZE ? ": at most 64 MiB, split it" : "");
        return NULL;
    }
    if (!encoding_to_utf8(&data, &len, NULL, ret->text)) {
        free(data);
        return NULL;
    }
    return csvfile_take(data, len, delimiter, 0, ret);
}

void csvfile_close(struct csvfile *f) {
    if (f == NULL)
        return;
    for (size_t i = 0; i < f->header.count; i++)
        free((char *)(uintptr_t)f->header.cell[i]);
    free((void *)(uintptr_t)f->header.cell);
    if (f->parsing)
        csv_free(&f->parser);
    free(f->text);
    free(f->data);
    free(f);
}

const struct csvrow *csvfile_header(const struct csvfile *f) {
    return &f->header;
}

char csvfile_delimiter(const struct csvfile *f) {
    return f->delimiter;
}

size_t csvfile_at(const struct csvfile *f) {
    return f->at;
}

size_t csvfile_size(const struct csvfile *f) {
    return f->len;
}

void csvfile_put(FILE *to, const char *cell, char delimiter) {
    const char special[] = {'"', '\n', '\r', '\t', delimiter, '\0'};
    bool formula = is_formula(cell[0]);

    if (!formula && cell[strcspn(cell, special)] == '\0') {
        fputs(cell, to);
        return;
    }
    fputs(formula ? "\"'" : "\"", to);
    for (; *cell != '\0'; cell++) {
        if (*cell == '"')
            fputc('"', to);
        fputc(*cell, to);
    }
    fputc('"', to);
}
