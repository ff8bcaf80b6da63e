#include "node/logline.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "node/tally.h"
#include "node/text.h"
#include "proto/limits.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static time_t second;
static unsigned written, left_out;

/* Whether a line may be written now; tells how many were left out before it. */
static int may_write(unsigned *ret_left_out) {
    time_t now = time(NULL);
    *ret_left_out = 0;
    if (now != second) {
        second = now;
        written = 0;
        *ret_left_out = left_out;
        left_out = 0;
    }
    if (written >= LOG_LINES_S) {
        left_out++;
        tally_add(TALLY_LINES_LEFT_OUT);
        return 0;
    }
    written++;
    return 1;
}

static void put(const char *data, size_t len) {
    if (write(STDERR_FILENO, data, len) < 0)
        return; /* nowhere is left to say so */
}

void logline(enum logline_level level, const char *format, ...) {
    char text[LOG_LINE_MAX], line[LOG_LINE_MAX + 64];
    unsigned missed;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    pthread_mutex_lock(&lock);
    if (may_write(&missed)) {
        if (missed) {
            int len = snprintf(line, sizeof line, "<4>%u lines were left out\n", missed);
            put(line, (size_t)len);
        }
        int prefix = snprintf(line, sizeof line, "<%d>", (int)level);
        text_show_to(line + prefix, LOG_LINE_MAX, bytes_str(text));
        size_t len = strlen(line);
        line[len++] = '\n';
        put(line, len);
    }
    pthread_mutex_unlock(&lock);
}
