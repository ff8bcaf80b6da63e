#include "proto/retention.h"

static uint64_t after(uint64_t from, uint64_t period) {
    return from >= RETENTION_NEVER - period ? RETENTION_NEVER : from + period;
}

uint64_t retention_erased(const struct retention_policy *policy, const struct retention_log *log,
                          uint64_t leaf, uint64_t seen_s) {
    if (log->doubtful)
        return RETENTION_NEVER;
    if (leaf < log->anchor)
        return 0;
    return after(seen_s, policy->erase_delay_s);
}

uint64_t retention_counts(uint64_t valid_from_s, uint64_t seen_s) {
    return valid_from_s > seen_s ? valid_from_s : seen_s;
}

uint64_t retention_superseded(const struct retention_policy *policy, const struct retention_log *log,
                              uint64_t since_s) {
    return log->doubtful ? RETENTION_NEVER : after(since_s, policy->retention_s);
}
