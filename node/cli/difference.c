#include "node/cli/difference.h"

#include <stdlib.h>
#include <string.h>

#include "node/cli/terminal.h"
#include "node/cli/wording.h"
#include "proto/contact.h"

static const char *const names[][2] = {
    {"emails", "e-mail addresses"},       {"phones", "phone numbers"},
    {"channels", "other ways"},           {"name_parts", "parts of the name"},
    {"latin", "name in Latin letters"},   {"valid_from", "valid from"},
    {"valid_until", "valid until"},       {"review_by", "review by"},
    {"public", "what everybody may see"}, {"timezone", "time zone"},
    {"constituency", "whom it serves"},   {"primary", "first of its kind"},
};

const char *difference_name(const char *field) {
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i][0], field) == 0)
            return names[i][1];
    return field;
}

static void put_value(FILE *to, const json_t *value) {
    char *text = wording_value(value);
    terminal_put(to, text);
    free(text);
}

static void put_line(FILE *to, const char *name, const char *member, const char *sign, const json_t *value) {
    fprintf(to, "      %s", difference_name(name));
    if (member != NULL) {
        fputs(" (", to);
        terminal_put(to, member);
        fputs(")", to);
    }
    fprintf(to, ": %s", sign);
    put_value(to, value);
    fputc('\n', to);
}

/* One value before and after; either may be missing. */
static void put_change(FILE *to, const char *name, const char *member, const json_t *before,
                       const json_t *after) {
    if (before == NULL) {
        put_line(to, name, member, "now ", after);
    } else if (after == NULL) {
        put_line(to, name, member, "no longer said, was ", before);
    } else {
        put_line(to, name, member, "was     ", before);
        put_line(to, name, member, "becomes ", after);
    }
}

/* Texts by language, or members of a record: those that differ. */
static void put_members(FILE *to, const char *name, const json_t *before, const json_t *after) {
    const char *member;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)before, member, value) {
        const json_t *now = json_object_get(after, member);
        if (now == NULL || !json_equal(value, now))
            put_change(to, name, strcmp(member, "und") == 0 ? NULL : member, value, now);
    }
    json_object_foreach((json_t *)(uintptr_t)after, member, value) {
        if (json_object_get(before, member) == NULL)
            put_change(to, name, strcmp(member, "und") == 0 ? NULL : member, NULL, value);
    }
}

static bool holds(const json_t *list, const json_t *item) {
    size_t i;
    json_t *other;
    json_array_foreach(list, i, other) {
        if (json_equal(other, item))
            return true;
    }
    return false;
}

/* What went, and what came; the same things in another order are a new order. */
static void put_list(FILE *to, const char *name, const json_t *before, const json_t *after) {
    size_t i, moved = 0;
    json_t *item;
    json_array_foreach(before, i, item) {
        if (!holds(after, item)) {
            put_line(to, name, NULL, "- ", item);
            moved++;
        }
    }
    json_array_foreach(after, i, item) {
        if (!holds(before, item)) {
            put_line(to, name, NULL, "+ ", item);
            moved++;
        }
    }
    if (moved == 0)
        put_line(to, name, NULL, "in another order: ", after);
}

void difference_print(FILE *to, const json_t *change) {
    const char *name = json_string_value(json_object_get(change, "field"));
    const json_t *before = json_object_get(change, "before"), *after = json_object_get(change, "after");

    if (name == NULL)
        return;
    if ((before == NULL || json_is_object(before)) && (after == NULL || json_is_object(after)))
        put_members(to, name, before, after);
    else if ((before == NULL || json_is_array(before)) && (after == NULL || json_is_array(after)))
        put_list(to, name, before, after);
    else
        put_change(to, name, NULL, before, after);
}
