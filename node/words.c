#include "node/words.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "node/words_table.h"

const char *words_text(enum language language, enum word word) {
    return words_table[language][word][PLURAL_OTHER];
}

const char *words_form(enum language language, enum word word, uint64_t count) {
    const char *text = words_table[language][word][language_plural(language, count)];

    return text == NULL ? words_text(language, word) : text;
}

void words_fill(char *ret, size_t max, const char *text, const char *const *arguments) {
    size_t len = 0, count = 0;

    while (arguments[count] != NULL)
        count++;
    while (*text != '\0' && len + 1 < max) {
        if (*text != '{') {
            ret[len++] = *text++;
            continue;
        }
        size_t number = (size_t)(text[1] - '0');
        int written = snprintf(ret + len, max - len, "%s", number < count ? arguments[number] : "");
        len += (size_t)written < max - len ? (size_t)written : max - len - 1;
        text += 3;
    }
    ret[len] = '\0';
}

/* The part of a tag that names the language: 2 of "fr-CH". */
static size_t subtag_len(const char *tag) {
    return strcspn(tag, "-_");
}

const char *words_language(enum language language, const char *tag) {
    size_t len = subtag_len(tag);

    for (const struct words_tongue *tongue = words_tongues; tongue->tag != NULL; tongue++)
        if (strlen(tongue->tag) == len && strncasecmp(tag, tongue->tag, len) == 0)
            return tongue->name[language];
    return tag;
}

const char *words_state_name(enum language language, const char *code) {
    for (const struct words_state *state = words_states; state->code != NULL; state++)
        if (strcasecmp(code, state->code) == 0)
            return state->name[language];
    return NULL;
}
