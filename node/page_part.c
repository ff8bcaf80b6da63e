#include "node/page_part.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *kind;
    enum word word;
} kinds[] = {
    {"diplomatic", WORD_KIND_DIPLOMATIC}, {"technical", WORD_KIND_TECHNICAL}, {"policy", WORD_KIND_POLICY},
    {"legal", WORD_KIND_LEGAL},           {"law-enforcement", WORD_KIND_LAW},
};

static const struct {
    const char *name;
    enum word word;
} freshnesses[] = {{"green", WORD_FRESH_GREEN}, {"amber", WORD_FRESH_AMBER}, {"red", WORD_FRESH_RED}};

json_t *page_json(struct page *p, const char *query, const char *format, ...) {
    char path[PAGE_PATH * 2];
    va_list arguments;
    unsigned status;

    va_start(arguments, format);
    vsnprintf(path, sizeof path, format, arguments);
    va_end(arguments);
    json_t *json = api_json(p->api, p->view, path, query, &status);
    if (status == 200)
        return json;
    p->code = status;
    json_decref(json);
    return NULL;
}

const char *page_string(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "" : text;
}

long long page_integer(const json_t *object, const char *key) {
    return json_integer_value(json_object_get(object, key));
}

const char *page_name(const json_t *names, const char **ret_language) {
    const char *preferred[] = {words_language(), "en", "fr", "es"}, *tag = "", *text;
    json_t *value;

    for (size_t i = 0; i < sizeof preferred / sizeof *preferred; i++)
        if ((text = json_string_value(json_object_get(names, preferred[i]))) != NULL) {
            *ret_language = preferred[i];
            return text;
        }
    json_object_foreach((json_t *)(uintptr_t)names, tag, value) {
        if (json_is_string(value)) {
            *ret_language = tag;
            return json_string_value(value);
        }
    }
    *ret_language = "";
    return "";
}

void page_names(struct page *p, const json_t *names, bool others) {
    const char *language, *first = page_name(names, &language);

    if (*first != '\0')
        markup_data(&p->m, language, first);
    if (others)
        page_other_names(p, names);
}

void page_other_names(struct page *p, const json_t *names) {
    const char *language, *tag, *first = page_name(names, &language);
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)names, tag, value) {
        const char *text = json_string_value(value);
        if (text == NULL || strcmp(tag, language) == 0 || strcmp(text, first) == 0)
            continue;
        markup_html(&p->m, "<span class=\"also\">");
        markup_data(&p->m, tag, text);
        markup_html(&p->m, "</span>");
    }
}

void page_link(struct page *p, const char *class, const char *format, ...) {
    char path[PAGE_PATH * 4];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(path, sizeof path, format, arguments);
    va_end(arguments);
    markup_html(&p->m, "<a");
    if (class != NULL)
        markup_attribute(&p->m, "class", class);
    markup_html(&p->m, " href=\"");
    markup_html(&p->m, p->root[0] == '\0' ? "./" : p->root);
    markup_text(&p->m, path);
    markup_html(&p->m, "\">");
}

const char *page_time_text(char ret[static 32], const char *text) {
    /* "2026-01-31T12:00:00Z", as the API writes it */
    if (strlen(text) == 20)
        snprintf(ret, 32, "%.10s %.5s UTC", text, text + 11);
    else
        snprintf(ret, 32, "%.31s", text);
    return ret;
}

void page_time(struct page *p, const char *text) {
    char shown[32];

    if (*text == '\0')
        return;
    markup_html(&p->m, "<time");
    markup_attribute(&p->m, "datetime", text);
    markup_html(&p->m, ">");
    markup_text(&p->m, page_time_text(shown, text));
    markup_html(&p->m, "</time>");
}

void page_freshness(struct page *p, const json_t *log) {
    const char *name = page_string(log, "freshness");
    char shown[32];

    markup_html(&p->m, "<span class=\"fresh ");
    for (size_t i = 0; i < sizeof freshnesses / sizeof *freshnesses; i++)
        if (strcmp(name, freshnesses[i].name) == 0) {
            markup_html(&p->m, freshnesses[i].name);
            markup_html(&p->m, "\">");
            SAY(&p->m, freshnesses[i].word, page_time_text(shown, page_string(log, "cosigned")));
            markup_html(&p->m, "</span>");
            return;
        }
    markup_html(&p->m, "none\">");
    SAY0(&p->m, WORD_FRESH_NONE);
    markup_html(&p->m, "</span>");
}

enum word page_kind_word(const char *kind) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kind, kinds[i].kind) == 0)
            return kinds[i].word;
    return WORDS;
}

void page_kind(struct page *p, const char *kind) {
    enum word word = page_kind_word(kind);

    markup_html(&p->m, "<span class=\"kind\">");
    if (word != WORDS)
        SAY0(&p->m, word);
    else
        markup_data(&p->m, NULL, kind);
    markup_html(&p->m, "</span>");
}

void page_row_begin(struct page *p, enum word label, const char *argument) {
    markup_html(&p->m, "<div class=\"row\"><dt>");
    SAY(&p->m, label, argument);
    markup_html(&p->m, "</dt><dd>");
}

void page_row_end(struct page *p) {
    markup_html(&p->m, "</dd></div>");
}

/* The first e-mail address and number that the view has: what one looks for. */
static void first_channels(struct page *p, const json_t *contact) {
    const char *mail = page_string(json_array_get(json_object_get(contact, "emails"), 0), "address");
    const char *phone = page_string(json_array_get(json_object_get(contact, "phones"), 0), "number");

    if (*mail != '\0') {
        markup_html(&p->m, "<span class=\"channel\">");
        markup_data(&p->m, NULL, mail);
        markup_html(&p->m, "</span>");
    }
    if (*phone != '\0') {
        markup_html(&p->m, "<span class=\"channel\">");
        markup_data(&p->m, NULL, phone);
        markup_html(&p->m, "</span>");
    }
}

static void list_item(struct page *p, const json_t *contact, bool with_state) {
    const char *language, *id = page_string(contact, "id");
    const json_t *organisation = json_object_get(contact, "organisation");
    char brief[16];

    markup_html(&p->m, "<li class=\"card\"><div class=\"head\">");
    if (with_state) {
        markup_html(&p->m, "<span class=\"code\">");
        markup_text(&p->m, page_string(contact, "state"));
        markup_html(&p->m, "</span>");
    }
    page_link(p, "title", "contact/%s/%s", page_string(contact, "state"), id);
    if (*page_name(organisation, &language) != '\0') {
        page_names(p, organisation, false);
    } else {
        snprintf(brief, sizeof brief, "%.8s", id);
        SAY(&p->m, WORD_CONTACT_UNNAMED, brief);
    }
    markup_html(&p->m, "</a>");
    page_kind(p, page_string(contact, "kind"));
    markup_html(&p->m, "</div>");
    page_other_names(p, organisation);
    markup_html(&p->m, "<div class=\"sub\">");
    if (*page_name(json_object_get(contact, "name"), &language) != '\0') {
        markup_html(&p->m, "<span class=\"person\">");
        page_names(p, json_object_get(contact, "name"), false);
        markup_html(&p->m, "</span>");
    }
    first_channels(p, contact);
    markup_html(&p->m, "</div></li>");
}

void page_contact_list(struct page *p, const json_t *contacts, bool with_state) {
    json_t *contact;
    size_t i;

    markup_html(&p->m, "<ul class=\"cards\">");
    json_array_foreach((json_t *)(uintptr_t)contacts, i, contact) list_item(p, contact, with_state);
    markup_html(&p->m, "</ul>");
}
