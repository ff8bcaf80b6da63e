#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/ldif.h"

#define LINE_OCTETS 76

/* RFC 2849: a SAFE-STRING is ASCII without NUL, CR and LF, and begins with neither space, colon nor "<"; what
 * ends in a space is not safe from those who trim. */
static bool is_safe(const char *text) {
    if (strchr(" :<", text[0]) != NULL && text[0] != '\0')
        return false;
    for (const char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f)
            return false;
    return text[0] == '\0' || text[strlen(text) - 1] != ' ';
}

static void put_folded(FILE *to, const char *line) {
    size_t len = strlen(line), at = 0, room = LINE_OCTETS;
    while (len - at > room) {
        fwrite(line + at, 1, room, to);
        fputs("\n ", to);
        at += room;
        room = LINE_OCTETS - 1;
    }
    fprintf(to, "%s\n", line + at);
}

/* "name;lang-fr: text", or in base64. */
static void put(FILE *to, const char *name, const char *tag, const char *text) {
    size_t size = strlen(text) * 4 / 3 + strlen(name) + 80;
    char *line = malloc(size);
    if (line == NULL)
        return;
    bool tagged = tag != NULL && strcmp(tag, "und") != 0, safe = is_safe(text);
    int len =
        snprintf(line, size, "%s%s%s:%s ", name, tagged ? ";lang-" : "", tagged ? tag : "", safe ? "" : ":");
    if (safe)
        snprintf(line + len, size - (size_t)len, "%s", text);
    else
        sodium_bin2base64(line + len, size - (size_t)len, (const uint8_t *)text, strlen(text),
                          sodium_base64_VARIANT_ORIGINAL);
    put_folded(to, line);
    free(line);
}

static const char *text_of(const json_t *object, const char *name) {
    return json_string_value(json_object_get(object, name));
}

static void put_names(FILE *to, const char *name, const json_t *names) {
    const char *tag;
    json_t *text;
    json_object_foreach((json_t *)(uintptr_t)names, tag, text) {
        if (json_is_string(text))
            put(to, name, tag, json_string_value(text));
    }
}

/* Every person must have cn and sn: they repeat what there is. */
static void put_person(FILE *to, const json_t *contact) {
    const json_t *names = json_object_get(contact, "name"),
                 *bodies = json_object_get(contact, "organisation");
    const json_t *parts = json_object_get(contact, "name_parts");
    const json_t *who = json_object_size(names) > 0 ? names : bodies;
    const char *surname = text_of(parts, "surname"), *tag;
    json_t *text;

    put_names(to, "cn", who);
    if (surname != NULL) {
        put(to, "sn", NULL, surname);
    } else {
        json_object_foreach((json_t *)(uintptr_t)who, tag, text) {
            put(to, "sn", NULL, json_string_value(text));
            break;
        }
    }
    if (text_of(parts, "given") != NULL)
        put(to, "givenName", NULL, text_of(parts, "given"));
}

static void put_phones(FILE *to, const json_t *contact) {
    char number[64];
    size_t i;
    json_t *phone;
    json_array_foreach(json_object_get(contact, "phones"), i, phone) {
        const char *type = text_of(phone, "type"), *extension = text_of(phone, "extension");
        bool fax = type != NULL && strcmp(type, "fax") == 0,
             mobile = type != NULL && strcmp(type, "sms") == 0;
        snprintf(number, sizeof number, "%s%s%s", text_of(phone, "number"), extension != NULL ? " x" : "",
                 extension != NULL ? extension : "");
        put(to, fax ? "facsimileTelephoneNumber" : mobile ? "mobile" : "telephoneNumber", NULL, number);
    }
}

/* Lines of an address are separated by $, which stands for itself as \24. */
static void put_addresses(FILE *to, const json_t *contact) {
    const char *tag;
    json_t *value;
    json_object_foreach(json_object_get(contact, "address"), tag, value) {
        const char *text = json_string_value(value);
        char *escaped = text != NULL ? malloc(3 * strlen(text) + 1) : NULL;
        size_t len = 0;
        for (; escaped != NULL && *text != '\0'; text++)
            if (*text == '$' || *text == '\\')
                len += (size_t)snprintf(escaped + len, 4, "\\%s", *text == '$' ? "24" : "5C");
            else
                escaped[len++] = *text;
        if (escaped != NULL) {
            escaped[len] = '\0';
            put(to, "postalAddress", tag, escaped);
        }
        free(escaped);
    }
}

static void put_languages(FILE *to, const json_t *contact) {
    char all[512] = "";
    size_t len = 0, i;
    json_t *tag;
    json_array_foreach(json_object_get(contact, "languages"), i, tag) {
        const char *text = json_string_value(tag);
        if (text != NULL && len + strlen(text) + 3 < sizeof all)
            len += (size_t)snprintf(all + len, sizeof all - len, "%s%s", i > 0 ? ", " : "", text);
    }
    if (len > 0)
        put(to, "preferredLanguage", NULL, all);
}

void ldif_put(FILE *to, const json_t *contact, const char *base) {
    const char *id = text_of(contact, "id"), *state = text_of(contact, "state"),
               *kind = text_of(contact, "kind");
    char dn[1024];
    size_t i;
    json_t *item;

    snprintf(dn, sizeof dn, "uid=%s,c=%s%s%s", id != NULL ? id : "", state != NULL ? state : "",
             base != NULL && base[0] != '\0' ? "," : "", base != NULL ? base : "");
    put(to, "dn", NULL, dn);
    fputs("objectClass: top\nobjectClass: person\nobjectClass: organizationalPerson\nobjectClass: "
          "inetOrgPerson\n",
          to);
    put(to, "uid", NULL, id != NULL ? id : "");
    put_person(to, contact);
    put_names(to, "o", json_object_get(contact, "organisation"));
    put_names(to, "ou", json_object_get(contact, "unit"));
    put_names(to, "title", json_object_get(contact, "title"));
    json_array_foreach(json_object_get(contact, "emails"), i, item) {
        if (text_of(item, "address") != NULL)
            put(to, "mail", NULL, text_of(item, "address"));
    }
    put_phones(to, contact);
    put_languages(to, contact);
    put_addresses(to, contact);
    json_array_foreach(json_object_get(contact, "channels"), i, item) {
        char uri[320];
        if (text_of(item, "uri") == NULL)
            continue;
        snprintf(uri, sizeof uri, "%s %s", text_of(item, "uri"),
                 text_of(item, "kind") != NULL ? text_of(item, "kind") : "");
        put(to, "labeledURI", NULL, uri);
    }
    if (kind != NULL)
        put(to, "businessCategory", NULL, kind);
    fputc('\n', to);
}
