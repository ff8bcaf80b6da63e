#include "node/page_part.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

const char *page_text(const struct page *p, enum word word) {
    return words_text(p->m.language, word);
}

void page_say(struct page *p, const char *class, enum word word) {
    markup_html(&p->m, "<p");
    if (class != NULL)
        markup_attribute(&p->m, "class", class);
    markup_html(&p->m, ">");
    SAY0(&p->m, word);
    markup_html(&p->m, "</p>");
}

void page_section(struct page *p, enum word title) {
    markup_html(&p->m, "<section><h2>");
    SAY0(&p->m, title);
    markup_html(&p->m, "</h2>");
}

const char *page_name(const struct page *p, const json_t *names, const char **ret_language) {
    const char *preferred[] = {language_tag(p->m.language), "en", "fr", "es"}, *tag = "", *text;
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
    const char *language, *first = page_name(p, names, &language);

    if (*first != '\0')
        markup_data(&p->m, language, first);
    if (others)
        page_other_names(p, names);
}

void page_other_names(struct page *p, const json_t *names) {
    const char *language, *tag, *first = page_name(p, names, &language);
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

const char *page_state_name(const struct page *p, const char *code, const json_t *names) {
    const char *known = words_state_name(p->m.language, code), *language;
    const char *own = known != NULL ? known : page_name(p, names, &language);

    return *own == '\0' ? code : own;
}

void page_code(struct page *p, const char *code) {
    markup_html(&p->m, "<span class=\"code\">");
    markup_text(&p->m, code);
    markup_html(&p->m, "</span>");
}

static void link_begin(struct page *p, const char *class, const char *from, const char *path) {
    markup_html(&p->m, "<a");
    if (class != NULL)
        markup_attribute(&p->m, "class", class);
    markup_html(&p->m, " href=\"");
    markup_html(&p->m, from);
    markup_text(&p->m, path);
    markup_html(&p->m, "\">");
}

void page_link(struct page *p, const char *class, const char *format, ...) {
    char path[PAGE_PATH * 4];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(path, sizeof path, format, arguments);
    va_end(arguments);
    link_begin(p, class, p->root, path);
}

void page_base_link(struct page *p, const char *class, const char *format, ...) {
    char path[PAGE_PATH * 4];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(path, sizeof path, format, arguments);
    va_end(arguments);
    link_begin(p, class, p->base, path);
}

void page_parameter(struct page *p, bool *first, const char *name, const char *value) {
    static const char plain[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.";
    char encoded[8];

    markup_html(&p->m, *first ? "" : "&amp;");
    *first = false;
    markup_html(&p->m, name);
    markup_html(&p->m, "=");
    for (const char *c = value; *c != '\0'; c++) {
        bool as_is = strchr(plain, *c) != NULL;
        snprintf(encoded, sizeof encoded, as_is ? "%c" : "%%%02X", (unsigned char)*c);
        markup_html(&p->m, encoded);
    }
}

void page_freshness(struct page *p, const json_t *log) {
    const char *name = page_string(log, "freshness"), *class = "none";
    enum word word = WORD_FRESH_NONE;

    for (size_t i = 0; i < sizeof freshnesses / sizeof *freshnesses; i++)
        if (strcmp(name, freshnesses[i].name) == 0) {
            class = freshnesses[i].name;
            word = freshnesses[i].word;
        }
    markup_html(&p->m, "<span class=\"fresh ");
    markup_html(&p->m, class);
    markup_html(&p->m, "\">");
    SAY0(&p->m, word);
    if (word != WORD_FRESH_NONE)
        page_time(p, page_string(log, "cosigned"));
    markup_html(&p->m, "</span>");
    if (json_is_true(json_object_get(log, "hold"))) {
        markup_html(&p->m, " <span class=\"note\">");
        SAY0(&p->m, WORD_HOLD);
        markup_html(&p->m, "</span>");
    }
}

void page_legend(struct page *p) {
    static const struct {
        const char *class;
        enum word word;
    } rows[] = {{"fresh green", WORD_FRESH_GREEN},
                {"fresh amber", WORD_FRESH_AMBER},
                {"fresh red", WORD_FRESH_RED},
                {"fresh none", WORD_FRESH_NONE},
                {"fresh absent", WORD_STATE_ABSENT}};

    markup_html(&p->m, "<ul class=\"legend\">");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        markup_html(&p->m, "<li");
        markup_attribute(&p->m, "class", rows[i].class);
        markup_html(&p->m, ">");
        SAY0(&p->m, rows[i].word);
        markup_html(&p->m, "</li>");
    }
    markup_html(&p->m, "</ul>");
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

void page_open(struct page *p, const json_t *contact) {
    const json_t *open = json_object_get(contact, "open");

    if (!json_is_boolean(open))
        return;
    markup_html(&p->m, json_is_true(open) ? "<span class=\"open\">" : "<span class=\"shut\">");
    SAY0(&p->m, json_is_true(open) ? WORD_OPEN_NOW : WORD_CLOSED_NOW);
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

void page_columns(struct page *p, const enum word *words, size_t count) {
    markup_html(&p->m, "<table class=\"stack\"><thead><tr>");
    for (size_t i = 0; i < count; i++) {
        bool number =
            words[i] == WORD_COLUMN_SIZE || words[i] == WORD_COLUMN_CONTACTS || words[i] == WORD_COLUMN_ENTRY;
        markup_html(&p->m, number ? "<th scope=\"col\" class=\"count\">" : "<th scope=\"col\">");
        SAY0(&p->m, words[i]);
        markup_html(&p->m, "</th>");
    }
    markup_html(&p->m, "</tr></thead><tbody>");
}

void page_cell(struct page *p, enum word label, const char *class) {
    markup_html(&p->m, "<td");
    if (class != NULL)
        markup_attribute(&p->m, "class", class);
    markup_attribute(&p->m, "data-label", page_text(p, label));
    markup_html(&p->m, ">");
}
