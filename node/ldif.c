#include "node/ldif.h"

#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/encoding.h"
#include "node/folded.h"
#include "node/text.h"

struct reading {
    struct folded lines;
    size_t first; /* the line of what is at hand */
    struct ldif *entry;
    struct record_error *why;
};

static bool refuse(const struct reading *r, const char *name, const char *rule) {
    char shown[LDIF_NAME_MAX];
    text_show_to(shown, sizeof shown, bytes_str(name));
    snprintf(r->why->text, sizeof r->why->text, "line %zu: %s: %s", r->first, shown, rule);
    return false;
}

/* A line and those that continue it, each with one space less; NULL without memory. */
static char *logical_line(struct reading *r, size_t *ret_len) {
    struct folded_text text = {.max = LDIF_BYTES_MAX};
    struct bytes line;

    bool good = folded_next(&r->lines, &line) && folded_add(&text, line);
    while (good && text.len > 0 && folded_begins(&r->lines, " ")) {
        (void)folded_next(&r->lines, &line);
        good = folded_add(&text, (struct bytes){line.ptr + 1, line.len - 1});
    }
    if (!good) {
        free(text.text);
        return NULL;
    }
    *ret_len = text.len;
    return text.text;
}

/* "cn;lang-fr;x-more" as its name and the tag; false if it is none. */
static bool set_name(struct ldif_attribute *a, const char *text, size_t len) {
    size_t name = 0;
    while (name < len && text[name] != ';')
        name++;
    if (name == 0 || name >= sizeof a->name)
        return false;
    for (size_t i = 0; i < name; i++) {
        if (!isalnum((unsigned char)text[i]) && text[i] != '-' && text[i] != '.')
            return false;
        a->name[i] = (char)tolower((unsigned char)text[i]);
    }
    for (size_t at = name; at < len;) {
        size_t option = ++at;
        while (at < len && text[at] != ';')
            at++;
        if (at - option > 5 && at - option - 5 < sizeof a->tag && strncasecmp(text + option, "lang-", 5) == 0)
            memcpy(a->tag, text + option + 5, at - option - 5);
    }
    return true;
}

/* What base64 stands for, if it is text; NULL stays NULL. */
static char *from_base64(const char *text, bool *ret_good) {
    size_t max = strlen(text) / 4 * 3 + 4, len = 0;
    uint8_t *bin = malloc(max + 1);
    *ret_good = bin != NULL && sodium_base642bin(bin, max, text, strlen(text), " \t", &len, NULL,
                                                 sodium_base64_VARIANT_ORIGINAL) == 0;
    bool words = *ret_good;
    for (size_t at = 0; words && (at = encoding_foreign(bin, len, at)) < len; at++)
        words = bin[at] < 0x80 && bin[at] != 0;
    if (!words) {
        free(bin);
        return NULL;
    }
    bin[len] = '\0';
    return (char *)bin;
}

static struct ldif_attribute *attribute_add(struct ldif *entry) {
    if (entry->count == entry->room) {
        size_t room = entry->room * 2 + 16;
        struct ldif_attribute *more = realloc(entry->attribute, room * sizeof *more);
        if (more == NULL)
            return NULL;
        entry->attribute = more;
        entry->room = room;
    }
    struct ldif_attribute *a = &entry->attribute[entry->count++];
    memset(a, 0, sizeof *a);
    return a;
}

static bool is_utf8(const char *text) {
    size_t len = strlen(text);
    for (size_t at = 0; (at = encoding_foreign((const uint8_t *)text, len, at)) < len; at++)
        if ((unsigned char)text[at] >= 0x80)
            return false;
    return true;
}

/* "name: value", "name:: base64" */
static bool take(struct reading *r, const char *text) {
    struct ldif_attribute *a = attribute_add(r->entry);
    const char *colon = strchr(text, ':');
    bool good = true;

    if (a == NULL)
        return refuse(r, "entry", err_text(ERR_MEMORY));
    a->line = r->first;
    if (colon == NULL || !set_name(a, text, (size_t)(colon - text)))
        return refuse(r, text, "no attribute of LDIF (RFC 2849): write name: value");
    const char *value = colon + 1;
    bool base64 = *value == ':', url = *value == '<';
    value += base64 || url;
    value += strspn(value, " ");
    if (url)
        return refuse(r, a->name,
                      "points to a file or an address, which is not followed: write the value itself");
    a->value = base64 ? from_base64(value, &good) : strdup(value);
    if (!good)
        return refuse(r, a->name, "is not base64: write it again, or as name: value");
    if (!base64 && a->value != NULL && !is_utf8(a->value))
        return refuse(r, a->name, "is not UTF-8: write it in base64, or say --encoding");
    return true;
}

/* What tells a directory to change, and what it is to do then, is no entry. */
static bool take_special(struct reading *r) {
    struct ldif_attribute *a = &r->entry->attribute[r->entry->count - 1];
    if (strcmp(a->name, "changetype") == 0 || strcmp(a->name, "control") == 0)
        return refuse(
            r, a->name,
            "orders a change of a directory and is no entry: export the entries themselves (ldapsearch -L)");
    if (strcmp(a->name, "dn") != 0)
        return true;
    if (r->entry->dn != NULL)
        return refuse(r, "dn", "stands twice: separate entries by an empty line");
    r->entry->dn = a->value;
    a->value = NULL;
    r->entry->count--;
    if (r->entry->dn == NULL || r->entry->dn[0] == '\0')
        return refuse(r, "dn", "is empty: every entry has a name");
    return true;
}

bool ldif_read(struct bytes text, size_t line, struct ldif *ret, struct record_error *why) {
    struct reading r = {{text.ptr, text.ptr + text.len, line}, line, ret, why};

    *ret = (struct ldif){0};
    if (text.len > LDIF_BYTES_MAX)
        return refuse(&r, "entry", "has more than 4 MiB: take its pictures out");
    if (memchr(text.ptr, '\0', text.len) != NULL)
        return refuse(&r, "entry", "has a NUL byte: take it out");
    while (r.lines.at < r.lines.end) {
        size_t len;
        r.first = r.lines.line;
        char *one = logical_line(&r, &len);
        bool good = one != NULL;
        if (good && len > 0 && one[0] != '#') {
            good = ret->count < LDIF_ATTRIBUTES_MAX
                       ? take(&r, one) && take_special(&r)
                       : refuse(&r, "entry", "has more than 1000 attributes: split it");
        }
        free(one);
        if (!good)
            return false;
    }
    return ret->dn != NULL || refuse(&r, "dn", "is missing: every entry begins with dn: NAME");
}

void ldif_free(struct ldif *entry) {
    for (size_t i = 0; i < entry->count; i++)
        free(entry->attribute[i].value);
    free(entry->attribute);
    free(entry->dn);
    *entry = (struct ldif){0};
}
