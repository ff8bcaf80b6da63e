#include <stdio.h>
#include <string.h>

#include "node/jscontact.h"

#define OWN "comity.example:"

static const char *text_of(const json_t *object, const char *name) {
    return json_string_value(json_object_get(object, name));
}

static void set_text(json_t *object, const char *name, const char *text) {
    if (text != NULL)
        json_object_set_new(object, name, json_string(text));
}

/* The language that the card itself is in: the first one that names who is reached. */
static const char *main_language(const json_t *contact) {
    static const char *const fields[] = {"organisation", "name", "unit", "title", "address"};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const char *tag;
        json_t *text;
        json_object_foreach(json_object_get(contact, fields[i]), tag, text) return tag;
    }
    return "und";
}

/* The parts of a card that are in a language, for one of them. */
static void set_name(json_t *card, const json_t *contact, const char *tag, bool main) {
    static const char *const kinds[][2] = {{"prefix", "title"},      {"given", "given"},
                                           {"given2", "given2"},     {"surname", "surname"},
                                           {"surname2", "surname2"}, {"suffix", "credential"}};
    const json_t *parts = main ? json_object_get(contact, "name_parts") : NULL;
    const char *full = text_of(json_object_get(contact, "name"), tag);
    json_t *name = json_object(), *components = json_array();

    set_text(name, "full", full);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (text_of(parts, kinds[i][0]) != NULL)
            json_array_append_new(components, json_pack("{s:s, s:s}", "kind", kinds[i][1], "value",
                                                        text_of(parts, kinds[i][0])));
    if (json_array_size(components) > 0)
        json_object_set(name, "components", components);
    if (text_of(parts, "sort_as") != NULL)
        json_object_set_new(name, "sortAs", json_pack("{s:s}", "surname", text_of(parts, "sort_as")));
    if (json_object_size(name) > 0)
        json_object_set(card, "name", name);
    json_decref(components);
    json_decref(name);
}

static void set_organization(json_t *card, const json_t *contact, const char *tag) {
    const char *body = text_of(json_object_get(contact, "organisation"), tag);
    const char *unit = text_of(json_object_get(contact, "unit"), tag);
    json_t *organization = json_object();
    set_text(organization, "name", body);
    if (unit != NULL)
        json_object_set_new(organization, "units", json_pack("[{s:s}]", "name", unit));
    if (json_object_size(organization) > 0)
        json_object_set_new(card, "organizations", json_pack("{s:O}", "o1", organization));
    json_decref(organization);
}

static void set_title(json_t *card, const json_t *contact, const char *tag) {
    const char *title = text_of(json_object_get(contact, "title"), tag);
    if (title != NULL)
        json_object_set_new(card, "titles", json_pack("{s:{s:s}}", "t1", "name", title));
}

static void set_address(json_t *card, const json_t *contact, const char *tag, bool main) {
    json_t *address = json_object();
    set_text(address, "full", text_of(json_object_get(contact, "address"), tag));
    if (main) {
        set_text(address, "countryCode", text_of(contact, "country"));
        set_text(address, "timeZone", text_of(contact, "timezone"));
    }
    if (json_object_size(address) > 0)
        json_object_set_new(card, "addresses", json_pack("{s:O}", "a1", address));
    json_decref(address);
}

static void set_in_language(json_t *card, const json_t *contact, const char *tag, bool main) {
    set_name(card, contact, tag, main);
    set_organization(card, contact, tag);
    set_title(card, contact, tag);
    set_address(card, contact, tag, main);
}

static void set_localizations(json_t *card, const json_t *contact, const char *main) {
    static const char *const fields[] = {"organisation", "name", "unit", "title", "address"};
    json_t *others = json_object();
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const char *tag;
        json_t *text;
        json_object_foreach(json_object_get(contact, fields[i]), tag, text) {
            if (strcmp(tag, main) == 0 || json_object_get(others, tag) != NULL)
                continue;
            json_t *patch = json_object();
            set_in_language(patch, contact, tag, false);
            json_object_set_new(others, tag, patch);
        }
    }
    if (json_object_size(others) > 0)
        json_object_set(card, "localizations", others);
    json_decref(others);
}

/* A list as Id[Object]; each item made by a function. */
static void set_list(json_t *card, const char *name, const json_t *list, char letter,
                     json_t *(*make)(const json_t *item)) {
    json_t *map = json_object(), *item;
    size_t i;
    json_array_foreach(list, i, item) {
        char id[24];
        json_t *value = make(item);
        snprintf(id, sizeof id, "%c%zu", letter, i + 1);
        if (value == NULL)
            continue;
        json_object_set_new(value, "pref", json_integer((json_int_t)i + 1));
        json_object_set_new(map, id, value);
    }
    if (json_object_size(map) > 0)
        json_object_set(card, name, map);
    json_decref(map);
}

static void copy_flag(json_t *to, const char *name, const json_t *flag) {
    if (json_is_boolean(flag))
        json_object_set(to, name, (json_t *)(uintptr_t)flag);
}

static json_t *email_of(const json_t *item) {
    json_t *email = json_object();
    set_text(email, "address", text_of(item, "address"));
    set_text(email, "label", text_of(item, "purpose"));
    copy_flag(email, OWN "shared", json_object_get(item, "shared"));
    return email;
}

static json_t *phone_of(const json_t *item) {
    static const char *const features[][2] = {
        {"voice", "voice"}, {"sms", "text"}, {"fax", "fax"}, {"video", "video"}};
    const char *number = text_of(item, "number"), *extension = text_of(item, "extension");
    const char *type = text_of(item, "type"), *feature = "voice";
    char uri[64];
    json_t *phone = json_object();

    snprintf(uri, sizeof uri, "tel:%s%s%s", number != NULL ? number : "", extension != NULL ? ";ext=" : "",
             extension != NULL ? extension : "");
    set_text(phone, "number", uri);
    set_text(phone, "label", text_of(item, "display"));
    copy_flag(phone, OWN "secure", json_object_get(item, "secure"));
    if (type == NULL)
        return phone;
    for (size_t i = 0; i < sizeof features / sizeof features[0]; i++)
        if (strcmp(features[i][0], type) == 0)
            feature = features[i][1];
    json_object_set_new(phone, "features", json_pack("{s:b}", feature, 1));
    set_text(phone, OWN "type", type);
    return phone;
}

static json_t *language_of(const json_t *item) {
    return json_is_string(item) ? json_pack("{s:O}", "language", item) : NULL;
}

static json_t *service_of(const json_t *item) {
    const char *uri = text_of(item, "uri"), *kind = text_of(item, "kind");
    return uri != NULL ? json_pack("{s:s, s:s}", "uri", uri, "service", kind != NULL ? kind : "web") : NULL;
}

/* Fields that JSContact has no words for, as they are. */
static json_t *rest_of(const json_t *contact) {
    static const char *const fields[] = {"id",          "state",     "kind",   "status",       "valid_from",
                                         "valid_until", "review_by", "holder", "latin",        "honorific",
                                         "channels",    "keys",      "hours",  "constituency", "backup",
                                         "nomination",  "primary",   "rank",   "public"};
    json_t *rest = json_object();
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        json_t *value = json_object_get(contact, fields[i]);
        if (value != NULL && !(json_is_array(value) && json_array_size(value) == 0))
            json_object_set(rest, fields[i], value);
    }
    return rest;
}

json_t *jscontact_card(const json_t *contact) {
    const char *id = text_of(contact, "id"), *main = main_language(contact),
               *holder = text_of(contact, "holder");
    bool person = json_object_size(json_object_get(contact, "name")) > 0;
    char uid[64] = "";
    json_t *card = json_object();

    if (holder != NULL)
        person = strcmp(holder, "person") == 0;
    if (id != NULL && strlen(id) == 2 * CONTACT_ID_LEN)
        snprintf(uid, sizeof uid, "urn:uuid:%.8s-%.4s-%.4s-%.4s-%.12s", id, id + 8, id + 12, id + 16,
                 id + 20);
    set_text(card, "@type", "Card");
    set_text(card, "version", "1.0");
    set_text(card, "uid", uid);
    set_text(card, "kind", person ? "individual" : "org");
    if (strcmp(main, "und") != 0)
        set_text(card, "language", main);
    set_in_language(card, contact, main, true);
    set_list(card, "emails", json_object_get(contact, "emails"), 'e', email_of);
    set_list(card, "phones", json_object_get(contact, "phones"), 'p', phone_of);
    set_list(card, "preferredLanguages", json_object_get(contact, "languages"), 'l', language_of);
    set_list(card, "onlineServices", json_object_get(contact, "channels"), 's', service_of);
    set_localizations(card, contact, main);
    json_object_set_new(card, OWN "contact", rest_of(contact));
    return card;
}
