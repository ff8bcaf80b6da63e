#include "node/csvshape.h"

#include <stdbool.h>

#define ROWS_SEEN 16
#define HEADER_CELLS 3 /* a row of fewer may be anything */
#define SEPARATORS 4

static const char separators[SEPARATORS] = {',', ';', '\t', '|'};

struct row {
    size_t line;              /* lines before it */
    size_t count[SEPARATORS]; /* of each, outside quotation marks */
    size_t filled;            /* cells that are not blank, by the separator that was given */
    bool has_address;         /* an @ is in it: it names no columns */
};

/* Read a row from *at on; *line moves on too.  False at the end. */
static bool row_read(struct bytes text, size_t *at, size_t *line, char delimiter, struct row *ret) {
    bool quoted = false, filled = false;

    *ret = (struct row){.line = *line};
    if (*at >= text.len)
        return false;
    for (; *at < text.len; (*at)++) {
        char c = (char)text.ptr[*at];
        bool ends = c == '\n' || (c == '\r' && (*at + 1 == text.len || text.ptr[*at + 1] != '\n'));
        *line += ends;
        if (ends && !quoted)
            break;
        quoted ^= c == '"';
        ret->has_address = ret->has_address || c == '@';
        for (size_t i = 0; i < SEPARATORS && !quoted; i++)
            ret->count[i] += c == separators[i];
        if (c == delimiter && !quoted) {
            ret->filled += filled;
            filled = false;
        } else if (c != ' ' && c != '\t' && c != '"' && c != '\r' && c != '\n') {
            filled = true;
        }
    }
    ret->filled += filled;
    (*at)++;
    return true;
}

static size_t rows_read(struct bytes text, char delimiter, struct row ret[static ROWS_SEEN]) {
    size_t at = 0, line = 0, count = 0;

    while (count < ROWS_SEEN && row_read(text, &at, &line, delimiter, &ret[count]))
        count++;
    return count;
}

/* In how many rows a separator stands as often as in row i. */
static size_t agreeing(const struct row *row, size_t count, size_t i, size_t separator) {
    size_t same = 0;

    for (size_t k = 0; k < count; k++)
        same += row[k].count[separator] == row[i].count[separator];
    return same;
}

char csvshape_delimiter(struct bytes text) {
    struct row row[ROWS_SEEN];
    size_t count = rows_read(text, '\0', row), best = 0, best_score = 0;

    for (size_t s = 0; s < SEPARATORS; s++)
        for (size_t i = 0; i < count; i++) {
            size_t often = row[i].count[s] > 1000 ? 1000 : row[i].count[s];
            size_t score = often == 0 ? 0 : agreeing(row, count, i, s) * 1001 + often;
            if (score > best_score) {
                best_score = score;
                best = s;
            }
        }
    return separators[best];
}

size_t csvshape_before(struct bytes text, char delimiter) {
    struct row row[ROWS_SEEN];
    size_t count = rows_read(text, delimiter, row), titles = 0, i = 0;

    for (; i < count && row[i].filled <= 1; i++)
        titles += row[i].filled;
    bool named = titles > 0 && i + 1 < count && row[i].filled >= HEADER_CELLS && !row[i].has_address &&
                 row[i + 1].filled > 1;
    return named ? row[i].line : 0;
}
