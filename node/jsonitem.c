#include "node/jsonitem.h"

#include <string.h>

static void skip_space(struct jsonitem *j) {
    while (j->at < j->len && strchr(" \t\r\n,", j->text[j->at]) != NULL && j->text[j->at] != '\0') {
        j->line += j->text[j->at] == '\n';
        j->at++;
    }
}

/* Step over one value: a string, something in brackets, or a word. */
static void skip_value(struct jsonitem *j) {
    size_t depth = 0;
    bool quoted = false, word = false;
    for (; j->at < j->len; j->at++) {
        uint8_t c = j->text[j->at];
        if (quoted) {
            j->at += c == '\\' && j->at + 1 < j->len;
            quoted = c != '"';
            if (!quoted && depth == 0) {
                j->at++;
                return;
            }
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            if (depth == 0)
                return;
            if (--depth == 0) {
                j->at++;
                return;
            }
        } else if (depth == 0 && word &&
                   (c == ',' || c == ':' || c == ' ' || c == '\n' || c == '\r' || c == '\t')) {
            return;
        }
        word = depth == 0;
        j->line += c == '\n';
    }
}

static bool is_text(const struct jsonitem *j, size_t from, const char *text) {
    size_t len = strlen(text);
    return j->at - from == len + 2 && memcmp(j->text + from + 1, text, len) == 0;
}

/* Within an object: stand at the "[" of the member that lists the contacts; false if there is none. */
static bool find_list(struct jsonitem *j) {
    j->at++;
    for (;;) {
        skip_space(j);
        if (j->at >= j->len || j->text[j->at] != '"')
            return false;
        size_t from = j->at;
        skip_value(j);
        bool list = is_text(j, from, "contacts") || is_text(j, from, "cards");
        skip_space(j);
        if (j->at >= j->len || j->text[j->at] != ':')
            return false;
        j->at++;
        skip_space(j);
        if (list && j->at < j->len && j->text[j->at] == '[')
            return true;
        size_t before = j->at;
        skip_value(j);
        if (j->at == before)
            return false;
    }
}

bool jsonitem_begin(struct jsonitem *j, struct bytes text, const char **why) {
    *j = (struct jsonitem){.text = text.ptr, .len = text.len, .line = 1};
    skip_space(j);
    if (j->at >= j->len) {
        *why = "is empty";
        return false;
    }
    if (j->text[j->at] == '{') {
        struct jsonitem inner = *j;
        if (!find_list(&inner))
            return true; /* objects that follow one another */
        *j = inner;
    }
    if (j->text[j->at] != '[' && j->text[j->at] != '{') {
        *why = "is no list of contacts in JSON: it begins with neither [ nor {";
        return false;
    }
    j->in_array = true;
    j->at++;
    return true;
}

bool jsonitem_next(struct jsonitem *j, struct bytes *ret, size_t *ret_line) {
    skip_space(j);
    if (j->at >= j->len || (j->in_array && j->text[j->at] == ']'))
        return false;
    size_t from = j->at;
    *ret_line = j->line;
    skip_value(j);
    if (j->at == from) /* a bracket that closes nothing */
        j->at++;
    *ret = (struct bytes){j->text + from, j->at - from};
    return true;
}
