/* A query that is read says the same when every byte of it is escaped; one that is refused says nothing. */
#include <stdlib.h>
#include <string.h>

#include "node/query.h"
#include "tests/fuzz/fuzz.h"

static size_t escape(char *to, const char *text) {
    static const char digits[] = "0123456789abcdef";
    size_t len = 0;
    for (; *text; text++) {
        to[len++] = '%';
        to[len++] = digits[(uint8_t)*text >> 4];
        to[len++] = digits[(uint8_t)*text & 15];
    }
    return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char allowed[] = "q state kind language at limit after all from";
    static char text[QUERY_PARAMS * (16 + QUERY_VALUE_MAX + 2) * 3];
    struct query q, again, before;
    char name[16], *raw = malloc(size + 1);
    size_t len = 0;
    MUST(raw != NULL);
    if (size)
        memcpy(raw, data, size);
    raw[size] = '\0';
    memset(&q, 0x5a, sizeof q);
    before = q;
    enum err err = query_parse(raw, allowed, &q, name);
    free(raw);
    MUST(memchr(name, '\0', sizeof name));
    if (err) {
        MUST(memcmp(&q, &before, sizeof q) == 0);
        return 0;
    }
    MUST(q.count <= QUERY_PARAMS);
    for (unsigned i = 0; i < q.count; i++) {
        MUST(utf8_clean(bytes_str(q.param[i].value)));
        MUST(query_get(&q, q.param[i].name) == q.param[i].value);
        len += escape(text + len, q.param[i].name);
        text[len++] = '=';
        len += escape(text + len, q.param[i].value);
        text[len++] = '&';
    }
    text[len] = '\0';
    MUST(query_parse(text, allowed, &again, name) == ERR_OK && again.count == q.count);
    for (unsigned i = 0; i < q.count; i++)
        MUST(!strcmp(again.param[i].name, q.param[i].name) &&
             !strcmp(again.param[i].value, q.param[i].value));
    return 0;
}
