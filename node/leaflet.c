#include "node/leaflet.h"

#include <stdlib.h>
#include <string.h>

#include "node/markup.h"
#include "node/qr.h"
#include "node/vcard.h"

static const char style[] =
    "@page{margin:15mm}"
    "body{font:11pt/1.35 sans-serif;margin:0 auto;max-width:180mm;padding:5mm;color:#000;background:#fff}"
    "h1{font-size:16pt;margin:0 0 2mm}header{border-bottom:1pt solid #000;margin-bottom:4mm}"
    "article{break-inside:avoid;page-break-inside:avoid;border-bottom:.5pt solid #888;padding:3mm 0;"
    "display:grid;grid-template-columns:1fr 38mm;gap:0 5mm}"
    "h2{font-size:13pt;margin:0}p{margin:0}.id{font-family:monospace;font-size:9pt}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.5mm 4mm;margin:2mm 0 "
    "0}dt{color:#444}dd{margin:0;"
    "overflow-wrap:anywhere}figure{margin:0}svg{width:38mm;height:38mm}";

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

/* Each language of a text, isolated, with its tag for those who speak it aloud. */
static void put_names(struct markup *m, const json_t *names) {
    const char *tag, *between = "";
    json_t *text;
    json_object_foreach((json_t *)(uintptr_t)names, tag, text) {
        markup_html(m, between);
        markup_data(m, strcmp(tag, "und") == 0 ? NULL : tag,
                    json_string_value(text) != NULL ? json_string_value(text) : "");
        between = " &middot; ";
    }
}

static void put_term(struct markup *m, enum word word) {
    markup_html(m, "<dt>");
    SAY0(m, word);
    markup_html(m, "</dt><dd>");
}

static void put_field(struct markup *m, enum word word, const char *text) {
    if (text[0] == '\0')
        return;
    put_term(m, word);
    markup_data(m, NULL, text);
    markup_html(m, "</dd>");
}

static void put_names_field(struct markup *m, enum word word, const json_t *names) {
    if (json_object_size(names) == 0)
        return;
    put_term(m, word);
    put_names(m, names);
    markup_html(m, "</dd>");
}

/* The main member of each item, and what else is said of it. */
static void put_list(struct markup *m, enum word word, const json_t *list, const char *main, const char *more,
                     const char *also) {
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item) {
        const char *text = text_of(item, main), *rest = text_of(item, more), *other = text_of(item, also);
        put_term(m, word);
        markup_data(m, NULL, text[0] != '\0' ? text : other);
        if (rest[0] != '\0') {
            markup_html(m, " (");
            markup_data(m, NULL, rest);
            markup_html(m, ")");
        }
        if (text[0] != '\0' && other[0] != '\0') {
            markup_html(m, " ");
            markup_data(m, NULL, other);
        }
        markup_html(m, "</dd>");
    }
}

static void put_phones(struct markup *m, const json_t *contact) {
    size_t i;
    json_t *phone;
    json_array_foreach(json_object_get(contact, "phones"), i, phone) {
        const char *number = text_of(phone, "number"), *extension = text_of(phone, "extension");
        const char *type = text_of(phone, "type"), *display = text_of(phone, "display");
        put_term(m, strcmp(type, "fax") == 0 ? WORD_PHONE_FAX : WORD_FIELD_PHONE);
        /* Numbers are read from left to right in every language. */
        markup_html(m, "<bdi dir=\"ltr\">");
        markup_text(m, number);
        markup_html(m, "</bdi>");
        if (extension[0] != '\0') {
            markup_html(m, " ");
            SAY(m, WORD_FIELD_EXTENSION, extension);
        }
        if (display[0] != '\0') {
            markup_html(m, " (");
            markup_data(m, NULL, display);
            markup_html(m, ")");
        }
        markup_html(m, "</dd>");
    }
}

static void put_languages(struct markup *m, const json_t *contact) {
    size_t i;
    json_t *tag;
    if (json_array_size(json_object_get(contact, "languages")) == 0)
        return;
    put_term(m, WORD_FIELD_LANGUAGES);
    json_array_foreach(json_object_get(contact, "languages"), i, tag) {
        markup_html(m, i > 0 ? ", " : "");
        markup_text(m, json_string_value(tag) != NULL ? json_string_value(tag) : "");
    }
    markup_html(m, "</dd>");
}

static void put_hours(struct markup *m, const json_t *contact) {
    const json_t *hours = json_object_get(contact, "hours");
    size_t i;
    json_t *span;
    if (json_is_true(json_object_get(hours, "always"))) {
        put_term(m, WORD_FIELD_HOURS);
        SAY0(m, WORD_FIELD_ALWAYS);
        markup_html(m, "</dd>");
    }
    json_array_foreach(json_object_get(hours, "weekly"), i, span) {
        static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
        put_term(m, WORD_FIELD_HOURS);
        for (int day = 0; day < 7; day++)
            if (strcmp(days[day], text_of(span, "day")) == 0)
                SAY0(m, (enum word)(WORD_DAY_MON + day));
        markup_html(m, " ");
        SAY(m, WORD_HOURS_RANGE, text_of(span, "from"), text_of(span, "to"));
        markup_html(m, "</dd>");
    }
    put_field(m, WORD_FIELD_HOURS, text_of(hours, "text"));
}

/* What a telephone takes in: the card in brief; none if even that is too long for a code on paper. */
static void put_code(struct markup *m, const json_t *contact) {
    char *card = NULL;
    size_t len;
    FILE *to = open_memstream(&card, &len);
    struct markup code = {.language = m->language};

    markup_html(m, "<figure>");
    if (to != NULL) {
        vcard_put(to, contact, VCARD_BRIEF);
        fclose(to);
        if (qr_svg(&code, (struct bytes){(uint8_t *)card, len}, "vCard") == ERR_OK)
            markup_append(m, &code);
    }
    markup_html(m, "</figure>");
    free(code.text);
    free(card);
}

static void put_heading(struct markup *m, const json_t *contact) {
    const json_t *names = json_object_get(contact, "name"),
                 *bodies = json_object_get(contact, "organisation");
    char id[48];
    markup_html(m, "<h2>");
    put_names(m, json_object_size(bodies) > 0 ? bodies : names);
    markup_html(m, "</h2>");
    snprintf(id, sizeof id, "%.2s/%.32s", text_of(contact, "state"), text_of(contact, "id"));
    markup_html(m, "<p class=\"id\">");
    markup_text(m, id);
    markup_html(m, " &middot; ");
    markup_text(m, text_of(contact, "kind"));
    markup_html(m, "</p>");
}

static void put_contact(struct markup *m, const json_t *contact) {
    const json_t *bodies = json_object_get(contact, "organisation");
    markup_html(m, "<article><div>");
    put_heading(m, contact);
    markup_html(m, "<dl>");
    put_names_field(m, WORD_FIELD_UNIT, json_object_get(contact, "unit"));
    if (json_object_size(bodies) > 0)
        put_names_field(m, WORD_FIELD_NAME, json_object_get(contact, "name"));
    put_field(m, WORD_FIELD_LATIN, text_of(contact, "latin"));
    put_names_field(m, WORD_FIELD_TITLE, json_object_get(contact, "title"));
    put_list(m, WORD_FIELD_EMAIL, json_object_get(contact, "emails"), "address", "purpose", "");
    put_phones(m, contact);
    put_list(m, WORD_FIELD_CHANNEL, json_object_get(contact, "channels"), "uri", "kind", "note");
    put_list(m, WORD_FIELD_KEY, json_object_get(contact, "keys"), "fingerprint", "type", "uri");
    put_languages(m, contact);
    put_hours(m, contact);
    put_field(m, WORD_FIELD_TIMEZONE, text_of(contact, "timezone"));
    put_names_field(m, WORD_FIELD_ADDRESS, json_object_get(contact, "address"));
    put_names_field(m, WORD_FIELD_CONSTITUENCY, json_object_get(contact, "constituency"));
    put_field(m, WORD_FIELD_REVIEW, text_of(contact, "review_by"));
    markup_html(m, "</dl></div>");
    put_code(m, contact);
    markup_html(m, "</article>\n");
}

static void put_head(struct markup *m, const char *network, const char *made) {
    markup_html(m, "<!DOCTYPE html>\n<html");
    markup_attribute(m, "lang", language_tag(m->language));
    markup_attribute(m, "dir", language_rtl(m->language) ? "rtl" : "ltr");
    markup_html(m, "><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" "
                   "content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>");
    markup_text(m, network);
    markup_html(m, "</title><style>");
    markup_html(m, style);
    markup_html(m, "</style></head>\n<body><header><h1>");
    markup_text(m, network);
    markup_html(m, "</h1><p>");
    markup_text(m, made);
    markup_html(m, "</p></header>\n");
}

/* Hand over what is written so far: a directory is larger than one piece of markup may be. */
static bool flush(struct markup *m, FILE *to) {
    bool good = !m->failed;
    if (good && m->len > 0)
        fwrite(m->text, 1, m->len, to);
    m->len = 0;
    return good;
}

bool leaflet_put(FILE *to, const json_t *contacts, enum language language, const char *network,
                 const char *made) {
    struct markup m = {.language = language};
    bool good = true;
    size_t i;
    json_t *contact;

    put_head(&m, network, made);
    json_array_foreach(contacts, i, contact) {
        put_contact(&m, contact);
        good = flush(&m, to) && good;
    }
    markup_html(&m, "</body></html>\n");
    good = flush(&m, to) && good;
    free(m.text);
    return good;
}
