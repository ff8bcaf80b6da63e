#include <stdlib.h>
#include <string.h>

#include "node/vcard.h"

#define LINE_OCTETS 75 /* RFC 6350, 3.2 */
#define BRIEF_ITEMS 2  /* addresses and numbers that a QR code has room for */

/* A content line being built. */
struct line {
    char *text;
    size_t len;
    FILE *to;
};

static bool line_begin(struct line *l, const char *name) {
    l->to = open_memstream(&l->text, &l->len);
    if (l->to != NULL)
        fputs(name, l->to);
    return l->to != NULL;
}

/* Lines of at most 75 octets, cut between characters; a folded one begins with a space. */
static void line_end(struct line *l, FILE *to) {
    size_t at = 0, room = LINE_OCTETS;
    fclose(l->to);
    while (l->len - at > room) {
        size_t cut = at + room;
        while (cut > at + 1 && ((unsigned char)l->text[cut] & 0xc0) == 0x80)
            cut--;
        fwrite(l->text + at, 1, cut - at, to);
        fputs("\r\n ", to);
        at = cut;
        room = LINE_OCTETS - 1;
    }
    fwrite(l->text + at, 1, l->len - at, to);
    fputs("\r\n", to);
    free(l->text);
}

/* A text as a value or a component: what separates is escaped, line ends are \n. */
static void put_text(struct line *l, const char *text) {
    for (; *text != '\0'; text++) {
        if (strchr("\\,;", *text) != NULL)
            fputc('\\', l->to);
        if (*text == '\n')
            fputs("\\n", l->to);
        else if ((unsigned char)*text >= 0x20)
            fputc(*text, l->to);
    }
}

/* ;NAME="value", with what cannot stand in quotation marks as RFC 6868 writes it. */
static void put_param(struct line *l, const char *name, const char *value) {
    if (value == NULL || value[0] == '\0')
        return;
    fprintf(l->to, ";%s=\"", name);
    for (; *value != '\0'; value++) {
        if (*value == '"')
            fputs("^'", l->to);
        else if (*value == '^')
            fputs("^^", l->to);
        else if (*value == '\n')
            fputs("^n", l->to);
        else if ((unsigned char)*value >= 0x20)
            fputc(*value, l->to);
    }
    fputc('"', l->to);
}

static void put_language(struct line *l, const char *tag, bool several) {
    if (several)
        fputs(";ALTID=1", l->to);
    if (strcmp(tag, "und") != 0)
        fprintf(l->to, ";LANGUAGE=%s", tag);
}

static const char *text_of(const json_t *object, const char *name) {
    return json_string_value(json_object_get(object, name));
}

static void put_line(FILE *to, const char *name, const char *text) {
    struct line l;
    if (text == NULL || !line_begin(&l, name))
        return;
    fputc(':', l.to);
    put_text(&l, text);
    line_end(&l, to);
}

/* A text in each of its languages. */
static void put_names(FILE *to, const char *name, const json_t *names, bool brief) {
    const char *tag;
    json_t *text;
    json_object_foreach((json_t *)(uintptr_t)names, tag, text) {
        struct line l;
        if (!json_is_string(text) || !line_begin(&l, name))
            continue;
        if (!brief)
            put_language(&l, tag, json_object_size(names) > 1);
        fputc(':', l.to);
        put_text(&l, json_string_value(text));
        line_end(&l, to);
        if (brief)
            break;
    }
}

/* Who is reached: a name, or where nobody has one the body, which is marked. */
static void put_full_name(FILE *to, const json_t *contact, bool brief) {
    const json_t *names = json_object_get(contact, "name");
    if (json_object_size(names) > 0)
        put_names(to, "FN", names, brief);
    else
        put_names(to, brief ? "FN" : "FN;X-FROM=ORG", json_object_get(contact, "organisation"), brief);
}

/* Version 3.0 wants N: the whole name, which nobody takes apart, stands as the family's. */
static void put_name_as_whole(FILE *to, const json_t *contact) {
    const json_t *names = json_object_get(contact, "name");
    put_names(to, "N", json_object_size(names) > 0 ? names : json_object_get(contact, "organisation"), true);
}

static void put_parts(FILE *to, const json_t *contact, bool brief) {
    static const char *const parts[] = {"surname", "given", "given2", "prefix", "suffix", "surname2"};
    const json_t *given = json_object_get(contact, "name_parts");
    struct line l;
    if (brief && json_object_size(given) == 0) {
        put_name_as_whole(to, contact);
        return;
    }
    if (json_object_size(given) == 0 || !line_begin(&l, "N"))
        return;
    if (!brief)
        put_param(&l, "SORT-AS", text_of(given, "sort_as"));
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const char *text = text_of(given, parts[i]);
        fputc(i == 0 ? ':' : ';', l.to);
        put_text(&l, text != NULL ? text : "");
    }
    line_end(&l, to);
}

/* The body and its unit, language by language. */
static void put_org(FILE *to, const json_t *contact, bool brief) {
    const json_t *bodies = json_object_get(contact, "organisation"),
                 *units = json_object_get(contact, "unit");
    json_t *tags = json_object();
    const char *tag;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)bodies, tag, value) json_object_set_new(tags, tag, json_true());
    json_object_foreach((json_t *)(uintptr_t)units, tag, value) json_object_set_new(tags, tag, json_true());
    json_object_foreach(tags, tag, value) {
        const char *body = text_of(bodies, tag), *unit = text_of(units, tag);
        struct line l;
        if (!line_begin(&l, "ORG"))
            break;
        if (!brief)
            put_language(&l, tag, json_object_size(tags) > 1);
        fputc(':', l.to);
        put_text(&l, body != NULL ? body : "");
        if (unit != NULL) {
            fputc(';', l.to);
            put_text(&l, unit);
        }
        line_end(&l, to);
        if (brief)
            break;
    }
    json_decref(tags);
}

static void put_flag(struct line *l, const char *name, const json_t *flag) {
    if (json_is_boolean(flag))
        put_param(l, name, json_is_true(flag) ? "yes" : "no");
}

static void put_emails(FILE *to, const json_t *contact, bool brief) {
    size_t i;
    json_t *email;
    json_array_foreach(json_object_get(contact, "emails"), i, email) {
        struct line l;
        if ((brief && i >= BRIEF_ITEMS) || !line_begin(&l, "EMAIL"))
            break;
        if (!brief) {
            fprintf(l.to, ";PREF=%zu", i + 1);
            put_param(&l, "X-PURPOSE", text_of(email, "purpose"));
            put_flag(&l, "X-SHARED", json_object_get(email, "shared"));
        }
        fputc(':', l.to);
        put_text(&l, text_of(email, "address") != NULL ? text_of(email, "address") : "");
        line_end(&l, to);
    }
}

/* Types of vCard where it has them; "sat" is a voice by satellite. */
static void put_phone_type(struct line *l, const char *type) {
    static const char *const types[][2] = {
        {"voice", "voice"}, {"sms", "text"}, {"fax", "fax"}, {"video", "video"}};
    const char *known = "voice";
    bool same = false;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i][0], type) == 0) {
            known = types[i][1];
            same = true;
        }
    fprintf(l->to, ";TYPE=%s", known);
    if (!same)
        put_param(l, "X-TYPE", type);
}

static void put_phones(FILE *to, const json_t *contact, bool brief) {
    size_t i;
    json_t *phone;
    json_array_foreach(json_object_get(contact, "phones"), i, phone) {
        const char *number = text_of(phone, "number"), *extension = text_of(phone, "extension");
        const char *type = text_of(phone, "type");
        struct line l;
        if (number == NULL || (brief && i >= BRIEF_ITEMS) || !line_begin(&l, brief ? "TEL" : "TEL;VALUE=uri"))
            break;
        if (type != NULL && !brief)
            put_phone_type(&l, type);
        if (!brief) {
            fprintf(l.to, ";PREF=%zu", i + 1);
            put_param(&l, "X-DISPLAY", text_of(phone, "display"));
            put_flag(&l, "X-SECURE", json_object_get(phone, "secure"));
        }
        fprintf(l.to, ":%s%s%s%s", brief ? "" : "tel:", number, extension != NULL ? ";ext=" : "",
                extension != NULL ? extension : "");
        line_end(&l, to);
    }
}

static void put_languages(FILE *to, const json_t *contact) {
    size_t i;
    json_t *tag;
    json_array_foreach(json_object_get(contact, "languages"), i, tag) {
        struct line l;
        if (!json_is_string(tag) || !line_begin(&l, "LANG"))
            continue;
        fprintf(l.to, ";PREF=%zu:", i + 1);
        put_text(&l, json_string_value(tag));
        line_end(&l, to);
    }
}

/* One line of an address is a street here: who takes it apart would guess. */
static void put_addresses(FILE *to, const json_t *contact) {
    const json_t *names = json_object_get(contact, "address");
    const char *code = text_of(contact, "country"), *tag;
    json_t *text;
    struct line l;
    if (json_object_size(names) == 0 && code != NULL && line_begin(&l, "ADR")) {
        put_param(&l, "CC", code);
        fputs(":;;;;;;", l.to);
        line_end(&l, to);
    }
    json_object_foreach((json_t *)(uintptr_t)names, tag, text) {
        if (!json_is_string(text) || !line_begin(&l, "ADR"))
            continue;
        put_language(&l, tag, json_object_size(names) > 1);
        put_param(&l, "CC", code);
        fputs(":;;", l.to);
        put_text(&l, json_string_value(text));
        fputs(";;;;", l.to);
        line_end(&l, to);
    }
}

/* What other programs can use of ways and keys; all of it stands in X-COMITY. */
static void put_ways(FILE *to, const json_t *contact) {
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(contact, "channels"), i, item)
        put_line(to, "URL", text_of(item, "uri"));
    json_array_foreach(json_object_get(contact, "keys"), i, item) {
        const char *type = text_of(item, "type"), *hex = text_of(item, "fingerprint");
        struct line l;
        if (type == NULL || hex == NULL || strcmp(type, "openpgp") != 0 ||
            !line_begin(&l, "KEY;VALUE=uri:OPENPGP4FPR:"))
            continue;
        for (; *hex != '\0'; hex++)
            fputc(*hex >= 'a' && *hex <= 'f' ? *hex - 'a' + 'A' : *hex, l.to);
        line_end(&l, to);
    }
}

/* Fields that vCard has no property for, as they are in JSON. */
static void put_rest(FILE *to, const json_t *contact) {
    static const char *const fields[] = {"kind",   "status",       "valid_from", "valid_until", "review_by",
                                         "holder", "latin",        "honorific",  "channels",    "keys",
                                         "hours",  "constituency", "backup",     "nomination",  "primary",
                                         "rank",   "public"};
    json_t *rest = json_object(), *value;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        value = json_object_get(contact, fields[i]);
        if (value != NULL && !(json_is_array(value) && json_array_size(value) == 0))
            json_object_set(rest, fields[i], value);
    }
    char *text = json_dumps(rest, JSON_COMPACT);
    put_line(to, "X-COMITY", text);
    free(text);
    json_decref(rest);
}

static void put_ids(FILE *to, const json_t *contact) {
    const char *id = text_of(contact, "id"), *state = text_of(contact, "state");
    if (id == NULL || strlen(id) != 2 * CONTACT_ID_LEN)
        return;
    fprintf(to, "UID:urn:uuid:%.8s-%.4s-%.4s-%.4s-%.12s\r\n", id, id + 8, id + 12, id + 16, id + 20);
    if (state != NULL)
        fprintf(to, "X-COMITY-ID:%.2s/%.32s\r\n", state, id);
}

void vcard_put(FILE *to, const json_t *contact, enum vcard_form form) {
    const char *holder = text_of(contact, "holder");
    bool brief = form == VCARD_BRIEF, person = json_object_size(json_object_get(contact, "name")) > 0;
    if (holder != NULL)
        person = strcmp(holder, "person") == 0;

    fprintf(to, "BEGIN:VCARD\r\nVERSION:%s\r\n", brief ? "3.0" : "4.0");
    if (!brief)
        fprintf(to, "KIND:%s\r\n", person ? "individual" : "org");
    put_full_name(to, contact, brief);
    put_parts(to, contact, brief);
    put_org(to, contact, brief);
    put_names(to, "TITLE", json_object_get(contact, "title"), brief);
    put_emails(to, contact, brief);
    put_phones(to, contact, brief);
    if (!brief) {
        put_languages(to, contact);
        put_line(to, "TZ", text_of(contact, "timezone"));
        put_addresses(to, contact);
        put_ways(to, contact);
        put_ids(to, contact);
        put_rest(to, contact);
    }
    fputs("END:VCARD\r\n", to);
}
