#include "node/tilepath.h"

#include <stdio.h>
#include <string.h>

uint64_t tile_count(uint64_t size, unsigned level) {
    return level == TILE_ENTRIES ? size : size >> (8 * level);
}

unsigned tile_width(uint64_t size, unsigned level, uint64_t index) {
    uint64_t count = tile_count(size, level);
    if (index > count / TILE_WIDTH)
        return 0;
    uint64_t left = count - index * TILE_WIDTH;
    return left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH;
}

void tile_path_put(char ret[static TILE_PATH_MAX], unsigned level, uint64_t index, unsigned width) {
    char groups[40] = "";
    size_t at = sizeof groups - 1;
    bool last = true;

    /* Groups of three digits from the right; all but the last stand behind an x. */
    do {
        char group[8];
        int len = snprintf(group, sizeof group, last ? "%03u" : "x%03u/", (unsigned)(index % 1000));
        at -= (size_t)len;
        memcpy(groups + at, group, (size_t)len);
        index /= 1000;
        last = false;
    } while (index > 0);

    int len = level == TILE_ENTRIES ? snprintf(ret, TILE_PATH_MAX, "tile/entries/%s", groups + at)
                                    : snprintf(ret, TILE_PATH_MAX, "tile/%u/%s", level, groups + at);
    if (width < TILE_WIDTH)
        snprintf(ret + len, TILE_PATH_MAX - (size_t)len, ".p/%u", width);
}
