/* Results: what went wrong, and which clause says so.
 *
 * proto and store return these and never print; node says it once, with the place (log, index, line). */
#ifndef PROTO_ERROR_H
#define PROTO_ERROR_H

/* clang-format off */
#define ERR_MAP(X) \
    X(OK,            "done",                                                            "") \
    X(SHORT,         "ends in the middle of a value",                                   "2.3") \
    X(TRAILING,      "bytes after the end of the value",                                "2.3") \
    X(CANON,         "not canonical: longer spelling than needed, or a type not allowed","2.3") \
    X(ORDER,         "map keys are not strictly ascending unsigned integers",           "2.3") \
    X(DEPTH,         "nested too deeply",                                               "2.3") \
    X(ITEMS,         "more items than allowed, or than bytes are left",                 "2.3") \
    X(UTF8,          "text is not valid UTF-8, or holds a control character",           "2.3") \
    X(SIZE,          "longer than its limit",                                           "limits") \
    X(TYPE,          "a value of another type is wanted here",                          "schema") \
    X(RANGE,         "a number outside its range",                                      "schema") \
    X(MISSING,       "a required field is missing",                                     "schema") \
    X(SCHEMA,        "a field does not follow its rule",                                "schema") \
    X(KIND,          "unknown kind",                                                    "2.3") \
    X(FULL,          "no room left in the buffer or queue given",                       "limits") \
    X(BASE64,        "not canonical base64",                                            "C2SP signed-note") \
    X(NOTE,          "not a signed note",                                               "C2SP signed-note") \
    X(NAME,          "a name does not follow its rule",                                 "2.1") \
    X(KEY,           "not a valid Ed25519 public key",                                  "2.2") \
    X(KEY_TWICE,     "a key is listed twice",                                           "2.2") \
    X(SIGNATURE,     "a signature of a known key is wrong",                             "C2SP signed-note") \
    X(UNSIGNED,      "not signed by enough keys that may",                              "2.2") \
    X(COMMITTED,     "signed by too few of the keys that the epoch before commits to",  "2.2") \
    X(AUTHORITY,     "not an authority note",                                           "2.2") \
    X(EPOCH,         "belongs to another epoch",                                        "2.2") \
    X(OPERATOR,      "not an operator key of this epoch",                               "2.2") \
    X(ORIGIN,        "belongs to another log",                                          "2.1") \
    X(NETWORK,       "belongs to another network",                                      "2.1") \
    X(CHECKPOINT,    "not a checkpoint",                                                "C2SP tlog-checkpoint") \
    X(BOUNDS,        "a size outside anchor and max of its epoch",                      "3") \
    X(ANCHOR,        "does not extend the anchor of its epoch",                         "3") \
    X(ALIKE,         "two sides that do not differ: no fork",                           "2.6") \
    X(PROOF,         "a Merkle proof does not fit",                                     "RFC 9162 2.1") \
    X(ROOT,          "leaves do not hash to the signed root",                           "3") \
    X(GAP,           "does not start where the log ends",                               "6") \
    X(COMMITMENT,    "a part does not match its commitment",                            "2.4") \
    X(MESSAGE,       "a message does not follow its form",                              "6") \
    X(STALE,         "smaller than what is held",                                       "6") \
    X(FORK,          "two histories under one signature",                               "2.6") \
    X(NOT_FOUND,     "not there",                                                       "") \
    X(EXISTS,        "is there already",                                                "") \
    X(DENIED,        "not allowed",                                                     "6.1") \
    X(QUOTA,         "more than this node keeps of one log",                            "limits") \
    X(BUSY,          "too much at once; try again later",                               "limits") \
    X(LATE,          "the deadline has passed",                                         "6.1") \
    X(CLOSED,        "the other side has closed",                                       "6.1") \
    X(VERSION,       "made by another version of the program",                          "8") \
    X(DISK_FULL,     "the disk is full",                                                "8") \
    X(CORRUPT,       "what is stored is damaged",                                       "8") \
    X(IO,            "the operating system refused",                                    "8") \
    X(MEMORY,        "out of memory",                                                   "")
/* clang-format on */

enum err {
#define X(name, text, clause) ERR_##name,
    ERR_MAP(X)
#undef X
        ERR_COUNT
};

/* Say in one line what is wrong; never NULL. */
const char *err_text(enum err err);

/* Name the code itself, for logs and tests ("SHORT"); never NULL. */
const char *err_name(enum err err);

/* Name the published standard that was broken, as it stands behind a sentence: " (RFC 9162 2.1)"; "" where
 * the rule is this program's own. */
const char *err_standard(enum err err);

#define MUST_CHECK __attribute__((warn_unused_result))

#endif
