#include "node/keycard.h"

#include <stdio.h>
#include <string.h>

#include "node/printer.h"

static const char *const kind_names[] = {[KEYFILE_OPERATOR] = "operator", [KEYFILE_ROOT] = "root"};

/* Cut a line off and the word in front of it; mail programs add carriage returns. */
static enum err cut(struct bytes *text, const char *word, struct bytes *ret_rest) {
    struct bytes first;

    if (!line_cut(text, ret_rest))
        return ERR_SCHEMA;
    if (ret_rest->len && ret_rest->ptr[ret_rest->len - 1] == '\r')
        ret_rest->len--;
    return word_cut(ret_rest, &first) && bytes_is(first, word) ? ERR_OK : ERR_SCHEMA;
}

static enum err get64(struct bytes text, uint8_t *ret, size_t want) {
    size_t len = 0;
    enum err err = base64_get(ret, want, &len, text);

    return err ? err : len == want ? ERR_OK : ERR_SIZE;
}

static enum err get_name(struct bytes text, char *ret) {
    const uint8_t *slash = text.len ? memchr(text.ptr, '/', text.len) : NULL;

    if (!slash || text.len > KEY_NAME_MAX)
        return ERR_NAME;
    struct bytes network = {text.ptr, (size_t)(slash - text.ptr)},
                 code = {slash + 1, text.len - network.len - 1};
    enum err err = authority_check_network(network);
    if (!err)
        err = authority_check_code(code);
    if (!err)
        snprintf(ret, KEY_NAME_MAX + 1, "%.*s", (int)text.len, (const char *)text.ptr);
    return err;
}

static enum err get_key(struct bytes *text, struct keycard *c) {
    struct bytes before = *text, line;
    uint8_t typed[1 + KEY_LEN];

    c->kind = KEYFILE_ROOT;
    if (cut(text, kind_names[KEYFILE_ROOT], &line)) {
        c->kind = KEYFILE_OPERATOR;
        *text = before;
        if (cut(text, kind_names[KEYFILE_OPERATOR], &line))
            return ERR_SCHEMA;
    }
    enum err err = get64(line, typed, sizeof(typed));
    if (err || typed[0] != KEY_TYPE_ED25519)
        return err ? err : ERR_KEY;
    memcpy(c->key.b, typed + 1, KEY_LEN);
    return key_check(&c->key);
}

enum err keycard_parse(struct bytes text, struct keycard *ret) {
    struct keycard c = {0};
    struct bytes line;

    if (text.len > KEYCARD_MAX || !line_cut(&text, &line) || line.len < 14 ||
        memcmp(line.ptr, "comity-card/v1", 14) || line.len - 14 > 1)
        return ERR_VERSION;
    enum err err = cut(&text, "name", &line);
    if (!err)
        err = get_name(line, c.name);
    if (!err)
        err = get_key(&text, &c);
    if (!err && c.kind == KEYFILE_ROOT)
        err = cut(&text, "next", &line);
    if (!err && c.kind == KEYFILE_ROOT)
        err = get64(line, c.next.b, DIGEST_LEN);
    if (!err && text.len)
        err = ERR_TRAILING;
    if (!err)
        *ret = c;
    return err;
}

enum err keycard_print(const struct keycard *card, char *buffer, size_t max, struct bytes *ret) {
    struct printer p = {buffer, max, 0, ERR_OK};
    uint8_t typed[1 + KEY_LEN] = {KEY_TYPE_ED25519};

    memcpy(typed + 1, card->key.b, KEY_LEN);
    printer_put(&p, "comity-card/v1\nname %s\n%s ", card->name, kind_names[card->kind]);
    printer_base64(&p, BYTES(typed));
    if (card->kind == KEYFILE_ROOT) {
        printer_put(&p, "\nnext ");
        printer_base64(&p, BYTES(card->next.b));
    }
    printer_put(&p, "\n");
    if (!p.err)
        *ret = (struct bytes){(const uint8_t *)buffer, p.len};
    return p.err;
}
