#include <stdio.h>
#include <string.h>

#include "node/page_part.h"

#define STATE_LIMIT 200

static void text_row(struct page *p, enum word label, const char *text) {
    page_row_begin(p, label, "");
    markup_html(&p->m, "<code>");
    markup_data(&p->m, NULL, text);
    markup_html(&p->m, "</code>");
    page_row_end(p);
}

static void number_row(struct page *p, enum word label, long long number) {
    page_row_begin(p, label, "");
    markup_number(&p->m, number);
    page_row_end(p);
}

static void about_log(struct page *p, const json_t *state) {
    markup_html(&p->m, "<section id=\"log\"><h2>");
    SAY0(&p->m, WORD_STATE_LOG);
    markup_html(&p->m, "</h2><dl class=\"facts\">");
    text_row(p, WORD_LOG_ORIGIN, page_string(state, "origin"));
    number_row(p, WORD_LOG_ENTRIES, page_integer(state, "size"));
    text_row(p, WORD_LOG_ROOT, page_string(state, "root"));
    number_row(p, WORD_LOG_EPOCH, page_integer(state, "epoch"));
    page_row_begin(p, WORD_LOG_CHECKPOINT, "");
    page_base_link(p, NULL, "log/%s/checkpoint", page_string(state, "origin"));
    markup_html(&p->m, "<code>checkpoint</code></a>");
    page_row_end(p);
    markup_html(&p->m, "</dl></section>");
}

static void keys(struct page *p, enum word title, const json_t *list, const char *name) {
    json_t *item;
    size_t i;

    if (json_array_size(list) == 0)
        return;
    page_section(p, title);
    markup_html(&p->m, "<ul class=\"keys\">");
    json_array_foreach((json_t *)(uintptr_t)list, i, item) {
        markup_html(&p->m, "<li>");
        if (*page_string(item, name) != '\0') {
            markup_data(&p->m, NULL, page_string(item, name));
            markup_html(&p->m, " ");
        }
        markup_html(&p->m, "<code>");
        markup_text(&p->m, page_string(item, "node"));
        markup_html(&p->m, "</code></li>");
    }
    markup_html(&p->m, "</ul></section>");
}

/* A State need not name both kinds; that it names none is worth knowing before the call. */
static void say_missing(struct page *p, const char *code, const char *kind, enum word word) {
    char query[64];

    snprintf(query, sizeof query, "state=%s&kind=%s&limit=1", code, kind);
    json_t *found = page_json(p, query, "/api/v1/contacts");
    if (found != NULL && page_integer(found, "total") == 0)
        page_say(p, "total", word);
    json_decref(found);
}

static bool contacts(struct page *p, const char *code) {
    char query[64];

    snprintf(query, sizeof query, "state=%s&limit=%d", code, STATE_LIMIT);
    json_t *found = page_json(p, query, "/api/v1/contacts");
    if (found == NULL)
        return false;
    long long total = page_integer(found, "total");
    page_section(p, WORD_STATE_CONTACTS);
    if (total == 0) {
        page_say(p, "total", WORD_STATE_EMPTY);
    } else {
        markup_html(&p->m, "<p class=\"total\">");
        markup_count(&p->m, WORD_CONTACTS_COUNT, total, NULL);
        markup_html(&p->m, "</p>");
        say_missing(p, code, "diplomatic", WORD_STATE_NO_DIPLOMATIC);
        say_missing(p, code, "technical", WORD_STATE_NO_TECHNICAL);
    }
    page_contact_list(p, json_object_get(found, "contacts"), false);
    if (json_is_string(json_object_get(found, "next"))) {
        markup_html(&p->m, "<p class=\"more\">");
        page_link(p, NULL, "?state=%s&limit=%d&after=%s", code, STATE_LIMIT, page_string(found, "next"));
        SAY0(&p->m, WORD_RESULTS_MORE);
        markup_html(&p->m, "</a></p>");
    }
    markup_html(&p->m, "</section>");
    json_decref(found);
    return true;
}

/* Known by its code; what the State calls itself stands beside it. */
static void heading(struct page *p, const json_t *state) {
    const json_t *names = json_object_get(state, "names");
    const char *code = page_string(state, "state"), *tag, *name = page_state_name(p, code, names);
    json_t *own;

    snprintf(p->title, sizeof p->title, "%s", name);
    markup_html(&p->m, "<div class=\"heading\"><span class=\"code big\">");
    markup_text(&p->m, code);
    markup_html(&p->m, "</span><h1>");
    markup_data(&p->m, NULL, name);
    json_object_foreach((json_t *)(uintptr_t)names, tag, own) {
        if (!json_is_string(own) || strcmp(json_string_value(own), name) == 0)
            continue;
        markup_html(&p->m, "<span class=\"also\">");
        markup_data(&p->m, tag, json_string_value(own));
        markup_html(&p->m, "</span>");
    }
    markup_html(&p->m, "</h1></div><p class=\"lead\">");
    page_names(p, json_object_get(state, "authority"), true);
    markup_html(&p->m, "</p><p class=\"tags\">");
    page_freshness(p, state);
    markup_html(&p->m, "</p>");
}

bool page_state(struct page *p) {
    json_t *state = page_json(p, "", "/api/v1/states/%s", p->word[0]);

    if (state == NULL)
        return false;
    json_t *alone = json_pack("[O]", state);
    markup_html(&p->m, "<div id=\"live\">");
    heading(p, state);
    page_disputes(p, alone);
    bool good = contacts(p, page_string(state, "state"));
    about_log(p, state);
    keys(p, WORD_STATE_NODES, json_object_get(state, "nodes"), "");
    keys(p, WORD_STATE_OBSERVERS, json_object_get(state, "observers"), "name");
    markup_html(&p->m, "</div>");
    json_decref(alone);
    json_decref(state);
    return good;
}
