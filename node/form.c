#include "node/form.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "node/column.h"
#include "node/timetable.h"

/* What each member of a record is, and lines that show how it is said. */
static const struct hint {
    const char *member, *text;
    const char *sample[6];
} hints[] = {
    {"kind", "Which kind of contact; the network's are in comity.conf.", {"kind = technical"}},
    {"status", "active, or suspended while nobody is to be called.", {"status = active"}},
    {"holder", "An office, or a person.", {"holder = office"}},
    {"organisation",
     "The body reached, in each language that matters: tags of BCP 47.",
     {"organisation:en = ", "organisation:fr = "}},
    {"unit", "Part of it.", {"unit:en = "}},
    {"title", "Role or post.", {"title:en = "}},
    {"name", "Of a person: the whole name, as it is written in its language.", {"name:en = "}},
    {"latin", "The same in the letters A to Z, as in a passport.", {"latin = "}},
    {"honorific", "", {"honorific = "}},
    {"name_parts",
     "Parts of the name, if the person wants them told apart.",
     {"given = ", "surname = ", "sort_as = "}},
    {"emails",
     "Up to 6 addresses, the first one first: email, email2, ...",
     {"email = desk@example.org", "email_purpose = incident", "email2 = "}},
    {"phones",
     "Up to 8 numbers: +, country code, number. Types: voice, sms, fax, sat, video.",
     {"phone = +33123456789", "phone_type = voice", "phone2 = "}},
    {"channels", "Up to 6 other ways.", {"channel_kind = radio", "channel_note = "}},
    {"keys",
     "Up to 4 keys: openpgp, smime, x25519, age.",
     {"key_type = openpgp", "key = ", "key_expires = 2027-12-31"}},
    {"languages", "Spoken, the preferred one first.", {"languages = en fr"}},
    {"timezone", "A name of the IANA time zone database.", {"timezone = Europe/Paris"}},
    {"hours",
     "Local: 24/7, or days and times; past midnight is fine.",
     {"hours = 24/7", "hours = mon-fri 09:00-17:00, sat 10:00-12:00",
      "hours_holidays = 2026-12-25 2026-12-26", "hours_text = "}},
    {"address", "Of the office, in one line.", {"address:en = "}},
    {"country", "Where it is: ISO 3166-1.", {"country = FR"}},
    {"constituency", "Whom it serves.", {"constituency:en = "}},
    {"backup", "Id of the contact to turn to next.", {"backup = "}},
    {"nomination",
     "The note verbale that nominates, and the SHA-256 of the document.",
     {"nomination_ref = ", "nomination_date = 2026-12-31", "nomination_by = ", "nomination_hash = "}},
    {"primary", "The first of its kind: yes or no.", {"primary = yes"}},
    {"rank", "", {"rank = 1"}},
    {"valid_from", "From when this holds; later than today announces it.", {"valid_from = 2026-12-31"}},
    {"valid_until", "", {"valid_until = 2027-12-31"}},
    {"review_by", "When it is to be confirmed.", {"review_by = 2026-12-31"}},
    {"public",
     "Fields that everybody may see, or none; all others are for member States.",
     {"public = organisation languages"}},
};

#define HINTS (sizeof hints / sizeof hints[0])

/* The lines of one member; whether there were any. */
static bool write_member(FILE *to, const json_t *texts, const char *member) {
    const char *column;
    json_t *text;
    bool any = false;

    json_object_foreach((json_t *)(uintptr_t)texts, column, text) {
        if (strcmp(column_member(column), member) != 0)
            continue;
        fprintf(to, "%s = %s\n", column, json_string_value(text));
        any = true;
    }
    return any;
}

void form_write(FILE *to, const json_t *record, bool guide) {
    json_t *texts = column_texts(record);
    const json_t *public = json_object_get(record, "public");

    if (public != NULL && json_array_size(public) == 0)
        json_object_set_new(texts, "public", json_string("none"));
    for (size_t i = 0; i < HINTS; i++) {
        if (guide)
            fprintf(to, "\n%s%s%s", hints[i].text[0] != '\0' ? "# " : "", hints[i].text,
                    hints[i].text[0] != '\0' ? "\n" : "");
        if (write_member(to, texts, hints[i].member) || !guide)
            continue;
        for (size_t k = 0;
             k < sizeof hints[i].sample / sizeof hints[i].sample[0] && hints[i].sample[k] != NULL; k++)
            fprintf(to, "#%s\n", hints[i].sample[k]);
    }
    json_decref(texts);
}

/* Reading: one file, the section at hand, and the first complaint. */
struct reading {
    json_t *sections, *section;
    json_t *columns; /* of the section: column -> line */
    unsigned line;
    struct form_error *error;
};

static bool refuse(struct reading *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool refuse(struct reading *r, const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(r->error->text, sizeof r->error->text, format, arguments);
    va_end(arguments);
    r->error->line = r->line;
    return false;
}

static void section_end(struct reading *r) {
    if (r->section != NULL)
        column_done(json_object_get(r->section, "record"));
    json_object_clear(r->columns);
}

static bool section_begin(struct reading *r, const char *name) {
    section_end(r);
    if (json_array_size(r->sections) == FORM_SECTIONS_MAX)
        return refuse(r, "more than %d sections", FORM_SECTIONS_MAX);
    r->section = json_pack("{s:s, s:i, s:{}, s:{}}", "name", name, "line", (int)r->line, "record", "lines");
    json_array_append_new(r->sections, r->section);
    return true;
}

static bool take_heading(struct reading *r, char *line) {
    char *end = strchr(line, ']');

    if (end == NULL || end[1] != '\0')
        return refuse(r, "a heading ends with ]: found \"%.60s\"", line);
    *end = '\0';
    return section_begin(r, line + 1);
}

static void trim_end(char *text) {
    size_t len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        text[--len] = '\0';
}

/* Set one column of the record; text is not empty. */
static bool set_column(struct reading *r, const char *column, const char *text) {
    json_t *record = json_object_get(r->section, "record");
    struct record_error why;

    json_object_set_new(json_object_get(r->section, "lines"), column_member(column), json_integer(r->line));
    if (strcmp(column, "public") == 0 && strcmp(text, "none") == 0)
        return json_object_set_new(record, "public", json_array()) == 0;
    if (strcmp(column, "hours") == 0 && timetable_is(text))
        column = "hours_weekly";
    return column_set(record, column, text, "und", &why) || refuse(r, "%s", why.text);
}

static bool take_line(struct reading *r, char *line) {
    char column[COLUMN_NAME_MAX], *equals = strchr(line, '=');

    if (equals == NULL)
        return refuse(r, "neither a comment (#), a heading ([...]) nor \"column = text\": found \"%.60s\"",
                      line);
    *equals = '\0';
    trim_end(line);
    const char *text = equals + 1 + strspn(equals + 1, " \t");
    if (!column_known(line, column) || strcmp(column, "id") == 0 || strcmp(column, "state") == 0)
        return refuse(r, "no column '%.60s': docs/records.md lists them", line);
    const json_t *before = json_object_get(r->columns, column);
    if (before != NULL)
        return refuse(r, "%s is said a second time, first in line %lld: take one out", column,
                      (long long)json_integer_value(before));
    json_object_set_new(r->columns, column, json_integer(r->line));
    return *text == '\0' || set_column(r, column, text);
}

static bool take(struct reading *r, struct bytes bytes) {
    char line[FORM_LINE_MAX + 1];

    if (bytes.len > FORM_LINE_MAX)
        return refuse(r, "longer than %d bytes", FORM_LINE_MAX);
    if (memchr(bytes.ptr, '\0', bytes.len) != NULL)
        return refuse(r, "holds a NUL: this is no text file");
    memcpy(line, bytes.ptr, bytes.len);
    line[bytes.len] = '\0';
    trim_end(line);
    char *start = line + strspn(line, " \t");
    if (*start == '\0' || *start == '#')
        return true;
    for (char *tab = start; (tab = strchr(tab, '\t')) != NULL;)
        *tab = ' ';
    if (!utf8_clean(bytes_str(start)))
        return refuse(r, "not UTF-8, or with a control character: save the file as UTF-8, and take it out");
    return *start == '[' ? take_heading(r, start) : take_line(r, start);
}

json_t *form_read(struct bytes text, struct form_error *ret) {
    struct reading r = {.sections = json_array(), .columns = json_object(), .error = ret};
    bool good = section_begin(&r, "");

    *ret = (struct form_error){.line = 0};
    if (text.len > FORM_MAX)
        good = refuse(&r, "longer than %d bytes", FORM_MAX);
    if (text.len >= 3 && memcmp(text.ptr, "\xef\xbb\xbf", 3) == 0)
        text = (struct bytes){text.ptr + 3, text.len - 3};
    while (good && text.len > 0) {
        const uint8_t *end = memchr(text.ptr, '\n', text.len);
        size_t len = end != NULL ? (size_t)(end - text.ptr) : text.len, whole = len + (end != NULL);
        r.line++;
        good = take(&r, (struct bytes){text.ptr, len});
        text = (struct bytes){text.ptr + whole, text.len - whole};
    }
    section_end(&r);
    json_decref(r.columns);
    if (good)
        return r.sections;
    json_decref(r.sections);
    return NULL;
}

unsigned form_line(const json_t *section, const struct record_error *why) {
    char member[40];
    size_t len = strcspn(why->text, ".[:");

    snprintf(member, sizeof member, "%.*s", (int)(len < sizeof member ? len : sizeof member - 1), why->text);
    const json_t *line = json_object_get(json_object_get(section, "lines"), member);
    return (unsigned)json_integer_value(line != NULL ? line : json_object_get(section, "line"));
}
