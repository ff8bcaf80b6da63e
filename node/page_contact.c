#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/page_part.h"

/* How a field is shown; the label's argument is given by those that need one, row by row. */
typedef void show_field(struct page *p, const json_t *value);

static show_field show_text, show_names, show_languages, show_zone, show_hours, show_address, show_holder,
    show_nomination;

static const struct {
    const char *field;
    enum word label;
    show_field *show;
} about[] = {
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
    {"country", WORD_FIELD_COUNTRY, show_text},
    {"constituency", WORD_FIELD_CONSTITUENCY, show_names},
    {"nomination", WORD_FIELD_NOMINATION, show_nomination},
};

static const struct {
    const char *day;
    enum word word;
} days[] = {{"mon", WORD_DAY_MON}, {"tue", WORD_DAY_TUE}, {"wed", WORD_DAY_WED}, {"thu", WORD_DAY_THU},
            {"fri", WORD_DAY_FRI}, {"sat", WORD_DAY_SAT}, {"sun", WORD_DAY_SUN}};

static void show_text(struct page *p, const json_t *value) {
    if (json_is_string(value))
        markup_data(&p->m, NULL, json_string_value(value));
}

static void show_names(struct page *p, const json_t *value) {
    page_names(p, value, true);
}

static void show_holder(struct page *p, const json_t *value) {
    const char *text = json_string_value(value);

    if (text != NULL && strcmp(text, "office") == 0)
        SAY0(&p->m, WORD_HOLDER_OFFICE);
    else if (text != NULL && strcmp(text, "person") == 0)
        SAY0(&p->m, WORD_HOLDER_PERSON);
    else
        show_text(p, value);
}

static void item_begin(struct page *p) {
    markup_html(&p->m, "<span class=\"item\">");
}

static void item_end(struct page *p) {
    markup_html(&p->m, "</span>");
}

static void show_languages(struct page *p, const json_t *value) {
    json_t *tag;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)value, i, tag) {
        if (!json_is_string(tag))
            continue;
        item_begin(p);
        markup_data(&p->m, NULL, words_language_name(json_string_value(tag)));
        item_end(p);
    }
}

/* The time of day there is the browser's to tell: it has the time zones of today. */
static void show_zone(struct page *p, const json_t *value) {
    const char *zone = json_string_value(value);

    if (zone == NULL)
        return;
    markup_data(&p->m, NULL, zone);
    markup_html(&p->m, " <span class=\"clock\"");
    markup_attribute(&p->m, "data-zone", zone);
    markup_attribute(&p->m, "data-say", words_text(WORD_FIELD_LOCAL_TIME));
    markup_html(&p->m, "></span>");
}

static const char *day_name(const char *day) {
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        if (strcmp(day, days[i].day) == 0)
            return words_text(days[i].word);
    return day;
}

static void show_hours(struct page *p, const json_t *value) {
    json_t *row;
    size_t i;

    if (json_is_true(json_object_get(value, "always")))
        SAY0(&p->m, WORD_FIELD_ALWAYS);
    json_array_foreach(json_object_get(value, "weekly"), i, row) {
        markup_html(&p->m, "<span class=\"line\">");
        SAY(&p->m, WORD_HOURS_RANGE, day_name(page_string(row, "day")), page_string(row, "from"),
            page_string(row, "to"));
        markup_html(&p->m, "</span>");
    }
    json_array_foreach(json_object_get(value, "holidays"), i, row) {
        markup_html(&p->m, "<span class=\"line\">");
        SAY(&p->m, WORD_FIELD_HOLIDAYS, json_string_value(row) == NULL ? "" : json_string_value(row));
        markup_html(&p->m, "</span>");
    }
    show_text(p, json_object_get(value, "text"));
}

/* Lines are kept as they were written. */
static void show_address(struct page *p, const json_t *value) {
    markup_html(&p->m, "<span class=\"lines\">");
    page_names(p, value, true);
    markup_html(&p->m, "</span>");
}

static void show_nomination(struct page *p, const json_t *value) {
    static const char *const keys[] = {"ref", "date", "by"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (*page_string(value, keys[i]) == '\0')
            continue;
        item_begin(p);
        markup_data(&p->m, NULL, page_string(value, keys[i]));
        item_end(p);
    }
}

/* Who may see a field: only the members' view has something to tell apart. */
static void mark(struct page *p, const json_t *contact, const char *field) {
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

/* A link that a program for it opens, if the value is plainly of its kind. */
static void show_reach(struct page *p, const char *scheme, const char *value) {
    bool plain = *value != '\0' && value[strspn(value, "0123456789abcdefghijklmnopqrstuvwxyz"
                                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ.@+_-")] == '\0';

    if (plain) {
        markup_html(&p->m, "<a class=\"reach\" href=\"");
        markup_html(&p->m, scheme);
        markup_text(&p->m, value);
        markup_html(&p->m, "\">");
    } else {
        markup_html(&p->m, "<span class=\"reach\">");
    }
    markup_data(&p->m, NULL, value);
    markup_html(&p->m, plain ? "</a>" : "</span>");
}

static size_t show_emails(struct page *p, const json_t *contact) {
    json_t *email;
    size_t i;

    json_array_foreach(json_object_get(contact, "emails"), i, email) {
        const char *purpose = page_string(email, "purpose");
        page_row_begin(p, *purpose == '\0' ? WORD_FIELD_EMAIL : WORD_FIELD_EMAIL_FOR, purpose);
        show_reach(p, "mailto:", page_string(email, "address"));
        mark(p, contact, "emails");
        page_row_end(p);
    }
    return json_array_size(json_object_get(contact, "emails"));
}

static size_t show_phones(struct page *p, const json_t *contact) {
    json_t *phone;
    size_t i;

    json_array_foreach(json_object_get(contact, "phones"), i, phone) {
        const char *type = page_string(phone, "type"), *extension = page_string(phone, "extension");
        page_row_begin(p, *type == '\0' ? WORD_FIELD_PHONE : WORD_FIELD_PHONE_FOR, type);
        show_reach(p, "tel:", page_string(phone, "number"));
        if (*extension != '\0') {
            markup_html(&p->m, " ");
            SAY(&p->m, WORD_FIELD_EXTENSION, extension);
        }
        if (json_is_true(json_object_get(phone, "secure"))) {
            markup_html(&p->m, " <span class=\"note\">");
            SAY0(&p->m, WORD_ENCRYPTED);
            markup_html(&p->m, "</span>");
        }
        mark(p, contact, "phones");
        page_row_end(p);
    }
    return json_array_size(json_object_get(contact, "phones"));
}

/* Text with a fingerprint or address in it, and what stands beside it. */
static size_t show_others(struct page *p, const json_t *contact, const char *field, enum word label,
                          const char *name, const char *const *parts) {
    json_t *item;
    size_t i;

    json_array_foreach(json_object_get(contact, field), i, item) {
        page_row_begin(p, label, page_string(item, name));
        for (unsigned j = 0; parts[j] != NULL; j++) {
            if (*page_string(item, parts[j]) == '\0')
                continue;
            markup_html(&p->m, "<span class=\"line\">");
            markup_data(&p->m, NULL, page_string(item, parts[j]));
            markup_html(&p->m, "</span>");
        }
        mark(p, contact, field);
        page_row_end(p);
    }
    return json_array_size(json_object_get(contact, field));
}

/* In groups of four, as fingerprints are read out. */
static void fingerprint(struct page *p, const char *hex) {
    char group[5];

    markup_html(&p->m, "<code class=\"line fingerprint\">");
    for (size_t at = 0, len = strlen(hex); at < len; at += 4) {
        snprintf(group, sizeof group, "%.4s", hex + at);
        markup_html(&p->m, at == 0 ? "" : " ");
        markup_text(&p->m, group);
    }
    markup_html(&p->m, "</code>");
}

static void show_keys(struct page *p, const json_t *contact) {
    json_t *key;
    size_t i;
    char shown[32];

    json_array_foreach(json_object_get(contact, "keys"), i, key) {
        page_row_begin(p, WORD_FIELD_KEY, page_string(key, "type"));
        fingerprint(p, page_string(key, "fingerprint"));
        markup_data(&p->m, NULL, page_string(key, "uri"));
        if (*page_string(key, "expires") != '\0') {
            markup_html(&p->m, "<span class=\"line\">");
            SAY(&p->m, WORD_FIELD_KEY_UNTIL, page_time_text(shown, page_string(key, "expires")));
            markup_html(&p->m, "</span>");
        }
        mark(p, contact, "keys");
        page_row_end(p);
    }
}

static bool part_notice(struct page *p, const json_t *contact) {
    const char *class;
    json_t *state;
    bool withheld = false, gone = false;

    json_object_foreach(json_object_get(contact, "parts"), class, state) {
        const char *text = json_is_string(state) ? json_string_value(state) : "";
        withheld = withheld || strcmp(text, "withheld") == 0;
        gone = gone || strcmp(text, "gone") == 0;
    }
    if (withheld || gone) {
        markup_html(&p->m, "<p class=\"notice withheld\">");
        SAY0(&p->m, withheld ? WORD_CONTACT_WITHHELD : WORD_CONTACT_GONE);
        markup_html(&p->m, "</p>");
    }
    return withheld || gone;
}

static void reach(struct page *p, const json_t *contact) {
    static const char *const channel_parts[] = {"uri", "note", NULL};
    size_t count = 0;

    markup_html(&p->m, "<section><h2>");
    SAY0(&p->m, WORD_CONTACT_REACH);
    markup_html(&p->m, "</h2><dl class=\"facts channels\">");
    count += show_emails(p, contact);
    count += show_phones(p, contact);
    count += show_others(p, contact, "channels", WORD_FIELD_CHANNEL, "kind", channel_parts);
    show_keys(p, contact);
    markup_html(&p->m, "</dl>");
    if (!part_notice(p, contact) && count == 0) {
        markup_html(&p->m, "<p class=\"total\">");
        SAY0(&p->m, WORD_CONTACT_NO_CHANNEL);
        markup_html(&p->m, "</p>");
    }
    markup_html(&p->m, "</section>");
}

static void validity(struct page *p, const json_t *contact) {
    const char *from = page_string(contact, "valid_from"), *until = page_string(contact, "valid_until");
    const char *review = page_string(contact, "review_by");
    char from_text[32], until_text[32];

    if (*from != '\0') {
        page_row_begin(p, WORD_FIELD_VALID, "");
        SAY(&p->m, *until == '\0' ? WORD_FIELD_VALID_FROM : WORD_FIELD_VALID_RANGE,
            page_time_text(from_text, from), page_time_text(until_text, until));
        page_row_end(p);
    }
    if (*review != '\0') {
        page_row_begin(p, WORD_FIELD_REVIEW, "");
        page_time(p, review);
        page_row_end(p);
    }
}

static void facts(struct page *p, const json_t *contact) {
    const char *backup = page_string(contact, "backup");

    markup_html(&p->m, "<section><h2>");
    SAY0(&p->m, WORD_CONTACT_ABOUT);
    markup_html(&p->m, "</h2><dl class=\"facts\">");
    for (size_t i = 0; i < sizeof about / sizeof *about; i++) {
        const json_t *value = json_object_get(contact, about[i].field);
        if (value == NULL)
            continue;
        page_row_begin(p, about[i].label, "");
        about[i].show(p, value);
        mark(p, contact, about[i].field);
        page_row_end(p);
    }
    if (*backup != '\0') {
        page_row_begin(p, WORD_FIELD_BACKUP, "");
        page_link(p, NULL, "contact/%s/%s", page_string(contact, "state"), backup);
        markup_text(&p->m, backup);
        markup_html(&p->m, "</a>");
        mark(p, contact, "backup");
        page_row_end(p);
    }
    validity(p, contact);
    markup_html(&p->m, "</dl></section>");
}

static void notice(struct page *p, const char *class, enum word word, const char *when) {
    char shown[32];

    markup_html(&p->m, "<p");
    markup_attribute(&p->m, "class", class);
    markup_html(&p->m, ">");
    SAY(&p->m, word, page_time_text(shown, when));
    markup_html(&p->m, "</p>");
}

static void notices(struct page *p, const json_t *contact) {
    const char *standing = page_string(contact, "standing"), *until = page_string(contact, "valid_until");
    const char *review = page_string(contact, "review_by"), *successor = page_string(contact, "successor");
    const char *now = page_string(p->status, "now");

    if (strcmp(standing, "withdrawn") == 0)
        notice(p, "notice bad", WORD_CONTACT_WITHDRAWN, "");
    if (strcmp(standing, "announced") == 0)
        notice(p, "notice", WORD_CONTACT_ANNOUNCED, page_string(contact, "valid_from"));
    if (strcmp(page_string(contact, "status"), "suspended") == 0)
        notice(p, "notice bad", WORD_CONTACT_SUSPENDED, "");
    /* RFC 3339 in UTC sorts as text. */
    if (*until != '\0' && *now != '\0' && strcmp(until, now) <= 0)
        notice(p, "notice bad", WORD_CONTACT_EXPIRED, until);
    if (*review != '\0' && *now != '\0' && strcmp(review, now) <= 0)
        notice(p, "notice", WORD_CONTACT_OVERDUE, review);
    if (*successor != '\0')
        notice(p, "notice", WORD_CONTACT_SUCCESSOR, successor);
}

static void history_row(struct page *p, const json_t *version) {
    char number[24];

    markup_html(&p->m, "<tr><td>");
    page_time(p, page_string(version, "time"));
    markup_html(&p->m, "</td><td>");
    if (json_is_true(json_object_get(version, "withdrawn"))) {
        SAY0(&p->m, WORD_HISTORY_WITHDRAWN);
    } else {
        page_kind(p, page_string(version, "kind"));
        markup_html(&p->m, " ");
        page_names(p, json_object_get(version, "organisation"), false);
    }
    markup_html(&p->m, "</td><td class=\"count\">");
    markup_text(&p->m, markup_number(number, page_integer(version, "index")));
    markup_html(&p->m, "</td></tr>");
}

static void history(struct page *p) {
    json_t *answer = page_json(p, "", "/api/v1/contacts/%s/%s/history", p->word[0], p->word[1]), *version;
    size_t i;

    if (answer == NULL)
        return;
    markup_html(&p->m, "<section><h2>");
    SAY0(&p->m, WORD_CONTACT_HISTORY);
    markup_html(&p->m, "</h2><table><thead><tr><th scope=\"col\">");
    SAY0(&p->m, WORD_COLUMN_WHEN);
    markup_html(&p->m, "</th><th scope=\"col\">");
    SAY0(&p->m, WORD_COLUMN_WHAT);
    markup_html(&p->m, "</th><th scope=\"col\" class=\"count\">");
    SAY0(&p->m, WORD_COLUMN_ENTRY);
    markup_html(&p->m, "</th></tr></thead><tbody>");
    json_array_foreach(json_object_get(answer, "contacts"), i, version) history_row(p, version);
    markup_html(&p->m, "</tbody></table></section>");
    json_decref(answer);
}

static void heading(struct page *p, const json_t *contact) {
    const char *code = page_string(contact, "state"), *id = page_string(contact, "id"), *language;
    const json_t *organisation = json_object_get(contact, "organisation");
    const char *name = page_name(organisation, &language);
    char brief[16];

    snprintf(brief, sizeof brief, "%.8s", id);
    snprintf(p->title, sizeof p->title, "%s", *name == '\0' ? brief : name);
    markup_html(&p->m, "<p class=\"crumb\">");
    page_link(p, NULL, "state/%s", code);
    SAY(&p->m, WORD_CONTACT_BACK, code);
    markup_html(&p->m, "</a></p><div class=\"heading\"><span class=\"code big\">");
    markup_text(&p->m, code);
    markup_html(&p->m, "</span><h1>");
    if (*name == '\0')
        SAY(&p->m, WORD_CONTACT_UNNAMED, brief);
    else
        page_names(p, organisation, true);
    markup_html(&p->m, "</h1></div><p class=\"tags\">");
    page_kind(p, page_string(contact, "kind"));
    if (json_is_true(json_object_get(contact, "primary"))) {
        markup_html(&p->m, " <span class=\"note\">");
        SAY0(&p->m, WORD_PRIMARY);
        markup_html(&p->m, "</span>");
    }
    markup_html(&p->m, " <code class=\"id\">");
    markup_text(&p->m, id);
    markup_html(&p->m, "</code></p>");
}

bool page_contact(struct page *p) {
    json_t *contact = page_json(p, "", "/api/v1/contacts/%s/%s", p->word[0], p->word[1]);
    char number[24];

    if (contact == NULL)
        return false;
    markup_html(&p->m, "<div id=\"live\">");
    heading(p, contact);
    notices(p, contact);
    reach(p, contact);
    facts(p, contact);
    history(p);
    markup_html(&p->m, "<section><h2>");
    SAY0(&p->m, WORD_CONTACT_PROOF);
    markup_html(&p->m, "</h2><p>");
    page_link(p, NULL, "state/%s", page_string(contact, "state"));
    SAY(&p->m, WORD_CONTACT_PROOF_SAY, markup_number(number, page_integer(contact, "index")));
    markup_html(&p->m, "</a></p></section></div>");
    json_decref(contact);
    return true;
}
