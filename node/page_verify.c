/* The page that checks a receipt; the checking is done by web/verify.js, in its words. */
#include <stdio.h>

#include "node/page_part.h"
#include "proto/contact.h"

static const struct {
    const char *name;
    enum word word;
} words[] = {
    {"data-no-crypto", WORD_VERIFY_NO_CRYPTO},
    {"data-reading", WORD_VERIFY_READING},
    {"data-good", WORD_VERIFY_GOOD},
    {"data-bad", WORD_VERIFY_BAD},
    {"data-unsure", WORD_VERIFY_UNSURE},
    {"data-form", WORD_VERIFY_STEP_FORM},
    {"data-not-form", WORD_VERIFY_NOT_FORM},
    {"data-notes", WORD_VERIFY_STEP_NOTES},
    {"data-not-notes", WORD_VERIFY_NOT_NOTES},
    {"data-signed", WORD_VERIFY_STEP_SIGNED},
    {"data-not-signed", WORD_VERIFY_NOT_SIGNED},
    {"data-tree", WORD_VERIFY_STEP_TREE},
    {"data-not-tree", WORD_VERIFY_NOT_TREE},
    {"data-part", WORD_VERIFY_STEP_PART},
    {"data-not-part", WORD_VERIFY_NOT_PART},
    {"data-withheld", WORD_VERIFY_WITHHELD},
    {"data-witnessed", WORD_VERIFY_STEP_WITNESSED},
    {"data-known", WORD_VERIFY_STEP_KNOWN},
    {"data-no-log", WORD_VERIFY_NO_LOG},
    {"data-no-ed25519", WORD_VERIFY_NO_ED25519},
    {"data-too-large", WORD_VERIFY_TOO_LARGE},
    {"data-fingerprint", WORD_VERIFY_FINGERPRINT},
    {"data-content", WORD_VERIFY_CONTENT},
};

/* The fields of parts by their keys: "data-field1", ... */
static void field_labels(struct page *p) {
    char name[32];

    for (const struct field *f = contact_fields; f->key != 0; f++) {
        snprintf(name, sizeof name, "data-field%u", (unsigned)f->key);
        markup_attribute(&p->m, name, page_text(p, page_field_word(f->name)));
    }
    markup_attribute(&p->m, "data-field-other", page_text(p, WORD_FIELD_OTHER));
}

bool page_verify(struct page *p) {
    markup_html(&p->m, "<h1>");
    SAY0(&p->m, WORD_VERIFY);
    markup_html(&p->m, "</h1>");
    page_say(p, "lead", WORD_VERIFY_SAY);
    markup_html(&p->m, "<noscript>");
    page_say(p, "notice", WORD_VERIFY_NO_SCRIPT);
    markup_html(&p->m, "</noscript><form id=\"verify\" class=\"drop\" hidden");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        markup_attribute(&p->m, words[i].name, page_text(p, words[i].word));
    field_labels(p);
    markup_html(&p->m, "><label for=\"receipt\">");
    SAY0(&p->m, WORD_VERIFY_CHOOSE);
    markup_html(&p->m, "</label><input id=\"receipt\" type=\"file\" accept=\".tlog-proof,text/plain\"></form>"
                       "<div id=\"verdict\" role=\"status\"></div>");
    page_say(p, "total", WORD_VERIFY_TRUST);
    return true;
}
