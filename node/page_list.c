/* Contacts in a list, as a search finds them. */
#include <stdio.h>

#include "node/page_part.h"

/* The first e-mail address and number that the view has: what one looks for. */
static void first_channels(struct page *p, const json_t *contact) {
    const char *const value[] = {
        page_string(json_array_get(json_object_get(contact, "emails"), 0), "address"),
        page_string(json_array_get(json_object_get(contact, "phones"), 0), "number")};

    for (size_t i = 0; i < sizeof value / sizeof *value; i++) {
        if (*value[i] == '\0')
            continue;
        markup_html(&p->m, "<span class=\"channel\">");
        markup_data(&p->m, NULL, value[i]);
        markup_html(&p->m, "</span>");
    }
}

static void item_head(struct page *p, const json_t *contact, bool with_state) {
    const char *language, *code = page_string(contact, "state"), *id = page_string(contact, "id");
    const json_t *organisation = json_object_get(contact, "organisation");
    char brief[16];

    markup_html(&p->m, "<div class=\"head\">");
    if (with_state)
        page_code(p, code);
    page_link(p, "title", "contact/%s/%s", code, id);
    if (*page_name(p, organisation, &language) != '\0') {
        page_names(p, organisation, false);
    } else {
        snprintf(brief, sizeof brief, "%.8s", id);
        SAY(&p->m, WORD_CONTACT_UNNAMED, brief);
    }
    markup_html(&p->m, "</a>");
    page_kind(p, page_string(contact, "kind"));
    page_open(p, contact);
    markup_html(&p->m, "</div>");
}

static void list_item(struct page *p, const json_t *contact, bool with_state) {
    const json_t *name = json_object_get(contact, "name");
    const char *language, *code = page_string(contact, "state");

    markup_html(&p->m, "<li class=\"card\">");
    item_head(p, contact, with_state);
    page_other_names(p, json_object_get(contact, "organisation"));
    markup_html(&p->m, "<div class=\"sub\">");
    if (with_state) {
        markup_html(&p->m, "<span>");
        markup_data(&p->m, NULL, page_state_name(p, code, NULL));
        markup_html(&p->m, "</span>");
    }
    if (*page_name(p, name, &language) != '\0') {
        markup_html(&p->m, "<span class=\"person\">");
        page_names(p, name, false);
        markup_html(&p->m, "</span>");
    }
    first_channels(p, contact);
    markup_html(&p->m, "</div></li>");
}

void page_contact_list(struct page *p, const json_t *contacts, bool with_state) {
    json_t *contact;
    size_t i;

    if (json_array_size(contacts) == 0)
        return;
    markup_html(&p->m, "<ul class=\"cards\">");
    json_array_foreach((json_t *)(uintptr_t)contacts, i, contact) list_item(p, contact, with_state);
    markup_html(&p->m, "</ul>");
}
