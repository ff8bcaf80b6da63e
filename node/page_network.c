#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "node/page_part.h"

static const struct {
    const char *flag;
    enum word word;
} flags[] = {{"disputed", WORD_FLAG_DISPUTED},
             {"contested", WORD_FLAG_CONTESTED},
             {"incomplete", WORD_FLAG_INCOMPLETE}};

static void columns(struct page *p, const char *class, const enum word *words, size_t count) {
    markup_html(&p->m, "<table");
    markup_attribute(&p->m, "class", class);
    markup_html(&p->m, "><thead><tr>");
    for (size_t i = 0; i < count; i++) {
        markup_html(&p->m, words[i] == WORD_COLUMN_SIZE ? "<th scope=\"col\" class=\"count\">"
                                                        : "<th scope=\"col\">");
        SAY0(&p->m, words[i]);
        markup_html(&p->m, "</th>");
    }
    markup_html(&p->m, "</tr></thead><tbody>");
}

#define COLUMNS(p, class, ...)                                                                               \
    columns(p, class, (const enum word[]){__VA_ARGS__},                                                      \
            sizeof((const enum word[]){__VA_ARGS__}) / sizeof(enum word))

static void cell(struct page *p, enum word label, const char *class) {
    markup_html(&p->m, "<td");
    if (class != NULL)
        markup_attribute(&p->m, "class", class);
    markup_attribute(&p->m, "data-label", words_text(label));
    markup_html(&p->m, ">");
}

static void section(struct page *p, enum word title) {
    markup_html(&p->m, "<section><h2>");
    SAY0(&p->m, title);
    markup_html(&p->m, "</h2>");
}

static void say_empty(struct page *p, enum word word) {
    markup_html(&p->m, "<p class=\"total\">");
    SAY0(&p->m, word);
    markup_html(&p->m, "</p>");
}

static void short_text(struct page *p, const char *text, int len) {
    char brief[80];

    snprintf(brief, sizeof brief, "%.*s", len, text);
    markup_html(&p->m, "<code");
    markup_attribute(&p->m, "title", text);
    markup_html(&p->m, ">");
    markup_text(&p->m, brief);
    markup_html(&p->m, "</code>");
}

static void log_flags(struct page *p, const json_t *log) {
    json_t *flag;
    size_t i;
    char number[24];

    json_array_foreach(json_object_get(log, "flags"), i, flag) {
        for (size_t j = 0; json_is_string(flag) && j < sizeof flags / sizeof *flags; j++)
            if (strcmp(json_string_value(flag), flags[j].flag) == 0) {
                markup_html(&p->m, "<span class=\"notice bad\">");
                SAY(&p->m, flags[j].word, markup_number(number, page_integer(log, "f")));
                markup_html(&p->m, "</span>");
            }
    }
}

static void log_row(struct page *p, const json_t *log) {
    const char *code = page_string(log, "state");
    bool trusted = strcmp(page_string(log, "trust"), "none") != 0;
    char number[24], other[24];

    markup_html(&p->m, "<tr><th scope=\"row\"><span class=\"code\">");
    markup_text(&p->m, code);
    markup_html(&p->m, "</span>");
    if (trusted)
        page_link(p, "title", "state/%s", code);
    markup_html(&p->m, "<code class=\"origin\">");
    markup_text(&p->m, page_string(log, "origin"));
    markup_html(&p->m, trusted ? "</code></a>" : "</code>");
    if (!trusted) {
        markup_html(&p->m, " <span class=\"note\">");
        SAY0(&p->m, WORD_TRUST_NONE);
        markup_html(&p->m, "</span>");
    }
    log_flags(p, log);
    markup_html(&p->m, "</th>");
    cell(p, WORD_COLUMN_SIZE, "count");
    markup_text(&p->m, markup_number(number, page_integer(log, "size")));
    if (page_integer(log, "target") > page_integer(log, "size")) {
        markup_html(&p->m, "<span class=\"also\">");
        SAY(&p->m, WORD_NETWORK_PENDING, markup_number(number, page_integer(log, "held")),
            markup_number(other, page_integer(log, "target")));
        markup_html(&p->m, "</span>");
    }
    markup_html(&p->m, "</td>");
    cell(p, WORD_COLUMN_ROOT, NULL);
    short_text(p, page_string(log, "root"), 12);
    markup_html(&p->m, "</td>");
    cell(p, WORD_COLUMN_MOVED, NULL);
    page_time(p, page_string(log, "moved"));
    markup_html(&p->m, "</td>");
    cell(p, WORD_COLUMN_FRESH, NULL);
    page_freshness(p, log);
    markup_html(&p->m, "</td></tr>");
}

static void logs(struct page *p, const json_t *list) {
    json_t *log;
    size_t i;

    section(p, WORD_NETWORK_LOGS);
    if (json_array_size(list) == 0) {
        say_empty(p, WORD_NETWORK_NO_LOGS);
    } else {
        COLUMNS(p, "stack", WORD_COLUMN_STATE, WORD_COLUMN_SIZE, WORD_COLUMN_ROOT, WORD_COLUMN_MOVED,
                WORD_COLUMN_FRESH);
        json_array_foreach((json_t *)(uintptr_t)list, i, log) log_row(p, log);
        markup_html(&p->m, "</tbody></table>");
    }
    markup_html(&p->m, "</section>");
}

/* Sizes that a peer has reported, by log. */
static void reported(struct page *p, const json_t *sizes) {
    const char *origin;
    json_t *size;
    char number[24], text[160];

    json_object_foreach((json_t *)(uintptr_t)sizes, origin, size) {
        const char *slash = strchr(origin, '/');
        const char *code = slash == NULL ? origin : slash + 1;
        snprintf(text, sizeof text, "%c%c %s", toupper((unsigned char)code[0]),
                 code[0] == '\0' ? ' ' : toupper((unsigned char)code[1]),
                 markup_number(number, json_integer_value(size)));
        markup_html(&p->m, "<span class=\"item code-like\">");
        markup_data(&p->m, NULL, text);
        markup_html(&p->m, "</span>");
    }
}

static void peer_row(struct page *p, const json_t *peer) {
    bool up = json_is_true(json_object_get(peer, "up"));
    const char *since = page_string(peer, "since");
    char shown[32];

    markup_html(&p->m, "<tr><th scope=\"row\">");
    const char *name = page_string(peer, "name");
    bool observer = strcmp(page_string(peer, "class"), "observer") == 0;
    if (*page_string(peer, "state") != '\0' && !observer) {
        markup_html(&p->m, "<span class=\"code\">");
        markup_text(&p->m, page_string(peer, "state"));
        markup_html(&p->m, "</span>");
    }
    if (strcmp(name, page_string(peer, "state")) != 0)
        markup_data(&p->m, NULL, name);
    if (observer) {
        markup_html(&p->m, " <span class=\"note\">");
        SAY0(&p->m, WORD_OBSERVER);
        markup_html(&p->m, "</span>");
    }
    markup_html(&p->m, "</th>");
    cell(p, WORD_COLUMN_NODE, NULL);
    short_text(p, page_string(peer, "node"), 16);
    markup_html(&p->m, "</td>");
    cell(p, WORD_COLUMN_ADDRESS, NULL);
    markup_data(&p->m, NULL, page_string(peer, "address"));
    markup_html(&p->m, "</td>");
    cell(p, WORD_COLUMN_LINK, NULL);
    markup_html(&p->m, up ? "<span class=\"fresh green\">" : "<span class=\"fresh none\">");
    if (up && *since != '\0')
        SAY(&p->m, WORD_LINK_SINCE, page_time_text(shown, since));
    else
        SAY0(&p->m, up ? WORD_LINK_UP : WORD_LINK_DOWN);
    markup_html(&p->m, "</span></td>");
    cell(p, WORD_COLUMN_REPORTED, NULL);
    reported(p, json_object_get(peer, "reported"));
    markup_html(&p->m, "</td></tr>");
}

/* Only the members' view is told who they are. */
static void peers(struct page *p, const json_t *network) {
    const json_t *list = json_object_get(network, "peers");
    long long links = page_integer(network, "links");
    json_t *peer;
    size_t i;
    char number[24];

    section(p, WORD_NETWORK_PEERS);
    markup_html(&p->m, "<p class=\"total\">");
    SAY(&p->m, links == 1 ? WORD_NETWORK_LINKS_ONE : WORD_NETWORK_LINKS_MANY, markup_number(number, links));
    markup_html(&p->m, "</p>");
    if (list != NULL && json_array_size(list) == 0)
        say_empty(p, WORD_NETWORK_NO_PEERS);
    if (json_array_size(list) > 0) {
        COLUMNS(p, "stack", WORD_COLUMN_NAME, WORD_COLUMN_NODE, WORD_COLUMN_ADDRESS, WORD_COLUMN_LINK,
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
    json_t *node;
    size_t i;

    if (json_array_size(list) == 0)
        return;
    section(p, title);
    COLUMNS(p, "stack", WORD_COLUMN_STATE, WORD_COLUMN_NODE,
            observers ? WORD_COLUMN_NAME : WORD_COLUMN_ENDPOINTS);
    json_array_foreach((json_t *)(uintptr_t)list, i, node) {
        markup_html(&p->m, "<tr><th scope=\"row\"><span class=\"code\">");
        markup_text(&p->m, page_string(node, "state"));
        markup_html(&p->m, "</span></th>");
        cell(p, WORD_COLUMN_NODE, NULL);
        short_text(p, page_string(node, "node"), 16);
        markup_html(&p->m, "</td>");
        cell(p, observers ? WORD_COLUMN_NAME : WORD_COLUMN_ENDPOINTS, NULL);
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
    markup_html(&p->m, "<div id=\"live\"><h1>");
    SAY0(&p->m, WORD_NETWORK);
    markup_html(&p->m, "</h1><p class=\"lead\">");
    SAY0(&p->m, WORD_NETWORK_SAY);
    markup_html(&p->m, "</p>");
    logs(p, json_object_get(network, "logs"));
    peers(p, network);
    nodes(p, WORD_NETWORK_NODES, json_object_get(network, "nodes"), false);
    nodes(p, WORD_NETWORK_OBSERVERS, json_object_get(network, "observers"), true);
    markup_html(&p->m, "</div>");
    json_decref(network);
    return true;
}
