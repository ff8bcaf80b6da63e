#include "node/fold.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

char *fold_text(struct bytes text) {
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
