#include "node/feed.h"

#include <stdlib.h>
#include <string.h>

#include "node/encoding.h"
#include "node/file.h"
#include "node/folded.h"
#include "node/text.h"

struct feed *feed_new(const struct feed_format *format, uint8_t *data, size_t len,
                      const struct import_options *options, struct csverror *ret) {
    struct feed *feed = calloc(1, sizeof *feed);
    if (feed == NULL) {
        snprintf(ret->text, sizeof ret->text, "%s", err_text(ERR_MEMORY));
        free(data);
        return NULL;
    }
    *feed = (struct feed){
        .format = format, .options = options, .unused = json_array(), .data = data, .len = len, .line = 1};
    return feed;
}

void feed_free(struct feed *feed) {
    json_decref(feed->unused);
    free(feed->data);
    free(feed);
}

bool feed_refuse(struct feed_item *item, const char *rule, const char *found) {
    char shown[80];
    text_show_to(shown, sizeof shown, bytes_str(found));
    snprintf(item->why.text, sizeof item->why.text, "%s: found \"%s\"", rule, shown);
    return false;
}

struct tidy feed_tidy(const struct feed *feed, const struct feed_item *item) {
    const struct import_options *o = feed->options;
    return (struct tidy){
        .tag = o->language != NULL ? o->language : "und",
        .dial = o->dial,
        .dates = o->dates,
        .notices = item->notices,
        .many = true,
    };
}

bool feed_line(struct feed *feed, struct bytes *ret) {
    struct folded lines = {feed->data + feed->at, feed->data + feed->len, feed->line};

    if (!folded_next(&lines, ret))
        return false;
    feed->at = (size_t)(lines.at - feed->data);
    feed->line = lines.line;
    return true;
}

json_t *feed_members(const struct feed *feed, const char *const *names) {
    json_t *list = json_array();

    for (; *names != NULL; names++)
        json_array_append_new(list, json_string(*names));
    if (feed->options->kind != NULL)
        json_array_append_new(list, json_string("kind"));
    return list;
}

void feed_put_reason(FILE *to, const char *why) {
    for (; *why != '\0'; why++)
        fputc((unsigned char)*why < 0x20 ? ' ' : *why, to);
}

/* Which format a file is in. */

typedef struct feed *feed_of(uint8_t *data, size_t len, const struct import_options *options,
                             struct csverror *ret);

static const struct {
    const char *name;
    feed_of *open;
} formats[] = {{"csv", feed_csv},   {"vcard", feed_vcard},    {"ldif", feed_ldif},
               {"json", feed_json}, {"jscontact", feed_json}, {"security.txt", feed_securitytxt}};

static bool line_begins(struct bytes line, const char *with) {
    return line.len >= strlen(with) && strncasecmp((const char *)line.ptr, with, strlen(with)) == 0;
}

/* What has no end of line behind it. */
static bool last_line(struct bytes *rest, struct bytes *line) {
    *line = *rest;
    rest->len = 0;
    return line->len > 0;
}

/* By the first lines: a comment says nothing yet. */
static feed_of *by_look(const uint8_t *data, size_t len) {
    struct bytes rest = {data, len}, line;
    for (unsigned i = 0; i < 64 && (line_cut(&rest, &line) || last_line(&rest, &line)); i++) {
        while (line.len > 0 && (line.ptr[0] == ' ' || line.ptr[0] == '\t')) {
            line.ptr++;
            line.len--;
        }
        if (line.len == 0 || line.ptr[0] == '\r' || line.ptr[0] == '#')
            continue;
        if (line_begins(line, "BEGIN:VCARD"))
            return feed_vcard;
        if (line_begins(line, "dn:") || line_begins(line, "version: 1") || line_begins(line, "version:1"))
            return feed_ldif;
        if (line_begins(line, "-----BEGIN PGP SIGNED") || line_begins(line, "Contact:") ||
            line_begins(line, "Expires:") || line_begins(line, "Canonical:") ||
            line_begins(line, "Encryption:") || line_begins(line, "Preferred-Languages:"))
            return feed_securitytxt;
        return line.ptr[0] == '[' || line.ptr[0] == '{' ? feed_json : feed_csv;
    }
    return feed_csv;
}

static feed_of *format_of(const struct import_options *o, const uint8_t *data, size_t len) {
    for (size_t i = 0; o->format != NULL && i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(formats[i].name, o->format) == 0)
            return formats[i].open;
    return o->format != NULL ? NULL : by_look(data, len);
}

struct feed *feed_open(const struct import_options *options, struct csverror *ret) {
    uint8_t *data = NULL;
    size_t len = 0;
    enum err err = file_read(options->path, CSVFILE_BYTES_MAX, &data, &len);

    if (err != ERR_OK) {
        snprintf(ret->text, sizeof ret->text, "%s%s",
                 err == ERR_TYPE ? "is not a regular file: name the file itself" : err_text(err),
                 err == ERR_SIZE ? ": at most 64 MiB, split it" : "");
        return NULL;
    }
    /* A card's lines may be folded within a character, and its values say what they are. */
    bool lenient = options->encoding == NULL && by_look(data, len) == feed_vcard;
    bool good = encoding_to_utf8(&data, &len, lenient ? "UTF-8" : options->encoding, ret->text);
    feed_of *open = good ? format_of(options, data, len) : NULL;
    if (open != NULL)
        return open(data, len, options, ret);
    if (good)
        snprintf(ret->text, sizeof ret->text,
                 "no such format: csv, vcard, ldif, json, jscontact and security.txt are read");
    free(data);
    return NULL;
}
