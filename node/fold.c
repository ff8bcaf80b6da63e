#include "node/fold.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* ASCII folds to small letters and nothing else; NULL if it is not ASCII, or without memory. */
static char *fold_ascii(struct bytes text) {
    char *folded = malloc(text.len + 1);

    for (size_t i = 0; folded != NULL && i < text.len; i++) {
        uint8_t c = text.ptr[i];
        if (c == 0 || c >= 0x80) {
            free(folded);
            return NULL;
        }
        folded[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    if (folded != NULL)
        folded[text.len] = '\0';
    return folded;
}

char *fold_text(struct bytes text) {
    char *ascii = fold_ascii(text);
    if (ascii != NULL)
        return ascii;
    utf8proc_uint8_t *folded = NULL;
    const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                      UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE |
                                      UTF8PROC_LUMP;

    utf8proc_ssize_t len = utf8proc_map(text.ptr, (utf8proc_ssize_t)text.len, &folded, options);
    if (len < 0) {
        free(folded);
        return len == UTF8PROC_ERROR_NOMEM ? NULL : strdup("");
    }
    return (char *)folded; /* utf8proc ends it with a NUL */
}
