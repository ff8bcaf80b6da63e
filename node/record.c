#include "node/record.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proto/reader.h"
#include "proto/writer.h"

#define YEAR_9999 253402300799u

static const char *const class_names[PART_CLASSES] = {"public", "members"};
static const char *const state_names[] = {[PART_NONE] = "none",
                                          [PART_HELD] = "held",
                                          [PART_WITHHELD] = "withheld",
                                          [PART_GONE] = "gone",
                                          [PART_HIDDEN] = "gone"};
static const char *const statuses[] = {"active", "suspended"};

void time_text(uint64_t at_s, char ret[static 24]) {
    time_t at = (time_t)(at_s > YEAR_9999 ? YEAR_9999 : at_s);
    struct tm tm;
    gmtime_r(&at, &tm);
    strftime(ret, 24, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

/* Two or four digits, and the character that ends them. */
static bool number_cut(const char **text, int digits, char end, int *ret) {
    *ret = 0;
    for (int i = 0; i < digits; i++, (*text)++) {
        if (**text < '0' || **text > '9')
            return false;
        *ret = *ret * 10 + (**text - '0');
    }
    if (end != '\0' && *(*text)++ != end)
        return false;
    return true;
}

bool time_parse(const char *text, uint64_t *ret_s) {
    struct tm tm = {0};
    if (!number_cut(&text, 4, '-', &tm.tm_year) || !number_cut(&text, 2, '-', &tm.tm_mon) ||
        !number_cut(&text, 2, '\0', &tm.tm_mday))
        return false;
    if (*text != '\0') {
        if (*text++ != 'T' || !number_cut(&text, 2, ':', &tm.tm_hour) ||
            !number_cut(&text, 2, ':', &tm.tm_min) || !number_cut(&text, 2, 'Z', &tm.tm_sec) || *text != '\0')
            return false;
    }
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    struct tm wanted = tm;
    time_t at = timegm(&tm);
    /* timegm() carries the 31st of April over to May: that is no date. */
    if (at < 0 || tm.tm_mday != wanted.tm_mday || tm.tm_mon != wanted.tm_mon ||
        tm.tm_hour != wanted.tm_hour || tm.tm_min != wanted.tm_min || tm.tm_sec != wanted.tm_sec)
        return false;
    *ret_s = (uint64_t)at;
    return true;
}

bool clock_parse(const char *text, uint16_t *ret_minutes) {
    int hours, minutes;
    if (text == NULL || !number_cut(&text, 2, ':', &hours) || !number_cut(&text, 2, '\0', &minutes) ||
        *text != '\0' || minutes > 59 || hours > 24 || (hours == 24 && minutes > 0))
        return false;
    *ret_minutes = (uint16_t)(hours * 60 + minutes);
    return true;
}

static struct bytes json_bytes(const json_t *text) {
    return (struct bytes){(const uint8_t *)json_string_value(text), json_string_length(text)};
}

static void pack_record(struct writer *w, const struct field *fields, const json_t *record);

static void pack_names(struct writer *w, const json_t *names) {
    const char *tag;
    json_t *text;
    writer_array(w, (uint32_t)json_object_size(names));
    json_object_foreach((json_t *)(uintptr_t)names, tag, text) {
        writer_array(w, 2);
        writer_str(w, bytes_str(tag));
        writer_str(w, json_bytes(text));
    }
}

static void pack_bin(struct writer *w, const struct field *f, const json_t *hex) {
    uint8_t bin[64];
    size_t len = json_string_length(hex) / 2;
    if (len > sizeof bin || len > f->bytes_max || hex_get(bin, len, json_bytes(hex)) != ERR_OK) {
        w->err = ERR_SCHEMA;
        return;
    }
    writer_bin(w, (struct bytes){bin, len});
}

static void pack_value(struct writer *w, const struct field *f, const json_t *value) {
    uint64_t at = 0;
    uint16_t minutes = 0;
    size_t i;
    json_t *item;

    switch (f->type) {
    case FIELD_TEXT:
        writer_str(w, json_bytes(value));
        break;
    case FIELD_NAMES:
        pack_names(w, value);
        break;
    case FIELD_TEXTS:
        writer_array(w, (uint32_t)json_array_size(value));
        json_array_foreach(value, i, item) writer_str(w, json_bytes(item));
        break;
    case FIELD_UINT:
        writer_uint(w, (uint64_t)json_integer_value(value));
        break;
    case FIELD_TIME:
        if (!json_is_string(value) || !time_parse(json_string_value(value), &at))
            w->err = ERR_SCHEMA;
        writer_uint(w, at);
        break;
    case FIELD_CLOCK:
        if (!clock_parse(json_string_value(value), &minutes))
            w->err = ERR_SCHEMA;
        writer_uint(w, minutes);
        break;
    case FIELD_BOOL:
        writer_bool(w, json_is_true(value));
        break;
    case FIELD_BIN:
        pack_bin(w, f, value);
        break;
    case FIELD_RECORD:
        pack_record(w, f->fields, value);
        break;
    case FIELD_RECORDS:
        writer_array(w, (uint32_t)json_array_size(value));
        json_array_foreach(value, i, item) pack_record(w, f->fields, item);
        break;
    }
}

static void pack_record(struct writer *w, const struct field *fields, const json_t *record) {
    uint32_t count = 0;
    for (const struct field *f = fields; f->key != 0; f++)
        count += json_object_get(record, f->name) != NULL;
    writer_map(w, count);
    for (const struct field *f = fields; f->key != 0; f++) {
        const json_t *value = json_object_get(record, f->name);
        if (value == NULL)
            continue;
        writer_uint(w, f->key);
        pack_value(w, f, value);
    }
}

static bool is_public(const json_t *record, const char *name) {
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(record, "public"), i, item) {
        if (json_is_string(item) && strcmp(json_string_value(item), name) == 0)
            return true;
    }
    return false;
}

static enum part_class class_of(const json_t *record, const struct field *f) {
    if (is_public(record, f->name))
        return PART_PUBLIC;
    /* A list, even an empty one, is the State's decision; without it the table decides. */
    return json_object_get(record, "public") != NULL ? PART_MEMBERS : f->class;
}

enum err record_parts(const json_t *record, uint8_t *buffer[PART_CLASSES], struct bytes ret[PART_CLASSES]) {
    struct bytes done[PART_CLASSES] = {{NULL, 0}, {NULL, 0}};
    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        uint32_t count = 0;
        struct writer w;
        writer_init(&w, buffer[class], PART_MAX);
        for (const struct field *f = contact_fields; f->key != 0; f++)
            count += json_object_get(record, f->name) != NULL && class_of(record, f) == class;
        if (count == 0)
            continue;
        writer_map(&w, count);
        for (const struct field *f = contact_fields; f->key != 0; f++) {
            const json_t *value = json_object_get(record, f->name);
            if (value == NULL || class_of(record, f) != class)
                continue;
            writer_uint(&w, f->key);
            pack_value(&w, f, value);
        }
        enum err err = writer_end(&w, &done[class]);
        if (err != ERR_OK)
            return err;
    }
    memcpy(ret, done, sizeof done);
    return ERR_OK;
}

/* A time that may be left out; false if it is no time. */
static bool leaf_time(const json_t *record, const char *name, uint64_t *ret) {
    const json_t *value = json_object_get(record, name);
    if (value == NULL)
        return true;
    return json_is_string(value) && time_parse(json_string_value(value), ret);
}

enum err record_leaf(const json_t *record, uint64_t now_s, struct leaf *ret) {
    const json_t *id = json_object_get(record, "id"), *kind = json_object_get(record, "kind");
    const char *status = json_string_value(json_object_get(record, "status"));
    struct leaf leaf = {.kind = LEAF_CONTACT, .time = now_s};

    if (!json_is_string(id) || !json_is_string(kind))
        return ERR_MISSING;
    if (hex_get(leaf.contact.id, CONTACT_ID_LEN, json_bytes(id)) != ERR_OK)
        return ERR_SCHEMA;
    leaf.contact.kind = json_bytes(kind);
    leaf.contact.valid_from = now_s;
    if (!leaf_time(record, "valid_from", &leaf.contact.valid_from) ||
        !leaf_time(record, "valid_until", &leaf.contact.valid_until) ||
        !leaf_time(record, "review_by", &leaf.contact.review_by))
        return ERR_SCHEMA;
    leaf.contact.status = status != NULL && strcmp(status, statuses[1]) == 0;
    *ret = leaf;
    return ERR_OK;
}

/* Reading: each value that follows its field becomes JSON; NULL and an error in r if it does not. */
static json_t *read_record(struct reader *r, const struct field *fields);

static json_t *text_json(struct bytes text) {
    return json_stringn(text.len > 0 ? (const char *)text.ptr : "", text.len);
}

static json_t *read_names(struct reader *r, const struct field *f) {
    json_t *names = json_object();
    uint32_t count = reader_array(r, f->count_max);
    for (uint32_t i = 0; i < count && r->err == ERR_OK; i++) {
        char tag[LEAF_TAG_MAX + 1] = "";
        if (reader_array(r, 2) != 2)
            reader_fail(r, ERR_TYPE);
        struct bytes name = reader_str(r, LEAF_TAG_MAX);
        struct bytes text = reader_str(r, f->bytes_max);
        if (r->err != ERR_OK)
            break;
        if (name.len > 0)
            memcpy(tag, name.ptr, name.len);
        json_object_set_new(names, tag, text_json(text));
    }
    return names;
}

static json_t *read_number(struct reader *r, const struct field *f) {
    char text[24];
    uint64_t value = reader_uint(r, f->bytes_max);
    if (r->err != ERR_OK)
        return NULL;
    if (f->type == FIELD_TIME) {
        time_text(value, text);
        return json_string(text);
    }
    if (f->type == FIELD_CLOCK) {
        snprintf(text, sizeof text, "%02u:%02u", (unsigned)(value / 60) % 100, (unsigned)(value % 60));
        return json_string(text);
    }
    return json_integer((json_int_t)value);
}

static json_t *read_bin(struct reader *r, const struct field *f) {
    char hex[2 * 64 + 1] = "";
    struct bytes bin = reader_bin(r, f->bytes_max);
    if (r->err != ERR_OK || bin.len > 64)
        return NULL;
    hex_put(hex, bin.ptr, bin.len);
    return json_string(hex);
}

static json_t *read_value(struct reader *r, const struct field *f) {
    json_t *value = NULL;
    uint32_t count;

    switch (f->type) {
    case FIELD_TEXT:
        value = text_json(reader_str(r, f->bytes_max));
        break;
    case FIELD_NAMES:
        value = read_names(r, f);
        break;
    case FIELD_TEXTS:
    case FIELD_RECORDS:
        value = json_array();
        count = reader_array(r, f->count_max);
        for (uint32_t i = 0; i < count && r->err == ERR_OK; i++)
            json_array_append_new(value, f->type == FIELD_TEXTS ? text_json(reader_str(r, f->bytes_max))
                                                                : read_record(r, f->fields));
        break;
    case FIELD_UINT:
    case FIELD_TIME:
    case FIELD_CLOCK:
        value = read_number(r, f);
        break;
    case FIELD_BOOL:
        value = json_boolean(reader_bool(r));
        break;
    case FIELD_BIN:
        value = read_bin(r, f);
        break;
    case FIELD_RECORD:
        value = read_record(r, f->fields);
        break;
    }
    return value;
}

static const struct field *field_of_key(const struct field *fields, uint64_t key) {
    for (const struct field *f = fields; f->key != 0; f++)
        if (f->key == key)
            return f;
    return NULL;
}

static json_t *read_record(struct reader *r, const struct field *fields) {
    json_t *record = json_object();
    for (uint32_t count = reader_map(r, PART_ITEMS); count > 0 && r->err == ERR_OK; count--) {
        const struct field *f = field_of_key(fields, reader_uint(r, INT64_MAX));
        struct bytes raw = reader_raw(r);
        struct reader one;
        if (f == NULL || r->err != ERR_OK)
            continue;
        reader_init(&one, raw);
        json_t *value = read_value(&one, f);
        if (value != NULL && reader_end(&one) == ERR_OK)
            json_object_set(record, f->name, value);
        json_decref(value);
    }
    return record;
}

static void set_time(json_t *record, const char *name, uint64_t at_s) {
    char text[24];
    if (at_s == 0)
        return;
    time_text(at_s, text);
    json_object_set_new(record, name, json_string(text));
}

/* Fields in the order of the table, whatever part they came in. */
static void set_fields(json_t *record, json_t *part[PART_CLASSES]) {
    json_t *public = json_array();
    for (const struct field *f = contact_fields; f->key != 0; f++) {
        for (unsigned class = PART_CLASSES; class -- > 0;) {
            json_t *value = json_object_get(part[class], f->name);
            if (value == NULL)
                continue;
            json_object_set(record, f->name, value);
            if (class == PART_PUBLIC)
                json_array_append_new(public, json_string(f->name));
        }
    }
    json_object_set_new(record, "public", public);
}

json_t *record_json(const char *code, const struct leaf *leaf, const struct bytes payload[PART_CLASSES],
                    const enum part_state state[PART_CLASSES]) {
    char upper[CODE_LEN + 1] = "", id[2 * CONTACT_ID_LEN + 1];
    json_t *record = json_object(), *states = json_object();
    json_t *part[PART_CLASSES] = {NULL, NULL};

    for (size_t i = 0; i < CODE_LEN && code[i] != '\0'; i++)
        upper[i] = code[i] >= 'a' && code[i] <= 'z' ? (char)(code[i] - 'a' + 'A') : code[i];
    hex_put(id, leaf->contact.id, CONTACT_ID_LEN);
    json_object_set_new(record, "state", json_string(upper));
    json_object_set_new(record, "id", json_string(id));
    json_object_set_new(record, "kind", text_json(leaf->contact.kind));
    json_object_set_new(record, "status", json_string(statuses[leaf->contact.status == 1]));
    set_time(record, "valid_from", leaf->contact.valid_from);
    set_time(record, "valid_until", leaf->contact.valid_until);
    set_time(record, "review_by", leaf->contact.review_by);

    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        if (state[class] == PART_HELD && payload[class].len > 0 &&
            reader_check(payload[class], PART_DEPTH, PART_ITEMS) == ERR_OK) {
            struct reader r;
            reader_init(&r, payload[class]);
            part[class] = read_record(&r, contact_fields);
        }
        json_object_set_new(states, class_names[class], json_string(state_names[state[class]]));
    }
    set_fields(record, part);
    json_object_set_new(record, "parts", states);
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        json_decref(part[class]);
    return record;
}
