/* The daemon's log: one event a line on standard error, with systemd's level prefix; what a terminal
 * would obey and what cannot be seen is spelled out (node/text.h), a line has at most 1 KiB, and more than
 * 100 a second are counted instead of written. */
#ifndef NODE_LOGLINE_H
#define NODE_LOGLINE_H

enum logline_level { LOGLINE_ERROR = 3, LOGLINE_WARNING = 4, LOGLINE_INFO = 6 };

/* May be called from any thread. */
void logline(enum logline_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
