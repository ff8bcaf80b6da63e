/* What stands around the body of every page. */
#include <string.h>

#include "node/page_part.h"

static const struct {
    const char *path;
    enum word word;
} entries[] = {{"/", WORD_NAV_DIRECTORY},      {"/states", WORD_NAV_STATES}, {"/changes", WORD_NAV_CHANGES},
               {"/network", WORD_NAV_NETWORK}, {"/verify", WORD_NAV_VERIFY}, {"/about", WORD_NAV_ABOUT}};

static void asset(struct page *p, const char *before, const char *name) {
    markup_html(&p->m, before);
    markup_html(&p->m, p->base);
    markup_html(&p->m, name);
    markup_html(&p->m, "\"");
}

void page_head(struct page *p) {
    struct markup *m = &p->m;

    markup_html(m, language_rtl(m->language) ? "<!doctype html>\n<html dir=\"rtl\""
                                             : "<!doctype html>\n<html dir=\"ltr\"");
    markup_attribute(m, "lang", language_tag(m->language));
    markup_html(m, "><head><meta charset=\"utf-8\">"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                   "<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"robots\" "
                   "content=\"noindex\"><title>");
    const char *const title[] = {p->title, page_text(p, WORD_BRAND), NULL};
    markup_say_plain(m, WORD_TITLE, title);
    asset(p, "</title><link rel=\"stylesheet\" href=\"", "style.css");
    asset(p, "><link rel=\"icon\" type=\"image/svg+xml\" href=\"", "favicon.svg");
    asset(p, "><script defer src=\"", "app.js");
    if (strcmp(p->path, "/verify") == 0)
        asset(p, "></script><script defer src=\"", "verify.js");
    markup_html(m, "></script></head>");
}

/* The same page in the six languages, each under its own name. */
static void languages(struct page *p) {
    markup_html(&p->m, "<nav class=\"languages\"");
    markup_attribute(&p->m, "aria-label", page_text(p, WORD_LANGUAGES));
    markup_html(&p->m, "><ul>");
    for (enum language i = 0; i < LANGUAGES; i++) {
        markup_html(&p->m, "<li><a");
        markup_attribute(&p->m, "lang", language_tag(i));
        markup_attribute(&p->m, "hreflang", language_tag(i));
        if (i == p->m.language)
            markup_html(&p->m, " aria-current=\"true\"");
        markup_html(&p->m, " href=\"");
        markup_html(&p->m, p->base);
        markup_html(&p->m, language_tag(i));
        markup_text(&p->m, p->path);
        if (*p->raw_query != '\0') {
            markup_html(&p->m, "?");
            markup_text(&p->m, p->raw_query);
        }
        markup_html(&p->m, "\">");
        markup_html(&p->m, language_name(i));
        markup_html(&p->m, "</a></li>");
    }
    markup_html(&p->m, "</ul></nav>");
}

static void navigation(struct page *p) {
    markup_html(&p->m, "<nav class=\"pages\"");
    markup_attribute(&p->m, "aria-label", page_text(p, WORD_NAV));
    markup_html(&p->m, "><ul>");
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        markup_html(&p->m, "<li><a");
        if (strcmp(p->path, entries[i].path) == 0)
            markup_html(&p->m, " aria-current=\"page\"");
        markup_html(&p->m, " href=\"");
        markup_html(&p->m, p->root);
        markup_html(&p->m, entries[i].path + 1);
        markup_html(&p->m, "\">");
        SAY0(&p->m, entries[i].word);
        markup_html(&p->m, "</a></li>");
    }
    markup_html(&p->m, "</ul></nav>");
}

static void brand(struct page *p) {
    markup_html(&p->m, "<a class=\"brand\" href=\"");
    markup_html(&p->m, p->root);
    markup_html(&p->m,
                "\"><svg viewBox=\"0 0 32 32\" aria-hidden=\"true\"><circle cx=\"12\" cy=\"16\" r=\"8.5\"/>"
                "<circle cx=\"20\" cy=\"16\" r=\"8.5\"/></svg><span>");
    SAY0(&p->m, WORD_BRAND);
    markup_html(&p->m, "</span></a><span class=\"network\">");
    markup_data(&p->m, NULL, page_string(p->status, "network"));
    markup_html(&p->m, "</span>");
}

/* What the script needs to know. */
static void body_data(struct page *p) {
    markup_attribute(&p->m, "data-root", p->root);
    markup_attribute(&p->m, "data-base", p->base);
    markup_attribute(&p->m, "data-path", p->path);
    markup_attribute(&p->m, "data-view", p->view == API_MEMBERS ? "members" : "public");
    markup_attribute(&p->m, "data-stamp", page_string(p->status, "stamp"));
    markup_attribute(&p->m, "data-cursor", page_string(p->status, "cursor"));
    markup_attribute(&p->m, "data-live", page_text(p, WORD_LIVE_ON));
    markup_attribute(&p->m, "data-lost", page_text(p, WORD_LIVE_OFF));
    markup_attribute(&p->m, "data-copy", page_text(p, WORD_COPY));
    markup_attribute(&p->m, "data-copied", page_text(p, WORD_COPIED));
}

void page_banner(struct page *p) {
    bool members = p->view == API_MEMBERS;

    markup_html(&p->m, "<body");
    body_data(p);
    markup_html(&p->m, "><a class=\"skip\" href=\"#main\">");
    SAY0(&p->m, WORD_SKIP);
    markup_html(&p->m, "</a><header class=\"top\"><div class=\"strip\"><div class=\"bar\">");
    languages(p);
    markup_html(&p->m,
                "<span id=\"link\" class=\"link\" role=\"status\"></span></div></div><div class=\"bar\">");
    brand(p);
    markup_html(&p->m, members ? "<span class=\"view members\">" : "<span class=\"view public\">");
    SAY0(&p->m, members ? WORD_VIEW_MEMBERS : WORD_VIEW_PUBLIC);
    markup_html(&p->m, "</span></div><div class=\"bar\">");
    navigation(p);
    markup_html(&p->m, "</div></header><main id=\"main\" tabindex=\"-1\">");
}

void page_foot(struct page *p) {
    const char *state = page_string(p->status, "state"), *observer = page_string(p->status, "observer");
    const char *name = *state == '\0' ? observer : page_state_name(p, state, NULL);

    markup_html(&p->m, "<p id=\"said\" class=\"unseen\" role=\"status\"></p></main><footer>");
    page_say(p, NULL, p->view == API_MEMBERS ? WORD_VIEW_MEMBERS_SAY : WORD_VIEW_PUBLIC_SAY);
    markup_html(&p->m, "<p>");
    SAY(&p->m, WORD_FOOT, name);
    markup_html(&p->m, "</p>");
    page_say(p, NULL, WORD_FOOT_USE);
    markup_html(&p->m, "</footer></body></html>\n");
}
