#include "node/column.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "node/text.h"

/* clang-format off */
const char *const column_names[] = {
    "state", "id", "kind", "status", "valid_from", "valid_until", "review_by",
    "organisation", "unit", "title", "holder", "name", "latin", "honorific",
    "given", "given2", "surname", "surname2", "prefix", "suffix", "sort_as",
    "email", "email_purpose", "email_shared",
    "phone", "phone_extension", "phone_display", "phone_type", "phone_secure",
    "channel", "channel_kind", "channel_note",
    "key", "key_type", "key_uri", "key_expires",
    "languages", "timezone", "hours", "address", "country", "constituency", "backup",
    "nomination_ref", "nomination_date", "nomination_hash", "nomination_by",
    "primary", "rank", "public", NULL,
};

/* Other spellings, as they come out of column_fold(). */
static const struct { const char *spelt, *name; } aliases[] = {
    {"organization", "organisation"}, {"entity", "organisation"}, {"department", "unit"}, {"position", "title"},
    {"role", "title"}, {"full_name", "name"}, {"e_mail", "email"}, {"mail", "email"}, {"emails", "email"},
    {"email_address", "email"}, {"telephone", "phone"}, {"tel", "phone"}, {"phones", "phone"},
    {"phone_number", "phone"}, {"language", "languages"}, {"time_zone", "timezone"}, {"opening_hours", "hours"},
    {"state_code", "state"}, {"poc_kind", "kind"}, {"channels", "channel"}, {"keys", "key"},
};

/* Lists of records: the word in columns, the field, and what the word alone means. */
static const struct list { const char *word, *field, *main; } lists[] = {
    {"email", "emails", "address"}, {"phone", "phones", "number"},
    {"channel", "channels", "uri"}, {"key", "keys", "fingerprint"},
};

/* Records of one: a prefix in columns, "" for those that stand alone. */
static const struct group { const char *prefix, *field; } groups[] = {
    {"nomination_", "nomination"}, {"", "name_parts"},
};
/* clang-format on */

static const char *const plain[] = {"state",      "id",          "kind",      "status",
                                    "valid_from", "valid_until", "review_by", NULL};

/* Lower case, and _ for what separates words; false if it does not fit or holds other signs. */
static bool fold(const char *name, char ret[static COLUMN_NAME_MAX]) {
    size_t len = 0;
    for (; *name != '\0'; name++) {
        char c = *name == ' ' || *name == '-' || *name == '.' ? '_' : (char)tolower((unsigned char)*name);
        if (c == ':') {
            size_t rest = strlen(name);
            if (len + rest >= COLUMN_NAME_MAX)
                return false;
            memcpy(ret + len, name, rest + 1); /* the case of a language tag stays */
            return true;
        }
        if (len + 1 >= COLUMN_NAME_MAX || !(isalnum((unsigned char)c) || c == '_'))
            return false;
        if (c == '_' && (len == 0 || ret[len - 1] == '_'))
            continue;
        ret[len++] = c;
    }
    ret[len] = '\0';
    return len > 0;
}

/* Where a column leads: a list's item and member, or a group's member, or a field of its own. */
struct target {
    const struct list *list;
    size_t item;
    const struct field *group, *field;
    char tag[LEAF_TAG_MAX + 1];
};

static bool target_list(const char *name, struct target *t) {
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        size_t len = strlen(lists[i].word);
        if (strncmp(name, lists[i].word, len) != 0)
            continue;
        const char *rest = name + len;
        if (*rest == '_' && rest[1] >= '1' && rest[1] <= '9')
            rest++;
        t->item = *rest >= '1' && *rest <= '9' ? (size_t)(*rest++ - '1') : 0;
        const struct field *list = field_find(contact_fields, lists[i].field);
        if (*rest != '\0' && *rest != '_')
            continue;
        t->field = field_find(list->fields, *rest == '\0' ? lists[i].main : rest + 1);
        if (t->field == NULL || t->item >= list->count_max)
            continue;
        t->list = &lists[i];
        return true;
    }
    return false;
}

static bool target_group(const char *name, struct target *t) {
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        size_t len = strlen(groups[i].prefix);
        if (strncmp(name, groups[i].prefix, len) != 0)
            continue;
        t->group = field_find(contact_fields, groups[i].field);
        t->field = field_find(t->group->fields, name + len);
        if (t->field != NULL)
            return true;
        t->group = NULL;
    }
    return false;
}

static bool target_find(const char *name, struct target *t) {
    char base[COLUMN_NAME_MAX];
    const char *colon = strchr(name, ':');
    size_t len = colon != NULL ? (size_t)(colon - name) : strlen(name);

    memset(t, 0, sizeof *t);
    if (len >= sizeof base || (colon != NULL && strlen(colon + 1) > LEAF_TAG_MAX))
        return false;
    memcpy(base, name, len);
    base[len] = '\0';
    if (colon != NULL) {
        memcpy(t->tag, colon + 1, strlen(colon + 1) + 1);
        t->field = field_find(contact_fields, base);
        return t->field != NULL && t->field->type == FIELD_NAMES && tag_valid(bytes_str(t->tag));
    }
    if (target_list(base, t) || target_group(base, t))
        return true;
    t->field = field_find(contact_fields, base);
    return t->field != NULL && (t->field->type != FIELD_RECORDS) &&
           (t->field->type != FIELD_RECORD || strcmp(base, "hours") == 0);
}

static bool is_plain(const char *name) {
    for (size_t i = 0; plain[i] != NULL; i++)
        if (strcmp(plain[i], name) == 0)
            return true;
    return false;
}

/* Replace a spelling at the beginning of the name, up to a digit, a colon or the end. */
static void unalias(char name[static COLUMN_NAME_MAX]) {
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
        size_t len = strlen(aliases[i].spelt), new_len = strlen(aliases[i].name);
        const char *rest = name + len;
        if (strncmp(name, aliases[i].spelt, len) != 0)
            continue;
        if (*rest == '_' && isdigit((unsigned char)rest[1]))
            rest++;
        if ((*rest != '\0' && *rest != ':' && !isdigit((unsigned char)*rest)) ||
            new_len + strlen(rest) >= COLUMN_NAME_MAX)
            continue;
        memmove(name + new_len, rest, strlen(rest) + 1);
        memcpy(name, aliases[i].name, new_len);
        return;
    }
}

bool column_known(const char *name, char ret[static COLUMN_NAME_MAX]) {
    char folded[COLUMN_NAME_MAX];
    struct target target;

    if (!fold(name, folded))
        return false;
    unalias(folded);
    if (!is_plain(folded) && strcmp(folded, "public") != 0 && !target_find(folded, &target))
        return false;
    memcpy(ret, folded, sizeof folded);
    return true;
}

/* Texts as people write them, brought into form. */

/* "mailto:", and the masks of those who fear harvesters; a copy that fits, cut at its limit for the check to
 * refuse. */
static void tidy_email(const char *text, char *to, size_t size) {
    static const char *const masks[] = {"[at]", "(at)", " at ", NULL};
    size_t len = 0;
    if (strncasecmp(text, "mailto:", 7) == 0)
        text += 7;
    while (*text != '\0' && len + 1 < size) {
        size_t skip = 0;
        for (size_t i = 0; masks[i] != NULL && skip == 0; i++)
            if (strncasecmp(text, masks[i], strlen(masks[i])) == 0)
                skip = strlen(masks[i]);
        to[len++] = skip != 0 ? '@' : *text;
        text += skip != 0 ? skip : 1;
    }
    to[len] = '\0';
}

/* Drop what E.164 does not write: spaces, dots, hyphens, brackets, the trunk "(0)"; cut off an extension. */
static void tidy_phone(const char *text, char *to, size_t size, const char **ret_extension) {
    size_t len = 0;
    *ret_extension = NULL;
    for (; *text != '\0' && len + 1 < size; text++) {
        if (strncmp(text, "(0)", 3) == 0 && len > 0) {
            text += 2;
        } else if (strncasecmp(text, "ext", 3) == 0 || *text == 'x' || *text == 'X' || *text == ';') {
            *ret_extension = text + strcspn(text, "0123456789");
            break;
        } else if (strchr(" .-()/", *text) == NULL && strncmp(text, "\xc2\xa0", 2) != 0) {
            to[len++] = *text;
        } else if (*text == '\xc2') {
            text++;
        }
    }
    to[len] = '\0';
}

static bool refuse(struct record_error *ret, const char *column, const char *text, const char *rule) {
    char found[64];
    text_show_to(found, sizeof found, bytes_str(text));
    snprintf(ret->text, sizeof ret->text, "%s: %s: found \"%s\"", column, rule, found);
    return false;
}

static bool word_of(const char *text, const char *const *words) {
    for (; *words != NULL; words++)
        if (strcasecmp(text, *words) == 0)
            return true;
    return false;
}

/* One text as the value of a field that holds one; NULL after writing why. */
static json_t *value_of(const struct field *f, const char *column, const char *text,
                        struct record_error *ret) {
    static const char *const yes[] = {"yes", "true", "1", "y", NULL}, *const no[] = {"no", "false", "0", "n",
                                                                                     NULL};
    char tidied[1024];
    const char *extension;
    size_t len = strlen(text);

    switch (f->type) {
    case FIELD_BOOL:
        if (word_of(text, yes) || word_of(text, no))
            return json_boolean(word_of(text, yes));
        refuse(ret, column, text, "not yes or no: write yes or no");
        return NULL;
    case FIELD_UINT:
        if (len > 0 && len < 10 && strspn(text, "0123456789") == len)
            return json_integer((json_int_t)strtoul(text, NULL, 10));
        refuse(ret, column, text, "not a number: write digits");
        return NULL;
    case FIELD_BIN: /* fingerprints are written in groups, in capitals */
        len = 0;
        for (; *text != '\0' && len + 1 < sizeof tidied; text++)
            if (*text != ' ' && *text != ':')
                tidied[len++] = (char)tolower((unsigned char)*text);
        tidied[len] = '\0';
        return json_string(tidied);
    default:
        break;
    }
    if (f->form == FORM_EMAIL) {
        tidy_email(text, tidied, sizeof tidied);
        return json_string(tidied);
    }
    if (f->form == FORM_PHONE) {
        tidy_phone(text, tidied, sizeof tidied, &extension);
        return json_string(tidied);
    }
    return json_string(text);
}

static json_t *child(json_t *parent, const char *name, bool list) {
    json_t *value = json_object_get(parent, name);
    if (value == NULL) {
        value = list ? json_array() : json_object();
        json_object_set_new(parent, name, value);
    }
    return value;
}

static json_t *item_of(json_t *list, size_t index) {
    while (json_array_size(list) <= index)
        json_array_append_new(list, json_object());
    return json_array_get(list, index);
}

static bool set_item(json_t *record, const struct target *t, size_t index, const char *column,
                     const char *text, struct record_error *ret) {
    json_t *value = value_of(t->field, column, text, ret);
    char number[64];
    const char *extension = NULL;

    if (value == NULL)
        return false;
    json_t *item = item_of(child(record, t->list->field, true), index);
    json_object_set_new(item, t->field->name, value);
    if (t->field->form == FORM_PHONE) {
        tidy_phone(text, number, sizeof number, &extension);
        if (extension != NULL && *extension != '\0')
            json_object_set_new(item, "extension", json_string(extension));
    }
    return true;
}

/* Cut the next piece at any of the separators, without spaces around; false at the end. */
static bool piece_cut(const char **text, const char *separators, char *to, size_t size) {
    while (**text != '\0') {
        size_t len = strcspn(*text, separators);
        const char *from = *text, *end = from + len;
        *text = *end != '\0' ? end + 1 : end;
        while (from < end && isspace((unsigned char)*from))
            from++;
        while (end > from && isspace((unsigned char)end[-1]))
            end--;
        if (from == end)
            continue;
        len = (size_t)(end - from) < size - 1 ? (size_t)(end - from) : size - 1;
        memcpy(to, from, len);
        to[len] = '\0';
        return true;
    }
    return false;
}

/* Several addresses or numbers may stand in one cell. */
static bool set_items(json_t *record, const struct target *t, const char *column, const char *text,
                      struct record_error *ret) {
    char piece[1024];
    size_t index = t->item;
    bool several = t->field->form == FORM_EMAIL || t->field->form == FORM_PHONE;

    if (!several)
        return set_item(record, t, index, column, text, ret);
    while (piece_cut(&text, t->field->form == FORM_EMAIL ? ";,\n|" : ",\n|", piece, sizeof piece))
        if (!set_item(record, t, index++, column, piece, ret))
            return false;
    return true;
}

static void set_list(json_t *record, const char *name, const char *text) {
    char piece[256];
    json_t *list = json_array();
    while (piece_cut(&text, ";, \n|", piece, sizeof piece))
        json_array_append_new(list, json_string(piece));
    json_object_set_new(record, name, list);
}

static bool set_hours(json_t *record, const char *text) {
    static const char *const always[] = {"24/7", "always", "24x7", NULL};
    json_t *hours = json_object();
    if (word_of(text, always))
        json_object_set_new(hours, "always", json_true());
    else
        json_object_set_new(hours, "text", json_string(text));
    json_object_set_new(record, "hours", hours);
    return true;
}

bool column_set(json_t *record, const char *column, const char *text, const char *tag,
                struct record_error *ret) {
    struct target t;
    json_t *value;

    text += strspn(text, " \t\r\n");
    size_t len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    if (len == 0)
        return true;
    char *trimmed = strndup(text, len);
    bool good = true;
    if (trimmed == NULL) {
        good = refuse(ret, column, "", err_text(ERR_MEMORY));
    } else if (strcmp(column, "public") == 0) {
        set_list(record, "public", trimmed);
    } else if (is_plain(column)) {
        json_object_set_new(record, column, json_string(trimmed));
    } else if (!target_find(column, &t)) {
        good = refuse(ret, column, trimmed, "no such column: see docs/records.md");
    } else if (t.list != NULL) {
        good = set_items(record, &t, column, trimmed, ret);
    } else if (t.group != NULL) {
        value = value_of(t.field, column, trimmed, ret);
        good = value != NULL &&
               json_object_set_new(child(record, t.group->name, false), t.field->name, value) == 0;
    } else if (t.field->type == FIELD_NAMES) {
        json_object_set_new(child(record, t.field->name, false), t.tag[0] != '\0' ? t.tag : tag,
                            json_string(trimmed));
    } else if (t.field->type == FIELD_TEXTS) {
        set_list(record, t.field->name, trimmed);
    } else if (t.field->type == FIELD_RECORD) {
        good = set_hours(record, trimmed);
    } else {
        value = value_of(t.field, column, trimmed, ret);
        good = value != NULL && json_object_set_new(record, t.field->name, value) == 0;
    }
    free(trimmed);
    return good;
}

const char *column_member(const char *column) {
    struct target t;
    if (is_plain(column) || !target_find(column, &t))
        return column;
    return t.list != NULL ? t.list->field : t.group != NULL ? t.group->name : t.field->name;
}

void column_done(json_t *record) {
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        json_t *list = json_object_get(record, lists[i].field);
        for (size_t k = json_array_size(list); k-- > 0;)
            if (json_object_size(json_array_get(list, k)) == 0)
                json_array_remove(list, k);
        if (list != NULL && json_array_size(list) == 0)
            json_object_del(record, lists[i].field);
    }
}
