#include "tests/lib/guard.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void guard_open(struct guard *g, size_t max) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t room = (max + page - 1) / page * page;
    g->map_len = room + page;
    g->map = mmap(NULL, g->map_len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert(g->map != MAP_FAILED);
    g->end = g->map + room;
    int failed = mprotect(g->end, page, PROT_NONE);
    assert(!failed);
    (void)failed;
}

const uint8_t *guard_copy(struct guard *g, const void *from, size_t len) {
    assert(len <= (size_t)(g->end - g->map));
    if (len)
        memcpy(g->end - len, from, len);
    return g->end - len;
}

void guard_close(struct guard *g) {
    munmap(g->map, g->map_len);
}
