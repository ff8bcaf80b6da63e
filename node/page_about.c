/* What the directory is, and what the signs on its pages mean. */
#include <stdio.h>

#include "node/page_part.h"

static void paragraph(struct page *p, enum word title, enum word text) {
    page_section(p, title);
    page_say(p, NULL, text);
    markup_html(&p->m, "</section>");
}

static void signs(struct page *p) {
    page_section(p, WORD_ABOUT_SIGNS);
    page_legend(p);
    markup_html(&p->m, "</section>");
}

static void programs(struct page *p) {
    char version[64];

    snprintf(version, sizeof version, "comity %s", page_string(p->status, "version"));
    page_section(p, WORD_ABOUT_PROGRAMS);
    page_say(p, NULL, WORD_ABOUT_PROGRAMS_SAY);
    markup_html(&p->m, "<p>");
    page_base_link(p, NULL, "api/v1/status");
    markup_html(&p->m, "<code>api/v1/status</code></a></p><p>");
    SAY(&p->m, WORD_ABOUT_VERSION, version);
    markup_html(&p->m, "</p></section>");
}

bool page_about(struct page *p) {
    markup_html(&p->m, "<h1>");
    SAY0(&p->m, WORD_ABOUT);
    markup_html(&p->m, "</h1><div class=\"prose\">");
    paragraph(p, WORD_ABOUT_WHAT, WORD_ABOUT_WHAT_SAY);
    paragraph(p, WORD_ABOUT_USE, WORD_ABOUT_USE_SAY);
    paragraph(p, WORD_ABOUT_TRUST, WORD_ABOUT_TRUST_SAY);
    paragraph(p, WORD_ABOUT_WHO, WORD_ABOUT_WHO_SAY);
    signs(p);
    paragraph(p, WORD_ABOUT_PRIVACY, WORD_ABOUT_PRIVACY_SAY);
    paragraph(p, WORD_ABOUT_KEYS, WORD_SEARCH_KEYS);
    programs(p);
    markup_html(&p->m, "</div>");
    return true;
}
