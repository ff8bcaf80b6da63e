#include <stdlib.h>
#include <string.h>

#include "node/column.h"
#include "node/jscontact.h"
#include "node/text.h"

/* One card becoming a record. */
struct taking {
    const json_t *card;
    struct tidy tidy;
    json_t *record;
    struct record_error *why;
    bool refused, own;
};

bool jscontact_is(const json_t *item) {
    const char *type = json_string_value(json_object_get(item, "@type"));
    return (type != NULL && strcmp(type, "Card") == 0) ||
           (type == NULL && json_is_string(json_object_get(item, "version")) &&
            json_is_string(json_object_get(item, "uid")));
}

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static bool refuse(struct taking *t, const char *where, const char *why) {
    if (!t->refused)
        snprintf(t->why->text, sizeof t->why->text, "%s: %s", where, why);
    t->refused = true;
    return false;
}

static bool set_as(struct taking *t, const char *column, const char *text, const char *tag) {
    struct record_error why = {""};
    struct tidy tidy = t->tidy;
    if (tag != NULL && tag_valid(bytes_str(tag)))
        tidy.tag = tag;
    if (text[0] == '\0')
        return true;
    return column_take(t->record, column, text, &tidy, &why) || refuse(t, column, why.text);
}

static bool set(struct taking *t, const char *column, const char *text) {
    return set_as(t, column, text, NULL);
}

static void copy_text(json_t *item, const char *to, const json_t *from, const char *name) {
    const char *text = text_of(from, name);
    if (item != NULL && text[0] != '\0')
        json_object_set_new(item, to, json_string(text));
}

static void copy_flag(json_t *item, const char *to, const json_t *from, const char *name) {
    const json_t *flag = json_object_get(from, name);
    if (item != NULL && json_is_boolean(flag))
        json_object_set_new(item, to, json_boolean(json_is_true(flag)));
}

/* Values of an Id[Object] map in the order of their pref, and as they stand within one. */
static json_t *by_preference(const json_t *map) {
    json_t *sorted = json_array(), *value;
    const char *id;
    for (json_int_t pref = 1; pref <= 101; pref++) {
        json_object_foreach((json_t *)(uintptr_t)map, id, value) {
            json_int_t own = json_integer_value(json_object_get(value, "pref"));
            if (json_is_object(value) && (own >= 1 && own <= 100 ? own : 101) == pref)
                json_array_append(sorted, value);
        }
    }
    return sorted;
}

static void take_emails(struct taking *t) {
    json_t *list = by_preference(json_object_get(t->card, "emails")), *email;
    size_t i;
    json_array_foreach(list, i, email) {
        size_t before = column_count(t->record, "emails");
        (void)set(t, "email", text_of(email, "address"));
        json_t *item = column_newest(t->record, "emails", before);
        copy_text(item, "purpose", email, "label");
        copy_flag(item, "shared", email, "comity.example:shared");
    }
    json_decref(list);
}

static const char *phone_type(const json_t *features) {
    static const char *const types[][2] = {
        {"fax", "fax"}, {"voice", "voice"}, {"text", "sms"}, {"video", "video"}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (json_is_true(json_object_get(features, types[i][0])))
            return types[i][1];
    return NULL;
}

static void take_phones(struct taking *t) {
    json_t *list = by_preference(json_object_get(t->card, "phones")), *phone;
    size_t i;
    json_array_foreach(list, i, phone) {
        size_t before = column_count(t->record, "phones");
        (void)set(t, "phone", text_of(phone, "number"));
        json_t *item = column_newest(t->record, "phones", before);
        const char *type = phone_type(json_object_get(phone, "features"));
        if (item != NULL && type != NULL)
            json_object_set_new(item, "type", json_string(type));
        copy_text(item, "type", phone, "comity.example:type");
        copy_text(item, "display", phone, "label");
        copy_flag(item, "secure", phone, "comity.example:secure");
    }
    json_decref(list);
}

static void take_organizations(struct taking *t, const json_t *map, const char *tag) {
    const char *id;
    json_t *body, *unit;
    size_t i;
    json_object_foreach((json_t *)(uintptr_t)map, id, body) {
        (void)set_as(t, "organisation", text_of(body, "name"), tag);
        json_array_foreach(json_object_get(body, "units"), i, unit)(void)
            set_as(t, "unit", text_of(unit, "name"), tag);
        return; /* the first: a record has one */
    }
}

static void take_titles(struct taking *t, const json_t *map, const char *tag) {
    const char *id;
    json_t *title;
    json_object_foreach((json_t *)(uintptr_t)map, id, title) {
        (void)set_as(t, "title", text_of(title, "name"), tag);
        return;
    }
}

/* The parts as the card says them; they are never taken from the whole. */
static void take_components(struct taking *t, const json_t *name) {
    static const char *const kinds[][2] = {
        {"given", "given"},  {"given2", "given2"},     {"surname", "surname"},  {"surname2", "surname2"},
        {"title", "prefix"}, {"credential", "suffix"}, {"generation", "suffix"}};
    size_t i;
    json_t *part;
    json_array_foreach(json_object_get(name, "components"), i, part) {
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
            if (strcmp(text_of(part, "kind"), kinds[k][0]) == 0)
                (void)set(t, kinds[k][1], text_of(part, "value"));
    }
    (void)set(t, "sort_as", text_of(json_object_get(name, "sortAs"), "surname"));
}

/* The whole name; if it is not said, its parts in their order. */
static void take_name(struct taking *t, const json_t *name, const char *tag) {
    const char *full = text_of(name, "full");
    size_t i;
    json_t *part;
    if (full[0] != '\0' || t->own) {
        (void)set_as(t, "name", full, tag);
        return;
    }
    json_array_foreach(json_object_get(name, "components"), i, part) {
        if (strcmp(text_of(part, "kind"), "separator") != 0)
            (void)set_as(t, "name", text_of(part, "value"), tag);
    }
}

static void take_languages(struct taking *t) {
    json_t *list = by_preference(json_object_get(t->card, "preferredLanguages")), *language,
           *tags = json_array();
    size_t i;
    json_array_foreach(list, i, language) {
        if (text_of(language, "language")[0] != '\0')
            json_array_append(tags, json_object_get(language, "language"));
    }
    if (json_array_size(tags) > 0)
        json_object_set(t->record, "languages", tags);
    json_decref(tags);
    json_decref(list);
}

static void take_addresses(struct taking *t, const json_t *map, const char *tag) {
    const char *id, *country;
    json_t *address, *part;
    size_t i;
    json_object_foreach((json_t *)(uintptr_t)map, id, address) {
        if (json_is_true(json_object_get(json_object_get(address, "contexts"), "private"))) {
            tidy_note(&t->tidy, "home address", "...",
                      "personal: a directory of offices does not keep it: left out");
            continue;
        }
        (void)set_as(t, "address", text_of(address, "full"), tag);
        json_array_foreach(json_object_get(address, "components"), i, part) {
            if (text_of(address, "full")[0] == '\0' && strcmp(text_of(part, "kind"), "separator") != 0)
                (void)set_as(t, "address", text_of(part, "value"), tag);
        }
        country = text_of(address, "countryCode");
        if (tag == NULL || country[0] != '\0')
            (void)set(t, "country", country);
        if (tag == NULL)
            (void)set(t, "timezone", text_of(address, "timeZone"));
        return;
    }
}

/* Services on the net; links are ways too. */
static void take_channels(struct taking *t) {
    const char *id;
    json_t *service;
    json_object_foreach(json_object_get(t->card, "onlineServices"), id, service) {
        const char *uri = text_of(service, "uri"), *user = text_of(service, "user");
        const char *kind = text_of(service, "service");
        if (uri[0] != '\0' || user[0] != '\0')
            (void)column_channel(t->record, kind[0] != '\0' && strlen(kind) <= 40 ? kind : "im",
                                 uri[0] != '\0' ? uri : user);
    }
    json_object_foreach(json_object_get(t->card, "links"), id, service) {
        if (text_of(service, "uri")[0] != '\0')
            (void)column_channel(t->record, "web", text_of(service, "uri"));
    }
}

/* What is said again in other languages: whole objects, or the one text that differs. */
static void take_localizations(struct taking *t) {
    const char *tag;
    json_t *patch;
    json_object_foreach(json_object_get(t->card, "localizations"), tag, patch) {
        if (!tag_valid(bytes_str(tag)))
            continue;
        take_name(t, json_object_get(patch, "name"), tag);
        (void)set_as(t, "name", text_of(patch, "name/full"), tag);
        take_organizations(t, json_object_get(patch, "organizations"), tag);
        take_titles(t, json_object_get(patch, "titles"), tag);
        take_addresses(t, json_object_get(patch, "addresses"), tag);
    }
}

static void leave_out(struct taking *t) {
    static const char *const personal[] = {"anniversaries", "speakToAs", "personalInfo", "relatedTo", NULL};
    static const char *const read[] = {"@type",
                                       "version",
                                       "uid",
                                       "kind",
                                       "name",
                                       "organizations",
                                       "titles",
                                       "emails",
                                       "phones",
                                       "addresses",
                                       "preferredLanguages",
                                       "language",
                                       "onlineServices",
                                       "links",
                                       "localizations",
                                       "created",
                                       "updated",
                                       "prodId",
                                       "reason",
                                       NULL};
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)t->card, name, value) {
        bool known = strncmp(name, "comity.example:", 15) == 0, private = false;
        for (size_t i = 0; read[i] != NULL; i++)
            known = known || strcmp(read[i], name) == 0;
        for (size_t i = 0; personal[i] != NULL; i++)
        private = private || strcmp(personal[i], name) == 0;
        if (known)
            continue;
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        if (private)
            tidy_note(&t->tidy, name, "...", "personal: a directory of offices does not keep it: left out");
        else
            tidy_note(&t->tidy, name, text != NULL ? text : "", "has no place in a record: left out");
        free(text);
    }
}

bool jscontact_record(const json_t *card, const struct tidy *tidy, json_t *record, char **ret_key,
                      struct record_error *why) {
    const json_t *rest = json_object_get(card, "comity.example:contact");
    struct taking t = {
        .card = card, .tidy = *tidy, .record = record, .why = why, .own = json_is_object(rest)};
    const char *kind = text_of(card, "kind"), *uid = text_of(card, "uid"),
               *language = text_of(card, "language");

    why->text[0] = '\0';
    *ret_key = uid[0] != '\0' ? strdup(uid) : NULL;
    if (t.own) { /* as this program wrote it */
        t.tidy.notices = NULL;
        t.tidy.tag = "und";
    }
    if (tag_valid(bytes_str(language)))
        t.tidy.tag = language;
    take_name(&t, json_object_get(card, "name"), NULL);
    take_components(&t, json_object_get(card, "name"));
    take_organizations(&t, json_object_get(card, "organizations"), NULL);
    take_titles(&t, json_object_get(card, "titles"), NULL);
    take_emails(&t);
    take_phones(&t);
    take_languages(&t);
    take_addresses(&t, json_object_get(card, "addresses"), NULL);
    take_channels(&t);
    take_localizations(&t);
    if (!t.own && kind[0] != '\0')
        (void)set(&t, "holder", strcmp(kind, "individual") == 0 ? "person" : "office");
    leave_out(&t);
    column_finish(record, &t.tidy);
    if (t.own) {
        json_object_del(record, "channels");
        json_object_update(record, (json_t *)(uintptr_t)rest);
    }
    return !t.refused;
}
