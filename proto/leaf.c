#include "proto/leaf.h"

#include <string.h>

#include "proto/authority.h"
#include "proto/contact.h"
#include "proto/reader.h"
#include "proto/writer.h"

/* Field keys of the leaf's map; see leaf.h. */
enum { KEY_TIME = 1, KEY_PUBLIC = 8, KEY_MEMBERS = 9 };

static const char *const kind_names[] = {[LEAF_UNKNOWN] = "",
                                         [LEAF_AUTHORITY] = "authority/v1",
                                         [LEAF_STATE] = "state/v1",
                                         [LEAF_CONTACT] = "contact/v1",
                                         [LEAF_NODE] = "node/v1",
                                         [LEAF_OBSERVER] = "observer/v1",
                                         [LEAF_WITHDRAW] = "withdraw/v1",
                                         [LEAF_ENDORSE] = "endorse/v1",
                                         [LEAF_SUCCEED] = "succeed/v1",
                                         [LEAF_ERASE] = "erase/v1"};

enum { KINDS = sizeof kind_names / sizeof *kind_names };

/* The keys that each kind must have, as bits; key 1 always. */
static const unsigned required[KINDS] = {
    [LEAF_AUTHORITY] = 1u << 1 | 1u << 2 | 1u << 3,
    [LEAF_STATE] = 1u << 1 | 1u << 2 | 1u << 3,
    [LEAF_CONTACT] = 1u << 1 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 7,
    [LEAF_NODE] = 1u << 1 | 1u << 2 | 1u << 3 | 1u << 4,
    [LEAF_OBSERVER] = 1u << 1 | 1u << 2 | 1u << 3,
    [LEAF_WITHDRAW] = 1u << 1 | 1u << 2 | 1u << 3,
    [LEAF_ENDORSE] = 1u << 1 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5,
    [LEAF_SUCCEED] = 1u << 1 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5 | 1u << 6,
    [LEAF_ERASE] = 1u << 1 | 1u << 2,
};

const char *leaf_kind_name(enum leaf_kind kind) {
    return (unsigned)kind < KINDS ? kind_names[kind] : "";
}

static enum leaf_kind kind_of(struct bytes name) {
    for (unsigned kind = 1; kind < KINDS; kind++)
        if (bytes_is(name, kind_names[kind]))
            return (enum leaf_kind)kind;
    return LEAF_UNKNOWN;
}

enum err leaf_check(struct bytes leaf) {
    if (leaf.len > LEAF_MAX)
        return ERR_SIZE;
    return reader_check(leaf, LEAF_DEPTH, LEAF_ITEMS);
}

static void names_read(struct reader *r, struct names *ret) {
    ret->count = reader_array(r, LEAF_NAMES_MAX);
    for (unsigned i = 0; i < ret->count; i++) {
        if (reader_array(r, 2) != 2)
            reader_fail(r, ERR_SCHEMA);
        ret->name[i].tag = reader_str(r, LEAF_TAG_MAX);
        ret->name[i].text = reader_str(r, NAME_TEXT_MAX);
        if (!r->err && (!tag_valid(ret->name[i].tag) || ret->name[i].text.len == 0))
            reader_fail(r, ERR_SCHEMA);
    }
}

static void node_key_read(struct reader *r, struct pubkey *ret) {
    reader_fixed(r, ret->b, KEY_LEN);
    if (!r->err && key_check(ret))
        reader_fail(r, ERR_KEY);
}

static void withdraw_id_read(struct reader *r, struct leaf *leaf) {
    leaf->withdraw.id = reader_bin(r, KEY_LEN);
    if (!r->err && leaf->withdraw.id.len != CONTACT_ID_LEN && leaf->withdraw.id.len != KEY_LEN)
        reader_fail(r, ERR_SCHEMA);
}

static void contact_read(struct reader *r, struct leaf *leaf, uint64_t key) {
    switch (key) {
    case 2:
        reader_fixed(r, leaf->contact.id, CONTACT_ID_LEN);
        return;
    case 3:
        leaf->contact.kind = reader_str(r, LEAF_KIND_MAX);
        return;
    case 4:
        leaf->contact.valid_from = reader_uint(r, INT64_MAX);
        return;
    case 5:
        leaf->contact.valid_until = reader_uint(r, INT64_MAX);
        return;
    case 6:
        leaf->contact.review_by = reader_uint(r, INT64_MAX);
        return;
    case 7:
        leaf->contact.status = (unsigned)reader_uint(r, 1);
        return;
    default:
        reader_raw(r);
    }
}

static void node_read(struct reader *r, struct leaf *leaf, uint64_t key) {
    if (key == 2)
        node_key_read(r, &leaf->node.id);
    else if (key == 3)
        node_key_read(r, &leaf->node.witness);
    else if (key == 4)
        reader_fixed(r, leaf->node.box, sizeof leaf->node.box);
    else
        reader_raw(r);
}

/* An origin, of whatever network: one that is not of this network is never found. */
static struct bytes origin_read(struct reader *r) {
    char network[NETWORK_MAX + 1], code[CODE_LEN + 1];
    struct bytes origin = reader_str(r, ORIGIN_MAX);
    if (!r->err && origin_check(origin, network, code))
        reader_fail(r, ERR_NAME);
    return origin;
}

static void word_read(struct reader *r, struct leaf *leaf, uint64_t key) {
    switch (key) {
    case 2:
        leaf->word.origin = origin_read(r);
        return;
    case 3:
        leaf->word.code = reader_str(r, CODE_LEN);
        return;
    case 4:
        leaf->word.epoch = reader_uint(r, INT64_MAX);
        return;
    case 5:
        reader_fixed(r, leaf->word.note.b, DIGEST_LEN);
        return;
    default:
        if (key == 6 && leaf->kind == LEAF_SUCCEED)
            leaf->word.successor = origin_read(r);
        else
            reader_raw(r);
    }
}

/* Indexes of entries, strictly ascending. */
static void erase_read(struct reader *r, struct leaf *leaf) {
    uint64_t *entry = leaf->erase.entry;
    leaf->erase.count = reader_array(r, LEAF_ERASE_MAX);
    for (unsigned i = 0; i < leaf->erase.count && !r->err; i++) {
        entry[i] = reader_uint(r, INT64_MAX);
        if (i > 0 && entry[i] <= entry[i - 1])
            reader_fail(r, ERR_SCHEMA);
    }
    if (!leaf->erase.count)
        reader_fail(r, ERR_SCHEMA);
}

/* The kinds that have nothing but keys 2 and 3. */
static void small_read(struct reader *r, struct leaf *leaf, uint64_t key) {
    switch (leaf->kind) {
    case LEAF_AUTHORITY:
        if (key == 2)
            leaf->authority.epoch = reader_uint(r, INT64_MAX);
        else
            reader_fixed(r, leaf->authority.hash.b, DIGEST_LEN);
        return;
    case LEAF_STATE:
        names_read(r, key == 2 ? &leaf->state.state : &leaf->state.authority);
        return;
    case LEAF_OBSERVER:
        if (key == 2)
            node_key_read(r, &leaf->observer.id);
        else
            leaf->observer.name = reader_str(r, NAME_TEXT_MAX);
        return;
    default:
        if (key == 2)
            leaf->withdraw.kind = kind_of(reader_str(r, LEAF_KIND_MAX));
        else
            withdraw_id_read(r, leaf);
    }
}

static void field_read(struct reader *r, struct leaf *leaf, uint64_t key) {
    if (key == KEY_TIME) {
        leaf->time = reader_uint(r, INT64_MAX);
    } else if (key == KEY_PUBLIC || key == KEY_MEMBERS) {
        reader_fixed(r, leaf->part[key - KEY_PUBLIC].b, DIGEST_LEN);
        leaf->has_part[key - KEY_PUBLIC] = true;
    } else if (leaf->kind == LEAF_CONTACT) {
        contact_read(r, leaf, key);
    } else if (leaf->kind == LEAF_NODE) {
        node_read(r, leaf, key);
    } else if (leaf->kind == LEAF_ENDORSE || leaf->kind == LEAF_SUCCEED) {
        word_read(r, leaf, key);
    } else if (leaf->kind == LEAF_ERASE) {
        if (key == 2)
            erase_read(r, leaf);
        else
            reader_raw(r);
    } else if (key == 2 || key == 3) {
        small_read(r, leaf, key);
    } else {
        reader_raw(r);
    }
}

/* What the schema asks beyond types. */
static enum err meaning_check(const struct leaf *leaf) {
    if (leaf->kind == LEAF_CONTACT &&
        (leaf->contact.kind.len == 0 ||
         (leaf->contact.valid_until && leaf->contact.valid_until <= leaf->contact.valid_from)))
        return ERR_SCHEMA;
    if (leaf->kind == LEAF_STATE && leaf->state.state.count == 0)
        return ERR_SCHEMA;
    if ((leaf->kind == LEAF_ENDORSE || leaf->kind == LEAF_SUCCEED) && authority_check_code(leaf->word.code))
        return ERR_NAME;
    return ERR_OK;
}

enum err leaf_decode(struct bytes bytes, struct leaf *ret) {
    struct reader r;
    unsigned seen = 0;
    *ret = (struct leaf){.kind = LEAF_UNKNOWN};
    reader_init(&r, bytes);
    if (reader_array(&r, 2) != 2 || reader_peek(&r) != READER_STR)
        return ERR_KIND;
    enum leaf_kind kind = kind_of(reader_str(&r, LEAF_MAX));
    if (kind == LEAF_UNKNOWN || reader_peek(&r) != READER_MAP)
        return ERR_KIND;
    ret->kind = kind;
    uint32_t count = reader_map(&r, LEAF_ITEMS);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t key = reader_uint(&r, UINT64_MAX);
        field_read(&r, ret, key);
        if (key < 32)
            seen |= 1u << key;
    }
    enum err err = reader_end(&r);
    if (!err && (seen & required[kind]) != required[kind])
        err = ERR_MISSING;
    return err ? err : meaning_check(ret);
}

void leaf_parts(struct bytes bytes, bool ret_has[static PART_CLASSES],
                struct digest ret[static PART_CLASSES]) {
    struct reader r;
    memset(ret_has, 0, PART_CLASSES * sizeof *ret_has);
    reader_init(&r, bytes);
    if (reader_array(&r, 2) != 2 || reader_peek(&r) != READER_STR)
        return;
    reader_raw(&r);
    uint32_t count = reader_peek(&r) == READER_MAP ? reader_map(&r, LEAF_ITEMS) : 0;
    for (uint32_t i = 0; i < count && !r.err; i++) {
        uint64_t key = reader_uint(&r, UINT64_MAX);
        struct bytes value = reader_raw(&r);
        if ((key == KEY_PUBLIC || key == KEY_MEMBERS) && value.len == 2 + DIGEST_LEN &&
            value.ptr[0] == 0xc4) {
            ret_has[key - KEY_PUBLIC] = true;
            memcpy(ret[key - KEY_PUBLIC].b, value.ptr + 2, DIGEST_LEN);
        }
    }
}

/* ---- writing ---- */

static void names_write(struct writer *w, const struct names *names) {
    writer_array(w, names->count);
    for (unsigned i = 0; i < names->count; i++) {
        writer_array(w, 2);
        writer_str(w, names->name[i].tag);
        writer_str(w, names->name[i].text);
    }
}

static void key_uint(struct writer *w, uint64_t key, uint64_t value) {
    writer_uint(w, key);
    writer_uint(w, value);
}

static void key_bin(struct writer *w, uint64_t key, struct bytes value) {
    writer_uint(w, key);
    writer_bin(w, value);
}

static void parts_write(struct writer *w, const struct leaf *leaf) {
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        if (leaf->has_part[class])
            key_bin(w, KEY_PUBLIC + class, BYTES(leaf->part[class].b));
}

static void contact_write(struct writer *w, const struct leaf *leaf) {
    key_bin(w, 2, BYTES(leaf->contact.id));
    writer_uint(w, 3);
    writer_str(w, leaf->contact.kind);
    key_uint(w, 4, leaf->contact.valid_from);
    if (leaf->contact.valid_until)
        key_uint(w, 5, leaf->contact.valid_until);
    if (leaf->contact.review_by)
        key_uint(w, 6, leaf->contact.review_by);
    key_uint(w, 7, leaf->contact.status);
}

static void word_write(struct writer *w, const struct leaf *leaf) {
    writer_uint(w, 2);
    writer_str(w, leaf->word.origin);
    writer_uint(w, 3);
    writer_str(w, leaf->word.code);
    key_uint(w, 4, leaf->word.epoch);
    key_bin(w, 5, BYTES(leaf->word.note.b));
    if (leaf->kind == LEAF_SUCCEED) {
        writer_uint(w, 6);
        writer_str(w, leaf->word.successor);
    }
}

static void fields_write(struct writer *w, const struct leaf *leaf) {
    switch (leaf->kind) {
    case LEAF_AUTHORITY:
        key_uint(w, 2, leaf->authority.epoch);
        key_bin(w, 3, BYTES(leaf->authority.hash.b));
        return;
    case LEAF_STATE:
        writer_uint(w, 2);
        names_write(w, &leaf->state.state);
        writer_uint(w, 3);
        names_write(w, &leaf->state.authority);
        return;
    case LEAF_CONTACT:
        contact_write(w, leaf);
        return;
    case LEAF_NODE:
        key_bin(w, 2, BYTES(leaf->node.id.b));
        key_bin(w, 3, BYTES(leaf->node.witness.b));
        key_bin(w, 4, BYTES(leaf->node.box));
        return;
    case LEAF_OBSERVER:
        key_bin(w, 2, BYTES(leaf->observer.id.b));
        writer_uint(w, 3);
        writer_str(w, leaf->observer.name);
        return;
    case LEAF_ENDORSE:
    case LEAF_SUCCEED:
        word_write(w, leaf);
        return;
    case LEAF_ERASE:
        writer_uint(w, 2);
        writer_array(w, leaf->erase.count);
        for (unsigned i = 0; i < leaf->erase.count && i < LEAF_ERASE_MAX; i++)
            writer_uint(w, leaf->erase.entry[i]);
        return;
    default:
        writer_uint(w, 2);
        writer_str(w, bytes_str(leaf_kind_name(leaf->withdraw.kind)));
        key_bin(w, 3, leaf->withdraw.id);
    }
}

static uint32_t field_count(const struct leaf *leaf) {
    uint32_t parts = (uint32_t)leaf->has_part[PART_PUBLIC] + leaf->has_part[PART_MEMBERS];
    switch (leaf->kind) {
    case LEAF_CONTACT:
        return 5u + (leaf->contact.valid_until != 0) + (leaf->contact.review_by != 0) + parts;
    case LEAF_NODE:
        return 4 + parts;
    case LEAF_ENDORSE:
        return 5 + parts;
    case LEAF_SUCCEED:
        return 6 + parts;
    case LEAF_ERASE:
        return 2 + parts;
    default:
        return 3 + parts;
    }
}

enum err leaf_encode(const struct leaf *leaf, uint8_t *buffer, size_t max, struct bytes *ret) {
    struct writer w;
    struct bytes bytes;
    struct leaf again;
    if (leaf->kind == LEAF_UNKNOWN || (unsigned)leaf->kind >= KINDS)
        return ERR_KIND;
    writer_init(&w, buffer, max);
    writer_array(&w, 2);
    writer_str(&w, bytes_str(leaf_kind_name(leaf->kind)));
    writer_map(&w, field_count(leaf));
    writer_uint(&w, KEY_TIME);
    writer_uint(&w, leaf->time);
    fields_write(&w, leaf);
    parts_write(&w, leaf);
    enum err err = writer_end(&w, &bytes);
    err = err ? err : leaf_check(bytes);
    err = err ? err : leaf_decode(bytes, &again);
    if (!err)
        *ret = bytes;
    return err;
}
