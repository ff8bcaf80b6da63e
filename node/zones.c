#include "node/zones.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "node/file.h"
#include "proto/contact.h"

#define ZONES_DIR "/usr/share/zoneinfo"
#define ZONES_MAX 1024 /* the database has some 600 names */
#define RECHECK_S 600

struct zone {
    char name[ZONE_NAME_MAX + 1];
    time_t checked_s; /* of the monotonic clock */
    struct timespec changed;
    struct tzif tzif;
    /* Rules that an update has replaced may still be in somebody's hands: they are kept. */
    struct zone *replaced;
};

static pthread_rwlock_t zones_lock = PTHREAD_RWLOCK_INITIALIZER;
static struct zone *zones[ZONES_MAX]; /* by name */
static size_t zones_count;

static time_t monotonic_s(void) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

/* "right" counts leap seconds, "posix" is the same again: neither name is one of the database. */
static bool path_of(const char *name, char *ret, size_t max) {
    if (strlen(name) > ZONE_NAME_MAX || !zone_valid(bytes_str(name)) || strncmp(name, "posix/", 6) == 0 ||
        strncmp(name, "right/", 6) == 0)
        return false;
    return file_path(ret, max, ZONES_DIR, name) == ERR_OK;
}

static struct zone *zone_read(const char *name) {
    char path[sizeof ZONES_DIR + ZONE_NAME_MAX + 2];
    struct stat seen;
    uint8_t *file;
    size_t len;

    if (!path_of(name, path, sizeof path) || stat(path, &seen) != 0 ||
        file_read(path, TZIF_FILE_MAX, &file, &len) != ERR_OK)
        return NULL;
    struct zone *zone = calloc(1, sizeof *zone);
    if (zone == NULL || tzif_parse((struct bytes){file, len}, &zone->tzif) != ERR_OK) {
        free(zone);
        free(file);
        return NULL;
    }
    snprintf(zone->name, sizeof zone->name, "%s", name);
    zone->changed = seen.st_mtim;
    zone->checked_s = monotonic_s();
    return zone; /* the file's bytes stay with it, for ever */
}

/* Where a name stands, or would. */
static size_t place_of(const char *name, bool *ret_found) {
    size_t low = 0, high = zones_count;

    *ret_found = false;
    while (low < high && !*ret_found) {
        size_t middle = low + (high - low) / 2;
        int sign = strcmp(zones[middle]->name, name);
        *ret_found = sign == 0;
        if (sign < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return high;
}

static bool is_due(const struct zone *zone) {
    return monotonic_s() - zone->checked_s >= RECHECK_S;
}

/* Has the file been replaced?  If it has gone or cannot be read, what is known stays. */
static void recheck(struct zone **place) {
    char path[sizeof ZONES_DIR + ZONE_NAME_MAX + 2];
    struct stat seen;

    (*place)->checked_s = monotonic_s();
    if (!path_of((*place)->name, path, sizeof path) || stat(path, &seen) != 0 ||
        memcmp(&seen.st_mtim, &(*place)->changed, sizeof seen.st_mtim) == 0)
        return;
    struct zone *fresh = zone_read((*place)->name);
    if (fresh == NULL)
        return;
    fresh->replaced = *place;
    *place = fresh;
}

static const struct tzif *find_locked(const char *name) {
    bool found;
    size_t place = place_of(name, &found);

    if (found) {
        if (is_due(zones[place]))
            recheck(&zones[place]);
        return &zones[place]->tzif;
    }
    struct zone *zone = zones_count < ZONES_MAX ? zone_read(name) : NULL;
    if (zone == NULL)
        return NULL;
    memmove(&zones[place + 1], &zones[place], (zones_count - place) * sizeof zones[0]);
    zones[place] = zone;
    zones_count++;
    return &zone->tzif;
}

const struct tzif *zones_find(const char *name) {
    const struct tzif *ret = NULL;
    bool found;

    pthread_rwlock_rdlock(&zones_lock);
    size_t place = place_of(name, &found);
    if (found && !is_due(zones[place]))
        ret = &zones[place]->tzif;
    pthread_rwlock_unlock(&zones_lock);
    if (ret != NULL)
        return ret;
    pthread_rwlock_wrlock(&zones_lock);
    ret = find_locked(name);
    pthread_rwlock_unlock(&zones_lock);
    return ret;
}

bool zones_present(void) {
    return access(ZONES_DIR "/UTC", R_OK) == 0;
}
