/* What else is known of a contact, field by field. */
#include <stdio.h>
#include <string.h>

#include "node/page_part.h"

/* How a field is shown; NULL: elsewhere on the page, here it only has its label. */
typedef void show_field(struct page *p, const json_t *contact, const json_t *value);

static show_field show_text, show_names, show_languages, show_zone, show_hours, show_address, show_holder,
    show_country, show_nomination;

static const struct {
    const char *field;
    enum word label;
    show_field *show;
} fields[] = {
    {"name", WORD_FIELD_NAME, show_names},
    {"latin", WORD_FIELD_LATIN, show_text},
    {"honorific", WORD_FIELD_HONORIFIC, show_text},
    {"title", WORD_FIELD_TITLE, show_names},
    {"unit", WORD_FIELD_UNIT, show_names},
    {"organisation", WORD_FIELD_ORGANISATION, show_names},
    {"holder", WORD_FIELD_HOLDER, show_holder},
    {"languages", WORD_FIELD_LANGUAGES, show_languages},
    {"timezone", WORD_FIELD_TIMEZONE, show_zone},
    {"hours", WORD_FIELD_HOURS, show_hours},
    {"address", WORD_FIELD_ADDRESS, show_address},
    {"country", WORD_FIELD_COUNTRY, show_country},
    {"constituency", WORD_FIELD_CONSTITUENCY, show_names},
    {"nomination", WORD_FIELD_NOMINATION, show_nomination},
    {"emails", WORD_FIELD_EMAIL, NULL},
    {"phones", WORD_FIELD_PHONE, NULL},
    {"channels", WORD_FIELD_CHANNEL, NULL},
    {"keys", WORD_FIELD_KEY, NULL},
    {"backup", WORD_FIELD_BACKUP, NULL},
    {"valid_from", WORD_FIELD_VALID, NULL},
    {"valid_until", WORD_FIELD_VALID, NULL},
    {"review_by", WORD_FIELD_REVIEW, NULL},
    {"kind", WORD_FIELD_KIND, NULL},
    {"status", WORD_FIELD_STATUS, NULL},
    {"public", WORD_FIELD_PUBLIC, NULL},
};

static const struct {
    const char *day;
    enum word word;
} days[] = {{"mon", WORD_DAY_MON}, {"tue", WORD_DAY_TUE}, {"wed", WORD_DAY_WED}, {"thu", WORD_DAY_THU},
            {"fri", WORD_DAY_FRI}, {"sat", WORD_DAY_SAT}, {"sun", WORD_DAY_SUN}};

enum word page_field_word(const char *field) {
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcmp(field, fields[i].field) == 0)
            return fields[i].label;
    return WORD_FIELD_OTHER;
}

void page_mark(struct page *p, const json_t *contact, const char *field) {
    json_t *name;
    size_t i;
    bool open = false;

    if (p->view != API_MEMBERS)
        return;
    json_array_foreach(json_object_get(contact, "public"), i, name) {
        if (json_is_string(name) && strcmp(json_string_value(name), field) == 0)
            open = true;
    }
    markup_html(&p->m, open ? " <span class=\"mark public\">" : " <span class=\"mark members\">");
    SAY0(&p->m, open ? WORD_MARK_PUBLIC : WORD_MARK_MEMBERS);
    markup_html(&p->m, "</span>");
}

static void show_text(struct page *p, const json_t *contact, const json_t *value) {
    (void)contact;
    if (json_is_string(value))
        markup_data(&p->m, NULL, json_string_value(value));
}

static void show_names(struct page *p, const json_t *contact, const json_t *value) {
    (void)contact;
    page_names(p, value, true);
}

static void show_holder(struct page *p, const json_t *contact, const json_t *value) {
    const char *text = json_string_value(value);

    if (text != NULL && strcmp(text, "office") == 0)
        SAY0(&p->m, WORD_HOLDER_OFFICE);
    else if (text != NULL && strcmp(text, "person") == 0)
        SAY0(&p->m, WORD_HOLDER_PERSON);
    else
        show_text(p, contact, value);
}

static void show_country(struct page *p, const json_t *contact, const json_t *value) {
    (void)contact;
    if (json_is_string(value))
        markup_data(&p->m, NULL, page_state_name(p, json_string_value(value), NULL));
}

static void item(struct page *p, const char *text) {
    markup_html(&p->m, "<span class=\"item\">");
    markup_data(&p->m, NULL, text);
    markup_html(&p->m, "</span>");
}

static void show_languages(struct page *p, const json_t *contact, const json_t *value) {
    json_t *tag;
    size_t i;

    (void)contact;
    json_array_foreach((json_t *)(uintptr_t)value, i, tag) {
        if (json_is_string(tag))
            item(p, words_language(p->m.language, json_string_value(tag)));
    }
}

/* The time there as the node knows it; a script keeps it going. */
static void show_zone(struct page *p, const json_t *contact, const json_t *value) {
    const char *zone = json_string_value(value), *local = page_string(contact, "local_time");
    char shown[PAGE_TIME];

    if (zone == NULL)
        return;
    markup_html(&p->m, "<span class=\"line clock\"");
    markup_attribute(&p->m, "data-zone", zone);
    markup_html(&p->m, ">");
    if (*local != '\0')
        markup_text(&p->m, page_time_text(p, shown, local));
    markup_html(&p->m, "</span><span class=\"also\">");
    markup_data(&p->m, NULL, zone);
    markup_html(&p->m, "</span>");
}

/* Whether now is within the hours, and until when that stays so. */
static void show_standing(struct page *p, const json_t *contact) {
    const char *closes = page_string(contact, "closes"), *opens = page_string(contact, "opens");
    const json_t *open = json_object_get(contact, "open");
    char shown[PAGE_TIME];

    if (!json_is_boolean(open))
        return;
    markup_html(&p->m, json_is_true(open) ? "<span class=\"line\"><span class=\"open\">"
                                          : "<span class=\"line\"><span class=\"shut\">");
    if (json_is_true(open) && *closes != '\0')
        SAY(&p->m, WORD_OPEN_UNTIL, page_time_text(p, shown, closes));
    else if (json_is_false(open) && *opens != '\0')
        SAY(&p->m, WORD_CLOSED_UNTIL, page_time_text(p, shown, opens));
    else
        SAY0(&p->m, json_is_true(open) ? WORD_OPEN_NOW : WORD_CLOSED_NOW);
    markup_html(&p->m, "</span></span>");
}

static const char *day_name(const struct page *p, const char *day) {
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        if (strcmp(day, days[i].day) == 0)
            return page_text(p, days[i].word);
    return day;
}

static void show_hours(struct page *p, const json_t *contact, const json_t *value) {
    char shown[PAGE_TIME];
    json_t *row;
    size_t i;

    show_standing(p, contact);
    if (json_is_true(json_object_get(value, "always")))
        SAY0(&p->m, WORD_FIELD_ALWAYS);
    json_array_foreach(json_object_get(value, "weekly"), i, row) {
        markup_html(&p->m, "<span class=\"line\">");
        SAY(&p->m, WORD_HOURS_RANGE, day_name(p, page_string(row, "day")), page_string(row, "from"),
            page_string(row, "to"));
        markup_html(&p->m, "</span>");
    }
    json_array_foreach(json_object_get(value, "holidays"), i, row) {
        const char *day = json_string_value(row) == NULL ? "" : json_string_value(row);
        markup_html(&p->m, "<span class=\"line\">");
        SAY(&p->m, WORD_FIELD_HOLIDAYS, page_time_text(p, shown, day));
        markup_html(&p->m, "</span>");
    }
    show_text(p, contact, json_object_get(value, "text"));
}

/* Lines are kept as they were written. */
static void show_address(struct page *p, const json_t *contact, const json_t *value) {
    (void)contact;
    markup_html(&p->m, "<span class=\"lines\">");
    page_names(p, value, true);
    markup_html(&p->m, "</span>");
}

static void show_nomination(struct page *p, const json_t *contact, const json_t *value) {
    static const char *const keys[] = {"ref", "date", "by"};
    char shown[PAGE_TIME];

    (void)contact;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (*page_string(value, keys[i]) != '\0')
            item(p, page_time_text(p, shown, page_string(value, keys[i])));
}

static void validity(struct page *p, const json_t *contact) {
    const char *from = page_string(contact, "valid_from"), *until = page_string(contact, "valid_until");
    const char *review = page_string(contact, "review_by");
    char from_text[PAGE_TIME], until_text[PAGE_TIME];

    if (*from != '\0') {
        page_row_begin(p, WORD_FIELD_VALID, "");
        SAY(&p->m, *until == '\0' ? WORD_FIELD_VALID_FROM : WORD_FIELD_VALID_RANGE,
            page_time_text(p, from_text, from), page_time_text(p, until_text, until));
        page_row_end(p);
    }
    if (*review != '\0') {
        page_row_begin(p, WORD_FIELD_REVIEW, "");
        page_time(p, review);
        page_row_end(p);
    }
}

void page_facts(struct page *p, const json_t *contact) {
    page_section(p, WORD_CONTACT_ABOUT);
    markup_html(&p->m, "<dl class=\"facts\">");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const json_t *value = json_object_get(contact, fields[i].field);
        if (value == NULL || fields[i].show == NULL)
            continue;
        page_row_begin(p, fields[i].label, "");
        fields[i].show(p, contact, value);
        page_mark(p, contact, fields[i].field);
        page_row_end(p);
    }
    validity(p, contact);
    markup_html(&p->m, "</dl></section>");
}
