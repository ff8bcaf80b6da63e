#include "node/printer.h"

#include <stdarg.h>
#include <stdio.h>

void printer_put(struct printer *p, const char *format, ...) {
    va_list args;
    if (p->err)
        return;
    va_start(args, format);
    int n = vsnprintf(p->to + p->len, p->max - p->len, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= p->max - p->len)
        p->err = ERR_FULL;
    else
        p->len += (size_t)n;
}

void printer_base64(struct printer *p, struct bytes data) {
    if (!p->err)
        p->err = base64_put(p->to, p->max, &p->len, data);
}
