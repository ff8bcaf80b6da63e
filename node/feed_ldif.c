#include <stdlib.h>
#include <string.h>

#include "node/feed.h"
#include "node/ldif.h"

static const char *const spoken_for[] = {"organisation", "unit",    "title",   "name",
                                         "name_parts",   "emails",  "phones",  "channels",
                                         "languages",    "address", "country", NULL};

/* Find the next entry: lines up to an empty one, of which at least one is no comment.  "version: 1" begins
 * the first file and says nothing else. */
static bool cut(struct feed *feed, struct feed_item *ret) {
    struct bytes line;
    bool said = false;
    for (;;) {
        size_t at = feed->at, number = feed->line;
        if (!feed_line(feed, &line))
            return said;
        bool version = line.len >= 8 && strncasecmp((const char *)line.ptr, "version:", 8) == 0;
        if (line.len == 0 || (version && !said)) {
            if (said)
                return true;
            ret->raw.len = 0;
            continue;
        }
        if (ret->raw.len == 0) {
            ret->raw.ptr = feed->data + at;
            ret->line = number;
        }
        said = said || (line.ptr[0] != '#' && line.ptr[0] != ' ');
        ret->raw.len = (size_t)(feed->data + feed->at - ret->raw.ptr);
    }
}

static bool next(struct feed *feed, struct feed_item *ret) {
    struct ldif entry;
    if (!cut(feed, ret))
        return false;
    if (ldif_read(ret->raw, ret->line, &entry, &ret->why)) {
        struct tidy tidy = feed_tidy(feed, ret);
        ret->key = strdup(entry.dn);
        ret->record = json_object();
        (void)ldif_record(&entry, &tidy, ret->record, &ret->why);
    }
    ldif_free(&entry);
    return true;
}

/* The reason as a comment before the entry; one of an earlier time is left out. */
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
    fputs(raw.len > 0 && raw.ptr[raw.len - 1] == '\n' ? "\n" : "\n\n", to);
}

static void reject_begin(const struct feed *feed, FILE *to) {
    (void)feed;
    fputs("version: 1\n\n", to);
}

static json_t *members(const struct feed *feed) {
    return feed_members(feed, spoken_for);
}

static const struct feed_format ldif = {"ldif", "ldif", next, reject, reject_begin, NULL, members, feed_free};

struct feed *feed_ldif(uint8_t *data, size_t len, const struct import_options *options,
                       struct csverror *ret) {
    return feed_new(&ldif, data, len, options, ret);
}
