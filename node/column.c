#include "node/column.h"

#include <ctype.h>
#include <string.h>

#include "node/column_target.h"

/* clang-format off */
const char *const column_names[] = {
    "state", "id", "kind", "status", "valid_from", "valid_until", "review_by",
    "organisation", "unit", "title", "holder", "name", "latin", "honorific",
    "given", "given2", "surname", "surname2", "prefix", "suffix", "sort_as",
    "email", "email_purpose", "email_shared",
    "phone", "phone_extension", "phone_display", "phone_type", "phone_secure",
    "channel", "channel_kind", "channel_note",
    "key", "key_type", "key_uri", "key_expires",
    "languages", "timezone", "hours", "hours_always", "hours_weekly", "hours_holidays", "hours_text", "address", "country", "constituency", "backup",
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
const struct column_list column_lists[] = {
    {"email", "emails", "address"}, {"phone", "phones", "number"},
    {"channel", "channels", "uri"}, {"key", "keys", "fingerprint"}, {0},
};

/* Records of one: a prefix in columns, "" for those that stand alone. */
const struct column_group column_groups[] = {
    {"nomination_", "nomination"}, {"hours_", "hours"}, {"", "name_parts"}, {0},
};
/* clang-format on */

const char *const column_plain[] = {"state",      "id",          "kind",      "status",
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

static bool target_list(const char *name, struct column_target *t) {
    for (size_t i = 0; column_lists[i].word != NULL; i++) {
        size_t len = strlen(column_lists[i].word);
        if (strncmp(name, column_lists[i].word, len) != 0)
            continue;
        const char *rest = name + len;
        if (*rest == '_' && rest[1] >= '1' && rest[1] <= '9')
            rest++;
        t->item = *rest >= '1' && *rest <= '9' ? (size_t)(*rest++ - '1') : 0;
        const struct field *list = field_find(contact_fields, column_lists[i].field);
        if (*rest != '\0' && *rest != '_')
            continue;
        t->field = field_find(list->fields, *rest == '\0' ? column_lists[i].main : rest + 1);
        if (t->field == NULL || t->item >= list->count_max)
            continue;
        t->list = &column_lists[i];
        return true;
    }
    return false;
}

static bool target_group(const char *name, struct column_target *t) {
    for (size_t i = 0; column_groups[i].prefix != NULL; i++) {
        size_t len = strlen(column_groups[i].prefix);
        if (strncmp(name, column_groups[i].prefix, len) != 0)
            continue;
        t->group = field_find(contact_fields, column_groups[i].field);
        t->field = field_find(t->group->fields, name + len);
        if (t->field != NULL)
            return true;
        t->group = NULL;
    }
    return false;
}

bool column_target_find(const char *name, struct column_target *t) {
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

bool column_is_plain(const char *name) {
    for (size_t i = 0; column_plain[i] != NULL; i++)
        if (strcmp(column_plain[i], name) == 0)
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
    struct column_target target;

    if (!fold(name, folded))
        return false;
    unalias(folded);
    if (!column_is_plain(folded) && strcmp(folded, "public") != 0 && !column_target_find(folded, &target))
        return false;
    memcpy(ret, folded, sizeof folded);
    return true;
}

const char *column_member(const char *column) {
    struct column_target t;
    if (column_is_plain(column) || !column_target_find(column, &t))
        return column;
    return t.list != NULL ? t.list->field : t.group != NULL ? t.group->name : t.field->name;
}
