#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "node/page_part.h"

static void short_text(struct page *p, const char *text, int len) {
    char brief[80];

    snprintf(brief, sizeof brief, "%.*s", len, text);
    markup_html(&p->m, "<code dir=\"ltr\"");
    markup_attribute(&p->m, "title", text);
    markup_html(&p->m, ">");
    markup_text(&p->m, brief);
    markup_html(&p->m, "</code>");
}

/* How many peers report as many entries; only the members' view is told of them. */
static long long confirmations(const json_t *log, const json_t *peers) {
    const char *origin = page_string(log, "origin");
    long long count = 0;
    json_t *peer;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)peers, i, peer) {
        const json_t *size = json_object_get(json_object_get(peer, "reported"), origin);
        count += json_is_integer(size) && json_integer_value(size) == page_integer(log, "size");
    }
    return count;
}

static void log_heading(struct page *p, const json_t *log) {
    const char *code = page_string(log, "state");
    bool trusted = strcmp(page_string(log, "trust"), "none") != 0;

    markup_html(&p->m, "<tr><th scope=\"row\">");
    page_code(p, code);
    if (trusted)
        page_link(p, "title", "state/%s", code);
    markup_data(&p->m, NULL, page_state_name(p, code, NULL));
    markup_html(&p->m, trusted ? "</a>" : "");
    if (!trusted) {
        markup_html(&p->m, " <span class=\"note\">");
        SAY0(&p->m, WORD_TRUST_NONE);
        markup_html(&p->m, "</span>");
    }
    markup_html(&p->m, "<span class=\"also\"><code class=\"origin\" dir=\"ltr\">");
    markup_text(&p->m, page_string(log, "origin"));
    markup_html(&p->m, "</code></span></th>");
}

static void log_size(struct page *p, const json_t *log) {
    char held[LANGUAGE_NUMBER], target[LANGUAGE_NUMBER];

    page_cell(p, WORD_COLUMN_SIZE, "count");
    markup_number(&p->m, page_integer(log, "size"));
    if (page_integer(log, "target") > page_integer(log, "size")) {
        markup_html(&p->m, "<span class=\"also\">");
        SAY(&p->m, WORD_NETWORK_PENDING, language_number(p->m.language, held, page_integer(log, "held")),
            language_number(p->m.language, target, page_integer(log, "target")));
        markup_html(&p->m, "</span>");
    }
    markup_html(&p->m, "</td>");
}

static void log_row(struct page *p, const json_t *log, const json_t *peers) {
    log_heading(p, log);
    log_size(p, log);
    page_cell(p, WORD_COLUMN_ROOT, NULL);
    short_text(p, page_string(log, "root"), 12);
    markup_html(&p->m, "</td>");
    if (peers != NULL) {
        page_cell(p, WORD_COLUMN_CONFIRMED, NULL);
        markup_count(&p->m, WORD_CONFIRMED, confirmations(log, peers), NULL);
        markup_html(&p->m, "</td>");
    }
    page_cell(p, WORD_COLUMN_MOVED, NULL);
    page_time(p, page_string(log, "moved"));
    markup_html(&p->m, "</td>");
    page_cell(p, WORD_COLUMN_FRESH, NULL);
    page_freshness(p, log);
    markup_html(&p->m, "</td></tr>");
}

static void logs(struct page *p, const json_t *list, const json_t *peers) {
    json_t *log;
    size_t i;

    page_section(p, WORD_NETWORK_LOGS);
    if (json_array_size(list) == 0) {
        page_say(p, "total", WORD_NETWORK_NO_LOGS);
    } else {
        if (peers != NULL)
            PAGE_COLUMNS(p, WORD_COLUMN_STATE, WORD_COLUMN_SIZE, WORD_COLUMN_ROOT, WORD_COLUMN_CONFIRMED,
                         WORD_COLUMN_MOVED, WORD_COLUMN_FRESH);
        else
            PAGE_COLUMNS(p, WORD_COLUMN_STATE, WORD_COLUMN_SIZE, WORD_COLUMN_ROOT, WORD_COLUMN_MOVED,
                         WORD_COLUMN_FRESH);
        json_array_foreach((json_t *)(uintptr_t)list, i, log) log_row(p, log, peers);
        markup_html(&p->m, "</tbody></table>");
    }
    markup_html(&p->m, "</section>");
}

/* Sizes that a peer has reported, by log. */
static void reported(struct page *p, const json_t *sizes) {
    char number[LANGUAGE_NUMBER], text[160];
    const char *origin;
    json_t *size;

    json_object_foreach((json_t *)(uintptr_t)sizes, origin, size) {
        const char *slash = strchr(origin, '/'), *code = slash == NULL ? origin : slash + 1;
        snprintf(text, sizeof text, "%c%c %s", toupper((unsigned char)code[0]),
                 code[0] == '\0' ? ' ' : toupper((unsigned char)code[1]),
                 language_number(p->m.language, number, json_integer_value(size)));
        markup_html(&p->m, "<span class=\"item\">");
        markup_data(&p->m, NULL, text);
        markup_html(&p->m, "</span>");
    }
}

static void peer_heading(struct page *p, const json_t *peer) {
    const char *name = page_string(peer, "name"), *state = page_string(peer, "state");
    bool observer = strcmp(page_string(peer, "class"), "observer") == 0;

    markup_html(&p->m, "<tr><th scope=\"row\">");
    if (*state != '\0' && !observer) {
        page_code(p, state);
        markup_data(&p->m, NULL, page_state_name(p, state, NULL));
    }
    if (strcmp(name, state) != 0) {
        markup_html(&p->m, " ");
        markup_data(&p->m, NULL, name);
    }
    if (observer) {
        markup_html(&p->m, " <span class=\"note\">");
        SAY0(&p->m, WORD_OBSERVER);
        markup_html(&p->m, "</span>");
    }
    markup_html(&p->m, "</th>");
}

static void peer_row(struct page *p, const json_t *peer) {
    bool up = json_is_true(json_object_get(peer, "up"));
    const char *since = page_string(peer, "since");
    char shown[PAGE_TIME];

    peer_heading(p, peer);
    page_cell(p, WORD_COLUMN_NODE, NULL);
    short_text(p, page_string(peer, "node"), 16);
    markup_html(&p->m, "</td>");
    page_cell(p, WORD_COLUMN_ADDRESS, NULL);
    markup_data(&p->m, NULL, page_string(peer, "address"));
    markup_html(&p->m, "</td>");
    page_cell(p, WORD_COLUMN_LINK, NULL);
    markup_html(&p->m, up ? "<span class=\"fresh green\">" : "<span class=\"fresh none\">");
    if (up && *since != '\0')
        SAY(&p->m, WORD_LINK_SINCE, page_time_text(p, shown, since));
    else
        SAY0(&p->m, up ? WORD_LINK_UP : WORD_LINK_DOWN);
    markup_html(&p->m, "</span></td>");
    page_cell(p, WORD_COLUMN_REPORTED, NULL);
    reported(p, json_object_get(peer, "reported"));
    markup_html(&p->m, "</td></tr>");
}

/* Only the members' view is told who they are. */
static void peers(struct page *p, const json_t *network) {
    const json_t *list = json_object_get(network, "peers");
    json_t *peer;
    size_t i;

    page_section(p, WORD_NETWORK_PEERS);
    markup_html(&p->m, "<p class=\"total\">");
    markup_count(&p->m, WORD_NETWORK_LINKS, page_integer(network, "links"), NULL);
    markup_html(&p->m, "</p>");
    if (list != NULL && json_array_size(list) == 0)
        page_say(p, "total", WORD_NETWORK_NO_PEERS);
    if (json_array_size(list) > 0) {
        PAGE_COLUMNS(p, WORD_COLUMN_NAME, WORD_COLUMN_NODE, WORD_COLUMN_ADDRESS, WORD_COLUMN_LINK,
                     WORD_COLUMN_REPORTED);
        json_array_foreach((json_t *)(uintptr_t)list, i, peer) peer_row(p, peer);
        markup_html(&p->m, "</tbody></table>");
    }
    markup_html(&p->m, "</section>");
}

static void endpoints(struct page *p, const json_t *list) {
    json_t *text;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)list, i, text) {
        markup_html(&p->m, "<span class=\"line\">");
        if (json_is_string(text))
            markup_data(&p->m, NULL, json_string_value(text));
        markup_html(&p->m, "</span>");
    }
}

static void nodes(struct page *p, enum word title, const json_t *list, bool observers) {
    enum word last = observers ? WORD_COLUMN_NAME : WORD_COLUMN_ENDPOINTS;
    json_t *node;
    size_t i;

    if (json_array_size(list) == 0)
        return;
    page_section(p, title);
    PAGE_COLUMNS(p, WORD_COLUMN_STATE, WORD_COLUMN_NODE, last);
    json_array_foreach((json_t *)(uintptr_t)list, i, node) {
        const char *code = page_string(node, "state");
        markup_html(&p->m, "<tr><th scope=\"row\">");
        page_code(p, code);
        markup_data(&p->m, NULL, page_state_name(p, code, NULL));
        markup_html(&p->m, "</th>");
        page_cell(p, WORD_COLUMN_NODE, NULL);
        short_text(p, page_string(node, "node"), 16);
        markup_html(&p->m, "</td>");
        page_cell(p, last, NULL);
        if (observers)
            markup_data(&p->m, NULL, page_string(node, "name"));
        else
            endpoints(p, json_object_get(node, "endpoints"));
        markup_html(&p->m, "</td></tr>");
    }
    markup_html(&p->m, "</tbody></table></section>");
}

bool page_network(struct page *p) {
    json_t *network = page_json(p, "", "/api/v1/network");

    if (network == NULL)
        return false;
    markup_html(&p->m, "<h1>");
    SAY0(&p->m, WORD_NETWORK);
    markup_html(&p->m, "</h1>");
    page_say(p, "lead", WORD_NETWORK_SAY);
    markup_html(&p->m, "<div id=\"live\">");
    page_disputes(p, json_object_get(network, "logs"));
    logs(p, json_object_get(network, "logs"), json_object_get(network, "peers"));
    peers(p, network);
    nodes(p, WORD_NETWORK_NODES, json_object_get(network, "nodes"), false);
    nodes(p, WORD_NETWORK_OBSERVERS, json_object_get(network, "observers"), true);
    markup_html(&p->m, "</div>");
    json_decref(network);
    return true;
}
