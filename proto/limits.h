/* Every bound of the protocol and of a node's queues in one place, with the reason where it is not obvious.
 *
 * A bound is compared before memory is taken or work is done.  Each one has a test at the limit and one
 * beyond, or stands in tests/check/edges.txt with the reason why not.  node/bounds.c says of those of a
 * running node what happens beyond and which number in /metrics counts it; `comity limits` prints that. */
#ifndef PROTO_LIMITS_H
#define PROTO_LIMITS_H

#include <assert.h>
#include <stdint.h>

/* Names (design 2.1). */
#define NETWORK_MAX 60   /* [a-z0-9.-] */
#define CODE_LEN 2       /* ISO 3166-1 alpha-2, lower case */
#define ORIGIN_MAX 80    /* <network>/<code>/<16 hex> */
#define KEY_NAME_MAX 128 /* <origin>/w/<16 hex> is at most 99 */
#define LOG_ID_LEN 16
#define CONTACT_ID_LEN 16
#define INSTANCE_LEN 16
#define NOTE_TAG_LEN 8 /* beginning of the hash of an authority note, in head records */

/* Signed notes (C2SP signed-note). */
#define NOTE_MAX 16384
#define NOTE_LINES_MAX 32
#define AUTHORITY_MAX 8192 /* text of an authority note */
#define ROOT_KEYS_MAX 9    /* m of n custodians */
#define OPERATOR_KEYS_MAX 16
#define EPOCHS_MAX 128           /* of one log; a State that has used them begins a successor log */
#define AUTHORITY_GROWTH 1048576 /* default of max: anchor + 2^20 */
#define CHECKPOINT_TEXT_MAX 160

/* Leaves and parts (design 2.3, 2.4). */
#define LEAF_MAX 4096
#define LEAF_DEPTH 4
#define LEAF_ITEMS 64
#define PART_MAX 16384
#define PART_DEPTH 6
#define PART_ITEMS 256
#define PART_CLASSES 2
#define SALT_LEN 32
#define NAME_TEXT_MAX 250
#define OBSERVERS_PER_STATE_MAX 64

/* Merkle trees: a leaf has at most a sibling for each bit of its index, and a consistency proof may name the
 * leaf as well. */
#define INDEX_BITS 63 /* fewer than 2^63 leaves */
#define PROOF_MAX (INDEX_BITS + 1)

/* Messages (design 6). */
#define FRAME_MAX 1048576   /* the largest frame ever read */
#define FRAME_FIRST_MAX 256 /* before HELLO */
#define MESSAGE_DEPTH 6
#define MESSAGE_ITEMS 4096
#define HELLO_MAX 256
#define HEAD_MAX 96
#define HEADS_MAX 512 /* a page of CHANGES or VECTOR */
#define HEADSUM_LEN 16
#define RADIX_DIGITS_MAX 8      /* of a log id's 32: what 8 digits do not part is asked for with VECTOR */
#define RADIX_PREFIXES 64       /* of a question */
#define RADIX_HEADS 32          /* given for a prefix; where there are more, sums */
#define FETCH_BYTES_MAX 524288  /* leaves and parts of one answer */
#define FETCH_BYTES_SMALL 65536 /* asked for when few entries are wanted */
#define FETCH_ENTRIES_MAX 4096
#define COSIGNATURES_MAX 16
#define SIGNATURES_MAX 16 /* operator signatures of one checkpoint */
#define NOTES_PER_FETCH 16
#define PROVED_MAX 8192    /* the answer to PROVE */
#define EVIDENCE_MAX 24576 /* of a fork (design 2.6) */
#define EVIDENCE_DEPTH 4
#define EVIDENCE_ITEMS 64
#define EVIDENCE_SIGNATURES_MAX 2 /* of each side: one says it, a second helps when its key is disputed */
#define PARTS_PER_REQUEST 64
#define CHANGES_WAIT_MAX_S 300
#define ERROR_TEXT_MAX 96
#define ERROR_MAX 160
#define SOFTWARE_MAX 48
#define RETRY_MAX_S 3600

/* The answers to RADIX: whatever was asked, it fits. */
#define RADIX_BYTES_MAX (RADIX_PREFIXES * (RADIX_HEADS * HEAD_MAX + 8))

/* Replication (proto/sync.h). */
#define SYNC_PEERS 64        /* links with a HELLO at one time */
#define SYNC_LOGS_MAX 131072 /* carried; room is made for what there is */
#define SYNC_STRANGE 1024    /* reported by peers, but not carried here */
#define SYNC_FETCH_PEER 32   /* FETCH, PROVE and PARTS in flight to one peer */
#define SYNC_FETCH_ALL 64    /* and to all */
#define SYNC_BYTES_PEER                                                                                      \
    (4 * FETCH_BYTES_MAX) /* that their answers may have: four large ones, or many small */
#define SYNC_BYTES_ALL (32 * FETCH_BYTES_MAX)
#define SYNC_CLAIMS 128     /* logs for which something is in flight or at the gate */
#define SYNC_COMMITS 16     /* packages of one log at the gate: they share a transaction and its disk sync */
#define SYNC_COMMITS_ALL 32 /* of all logs: some 16 MiB */
#define SYNC_PACKAGES 16    /* packages that a log has while others wait for the same peer */
#define SYNC_LOCATES 8      /* searches for a fork under way at one time */
#define SYNC_PARTS 8        /* logs whose lacking parts are asked for at one time */
#define SYNC_ACTIONS 384    /* of one step */
#define SYNC_CHANGES_BACK 4096 /* changes that CHANGES looks back at; an older cursor is a gap */
#define SYNC_WALK 2048         /* prefixes waiting in a walk; where there would be more, VECTOR */
#define SYNC_WALK_QUESTIONS 64
#define SYNC_ASKS_BURST 64     /* questions for heads at once, beside what a report's pages take, and then */
#define SYNC_ASKS_S 50         /* so many a second */
#define SYNC_JUDGED_PEER_S 200 /* signatures judged for nothing, of one peer's packages, a second */
#define SYNC_JUDGED_ALL_S 2000 /* and of all: some 11 % of a processor */
#define SYNC_JUDGED_BURST_S 4  /* so many seconds' worth at once */
#define SYNC_FETCH_MS 60000
#define SYNC_PATIENCE_MS 2000 /* if another peer says that it holds more; doubled each time for nothing */
#define SYNC_PATIENCE_MAX_MS 32000
#define SYNC_LOOK_MS 1000    /* until that is looked at again */
#define SYNC_DISTRUST_MS 250 /* with one that has not answered the last time */
#define SYNC_ANSWER_MS 30000 /* CHANGES and VECTOR, on top of the wait asked for */

#define LEARNED_MAX 8 /* nodes dialled in all, if some of them are only known from logs */

/* Links (node/net). */
#define LINKS_ACCEPTED 256       /* accepted over tcp:// and up */
#define HALF_OPEN_MAX 64         /* accepted links that are not up yet */
#define HALF_OPEN_ADDRESS_MAX 16 /* of them from one address */
#define LOCAL_MAX 32             /* links over ipc:// */
#define RAW_FIRST_MAX 16384      /* raw bytes of handshake and HELLO */
#define RATE_MIN 1024            /* bytes a second while something is unfinished */
#define LINK_QUEUE_MAX 4194304u  /* bytes queued to one link */
#define LINK_QUEUE_ALL_MAX 50331648u
#define LARGE_LINKS_MAX 16 /* links with large buffers at a time; others that say much have medium ones */
#define LINK_FIRST_MS 5000 /* handshake and HELLO */
#define LINK_HEARTBEAT_MS 160000 /* once between two long polls */
#define LINK_SILENCE_MS 400000
#define LINK_RATE_MS 5000   /* the window of RATE_MIN */
#define LINK_REDIAL_MS 1000 /* the first back-off; the longest is 300 times that */

/* The writer (node/committer.h). */
#define COMMITTER_QUEUE_MAX 256 /* jobs waiting; beyond, ERR_BUSY */
#define COMMITTER_GROUP 16      /* packages in one transaction: some 8 MiB */

/* The disk: defaults of the configuration (node/config.h). */
#define LOG_QUOTA (UINT64_C(16) << 30)
#define DISK_FLOOR (UINT64_C(256) << 20)

/* The HTTP server (node/http.h). */
#define HTTP_CONNECTIONS 640
#define HTTP_WAITING 192 /* connections without a whole request; beyond, the longest waiting gives way */
#define HTTP_BUSY 128    /* that take an answer; likewise */
#define HTTP_PARKED 256  /* requests that wait for a change; beyond, the longest waiting is answered */
#define HTTP_PER_IP 64   /* not on loopback, where one proxy is everybody */
#define HTTP_MEMORY 16384
#define HTTP_KEPT 2048 /* answers that are kept */
#define HTTP_KEPT_BYTES 16777216
#define HTTP_BRIEF 256 /* and those that are kept for a second at most */
#define HTTP_BRIEF_BYTES 4194304
#define HTTP_URL_MAX 2048
#define HTTP_REQUEST_MS 10000
#define HTTP_ANSWER_MS 60000

/* What a node says (node/logline.h). */
#define LOG_LINE_MAX 1024
#define LOG_LINES_S 100 /* a second; how many were left out is said */

/* Receipts: a file that people send each other. */
#define RECEIPT_EXTRA_MAX 524288
#define RECEIPT_MAX 786432

/* Bundles: records of a file that a courier brings (proto/bundle.h).  Nothing bounds the file as a whole. */
#define BUNDLE_HEADER_MAX 256
#define BUNDLE_LOG_MAX 160
#define BUNDLE_PACKAGE_MAX (FRAME_MAX - 4096) /* so that it fits a frame to the daemon with its head */
#define BUNDLE_END_MAX 64

static_assert(NETWORK_MAX + 1 + CODE_LEN + 1 + 16 == ORIGIN_MAX, "an origin fits its bound");
static_assert(ORIGIN_MAX + 3 + 16 <= KEY_NAME_MAX, "a witness key name fits its bound");
static_assert(LEAF_MAX + PART_CLASSES * (PART_MAX + SALT_LEN) + 64 < FETCH_BYTES_MAX,
              "at least one entry fits an answer");
static_assert(FETCH_BYTES_MAX + EVIDENCE_MAX + NOTES_PER_FETCH * (AUTHORITY_MAX + 4096) < FRAME_MAX,
              "an answer with its notes fits a frame");
static_assert(FETCH_BYTES_MAX + EVIDENCE_MAX + NOTES_PER_FETCH * (AUTHORITY_MAX + 4096) < BUNDLE_PACKAGE_MAX,
              "an answer with its notes fits a bundle");
static_assert(NETWORK_MAX + ORIGIN_MAX + SOFTWARE_MAX + 24 <= BUNDLE_HEADER_MAX &&
                  ORIGIN_MAX + 32 + 32 <= BUNDLE_LOG_MAX && 9 + 9 + 32 + 8 <= BUNDLE_END_MAX,
              "the other records fit their bounds");
static_assert((RECEIPT_EXTRA_MAX + 2) / 3 * 4 + PROOF_MAX * 45 + NOTE_MAX + 128 < RECEIPT_MAX,
              "whatever a receipt holds fits the file");
static_assert(LEAF_MAX + PART_CLASSES * (PART_MAX + SALT_LEN) + 16384 < RECEIPT_EXTRA_MAX,
              "any entry fits a receipt");
static_assert(2 * PROOF_MAX * 34 + 64 <= PROVED_MAX, "two of the longest proofs fit an answer");
static_assert(5 * PROOF_MAX * 34 + 2 * EVIDENCE_SIGNATURES_MAX * 101 + 512 <= EVIDENCE_MAX,
              "evidence with the longest proofs fits its bound");
static_assert(PROOF_MAX <= EVIDENCE_ITEMS, "the longest proof fits the item bound");
static_assert(FETCH_ENTRIES_MAX <= MESSAGE_ITEMS && HEADS_MAX <= MESSAGE_ITEMS, "pages fit the item bound");

#endif
