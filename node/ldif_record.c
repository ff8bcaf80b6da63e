#include <stdlib.h>
#include <string.h>

#include "node/column.h"
#include "node/ldif.h"
#include "node/text.h"

/* Attributes and the columns that they are; "" is passed over, NULL is personal. */
static const struct {
    const char *attribute, *column;
} columns[] = {
    {"cn", "name"},
    {"displayname", ""},
    {"givenname", "given"},
    {"title", "title"},
    {"o", "organisation"},
    {"organizationname", "organisation"},
    {"company", "organisation"},
    {"ou", "unit"},
    {"department", "unit"},
    {"mail", "email"},
    {"rfc822mailbox", "email"},
    {"mozillasecondemail", "email"},
    {"telephonenumber", "phone"},
    {"mobile", "phone"},
    {"facsimiletelephonenumber", "phone"},
    {"fax", "phone"},
    {"preferredlanguage", "languages"},
    {"businesscategory", "kind"},
    {"c", "country"},
    {"co", "country"},
    {"postaladdress", "address"},
    {"dn", ""},
    {"objectclass", ""},
    {"uid", ""},
    {"sn", ""},
    {"surname", ""},
    {"objectguid", ""},
    {"objectsid", ""},
    {"entryuuid", ""},
    {"modifytimestamp", ""},
    {"createtimestamp", ""},
    {"version", ""},
    {"jpegphoto", NULL},
    {"photo", NULL},
    {"thumbnailphoto", NULL},
    {"homepostaladdress", NULL},
    {"homephone", NULL},
    {"carlicense", NULL},
    {"dateofbirth", NULL},
    {"userpassword", NULL},
    {"employeenumber", NULL},
};

struct taking {
    const struct ldif *entry;
    struct tidy tidy;
    json_t *record;
    struct record_error *why;
    bool refused, own;
};

static bool set(struct taking *t, const struct ldif_attribute *a, const char *column, const char *text) {
    struct record_error why = {""};
    struct tidy tidy = t->tidy;
    if (a->tag[0] != '\0')
        tidy.tag = a->tag;
    bool good = column_take(t->record, column, text, &tidy, &why);
    if (!good && !t->refused)
        snprintf(t->why->text, sizeof t->why->text, "line %zu: %s: %s", a->line, a->name, why.text);
    t->refused = t->refused || !good;
    return good;
}

static void take_phone(struct taking *t, const struct ldif_attribute *a) {
    size_t before = column_count(t->record, "phones");
    bool fax = strcmp(a->name, "fax") == 0 || strcmp(a->name, "facsimiletelephonenumber") == 0;
    if (!set(t, a, "phone", a->value) || !fax)
        return;
    json_t *item = column_newest(t->record, "phones", before);
    if (item != NULL && json_object_get(item, "type") == NULL)
        json_object_set_new(item, "type", json_string("fax"));
}

/* Postal lines are separated by $; \24 is a dollar sign, \5C a backslash. */
static void take_address(struct taking *t, const struct ldif_attribute *a) {
    char *text = strdup(a->value);
    size_t to = 0;
    for (size_t i = 0; text != NULL && text[i] != '\0'; i++) {
        bool dollar = strncmp(text + i, "\\24", 3) == 0, slash = strncasecmp(text + i, "\\5c", 3) == 0;
        text[to++] = dollar ? '$' : slash ? '\\' : text[i] == '$' ? '\n' : text[i];
        i += dollar || slash ? 2 : 0;
    }
    if (text != NULL) {
        text[to] = '\0';
        set(t, a, "address", text);
    }
    free(text);
}

/* "https://example.org/ matrix": an address and its label. */
static void take_uri(struct taking *t, const struct ldif_attribute *a) {
    size_t len = strcspn(a->value, " ");
    char uri[512], kind[44];
    snprintf(uri, sizeof uri, "%.*s", (int)(len < sizeof uri ? len : sizeof uri - 1), a->value);
    const char *label = a->value + len + strspn(a->value + len, " ");
    snprintf(kind, sizeof kind, "%.40s", *label != '\0' && strlen(label) <= 40 ? label : "web");
    if (uri[0] != '\0' && len < sizeof uri)
        (void)column_channel(t->record, kind, uri);
}

static void leave_out(struct taking *t, const struct ldif_attribute *a, bool personal) {
    if (personal)
        tidy_note(&t->tidy, a->name, "...", "personal: a directory of offices does not keep it: left out");
    else if (a->value == NULL || a->value[0] != '\0')
        tidy_note(&t->tidy, a->name, a->value != NULL ? a->value : "...",
                  "has no place in a record: left out");
}

static void take(struct taking *t, const struct ldif_attribute *a) {
    t->tidy.line = a->line;
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        if (strcmp(columns[i].attribute, a->name) != 0)
            continue;
        if (columns[i].column == NULL)
            leave_out(t, a, true);
        else if (a->value == NULL && columns[i].column[0] != '\0')
            leave_out(t, a, false);
        else if (strcmp(columns[i].column, "phone") == 0)
            take_phone(t, a);
        else if (strcmp(columns[i].column, "address") == 0)
            take_address(t, a);
        else if (columns[i].column[0] != '\0')
            (void)set(t, a, columns[i].column, a->value);
        return;
    }
    if (strcmp(a->name, "labeleduri") == 0 && a->value != NULL)
        take_uri(t, a);
    else
        leave_out(t, a, false);
}

static const struct ldif_attribute *find(const struct ldif *entry, const char *name) {
    for (size_t i = 0; i < entry->count; i++)
        if (strcmp(entry->attribute[i].name, name) == 0 && entry->attribute[i].value != NULL)
            return &entry->attribute[i];
    return NULL;
}

static bool has_class(const struct ldif *entry, const char *class) {
    for (size_t i = 0; i < entry->count; i++)
        if (strcmp(entry->attribute[i].name, "objectclass") == 0 && entry->attribute[i].value != NULL &&
            strcasecmp(entry->attribute[i].value, class) == 0)
            return true;
    return false;
}

/* Every person has a surname, which repeats the name where nobody knows one; the name of an office repeats
 * that of its organisation. */
static void settle_names(struct taking *t) {
    const struct ldif_attribute *sn = find(t->entry, "sn"), *cn = find(t->entry, "cn");
    json_t *names = json_object_get(t->record, "name"), *bodies = json_object_get(t->record, "organisation");
    if (sn == NULL)
        sn = find(t->entry, "surname");
    if (sn != NULL && (cn == NULL || strcmp(sn->value, cn->value) != 0))
        (void)set(t, sn, "surname", sn->value);
    if (names != NULL && json_equal(names, bodies))
        json_object_del(t->record, "name");
}

/* dn: uid=<id>,c=FR,... of our own export. */
static void take_id(struct taking *t) {
    const struct ldif_attribute *uid = find(t->entry, "uid");
    const char *state = strstr(t->entry->dn, ",c=");
    if (uid == NULL || state == NULL || strlen(uid->value) != 2 * CONTACT_ID_LEN ||
        strspn(uid->value, "0123456789abcdef") != 2 * CONTACT_ID_LEN || strncmp(t->entry->dn, "uid=", 4) != 0)
        return;
    t->own = true;
    t->tidy.notices = NULL;
    json_object_set_new(t->record, "id", json_string(uid->value));
    json_object_set_new(t->record, "state", json_stringn(state + 3, 2));
}

bool ldif_record(const struct ldif *entry, const struct tidy *tidy, json_t *record,
                 struct record_error *why) {
    struct taking t = {.entry = entry, .tidy = *tidy, .record = record, .why = why};
    why->text[0] = '\0';
    take_id(&t);
    for (size_t i = 0; i < entry->count; i++)
        take(&t, &entry->attribute[i]);
    settle_names(&t);
    if (!t.own && has_class(entry, "inetOrgPerson") && json_object_get(record, "name") != NULL)
        json_object_set_new(record, "holder", json_string("person"));
    column_finish(record, &t.tidy);
    return !t.refused;
}
