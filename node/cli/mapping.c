#include "node/cli/mapping.h"

#include <stdlib.h>
#include <string.h>

#include "node/file.h"
#include "node/rules.h"
#include "proto/contact.h"

#define MAPPING_FILE_MAX 65536

static bool refuse(struct cli *cli, const char *where, const char *text, const char *why) {
    cli->status = cli_say(cli, CLI_USAGE, "%s: \"%s\": %s", where, text, why);
    return false;
}

static char *trimmed(char *text) {
    text += strspn(text, " \t");
    for (char *end = text + strlen(text); end > text && (end[-1] == ' ' || end[-1] == '\t');)
        *--end = '\0';
    return text;
}

bool mapping_add(struct mapping *m, struct cli *cli, char *text, bool set, const char *where) {
    /* A column may hold "=", a field does not; a column to set does not, its value may. */
    char *equals = set ? strchr(text, '=') : strrchr(text, '=');
    unsigned *count = set ? &m->set_count : &m->map_count;
    if (equals == NULL || equals == text || equals[1] == '\0')
        return refuse(cli, where, text, set ? "is no FIELD=VALUE" : "is no COLUMN=FIELD");
    if (*count == (set ? MAPPING_SETS_MAX : IMPORT_MAPS_MAX))
        return refuse(cli, where, text, set ? "more than 64 values" : "more than 256 columns");
    *equals = '\0';
    (set ? m->set : m->map)[(*count)++] = (struct import_map){trimmed(text), trimmed(equals + 1)};
    return true;
}

/* "--kind technical" or "--kind=technical" */
static bool add_option(struct mapping *m, struct cli *cli, char *line, const char *where) {
    const struct {
        const char *name;
        const char **value;
    } options[] = {{"kind", &m->kind},         {"language", &m->language}, {"public", &m->public},
                   {"source", &m->source},     {"key", &m->key},           {"delimiter", &m->delimiter},
                   {"encoding", &m->encoding}, {"dial", &m->dial},         {"dates", &m->dates},
                   {"format", &m->format},     {"header", &m->header}};
    char *name = line + 2, *value = name + strcspn(name, " =\t");
    if (*value != '\0')
        *value++ = '\0';
    value = trimmed(value);
    if (strcmp(name, "set") == 0)
        return mapping_add(m, cli, value, true, where);
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (strcmp(options[i].name, name) != 0)
            continue;
        if (*value == '\0')
            return refuse(cli, where, name, "wants a value behind it");
        if (*options[i].value == NULL) /* the command line comes first */
            *options[i].value = value;
        return true;
    }
    return refuse(cli, where, name,
                  "is no option that a mapping can hold: kind, language, public, source, key, "
                  "delimiter, encoding, dial, dates, format, header and set are");
}

bool mapping_read(struct mapping *m, struct cli *cli, const char *path) {
    uint8_t *data;
    size_t len, number = 1;
    enum err err = file_read(path, MAPPING_FILE_MAX, &data, &len);
    if (err != ERR_OK) {
        cli->status = cli_err(cli, err, path, "");
        return false;
    }
    m->text = (char *)data;
    if (!utf8_clean((struct bytes){data, 0}) || memchr(data, '\0', len) != NULL)
        return refuse(cli, path, "", "is no text: it holds a NUL byte");
    if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
        memmove(data, data + 3, len - 2);
    for (char *line = m->text, *end; line != NULL; line = end, number++) {
        char where[4096];
        end = strchr(line, '\n');
        if (end != NULL)
            *end++ = '\0';
        line[strcspn(line, "\r")] = '\0';
        line = trimmed(line);
        snprintf(where, sizeof where, "%.*s line %zu", 4000, path, number);
        if (line[0] == '\0' || line[0] == '#')
            continue;
        if (strncmp(line, "--", 2) == 0 ? !add_option(m, cli, line, where)
                                        : !mapping_add(m, cli, line, false, where))
            return false;
    }
    return true;
}

static bool read_delimiter(const struct mapping *m, struct cli *cli, char *ret) {
    const char *d = m->delimiter;
    if (d == NULL)
        return true;
    *ret = strcmp(d, "tab") == 0 || strcmp(d, "\\t") == 0 ? '\t' : d[0];
    return (strlen(d) == 1 && strchr(",;|:", d[0]) != NULL) || *ret == '\t' ||
           refuse(cli, "--delimiter", d, "one of , ; | : or tab is wanted");
}

static bool read_dial(const struct mapping *m, struct cli *cli, const char **ret) {
    if (m->dial == NULL)
        return true;
    *ret = m->dial + (m->dial[0] == '+');
    size_t len = strlen(*ret);
    return (len >= 1 && len <= 3 && strspn(*ret, "0123456789") == len && **ret != '0') ||
           refuse(cli, "--dial", m->dial, "a country code of one to three digits is wanted, such as 33");
}

static bool read_dates(const struct mapping *m, struct cli *cli, enum tidy_dates *ret) {
    if (m->dates == NULL)
        return true;
    *ret = strcmp(m->dates, "day-first") == 0 ? TIDY_DATES_DAY_FIRST : TIDY_DATES_MONTH_FIRST;
    return *ret == TIDY_DATES_DAY_FIRST || strcmp(m->dates, "month-first") == 0 ||
           refuse(cli, "--dates", m->dates, "day-first or month-first is wanted");
}

static bool read_header(const struct mapping *m, struct cli *cli, size_t *ret) {
    if (m->header == NULL)
        return true;
    size_t len = strlen(m->header);
    *ret = len >= 1 && len <= 4 && strspn(m->header, "0123456789") == len ? strtoul(m->header, NULL, 10) : 0;
    return *ret > 0 || refuse(cli, "--header", m->header, "the number of a line is wanted, such as 3");
}

static bool check_values(const struct mapping *m, struct cli *cli) {
    return m->language == NULL || tag_valid(bytes_str(m->language)) ||
           refuse(cli, "--language", m->language, "a tag of BCP 47 such as fr is wanted");
}

bool mapping_options(const struct mapping *m, struct cli *cli, struct import_options *ret) {
    ret->format = m->format;
    ret->encoding = m->encoding;
    ret->kind = m->kind;
    ret->language = m->language;
    ret->source = m->source;
    ret->key = m->key;
    ret->map = m->map;
    ret->map_count = m->map_count;
    ret->set = m->set;
    ret->set_count = m->set_count;
    return read_delimiter(m, cli, &ret->delimiter) && read_dial(m, cli, &ret->dial) &&
           read_dates(m, cli, &ret->dates) && read_header(m, cli, &ret->header) && check_values(m, cli);
}

void mapping_free(struct mapping *m) {
    free(m->text);
    m->text = NULL;
}

bool mapping_kind(const struct mapping *m, struct cli *cli) {
    char wanted[300];

    if (m->kind == NULL || rules_word(rules_get()->kinds, m->kind))
        return true;
    snprintf(wanted, sizeof wanted, "one of the kinds in comity.conf is wanted: %.200s", rules_get()->kinds);
    return refuse(cli, "--kind", m->kind, wanted);
}
