#include <stdlib.h>
#include <string.h>

#include "node/column.h"
#include "node/feed.h"
#include "node/text.h"

/* security.txt (RFC 9116): one contact, said in fields. */

#define LINES_MAX 1000
#define LINE_MAX_BYTES 2048

struct taking {
    struct feed *feed;
    struct feed_item *item;
    struct tidy tidy;
    size_t line; /* at hand */
    unsigned contacts, expires;
    char host[256]; /* of Canonical */
};

static bool refuse(struct taking *t, const char *name, const char *rule, const char *found) {
    char shown[80];
    if (t->item->why.text[0] != '\0')
        return false;
    text_show_to(shown, sizeof shown, bytes_str(found));
    snprintf(t->item->why.text, sizeof t->item->why.text, "line %zu: %s: %s: found \"%s\"", t->line, name,
             rule, shown);
    return false;
}

static bool set(struct taking *t, const char *name, const char *column, const char *text) {
    struct record_error why = {""};
    return column_take(t->item->record, column, text, &t->tidy, &why) || refuse(t, name, why.text, text);
}

static bool begins(const char *text, const char *with) {
    return strncasecmp(text, with, strlen(with)) == 0;
}

/* Contacts stand in the order in which they are wanted. */
static bool take_contact(struct taking *t, const char *value) {
    t->contacts++;
    if (begins(value, "mailto:") || (strchr(value, '@') != NULL && strchr(value, '/') == NULL))
        return set(t, "Contact", "email", value);
    if (begins(value, "tel:") || value[0] == '+')
        return set(t, "Contact", "phone", value);
    if (begins(value, "https:"))
        return column_channel(t->item->record, "web", value) || refuse(t, "Contact", "is not UTF-8", value);
    return refuse(t, "Contact", "not mailto:, tel: or https: (RFC 9116, 2.5.3): write it as one of these",
                  value);
}

static bool take_expires(struct taking *t, const char *value) {
    char text[32];
    if (t->expires++ > 0)
        return refuse(t, "Expires", "stands twice (RFC 9116, 2.5.5): keep one", value);
    snprintf(text, sizeof text, "%.31s", value);
    for (char *c = text; *c != '\0'; c++)
        *c = *c == 't' ? 'T' : *c == 'z' ? 'Z' : *c;
    /* "2026-12-31T18:37:07.000Z", "+00:00": fractions and the other way to write Z. */
    char *end = text + strcspn(text, ".");
    if (*end == '.' && end[1 + strspn(end + 1, "0123456789")] == 'Z')
        snprintf(end, 2, "Z");
    size_t len = strlen(text);
    if (len > 6 && strcmp(text + len - 6, "+00:00") == 0)
        snprintf(text + len - 6, 2, "Z");
    uint64_t at;
    if (!time_parse(text, &at))
        return refuse(t, "Expires", "not a time of RFC 3339 in UTC: write 2026-12-31T12:00:00Z", value);
    return set(t, "Expires", "review_by", text);
}

static bool take_encryption(struct taking *t, const char *value) {
    char hex[130];
    static const char scheme[] = "openpgp4fpr:";
    if (begins(value, scheme) && strlen(value) < sizeof hex) {
        snprintf(hex, sizeof hex, "%s", value + sizeof scheme - 1);
        return set(t, "Encryption", "key_type", "openpgp") && set(t, "Encryption", "key", hex);
    }
    if (begins(value, "https:"))
        return column_channel(t->item->record, "encryption key", value) ||
               refuse(t, "Encryption", "is not UTF-8", value);
    tidy_note(&t->tidy, "Encryption", value, "neither a fingerprint nor https: left out");
    return true;
}

static bool take_canonical(struct taking *t, const char *value) {
    if (begins(value, "https://") && t->host[0] == '\0') {
        size_t len = strcspn(value + 8, "/?#:");
        if (len < sizeof t->host)
            snprintf(t->host, sizeof t->host, "%.*s", (int)len, value + 8);
    }
    return true;
}

static bool take_languages(struct taking *t, const char *value) {
    return set(t, "Preferred-Languages", "languages", value);
}

static const struct {
    const char *name;
    bool (*take)(struct taking *t, const char *value);
} fields[] = {{"Contact", take_contact},
              {"Expires", take_expires},
              {"Encryption", take_encryption},
              {"Canonical", take_canonical},
              {"Preferred-Languages", take_languages}};

static bool take(struct taking *t, const char *line) {
    size_t name = strcspn(line, ":");
    const char *value = line[name] == ':' ? line + name + 1 + strspn(line + name + 1, " \t") : "";
    if (line[name] != ':' || name == 0)
        return refuse(t, "line", "not \"Name: value\" (RFC 9116, 2.2): write it so, or # before it", line);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strlen(fields[i].name) == name && strncasecmp(fields[i].name, line, name) == 0)
            return fields[i].take(t, value);
    char shown[48];
    snprintf(shown, sizeof shown, "%.*s", (int)(name < 40 ? name : 40), line);
    tidy_note(&t->tidy, shown, value, "has no place in a record: left out");
    return true;
}

/* A line of a signed file, without what signing put before it; false for those that belong to the signature.
 */
static bool signed_line(char **line, bool *in_signature, bool *in_head) {
    if (begins(*line, "-----BEGIN PGP SIGNED MESSAGE")) {
        *in_head = true;
        return false;
    }
    if (begins(*line, "-----BEGIN PGP SIGNATURE"))
        *in_signature = true;
    if (*in_head && (*line)[0] == '\0')
        *in_head = false;
    if (*in_head || *in_signature)
        return false;
    if (strncmp(*line, "- ", 2) == 0)
        *line += 2;
    return true;
}

static void take_lines(struct taking *t) {
    struct bytes line;
    bool in_signature = false, in_head = false, was_signed = false;
    for (unsigned i = 0; i < LINES_MAX && feed_line(t->feed, &line); i++, t->line++) {
        char buffer[LINE_MAX_BYTES], *text = buffer;
        if (line.len >= sizeof buffer || memchr(line.ptr, '\0', line.len) != NULL) {
            (void)refuse(t, "line", "longer than 2 KiB, or with a NUL byte: take it out", "...");
            continue;
        }
        memcpy(buffer, line.ptr, line.len);
        buffer[line.len] = '\0';
        for (size_t end = line.len; end > 0 && strchr(" \t", buffer[end - 1]) != NULL;)
            buffer[--end] = '\0';
        t->tidy.line = t->line;
        was_signed = was_signed || begins(text, "-----BEGIN PGP SIGNED MESSAGE");
        if (signed_line(&text, &in_signature, &in_head) && text[0] != '\0' && text[0] != '#')
            (void)take(t, text);
    }
    if (was_signed)
        tidy_note(&t->tidy, "signature", "PGP", "was not checked: compare the key with one that you know");
}

static bool next(struct feed *feed, struct feed_item *ret) {
    struct taking t = {.feed = feed, .item = ret, .tidy = feed_tidy(feed, ret), .line = 1};
    if (feed->at > 0 || feed->len == 0)
        return false;
    ret->line = 1;
    ret->raw = (struct bytes){feed->data, feed->len};
    ret->record = json_object();
    take_lines(&t);
    t.line = feed->line > 1 ? feed->line - 1 : 1;
    if (feed->at < feed->len)
        (void)refuse(&t, "file", "more than 1000 lines: it is no security.txt", "...");
    if (t.contacts == 0)
        (void)refuse(&t, "Contact", "is missing (RFC 9116, 2.5.3): add Contact: mailto:...", "");
    if (t.expires == 0)
        (void)refuse(&t, "Expires", "is missing (RFC 9116, 2.5.5): add Expires: 2026-12-31T12:00:00Z", "");
    if (t.host[0] != '\0') {
        tidy_note(&t.tidy, "organisation", t.host,
                  "taken from Canonical: --set organisation=NAME says another");
        ret->key = strdup(t.host);
    }
    bool named = false;
    for (unsigned i = 0; i < feed->options->set_count; i++) {
        named = named || strncmp(feed->options->set[i].column, "organisation", 12) == 0;
        (void)set(&t, "--set", feed->options->set[i].column, feed->options->set[i].field);
    }
    if (!named && t.host[0] != '\0')
        (void)set(&t, "Canonical", "organisation", t.host);
    json_object_set_new(ret->record, "holder", json_string("office"));
    column_finish(ret->record, &t.tidy);
    return true;
}

static void reject(const struct feed *feed, const struct feed_item *item, const char *why, FILE *to) {
    static const char mark[] = "# refused: ";
    struct bytes raw = item->raw, line;
    (void)feed;
    while (raw.len >= sizeof mark && memcmp(raw.ptr, mark, sizeof mark - 1) == 0 && line_cut(&raw, &line))
        continue;
    fputs(mark, to);
    feed_put_reason(to, why);
    fputc('\n', to);
    fwrite(raw.ptr, 1, raw.len, to);
    if (raw.len == 0 || raw.ptr[raw.len - 1] != '\n')
        fputc('\n', to);
}

static json_t *members(const struct feed *feed) {
    static const char *const spoken_for[] = {"organisation", "emails", "phones",    "channels",
                                             "keys",         "holder", "languages", "review_by"};
    json_t *list = json_array();
    (void)feed;
    for (size_t i = 0; i < sizeof spoken_for / sizeof spoken_for[0]; i++)
        json_array_append_new(list, json_string(spoken_for[i]));
    return list;
}

static const struct feed_format securitytxt = {"security.txt", "txt", next,    reject,
                                               NULL,           NULL,  members, feed_free};

struct feed *feed_securitytxt(uint8_t *data, size_t len, const struct import_options *options,
                              struct csverror *ret) {
    return feed_new(&securitytxt, data, len, options, ret);
}
