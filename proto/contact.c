#include "proto/contact.h"

#include <string.h>

#include "proto/reader.h"

/* The deepest record within a payload: hours, weekly, its items. */
#define NESTING_MAX 3
#define TIME_MAX 253402300799u /* 9999-12-31T23:59:59Z */
#define DAY_MINUTES 1440

static const char *const holders[] = {"office", "person", NULL};
static const char *const phone_types[] = {"voice", "sms", "fax", "sat", "video", NULL};
static const char *const key_types[] = {"openpgp", "smime", "x25519", "age", NULL};
static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};

/* clang-format off */
static const struct field name_part_fields[] = {
    {.key = 1, .name = "given",    .type = FIELD_TEXT, .bytes_max = 100},
    {.key = 2, .name = "given2",   .type = FIELD_TEXT, .bytes_max = 100},
    {.key = 3, .name = "surname",  .type = FIELD_TEXT, .bytes_max = 100},
    {.key = 4, .name = "surname2", .type = FIELD_TEXT, .bytes_max = 100},
    {.key = 5, .name = "prefix",   .type = FIELD_TEXT, .bytes_max = 100},
    {.key = 6, .name = "suffix",   .type = FIELD_TEXT, .bytes_max = 100},
    {.key = 7, .name = "sort_as",  .type = FIELD_TEXT, .bytes_max = 100},
    {0},
};

static const struct field email_fields[] = {
    {.key = 1, .name = "address", .type = FIELD_TEXT, .bytes_max = 254, .form = FORM_EMAIL, .required = true},
    {.key = 2, .name = "purpose", .type = FIELD_TEXT, .bytes_max = 40},
    {.key = 3, .name = "shared",  .type = FIELD_BOOL},
    {0},
};

static const struct field phone_fields[] = {
    {.key = 1, .name = "number",    .type = FIELD_TEXT, .bytes_max = 16, .form = FORM_PHONE, .required = true},
    {.key = 2, .name = "extension", .type = FIELD_TEXT, .bytes_max = 11, .form = FORM_DIGITS},
    {.key = 3, .name = "display",   .type = FIELD_TEXT, .bytes_max = 40},
    {.key = 4, .name = "type",      .type = FIELD_TEXT, .bytes_max = 16, .form = FORM_VALUE, .values = phone_types},
    {.key = 5, .name = "secure",    .type = FIELD_BOOL},
    {0},
};

static const struct field channel_fields[] = {
    {.key = 1, .name = "kind", .type = FIELD_TEXT, .bytes_max = 40, .required = true},
    {.key = 2, .name = "uri",  .type = FIELD_TEXT, .bytes_max = 255, .form = FORM_URI},
    {.key = 3, .name = "note", .type = FIELD_TEXT, .bytes_max = 120},
    {0},
};

static const struct field key_fields[] = {
    {.key = 1, .name = "type",        .type = FIELD_TEXT, .bytes_max = 16, .form = FORM_VALUE, .values = key_types,
     .required = true},
    {.key = 2, .name = "fingerprint", .type = FIELD_BIN,  .bytes_max = 64, .required = true},
    {.key = 3, .name = "uri",         .type = FIELD_TEXT, .bytes_max = 255, .form = FORM_URI},
    {.key = 4, .name = "expires",     .type = FIELD_TIME, .bytes_max = TIME_MAX},
    {0},
};

static const struct field weekly_fields[] = {
    {.key = 1, .name = "day",  .type = FIELD_TEXT,  .bytes_max = 3, .form = FORM_VALUE, .values = days, .required = true},
    {.key = 2, .name = "from", .type = FIELD_CLOCK, .bytes_max = DAY_MINUTES, .required = true},
    {.key = 3, .name = "to",   .type = FIELD_CLOCK, .bytes_max = DAY_MINUTES, .required = true},
    {0},
};

static const struct field hours_fields[] = {
    {.key = 1, .name = "always",   .type = FIELD_BOOL},
    {.key = 2, .name = "weekly",   .type = FIELD_RECORDS, .count_max = 21, .fields = weekly_fields},
    {.key = 3, .name = "holidays", .type = FIELD_TEXTS,   .count_max = 40, .bytes_max = 10, .form = FORM_DATE},
    {.key = 4, .name = "text",     .type = FIELD_TEXT,    .bytes_max = 500},
    {0},
};

static const struct field nomination_fields[] = {
    {.key = 1, .name = "ref",  .type = FIELD_TEXT, .bytes_max = 80},
    {.key = 2, .name = "date", .type = FIELD_TEXT, .bytes_max = 10, .form = FORM_DATE},
    {.key = 3, .name = "hash", .type = FIELD_BIN,  .bytes_max = DIGEST_LEN},
    {.key = 4, .name = "by",   .type = FIELD_TEXT, .bytes_max = 120},
    {0},
};

#define M .class = PART_MEMBERS
const struct field contact_fields[] = {
    {.key = 1,  .name = "organisation", .type = FIELD_NAMES,   M, .count_max = 6, .bytes_max = 250},
    {.key = 2,  .name = "unit",         .type = FIELD_NAMES,   M, .count_max = 6, .bytes_max = 250},
    {.key = 3,  .name = "title",        .type = FIELD_NAMES,   M, .count_max = 6, .bytes_max = 120},
    {.key = 4,  .name = "holder",       .type = FIELD_TEXT,    M, .bytes_max = 16, .form = FORM_VALUE, .values = holders},
    {.key = 5,  .name = "name",         .type = FIELD_NAMES,   M, .count_max = 6, .bytes_max = 200},
    {.key = 6,  .name = "name_parts",   .type = FIELD_RECORD,  M, .fields = name_part_fields},
    {.key = 7,  .name = "latin",        .type = FIELD_TEXT,    M, .bytes_max = 200},
    {.key = 8,  .name = "honorific",    .type = FIELD_TEXT,    M, .bytes_max = 60},
    {.key = 9,  .name = "emails",       .type = FIELD_RECORDS, M, .count_max = 6, .fields = email_fields},
    {.key = 10, .name = "phones",       .type = FIELD_RECORDS, M, .count_max = 8, .fields = phone_fields},
    {.key = 11, .name = "channels",     .type = FIELD_RECORDS, M, .count_max = 6, .fields = channel_fields},
    {.key = 12, .name = "keys",         .type = FIELD_RECORDS, M, .count_max = 4, .fields = key_fields},
    {.key = 13, .name = "languages",    .type = FIELD_TEXTS,   M, .count_max = 8, .bytes_max = 35, .form = FORM_TAG},
    {.key = 14, .name = "timezone",     .type = FIELD_TEXT,    M, .bytes_max = 40, .form = FORM_ZONE},
    {.key = 15, .name = "hours",        .type = FIELD_RECORD,  M, .fields = hours_fields},
    {.key = 16, .name = "address",      .type = FIELD_NAMES,   M, .count_max = 6, .bytes_max = 400},
    {.key = 17, .name = "country",      .type = FIELD_TEXT,    M, .bytes_max = 2, .form = FORM_COUNTRY},
    {.key = 18, .name = "constituency", .type = FIELD_NAMES,   M, .count_max = 6, .bytes_max = 500},
    {.key = 19, .name = "backup",       .type = FIELD_BIN,     M, .bytes_max = CONTACT_ID_LEN, .form = FORM_ID},
    {.key = 20, .name = "nomination",   .type = FIELD_RECORD,  M, .fields = nomination_fields},
    {.key = 21, .name = "primary",      .type = FIELD_BOOL,    M},
    {.key = 22, .name = "rank",         .type = FIELD_UINT,    M, .bytes_max = 255},
    {0},
};

const struct field node_fields[] = {
    {.key = 1, .name = "endpoints", .type = FIELD_TEXTS, M, .count_max = 8, .bytes_max = 255, .form = FORM_ENDPOINT},
    {0},
};
#undef M
/* clang-format on */

const struct field *field_find(const struct field *fields, const char *name) {
    for (const struct field *f = fields; f->key != 0; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

static const struct field *by_key(const struct field *fields, uint64_t key) {
    for (const struct field *f = fields; f->key != 0; f++)
        if (f->key == key)
            return f;
    return NULL;
}

static void check_record(struct reader *r, const struct field *fields, const struct field **ret_field,
                         unsigned depth);

static void check_value(struct reader *r, const struct field *f, unsigned depth) {
    uint32_t count;

    switch (f->type) {
    case FIELD_TEXT:
        reader_str(r, f->bytes_max);
        break;
    case FIELD_BIN:
        reader_bin(r, f->bytes_max);
        break;
    case FIELD_BOOL:
        reader_bool(r);
        break;
    case FIELD_UINT:
    case FIELD_TIME:
    case FIELD_CLOCK:
        reader_uint(r, f->bytes_max);
        break;
    case FIELD_TEXTS:
        count = reader_array(r, f->count_max);
        for (uint32_t i = 0; i < count; i++)
            reader_str(r, f->bytes_max);
        break;
    case FIELD_NAMES:
        count = reader_array(r, f->count_max);
        for (uint32_t i = 0; i < count; i++) {
            if (reader_array(r, 2) != 2)
                reader_fail(r, ERR_TYPE);
            struct bytes tag = reader_str(r, 35);
            if (r->err == ERR_OK && !tag_valid(tag))
                reader_fail(r, ERR_SCHEMA);
            reader_str(r, f->bytes_max);
        }
        break;
    case FIELD_RECORD:
        check_record(r, f->fields, NULL, depth);
        break;
    case FIELD_RECORDS:
        count = reader_array(r, f->count_max);
        for (uint32_t i = 0; i < count && r->err == ERR_OK; i++)
            check_record(r, f->fields, NULL, depth);
        break;
    }
}

static bool required_missing(const struct field *fields, const struct bytes record) {
    for (const struct field *f = fields; f->key != 0; f++) {
        bool found = !f->required;
        struct reader r;
        reader_init(&r, record);
        for (uint32_t count = reader_map(&r, PART_ITEMS); count > 0 && !found; count--) {
            found = reader_uint(&r, UINT32_MAX) == f->key;
            reader_raw(&r);
        }
        if (!found)
            return true;
    }
    return false;
}

static void check_record(struct reader *r, const struct field *fields, const struct field **ret_field,
                         unsigned depth) {
    if (depth > NESTING_MAX) {
        reader_fail(r, ERR_DEPTH);
        return;
    }
    struct reader start = *r;
    struct bytes record = reader_raw(&start);
    uint32_t count = reader_map(r, PART_ITEMS);
    for (uint32_t i = 0; i < count && r->err == ERR_OK; i++) {
        uint64_t key = reader_uint(r, INT64_MAX);
        const struct field *f = by_key(fields, key);
        if (f == NULL) {
            reader_raw(r);
            continue;
        }
        check_value(r, f, depth + 1);
        if (r->err != ERR_OK && ret_field != NULL)
            *ret_field = f;
    }
    if (r->err == ERR_OK && required_missing(fields, record))
        reader_fail(r, ERR_MISSING);
}

enum err field_check(const struct field *fields, struct bytes payload, const struct field **ret_field) {
    if (ret_field != NULL)
        *ret_field = NULL;
    if (payload.len > PART_MAX)
        return ERR_SIZE;
    enum err err = reader_check(payload, PART_DEPTH, PART_ITEMS);
    if (err != ERR_OK)
        return err;

    struct reader r;
    reader_init(&r, payload);
    check_record(&r, fields, ret_field, 0);
    return reader_end(&r);
}

static bool is_lower(uint8_t c) {
    return c >= 'a' && c <= 'z';
}

static bool is_alpha(uint8_t c) {
    return is_lower((uint8_t)(c | 0x20));
}

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

static bool is_alnum(uint8_t c) {
    return is_alpha(c) || is_digit(c);
}

/* RFC 5321 atext, and every non-ASCII character as RFC 6531 adds. */
static bool is_atext(uint8_t c) {
    return c >= 0x80 || is_alnum(c) || (c != 0 && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool dot_atoms_valid(struct bytes local) {
    bool atom = false; /* the last character belongs to one */
    for (size_t i = 0; i < local.len; i++) {
        if (local.ptr[i] == '.' && !atom)
            return false;
        atom = local.ptr[i] != '.';
        if (atom && !is_atext(local.ptr[i]))
            return false;
    }
    return atom;
}

/* A domain of at least two labels, letters, digits and inner hyphens; U-labels as they are. */
static bool domain_valid(struct bytes domain) {
    size_t labels = 0, start = 0;
    bool numeric = true; /* of the last label: that would be an address */

    if (domain.len == 0 || domain.len > 253)
        return false;
    for (size_t i = 0; i <= domain.len; i++) {
        if (i < domain.len && domain.ptr[i] != '.') {
            uint8_t c = domain.ptr[i];
            if (!(c >= 0x80 || is_alnum(c) || c == '-'))
                return false;
            continue;
        }
        if (i == start || i - start > 63 || domain.ptr[start] == '-' || domain.ptr[i - 1] == '-')
            return false;
        numeric = true;
        for (size_t k = start; k < i; k++)
            numeric = numeric && is_digit(domain.ptr[k]);
        labels++;
        start = i + 1;
    }
    return labels >= 2 && !numeric;
}

bool email_valid(struct bytes text) {
    if (text.len > 254 || !utf8_clean(text))
        return false;
    const uint8_t *at = text.len > 0 ? memchr(text.ptr, '@', text.len) : NULL;
    if (at == NULL)
        return false;
    size_t local = (size_t)(at - text.ptr);
    return local >= 1 && local <= 64 && dot_atoms_valid((struct bytes){text.ptr, local}) &&
           domain_valid((struct bytes){at + 1, text.len - local - 1});
}

bool phone_valid(struct bytes text) {
    if (text.len < 8 || text.len > 16 || text.ptr[0] != '+' || text.ptr[1] == '0')
        return false;
    for (size_t i = 1; i < text.len; i++)
        if (!is_digit(text.ptr[i]))
            return false;
    return true;
}

bool tag_valid(struct bytes text) {
    size_t start = 0;

    if (text.len < 2 || text.len > 35)
        return false;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && text.ptr[i] != '-') {
            if (!(start == 0 ? is_alpha(text.ptr[i]) : is_alnum(text.ptr[i])))
                return false;
            continue;
        }
        size_t len = i - start;
        if (len < 1 || len > 8)
            return false;
        /* A private tag such as x-foo is the only one whose first subtag is a single letter. */
        if (start == 0 && len == 1 && ((text.ptr[0] | 0x20) != 'x' || i == text.len))
            return false;
        start = i + 1;
    }
    return true;
}

bool zone_valid(struct bytes text) {
    if (bytes_is(text, "UTC"))
        return true;
    size_t slashes = 0, start = 0;
    if (text.len > 40)
        return false;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && text.ptr[i] != '/') {
            uint8_t c = text.ptr[i];
            if (!(is_alnum(c) || c == '_' || c == '-' || c == '+'))
                return false;
            continue;
        }
        if (i == start || !is_alpha(text.ptr[start]))
            return false;
        slashes += i < text.len;
        start = i + 1;
    }
    return slashes == 1 || slashes == 2;
}

bool https_valid(struct bytes text) {
    static const char scheme[] = "https://";
    size_t len = sizeof scheme - 1;

    if (text.len <= len || text.len > 255 || memcmp(text.ptr, scheme, len) != 0)
        return false;
    size_t host = len;
    while (host < text.len && text.ptr[host] != '/' && text.ptr[host] != '?' && text.ptr[host] != '#') {
        uint8_t c = text.ptr[host];
        if (!(is_alnum(c) || c == '.' || c == '-' || c == ':'))
            return false;
        host++;
    }
    if (host == len || !is_alnum(text.ptr[len]))
        return false;
    for (size_t i = host; i < text.len; i++)
        if (text.ptr[i] <= 0x20 || text.ptr[i] >= 0x7f || strchr("\\\"<>^`{|}", text.ptr[i]) != NULL)
            return false;
    return true;
}
