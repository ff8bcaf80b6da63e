#include "node/cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SAFE_CHARACTERS 512
#define SAFE_WIDEST 12 /* "<U+10FFFF>" */

/* Length of the UTF-8 character at s (0: none begins here), and its code. */
static unsigned decode(const unsigned char *s, uint32_t *code) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned len = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 ? 2 : s[0] >> 4 == 14 ? 3 : s[0] >> 3 == 30 ? 4 : 0;

    *code = len == 1 ? s[0] : len ? s[0] & (0x7fu >> len) : 0;
    for (unsigned i = 1; i < len; i++) {
        if (s[i] >> 6 != 2)
            return 0;
        *code = *code << 6 | (s[i] & 0x3f);
    }
    if (*code < least[len] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
        return 0;
    return len;
}

/* Characters that act on the text around them or cannot be seen.  The joiners U+200C and U+200D stay: Persian
 * and many Indian languages are not spelt without them. */
static bool treacherous(uint32_t c) {
    static const uint32_t range[][2] = {
        {0, 0x1f},        {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},   {0x180e, 0x180e},
        {0x200b, 0x200b}, {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff},
        {0xfff9, 0xfffb}, {0x115f, 0x1160}, {0x3164, 0x3164}, {0xffa0, 0xffa0}, {0xe0000, 0xe0fff}};

    for (size_t i = 0; i < sizeof(range) / sizeof(range[0]); i++)
        if (c >= range[i][0] && c <= range[i][1])
            return true;
    return false;
}

char *terminal_safe(const char *text) {
    const unsigned char *s = (const unsigned char *)text;
    size_t room = strlen(text) < SAFE_CHARACTERS ? strlen(text) : SAFE_CHARACTERS, len = 0, count = 0;
    size_t max = room * SAFE_WIDEST + 4;
    char *safe = malloc(max);

    if (!safe)
        abort();
    for (; *s && count < SAFE_CHARACTERS; count++) {
        uint32_t code;
        unsigned n = decode(s, &code);
        if (n && !treacherous(code)) {
            memcpy(safe + len, s, n);
            len += n;
        } else if (n > 1) {
            len += (size_t)snprintf(safe + len, max - len, "<U+%04X>", (unsigned)code);
        } else {
            len += (size_t)snprintf(safe + len, max - len, "\\x%02x", *s);
        }
        s += n ? n : 1;
    }
    snprintf(safe + len, max - len, "%s", *s ? "..." : "");
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
