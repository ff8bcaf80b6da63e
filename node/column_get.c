#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/column.h"
#include "node/column_target.h"
#include "node/timetable.h"

static void put_text(json_t *texts, const char *column, const json_t *value) {
    char number[24];
    if (json_is_string(value)) {
        json_object_set(texts, column, (json_t *)(uintptr_t)value);
    } else if (json_is_boolean(value)) {
        json_object_set_new(texts, column, json_string(json_is_true(value) ? "yes" : "no"));
    } else if (json_is_integer(value)) {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        json_object_set_new(texts, column, json_string(number));
    }
}

static void put_words(json_t *texts, const char *column, const json_t *list) {
    char *text = NULL;
    size_t len, i;
    json_t *item;
    FILE *to = open_memstream(&text, &len);
    if (to == NULL)
        return;
    json_array_foreach(list, i, item) fprintf(to, "%s%s", i > 0 ? " " : "", json_string_value(item));
    fclose(to);
    json_object_set_new(texts, column, json_string(text));
    free(text);
}

static void put_weekly(json_t *texts, const char *column, const json_t *list) {
    char *text = timetable_text(list);
    if (text != NULL)
        json_object_set_new(texts, column, json_string(text));
    free(text);
}

static void put_names(json_t *texts, const char *name, const json_t *names) {
    const char *tag;
    json_t *text;
    char column[COLUMN_NAME_MAX];
    json_object_foreach((json_t *)(uintptr_t)names, tag, text) {
        snprintf(column, sizeof column, "%s%s%s", name, strcmp(tag, "und") == 0 ? "" : ":",
                 strcmp(tag, "und") == 0 ? "" : tag);
        put_text(texts, column, text);
    }
}

static void put_group(json_t *texts, const struct column_group *g, const struct field *f,
                      const json_t *value) {
    char column[COLUMN_NAME_MAX];
    for (const struct field *m = f->fields; m->key != 0; m++) {
        const json_t *member = json_object_get(value, m->name);
        snprintf(column, sizeof column, "%s%s", g->prefix, m->name);
        if (m->type == FIELD_RECORDS && member != NULL)
            put_weekly(texts, column, member);
        else if (m->type == FIELD_TEXTS && member != NULL)
            put_words(texts, column, member);
        else
            put_text(texts, column, member);
    }
}

static void put_list(json_t *texts, const struct column_list *l, const struct field *f, const json_t *list) {
    char column[COLUMN_NAME_MAX], number[24] = "";
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item) {
        if (i > 0)
            snprintf(number, sizeof number, "%zu", i + 1);
        snprintf(column, sizeof column, "%s%s", l->word, number);
        put_text(texts, column, json_object_get(item, l->main));
        for (const struct field *m = f->fields; m->key != 0; m++) {
            if (strcmp(m->name, l->main) == 0)
                continue;
            snprintf(column, sizeof column, "%s%s_%s", l->word, number, m->name);
            put_text(texts, column, json_object_get(item, m->name));
        }
    }
}

static void put_field(json_t *texts, const struct field *f, const json_t *value) {
    for (size_t i = 0; f->type == FIELD_RECORDS && column_lists[i].word != NULL; i++)
        if (strcmp(column_lists[i].field, f->name) == 0)
            put_list(texts, &column_lists[i], f, value);
    for (size_t i = 0; f->type == FIELD_RECORD && column_groups[i].prefix != NULL; i++)
        if (strcmp(column_groups[i].field, f->name) == 0)
            put_group(texts, &column_groups[i], f, value);
    if (f->type == FIELD_NAMES)
        put_names(texts, f->name, value);
    else if (f->type == FIELD_TEXTS)
        put_words(texts, f->name, value);
    else
        put_text(texts, f->name, value);
}

json_t *column_texts(const json_t *record) {
    json_t *texts = json_object();
    for (size_t i = 0; column_plain[i] != NULL; i++)
        put_text(texts, column_plain[i], json_object_get(record, column_plain[i]));
    for (const struct field *f = contact_fields; f->key != 0; f++) {
        const json_t *value = json_object_get(record, f->name);
        if (value != NULL)
            put_field(texts, f, value);
    }
    const json_t *public = json_object_get(record, "public");
    if (json_array_size(public) > 0)
        put_words(texts, "public", public);
    return texts;
}
