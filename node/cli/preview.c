#include "node/cli/preview.h"

#include <stdio.h>
#include <string.h>

#include "node/cli/difference.h"
#include "node/cli/terminal.h"
#include "node/cli/wording.h"
#include "node/text.h"

#define SHOWN 20 /* of a list that may be long */
#define CHANGES_SHOWN 100

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

void preview_about(const json_t *record, char *to, size_t size) {
    const char *body = wording_name(json_object_get(record, "organisation"), "en");
    const char *unit = wording_name(json_object_get(record, "unit"), "en");
    const char *name = wording_name(json_object_get(record, "name"), "en");
    const char *email = wording_first(json_object_get(record, "emails"), "address");
    char all[1024];
    snprintf(all, sizeof all, "%s%s%s%s%s%s%s", body, body[0] != '\0' && unit[0] != '\0' ? ", " : "", unit,
             (body[0] != '\0' || unit[0] != '\0') && name[0] != '\0' ? ", " : "", name,
             email[0] != '\0' ? "  " : "", email);
    text_show_to(to, size, bytes_str(all));
}

static size_t count_refused(const struct preview *p) {
    struct import_row row;
    size_t count = 0;
    for (size_t i = 0; i < import_count(p->import); i++) {
        import_row(p->import, i, &row);
        count += row.verdict == IMPORT_REFUSED;
    }
    return count;
}

void preview_refused(const struct preview *p) {
    struct import_row row;
    size_t refused = count_refused(p), said = 0;
    for (size_t i = 0; i < import_count(p->import); i++) {
        import_row(p->import, i, &row);
        if (row.verdict != IMPORT_REFUSED)
            continue;
        if (said == SHOWN && !p->all && refused > SHOWN + 1) {
            fprintf(stderr, "... and %zu more rows; --all lists them\n", refused - said);
            return;
        }
        said++;
        /* Formats of many lines say the very line. */
        if (strncmp(row.why.text, "line ", 5) != 0)
            fprintf(stderr, "line %zu: ", row.line);
        terminal_put(stderr, row.why.text);
        fputc('\n', stderr);
    }
}

/* A notice's own line, or that of its item. */
static json_int_t line_of(const struct import_row *row, const json_t *notice) {
    const json_t *line = json_object_get(notice, "line");
    return line != NULL ? json_integer_value(line) : (json_int_t)row->line;
}

/* Notices of one kind: "phone: has no country code ...", how often, the first one. */
static json_t *notice_groups(const struct preview *p) {
    json_t *groups = json_object(), *notice;
    struct import_row row;
    size_t k;
    for (size_t i = 0; i < import_count(p->import); i++) {
        import_row(p->import, i, &row);
        json_array_foreach(row.notices, k, notice) {
            char key[256];
            snprintf(key, sizeof key, "%s: %s", text_of(notice, "field"), text_of(notice, "what"));
            json_t *group = json_object_get(groups, key);
            if (group == NULL) {
                group = json_pack("{s:i, s:I, s:s}", "count", 0, "line", line_of(&row, notice), "found",
                                  text_of(notice, "found"));
                json_object_set_new(groups, key, group);
            }
            json_object_set_new(group, "count",
                                json_integer(json_integer_value(json_object_get(group, "count")) + 1));
        }
    }
    return groups;
}

void preview_notices(const struct preview *p) {
    json_t *groups = notice_groups(p), *group;
    const char *key;
    json_object_foreach(groups, key, group) {
        json_int_t count = json_integer_value(json_object_get(group, "count"));
        terminal_put(stderr, key);
        fprintf(stderr, " (%lld time%s; line %lld: \"", (long long)count, count == 1 ? "" : "s",
                (long long)json_integer_value(json_object_get(group, "line")));
        terminal_put(stderr, text_of(group, "found"));
        fputs("\")\n", stderr);
    }
    json_decref(groups);
}

static void put_about(const struct preview *p, const json_t *entry) {
    char about[200];
    preview_about(json_object_get(entry, "record"), about, sizeof about);
    printf("  %c%c/%.12s  ", p->cli->config.code[0] - 'a' + 'A', p->cli->config.code[1] - 'a' + 'A',
           text_of(entry, "id"));
    fputs(about, stdout);
    fputc('\n', stdout);
}

/* A heading and a line for each, cut short unless all are wanted. */
static void print_list(const struct preview *p, const char *heading, const json_t *list) {
    size_t count = json_array_size(list), i;
    json_t *entry;
    if (count == 0)
        return;
    printf("%s: %zu\n", heading, count);
    json_array_foreach(list, i, entry) {
        if (i == SHOWN && !p->all && count > SHOWN + 1) {
            printf("  ... and %zu more; --all lists them\n", count - i);
            break;
        }
        put_about(p, entry);
    }
    fputc('\n', stdout);
}

/* In how many contacts each field changes: what to look at first. */
static void print_fields(const struct preview *p) {
    json_t *counts = json_object(), *entry, *field, *count;
    const char *name;
    size_t i, k;
    json_array_foreach(p->changes, i, entry) {
        json_array_foreach(json_object_get(entry, "fields"), k, field) {
            name = difference_name(text_of(field, "field"));
            json_object_set_new(counts, name,
                                json_integer(json_integer_value(json_object_get(counts, name)) + 1));
        }
    }
    i = 0;
    json_object_foreach(counts, name, count)
        printf("%s%s in %lld", i++ > 0 ? ", " : " (", name, (long long)json_integer_value(count));
    fputs(i > 0 ? ")" : "", stdout);
    json_decref(counts);
}

static void print_changes(const struct preview *p) {
    size_t count = json_array_size(p->changes), i, k;
    json_t *entry, *field;
    if (count == 0)
        return;
    printf("Changed: %zu", count);
    if (count > 1)
        print_fields(p);
    fputc('\n', stdout);
    json_array_foreach(p->changes, i, entry) {
        if (i == CHANGES_SHOWN && !p->all && count > CHANGES_SHOWN + 1) {
            printf("  ... and %zu more; --all lists them\n", count - i);
            break;
        }
        put_about(p, entry);
        json_array_foreach(json_object_get(entry, "fields"), k, field) difference_print(stdout, field);
    }
    fputc('\n', stdout);
}

/* Why rows were refused: each rule with how often, and the first line. */
static void print_reasons(const struct preview *p) {
    json_t *groups = json_object(), *group;
    struct import_row row;
    const char *key;
    for (size_t i = 0; i < import_count(p->import); i++) {
        char rule[200];
        import_row(p->import, i, &row);
        if (row.verdict != IMPORT_REFUSED)
            continue;
        const char *from =
            strncmp(row.why.text, "line ", 5) == 0 ? strstr(row.why.text, ": ") + 2 : row.why.text;
        const char *found = strstr(from, ": found \"");
        snprintf(rule, sizeof rule, "%.*s", (int)(found != NULL ? found - from : (ptrdiff_t)strlen(from)),
                 from);
        group = json_object_get(groups, rule);
        if (group == NULL) {
            group = json_pack("{s:i, s:I}", "count", 0, "line", (json_int_t)row.line);
            json_object_set_new(groups, rule, group);
        }
        json_object_set_new(group, "count",
                            json_integer(json_integer_value(json_object_get(group, "count")) + 1));
    }
    if (json_object_size(groups) > 0)
        puts("Refused:");
    json_object_foreach(groups, key, group) {
        printf("  %lld, first in line %lld: ", (long long)json_integer_value(json_object_get(group, "count")),
               (long long)json_integer_value(json_object_get(group, "line")));
        terminal_put(stdout, key);
        fputc('\n', stdout);
    }
    if (json_object_size(groups) > 0)
        fputc('\n', stdout);
    json_decref(groups);
}

static void print_counts(const struct preview *p) {
    char text[7][24];
    const size_t numbers[7] = {p->added,
                               p->changed,
                               p->same,
                               p->repeated,
                               json_array_size(p->gone),
                               count_refused(p),
                               import_count(p->import)};
    static const char *const columns[] = {">new",  ">changed", ">unchanged", ">repeated",
                                          ">gone", ">refused", ">rows read", NULL};
    const char *cells[8] = {0};
    for (size_t i = 0; i < 7; i++) {
        snprintf(text[i], sizeof text[i], "%zu", numbers[i]);
        cells[i] = text[i];
    }
    struct cli_table *table = cli_table_new(columns);
    cli_table_row(table, cells);
    cli_table_print(table);
}

void preview_print(const struct preview *p) {
    if (p->dry) {
        print_list(p, "New", p->new);
        print_changes(p);
    }
    print_list(p,
               p->withdrawn > 0 ? "Gone from this list, and their end is drafted"
                                : "Gone from this list; they stay, unless --withdraw-gone drafts their end",
               p->gone);
    print_reasons(p);
    print_counts(p);
    terminal_put(stdout, p->path);
    printf(" (%s), a file of \"", import_format(p->import));
    terminal_put(stdout, import_source(p->import));
    fputs("\"\n", stdout);
    if (p->rejected[0] != '\0') {
        fputs("refused, with the reason of each, to be mended and imported again: ", stdout);
        terminal_put(stdout, p->rejected);
        fputs("\n", stdout);
    }
    if (p->dry)
        puts("nothing was drafted; without --dry-run it is");
    else if (p->added + p->changed + p->withdrawn > 0)
        puts("comity diff shows what will change, comity publish signs it");
}

static json_t *refused_list(const struct preview *p) {
    json_t *list = json_array();
    struct import_row row;
    for (size_t i = 0; i < import_count(p->import); i++) {
        import_row(p->import, i, &row);
        if (row.verdict == IMPORT_REFUSED)
            json_array_append_new(
                list, json_pack("{s:I, s:s}", "line", (json_int_t)row.line, "reason", row.why.text));
    }
    return list;
}

static json_t *notice_list(const struct preview *p) {
    json_t *list = json_array(), *notice;
    struct import_row row;
    size_t k;
    for (size_t i = 0; i < import_count(p->import); i++) {
        import_row(p->import, i, &row);
        json_array_foreach(row.notices, k, notice) {
            json_t *copy = json_copy(notice);
            json_object_set_new(copy, "line", json_integer(line_of(&row, notice)));
            json_array_append_new(list, copy);
        }
    }
    return list;
}

static json_t *ids_of(const json_t *list) {
    json_t *ids = json_array(), *entry;
    size_t i;
    json_array_foreach(list, i, entry) json_array_append(ids, json_object_get(entry, "id"));
    return ids;
}

void preview_print_json(const struct preview *p) {
    json_t *report = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:O}", "file",
                               p->path, "format", import_format(p->import), "source",
                               import_source(p->import), "rows", (json_int_t)import_count(p->import), "new",
                               (json_int_t)p->added, "changed", (json_int_t)p->changed, "unchanged",
                               (json_int_t)p->same, "repeated", (json_int_t)p->repeated, "withdrawn",
                               (json_int_t)p->withdrawn, "gone", ids_of(p->gone), "refused", refused_list(p),
                               "notices", notice_list(p), "unused_columns", import_unused(p->import));
    if (p->rejected[0] != '\0')
        json_object_set_new(report, "rejected_file", json_string(p->rejected));
    if (p->dry) {
        json_object_set_new(report, "dry_run", json_true());
        json_object_set(report, "additions", p->new);
        json_object_set(report, "changes", p->changes);
    }
    cli_print_json(report);
    json_decref(report);
}
