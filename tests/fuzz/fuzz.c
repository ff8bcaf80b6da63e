#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/tmp.h"

_Noreturn void fuzz_fail(const char *condition, const char *file, int line) {
    dprintf(STDERR_FILENO, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

uint8_t supply_byte(struct supply *s) {
    if (s->left == 0)
        return 0;
    s->left--;
    return *s->at++;
}

uint32_t supply_below(struct supply *s, uint32_t limit) {
    uint32_t high = supply_byte(s);
    return (high << 8 | supply_byte(s)) % limit;
}

uint64_t supply_u64(struct supply *s) {
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++)
        value = value << 8 | supply_byte(s);
    return value;
}

struct bytes supply_bytes(struct supply *s, size_t most) {
    struct bytes taken = {s->at, most < s->left ? most : s->left};
    s->at += taken.len;
    s->left -= taken.len;
    return taken;
}

static char dir[TMP_LEN];

static void dir_remove(void) {
    tmp_close(dir);
}

const char *fuzz_dir(void) {
    if (!*dir) {
        tmp_open(dir);
        MUST(atexit(dir_remove) == 0);
    }
    return dir;
}

const char *fuzz_file(const char *name, struct bytes data) {
    static char path[TMP_LEN + 64];
    snprintf(path, sizeof path, "%s/%s", fuzz_dir(), name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    MUST(fd >= 0);
    MUST(write(fd, data.ptr, data.len) == (ssize_t)data.len);
    MUST(close(fd) == 0);
    return path;
}

void fuzz_quiet(void) {
    static FILE *nowhere;
    if (nowhere)
        return;
    nowhere = fopen("/dev/null", "we");
    MUST(nowhere != NULL);
    stderr = nowhere;
}

/* Base64 of a text begins in one of three places of its four-letter groups: cut what its neighbours decide.
 */
static bool holds_base64(struct bytes data, unsigned before) {
    static const uint8_t zeros[3];
    uint8_t raw[3 + sizeof CANARY];
    char text[BASE64_LEN(sizeof raw) + 1];
    size_t len = 0, whole = (before + sizeof CANARY - 1) / 3 * 4, skip = before ? 4 : 0;
    memcpy(raw, zeros, before);
    memcpy(raw + before, CANARY, sizeof CANARY);
    MUST(base64_put(text, sizeof text, &len, (struct bytes){raw, before + sizeof CANARY - 1}) == ERR_OK);
    return memmem(data.ptr, data.len, text + skip, whole - skip) != NULL;
}

bool fuzz_canary(struct bytes data) {
    if (data.len == 0)
        return false;
    return memmem(data.ptr, data.len, CANARY, sizeof CANARY - 1) || holds_base64(data, 0) ||
           holds_base64(data, 1) || holds_base64(data, 2);
}
