#include "node/cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/text.h"

#define SAFE_CHARACTERS 512

/* Bytes of the first characters of a text; what is no UTF-8 counts byte by byte. */
static size_t cut(const char *text, size_t characters) {
    size_t len = 0;

    for (; text[len] != '\0' && characters > 0; characters--)
        do
            len++;
        while (((unsigned char)text[len] & 0xc0) == 0x80);
    return len;
}

char *terminal_safe(const char *text) {
    size_t len = cut(text, SAFE_CHARACTERS);
    char *shown = text_show((struct bytes){(const uint8_t *)text, len}, 0), *safe = NULL;

    if (shown == NULL || asprintf(&safe, "%s%s", shown, text[len] != '\0' ? "..." : "") < 0)
        abort();
    free(shown);
    return safe;
}

void terminal_put(FILE *to, const char *text) {
    char *safe = terminal_safe(text);
    fputs(safe, to);
    free(safe);
}

void progress_begin(struct progress *p, const char *what, uint64_t all) {
    *p = (struct progress){what, all, isatty(STDERR_FILENO) && all ? -1 : 101};
}

void progress_at(struct progress *p, uint64_t done) {
    static const char full[] = "##############################";
    int percent = p->all ? (int)(done >= p->all ? 100 : done * 100 / p->all) : 100;

    if (percent <= p->shown)
        return;
    p->shown = percent;
    fprintf(stderr, "\r%s [%-30.*s] %3d %%", p->what, percent * 30 / 100, full, percent);
    fflush(stderr);
}

void progress_end(struct progress *p) {
    if (p->shown >= 0 && p->shown <= 100)
        fprintf(stderr, "\r\033[K");
    p->shown = 101;
}
