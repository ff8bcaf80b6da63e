#include "proto/authority.h"

#include <sodium.h>
#include <string.h>

#include "proto/note.h"

#define FIRST_LINE "comity-authority/v1"

enum err authority_check_network(struct bytes name) {
    if (name.len == 0 || name.len > NETWORK_MAX)
        return ERR_NAME;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-'))
            return ERR_NAME;
    }
    return ERR_OK;
}

enum err authority_check_code(struct bytes code) {
    if (code.len != CODE_LEN)
        return ERR_NAME;
    for (size_t i = 0; i < CODE_LEN; i++)
        if (code.ptr[i] < 'a' || code.ptr[i] > 'z')
            return ERR_NAME;
    return ERR_OK;
}

/* Cut text at the last or first occurrence of a byte. */
static bool cut_at(struct bytes text, uint8_t byte, struct bytes *ret_before, struct bytes *ret_after) {
    const uint8_t *at = text.len ? memchr(text.ptr, byte, text.len) : NULL;
    if (!at)
        return false;
    *ret_before = (struct bytes){text.ptr, (size_t)(at - text.ptr)};
    *ret_after = (struct bytes){at + 1, text.len - ret_before->len - 1};
    return true;
}

/* <network>/<code> */
static enum err state_get(struct bytes text, char network[static NETWORK_MAX + 1],
                          char code[static CODE_LEN + 1]) {
    struct bytes left, right;
    if (!cut_at(text, '/', &left, &right) || authority_check_network(left) || authority_check_code(right))
        return ERR_NAME;
    memcpy(network, left.ptr, left.len);
    network[left.len] = '\0';
    memcpy(code, right.ptr, CODE_LEN);
    code[CODE_LEN] = '\0';
    return ERR_OK;
}

enum err origin_check(struct bytes origin, char ret_network[static NETWORK_MAX + 1],
                      char ret_code[static CODE_LEN + 1]) {
    uint8_t hash[8];
    if (origin.len > ORIGIN_MAX || origin.len < 17 || origin.ptr[origin.len - 17] != '/' ||
        hex_get(hash, sizeof hash, (struct bytes){origin.ptr + origin.len - 16, 16}))
        return ERR_NAME;
    return state_get((struct bytes){origin.ptr, origin.len - 17}, ret_network, ret_code);
}

/* ---- reading ---- */

/* A cursor over the lines of a note; the first error sticks. */
struct lines {
    struct bytes rest;
    enum err err;
};

/* The rest of the next line, which must begin with this word; without a word, the whole line. */
static struct bytes line_get(struct lines *l, const char *word) {
    struct bytes line = {NULL, 0}, first;
    if (l->err)
        return line;
    if (!line_cut(&l->rest, &line) || (word && (!word_cut(&line, &first) || !bytes_is(first, word))))
        l->err = ERR_AUTHORITY;
    return line;
}

static uint64_t number_get(struct lines *l, struct bytes text) {
    uint64_t value = 0;
    if (!l->err)
        l->err = decimal_get(&value, text);
    return value;
}

static struct digest digest_get(struct lines *l, struct bytes text) {
    struct digest digest = {{0}};
    size_t len = 0;
    if (!l->err)
        l->err = base64_get(digest.b, DIGEST_LEN, &len, text);
    if (!l->err && len != DIGEST_LEN)
        l->err = ERR_AUTHORITY;
    return digest;
}

/* base64(type || key); only Ed25519 today, the type byte leaves room. */
static struct pubkey key_get(struct lines *l, struct bytes text) {
    uint8_t typed[1 + KEY_LEN] = {0};
    struct pubkey key;
    size_t len = 0;
    if (!l->err)
        l->err = base64_get(typed, sizeof typed, &len, text);
    if (!l->err && (len != sizeof typed || typed[0] != KEY_TYPE_ED25519))
        l->err = ERR_KEY;
    memcpy(key.b, typed + 1, KEY_LEN);
    if (!l->err)
        l->err = key_check(&key);
    return key;
}

static void add_key(struct lines *l, struct pubkey *list, unsigned *count, unsigned max, struct bytes text) {
    struct pubkey key = key_get(l, text);
    if (!l->err && *count == max)
        l->err = ERR_SIZE;
    for (unsigned i = 0; i < *count && !l->err; i++)
        if (pubkey_eq(&list[i], &key))
            l->err = ERR_KEY_TWICE;
    if (!l->err)
        list[(*count)++] = key;
}

static void add_commitment(struct lines *l, struct authority *a, struct bytes text) {
    struct digest digest = digest_get(l, text);
    if (!l->err && a->next_count == ROOT_KEYS_MAX)
        l->err = ERR_SIZE;
    for (unsigned i = 0; i < a->next_count && !l->err; i++)
        if (digest_eq(&a->next[i], &digest))
            l->err = ERR_KEY_TWICE;
    if (!l->err)
        a->next[a->next_count++] = digest;
}

/* Threshold: 1 <= m <= number of keys. */
static unsigned need_get(struct lines *l, struct bytes *line) {
    struct bytes word = {NULL, 0};
    if (!l->err && !word_cut(line, &word))
        l->err = ERR_AUTHORITY;
    return (unsigned)number_get(l, word);
}

static void need_check(struct lines *l, unsigned need, unsigned count) {
    if (!l->err && (need == 0 || need > count))
        l->err = ERR_RANGE;
}

static void keys_read(struct lines *l, struct authority *a) {
    struct bytes line = line_get(l, "root"), word;
    a->root_need = need_get(l, &line);
    while (!l->err && word_cut(&line, &word))
        add_key(l, a->root, &a->root_count, ROOT_KEYS_MAX, word);
    need_check(l, a->root_need, a->root_count);
    line = line_get(l, "next");
    a->next_need = need_get(l, &line);
    while (!l->err && word_cut(&line, &word))
        add_commitment(l, a, word);
    need_check(l, a->next_need, a->next_count);
    line = line_get(l, "operator");
    while (!l->err && word_cut(&line, &word))
        add_key(l, a->operator_key, &a->operator_count, OPERATOR_KEYS_MAX, word);
    if (!l->err && a->operator_count == 0)
        l->err = ERR_AUTHORITY;
    for (unsigned i = 0; i < a->operator_count && !l->err; i++)
        for (unsigned k = 0; k < a->root_count; k++)
            if (pubkey_eq(&a->operator_key[i], &a->root[k]))
                l->err = ERR_KEY_TWICE;
}

static void bounds_read(struct lines *l, struct authority *a) {
    struct bytes line, word = {NULL, 0};
    a->epoch = number_get(l, line_get(l, "epoch"));
    line = line_get(l, "prev");
    a->has_prev = !bytes_is(line, "-");
    if (a->has_prev)
        a->prev = digest_get(l, line);
    line = line_get(l, "anchor");
    if (!l->err && !word_cut(&line, &word))
        l->err = ERR_AUTHORITY;
    a->anchor_size = number_get(l, word);
    a->anchor_root = digest_get(l, line);
    a->max = number_get(l, line_get(l, "max"));
    if (!l->err && a->max <= a->anchor_size)
        l->err = ERR_RANGE;
}

/* A stray space would make another text, and another hash, of the same note. */
static enum err one_spelling(struct authority a, struct bytes text) {
    uint8_t buffer[AUTHORITY_MAX];
    struct bytes again;
    enum err err = authority_write(&a, buffer, sizeof buffer, &again);
    return err ? err : bytes_eq(again, text) ? ERR_OK : ERR_AUTHORITY;
}

enum err authority_parse(struct bytes text, struct authority *ret) {
    struct lines l = {text, ERR_OK};
    struct authority a = {.hash = digest_of(text)};
    if (text.len > AUTHORITY_MAX)
        return ERR_SIZE;
    if (!bytes_is(line_get(&l, NULL), FIRST_LINE))
        return ERR_AUTHORITY;
    struct bytes state = line_get(&l, NULL);
    if (!l.err)
        l.err = state_get(state, a.network, a.code);
    bounds_read(&l, &a);
    keys_read(&l, &a);
    if (!l.err && l.rest.len)
        l.err = ERR_TRAILING;
    if (!l.err)
        l.err = one_spelling(a, text);
    if (!l.err)
        *ret = a;
    return l.err;
}

/* ---- writing ---- */

struct text {
    uint8_t *ptr;
    size_t len, max;
    enum err err;
};

static void text_put(struct text *t, struct bytes data) {
    if (t->err || data.len > t->max - t->len) {
        t->err = ERR_FULL;
        return;
    }
    memcpy(t->ptr + t->len, data.ptr, data.len);
    t->len += data.len;
}

static void text_str(struct text *t, const char *text) {
    text_put(t, bytes_str(text));
}

static void text_number(struct text *t, uint64_t value) {
    uint8_t digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (uint8_t)('0' + value % 10);
    while (value /= 10);
    text_put(t, (struct bytes){digits + at, sizeof digits - at});
}

static void text_base64(struct text *t, struct bytes data) {
    if (!t->err)
        t->err = base64_put((char *)t->ptr, t->max, &t->len, data);
}

static void text_key(struct text *t, const struct pubkey *key) {
    uint8_t typed[1 + KEY_LEN];
    typed[0] = KEY_TYPE_ED25519;
    memcpy(typed + 1, key->b, KEY_LEN);
    text_str(t, " ");
    text_base64(t, BYTES(typed));
}

enum err authority_write(struct authority *a, uint8_t *buffer, size_t max, struct bytes *ret) {
    struct text t = {buffer, 0, max, ERR_OK};
    text_str(&t, FIRST_LINE "\n");
    text_str(&t, a->network);
    text_str(&t, "/");
    text_str(&t, a->code);
    text_str(&t, "\nepoch ");
    text_number(&t, a->epoch);
    text_str(&t, "\nprev ");
    if (a->has_prev)
        text_base64(&t, BYTES(a->prev.b));
    else
        text_str(&t, "-");
    text_str(&t, "\nanchor ");
    text_number(&t, a->anchor_size);
    text_str(&t, " ");
    text_base64(&t, BYTES(a->anchor_root.b));
    text_str(&t, "\nmax ");
    text_number(&t, a->max);
    text_str(&t, "\nroot ");
    text_number(&t, a->root_need);
    for (unsigned i = 0; i < a->root_count; i++)
        text_key(&t, &a->root[i]);
    text_str(&t, "\nnext ");
    text_number(&t, a->next_need);
    for (unsigned i = 0; i < a->next_count; i++) {
        text_str(&t, " ");
        text_base64(&t, BYTES(a->next[i].b));
    }
    text_str(&t, "\noperator");
    for (unsigned i = 0; i < a->operator_count; i++)
        text_key(&t, &a->operator_key[i]);
    text_str(&t, "\n");
    if (t.err)
        return t.err;
    *ret = (struct bytes){buffer, t.len};
    a->hash = digest_of(*ret);
    return ERR_OK;
}

/* ---- verdicts and names ---- */

struct digest authority_commitment(const struct pubkey *key) {
    static const uint8_t type = KEY_TYPE_ED25519;
    return digest_pieces((struct bytes[]){{&type, 1}, {key->b, KEY_LEN}}, 2);
}

/* Distinct public keys count, never signatures: every system that counted otherwise was fooled once. */
unsigned authority_count_roots(const struct authority *a, struct bytes text,
                               const struct authority_signature *signature, unsigned count) {
    bool seen[ROOT_KEYS_MAX] = {false};
    unsigned distinct = 0;
    for (unsigned i = 0; i < count; i++)
        for (unsigned k = 0; k < a->root_count; k++)
            if (!seen[k] && pubkey_eq(&a->root[k], &signature[i].key) &&
                key_verify(&signature[i].key, text, &signature[i].signature) == ERR_OK) {
                seen[k] = true;
                distinct++;
            }
    return distinct;
}

unsigned authority_count_committed(const struct authority *a, struct bytes text,
                                   const struct authority_signature *signature, unsigned count) {
    bool seen[ROOT_KEYS_MAX] = {false};
    unsigned distinct = 0;
    for (unsigned i = 0; i < count; i++) {
        struct digest commitment = authority_commitment(&signature[i].key);
        for (unsigned k = 0; k < a->next_count; k++)
            if (!seen[k] && digest_eq(&a->next[k], &commitment) && key_check(&signature[i].key) == ERR_OK &&
                key_verify(&signature[i].key, text, &signature[i].signature) == ERR_OK) {
                seen[k] = true;
                distinct++;
            }
    }
    return distinct;
}

enum err authority_check_first(const struct authority *a, struct bytes text,
                               const struct authority_signature *signature, unsigned count) {
    struct digest empty = digest_empty(), hash = digest_of(text);
    if (!digest_eq(&hash, &a->hash))
        return ERR_AUTHORITY;
    if (a->epoch != 0 || a->has_prev || a->anchor_size != 0 || !digest_eq(&a->anchor_root, &empty))
        return ERR_EPOCH;
    return authority_count_roots(a, text, signature, count) >= a->root_need ? ERR_OK : ERR_UNSIGNED;
}

static bool has_key(const struct pubkey *list, unsigned count, const struct pubkey *key) {
    for (unsigned i = 0; i < count; i++)
        if (pubkey_eq(&list[i], key))
            return true;
    return false;
}

bool authority_has_root(const struct authority *a, const struct pubkey *key) {
    return has_key(a->root, a->root_count, key);
}

bool authority_has_operator(const struct authority *a, const struct pubkey *key) {
    return has_key(a->operator_key, a->operator_count, key);
}

bool authority_has_commitment(const struct authority *a, const struct pubkey *key) {
    struct digest commitment = authority_commitment(key);
    for (unsigned i = 0; i < a->next_count; i++)
        if (digest_eq(&a->next[i], &commitment))
            return true;
    return false;
}

/* <network>/<code>, without its NUL. */
static size_t state_put(const struct authority *a, char *to) {
    size_t len = strlen(a->network);
    memcpy(to, a->network, len);
    to[len++] = '/';
    memcpy(to + len, a->code, CODE_LEN);
    return len + CODE_LEN;
}

void authority_origin(const struct authority *first, char ret[static ORIGIN_MAX + 1]) {
    size_t len = state_put(first, ret);
    ret[len++] = '/';
    hex_put(ret + len, first->hash.b, 8);
}

void origin_log_id(const char *origin, uint8_t ret[static LOG_ID_LEN]) {
    struct digest digest = digest_of(bytes_str(origin));
    memcpy(ret, digest.b, LOG_ID_LEN);
}

void authority_root_name(const struct authority *a, char ret[static KEY_NAME_MAX + 1]) {
    ret[state_put(a, ret)] = '\0';
}

void witness_name(const char *origin, const struct pubkey *key, char ret[static KEY_NAME_MAX + 1]) {
    struct digest digest = digest_of(BYTES(key->b));
    size_t len = strlen(origin);
    memcpy(ret, origin, len);
    memcpy(ret + len, "/w/", 3);
    hex_put(ret + len + 3, digest.b, 8);
}
