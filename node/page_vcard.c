/* A contact for an address book: as a file (RFC 6350), and, shorter, as a QR code for a telephone. */
#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/page_part.h"
#include "node/text.h"

#define LINE_MAX_BYTES 75
#define QR_MAX 900 /* bytes; a code of more is hard to read from a screen */
#define QR_MARGIN 4

/* "NAME:value", folded, with what would end the value escaped. */
static void line(struct markup *m, const char *name, const char *value) {
    char *shown = text_show(bytes_str(value), 0);
    size_t width = strlen(name) + 1;

    if (*value == '\0' || shown == NULL) {
        m->failed = m->failed || shown == NULL;
        free(shown);
        return;
    }
    markup_html(m, name);
    markup_html(m, ":");
    for (const char *c = shown; *c != '\0';) {
        char piece[8] = "";
        size_t len = 0, from = 0;
        if (strchr("\\,;", *c) != NULL)
            piece[len++] = '\\';
        do {
            piece[len++] = c[from++];
        } while (((unsigned char)c[from] & 0xc0) == 0x80 && len < sizeof piece - 1);
        if (width + len > LINE_MAX_BYTES) {
            markup_html(m, "\r\n ");
            width = 1;
        }
        markup_html(m, piece);
        width += len;
        c += from;
    }
    markup_html(m, "\r\n");
    free(shown);
}

static void each(struct markup *m, const char *name, const json_t *list, const char *key, size_t max) {
    json_t *one;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)list, i, one) {
        if (i < max)
            line(m, name, key == NULL ? json_string_value(one) : page_string(one, key));
    }
}

static void vcard(const struct page *p, struct markup *m, const json_t *contact, bool brief) {
    const char *language, *person = page_name(p, json_object_get(contact, "name"), &language);
    const char *organisation = page_name(p, json_object_get(contact, "organisation"), &language);
    const char *id = page_string(contact, "id"), *shown = *person != '\0' ? person : organisation;

    markup_html(m, brief ? "BEGIN:VCARD\r\nVERSION:3.0\r\n" : "BEGIN:VCARD\r\nVERSION:4.0\r\n");
    if (!brief) {
        markup_html(m, *person != '\0' ? "KIND:individual\r\n" : "KIND:org\r\n");
        line(m, "UID", id);
    }
    line(m, "FN", *shown != '\0' ? shown : id);
    if (brief)
        line(m, "N", *shown != '\0' ? shown : id);
    line(m, "ORG", organisation);
    line(m, "TITLE", page_name(p, json_object_get(contact, "title"), &language));
    each(m, brief ? "TEL" : "TEL;VALUE=text", json_object_get(contact, "phones"), "number", brief ? 1 : 8);
    each(m, "EMAIL", json_object_get(contact, "emails"), "address", brief ? 1 : 6);
    if (!brief) {
        each(m, "LANG", json_object_get(contact, "languages"), NULL, 8);
        line(m, "TZ", page_string(contact, "timezone"));
        line(m, "NOTE", page_state_name(p, page_string(contact, "state"), NULL));
    }
    markup_html(m, "END:VCARD\r\n");
}

bool page_vcard(struct page *p) {
    json_t *contact = page_json(p, "", "/api/v1/contacts/%s/%s", p->word[0], p->word[1]);

    if (contact == NULL)
        return false;
    vcard(p, &p->m, contact, false);
    p->type = "text/vcard; charset=utf-8";
    json_decref(contact);
    return true;
}

/* One path of black runs, row by row. */
static void draw(struct page *p, const QRcode *code) {
    char text[64];
    int size = code->width + 2 * QR_MARGIN;

    snprintf(text, sizeof text, "<svg class=\"qr\" viewBox=\"0 0 %d %d\" role=\"img\"", size, size);
    markup_html(&p->m, text);
    markup_attribute(&p->m, "aria-label", page_text(p, WORD_CARD_QR));
    markup_html(&p->m, "><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><path fill=\"#000\" d=\"");
    for (int y = 0; y < code->width; y++)
        for (int x = 0, run; x < code->width; x += run) {
            bool black = code->data[y * code->width + x] & 1;
            for (run = 1; x + run < code->width && (code->data[y * code->width + x + run] & 1) == black;)
                run++;
            snprintf(text, sizeof text, "M%d %dh%dv1h-%dz", x + QR_MARGIN, y + QR_MARGIN, run, run);
            markup_html(&p->m, black ? text : "");
        }
    markup_html(&p->m, "\"/></svg>");
}

void page_qr(struct page *p, const json_t *contact) {
    struct markup m = {.language = p->m.language};
    QRcode *code = NULL;

    markup_html(&p->m, "<div class=\"cards-out\"><a class=\"button\" download href=\"");
    markup_html(&p->m, p->root);
    markup_html(&p->m, "contact/");
    markup_text(&p->m, page_string(contact, "state"));
    markup_html(&p->m, "/");
    markup_text(&p->m, page_string(contact, "id"));
    markup_html(&p->m, "/vcard\">");
    SAY0(&p->m, WORD_CARD_SAVE);
    markup_html(&p->m, "</a>");
    vcard(p, &m, contact, true);
    if (!m.failed && m.len <= QR_MAX)
        code = QRcode_encodeData((int)m.len, (const unsigned char *)m.text, 0, QR_ECLEVEL_M);
    if (code != NULL) {
        markup_html(&p->m, "<details><summary>");
        SAY0(&p->m, WORD_CARD_QR);
        markup_html(&p->m, "</summary>");
        page_say(p, "total", WORD_CARD_QR_SAY);
        draw(p, code);
        markup_html(&p->m, "</details>");
    }
    markup_html(&p->m, "</div>");
    QRcode_free(code);
    free(m.text);
}
