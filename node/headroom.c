#include "node/headroom.h"

#include <sys/statvfs.h>

#include "node/tally.h"

bool headroom_is_low(uint64_t left, uint64_t floor, bool before) {
    return left < floor || (before && left - floor < floor / 8);
}

bool headroom_look(struct headroom *h) {
    struct statvfs disk;
    bool before = h->low;
    h->left = statvfs(h->dir, &disk) ? UINT64_MAX : (uint64_t)disk.f_bavail * disk.f_frsize;
    h->low = headroom_is_low(h->left, h->floor, before);
    gauge_set(GAUGE_DISK_LEFT, h->left);
    gauge_set(GAUGE_DISK_LOW, h->low);
    return h->low != before;
}
