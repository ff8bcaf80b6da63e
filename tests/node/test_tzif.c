#include "tests/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/file.h"
#include "node/tzif.h"
#include "node/zones.h"

#define DIRECTORY "/usr/share/zoneinfo"

/* A file of version 2 with these transitions, one letter and a footer. */
static struct bytes file_of(uint8_t *to, unsigned times, const int64_t *time, const uint8_t *kind,
                            unsigned kinds, const int32_t *offset, const char *footer) {
    uint8_t *at = to;
    const uint32_t first[6] = {0, 0, 0, 0, 1, 1}, second[6] = {0, 0, 0, times, kinds, 1};

    for (unsigned block = 0; block < 2; block++) {
        memset(at, 0, 44);
        memcpy(at, "TZif2", 5);
        for (unsigned i = 0; i < 6; i++)
            be32_put(at + 20 + 4 * i, block == 0 ? first[i] : second[i]);
        at += 44;
        if (block == 0) {
            memset(at, 0, 7);
            at += 7;
        }
    }
    for (unsigned i = 0; i < times; i++, at += 8)
        be64_put(at, (uint64_t)time[i]);
    for (unsigned i = 0; i < times; i++)
        *at++ = kind[i];
    for (unsigned i = 0; i < kinds; i++, at += 6) {
        memset(at, 0, 6);
        be32_put(at, (uint32_t)offset[i]);
    }
    *at++ = 0;
    at += snprintf((char *)at, 100, "\n%s\n", footer);
    return (struct bytes){to, (size_t)(at - to)};
}

static enum err footer_err(const char *footer) {
    uint8_t file[400];
    const int32_t offset[] = {0};
    struct tzif zone;

    return tzif_parse(file_of(file, 0, NULL, NULL, 1, offset, footer), &zone);
}

static void footers_are_read_as_the_standard_says_or_refused(void **state) {
    static const char *const good[] = {"",
                                       "UTC0",
                                       "CET-1CEST,M3.5.0,M10.5.0/3",
                                       "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
                                       "EET-2EEST,M4.5.5/0,M10.5.4/24",
                                       "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
                                       "IST-1GMT0,M10.5.0,M3.5.0/1",
                                       "EST5EDT,0/0,J365/25",
                                       "AAA0BBB,J1/167:59:59,365"};
    static const char *const bad[] = {"UT0",
                                      "CET",
                                      "CET-25",
                                      "CET-1CEST",
                                      "CET-1CEST,M3.5.0",
                                      "<+1030-10",
                                      "CET-1:60",
                                      "UTC0 ",
                                      "CET-1CEST,M0.1.0,J1",
                                      "CET-1CEST,M1.6.0,J1",
                                      "A B0",
                                      "CET-1CEST,J0,J1",
                                      "CET-1CEST,M1.0.0,J1",
                                      "CET-1CEST,M1.1.7,J1",
                                      "CET-1CEST,366,J1",
                                      "CET-1CEST,J1/168,J2",
                                      "CET-1CEST,J1,J2,J3",
                                      "CET-99999999999999999999"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (footer_err(good[i]) != ERR_OK)
            fail_msg("refused: %s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_ERR(footer_err(bad[i]), ERR_SCHEMA);
}

static void every_cut_of_a_file_is_refused(void **state) {
    uint8_t file[400];
    const int64_t time[] = {0, 100};
    const uint8_t kind[] = {1, 0};
    const int32_t offset[] = {3600, 7200};
    struct bytes whole = file_of(file, 2, time, kind, 2, offset, "CET-1CEST,M3.5.0,M10.5.0/3");
    struct tzif zone;

    (void)state;
    CHECK_OK(tzif_parse(whole, &zone));
    for (size_t len = 0; len < whole.len; len++) {
        uint8_t *exact = malloc(len + 1);
        assert_non_null(exact);
        memcpy(exact, file, len);
        CHECK_REFUSED(tzif_parse((struct bytes){exact, len}, &zone));
        free(exact);
    }
}

static void what_a_file_says_wrong_is_refused(void **state) {
    uint8_t file[400];
    const int64_t twice[] = {100, 100}, one[] = {0};
    const uint8_t first[] = {0, 0}, third[] = {2};
    const int32_t good[] = {0}, far[] = {TZIF_OFFSET_MAX};
    struct tzif zone;

    (void)state;
    CHECK_ERR(tzif_parse(file_of(file, 2, twice, first, 1, good, "UTC0"), &zone), ERR_ORDER);
    CHECK_ERR(tzif_parse(file_of(file, 1, one, third, 1, good, "UTC0"), &zone), ERR_RANGE);
    CHECK_ERR(tzif_parse(file_of(file, 0, NULL, NULL, 1, far, "UTC0"), &zone), ERR_RANGE);
    CHECK_ERR(tzif_parse(file_of(file, 0, NULL, NULL, 0, NULL, "UTC0"), &zone), ERR_RANGE);
    struct bytes whole = file_of(file, 0, NULL, NULL, 1, good, "UTC0");
    file[4] = 0;
    CHECK_ERR(tzif_parse(whole, &zone), ERR_VERSION);
    file[4] = '2';
    be32_put(file + 51 + 28, 1); /* a leap second */
    CHECK_ERR(tzif_parse(whole, &zone), ERR_SCHEMA);
    be32_put(file + 51 + 28, 0);
    be32_put(file + 51 + 32, UINT32_MAX);
    CHECK_ERR(tzif_parse(whole, &zone), ERR_SHORT);
}

static void the_footer_counts_after_the_last_transition(void **state) {
    uint8_t file[400];
    const int64_t time[] = {1000000000};
    const uint8_t kind[] = {1};
    const int32_t offset[] = {0, 3600};
    struct tzif zone;
    struct tzif_span span;

    (void)state;
    CHECK_OK(tzif_parse(file_of(file, 1, time, kind, 2, offset, "CET-1CEST,M3.5.0,M10.5.0/3"), &zone));
    tzif_find(&zone, 999999999, &span);
    assert_int_equal(span.offset_s, 0);
    assert_true(span.from == INT64_MIN && span.until == 1000000000);
    tzif_find(&zone, 32503680000 + 180 * 86400, &span); /* in the summer of 3000 */
    assert_int_equal(span.offset_s, 7200);
    tzif_find(&zone, INT64_MAX, &span);
    tzif_find(&zone, INT64_MIN, &span);
}

/* The oracle is libc, which can look at one zone at a time, for a process that has one thread. */
static void same_as_libc(const char *name, const struct tzif *zone, int64_t at) {
    time_t when = (time_t)at;
    struct tm tm;
    struct tzif_span span;

    assert_non_null(localtime_r(&when, &tm));
    tzif_find(zone, at, &span);
    if (tm.tm_gmtoff != span.offset_s)
        fail_msg("%s at %lld: %d, and libc says %ld", name, (long long)at, span.offset_s, tm.tm_gmtoff);
    if (span.from > at || span.until <= at)
        fail_msg("%s at %lld: the span does not hold it", name, (long long)at);
}

static unsigned compare_zone(const char *name) {
    char path[1000];
    uint8_t *file;
    size_t len;
    struct tzif zone;
    unsigned count = 0;

    snprintf(path, sizeof path, "%s/%s", DIRECTORY, name);
    if (file_read(path, TZIF_FILE_MAX, &file, &len) != ERR_OK)
        return 0;
    if (len > 4 && memcmp(file, "TZif", 4) == 0) {
        if (tzif_parse((struct bytes){file, len}, &zone) != ERR_OK)
            fail_msg("%s is refused", name);
        assert_int_equal(setenv("TZ", name, 1), 0);
        tzset();
        /* From each change to the next, and both sides of it, to beyond what the files list. */
        for (int64_t at = -2208988800; at < 4102444800; count++) {
            struct tzif_span span;
            same_as_libc(name, &zone, at);
            same_as_libc(name, &zone, at - 1);
            tzif_find(&zone, at, &span);
            at = span.until < at + 200 * 86400 ? span.until : at + 200 * 86400;
        }
    }
    free(file);
    return count;
}

static unsigned compare_directory(const char *under) {
    char path[1000];
    struct dirent *entry;
    unsigned count = 0;

    snprintf(path, sizeof path, "%s/%s", DIRECTORY, under);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return 0;
    while ((entry = readdir(dir)) != NULL) {
        char name[600];
        snprintf(name, sizeof name, "%s%s%s", under, under[0] != '\0' ? "/" : "", entry->d_name);
        if (entry->d_name[0] == '.' || strcmp(name, "right") == 0 || strcmp(name, "posix") == 0)
            continue;
        count += compare_zone(name);
        if (entry->d_type == DT_DIR)
            count += compare_directory(name);
    }
    closedir(dir);
    return count;
}

static void every_zone_of_the_system_is_as_libc_has_it(void **state) {
    (void)state;
    if (!zones_present())
        skip();
    assert_true(compare_directory("") > 10000);
    assert_int_equal(unsetenv("TZ"), 0);
    tzset();
}

static void names_lead_to_zones_and_to_nothing_else(void **state) {
    static const char *const bad[] = {"",
                                      "Europe/Atlantis",
                                      "posix/Europe/Paris",
                                      "right/Europe/Paris",
                                      "GMT+1",
                                      "../etc/passwd",
                                      "Europe/../UTC",
                                      "/UTC",
                                      "Europe",
                                      "Europe/",
                                      "tzdata.zi",
                                      "Europe/ParisEurope/ParisEurope/ParisEurope/Paris"};

    (void)state;
    if (!zones_present())
        skip();
    const struct tzif *paris = zones_find("Europe/Paris");
    assert_non_null(paris);
    assert_ptr_equal(zones_find("Europe/Paris"), paris);
    assert_non_null(zones_find("UTC"));
    assert_non_null(zones_find("America/Argentina/Buenos_Aires"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (zones_find(bad[i]) != NULL)
            fail_msg("found: %s", bad[i]);
    assert_ptr_equal(zones_find("Europe/Paris"), paris);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(footers_are_read_as_the_standard_says_or_refused),
        cmocka_unit_test(every_cut_of_a_file_is_refused),
        cmocka_unit_test(what_a_file_says_wrong_is_refused),
        cmocka_unit_test(the_footer_counts_after_the_last_transition),
        cmocka_unit_test(every_zone_of_the_system_is_as_libc_has_it),
        cmocka_unit_test(names_lead_to_zones_and_to_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
