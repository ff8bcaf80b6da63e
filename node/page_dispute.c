/* Logs in dispute: what is the matter, and both variants of what follows, as far as the node knows them. */
#include <string.h>

#include "node/page_part.h"

static const struct {
    const char *flag;
    enum word word;
} flags[] = {{"disputed", WORD_FLAG_DISPUTED},
             {"contested", WORD_FLAG_CONTESTED},
             {"incomplete", WORD_FLAG_INCOMPLETE}};

static void say_flag(struct page *p, const char *flag, const json_t *log) {
    char number[LANGUAGE_NUMBER];

    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (strcmp(flag, flags[i].flag) == 0) {
            markup_html(&p->m, "<p class=\"notice bad\">");
            SAY(&p->m, flags[i].word, language_number(p->m.language, number, page_integer(log, "f")));
            markup_html(&p->m, "</p>");
        }
}

/* A variant is a head of its own, with what it says after the common entries. */
static void variant(struct page *p, const json_t *log, const json_t *one, size_t i) {
    char number[LANGUAGE_NUMBER], from[LANGUAGE_NUMBER], to[LANGUAGE_NUMBER];
    long long size = page_integer(one, "size"), common = page_integer(log, "size"); /* of the view */

    markup_html(&p->m, "<li class=\"variant\"><h4>");
    SAY(&p->m, WORD_DISPUTE_VARIANT, language_number(p->m.language, number, (long long)i + 1));
    markup_html(&p->m, "</h4><dl class=\"facts\">");
    page_row_begin(p, WORD_LOG_ENTRIES, "");
    SAY(&p->m, WORD_DISPUTE_TAIL, language_number(p->m.language, from, common),
        language_number(p->m.language, to, size > common ? size - 1 : size));
    page_row_end(p);
    page_row_begin(p, WORD_LOG_ROOT, "");
    markup_html(&p->m, "<code>");
    markup_text(&p->m, page_string(one, "root"));
    markup_html(&p->m, "</code>");
    page_row_end(p);
    markup_html(&p->m, "</dl>");
    page_contact_list(p, json_object_get(one, "contacts"), false);
    if (json_is_true(json_object_get(one, "more")))
        page_say(p, "total", WORD_CHANGES_MORE);
    markup_html(&p->m, "</li>");
}

/* The notes that contest an epoch, by their fingerprints. */
static void rivals(struct page *p, const json_t *log) {
    char number[LANGUAGE_NUMBER];
    json_t *rival;
    size_t i;

    json_array_foreach(json_object_get(log, "rivals"), i, rival) {
        markup_html(&p->m, "<p class=\"total\">");
        SAY(&p->m, WORD_DISPUTE_RIVAL, language_number(p->m.language, number, page_integer(rival, "epoch")),
            page_string(rival, "fingerprint"));
        markup_html(&p->m, "</p>");
    }
}

static void evidence(struct page *p, const json_t *log) {
    if (json_object_get(log, "f") == NULL)
        return;
    markup_html(&p->m, "<p>");
    page_base_link(p, NULL, "api/v1/logs/%s/evidence", page_string(log, "origin"));
    SAY0(&p->m, WORD_DISPUTE_EVIDENCE);
    markup_html(&p->m, "</a></p>");
}

static void dispute(struct page *p, const json_t *log) {
    const json_t *variants = json_object_get(log, "variants");
    const char *code = page_string(log, "state");
    json_t *flag, *one;
    size_t i;

    markup_html(&p->m, "<h3>");
    page_code(p, code);
    markup_data(&p->m, NULL, page_state_name(p, code, json_object_get(log, "names")));
    markup_html(&p->m, "</h3>");
    json_array_foreach(json_object_get(log, "flags"), i, flag) {
        if (json_is_string(flag))
            say_flag(p, json_string_value(flag), log);
    }
    rivals(p, log);
    evidence(p, log);
    if (json_array_size(variants) == 0)
        return;
    page_say(p, "total", WORD_DISPUTE_SAY);
    markup_html(&p->m, "<ol class=\"variants\">");
    json_array_foreach((json_t *)(uintptr_t)variants, i, one) variant(p, log, one, i);
    markup_html(&p->m, "</ol>");
}

void page_disputes(struct page *p, const json_t *logs) {
    bool open = false;
    json_t *log;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)logs, i, log) {
        if (json_array_size(json_object_get(log, "flags")) == 0)
            continue;
        if (!open)
            page_section(p, WORD_NETWORK_DISPUTES);
        open = true;
        dispute(p, log);
    }
    markup_html(&p->m, open ? "</section>" : "");
}
