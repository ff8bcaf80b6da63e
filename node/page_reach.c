/* How to reach a contact: its channels, in the order in which to try them. */
#include <stdio.h>
#include <string.h>

#include "node/page_part.h"

static const struct {
    const char *type;
    enum word word;
} phones[] = {{"voice", WORD_PHONE_VOICE}, {"sms", WORD_PHONE_SMS},     {"fax", WORD_PHONE_FAX},
              {"sat", WORD_PHONE_SAT},     {"video", WORD_PHONE_VIDEO}, {"", WORD_FIELD_PHONE}};

/* One way to reach the contact: its row, its number in the order, and a place for the copy button. */
static void channel_begin(struct page *p, enum word label, const char *argument, const char *value) {
    markup_html(&p->m, "<li class=\"row\"");
    markup_attribute(&p->m, "data-value", value);
    markup_html(&p->m, "><span class=\"label\">");
    SAY(&p->m, label, argument);
    markup_html(&p->m, "</span><span class=\"value\">");
}

static void channel_end(struct page *p, const json_t *contact, const char *field) {
    page_mark(p, contact, field);
    markup_html(&p->m, "</span></li>");
}

/* A link that a program for it opens, if the value is plainly of its kind. */
static void show_value(struct page *p, const char *scheme, const char *value) {
    bool plain = *scheme != '\0' && *value != '\0' &&
                 value[strspn(value, "0123456789abcdefghijklmnopqrstuvwxyz"
                                     "ABCDEFGHIJKLMNOPQRSTUVWXYZ.@+_-")] == '\0';

    if (plain) {
        markup_html(&p->m, "<a class=\"reach\" href=\"");
        markup_html(&p->m, scheme);
        markup_text(&p->m, value);
        markup_html(&p->m, "\">");
    } else {
        markup_html(&p->m, "<span class=\"reach\">");
    }
    markup_data(&p->m, NULL, value);
    markup_html(&p->m, plain ? "</a>" : "</span>");
}

static void note(struct page *p, enum word word) {
    markup_html(&p->m, " <span class=\"note\">");
    SAY0(&p->m, word);
    markup_html(&p->m, "</span>");
}

static size_t show_emails(struct page *p, const json_t *contact) {
    json_t *email;
    size_t i;

    json_array_foreach(json_object_get(contact, "emails"), i, email) {
        const char *purpose = page_string(email, "purpose"), *address = page_string(email, "address");
        channel_begin(p, *purpose == '\0' ? WORD_FIELD_EMAIL : WORD_FIELD_EMAIL_FOR, purpose, address);
        show_value(p, "mailto:", address);
        if (json_is_true(json_object_get(email, "shared")))
            note(p, WORD_SHARED);
        channel_end(p, contact, "emails");
    }
    return i;
}

static enum word phone_word(const char *type) {
    size_t i = 0;

    while (phones[i].type[0] != '\0' && strcmp(type, phones[i].type) != 0)
        i++;
    return phones[i].word;
}

static size_t show_phones(struct page *p, const json_t *contact) {
    json_t *phone;
    size_t i;

    json_array_foreach(json_object_get(contact, "phones"), i, phone) {
        const char *extension = page_string(phone, "extension"), *display = page_string(phone, "display");
        channel_begin(p, phone_word(page_string(phone, "type")), "", page_string(phone, "number"));
        show_value(p, "tel:", page_string(phone, "number"));
        if (*display != '\0') {
            markup_html(&p->m, " ");
            markup_data(&p->m, NULL, display);
        }
        if (*extension != '\0') {
            markup_html(&p->m, " ");
            SAY(&p->m, WORD_FIELD_EXTENSION, extension);
        }
        if (json_is_true(json_object_get(phone, "secure")))
            note(p, WORD_ENCRYPTED);
        channel_end(p, contact, "phones");
    }
    return i;
}

static size_t show_channels(struct page *p, const json_t *contact) {
    json_t *channel;
    size_t i;

    json_array_foreach(json_object_get(contact, "channels"), i, channel) {
        const char *uri = page_string(channel, "uri"), *says = page_string(channel, "note");
        markup_html(&p->m, "<li class=\"row\"");
        markup_attribute(&p->m, "data-value", *uri == '\0' ? says : uri);
        markup_html(&p->m, "><span class=\"label\">");
        SAY0(&p->m, WORD_FIELD_CHANNEL);
        markup_html(&p->m, " ");
        markup_data(&p->m, NULL, page_string(channel, "kind"));
        markup_html(&p->m, "</span><span class=\"value\">");
        if (*uri != '\0')
            show_value(p, "", uri);
        if (*says != '\0') {
            markup_html(&p->m, "<span class=\"line\">");
            markup_data(&p->m, NULL, says);
            markup_html(&p->m, "</span>");
        }
        channel_end(p, contact, "channels");
    }
    return i;
}

/* In groups of four, as fingerprints are read out. */
static void fingerprint(struct page *p, const char *hex) {
    char group[5];

    markup_html(&p->m, "<code class=\"line fingerprint\" dir=\"ltr\">");
    for (size_t at = 0, len = strlen(hex); at < len; at += 4) {
        snprintf(group, sizeof group, "%.4s", hex + at);
        markup_html(&p->m, at == 0 ? "" : " ");
        markup_text(&p->m, group);
    }
    markup_html(&p->m, "</code>");
}

static void show_keys(struct page *p, const json_t *contact) {
    char shown[PAGE_TIME];
    json_t *key;
    size_t i;

    if (json_array_size(json_object_get(contact, "keys")) == 0)
        return;
    markup_html(&p->m, "<ul class=\"facts channels keyring\">");
    json_array_foreach(json_object_get(contact, "keys"), i, key) {
        const char *expires = page_string(key, "expires");
        channel_begin(p, WORD_FIELD_KEY_FOR, page_string(key, "type"), page_string(key, "fingerprint"));
        fingerprint(p, page_string(key, "fingerprint"));
        markup_data(&p->m, NULL, page_string(key, "uri"));
        if (*expires != '\0') {
            markup_html(&p->m, "<span class=\"line\">");
            SAY(&p->m, WORD_FIELD_KEY_UNTIL, page_time_text(p, shown, expires));
            markup_html(&p->m, "</span>");
        }
        channel_end(p, contact, "keys");
    }
    markup_html(&p->m, "</ul>");
}

static bool part_notice(struct page *p, const json_t *contact) {
    const char *class;
    json_t *state;
    bool withheld = false, gone = false;

    json_object_foreach(json_object_get(contact, "parts"), class, state) {
        const char *text = json_is_string(state) ? json_string_value(state) : "";
        withheld = withheld || strcmp(text, "withheld") == 0;
        gone = gone || strcmp(text, "gone") == 0;
    }
    const char *erased = page_string(contact, "erased");
    if (*erased != '\0') {
        char shown[PAGE_TIME];
        markup_html(&p->m, "<p class=\"notice withheld\">");
        SAY(&p->m, WORD_CONTACT_ERASED, page_time_text(p, shown, erased));
        markup_html(&p->m, "</p>");
    } else if (withheld || gone) {
        page_say(p, "notice withheld", withheld ? WORD_CONTACT_WITHHELD : WORD_CONTACT_GONE);
    }
    return withheld || gone;
}

/* Whom to turn to next, by name if it can be had. */
static void backup(struct page *p, const json_t *contact) {
    const char *id = page_string(contact, "backup"), *code = page_string(contact, "state"), *language;
    unsigned before = p->code;

    if (*id == '\0')
        return;
    json_t *other = page_json(p, "", "/api/v1/contacts/%s/%s", code, id);
    p->code = before; /* that it is not there makes no page missing */
    const json_t *name = json_object_get(other, "organisation");
    markup_html(&p->m, "<p class=\"backup\">");
    SAY0(&p->m, WORD_CONTACT_BACKUP);
    markup_html(&p->m, " ");
    page_link(p, "title", "contact/%s/%s", code, id);
    if (*page_name(p, name, &language) != '\0')
        page_names(p, name, false);
    else
        markup_text(&p->m, id);
    markup_html(&p->m, "</a></p>");
    json_decref(other);
}

void page_channels(struct page *p, const json_t *contact) {
    size_t count = 0;

    markup_html(&p->m, "<ol class=\"facts channels\">");
    count += show_phones(p, contact);
    count += show_emails(p, contact);
    count += show_channels(p, contact);
    markup_html(&p->m, "</ol>");
    show_keys(p, contact);
    if (!part_notice(p, contact) && count == 0)
        page_say(p, "total", WORD_CONTACT_NO_CHANNEL);
}

void page_reach(struct page *p, const json_t *contact) {
    page_section(p, WORD_CONTACT_REACH);
    if (json_object_get(contact, "emails") != NULL || json_object_get(contact, "phones") != NULL)
        page_say(p, "total", WORD_CONTACT_REACH_SAY);
    page_channels(p, contact);
    backup(p, contact);
    markup_html(&p->m, "</section>");
}
