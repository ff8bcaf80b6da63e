#include "tests/sim/heap.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/sim/scene.h"

#define SLACK 1024 /* a block may be given some bytes more than the same one before */

/* What glibc keeps in caches of its own counts as used, so there are to be none. */
static const char no_cache[] = "glibc.malloc.tcache_count=0";

void heap_prepare(char **argv) {
    if (!getenv("GLIBC_TUNABLES") && !setenv("GLIBC_TUNABLES", no_cache, 1))
        execv("/proc/self/exe", argv);
    /* What replication takes is mostly never touched: it comes as zero pages. */
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
    mallopt(M_TRIM_THRESHOLD, 512 << 20);
    mallopt(M_MXFAST, 0);
}

uint64_t heap_bytes(void) {
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

void heap_same(uint64_t before) {
    uint64_t now = heap_bytes();
    if (now > before + SLACK)
        scene_wrong("memory that is taken is given back", "%llu bytes are still in use",
                    (unsigned long long)(now - before));
}
