#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/column.h"
#include "node/text.h"
#include "node/vcard.h"
#include "proto/digest.h"

/* One card becoming a record. */
struct taking {
    const struct vcard *card;
    struct tidy tidy;
    json_t *record;
    struct record_error *why;
    bool refused;
};

static bool refuse(struct taking *t, const struct vcard_prop *p, const char *why) {
    if (!t->refused)
        snprintf(t->why->text, sizeof t->why->text, "line %zu: %s: %s", p->line, p->name, why);
    t->refused = true;
    return false;
}

/* Set a column from a property; a refusal names both. */
static bool set(struct taking *t, const struct vcard_prop *p, const char *column, const char *text) {
    struct record_error why = {""};
    const char *language = vcard_param(p, "LANGUAGE", 0);
    struct tidy tidy = t->tidy;
    if (language != NULL && tag_valid(bytes_str(language)))
        tidy.tag = language;
    return column_take(t->record, column, text, &tidy, &why) || refuse(t, p, why.text);
}

static bool set_text(struct taking *t, const struct vcard_prop *p, const char *column) {
    char *text = vcard_text(t->card, p);
    bool good = text != NULL && set(t, p, column, text);
    free(text);
    return good;
}

static void leave_out(struct taking *t, const struct vcard_prop *p, const char *what) {
    tidy_note(&t->tidy, p->name, p->binary || p->cut ? "..." : p->value, what);
}

static void set_member(json_t *item, const char *name, const char *text) {
    if (item != NULL && text != NULL)
        json_object_set_new(item, name, json_string(text));
}

static void set_flag(json_t *item, const char *name, const char *text) {
    if (item != NULL && text != NULL)
        json_object_set_new(item, name, json_boolean(strcmp(text, "yes") == 0));
}

/* Whether a text in this language is there already: of a second one there is no place. */
static bool has(struct taking *t, const struct vcard_prop *p, const char *names) {
    const char *language = vcard_param(p, "LANGUAGE", 0);
    bool tagged = language != NULL && tag_valid(bytes_str(language));
    if (json_object_get(json_object_get(t->record, names), tagged ? language : t->tidy.tag) == NULL)
        return false;
    leave_out(t, p, "a second one in the same language: left out");
    return true;
}

static bool take_email(struct taking *t, const struct vcard_prop *p) {
    char email[TIDY_MAX];
    tidy_email(p->value, email);
    if (t->tidy.notices != NULL && !email_valid(bytes_str(email))) {
        leave_out(t, p, "not an e-mail address (RFC 5321, 6531): left out");
        return true;
    }
    size_t before = column_count(t->record, "emails");
    bool good = set_text(t, p, "email");
    json_t *item = column_newest(t->record, "emails", before);
    set_member(item, "purpose", vcard_param(p, "X-PURPOSE", 0));
    set_flag(item, "shared", vcard_param(p, "X-SHARED", 0));
    return good;
}

static const char *phone_type(const struct vcard_prop *p) {
    static const struct {
        const char *word, *type;
    } types[] = {{"fax", "fax"}, {"text", "sms"}, {"video", "video"}, {"voice", "voice"}};
    const char *own = vcard_param(p, "X-TYPE", 0);
    /* A mobile telephone that takes texts and calls is no fax, and first of all a telephone. */
    bool several = vcard_is(p, "voice") && !vcard_is(p, "fax");
    for (size_t i = 0; own == NULL && i < sizeof types / sizeof types[0]; i++)
        if (vcard_is(p, types[i].word))
            return several ? "voice" : types[i].type;
    return own;
}

static bool take_phone(struct taking *t, const struct vcard_prop *p) {
    size_t before = column_count(t->record, "phones");
    bool good = set_text(t, p, "phone");
    json_t *item = column_newest(t->record, "phones", before);
    set_member(item, "type", phone_type(p));
    set_member(item, "display", vcard_param(p, "X-DISPLAY", 0));
    set_flag(item, "secure", vcard_param(p, "X-SECURE", 0));
    return good;
}

/* Components joined where they say something; malloc'd. */
static char *joined(struct taking *t, const struct vcard_prop *p, const unsigned *order, size_t count,
                    const char *between) {
    size_t room = strlen(p->value) + count * strlen(between) + 1, len = 0;
    char *to = calloc(1, room);
    for (size_t i = 0; to != NULL && i < count; i++) {
        char *one = vcard_component(t->card, p, order[i]);
        char *words = one != NULL ? tidy_words(one, " ") : NULL;
        if (words != NULL && words[0] != '\0' && len + strlen(between) + strlen(words) < room)
            len += (size_t)snprintf(to + len, room - len, "%s%s", len > 0 ? between : "", words);
        free(one);
        free(words);
    }
    return to;
}

static bool take_org(struct taking *t, const struct vcard_prop *p) {
    static const unsigned units[] = {1, 2, 3, 4, 5, 6, 7};
    if (has(t, p, "organisation") || has(t, p, "unit"))
        return true;
    char *name = vcard_component(t->card, p, 0), *unit = joined(t, p, units, 7, ", ");
    bool good = name != NULL && unit != NULL && set(t, p, "organisation", name) && set(t, p, "unit", unit);
    free(name);
    free(unit);
    return good;
}

static bool take_address(struct taking *t, const struct vcard_prop *p) {
    static const unsigned order[] = {0, 1, 2, 3, 4, 5, 6};
    const char *code = vcard_param(p, "CC", 0);
    if (vcard_is(p, "home") && !vcard_is(p, "work")) {
        tidy_note(&t->tidy, "home address", "...",
                  "personal: a directory of offices does not keep it: left out");
        return true;
    }
    char *text = joined(t, p, order, 7, ", "), *country = vcard_component(t->card, p, 6);
    char found[3];
    bool good = text != NULL && country != NULL && (text[0] == '\0' || set(t, p, "address", text));
    if (good && code == NULL && json_object_get(t->record, "country") == NULL && tidy_country(country, found))
        code = found;
    if (good && code != NULL)
        good = set(t, p, "country", code);
    free(text);
    free(country);
    return good;
}

static bool take_zone(struct taking *t, const struct vcard_prop *p) {
    char zone[16];
    if (zone_valid(bytes_str(p->value)) || tidy_zone(p->value, zone))
        return set_text(t, p, "timezone");
    leave_out(t, p, "not a name of the IANA time zone database: left out");
    return true;
}

static bool take_kind(struct taking *t, const struct vcard_prop *p) {
    if (strcasecmp(p->value, "individual") == 0)
        return set(t, p, "holder", "person");
    return set(t, p, "holder", "office");
}

static bool take_url(struct taking *t, const struct vcard_prop *p) {
    char *text = vcard_text(t->card, p);
    bool good = text != NULL && (text[0] == '\0' || column_channel(t->record, "web", text));
    free(text);
    return good || refuse(t, p, "is not UTF-8");
}

/* "xmpp:desk@example.org" is the way xmpp; X-JABBER tells the way by its own name. */
static bool take_im(struct taking *t, const struct vcard_prop *p) {
    char kind[40], *text = vcard_text(t->card, p);
    const char *rest = text;
    size_t scheme = text != NULL ? strcspn(text, ":") : 0;
    const char *service = vcard_param(p, "X-SERVICE-TYPE", 0);

    snprintf(kind, sizeof kind, "%.30s",
             strncmp(p->name, "X-", 2) == 0 ? p->name + 2
             : service != NULL              ? service
                                            : "im");
    if (text != NULL && strcmp(p->name, "IMPP") == 0 && text[scheme] == ':' && scheme > 0 && scheme < 20) {
        snprintf(kind, sizeof kind, "%.*s", (int)scheme, text);
        rest = text + scheme + 1;
    }
    for (char *c = kind; *c != '\0'; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    bool good = text != NULL && (rest[0] == '\0' || column_channel(t->record, kind, rest));
    free(text);
    return good || refuse(t, p, "is not UTF-8");
}

static void add_key(struct taking *t, const char *type, const char *hex) {
    json_t *keys = json_object_get(t->record, "keys");
    if (keys == NULL) {
        keys = json_array();
        json_object_set_new(t->record, "keys", keys);
    }
    json_array_append_new(keys, json_pack("{s:s, s:s}", "type", type, "fingerprint", hex));
}

/* A fingerprint as it is; of a certificate its SHA-256. */
static bool take_key(struct taking *t, const struct vcard_prop *p) {
    static const char scheme[] = "OPENPGP4FPR:";
    uint8_t der[VCARD_VALUE_MAX];
    char hex[2 * DIGEST_LEN + 1], lower[130];
    size_t len;
    bool certificate = vcard_is(p, "X509") || vcard_is(p, "pkix") || vcard_is(p, "SMIME");

    if (strncasecmp(p->value, scheme, sizeof scheme - 1) == 0 && strlen(p->value) < sizeof lower) {
        snprintf(lower, sizeof lower, "%s", p->value + sizeof scheme - 1);
        for (char *c = lower; *c != '\0'; c++)
            *c = *c >= 'A' && *c <= 'F' ? (char)(*c - 'A' + 'a') : *c;
        add_key(t, "openpgp", lower);
        return true;
    }
    if (p->binary && certificate && !p->cut &&
        sodium_base642bin(der, sizeof der, p->value, strlen(p->value), " \t\r\n", &len, NULL,
                          sodium_base64_VARIANT_ORIGINAL) == 0 &&
        len > 0) {
        struct digest d = digest_of((struct bytes){der, len});
        hex_put(hex, d.b, DIGEST_LEN);
        add_key(t, "smime", hex);
        return true;
    }
    leave_out(t, p, "a key without a fingerprint: left out");
    return true;
}

static bool take_personal(struct taking *t, const struct vcard_prop *p) {
    static const struct {
        const char *name, *what;
    } kinds[] = {
        {"PHOTO", "photograph"}, {"BDAY", "birth date"}, {"X-ABDATE", "anniversary"}, {"GENDER", "gender"}};
    const char *what = "family or private life";
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, p->name) == 0)
            what = kinds[i].what;
    if (p->value[0] != '\0')
        tidy_note(&t->tidy, what, "...", "personal: a directory of offices does not keep it: left out");
    return true;
}

static bool take_nothing(struct taking *t, const struct vcard_prop *p) {
    (void)t;
    (void)p;
    return true;
}

static bool take_name(struct taking *t, const struct vcard_prop *p) {
    const char *from = vcard_param(p, "X-FROM", 0);
    if (from != NULL && strcmp(from, "ORG") == 0) /* nobody has a name: our own cards say so */
        return true;
    return has(t, p, "name") || set_text(t, p, "name");
}

static bool take_title(struct taking *t, const struct vcard_prop *p) {
    return has(t, p, "title") || set_text(t, p, "title");
}

static bool take_role(struct taking *t, const struct vcard_prop *p) {
    if (json_object_get(t->record, "title") == NULL)
        return set_text(t, p, "title");
    leave_out(t, p, "beside a title a role has no place: left out");
    return true;
}

static bool take_language(struct taking *t, const struct vcard_prop *p) {
    json_t *list = json_object_get(t->record, "languages");
    char tag[36];
    if (list == NULL) {
        list = json_array();
        json_object_set_new(t->record, "languages", list);
    }
    if (tidy_language(p->value, tag))
        json_array_append_new(list, json_string(t->tidy.notices != NULL ? tag : p->value));
    else
        json_array_append_new(list, json_string(p->value));
    return true;
}

/* N is what its author says the parts of the name are; it is never taken from the whole. */
static bool take_parts(struct taking *t, const struct vcard_prop *p) {
    static const char *const columns[] = {"surname", "given", "given2", "prefix", "suffix", "surname2"};
    bool good = true;
    for (unsigned i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        char *text = vcard_component(t->card, p, i);
        good = text != NULL && set(t, p, columns[i], text) && good;
        free(text);
    }
    const char *sort = vcard_param(p, "SORT-AS", 0);
    return good && (sort == NULL || set(t, p, "sort_as", sort));
}

static const struct {
    const char *name;
    bool (*take)(struct taking *t, const struct vcard_prop *p);
} properties[] = {
    {"FN", take_name},
    {"N", take_parts},
    {"ORG", take_org},
    {"TITLE", take_title},
    {"ROLE", take_role},
    {"EMAIL", take_email},
    {"TEL", take_phone},
    {"ADR", take_address},
    {"TZ", take_zone},
    {"LANG", take_language},
    {"KIND", take_kind},
    {"URL", take_url},
    {"IMPP", take_im},
    {"X-AIM", take_im},
    {"X-ICQ", take_im},
    {"X-JABBER", take_im},
    {"X-MSN", take_im},
    {"X-SKYPE", take_im},
    {"X-YAHOO", take_im},
    {"X-GTALK", take_im},
    {"X-QQ", take_im},
    {"X-SIGNAL", take_im},
    {"X-MATRIX", take_im},
    {"KEY", take_key},
    {"PHOTO", take_personal},
    {"BDAY", take_personal},
    {"ANNIVERSARY", take_personal},
    {"GENDER", take_personal},
    {"X-GENDER", take_personal},
    {"RELATED", take_personal},
    {"X-ANNIVERSARY", take_personal},
    {"X-MS-ANNIVERSARY", take_personal},
    {"X-EVOLUTION-ANNIVERSARY", take_personal},
    {"X-SPOUSE", take_personal},
    {"X-EVOLUTION-SPOUSE", take_personal},
    {"X-ABDATE", take_personal},
    {"X-ABRELATEDNAMES", take_personal},
    {"VERSION", take_nothing},
    {"PRODID", take_nothing},
    {"REV", take_nothing},
    {"UID", take_nothing},
    {"LABEL", take_nothing},
    {"X-ABLABEL", take_nothing},
    {"X-ABADR", take_nothing},
    {"SORT-STRING", take_nothing},
    {"X-COMITY", take_nothing},
    {"X-COMITY-ID", take_nothing},
    {"X-COMITY-REASON", take_nothing},
    {"PROFILE", take_nothing},
    {"CLASS", take_nothing},
    {"CLIENTPIDMAP", take_nothing},
    {"X-PRODID", take_nothing},
    {"MAILER", take_nothing},
    {"X-EVOLUTION-FILE-AS", take_nothing},
    {"X-MS-OL-DEFAULT-POSTAL-ADDRESS", take_nothing},
    {"X-COUCHDB-APPLICATION-ANNOTATIONS", take_nothing},
};

static void take(struct taking *t, const struct vcard_prop *p) {
    t->tidy.line = p->line;
    if (p->foreign && strcmp(p->name, "FN") == 0) {
        (void)refuse(t, p, "is not UTF-8: save the card again, or say --encoding windows-1252");
        return;
    }
    if (p->foreign) {
        tidy_note(&t->tidy, p->name, p->value, "is not UTF-8: left out");
        return;
    }
    for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
        if (strcmp(properties[i].name, p->name) != 0)
            continue;
        (void)properties[i].take(t, p);
        return;
    }
    if (p->value[0] != '\0')
        leave_out(t, p, "has no place in a record: left out");
}

/* PREF=1 to 100 of 4.0; the mark of the others. */
static unsigned rank(const struct vcard_prop *p) {
    const char *pref = vcard_param(p, "PREF", 0);
    unsigned long number = pref != NULL ? strtoul(pref, NULL, 10) : 0;
    if (number >= 1 && number <= 100)
        return (unsigned)number;
    return vcard_is(p, "pref") ? 1 : 101;
}

/* Properties by their rank, and as they stand within one. */
static void take_all(struct taking *t) {
    for (unsigned at = 0; at <= 101;) {
        unsigned next = 102;
        for (size_t i = 0; i < t->card->count; i++) {
            unsigned r = rank(&t->card->prop[i]);
            if (r == at)
                take(t, &t->card->prop[i]);
            else if (r > at && r < next)
                next = r;
        }
        at = next;
    }
}

static const struct vcard_prop *find(const struct vcard *card, const char *name) {
    for (size_t i = 0; i < card->count; i++)
        if (strcmp(card->prop[i].name, name) == 0)
            return &card->prop[i];
    return NULL;
}

/* What our own cards say beside vCard's properties; what it says of a field is all of it. */
static void take_rest(struct taking *t) {
    const struct vcard_prop *p = find(t->card, "X-COMITY"), *id = find(t->card, "X-COMITY-ID");
    char *text = p != NULL ? vcard_text(t->card, p) : NULL;
    json_t *rest = text != NULL ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    free(text);
    if (p != NULL && !json_is_object(rest))
        (void)refuse(t, p, "is not the JSON object that this program writes there: take the line out");
    else if (p != NULL)
        json_object_update(t->record, rest);
    json_decref(rest);
    const char *slash = id != NULL ? strchr(id->value, '/') : NULL;
    if (slash == NULL)
        return;
    json_object_set_new(t->record, "state", json_stringn(id->value, (size_t)(slash - id->value)));
    json_object_set_new(t->record, "id", json_string(slash + 1));
}

/* FN repeats the organisation where nobody has a name; where it is missing, N makes one. */
static void settle_name(struct taking *t, bool own) {
    json_t *names = json_object_get(t->record, "name"), *bodies = json_object_get(t->record, "organisation");
    const struct vcard_prop *parts = find(t->card, "N");
    const char *holder = json_string_value(json_object_get(t->record, "holder"));
    bool office = holder != NULL && strcmp(holder, "office") == 0;

    if (own)
        return;
    if (names != NULL && parts == NULL && json_equal(names, bodies))
        json_object_del(t->record, "name");
    else if (names != NULL && office && bodies == NULL) {
        json_object_set(t->record, "organisation", names);
        json_object_del(t->record, "name");
    }
    if (names == NULL && parts != NULL) {
        static const unsigned order[] = {3, 1, 2, 0, 4};
        char *whole = joined(t, parts, order, 5, " ");
        if (whole != NULL && whole[0] != '\0') {
            tidy_note(&t->tidy, "FN", whole, "the whole name is not there: joined from its parts");
            (void)set(t, parts, "name", whole);
        }
        free(whole);
    }
}

bool vcard_record(const struct vcard *card, const struct tidy *tidy, json_t *record, char **ret_key,
                  struct record_error *why) {
    struct taking t = {.card = card, .tidy = *tidy, .record = record, .why = why};
    const struct vcard_prop *uid = find(card, "UID");
    bool own = find(card, "X-COMITY-ID") != NULL;

    why->text[0] = '\0';
    *ret_key = uid != NULL && uid->value[0] != '\0' ? strdup(uid->value) : NULL;
    if (own) { /* as this program wrote it */
        t.tidy.notices = NULL;
        t.tidy.tag = "und";
    }
    take_all(&t);
    settle_name(&t, own);
    column_finish(record, &t.tidy);
    if (own) {
        json_object_del(record, "holder");
        json_object_del(record, "channels");
        json_object_del(record, "keys");
    }
    take_rest(&t);
    return !t.refused;
}
