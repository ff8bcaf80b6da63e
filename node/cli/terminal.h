/* What goes to a person's terminal: made harmless, and progress on long work. */
#ifndef NODE_CLI_TERMINAL_H
#define NODE_CLI_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Copy a text that somebody else wrote, made harmless: control characters, bidirectional controls, invisible
 * characters and bytes that are not UTF-8 are spelled out (node/text.h); cut at 512 characters.
 * malloc'd; never NULL (ends the process when memory is out). */
char *terminal_safe(const char *text);

/* Print such a text. */
void terminal_put(FILE *to, const char *text);

/* A bar on standard error while something long goes on; nothing if that is no terminal. */
struct progress {
    const char *what;
    uint64_t all;
    int shown; /* per cent */
};
void progress_begin(struct progress *p, const char *what, uint64_t all);
void progress_at(struct progress *p, uint64_t done);
void progress_end(struct progress *p);

#endif
