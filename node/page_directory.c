#include <stdio.h>
#include <string.h>

#include "node/page_part.h"
#include "node/record.h"

static void option(struct page *p, const char *value, const char *chosen, enum word word, const char *text) {
    markup_html(&p->m, "<option");
    markup_attribute(&p->m, "value", value);
    if (strcmp(value, chosen) == 0)
        markup_html(&p->m, " selected");
    markup_html(&p->m, ">");
    if (word != WORDS)
        SAY0(&p->m, word);
    else
        markup_text(&p->m, text);
    markup_html(&p->m, "</option>");
}

static void select_begin(struct page *p, const char *name, enum word label) {
    markup_html(&p->m, "<select");
    markup_attribute(&p->m, "name", name);
    markup_attribute(&p->m, "aria-label", words_text(label));
    markup_html(&p->m, ">");
}

static void form(struct page *p, const json_t *states) {
    const char *chosen = query_get(&p->query, "state"), *language;
    json_t *state;
    size_t i;

    markup_html(&p->m,
                "<form id=\"search\" role=\"search\" method=\"get\" action=\"./\"><input type=\"search\" "
                "name=\"q\" maxlength=\"120\" autocomplete=\"off\" spellcheck=\"false\"");
    markup_attribute(&p->m, "value", query_get(&p->query, "q"));
    markup_attribute(&p->m, "placeholder", words_text(WORD_SEARCH_HINT));
    markup_attribute(&p->m, "aria-label", words_text(WORD_SEARCH));
    markup_html(&p->m, ">");
    select_begin(p, "state", WORD_FILTER_STATE);
    option(p, "", chosen, WORD_FILTER_ANY_STATE, NULL);
    json_array_foreach((json_t *)(uintptr_t)states, i, state) {
        const char *name = page_name(json_object_get(state, "names"), &language);
        const char *code = page_string(state, "state");
        option(p, code, chosen, WORDS, *name == '\0' ? code : name);
    }
    markup_html(&p->m, "</select>");
    select_begin(p, "kind", WORD_FILTER_KIND);
    option(p, "", query_get(&p->query, "kind"), WORD_FILTER_ANY_KIND, NULL);
    for (const char *const *kind = record_kinds; *kind != NULL; kind++)
        option(p, *kind, query_get(&p->query, "kind"), page_kind_word(*kind), *kind);
    markup_html(&p->m, "</select><button>");
    SAY0(&p->m, WORD_SEARCH_DO);
    markup_html(&p->m, "</button></form>");
}

static void state_row(struct page *p, const json_t *state, bool with_authority) {
    const char *code = page_string(state, "state"), *language;
    const json_t *names = json_object_get(state, "names");
    char count[24];

    markup_html(&p->m, "<tr><th scope=\"row\"><span class=\"code\">");
    markup_text(&p->m, code);
    markup_html(&p->m, "</span>");
    page_link(p, "title", "state/%s", code);
    if (*page_name(names, &language) != '\0')
        page_names(p, names, false);
    else
        markup_text(&p->m, code);
    markup_html(&p->m, "</a>");
    page_other_names(p, names);
    markup_html(&p->m, "</th>");
    if (with_authority) {
        markup_html(&p->m, "<td class=\"authority\">");
        page_names(p, json_object_get(state, "authority"), false);
        markup_html(&p->m, "</td>");
    }
    markup_html(&p->m, "<td class=\"count\"");
    markup_attribute(&p->m, "data-label", words_text(WORD_COLUMN_CONTACTS));
    markup_html(&p->m, ">");
    markup_text(&p->m, markup_number(count, page_integer(state, "contacts")));
    markup_html(&p->m, "</td><td>");
    page_freshness(p, state);
    if (json_is_true(json_object_get(state, "hold"))) {
        markup_html(&p->m, " <span class=\"note\">");
        SAY0(&p->m, WORD_HOLD);
        markup_html(&p->m, "</span>");
    }
    markup_html(&p->m, "</td></tr>");
}

static bool any_authority(const json_t *states) {
    json_t *state;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)states, i, state) {
        if (json_object_size(json_object_get(state, "authority")) > 0)
            return true;
    }
    return false;
}

static void column(struct page *p, enum word word) {
    markup_html(&p->m,
                word == WORD_COLUMN_CONTACTS ? "<th scope=\"col\" class=\"count\">" : "<th scope=\"col\">");
    SAY0(&p->m, word);
    markup_html(&p->m, "</th>");
}

static void list_states(struct page *p, const json_t *states) {
    json_t *state;
    size_t i;
    char count[24], contacts[24];
    bool with_authority = any_authority(states);

    markup_html(&p->m, "<p class=\"total\">");
    if (json_array_size(states) == 0)
        SAY0(&p->m, WORD_STATES_NONE);
    else
        SAY(&p->m, json_array_size(states) == 1 ? WORD_STATES_ONE : WORD_STATES_MANY,
            markup_number(count, (long long)json_array_size(states)),
            markup_number(contacts, page_integer(p->status, "contacts")));
    markup_html(&p->m, "</p>");
    if (json_array_size(states) == 0)
        return;
    markup_html(&p->m, "<table class=\"stack\"><thead><tr>");
    column(p, WORD_COLUMN_STATE);
    if (with_authority)
        column(p, WORD_COLUMN_AUTHORITY);
    column(p, WORD_COLUMN_CONTACTS);
    column(p, WORD_COLUMN_FRESH);
    markup_html(&p->m, "</tr></thead><tbody>");
    json_array_foreach((json_t *)(uintptr_t)states, i, state) state_row(p, state, with_authority);
    markup_html(&p->m, "</tbody></table>");
}

static void put_parameter(struct page *p, bool *first, const char *name, const char *value) {
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

/* The same question, from the next contact on. */
static void next_link(struct page *p, const char *next) {
    static const char *const kept[] = {"q", "state", "kind", "language", "at", "all", "limit"};
    bool first = true;

    markup_html(&p->m, "<p class=\"more\"><a rel=\"next\" href=\"./?");
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (*query_get(&p->query, kept[i]) != '\0')
            put_parameter(p, &first, kept[i], query_get(&p->query, kept[i]));
    put_parameter(p, &first, "after", next);
    markup_html(&p->m, "\">");
    SAY0(&p->m, WORD_RESULTS_MORE);
    markup_html(&p->m, "</a></p>");
}

static bool list_results(struct page *p) {
    json_t *found = page_json(p, p->raw_query, "/api/v1/contacts");
    char count[24];

    if (found == NULL)
        return false;
    long long total = page_integer(found, "total");
    markup_html(&p->m, "<p class=\"total\">");
    SAY(&p->m,
        total == 0   ? WORD_RESULTS_NONE
        : total == 1 ? WORD_RESULTS_ONE
                     : WORD_RESULTS_MANY,
        markup_number(count, total));
    markup_html(&p->m, " <a class=\"clear\" href=\"./\">");
    SAY0(&p->m, WORD_SEARCH_CLEAR);
    markup_html(&p->m, "</a></p>");
    page_contact_list(p, json_object_get(found, "contacts"), true);
    if (json_is_string(json_object_get(found, "next")))
        next_link(p, page_string(found, "next"));
    json_decref(found);
    return true;
}

static bool asked(const struct page *p) {
    for (unsigned i = 0; i < p->query.count; i++)
        if (p->query.param[i].value[0] != '\0')
            return true;
    return false;
}

bool page_directory(struct page *p) {
    json_t *answer = page_json(p, "", "/api/v1/states");
    const json_t *states = json_object_get(answer, "states");
    bool good = answer != NULL;

    if (!good)
        return false;
    markup_html(&p->m, "<h1>");
    SAY0(&p->m, WORD_DIRECTORY);
    markup_html(&p->m, "</h1><p class=\"lead\">");
    SAY0(&p->m, WORD_DIRECTORY_SAY);
    markup_html(&p->m, "</p>");
    form(p, states);
    markup_html(&p->m, "<div id=\"live\" aria-live=\"polite\">");
    if (asked(p))
        good = list_results(p);
    else
        list_states(p, states);
    markup_html(&p->m, "</div>");
    json_decref(answer);
    return good;
}
