#include "node/bounds.h"

#include "node/committer.h"
#include "node/net/net.h"
#include "proto/sync.h"

#define MIB (UINT64_C(1) << 20)
#define LARGE_BUFFERS 4                 /* of a link that says much: two that come, two that go */
#define SMALL_BYTES (4 * SMALL + 32768) /* of any other link, with its TLS */
#define LOGS_USUAL 2048 /* what there is room for, while there are no more than half as many */

#define REFUSED "comity_links_refused_total"

const struct bound bounds[] = {
    /* Links. */
    {"links", "links", LINKS_ACCEPTED, "the newest is turned away", REFUSED,
     (LINKS_ACCEPTED + HALF_OPEN_MAX) * SMALL_BYTES},
    {"links before HELLO", "links", HALF_OPEN_MAX, "the oldest is closed", REFUSED,
     HALF_OPEN_MAX *RAW_FIRST_MAX},
    {"links before HELLO, of one address", "links", HALF_OPEN_ADDRESS_MAX, "its oldest is closed", REFUSED,
     0},
    {"time for handshake and HELLO", "ms", LINK_FIRST_MS, "the link is closed", "comity_links_late_total", 0},
    {"bytes before HELLO", "bytes", RAW_FIRST_MAX, "the link is closed", "comity_links_broken_total", 0},
    {"silence of a link", "ms", LINK_SILENCE_MS, "the link is closed", "comity_links_late_total", 0},
    {"least rate of what is begun", "bytes/s", RATE_MIN, "the link is closed", "comity_links_late_total", 0},
    {"frame", "bytes", FRAME_MAX, "the link is closed", "comity_links_broken_total", SYNC_PEERS *MIB},
    {"bytes queued for one peer", "bytes", LINK_QUEUE_MAX, "it is not listened to, then closed",
     "comity_links_paused_total", 0},
    {"bytes queued for all", "bytes", LINK_QUEUE_ALL_MAX, "the link with the most is closed",
     "comity_links_glutted_total", LINK_QUEUE_ALL_MAX},
    {"links with large buffers", "links", LARGE_LINKS_MAX, "others have smaller ones", NULL,
     LARGE_LINKS_MAX *LARGE_BUFFERS *(uint64_t)LARGE},
    {"links of commands", "links", LOCAL_MAX, "the newest is turned away", REFUSED, 0},
    /* Replication. */
    {"peers at one time", "peers", SYNC_PEERS, "the newest is turned away, unless people have given it", NULL,
     0},
    {"peers learned from logs", "peers", LEARNED_MAX, "no more are dialled", NULL, 0},
    {"logs", "logs", SYNC_LOGS_MAX, "further ones are not followed", NULL, 27 * MIB},
    {"logs reported, but not carried", "logs", SYNC_STRANGE, "the report is not remembered",
     "comity_replication_strange_total", 0},
    {"questions under way to one peer", "questions", SYNC_FETCH_PEER, "they wait", NULL, 0},
    {"bytes asked of one peer", "bytes", SYNC_BYTES_PEER, "questions wait", NULL, 0},
    {"questions under way to all", "questions", SYNC_FETCH_ALL, "they wait", NULL, 0},
    {"time for an answer", "ms", SYNC_FETCH_MS, "the peer loses its claim to the log for a while",
     "comity_replication_late_total", 0},
    {"questions for heads", "/s", SYNC_ASKS_S, "they wait", "comity_replication_paced_total", 0},
    {"signatures for nothing, of one peer", "/s", SYNC_JUDGED_PEER_S, "it is asked for no packages meanwhile",
     "comity_replication_spared_total", 0},
    {"signatures for nothing, of all", "/s", SYNC_JUDGED_ALL_S, "nobody is asked for packages meanwhile",
     "comity_replication_spared_total", 0},
    {"packages of a log while others wait", "packages", SYNC_PACKAGES, "the others have their turn",
     "comity_replication_turns_total", 0},
    {"packages at the gate", "packages", SYNC_COMMITS_ALL, "no more are asked for", NULL,
     SYNC_COMMITS_ALL *MIB + SYNC_BYTES_ALL},
    {"jobs of the writer", "jobs", COMMITTER_QUEUE_MAX, "busy: tried again later", "comity_writer_busy_total",
     COMMITTER_QUEUE_MAX * sizeof(struct committer_job)},
    {"searches for a fork", "searches", SYNC_LOCATES, "another time", NULL, 0},
    {"evidence of a fork, of each note", "bytes", EVIDENCE_MAX, "refused", "comity_gate_refusals_total", 0},
    {"leaf", "bytes", LEAF_MAX, "refused", "comity_gate_refusals_total", 0},
    {"part", "bytes", PART_MAX, "refused", "comity_gate_refusals_total", 0},
    {"epochs of a log", "notes", EPOCHS_MAX, "refused", "comity_gate_refusals_total", 0},
    /* The disk, unless the configuration says otherwise. */
    {"bytes kept of one log", "bytes", LOG_QUOTA, "no more of it is fetched", "comity_log_over_quota", 0},
    {"bytes free on the disk", "bytes", DISK_FLOOR, "with fewer, nothing is taken from peers",
     "comity_disk_low", 0},
    /* HTTP. */
    {"HTTP connections", "connections", HTTP_CONNECTIONS, "not accepted", NULL,
     HTTP_CONNECTIONS *HTTP_MEMORY},
    {"HTTP connections of one address", "connections", HTTP_PER_IP, "not accepted", NULL, 0},
    {"time for an HTTP request", "ms", HTTP_REQUEST_MS, "the connection is closed", NULL, 0},
    {"address of an HTTP request", "bytes", HTTP_URL_MAX, "414", "comity_http_requests_total", 0},
    {"HTTP requests that wait for a change", "requests", HTTP_PARKED, "the oldest is answered",
     "comity_http_parked_total", 0},
    {"answers kept", "bytes", HTTP_KEPT_BYTES + HTTP_BRIEF_BYTES, "the oldest is dropped",
     "comity_http_cache_bytes", HTTP_KEPT_BYTES + HTTP_BRIEF_BYTES},
    /* What is said. */
    {"lines on the log", "/s", LOG_LINES_S, "left out, and how many is said",
     "comity_log_lines_left_out_total", 0},
    {NULL, NULL, 0, NULL, NULL, 0},
};

uint64_t bounds_bytes(void) {
    uint64_t bytes = 0;
    for (const struct bound *b = bounds; b->name; b++)
        bytes += b->bytes;
    return bytes;
}
