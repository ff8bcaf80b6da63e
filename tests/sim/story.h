/* What has happened in a simulation: a hash over all of it, by which two runs are compared, and on demand a
 * text for people, line by line: when, who, what. */
#ifndef TESTS_SIM_STORY_H
#define TESTS_SIM_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern struct story {
    unsigned told; /* 1: print it; 2: every frame too */
    uint64_t hash, events;
    const uint64_t *now_ms;
} story;

/* Add to the hash. */
void story_note(unsigned what, uint64_t a, uint64_t b, uint64_t c);
uint64_t story_bytes(const void *bytes, size_t len); /* a quick hash of bytes, to be noted */

/* Tell a line; it is not part of the hash. */
#define STORY(...)                                                                                           \
    do {                                                                                                     \
        if (story.told)                                                                                      \
            story_tell(__VA_ARGS__);                                                                         \
    } while (0)
void story_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
