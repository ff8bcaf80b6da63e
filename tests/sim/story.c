#include "tests/sim/story.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct story story;

static uint64_t mix(uint64_t h, uint64_t x) {
    h = (h ^ x) * UINT64_C(0xff51afd7ed558ccd);
    return h ^ (h >> 32);
}

uint64_t story_bytes(const void *bytes, size_t len) {
    const uint8_t *p = bytes;
    uint64_t h = len, word;
    for (; len >= 8; p += 8, len -= 8) {
        memcpy(&word, p, 8);
        h = mix(h, word);
    }
    word = 0;
    if (len)
        memcpy(&word, p, len);
    return mix(h, word);
}

void story_note(unsigned what, uint64_t a, uint64_t b, uint64_t c) {
    story.events++;
    story.hash = mix(mix(mix(mix(mix(story.hash, *story.now_ms), what), a), b), c);
}

void story_tell(const char *format, ...) {
    char line[1000];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    uint64_t ms = *story.now_ms;
    printf("%4u:%02u.%03u  %s\n", (unsigned)(ms / 60000), (unsigned)(ms / 1000 % 60), (unsigned)(ms % 1000),
           line);
}
