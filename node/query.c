#include "node/query.h"

#include <string.h>

static int hex_digit(uint8_t c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decode percent signs and plus signs; no NUL can come out, because clean UTF-8 has none. */
static enum err decode(struct bytes raw, char *to, size_t max) {
    size_t len = 0;

    for (size_t i = 0; i < raw.len; i++) {
        uint8_t c = raw.ptr[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            if (raw.len - i < 3)
                return ERR_SCHEMA;
            int high = hex_digit(raw.ptr[i + 1]), low = hex_digit(raw.ptr[i + 2]);
            if (high < 0 || low < 0)
                return ERR_SCHEMA;
            c = (uint8_t)(high << 4 | low);
            i += 2;
        }
        if (len == max)
            return ERR_SIZE;
        to[len++] = (char)c;
    }
    to[len] = '\0';
    return utf8_clean((struct bytes){(const uint8_t *)to, len}) ? ERR_OK : ERR_UTF8;
}

static bool cut(struct bytes *text, char at, struct bytes *ret) {
    if (text->len == 0)
        return false;
    const uint8_t *found = memchr(text->ptr, at, text->len);
    size_t len = found == NULL ? text->len : (size_t)(found - text->ptr);
    *ret = (struct bytes){text->ptr, len};
    size_t used = found == NULL ? len : len + 1;
    *text = (struct bytes){text->ptr + used, text->len - used};
    return true;
}

static bool listed(const char *allowed, const char *name) {
    struct bytes rest = bytes_str(allowed), word;

    while (cut(&rest, ' ', &word))
        if (bytes_is(word, name))
            return true;
    return false;
}

static enum err read_param(struct query *q, struct bytes text, const char *allowed, char name[static 16]) {
    struct bytes raw_name = {0};

    if (!cut(&text, '=', &raw_name))
        return ERR_OK; /* "a=1&&b=2" */
    enum err err = decode(raw_name, name, 15);
    if (err != ERR_OK)
        return err == ERR_SIZE ? ERR_NAME : err;
    if (!listed(allowed, name))
        return ERR_NAME;
    for (unsigned i = 0; i < q->count; i++)
        if (strcmp(q->param[i].name, name) == 0)
            return ERR_EXISTS;
    if (q->count == QUERY_PARAMS)
        return ERR_ITEMS;
    struct query_param *p = &q->param[q->count++];
    memcpy(p->name, name, sizeof p->name);
    return decode(text, p->value, QUERY_VALUE_MAX);
}

enum err query_parse(const char *raw, const char *allowed, struct query *ret, char ret_name[static 16]) {
    struct query q = {0};
    struct bytes rest = bytes_str(raw), text;

    memset(ret_name, 0, 16);
    while (cut(&rest, '&', &text)) {
        enum err err = read_param(&q, text, allowed, ret_name);
        if (err != ERR_OK)
            return err;
    }
    *ret = q;
    return ERR_OK;
}

const char *query_get(const struct query *query, const char *name) {
    for (unsigned i = 0; i < query->count; i++)
        if (strcmp(query->param[i].name, name) == 0)
            return query->param[i].value;
    return "";
}
