#include "node/markup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/text.h"

static const char *const entities[] = {
    ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;", ['`'] = "&#96;",
};

static void put(struct markup *m, const char *text, size_t len) {
    if (m->failed || len > MARKUP_MAX - m->len) {
        m->failed = true;
        return;
    }
    if (m->len + len > m->room) {
        size_t room = (m->len + len) * 2 + 4096;
        char *larger = realloc(m->text, room);
        if (larger == NULL) {
            m->failed = true;
            return;
        }
        m->text = larger;
        m->room = room;
    }
    memcpy(m->text + m->len, text, len);
    m->len += len;
}

void markup_html(struct markup *m, const char *html) {
    put(m, html, strlen(html));
}

static void put_escaped(struct markup *m, const char *text) {
    const char *from = text, *at;

    for (at = text; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        if (c >= sizeof entities / sizeof *entities || entities[c] == NULL)
            continue;
        put(m, from, (size_t)(at - from));
        markup_html(m, entities[c]);
        from = at + 1;
    }
    put(m, from, (size_t)(at - from));
}

void markup_text(struct markup *m, const char *text) {
    char *shown = text_show(bytes_str(text), 0);

    if (shown == NULL)
        m->failed = true;
    else
        put_escaped(m, shown);
    free(shown);
}

void markup_attribute(struct markup *m, const char *name, const char *text) {
    markup_html(m, " ");
    markup_html(m, name);
    markup_html(m, "=\"");
    markup_text(m, text);
    markup_html(m, "\"");
}

void markup_data(struct markup *m, const char *language, const char *text) {
    markup_html(m, "<bdi dir=\"auto\"");
    if (language != NULL && *language != '\0')
        markup_attribute(m, "lang", language);
    markup_html(m, ">");
    markup_text(m, text);
    markup_html(m, "</bdi>");
}

static const char *argument_at(const char *const *arguments, unsigned number) {
    for (unsigned i = 0; i <= number; i++)
        if (arguments[i] == NULL)
            return "";
    return arguments[number];
}

static void say(struct markup *m, const char *from, const char *const *arguments, bool isolate) {
    const char *open;

    while ((open = strchr(from, '{')) != NULL) {
        put(m, from, (size_t)(open - from));
        const char *argument = argument_at(arguments, (unsigned)(open[1] - '0'));
        if (isolate)
            markup_data(m, NULL, argument);
        else
            markup_text(m, argument);
        from = open + 3;
    }
    markup_html(m, from);
}

void markup_say(struct markup *m, enum word word, const char *const *arguments) {
    say(m, words_text(m->language, word), arguments, true);
}

void markup_say_plain(struct markup *m, enum word word, const char *const *arguments) {
    say(m, words_text(m->language, word), arguments, false);
}

void markup_count(struct markup *m, enum word word, long long count, const char *argument) {
    char number[LANGUAGE_NUMBER];
    const char *const arguments[] = {language_number(m->language, number, count), argument, NULL};

    say(m, words_form(m->language, word, (uint64_t)count), arguments, true);
}

void markup_number(struct markup *m, long long number) {
    char text[LANGUAGE_NUMBER];

    markup_html(m, language_number(m->language, text, number));
}

void markup_append(struct markup *m, const struct markup *other) {
    m->failed = m->failed || other->failed;
    if (other->len > 0)
        put(m, other->text, other->len);
}
