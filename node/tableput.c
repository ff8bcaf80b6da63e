#include "node/tableput.h"

#include <stdlib.h>
#include <string.h>

#include "node/column.h"
#include "node/csvfile.h"

/* The columns of all contacts: each new one stands behind the one before it in its own record, so that what
 * belongs together stays together. */
struct columns {
    size_t count;
    const char *name[CSVFILE_COLUMNS_MAX];
};

static size_t place_of(const struct columns *c, const char *name) {
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->name[i], name) == 0)
            return i;
    return SIZE_MAX;
}

/* The names stay those of the texts. */
static bool add_columns(struct columns *c, const json_t *texts) {
    const char *name;
    json_t *text;
    size_t behind = 0;
    json_object_foreach((json_t *)(uintptr_t)texts, name, text) {
        size_t at = place_of(c, name);
        if (at == SIZE_MAX) {
            if (c->count == CSVFILE_COLUMNS_MAX)
                return false;
            memmove(&c->name[behind + 1], &c->name[behind], (c->count - behind) * sizeof c->name[0]);
            c->name[behind] = name;
            c->count++;
            at = behind;
        }
        behind = at + 1;
    }
    return true;
}

static void put_row(FILE *to, const struct columns *c, const json_t *texts, char delimiter) {
    for (size_t i = 0; i < c->count; i++) {
        const char *text = json_string_value(json_object_get(texts, c->name[i]));
        if (i > 0)
            fputc(delimiter, to);
        csvfile_put(to, text != NULL ? text : "", delimiter);
    }
    fputs("\r\n", to);
}

/* These two make a table one of this program (node/import.h), even without a contact. */
static json_t *first_columns(void) {
    return json_pack("{s:s, s:s, s:s}", "state", "", "id", "", "kind", "");
}

bool tableput_csv(FILE *to, const json_t *contacts, char delimiter) {
    struct columns *c = calloc(1, sizeof *c);
    json_t *rows = json_array(), *first = first_columns(), *contact, *row;
    bool good = c != NULL && add_columns(c, first);
    size_t i;

    json_array_foreach(contacts, i, contact) {
        json_array_append_new(rows, column_texts(contact));
        good = good && add_columns(c, json_array_get(rows, i));
    }
    if (good) {
        fputs("\xef\xbb\xbf", to);
        for (i = 0; i < c->count; i++)
            fprintf(to, "%s%s", i > 0 ? (const char[]){delimiter, '\0'} : "", c->name[i]);
        fputs("\r\n", to);
        json_array_foreach(rows, i, row) put_row(to, c, row, delimiter);
    }
    json_decref(first);
    json_decref(rows);
    free(c);
    return good;
}
