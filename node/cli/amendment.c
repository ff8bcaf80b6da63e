#include "node/cli/amendment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/speaking.h"
#include "node/cli/terminal.h"
#include "node/cli/wording.h"

/* Fields in words for people. */
static const struct {
    const char *field, *words;
} labels[] = {
    {"kind", "kind"},
    {"status", "status"},
    {"valid_from", "valid from"},
    {"valid_until", "valid until"},
    {"review_by", "to be confirmed by"},
    {"organisation", "organisation"},
    {"unit", "unit"},
    {"title", "title"},
    {"holder", "held by"},
    {"name", "name"},
    {"name_parts", "parts of the name"},
    {"latin", "name in Latin letters"},
    {"honorific", "honorific"},
    {"emails", "e-mail addresses"},
    {"phones", "telephone numbers"},
    {"channels", "other ways"},
    {"keys", "keys"},
    {"languages", "languages"},
    {"timezone", "time zone"},
    {"hours", "hours"},
    {"address", "address"},
    {"country", "country"},
    {"constituency", "whom it serves"},
    {"backup", "turn to next"},
    {"nomination", "nomination"},
    {"primary", "first of its kind"},
    {"rank", "rank"},
    {"public", "who may see it"},
};

static const char *label_of(const char *field) {
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (strcmp(labels[i].field, field) == 0)
            return labels[i].words;
    return field;
}

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

json_t *amendment_of(struct drafting *d, const char *id, const json_t *record) {
    const json_t *published = drafting_published(d, id);
    json_t *fields = record != NULL ? record_changes(published, record) : json_array();
    const json_t *about = record != NULL ? record : published;
    const char *action = record == NULL                ? "withdraw"
                         : published == NULL           ? "new"
                         : json_array_size(fields) > 0 ? "change"
                                                       : "none";
    json_t *change =
        json_pack("{s:s, s:s, s:s, s:o}", "state", d->state, "id", id, "action", action, "fields", fields);
    json_object_set(change, "kind", json_object_get(about, "kind"));
    json_object_set(change, "organisation", json_object_get(about, "organisation"));
    return change;
}

static void put_words(const char *field, const json_t *value) {
    char *text = wording_field(field, value);
    terminal_put(stdout, text);
    free(text);
}

static void print_line(const char *words, const char *field, const json_t *value) {
    printf("        %-8s ", words);
    put_words(field, value);
    fputs("\n", stdout);
}

static bool has(const json_t *list, const json_t *wanted) {
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)(uintptr_t)list, i, item) {
        if (json_equal(item, wanted))
            return true;
    }
    return false;
}

/* The items of a list that another does not have, a line each; how many. */
static size_t print_missing(const char *words, const char *field, const json_t *list, const json_t *other) {
    size_t i, count = 0;
    json_t *item;
    json_array_foreach((json_t *)(uintptr_t)list, i, item) {
        if (has(other, item))
            continue;
        print_line(words, field, item);
        count++;
    }
    return count;
}

static void print_list(const char *field, const json_t *before, const json_t *after) {
    size_t count =
        print_missing("no more", field, before, after) + print_missing("added", field, after, before);
    if (count == 0)
        print_line("in order", field, after);
}

/* A language or a member; the tags of other States are as they signed them. */
static void put_name(const char *name, const char *words) {
    fputs("        ", stdout);
    terminal_put(stdout, name);
    printf(": %s ", words);
}

/* Texts by language, and records of one: a member at a time. */
static void print_members(const char *field, const json_t *before, const json_t *after) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)before, name, value) {
        const json_t *now = json_object_get(after, name);
        if (now != NULL && json_equal(now, value))
            continue;
        put_name(name, "was");
        put_words(field, value);
        fputs(now != NULL ? ", becomes " : ", no longer said", stdout);
        if (now != NULL)
            put_words(field, now);
        fputs("\n", stdout);
    }
    json_object_foreach((json_t *)(uintptr_t)after, name, value) {
        if (json_object_get(before, name) != NULL)
            continue;
        put_name(name, "added");
        put_words(field, value);
        fputs("\n", stdout);
    }
}

/* The words that a list has and another has not; prints nothing if there are none. */
static void print_seen(const char *words, const json_t *list, const json_t *other) {
    size_t i;
    json_t *item;
    const char *between = "";
    json_array_foreach((json_t *)(uintptr_t)list, i, item) {
        if (has(other, item))
            continue;
        if (between[0] == '\0')
            printf("        %s: ", words);
        printf("%s%s", between, label_of(json_string_value(item)));
        between = ", ";
    }
    if (between[0] != '\0')
        fputs("\n", stdout);
}

static void print_changed(const char *field, const json_t *before, const json_t *after) {
    printf("    %s\n", label_of(field));
    if (json_is_array(after)) {
        print_list(field, before, after);
    } else if (json_is_object(after) && strcmp(field, "hours") != 0) {
        print_members(field, before, after);
    } else {
        print_line("was", field, before);
        print_line("becomes", field, after);
    }
}

static void print_field(const json_t *field) {
    const json_t *before = json_object_get(field, "before"), *after = json_object_get(field, "after");
    const char *name = text_of(field, "field");

    if (strcmp(name, "public") == 0) {
        printf("    %s\n", label_of(name));
        print_seen("everybody from now on", after, before);
        print_seen("member States only from now on", before, after);
        if (json_array_size(after) == 0)
            puts("        nothing but kind, status and dates is for everybody");
        return;
    }
    if (before != NULL && after != NULL) {
        print_changed(name, before, after);
        return;
    }
    printf("    %s: ", label_of(name));
    if (after == NULL)
        fputs("no longer said (was ", stdout);
    put_words(name, after != NULL ? after : before);
    puts(after != NULL ? "" : ")");
}

static const json_t *field_of(const json_t *fields, const char *name) {
    size_t i;
    json_t *field;
    json_array_foreach((json_t *)(uintptr_t)fields, i, field) {
        if (strcmp(text_of(field, "field"), name) == 0)
            return field;
    }
    return NULL;
}

/* Another name, on a contact that stays the same: somebody else holds it. */
static void print_person(const json_t *fields) {
    const json_t *name = field_of(fields, "name"), *from = field_of(fields, "valid_from");
    const json_t *before = json_object_get(name, "before"), *after = json_object_get(name, "after");

    if (before == NULL || after == NULL)
        return;
    fputs("    another person: ", stdout);
    terminal_put(stdout, wording_name(before, "en"));
    fputs(" gives way to ", stdout);
    terminal_put(stdout, wording_name(after, "en"));
    if (text_of(from, "after")[0] != '\0')
        printf(", from %.10s on", text_of(from, "after"));
    fputs("\n", stdout);
}

void amendment_print_fields(const json_t *fields) {
    size_t i;
    json_t *field;

    print_person(fields);
    json_array_foreach((json_t *)(uintptr_t)fields, i, field) print_field(field);
}

static void print_accredited(const json_t *change) {
    printf("observer %.16s is accredited: ", text_of(change, "node"));
    terminal_put(stdout, text_of(change, "name"));
    fputs("\n", stdout);
}

static void print_erased(const json_t *change) {
    const json_t *entries = json_object_get(change, "entries"), *entry;
    size_t i, count = json_array_size(entries);

    printf("what %zu entr%s of %.16s said %s erased, here and at every node that keeps to the rules:\n"
           "        of the log, entr%s",
           count, count == 1 ? "y" : "ies", text_of(change, "contact"), count == 1 ? "is" : "are",
           count == 1 ? "y" : "ies");
    json_array_foreach((json_t *)(uintptr_t)entries, i, entry)
        printf("%s %lld", i > 0 ? "," : "", (long long)json_integer_value(entry));
    puts("\n        once it is published, it cannot be taken back");
}

void amendment_print(const json_t *change, struct amendment_count *count) {
    const char *action = text_of(change, "action");
    char id[64];

    if (speaking_print(change)) {
        count->words++;
        return;
    }
    if (strcmp(action, "accredit") == 0) {
        count->accredited++;
        print_accredited(change);
        return;
    }
    if (strcmp(action, "erase") == 0) {
        count->erased++;
        print_erased(change);
        return;
    }
    wording_id(change, id, sizeof id);
    printf("%s  %s  %s  ", id,
           strcmp(action, "new") == 0        ? "is new"
           : strcmp(action, "change") == 0   ? "changes"
           : strcmp(action, "withdraw") == 0 ? "ends"
                                             : "stays as it is",
           text_of(change, "kind"));
    terminal_put(stdout, wording_name(json_object_get(change, "organisation"), "en"));
    fputs("\n", stdout);
    amendment_print_fields(json_object_get(change, "fields"));
    count->new += strcmp(action, "new") == 0;
    count->changed += strcmp(action, "change") == 0;
    count->withdrawn += strcmp(action, "withdraw") == 0;
    count->none += strcmp(action, "none") == 0;
}

void amendment_print_count(const struct amendment_count *count) {
    printf("%zu new, %zu changed, %zu withdrawn", count->new, count->changed, count->withdrawn);
    if (count->erased > 0)
        printf(", %zu erasure%s", count->erased, count->erased == 1 ? "" : "s");
    if (count->accredited > 0)
        printf(", %zu observer%s accredited", count->accredited, count->accredited == 1 ? "" : "s");
    if (count->words > 0)
        printf(", %zu on logs of other States", count->words);
    if (count->none > 0)
        printf(", %zu as published", count->none);
}
