/* A zone that is read answers for any time: its spans hold the time asked for, and meet without a gap. */
#include "node/tzif.h"
#include "tests/fuzz/fuzz.h"

static void look(const struct tzif *zone, int64_t at) {
    struct tzif_span span, next;

    tzif_find(zone, at, &span);
    MUST(span.from <= at && at < span.until);
    MUST(span.offset_s > -TZIF_OFFSET_MAX && span.offset_s < TZIF_OFFSET_MAX);
    if (span.until == INT64_MAX || span.until - at > INT32_MAX)
        return;
    tzif_find(zone, span.until, &next);
    MUST(next.from == span.until);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct tzif zone;

    if (tzif_parse((struct bytes){data, size}, &zone) != ERR_OK)
        return 0;
    for (int64_t at = -5000000000; at <= 260000000000; at += 9876543210)
        look(&zone, at);
    for (size_t i = 0; i < zone.kinds.len && i < 64; i++) {
        int64_t at = (int64_t)be64_get(zone.times.ptr + 8 * i);
        if (at > INT64_MIN / 2 && at < INT64_MAX / 2) {
            look(&zone, at);
            look(&zone, at - 1);
            tzif_instant(&zone, at);
        }
    }
    return 0;
}
