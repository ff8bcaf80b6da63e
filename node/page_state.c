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

static void about_log(struct page *p, const json_t *state) {
    char number[24];

    markup_html(&p->m, "<section><h2>");
    SAY0(&p->m, WORD_STATE_LOG);
    markup_html(&p->m, "</h2><dl class=\"facts\">");
    text_row(p, WORD_LOG_ORIGIN, page_string(state, "origin"));
    text_row(p, WORD_LOG_ENTRIES, markup_number(number, page_integer(state, "size")));
    text_row(p, WORD_LOG_ROOT, page_string(state, "root"));
    text_row(p, WORD_LOG_EPOCH, markup_number(number, page_integer(state, "epoch")));
    page_row_begin(p, WORD_LOG_CHECKPOINT, "");
    page_link(p, NULL, "log/%s/checkpoint", page_string(state, "origin"));
    markup_html(&p->m, "checkpoint</a>");
    page_row_end(p);
    markup_html(&p->m, "</dl></section>");
}

static void keys(struct page *p, enum word title, const json_t *list, const char *name) {
    json_t *item;
    size_t i;

    if (json_array_size(list) == 0)
        return;
    markup_html(&p->m, "<section><h2>");
    SAY0(&p->m, title);
    markup_html(&p->m, "</h2><ul class=\"keys\">");
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

static bool contacts(struct page *p, const char *code) {
    char query[64];

    snprintf(query, sizeof query, "state=%s&limit=%d", code, STATE_LIMIT);
    json_t *found = page_json(p, query, "/api/v1/contacts");
    if (found == NULL)
        return false;
    markup_html(&p->m, "<section><h2>");
    SAY0(&p->m, WORD_STATE_CONTACTS);
    markup_html(&p->m, "</h2>");
    if (page_integer(found, "total") == 0) {
        markup_html(&p->m, "<p class=\"total\">");
        SAY0(&p->m, WORD_STATE_EMPTY);
        markup_html(&p->m, "</p>");
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

bool page_state(struct page *p) {
    json_t *state = page_json(p, "", "/api/v1/states/%s", p->word[0]);
    const char *language;

    if (state == NULL)
        return false;
    const json_t *names = json_object_get(state, "names");
    const char *code = page_string(state, "state"), *name = page_name(names, &language);
    snprintf(p->title, sizeof p->title, "%s", *name == '\0' ? code : name);
    markup_html(&p->m, "<div id=\"live\"><div class=\"heading\"><span class=\"code big\">");
    markup_text(&p->m, code);
    markup_html(&p->m, "</span><h1>");
    if (*name == '\0')
        markup_text(&p->m, code);
    else
        page_names(p, names, true);
    markup_html(&p->m, "</h1></div><p class=\"lead\">");
    page_names(p, json_object_get(state, "authority"), true);
    markup_html(&p->m, "</p><p>");
    page_freshness(p, state);
    markup_html(&p->m, "</p>");
    bool good = contacts(p, code);
    about_log(p, state);
    keys(p, WORD_STATE_NODES, json_object_get(state, "nodes"), "");
    keys(p, WORD_STATE_OBSERVERS, json_object_get(state, "observers"), "name");
    markup_html(&p->m, "</div>");
    json_decref(state);
    return good;
}
