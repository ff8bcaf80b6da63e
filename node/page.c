#include "node/page.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/page_part.h"

#define PARAMS "q state kind language open stale at limit after all since from"
#define DEPTH_MAX 6

static const struct {
    const char *path; /* a star is one word */
    bool (*body)(struct page *p);
    enum word title; /* WORDS: the body sets it */
} pages[] = {
    {"/", page_directory, WORD_DIRECTORY},
    {"/states", page_states, WORD_NAV_STATES},
    {"/changes", page_changes, WORD_NAV_CHANGES},
    {"/network", page_network, WORD_NETWORK},
    {"/verify", page_verify, WORD_VERIFY},
    {"/about", page_about, WORD_ABOUT},
    {"/state/*", page_state, WORDS},
    {"/contact/*/*", page_contact, WORDS},
    {"/contact/*/*/vcard", page_vcard, WORDS},
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

/* "../" for each slash after the first; "./" for none. */
static void way_up(char ret[static 24], const char *path) {
    unsigned depth = 0;

    for (const char *c = path + 1; *path != '\0' && *c != '\0'; c++)
        depth += *c == '/';
    snprintf(ret, 24, "%s", depth == 0 ? "./" : "");
    for (unsigned i = 0; i < depth && i < DEPTH_MAX; i++)
        memcpy(ret + 3 * i, "../", 4);
}

/* "/fr/state/FR" is "/state/FR" in French, and "/fr" is "/fr/"; else the browser's wish decides. */
static void take_language(struct page *p, const char *path, const char *accept) {
    char tag[3] = "";

    if (path[0] == '/' && strlen(path) >= 3 && (path[3] == '/' || path[3] == '\0'))
        memcpy(tag, path + 1, 2);
    way_up(p->base, path);
    p->m.language = language_find(tag);
    if (p->m.language == LANGUAGES) {
        p->m.language = language_choose(accept);
        p->path = path;
        way_up(p->root, path);
        return;
    }
    p->chosen = true;
    p->path = path[3] == '\0' ? "/" : path + 3;
    if (path[3] == '\0')
        snprintf(p->root, sizeof p->root, "%s/", tag);
    else
        way_up(p->root, p->path);
}

static void error_body(struct page *p) {
    enum word word = p->code == 404 ? WORD_ERROR_404 : p->code == 400 ? WORD_ERROR_400 : WORD_ERROR_500;

    markup_html(&p->m, "<h1>");
    SAY0(&p->m, word);
    markup_html(&p->m, "</h1>");
    if (p->code == 404)
        page_say(p, "lead", WORD_ERROR_404_SAY);
    markup_html(&p->m, "<p>");
    page_link(p, NULL, "%s", "");
    SAY0(&p->m, WORD_ERROR_BACK);
    markup_html(&p->m, "</a></p>");
    snprintf(p->title, sizeof p->title, "%s", page_text(p, word));
}

/* The title is known after the body, and stands before it: so the body is written first, apart. */
static void compose(struct page *p, bool (*body)(struct page *p)) {
    bool good = body != NULL && body(p);

    if (!good) {
        p->m.len = 0;
        p->type = NULL;
        if (p->code == 200)
            p->code = 404;
        error_body(p);
    }
    if (p->type != NULL)
        return;
    struct markup content = p->m;
    p->m = (struct markup){.language = content.language, .failed = content.failed};
    page_head(p);
    page_banner(p);
    markup_append(&p->m, &content);
    free(content.text);
    page_foot(p);
}

static void finish(struct page *p, struct api_reply *ret) {
    if (p->m.failed) {
        free(p->m.text);
        *ret = (struct api_reply){.status = 500, .type = "text/plain; charset=utf-8", .body = strdup("")};
        return;
    }
    *ret = (struct api_reply){.status = p->code,
                              .type = p->type == NULL ? "text/html; charset=utf-8" : p->type,
                              .body = p->m.text,
                              .len = p->m.len,
                              .by_language = !p->chosen};
}

void page_get(struct api *api, enum api_view view, const char *path, const char *query, const char *accept,
              struct api_reply *ret) {
    struct page p = {.api = api, .view = view, .raw_query = query, .code = 200};
    bool (*body)(struct page * p) = NULL;
    char name[16];
    unsigned status;

    take_language(&p, path, accept);
    for (size_t i = 0; i < sizeof pages / sizeof *pages && body == NULL; i++)
        if (match(&p, pages[i].path, p.path)) {
            body = pages[i].body;
            if (pages[i].title != WORDS)
                snprintf(p.title, sizeof p.title, "%s", page_text(&p, pages[i].title));
        }
    if (query_parse(query, PARAMS, &p.query, name) != ERR_OK) {
        body = NULL;
        p.code = 400;
    }
    json_t *json = api_json(api, view, "/api/v1/status", "", &status);
    p.status = json;
    compose(&p, body);
    json_decref(json);
    finish(&p, ret);
}

void page_closed(const char *accept, struct api_reply *ret) {
    struct page p = {.code = 404, .path = "", .root = "/", .base = "/"};
    struct markup *m = &p.m;

    m->language = language_choose(accept);
    snprintf(p.title, sizeof p.title, "%s", page_text(&p, WORD_CLOSED));
    page_head(&p);
    markup_html(m, "<body class=\"closed\"><main id=\"main\"><h1>");
    SAY0(m, WORD_CLOSED);
    markup_html(m, "</h1>");
    page_say(&p, "lead", WORD_CLOSED_SAY);
    markup_html(m, "</main></body></html>\n");
    finish(&p, ret);
}
