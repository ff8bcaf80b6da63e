/* What the States have published since a time, or, for one State, from an entry on. */
#include <stdio.h>
#include <string.h>

#include "node/page_part.h"
#include "node/record.h"

#define DAY_S 86400
#define ENTRIES_LIMIT 100 /* of one State */

static const struct {
    const char *kind;
    enum word word;
} kinds[] = {{"state/v1", WORD_CHANGE_STATE},       {"node/v1", WORD_CHANGE_NODE},
             {"observer/v1", WORD_CHANGE_OBSERVER}, {"authority/v1", WORD_CHANGE_AUTHORITY},
             {"endorse/v1", WORD_CHANGE_ENDORSE},   {"succeed/v1", WORD_CHANGE_SUCCEED},
             {"erase/v1", WORD_CHANGE_ERASE},       {"check/v1", WORD_CHANGE_CHECK},
             {"answer/v1", WORD_CHANGE_CHECK}};

static enum word kind_word(const char *kind) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kind, kinds[i].kind) == 0)
            return kinds[i].word;
    return WORD_CHANGE_OTHER;
}

static void action(struct page *p, const json_t *entry) {
    const json_t *contact = json_object_get(entry, "contact"), *before = json_object_get(entry, "before");
    const char *from = page_string(contact, "valid_from"), *now = page_string(p->status, "now");
    char shown[PAGE_TIME];

    if (json_is_true(json_object_get(entry, "withdrawn")))
        SAY0(&p->m, WORD_CHANGE_WITHDRAWN);
    else if (strcmp(from, now) > 0) /* RFC 3339 in UTC sorts as text */
        SAY(&p->m, WORD_CHANGE_ANNOUNCED, page_time_text(p, shown, from));
    else
        SAY0(&p->m, json_is_object(before) ? WORD_CHANGE_CHANGED : WORD_CHANGE_ADDED);
}

static void contact_entry(struct page *p, const json_t *entry) {
    const json_t *before = json_object_get(entry, "before"), *contact = json_object_get(entry, "contact");
    const json_t *shown = contact != NULL ? contact : before, *name = json_object_get(shown, "organisation");
    const char *id = page_string(shown, "id"), *language;
    char brief[16];

    markup_html(&p->m, "<span class=\"action\">");
    action(p, entry);
    markup_html(&p->m, "</span> ");
    if (*id == '\0')
        return;
    page_link(p, "title", "contact/%s/%s", page_string(shown, "state"), id);
    snprintf(brief, sizeof brief, "%.8s", id);
    if (*page_name(p, name, &language) != '\0')
        page_names(p, name, false);
    else
        SAY(&p->m, WORD_CONTACT_UNNAMED, brief);
    markup_html(&p->m, "</a> ");
    page_kind(p, page_string(shown, "kind"));
    if (contact != NULL && json_is_object(before)) {
        markup_html(&p->m, "<span class=\"also\">");
        page_changed(p, before, contact);
        markup_html(&p->m, "</span>");
    }
}

static void entry_item(struct page *p, const json_t *entry) {
    const char *kind = page_string(entry, "kind");

    markup_html(&p->m, "<li class=\"card\"><span class=\"when\">");
    page_time(p, page_string(entry, "time"));
    markup_html(&p->m, "</span><div>");
    if (strcmp(kind, "contact/v1") == 0)
        contact_entry(p, entry);
    else {
        SAY0(&p->m, kind_word(kind));
        if (json_is_true(json_object_get(entry, "withdrawn"))) {
            markup_html(&p->m, " <span class=\"action\">");
            SAY0(&p->m, WORD_CHANGE_WITHDRAWN);
            markup_html(&p->m, "</span>");
        }
    }
    markup_html(&p->m, "</div></li>");
}

/* The entries of one State; false if there are none. */
static bool state_entries(struct page *p, const char *code, const json_t *names, const char *query) {
    json_t *answer = page_json(p, query, "/api/v1/states/%s/entries", code), *entry;
    const json_t *entries = json_object_get(answer, "entries");
    bool some = json_array_size(entries) > 0;
    size_t i;

    if (some) {
        markup_html(&p->m, "<section class=\"changes\"><h2>");
        page_code(p, code);
        page_link(p, NULL, "state/%s", code);
        markup_data(&p->m, NULL, page_state_name(p, code, names));
        markup_html(&p->m, "</a></h2><p class=\"total\">");
        markup_count(&p->m, WORD_CHANGES_COUNT, (long long)json_array_size(entries), NULL);
        markup_html(&p->m, "</p><ul class=\"cards\">");
        json_array_foreach((json_t *)(uintptr_t)entries, i, entry) entry_item(p, entry);
        markup_html(&p->m, "</ul>");
        if (json_is_true(json_object_get(answer, "more")))
            page_say(p, "total", WORD_CHANGES_MORE);
        markup_html(&p->m, "</section>");
    }
    json_decref(answer);
    return some;
}

/* Of all States.  The time of an entry is its author's: what came late, because a node was cut off, is found
 * by those who remember the sizes of logs (web/app.js). */
static bool all_entries(struct page *p, const char *since) {
    json_t *answer = page_json(p, "", "/api/v1/states"), *state;
    bool some = false;
    char query[96];
    size_t i;

    if (answer == NULL)
        return false;
    snprintf(query, sizeof query, "since=%s&limit=%d", since, ENTRIES_LIMIT);
    json_array_foreach(json_object_get(answer, "states"), i, state) {
        some = state_entries(p, page_string(state, "state"), json_object_get(state, "names"), query) || some;
    }
    json_decref(answer);
    if (!some)
        page_say(p, "total", WORD_CHANGES_NONE);
    return true;
}

static void period(struct page *p, uint64_t from, enum word word, const char *chosen) {
    char text[24];
    bool first = true;

    time_text(from, text);
    markup_html(&p->m, "<li><a");
    if (strcmp(text, chosen) == 0)
        markup_html(&p->m, " aria-current=\"true\"");
    markup_html(&p->m, " href=\"");
    markup_html(&p->m, p->root);
    markup_html(&p->m, "changes?");
    page_parameter(p, &first, "since", text);
    markup_html(&p->m, "\">");
    SAY0(&p->m, word);
    markup_html(&p->m, "</a></li>");
}

static void periods(struct page *p, uint64_t now, const char *chosen) {
    markup_html(&p->m, "<nav class=\"periods\"");
    markup_attribute(&p->m, "aria-label", page_text(p, WORD_CHANGES_PERIOD));
    markup_html(&p->m, "><span>");
    SAY0(&p->m, WORD_CHANGES_PERIOD);
    markup_html(&p->m, "</span><ul>");
    period(p, now - DAY_S, WORD_CHANGES_DAY, chosen);
    period(p, now - 7 * DAY_S, WORD_CHANGES_WEEK, chosen);
    period(p, now - 30 * DAY_S, WORD_CHANGES_MONTH, chosen);
    markup_html(&p->m, "</ul></nav><noscript><ul>");
    period(p, now, WORD_CHANGES_KEEP, "");
    markup_html(&p->m, "</ul></noscript>");
}

/* Where a script shows what is new since the last visit; its words, and the button. */
static void visit(struct page *p) {
    markup_html(&p->m, "<div id=\"visit\" hidden");
    markup_attribute(&p->m, "data-visit", page_text(p, WORD_CHANGES_VISIT));
    markup_attribute(&p->m, "data-first", page_text(p, WORD_CHANGES_FIRST));
    markup_attribute(&p->m, "data-none", page_text(p, WORD_CHANGES_NONE));
    markup_html(&p->m, "><h2></h2><p class=\"total\"></p><div></div><button type=\"button\">");
    SAY0(&p->m, WORD_CHANGES_SEEN);
    markup_html(&p->m, "</button></div>");
}

bool page_changes(struct page *p) {
    const char *state = query_get(&p->query, "state"), *from = query_get(&p->query, "from");
    char since[24], query[96], shown[PAGE_TIME];
    uint64_t now = 0, at;
    bool good = true;

    if (!time_parse(page_string(p->status, "now"), &now) || now < 30 * DAY_S)
        return false;
    if (*query_get(&p->query, "since") == '\0') {
        at = now - 7 * DAY_S;
    } else if (!time_parse(query_get(&p->query, "since"), &at)) {
        p->code = 400;
        return false;
    }
    time_text(at, since);
    markup_html(&p->m, "<h1>");
    SAY0(&p->m, WORD_NAV_CHANGES);
    markup_html(&p->m, "</h1>");
    page_say(p, "lead", WORD_CHANGES_SAY);
    visit(p);
    periods(p, now, since);
    markup_html(&p->m, "<div id=\"live\">");
    if (*state != '\0') {
        snprintf(query, sizeof query, "from=%.20s&limit=%d", *from == '\0' ? "0" : from, ENTRIES_LIMIT);
        good = state_entries(p, state, NULL, query) || p->code == 200;
    } else {
        markup_html(&p->m, "<h2 class=\"since\">");
        SAY(&p->m, WORD_CHANGES_SINCE, page_time_text(p, shown, since));
        markup_html(&p->m, "</h2>");
        good = all_entries(p, since);
    }
    markup_html(&p->m, "</div>");
    return good;
}
