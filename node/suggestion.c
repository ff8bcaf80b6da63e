#include "node/suggestion.h"

#include <stdlib.h>
#include <string.h>

#include "node/column.h"
#include "node/encoding.h"
#include "node/file.h"
#include "node/guess.h"
#include "node/personal.h"
#include "node/text.h"

#define ROWS_SEEN 2000 /* by what they hold columns are guessed */
#define SAMPLE_MAX 60

struct column_seen {
    struct guess_seen seen;
    char sample[SAMPLE_MAX];
    json_t *values; /* for a key: none of them twice */
    bool doubled;
};

struct suggestion {
    struct csvfile *file;
    const struct csvrow *header;
    struct column_seen *columns;
    size_t rows;
    char encoding[48];
};

static bool open_table(struct suggestion *p, const struct import_options *o, struct csverror *ret) {
    uint8_t *data = NULL;
    size_t len = 0;
    enum err err = file_read(o->path, CSVFILE_BYTES_MAX, &data, &len);
    if (err != ERR_OK) {
        snprintf(ret->text, sizeof ret->text, "%s", err_text(err));
        return false;
    }
    if (!encoding_to_utf8(&data, &len, o->encoding, ret->text)) {
        free(data);
        return false;
    }
    size_t first = strspn((const char *)data, " \t\r\n");
    if (data[first] == '{' || data[first] == '[' ||
        strncasecmp((const char *)data + first, "BEGIN:VCARD", 11) == 0) {
        snprintf(ret->text, sizeof ret->text, "is no CSV: a mapping is for tables; import it as it is");
        free(data);
        return false;
    }
    p->file = csvfile_take(data, len, o->delimiter, o->header, ret);
    return p->file != NULL;
}

static void see(struct column_seen *c, const char *cell) {
    guess_see(&c->seen, cell);
    if (c->sample[0] == '\0' && cell[0] != '\0' && !tidy_nothing(cell))
        text_show_to(c->sample, sizeof c->sample, bytes_str(cell));
    if (json_object_get(c->values, cell) != NULL || cell[0] == '\0')
        c->doubled = true;
    json_object_set_new(c->values, cell, json_true());
}

/* A row that stands there twice says nothing of what tells rows apart. */
static bool is_repeated(json_t *rows, const struct csvrow *row) {
    char hex[2 * DIGEST_LEN + 1];
    struct digest sum = digest_of(row->raw);

    hex_put(hex, sum.b, DIGEST_LEN);
    bool seen = json_object_get(rows, hex) != NULL;
    json_object_set_new(rows, hex, json_true());
    return seen;
}

static bool read_rows(struct suggestion *p) {
    struct csvrow row;
    json_t *rows = json_object();
    p->header = csvfile_header(p->file);
    p->columns = calloc(p->header->count + 1, sizeof *p->columns);
    if (p->columns == NULL)
        return false;
    for (size_t i = 0; i < p->header->count; i++)
        p->columns[i].values = json_object();
    while (csvfile_next(p->file, &row)) {
        if (p->rows++ >= ROWS_SEEN || row.reason != NULL || is_repeated(rows, &row))
            continue;
        for (size_t i = 0; i < p->header->count; i++)
            see(&p->columns[i], i < row.count ? row.cell[i] : "");
    }
    json_decref(rows);
    return true;
}

/* The name that import knows it by, or a guess; "-" for nothing. */
static const char *field_of(const struct suggestion *p, size_t index, char known[static COLUMN_NAME_MAX]) {
    const char *name = p->header->cell[index];
    if (personal_column(name) != NULL || strcasecmp(name, "reason") == 0)
        return "-";
    const char *field = guess_field(name, &p->columns[index].seen);
    if (column_known(name, known) && (field == NULL || strcmp(known, "email") != 0))
        return known;
    return field != NULL ? field : "-";
}

static bool leads_to(const struct suggestion *p, const char *field) {
    char known[COLUMN_NAME_MAX];
    for (size_t i = 0; i < p->header->count; i++)
        if (strcmp(field_of(p, i, known), field) == 0)
            return true;
    return false;
}

static const char *key_of(const struct suggestion *p) {
    for (size_t i = 0; i < p->header->count; i++)
        if (p->rows > 1 && guess_is_key(p->header->cell[i]) && !p->columns[i].doubled)
            return p->header->cell[i];
    return NULL;
}

/* The name of the list: that of the file, without its extension and the date or number at its end. */
static void source_of(const char *path, char *to, size_t size) {
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    size_t len = dot != NULL && dot != name ? (size_t)(dot - name) : strlen(name), all = len;
    while (len > 0 && strchr("0123456789-_. ", name[len - 1]) != NULL)
        len--;
    snprintf(to, size, "%.*s", (int)(len > 0 ? len : all), name);
}

static void put_options(FILE *to, const struct suggestion *p, const struct import_options *o) {
    const char *key = o->key != NULL ? o->key : key_of(p);
    char source[128];
    source_of(o->path, source, sizeof source);
    if (o->encoding != NULL)
        fprintf(to, "--encoding %s\n", o->encoding);
    if (o->delimiter != 0)
        fprintf(to, "--delimiter %s\n", o->delimiter == '\t' ? "tab" : (const char[]){o->delimiter, '\0'});
    if (o->header > 0 || p->header->line > 2) /* 2 is behind "sep=;" */
        fprintf(to, "# the line that names the columns\n--header %zu\n", p->header->line);
    if (!leads_to(p, "kind"))
        fprintf(to,
                "# what kind of contacts these are: diplomatic, technical, policy, legal or law-enforcement\n"
                "--kind %s\n",
                o->kind != NULL ? o->kind : "technical");
    fprintf(to, "# the language of names and texts: fr, nl, ...\n%s--language %s\n",
            o->language != NULL ? "" : "#", o->language != NULL ? o->language : "und");
    if (leads_to(p, "phone"))
        fprintf(to, "# the country code of telephone numbers that do not say one\n%s--dial %s\n",
                o->dial != NULL ? "" : "#", o->dial != NULL ? o->dial : "33");
    if (key != NULL)
        fprintf(to, "# the column that tells rows apart, from file to file\n--key %s\n", key);
    fprintf(to, "# the name of this list, the same for every file of it\n--source %s\n\n",
            o->source != NULL ? o->source : source);
}

static void put_column(FILE *to, const struct suggestion *p, size_t index) {
    char known[COLUMN_NAME_MAX], shown[COLUMN_NAME_MAX * 2];
    const struct column_seen *c = &p->columns[index];
    const char *name = p->header->cell[index], *personal = personal_column(name);

    if (name[0] == '\0')
        return;
    text_show_to(shown, sizeof shown, bytes_str(name));
    if (personal != NULL)
        fprintf(to, "# %s: a directory of offices does not keep it\n", personal);
    else if (c->sample[0] != '\0')
        fprintf(to, "# such as: %s\n", c->sample);
    else
        fputs("# empty\n", to);
    fprintf(to, "%s=%s\n", strcmp(shown, name) == 0 ? name : shown, field_of(p, index, known));
}

bool suggestion_print(FILE *to, const struct import_options *options, struct csverror *ret) {
    struct suggestion p = {0};
    char shown[200];
    bool good = open_table(&p, options, ret);

    if (good && (good = read_rows(&p))) {
        const char *slash = strrchr(options->path, '/');
        text_show_to(shown, sizeof shown, bytes_str(slash != NULL ? slash + 1 : options->path));
        fprintf(to,
                "# A mapping for %s: %zu rows of %zu columns.  Edit it, save it, and look at what it does:\n"
                "#     comity import %s --map-file THIS --dry-run\n"
                "# COLUMN=FIELD: fields are in docs/records.md, \"organisation:fr\" is one in a language, "
                "\"-\" leaves a\n"
                "# column out; several columns may lead to one field, and are joined in the order of this "
                "file.\n\n",
                shown, p.rows, p.header->count, shown);
        put_options(to, &p, options);
        for (size_t i = 0; i < p.header->count; i++)
            put_column(to, &p, i);
    } else if (p.file != NULL) {
        snprintf(ret->text, sizeof ret->text, "%s", err_text(ERR_MEMORY));
    }
    for (size_t i = 0; p.columns != NULL && i < p.header->count; i++)
        json_decref(p.columns[i].values);
    free(p.columns);
    csvfile_close(p.file);
    return good;
}
