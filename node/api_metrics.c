/* Numbers for Prometheus (text format 0.0.4): of logs and of this process; no name, address or text of a
 * person. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/api_call.h"
#include "node/record.h"
#include "node/tally.h"
#include "store/scrub.h"
#include "store/sweep.h"

#define TYPE "text/plain; version=0.0.4; charset=utf-8"

static void head(FILE *out, const char *name, const char *type, const char *help) {
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void one(FILE *out, const char *name, const char *type, const char *help, uint64_t value) {
    head(out, name, type, help);
    fprintf(out, "%s %" PRIu64 "\n", name, value);
}

/* A value for each log; origins are of characters that need no escape. */
static void each_log(FILE *out, const json_t *logs, const char *name, const char *help,
                     bool (*value)(const json_t *log, uint64_t now, uint64_t *ret), uint64_t now) {
    size_t i;
    json_t *log;

    head(out, name, "gauge", help);
    json_array_foreach((json_t *)(uintptr_t)logs, i, log) {
        uint64_t number;
        if (value(log, now, &number))
            fprintf(out, "%s{origin=\"%s\"} %" PRIu64 "\n", name,
                    json_string_value(json_object_get(log, "origin")), number);
    }
}

static bool entries_of(const json_t *log, uint64_t now, uint64_t *ret) {
    (void)now;
    *ret = (uint64_t)json_integer_value(json_object_get(log, "size"));
    return true;
}

static bool bytes_of(const json_t *log, uint64_t now, uint64_t *ret) {
    (void)now;
    *ret = (uint64_t)json_integer_value(json_object_get(log, "bytes"));
    return true;
}

static bool over_quota(const json_t *log, uint64_t now, uint64_t *ret) {
    (void)now;
    *ret = json_is_true(json_object_get(log, "over_quota"));
    return true;
}

static bool age_since(const json_t *log, const char *member, uint64_t now, uint64_t *ret) {
    const char *text = json_string_value(json_object_get(log, member));
    uint64_t at;

    if (text == NULL || !time_parse(text, &at))
        return false;
    *ret = now > at ? now - at : 0;
    return true;
}

static bool moved_age(const json_t *log, uint64_t now, uint64_t *ret) {
    return age_since(log, "moved", now, ret);
}

static bool cosigned_age(const json_t *log, uint64_t now, uint64_t *ret) {
    return age_since(log, "cosigned", now, ret);
}

static void flagged(FILE *out, const json_t *logs) {
    static const char *const flags[] = {"disputed", "contested", "incomplete"};

    head(out, "comity_logs_flagged", "gauge", "Logs whose view carries a flag.");
    for (size_t f = 0; f < sizeof flags / sizeof *flags; f++) {
        uint64_t count = 0;
        size_t i, k;
        json_t *log, *flag;
        json_array_foreach((json_t *)(uintptr_t)logs, i, log) {
            json_array_foreach(json_object_get(log, "flags"), k, flag) {
                count += strcmp(json_string_value(flag), flags[f]) == 0;
            }
        }
        fprintf(out, "comity_logs_flagged{flag=\"%s\"} %" PRIu64 "\n", flags[f], count);
    }
}

static void of_logs(FILE *out, struct api_call *call) {
    json_t *logs = api_logs_json(call);

    one(out, "comity_logs", "gauge", "Logs that this node carries.", json_array_size(logs));
    each_log(out, logs, "comity_log_entries", "Entries in the view of a log.", entries_of, call->now);
    each_log(out, logs, "comity_log_moved_age_seconds", "Since this node last saw the head move.", moved_age,
             call->now);
    each_log(out, logs, "comity_log_cosigned_age_seconds",
             "Since a node of the State last cosigned its own head.", cosigned_age, call->now);
    flagged(out, logs);
    each_log(out, logs, "comity_log_bytes", "Bytes of a log's entries and parts.", bytes_of, call->now);
    each_log(out, logs, "comity_log_over_quota",
             "1: the log has come to log_quota, and no more of it is kept.", over_quota, call->now);
    json_decref(logs);
}

static void of_disk(FILE *out) {
    one(out, "comity_disk_left_bytes", "gauge", "Room on the disk of the data directory.",
        gauge_get(GAUGE_DISK_LEFT));
    one(out, "comity_disk_low", "gauge", "1: less than the floor, and nothing more is taken from peers.",
        gauge_get(GAUGE_DISK_LOW));
}

static void of_gate(FILE *out) {
    one(out, "comity_gate_passed_total", "counter", "Packages that the gate has passed.",
        tally_get(TALLY_GATE_PASSED));
    one(out, "comity_gate_parts_refused_total", "counter",
        "Parts that were left out: not what their leaves say, or not for this node.",
        tally_get(TALLY_PARTS_WRONG));
    head(out, "comity_gate_refusals_total", "counter", "Packages that the gate has refused, by reason.");
    for (unsigned e = 1; e < ERR_COUNT; e++) {
        uint64_t count = tally_gate_refusals((enum err)e);
        if (count > 0)
            fprintf(out, "comity_gate_refusals_total{error=\"%s\"} %" PRIu64 "\n", err_name((enum err)e),
                    count);
    }
}

static void of_http(FILE *out) {
    static const struct {
        const char *code;
        enum tally tally;
    } classes[] = {{"2xx", TALLY_HTTP_ANSWERED},
                   {"304", TALLY_HTTP_SAME},
                   {"4xx", TALLY_HTTP_REFUSED},
                   {"5xx", TALLY_HTTP_FAILED}};

    head(out, "comity_http_requests_total", "counter", "Requests that were answered, by status.");
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        fprintf(out, "comity_http_requests_total{code=\"%s\"} %" PRIu64 "\n", classes[i].code,
                tally_get(classes[i].tally));
    one(out, "comity_http_parked", "gauge", "Requests that wait for a change now.",
        gauge_get(GAUGE_HTTP_PARKED));
    one(out, "comity_http_parked_total", "counter", "Requests that began to wait for a change.",
        tally_get(TALLY_HTTP_PARKED));
    one(out, "comity_http_cache_hits_total", "counter", "Answers that were kept from an earlier request.",
        tally_get(TALLY_HTTP_KEPT));
    one(out, "comity_http_cache_entries", "gauge", "Answers that are kept.",
        gauge_get(GAUGE_HTTP_CACHE_ENTRIES));
    one(out, "comity_http_cache_bytes", "gauge", "Bytes that they take.", gauge_get(GAUGE_HTTP_CACHE_BYTES));
}

/* Attempts that came to nothing, and why. */
static void of_refusals(FILE *out) {
    static const struct {
        const char *reason;
        enum gauge gauge;
    } reasons[] = {{"address_rate", GAUGE_LINKS_FLOODED},
                   {"half_open", GAUGE_LINKS_CROWDED},
                   {"full", GAUGE_LINKS_FULL},
                   {"other", GAUGE_LINKS_OTHERS}};

    head(out, "comity_links_refused_total", "counter", "Connections turned away, by the bound or rule.");
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        fprintf(out, "comity_links_refused_total{reason=\"%s\"} %" PRIu64 "\n", reasons[i].reason,
                gauge_get(reasons[i].gauge));
}

static void of_links(FILE *out) {
    static const struct {
        const char *name, *type, *help;
        enum gauge gauge;
    } numbers[] = {
        {"comity_links_half_open", "gauge", "Connections whose peer has not said HELLO yet.",
         GAUGE_LINKS_HALF_OPEN},
        {"comity_links_queued_bytes", "gauge", "Bytes that wait for peers to read.", GAUGE_LINKS_QUEUED},
        {"comity_links_opened_total", "counter", "Connections begun, by either side.", GAUGE_LINKS_OPENED},
        {"comity_links_up_total", "counter", "Links that came up.", GAUGE_LINKS_UP},
        {"comity_links_late_total", "counter", "Links that a deadline or the least rate has ended.",
         GAUGE_LINKS_LATE},
        {"comity_links_broken_total", "counter", "Links that ended by an error or the other side.",
         GAUGE_LINKS_BROKEN},
        {"comity_links_glutted_total", "counter", "Links that ended because of the bound on queues.",
         GAUGE_LINKS_GLUTTED},
        {"comity_links_paused_total", "counter",
         "Times that a peer's requests waited for those of others, or until it read its answers.",
         GAUGE_LINKS_PAUSED},
        {"comity_links_received_bytes_total", "counter", "Bytes received.", GAUGE_LINKS_IN},
        {"comity_links_sent_bytes_total", "counter", "Bytes sent.", GAUGE_LINKS_OUT},
    };

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        one(out, numbers[i].name, numbers[i].type, numbers[i].help, gauge_get(numbers[i].gauge));
    of_refusals(out);
}

/* What this node has still to destroy. */
static void of_erasures(FILE *out, struct api_call *call) {
    struct log_record record = {.seq = 0};
    uint64_t waiting = 0, first = RETENTION_NEVER;

    while (logs_next(call->txn, &record)) {
        uint64_t here, due;
        sweep_waiting(call->txn, record.id, &here, &due);
        waiting += here;
        first = here > 0 && due < first ? due : first;
    }
    one(out, "comity_erasures_waiting", "gauge", "Entries that are erased and not destroyed here yet.",
        waiting);
    one(out, "comity_erasures_due_timestamp_seconds", "gauge",
        "When the first of them is to be destroyed; 0 if none waits, or as long as a dispute holds it up.",
        first == RETENTION_NEVER ? 0 : first);
    one(out, "comity_scrub_wanted", "gauge", "Whether the database file is still to be scrubbed.",
        scrub_wanted(call->txn));
}

static void of_replication(FILE *out) {
    static const struct {
        const char *name, *help;
        enum gauge gauge;
    } numbers[] = {
        {"comity_replication_late_total", "Questions to peers that were not answered in time.",
         GAUGE_SYNC_LATE},
        {"comity_replication_claims_lost_total",
         "Times that a peer was left alone about a log for a while, since it did not deliver.",
         GAUGE_SYNC_LOST},
        {"comity_replication_turns_total", "Times that a log gave way to others that waited for its peer.",
         GAUGE_SYNC_TURNS},
        {"comity_replication_paced_total", "Questions for heads that waited for their rate.",
         GAUGE_SYNC_PACED},
        {"comity_replication_strange_total",
         "Reports of logs, not carried here, for which there was no room.", GAUGE_SYNC_STRANGE},
        {"comity_replication_signatures_vain_total", "Signatures of packages that have come to nothing.",
         GAUGE_SYNC_JUDGED},
        {"comity_replication_spared_total",
         "Times that a peer was not asked for packages because of such signatures.", GAUGE_SYNC_SPARED},
        {"comity_replication_walks_total", "Times that a peer's report was compared as a whole.",
         GAUGE_SYNC_WALKS},
        {"comity_replication_vectors_total", "Times that all heads of a peer were asked for.",
         GAUGE_SYNC_VECTORS},
    };

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        one(out, numbers[i].name, "counter", numbers[i].help, gauge_get(numbers[i].gauge));
    one(out, "comity_writer_busy_total", "counter", "Jobs that found the writer's queue full.",
        tally_get(TALLY_WRITER_BUSY));
    one(out, "comity_log_lines_left_out_total", "counter",
        "Lines that were not written: too many in a second.", tally_get(TALLY_LINES_LEFT_OUT));
}

static void of_node(FILE *out, struct api_call *call) {
    json_t *live = api_live_json(call);

    head(out, "comity_build_info", "gauge", "Always 1; the version is its label.");
    fprintf(out, "comity_build_info{version=\"%s\"} 1\n", COMITY_VERSION);
    one(out, "comity_links", "gauge", "Links to other nodes that are up.",
        (uint64_t)json_integer_value(json_object_get(live, "links")));
    if (call->options->origin[0] != '\0')
        one(out, "comity_confirmed", "gauge",
            "Whether the own head is confirmed, so that this node may sign.",
            json_is_true(json_object_get(live, "confirmed")));
    one(out, "comity_store_bytes", "gauge", "Bytes of the database on the disk.",
        store_bytes(call->options->store));
    json_decref(live);
}

void api_metrics(struct api_call *call) {
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (out != NULL) {
        of_node(out, call);
        of_links(out);
        of_replication(out);
        of_logs(out, call);
        of_erasures(out, call);
        of_disk(out);
        of_gate(out);
        of_http(out);
    }
    if (out == NULL || fclose(out) != 0) {
        free(text);
        api_refuse(call, 500, err_name(ERR_MEMORY), "%s", err_text(ERR_MEMORY));
        return;
    }
    call->body = (uint8_t *)text;
    call->len = len;
    call->type = TYPE;
    call->until = 0; /* what is counted moves with each request */
}
