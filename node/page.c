#include "node/page.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/page_part.h"

#define PARAMS "q state kind language at limit after all"

static const struct {
    const char *path; /* a star is one word */
    bool (*body)(struct page *p);
    enum word title; /* WORDS: the body sets it */
    unsigned depth;
} pages[] = {
    {"/", page_directory, WORD_DIRECTORY, 0},
    {"/network", page_network, WORD_NETWORK, 0},
    {"/state/*", page_state, WORDS, 1},
    {"/contact/*/*", page_contact, WORDS, 2},
};

static bool word_char(char c) {
    return isalnum((unsigned char)c) != 0;
}

/* Match a path; the stars' words go into p->word. */
static bool match(struct page *p, const char *pattern, const char *path) {
    unsigned count = 0;

    while (*pattern != '\0') {
        if (*pattern != '*') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        size_t len = 0;
        while (word_char(path[len]))
            len++;
        if (len == 0 || len >= sizeof p->word[0])
            return false;
        memcpy(p->word[count], path, len);
        p->word[count++][len] = '\0';
        path += len;
        pattern++;
    }
    return *path == '\0';
}

/* "../" for each slash after the first. */
static void set_root(struct page *p, const char *path) {
    unsigned depth = 0;

    for (const char *c = path + 1; *path != '\0' && *c != '\0'; c++)
        depth += *c == '/';
    p->root[0] = '\0';
    for (unsigned i = 0; i < depth && i < 5; i++)
        memcpy(p->root + 3 * i, "../", 4);
}

static void nav_link(struct page *p, const char *path, enum word word, bool here) {
    markup_html(&p->m, "<a");
    if (here)
        markup_html(&p->m, " aria-current=\"page\"");
    markup_html(&p->m, " href=\"");
    markup_html(&p->m, p->root[0] == '\0' ? "./" : p->root);
    markup_html(&p->m, path);
    markup_html(&p->m, "\">");
    SAY0(&p->m, word);
    markup_html(&p->m, "</a>");
}

static void head(struct page *p) {
    struct markup *m = &p->m;

    markup_html(m, "<!doctype html>\n<html dir=\"ltr\"");
    markup_attribute(m, "lang", words_language());
    markup_html(m, "><head><meta charset=\"utf-8\">"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                   "<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"robots\" "
                   "content=\"noindex\"><title>");
    const char *const title[] = {p->title, words_text(WORD_BRAND), NULL};
    markup_say_plain(m, WORD_TITLE, title);
    markup_html(m, "</title><link rel=\"stylesheet\" href=\"");
    markup_html(m, p->root);
    markup_html(m, "style.css\"><link rel=\"icon\" type=\"image/svg+xml\" href=\"");
    markup_html(m, p->root);
    markup_html(m, "favicon.svg\"><script defer src=\"");
    markup_html(m, p->root);
    markup_html(m, "app.js\"></script></head>");
}

static void banner(struct page *p, const char *path) {
    struct markup *m = &p->m;
    bool members = p->view == API_MEMBERS;

    markup_html(m, "<body");
    markup_attribute(m, "data-root", p->root);
    markup_attribute(m, "data-stamp", page_string(p->status, "stamp"));
    markup_attribute(m, "data-live", words_text(WORD_LIVE_ON));
    markup_attribute(m, "data-lost", words_text(WORD_LIVE_OFF));
    markup_html(m, "><a class=\"skip\" href=\"#main\">");
    SAY0(m, WORD_SKIP);
    markup_html(m, "</a><header class=\"top\"><div class=\"bar\"><a class=\"brand\" href=\"");
    markup_html(m, p->root[0] == '\0' ? "./" : p->root);
    markup_html(m,
                "\"><svg viewBox=\"0 0 32 32\" aria-hidden=\"true\"><circle cx=\"12\" cy=\"16\" r=\"8.5\"/>"
                "<circle cx=\"20\" cy=\"16\" r=\"8.5\"/></svg><span>");
    SAY0(m, WORD_BRAND);
    markup_html(m, "</span></a><span class=\"network\">");
    markup_data(m, NULL, page_string(p->status, "network"));
    markup_html(m, "</span><nav");
    markup_attribute(m, "aria-label", words_text(WORD_NAV));
    markup_html(m, ">");
    nav_link(p, "", WORD_NAV_DIRECTORY, strcmp(path, "/") == 0);
    nav_link(p, "network", WORD_NAV_NETWORK, strcmp(path, "/network") == 0);
    markup_html(m, "</nav><span id=\"link\" class=\"link\" role=\"status\"></span><span class=\"view ");
    markup_html(m, members ? "members\"" : "public\"");
    if (members)
        markup_attribute(m, "title", words_text(WORD_VIEW_MEMBERS_SAY));
    markup_html(m, ">");
    SAY0(m, members ? WORD_VIEW_MEMBERS : WORD_VIEW_PUBLIC);
    markup_html(m, "</span></div></header><main id=\"main\">");
}

static void foot(struct page *p) {
    const char *state = page_string(p->status, "state");
    const char *observer = page_string(p->status, "observer");

    markup_html(&p->m, "</main><footer>");
    SAY(&p->m, WORD_FOOT, *state != '\0' ? state : observer);
    markup_html(&p->m, "</footer></body></html>\n");
}

static void error_body(struct page *p) {
    enum word word = p->code == 404 ? WORD_ERROR_404 : p->code == 400 ? WORD_ERROR_400 : WORD_ERROR_500;

    markup_html(&p->m, "<h1>");
    SAY0(&p->m, word);
    markup_html(&p->m, "</h1>");
    if (p->code == 404) {
        markup_html(&p->m, "<p class=\"lead\">");
        SAY0(&p->m, WORD_ERROR_404_SAY);
        markup_html(&p->m, "</p>");
    }
    markup_html(&p->m, "<p>");
    page_link(p, NULL, "%s", "");
    SAY0(&p->m, WORD_ERROR_BACK);
    markup_html(&p->m, "</a></p>");
    snprintf(p->title, sizeof p->title, "%s", words_text(word));
}

/* The title is known after the body, and stands before it: so the body is written first, apart. */
static void compose(struct page *p, const char *path, bool (*body)(struct page *p)) {
    struct markup content = {0};

    bool good = body != NULL && body(p);
    if (!good) {
        p->m.len = 0;
        if (p->code == 200)
            p->code = 404;
        error_body(p);
    }
    content = p->m;
    p->m = (struct markup){.failed = content.failed};
    head(p);
    banner(p, path);
    if (content.len > 0 && !content.failed) {
        char *text = realloc(content.text, content.len + 1);
        if (text != NULL) {
            text[content.len] = '\0';
            content.text = text;
            markup_html(&p->m, text);
        }
        p->m.failed |= text == NULL;
    }
    free(content.text);
    foot(p);
}

static void finish(struct page *p, struct api_reply *ret) {
    if (p->m.failed) {
        free(p->m.text);
        *ret = (struct api_reply){.status = 500, .type = "text/plain; charset=utf-8", .body = strdup("")};
        return;
    }
    *ret = (struct api_reply){
        .status = p->code, .type = "text/html; charset=utf-8", .body = p->m.text, .len = p->m.len};
}

void page_get(struct api *api, enum api_view view, const char *path, const char *query,
              struct api_reply *ret) {
    struct page p = {.api = api, .view = view, .raw_query = query, .code = 200};
    bool (*body)(struct page * p) = NULL;
    char name[16];
    unsigned status;

    set_root(&p, path);
    for (size_t i = 0; i < sizeof pages / sizeof *pages && body == NULL; i++)
        if (match(&p, pages[i].path, path)) {
            body = pages[i].body;
            if (pages[i].title != WORDS)
                snprintf(p.title, sizeof p.title, "%s", words_text(pages[i].title));
        }
    if (query_parse(query, PARAMS, &p.query, name) != ERR_OK) {
        body = NULL;
        p.code = 400;
    }
    json_t *json = api_json(api, view, "/api/v1/status", "", &status);
    p.status = json;
    compose(&p, path, body);
    json_decref(json);
    finish(&p, ret);
}

void page_closed(struct api_reply *ret) {
    struct page p = {.code = 404};
    struct markup *m = &p.m;

    snprintf(p.title, sizeof p.title, "%s", words_text(WORD_CLOSED));
    snprintf(p.root, sizeof p.root, "/");
    head(&p);
    markup_html(m, "<body class=\"closed\"><main id=\"main\"><h1>");
    SAY0(m, WORD_CLOSED);
    markup_html(m, "</h1><p class=\"lead\">");
    SAY0(m, WORD_CLOSED_SAY);
    markup_html(m, "</p></main></body></html>\n");
    finish(&p, ret);
}
