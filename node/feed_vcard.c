#include <stdlib.h>
#include <string.h>

#include "node/feed.h"
#include "node/vcard.h"

/* What a file of address book cards can say of a record. */
static const char *const spoken_for[] = {"organisation", "unit",     "title",    "name",    "name_parts",
                                         "emails",       "phones",   "channels", "keys",    "holder",
                                         "languages",    "timezone", "address",  "country", NULL};

static bool begins(struct bytes line, const char *with) {
    size_t len = strlen(with);
    return line.len >= len && strncasecmp((const char *)line.ptr, with, len) == 0;
}

static bool is_blank(struct bytes line) {
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] != ' ' && line.ptr[i] != '\t')
            return false;
    return true;
}

/* Find the next card, or lines that belong to none, up to the next one: where it begins and ends, and what
 * stands between BEGIN and END.  False at the end of the file. */
static bool cut(struct feed *feed, struct feed_item *ret, struct bytes *ret_inner, bool *ret_card,
                bool *ret_closed) {
    struct bytes line;
    unsigned depth = 0;

    *ret_card = *ret_closed = false;
    for (;;) {
        size_t at = feed->at, number = feed->line;
        if (!feed_line(feed, &line))
            return ret->line > 0;
        bool begin = begins(line, "BEGIN:VCARD"), end = begins(line, "END:VCARD");
        if (ret->line == 0 && is_blank(line))
            continue;
        if (ret->line == 0) {
            ret->line = number;
            ret->raw.ptr = feed->data + at;
            *ret_card = begin;
            *ret_inner = (struct bytes){feed->data + feed->at, 0};
        } else if (!*ret_card && begin) { /* the lines before it are an item of their own */
            feed->at = at;
            feed->line = number;
            return true;
        }
        depth += begin;
        depth -= end && depth > 0;
        ret->raw.len = (size_t)(feed->data + feed->at - ret->raw.ptr);
        if (*ret_card && depth == 0) {
            *ret_closed = true;
            ret_inner->len = (size_t)(feed->data + at - ret_inner->ptr);
            return true;
        }
    }
}

static bool next(struct feed *feed, struct feed_item *ret) {
    struct bytes inner = {0};
    struct vcard card;
    bool is_card, closed;

    if (!cut(feed, ret, &inner, &is_card, &closed))
        return false;
    if (!is_card) {
        snprintf(ret->why.text, sizeof ret->why.text, "no card: a card is from BEGIN:VCARD to END:VCARD");
        return true;
    }
    if (!closed) {
        snprintf(ret->why.text, sizeof ret->why.text, "END:VCARD is missing: add it where the card ends");
        return true;
    }
    if (vcard_read(inner, ret->line + 1, &card, &ret->why)) {
        struct tidy tidy = feed_tidy(feed, ret);
        ret->record = json_object();
        (void)vcard_record(&card, &tidy, ret->record, &ret->key, &ret->why);
    }
    vcard_free(&card);
    return true;
}

/* The reason goes into the card, as a property that is passed over when it comes again. */
static void reject(const struct feed *feed, const struct feed_item *item, const char *why, FILE *to) {
    size_t first = 0;
    (void)feed;
    while (first < item->raw.len && item->raw.ptr[first] != '\n')
        first++;
    if (first < item->raw.len && begins(item->raw, "BEGIN:VCARD")) {
        fwrite(item->raw.ptr, 1, first + 1, to);
        fputs("X-COMITY-REASON:", to);
        feed_put_reason(to, why);
        fputs("\r\n", to);
        first++;
        /* One of an earlier time goes. */
        struct bytes rest = {item->raw.ptr + first, item->raw.len - first}, line;
        if (begins(rest, "X-COMITY-REASON:") && line_cut(&rest, &line))
            first = item->raw.len - rest.len;
    } else {
        first = 0;
    }
    fwrite(item->raw.ptr + first, 1, item->raw.len - first, to);
    if (item->raw.len == 0 || item->raw.ptr[item->raw.len - 1] != '\n')
        fputs("\r\n", to);
}

static json_t *members(const struct feed *feed) {
    return feed_members(feed, spoken_for);
}

static const struct feed_format vcard = {"vcard", "vcf", next, reject, NULL, NULL, members, feed_free};

struct feed *feed_vcard(uint8_t *data, size_t len, const struct import_options *options,
                        struct csverror *ret) {
    return feed_new(&vcard, data, len, options, ret);
}
