#include "node/cli/wording.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/timetable.h"

#define ID_SHOWN 12

static void put_value(FILE *to, const json_t *value);

static bool is_tag(const char *name) {
    /* Members of records are longer than a language; what is neither is written with its name. */
    return strlen(name) == 2 || strchr(name, '-') != NULL || strcmp(name, "und") == 0;
}

/* Names by language: the text, then the language. */
static bool is_names(const json_t *value) {
    const char *name;
    json_t *text;
    json_object_foreach((json_t *)(uintptr_t)value, name, text) {
        if (!json_is_string(text) || !is_tag(name) || strcmp(name, "to") == 0 || strcmp(name, "by") == 0)
            return false;
    }
    return json_object_size(value) > 0;
}

static void put_object(FILE *to, const json_t *value) {
    const char *name, *between = "";
    json_t *member;
    bool names = is_names(value);
    json_object_foreach((json_t *)(uintptr_t)value, name, member) {
        static const char *const plain[] = {"address", "number", "uri", "fingerprint",
                                            "text",    "weekly", NULL};
        bool bare = false;
        for (size_t i = 0; plain[i] != NULL; i++)
            bare = bare || strcmp(plain[i], name) == 0;
        fputs(between, to);
        if (names) {
            put_value(to, member);
            if (strcmp(name, "und") != 0)
                fprintf(to, " (%s)", name);
        } else if (json_is_true(member)) {
            fputs(name, to);
        } else if (bare) {
            put_value(to, member);
        } else {
            fprintf(to, "%s ", name);
            put_value(to, member);
        }
        between = names ? "; " : ", ";
    }
}

static void put_value(FILE *to, const json_t *value) {
    size_t i;
    json_t *item;
    switch (json_typeof(value)) {
    case JSON_STRING:
        fputs(json_string_value(value), to);
        break;
    case JSON_INTEGER:
        fprintf(to, "%lld", (long long)json_integer_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        fputs(json_is_true(value) ? "yes" : "no", to);
        break;
    case JSON_ARRAY:
        json_array_foreach(value, i, item) {
            fputs(i > 0 ? (json_is_object(item) ? "; " : ", ") : "", to);
            put_value(to, item);
        }
        if (json_array_size(value) == 0)
            fputs("nothing", to);
        break;
    case JSON_OBJECT:
        put_object(to, value);
        break;
    case JSON_REAL:
    case JSON_NULL:
        fputs("-", to);
        break;
    }
}

char *wording_value(const json_t *value) {
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);
    if (to == NULL)
        abort();
    if (value != NULL)
        put_value(to, value);
    if (fclose(to) != 0 || text == NULL)
        abort();
    return text;
}

char *wording_field(const char *field, const json_t *value) {
    if (strcmp(field, "hours") != 0)
        return wording_value(value);
    json_t *copy = json_copy((json_t *)(uintptr_t)value);
    const json_t *weekly = json_object_get(copy, "weekly");
    char *week = weekly != NULL ? timetable_text(weekly) : NULL;
    if (week != NULL)
        json_object_set_new(copy, "weekly", json_string(week));
    free(week);
    char *words = wording_value(copy);
    json_decref(copy);
    return words;
}

const char *wording_name(const json_t *names, const char *tag) {
    json_t *wanted = json_object_get(names, tag), *text;
    const char *name;
    if (json_is_string(wanted))
        return json_string_value(wanted);
    json_object_foreach((json_t *)(uintptr_t)names, name, text) {
        if (json_is_string(text))
            return json_string_value(text);
    }
    return "";
}

const char *wording_first(const json_t *list, const char *member) {
    const char *text = json_string_value(json_object_get(json_array_get(list, 0), member));
    return text != NULL ? text : "";
}

void wording_id(const json_t *contact, char *to, size_t size) {
    const char *state = json_string_value(json_object_get(contact, "state"));
    const char *id = json_string_value(json_object_get(contact, "id"));
    snprintf(to, size, "%s/%.*s", state != NULL ? state : "?", ID_SHOWN, id != NULL ? id : "?");
}
