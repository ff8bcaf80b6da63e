#include <stdio.h>
#include <string.h>

#include "node/page_part.h"

static void notice(struct page *p, const char *class, enum word word, const char *when) {
    char shown[PAGE_TIME];

    markup_html(&p->m, "<p");
    markup_attribute(&p->m, "class", class);
    markup_html(&p->m, ">");
    SAY(&p->m, word, page_time_text(p, shown, when));
    markup_html(&p->m, "</p>");
}

static void notices(struct page *p, const json_t *contact) {
    const char *standing = page_string(contact, "standing"), *until = page_string(contact, "valid_until");
    const char *review = page_string(contact, "review_by"), *successor = page_string(contact, "successor");
    const char *now = page_string(p->status, "now");

    if (strcmp(standing, "withdrawn") == 0)
        notice(p, "notice bad", WORD_CONTACT_WITHDRAWN, "");
    if (strcmp(standing, "announced") == 0)
        notice(p, "notice", WORD_CONTACT_ANNOUNCED, page_string(contact, "valid_from"));
    if (strcmp(page_string(contact, "status"), "suspended") == 0)
        notice(p, "notice bad", WORD_CONTACT_SUSPENDED, "");
    /* RFC 3339 in UTC sorts as text. */
    if (*until != '\0' && *now != '\0' && strcmp(until, now) <= 0)
        notice(p, "notice bad", WORD_CONTACT_EXPIRED, until);
    if (*review != '\0' && *now != '\0' && strcmp(review, now) <= 0)
        notice(p, "notice", WORD_CONTACT_OVERDUE, review);
    if (*successor != '\0')
        notice(p, "notice", WORD_CONTACT_SUCCESSOR, successor);
}

/* Nobody is left without a contact: what the histories of a disputed log say of it, side by side. */
static void variants(struct page *p, const json_t *contact) {
    const json_t *list = json_object_get(contact, "variants");
    char number[LANGUAGE_NUMBER];
    json_t *one;
    size_t i;

    if (json_array_size(list) == 0)
        return;
    page_say(p, "notice bad", WORD_DISPUTE_CONTACT);
    page_section(p, WORD_DISPUTE_BOTH);
    markup_html(&p->m, "<ol class=\"variants\">");
    json_array_foreach((json_t *)(uintptr_t)list, i, one) {
        markup_html(&p->m, "<li class=\"variant\"><h3>");
        SAY(&p->m, WORD_DISPUTE_VARIANT, language_number(p->m.language, number, (long long)i + 1));
        markup_html(&p->m, "</h3>");
        if (json_is_true(json_object_get(one, "withdrawn")))
            page_say(p, "total", WORD_HISTORY_WITHDRAWN);
        else
            page_channels(p, one);
        markup_html(&p->m, "</li>");
    }
    markup_html(&p->m, "</ol></section>");
}

static void heading(struct page *p, const json_t *contact) {
    const char *code = page_string(contact, "state"), *id = page_string(contact, "id"), *language;
    const json_t *organisation = json_object_get(contact, "organisation");
    const char *name = page_name(p, organisation, &language);
    char brief[16];

    snprintf(brief, sizeof brief, "%.8s", id);
    snprintf(p->title, sizeof p->title, "%s", *name == '\0' ? brief : name);
    markup_html(&p->m, "<p class=\"crumb\">");
    page_link(p, NULL, "state/%s", code);
    SAY(&p->m, WORD_CONTACT_BACK, page_state_name(p, code, NULL));
    markup_html(&p->m, "</a></p><div class=\"heading\"><span class=\"code big\">");
    markup_text(&p->m, code);
    markup_html(&p->m, "</span><h1>");
    if (*name == '\0')
        SAY(&p->m, WORD_CONTACT_UNNAMED, brief);
    else
        page_names(p, organisation, true);
    markup_html(&p->m, "</h1></div><p class=\"tags\">");
    page_kind(p, page_string(contact, "kind"));
    if (json_is_true(json_object_get(contact, "primary"))) {
        markup_html(&p->m, " <span class=\"note\">");
        SAY0(&p->m, WORD_PRIMARY);
        markup_html(&p->m, "</span>");
    }
    page_open(p, contact);
    markup_html(&p->m, " <code class=\"id\">");
    markup_text(&p->m, id);
    markup_html(&p->m, "</code></p>");
}

bool page_contact(struct page *p) {
    json_t *contact = page_json(p, "", "/api/v1/contacts/%s/%s", p->word[0], p->word[1]);

    if (contact == NULL)
        return false;
    markup_html(&p->m, "<div id=\"live\">");
    heading(p, contact);
    notices(p, contact);
    variants(p, contact);
    page_reach(p, contact);
    page_qr(p, contact);
    page_facts(p, contact);
    page_history(p);
    page_proof(p, contact);
    markup_html(&p->m, "</div>");
    json_decref(contact);
    return true;
}
