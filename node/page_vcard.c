/* A contact for an address book: as a file, and, shorter, as a QR code for a telephone. */
#include <stdio.h>
#include <stdlib.h>

#include "node/page_part.h"
#include "node/qr.h"
#include "node/shown.h"
#include "node/vcard.h"

/* For a code there is room for a text in one language: the page's, where it is said in that. */
static void keep_one(const struct page *p, json_t *contact) {
    static const char *const fields[] = {"name", "organisation", "unit", "title"};

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const char *language, *text = page_name(p, json_object_get(contact, fields[i]), &language);
        if (*text != '\0')
            json_object_set_new(contact, fields[i], json_pack("{s:s}", language, text));
    }
}

/* The card as a text, for the caller to free; NULL without memory. */
static char *card(const struct page *p, const json_t *contact, enum vcard_form form, size_t *ret_len) {
    char *text = NULL;
    FILE *to = open_memstream(&text, ret_len);
    json_t *shown = shown_record(contact);

    if (form == VCARD_BRIEF)
        keep_one(p, shown);
    if (to != NULL && shown != NULL)
        vcard_put(to, shown, form);
    json_decref(shown);
    if (to == NULL || fclose(to) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

bool page_vcard(struct page *p) {
    json_t *contact = page_json(p, "", "/api/v1/contacts/%s/%s", p->word[0], p->word[1]);
    size_t len;

    if (contact == NULL)
        return false;
    char *text = card(p, contact, VCARD_WHOLE, &len);
    markup_html(&p->m, text != NULL ? text : "");
    p->m.failed = p->m.failed || text == NULL;
    p->type = "text/vcard; charset=utf-8";
    free(text);
    json_decref(contact);
    return true;
}

void page_qr(struct page *p, const json_t *contact) {
    struct markup code = {.language = p->m.language};
    size_t len = 0;
    char *text = card(p, contact, VCARD_BRIEF, &len);

    markup_html(&p->m, "<div class=\"cards-out\"><a class=\"button\" download href=\"");
    markup_html(&p->m, p->root);
    markup_html(&p->m, "contact/");
    markup_text(&p->m, page_string(contact, "state"));
    markup_html(&p->m, "/");
    markup_text(&p->m, page_string(contact, "id"));
    markup_html(&p->m, "/vcard\">");
    SAY0(&p->m, WORD_CARD_SAVE);
    markup_html(&p->m, "</a>");
    if (text != NULL &&
        qr_svg(&code, (struct bytes){(const uint8_t *)text, len}, page_text(p, WORD_CARD_QR)) == ERR_OK) {
        markup_html(&p->m, "<details><summary>");
        SAY0(&p->m, WORD_CARD_QR);
        markup_html(&p->m, "</summary>");
        page_say(p, "total", WORD_CARD_QR_SAY);
        markup_append(&p->m, &code);
        markup_html(&p->m, "</details>");
    }
    markup_html(&p->m, "</div>");
    free(code.text);
    free(text);
}
