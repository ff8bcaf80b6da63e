#include <stdlib.h>
#include <string.h>

#include "node/fold.h"
#include "node/page_part.h"
#include "node/rules.h"
#include "node/words_table.h"

static void option(struct page *p, const char *value, const char *chosen, const char *text) {
    markup_html(&p->m, "<option");
    markup_attribute(&p->m, "value", value);
    if (strcmp(value, chosen) == 0)
        markup_html(&p->m, " selected");
    markup_html(&p->m, ">");
    markup_text(&p->m, text);
    markup_html(&p->m, "</option>");
}

/* The label is read out; the first choice, which asks for nothing, shows it. */
static void select_begin(struct page *p, const char *name, enum word label, enum word any) {
    markup_html(&p->m, "<select");
    markup_attribute(&p->m, "name", name);
    markup_attribute(&p->m, "aria-label", page_text(p, label));
    markup_html(&p->m, ">");
    option(p, "", query_get(&p->query, name), page_text(p, any));
}

static void select_state(struct page *p, const json_t *states) {
    const char *chosen = query_get(&p->query, "state");
    json_t *state;
    size_t i;

    select_begin(p, "state", WORD_FILTER_STATE, WORD_FILTER_ANY_STATE);
    json_array_foreach((json_t *)(uintptr_t)states, i, state) {
        const char *code = page_string(state, "state");
        option(p, code, chosen, page_state_name(p, code, json_object_get(state, "names")));
    }
    markup_html(&p->m, "</select>");
}

static void select_kind(struct page *p) {
    select_begin(p, "kind", WORD_FILTER_KIND, WORD_FILTER_ANY_KIND);
    char kind[LEAF_KIND_MAX + 1];
    for (const char *rest = rules_get()->kinds; rules_next(&rest, kind, sizeof kind);) {
        enum word word = page_kind_word(kind);
        option(p, kind, query_get(&p->query, "kind"), word == WORDS ? kind : page_text(p, word));
    }
    markup_html(&p->m, "</select>");
}

/* The six languages first, then the others by their names' tags. */
static void select_language(struct page *p) {
    const char *chosen = query_get(&p->query, "language");

    select_begin(p, "language", WORD_FILTER_LANGUAGE, WORD_FILTER_ANY_LANGUAGE);
    for (enum language i = 0; i < LANGUAGES; i++)
        option(p, language_tag(i), chosen, words_language(p->m.language, language_tag(i)));
    for (const struct words_tongue *tongue = words_tongues; tongue->tag != NULL; tongue++)
        if (language_find(tongue->tag) == LANGUAGES)
            option(p, tongue->tag, chosen, tongue->name[p->m.language]);
    markup_html(&p->m, "</select>");
}

static void form(struct page *p, const json_t *states) {
    markup_html(&p->m, "<form id=\"search\" role=\"search\" method=\"get\"");
    markup_attribute(&p->m, "action", p->root);
    markup_html(&p->m, "><div class=\"ask\"><input type=\"search\" name=\"q\" maxlength=\"120\" "
                       "autocomplete=\"off\" spellcheck=\"false\" dir=\"auto\"");
    markup_attribute(&p->m, "value", query_get(&p->query, "q"));
    markup_attribute(&p->m, "placeholder", page_text(p, WORD_SEARCH_HINT));
    markup_attribute(&p->m, "aria-label", page_text(p, WORD_SEARCH));
    markup_html(&p->m, "><button>");
    SAY0(&p->m, WORD_SEARCH_DO);
    markup_html(&p->m, "</button></div><div class=\"filters\">");
    select_state(p, states);
    select_kind(p);
    select_language(p);
    markup_html(&p->m, "<label><input type=\"checkbox\" name=\"open\" value=\"now\"");
    markup_html(&p->m, *query_get(&p->query, "open") == '\0' ? ">" : " checked>");
    SAY0(&p->m, WORD_FILTER_OPEN);
    markup_html(&p->m, "</label></div></form>");
}

static void state_row(struct page *p, const json_t *state, bool with_authority) {
    const char *code = page_string(state, "state");
    const json_t *names = json_object_get(state, "names");

    markup_html(&p->m, "<tr><th scope=\"row\">");
    page_code(p, code);
    page_link(p, "title", "state/%s", code);
    markup_data(&p->m, NULL, page_state_name(p, code, names));
    markup_html(&p->m, "</a></th>");
    if (with_authority) {
        page_cell(p, WORD_COLUMN_AUTHORITY, "authority");
        page_names(p, json_object_get(state, "authority"), false);
        markup_html(&p->m, "</td>");
    }
    page_cell(p, WORD_COLUMN_CONTACTS, "count");
    markup_number(&p->m, page_integer(state, "contacts"));
    markup_html(&p->m, "</td>");
    page_cell(p, WORD_COLUMN_FRESH, NULL);
    page_freshness(p, state);
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

static void list_states(struct page *p, const json_t *states) {
    bool with_authority = any_authority(states);
    json_t *state;
    size_t i;

    if (json_array_size(states) == 0) {
        page_say(p, "total", WORD_STATES_NONE);
        return;
    }
    markup_html(&p->m, "<p class=\"total\"><span>");
    markup_count(&p->m, WORD_STATES_COUNT, (long long)json_array_size(states), NULL);
    markup_html(&p->m, "</span> <span>");
    markup_count(&p->m, WORD_CONTACTS_COUNT, page_integer(p->status, "contacts"), NULL);
    markup_html(&p->m, "</span></p>");
    if (with_authority)
        PAGE_COLUMNS(p, WORD_COLUMN_STATE, WORD_COLUMN_AUTHORITY, WORD_COLUMN_CONTACTS, WORD_COLUMN_FRESH);
    else
        PAGE_COLUMNS(p, WORD_COLUMN_STATE, WORD_COLUMN_CONTACTS, WORD_COLUMN_FRESH);
    json_array_foreach((json_t *)(uintptr_t)states, i, state) state_row(p, state, with_authority);
    markup_html(&p->m, "</tbody></table>");
}

/* The same question, from the next contact on. */
static void next_link(struct page *p, const char *next) {
    static const char *const kept[] = {"q",     "state", "kind", "language", "open",
                                       "stale", "at",    "all",  "limit"};
    bool first = true;

    markup_html(&p->m, "<p class=\"more\"><a rel=\"next\" href=\"");
    markup_html(&p->m, p->root);
    markup_html(&p->m, "?");
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (*query_get(&p->query, kept[i]) != '\0')
            page_parameter(p, &first, kept[i], query_get(&p->query, kept[i]));
    page_parameter(p, &first, "after", next);
    markup_html(&p->m, "\">");
    SAY0(&p->m, WORD_RESULTS_MORE);
    markup_html(&p->m, "</a></p>");
}

/* Whether a name in any of the six languages has the folded text in it, at the beginning of a word. */
static bool name_has(const char *code, const char *folded) {
    for (enum language i = 0; i < LANGUAGES; i++) {
        const char *name = words_state_name(i, code);
        char *text = name == NULL ? NULL : fold_text(bytes_str(name));
        const char *at = text == NULL ? NULL : strstr(text, folded);
        while (at != NULL && at != text && at[-1] != ' ' && i != LANGUAGE_ZH)
            at = strstr(at + 1, folded);
        free(text);
        if (at != NULL)
            return true;
    }
    return strcasecmp(code, folded) == 0;
}

/* States whose name answers the question, in whatever language it was asked. */
static void found_states(struct page *p, const json_t *states) {
    char *folded = fold_text(bytes_str(query_get(&p->query, "q")));
    bool open = false;
    json_t *state;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)states, i, state) {
        const char *code = page_string(state, "state");
        if (folded == NULL || *folded == '\0' || !name_has(code, folded))
            continue;
        markup_html(&p->m, open ? "" : "<ul class=\"states\">");
        open = true;
        markup_html(&p->m, "<li>");
        page_code(p, code);
        page_link(p, "title", "state/%s", code);
        markup_data(&p->m, NULL, page_state_name(p, code, json_object_get(state, "names")));
        markup_html(&p->m, "</a></li>");
    }
    markup_html(&p->m, open ? "</ul>" : "");
    free(folded);
}

static bool list_results(struct page *p, const json_t *states) {
    json_t *found = page_json(p, p->raw_query, "/api/v1/contacts");

    if (found == NULL)
        return false;
    long long total = page_integer(found, "total");
    markup_html(&p->m, "<p class=\"total\"><span>");
    if (total == 0)
        SAY0(&p->m, WORD_RESULTS_NONE);
    else
        markup_count(&p->m, WORD_RESULTS, total, NULL);
    markup_html(&p->m, "</span> ");
    page_link(p, "clear", "%s", "");
    SAY0(&p->m, WORD_SEARCH_CLEAR);
    markup_html(&p->m, "</a></p>");
    found_states(p, states);
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
    markup_html(&p->m, "</h1>");
    page_say(p, "lead", WORD_DIRECTORY_SAY);
    form(p, states);
    page_say(p, "keys", WORD_SEARCH_KEYS);
    markup_html(&p->m, "<div id=\"live\">");
    if (asked(p))
        good = list_results(p, states);
    else
        list_states(p, states);
    markup_html(&p->m, "</div>");
    json_decref(answer);
    return good;
}
