#include "node/vcard.h"

#include <ctype.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "node/encoding.h"
#include "node/folded.h"
#include "node/text.h"

/* Reading one card: what is left of it, and the property at hand. */
struct reading {
    struct folded lines;
    size_t first; /* the line of what is at hand */
    struct vcard *card;
    struct record_error *why;
};

static bool refuse(const struct reading *r, const char *name, const char *rule) {
    char shown[VCARD_NAME_MAX];
    text_show_to(shown, sizeof shown, bytes_str(name));
    snprintf(r->why->text, sizeof r->why->text, "line %zu: %s: %s", r->first, shown, rule);
    return false;
}

/* The end of the part before the value: a colon outside quotation marks. */
static size_t head_len(const char *text, size_t len) {
    bool quoted = false;
    for (size_t i = 0; i < len; i++) {
        quoted ^= text[i] == '"';
        if (text[i] == ':' && !quoted)
            return i;
    }
    return len;
}

static bool holds(const char *text, size_t len, const char *word) {
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= len; i++)
        if (strncasecmp(text + i, word, n) == 0)
            return true;
    return false;
}

/* A property's lines as one: folded ones, and those that quoted-printable ends with "=". */
static bool logical_line(struct reading *r, struct bytes first, struct folded_text *p) {
    struct bytes next;
    if (!folded_add(p, first))
        return false;
    size_t head = head_len(p->text, p->len);
    bool quoted = holds(p->text, head, "QUOTED-PRINTABLE"), base64 = holds(p->text, head, "BASE64");
    for (;;) {
        if (quoted && p->len > 0 && p->text[p->len - 1] == '=') {
            p->text[--p->len] = '\0';
            if (!folded_next(&r->lines, &next))
                return true;
        } else if (folded_begins(&r->lines, " \t")) {
            if (!folded_next(&r->lines, &next))
                return true;
            /* 2.1 folds where a space is, and the space stays. */
            size_t skip = r->card->version == 21 && !base64 ? 0 : 1;
            next.ptr += skip;
            next.len -= skip;
        } else {
            return true;
        }
        if (!folded_add(p, next))
            return false;
    }
}

static int hex_digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* Decode in place; NUL bytes are dropped. */
static void decode_quoted(char *text) {
    size_t to = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        int high = text[i] == '=' ? hex_digit(text[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        char c = low >= 0 ? (char)(high << 4 | low) : text[i];
        i += low >= 0 ? 2 : 0;
        if (c != '\0')
            text[to++] = c;
    }
    text[to] = '\0';
}

/* A value in another character set as UTF-8, malloc'd; NULL. */
static char *from_charset(const char *text, const char *charset) {
    size_t len = strlen(text), room = 4 * len + 16, left = room;
    char *out = malloc(room + 1), *at = out, *in = (char *)(uintptr_t)text;
    iconv_t cd = strchr(charset, '/') == NULL ? iconv_open("UTF-8", charset) : (iconv_t)-1;
    bool good = out != NULL && cd != (iconv_t)-1 && iconv(cd, &in, &len, &at, &left) != (size_t)-1;
    if (cd != (iconv_t)-1)
        iconv_close(cd);
    if (good) {
        *at = '\0';
        return out;
    }
    free(out);
    return NULL;
}

/* RFC 6868: ^n, ^' and ^^ in parameters. */
static void decode_caret(char *text) {
    size_t to = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        char next = text[i] == '^' ? text[i + 1] : '\0';
        char c = next == 'n' ? '\n' : next == '\'' ? '"' : next == '^' ? '^' : '\0';
        text[to++] = c != '\0' ? c : text[i];
        i += c != '\0';
    }
    text[to] = '\0';
}

/* Cut one parameter, up to a semicolon outside quotation marks, which become nothing; the text behind it. */
static char *cut_param(char *text, char **ret_value) {
    bool quoted = false;
    size_t to = 0;
    char *at = text;
    *ret_value = NULL;
    for (; *at != '\0' && (quoted || *at != ';'); at++) {
        if (*at == '"') {
            quoted = !quoted;
        } else if (*at == '=' && *ret_value == NULL && !quoted) {
            text[to++] = '\0';
            *ret_value = text + to;
        } else {
            text[to++] = *at;
        }
    }
    char *rest = *at == ';' ? at + 1 : NULL;
    text[to] = '\0';
    return rest;
}

/* Cut parameters apart in place: "NAME=value,"quoted value";WORD". */
static void split_params(struct vcard_prop *p, char *text) {
    while (text != NULL && p->param_count < VCARD_PARAMS_MAX) {
        char *name = text, *value;
        text = cut_param(text, &value);
        for (char *c = name; value != NULL && *c != '\0'; c++)
            *c = (char)toupper((unsigned char)*c);
        if (value != NULL)
            decode_caret(value);
        p->param[p->param_count].name = value != NULL ? name : "";
        p->param[p->param_count++].value = value != NULL ? value : name;
    }
}

const char *vcard_param(const struct vcard_prop *prop, const char *name, unsigned i) {
    for (unsigned k = 0; k < prop->param_count; k++)
        if (strcmp(prop->param[k].name, name) == 0 && i-- == 0)
            return prop->param[k].value;
    return NULL;
}

/* Whether one of the words between commas is this one. */
static bool lists(const char *text, const char *word) {
    size_t len = strlen(word);
    while (*text != '\0') {
        size_t n = strcspn(text, ",");
        if (n == len && strncasecmp(text, word, len) == 0)
            return true;
        text += n + (text[n] == ',');
    }
    return false;
}

bool vcard_is(const struct vcard_prop *prop, const char *type) {
    for (unsigned k = 0; k < prop->param_count; k++)
        if ((prop->param[k].name[0] == '\0' || strcmp(prop->param[k].name, "TYPE") == 0) &&
            lists(prop->param[k].value, type))
            return true;
    return false;
}

static bool encoded_as(const struct vcard_prop *p, const char *encoding) {
    const char *given = vcard_param(p, "ENCODING", 0);
    return (given != NULL && strcasecmp(given, encoding) == 0) || (given == NULL && vcard_is(p, encoding));
}

/* A name without its group: "item1.EMAIL". */
static bool set_name(struct vcard_prop *p, const char *text) {
    const char *dot = strrchr(text, '.');
    const char *name = dot != NULL ? dot + 1 : text;
    size_t len = strlen(name);
    if (len >= sizeof p->name)
        len = sizeof p->name - 1;
    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)name[i]) && name[i] != '-' && name[i] != '_')
            return false;
        p->name[i] = (char)toupper((unsigned char)name[i]);
    }
    p->name[len] = '\0';
    return len > 0;
}

static bool is_utf8(const char *text) {
    size_t len = strlen(text);
    for (size_t at = 0; (at = encoding_foreign((const uint8_t *)text, len, at)) < len; at++)
        if ((unsigned char)text[at] >= 0x80)
            return false;
    return true;
}

static void decode_value(struct vcard_prop *p, char *value) {
    const char *charset = vcard_param(p, "CHARSET", 0);
    p->binary = encoded_as(p, "BASE64") || encoded_as(p, "B");
    p->value = value;
    if (p->binary)
        return;
    bool quoted = encoded_as(p, "QUOTED-PRINTABLE");
    if (quoted)
        decode_quoted(value);
    if (is_utf8(value) && (!quoted || charset == NULL || strcasecmp(charset, "UTF-8") == 0))
        return;
    char *converted = charset != NULL ? from_charset(value, charset) : NULL;
    p->foreign = converted == NULL && !is_utf8(value);
    if (converted != NULL)
        p->value = p->converted = converted;
}

static struct vcard_prop *prop_add(struct vcard *card) {
    if (card->count == card->room) {
        size_t room = card->room * 2 + 16;
        struct vcard_prop *more = realloc(card->prop, room * sizeof *more);
        if (more == NULL)
            return NULL;
        card->prop = more;
        card->room = room;
    }
    struct vcard_prop *p = &card->prop[card->count++];
    memset(p, 0, sizeof *p);
    return p;
}

static bool take_version(struct reading *r, const struct vcard_prop *p) {
    static const struct {
        const char *text;
        unsigned version;
    } versions[] = {{"2.1", 21}, {"3.0", 30}, {"4.0", 40}};
    if (strcmp(p->name, "VERSION") != 0)
        return true;
    for (size_t i = 0; i < 3; i++)
        if (strcmp(p->value, versions[i].text) == 0) {
            r->card->version = versions[i].version;
            return true;
        }
    return refuse(r, "VERSION", "2.1, 3.0 and 4.0 are read: write the card again as one of these");
}

/* A property from its lines. */
static bool take(struct reading *r, struct bytes first) {
    struct folded_text piece = {.max = VCARD_VALUE_MAX};
    struct vcard_prop *p = NULL;

    if (!logical_line(r, first, &piece) || (p = prop_add(r->card)) == NULL) {
        free(piece.text);
        return refuse(r, "card", err_text(ERR_MEMORY));
    }
    p->line = r->first;
    p->text = piece.text;
    p->cut = piece.cut;
    p->value = "";
    size_t head = head_len(piece.text, piece.len);
    if (head == piece.len)
        return refuse(r, piece.text, "no NAME:VALUE: write one, or join it to the line before");
    piece.text[head] = '\0';
    size_t name = strcspn(piece.text, ";");
    if (piece.text[name] == ';')
        split_params(p, piece.text + name + 1);
    piece.text[name] = '\0';
    if (!set_name(p, piece.text))
        return refuse(r, piece.text, "not a name of a property: letters, digits and hyphens are");
    if (memchr(piece.text + head + 1, '\0', piece.len - head - 1) != NULL)
        return refuse(r, p->name, "has a NUL byte: take it out");
    decode_value(p, piece.text + head + 1);
    return take_version(r, p);
}

static bool is_blank(struct bytes line) {
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] != ' ' && line.ptr[i] != '\t')
            return false;
    return true;
}

bool vcard_read(struct bytes text, size_t line, struct vcard *ret, struct record_error *why) {
    struct reading r = {{text.ptr, text.ptr + text.len, line}, line, ret, why};
    struct bytes first;
    unsigned inner = 0; /* cards within the card, which say nothing of this one */

    *ret = (struct vcard){.version = 30};
    if (text.len > VCARD_BYTES_MAX)
        return refuse(&r, "card", "has more than 4 MiB: take its pictures out");
    /* 2.1 folds otherwise: its version must be known before its lines are. */
    if (holds((const char *)text.ptr, text.len < 400 ? text.len : 400, "VERSION:2.1"))
        ret->version = 21;
    while (folded_next(&r.lines, &first)) {
        r.first = r.lines.line - 1;
        if (is_blank(first))
            continue;
        bool begin = first.len >= 11 && strncasecmp((const char *)first.ptr, "BEGIN:VCARD", 11) == 0;
        bool end = first.len >= 9 && strncasecmp((const char *)first.ptr, "END:VCARD", 9) == 0;
        inner += begin;
        if (inner == 0 && ret->count == VCARD_PROPS_MAX)
            return refuse(&r, "card", "has more than 1000 properties: split it");
        if (inner == 0 && !take(&r, first))
            return false;
        inner -= end && inner > 0;
    }
    return true;
}

void vcard_free(struct vcard *card) {
    for (size_t i = 0; i < card->count; i++) {
        free(card->prop[i].text);
        free(card->prop[i].converted);
    }
    free(card->prop);
    *card = (struct vcard){0};
}

/* Copy what stands up to an unescaped stop (0: the end), without backslashes; *at moves behind it. */
static size_t unescape(const struct vcard *card, const char **at, char stop, char *to) {
    size_t len = 0;
    const char *c = *at;
    for (; *c != '\0' && *c != stop; c++) {
        bool known =
            *c == '\\' && c[1] != '\0' && (card->version != 21 || c[1] == ';' || c[1] == ',' || c[1] == '\\');
        if (known) {
            c++;
            to[len++] = (*c == 'n' || *c == 'N') && card->version != 21 ? '\n' : *c;
        } else {
            to[len++] = *c;
        }
    }
    to[len] = '\0';
    *at = *c != '\0' ? c + 1 : c;
    return len;
}

char *vcard_text(const struct vcard *card, const struct vcard_prop *prop) {
    char *to = malloc(strlen(prop->value) + 1);
    const char *at = prop->value;
    if (to != NULL)
        unescape(card, &at, '\0', to);
    return to;
}

char *vcard_component(const struct vcard *card, const struct vcard_prop *prop, unsigned index) {
    char *to = malloc(strlen(prop->value) + 1);
    const char *at = prop->value;
    for (unsigned i = 0; to != NULL && i <= index; i++) {
        if (i > 0 && *at == '\0' && at[-1] != ';') {
            to[0] = '\0';
            break;
        }
        unescape(card, &at, ';', to);
    }
    return to;
}
