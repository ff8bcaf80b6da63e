/* HTML being written: the only place where data becomes markup.
 *
 * markup_html() takes text of this program; everything that came from outside goes through markup_text(),
 * which escapes it for elements and quoted attributes alike and spells controls, direction overrides and
 * invisible characters out (node/text.h).  A failure sticks; the whole is bounded. */
#ifndef NODE_MARKUP_H
#define NODE_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "node/words.h"

#define MARKUP_MAX ((size_t)8 << 20)

struct markup {
    enum language language;
    char *text; /* malloc'd, not terminated */
    size_t len, room;
    bool failed;
};

void markup_html(struct markup *m, const char *html);
void markup_text(struct markup *m, const char *text);

/* Data in an element of its own, isolated from the direction of what stands around it; language "" or NULL
 * if it is not known. */
void markup_data(struct markup *m, const char *language, const char *text);

/* ' name="escaped"' */
void markup_attribute(struct markup *m, const char *name, const char *text);

/* A message, with each argument isolated; or with none of it marked up, for titles and attributes.  The
 * arguments end with NULL. */
void markup_say(struct markup *m, enum word word, const char *const *arguments);
void markup_say_plain(struct markup *m, enum word word, const char *const *arguments);

#define SAY(m, word, ...) markup_say(m, word, (const char *const[]){__VA_ARGS__, NULL})
#define SAY0(m, word) markup_say(m, word, (const char *const[]){NULL})

/* A message about so many things, in the form that the language has for that number: {0} is the count, {1}
 * the argument, if it is not NULL. */
void markup_count(struct markup *m, enum word word, long long count, const char *argument);

/* All of another. */
void markup_append(struct markup *m, const struct markup *other);

/* A number as the language writes it. */
void markup_number(struct markup *m, long long number);

#endif
