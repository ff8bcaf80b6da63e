/* The corpus of bad inputs, 1 to 37: what a peer that is admitted may send, in frames, to a node that
 * replicates.
 *
 * Each goes in at the replication of a real site with a store.  It ends the link, is answered with an error,
 * or is passed over; the store is as it was, and a good peer is served afterwards. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/unhex.h"
#include "tests/lib/world.h"
#include "tests/test.h"

#define LOG "c410 00000000000000000000000000000000"
#define ROOT "c420 0000000000000000000000000000000000000000000000000000000000000000"

enum reaction {
    ENDS,     /* the link is closed, for this error */
    ANSWERED, /* with an ERROR message of this code */
    PASSED    /* nothing happens */
};

static const struct row {
    const char *number, *what, *hex;
    enum reaction reaction;
    unsigned why; /* enum err, or enum message_error */
} rows[] = {
    {"1", "nothing", "", ENDS, ERR_SHORT},
    {"2", "the byte that is never used", "c1", ENDS, ERR_CANON},
    {"3", "an array of 4 billion", "dd ffffffff", ENDS, ERR_ITEMS},
    {"4", "an array for which msgpack-c asks 8 GB", "dd 0fffffff", ENDS, ERR_ITEMS},
    {"5", "a map for which it asks 17 GB", "df 0fffffff", ENDS, ERR_ITEMS},
    {"6", "4 GB of bytes", "c6 ffffffff", ENDS, ERR_SHORT},
    {"10", "a byte behind a VECTOR", "93 07 03 " LOG " 00", ENDS, ERR_TRAILING},
    {"12", "5 in three bytes", "93 cd0005 03 " LOG, ENDS, ERR_CANON},
    {"13", "text with a long head", "95 01 07 04 00 d901 61", ENDS, ERR_CANON},
    {"13", "bytes with a long head", "93 07 03 c50010 00000000000000000000000000000000", ENDS, ERR_CANON},
    {"13", "an array with a long head", "dc0003 07 03 " LOG, ENDS, ERR_CANON},
    {"14", "a map with a key twice", "93 07 03 82 01 c0 01 c0", ENDS, ERR_ORDER},
    {"15", "map keys out of order", "93 07 03 82 02 c0 01 c0", ENDS, ERR_ORDER},
    {"16", "a float for a number", "93 ca3f800000 03 " LOG, ENDS, ERR_CANON},
    {"16", "NaN", "93 cb7ff8000000000000 03 " LOG, ENDS, ERR_CANON},
    {"16", "minus zero", "93 cb8000000000000000 03 " LOG, ENDS, ERR_CANON},
    {"17", "an ext", "93 07 03 d40100", ENDS, ERR_CANON},
    {"17", "a timestamp", "93 07 03 d6ff00000000", ENDS, ERR_CANON},
    {"18", "a size below zero", "99 07 04 " LOG " 00 ff 01 c0 c0 00", ENDS, ERR_CANON},
    {"18", "2^63 entries", "99 07 04 " LOG " 00 cf8000000000000000 01 c0 c0 00", ENDS, ERR_RANGE},
    {"18", "2^64-1 entries", "99 07 04 " LOG " 00 cfffffffffffffffff 01 c0 c0 00", ENDS, ERR_RANGE},
    {"19", "an overlong slash", "95 07 07 04 00 a2 c0af", ENDS, ERR_UTF8},
    {"19", "a surrogate", "95 07 07 04 00 a3 eda080", ENDS, ERR_UTF8},
    {"19", "beyond U+10FFFF", "95 07 07 04 00 a4 f4908080", ENDS, ERR_UTF8},
    {"20", "NUL in text", "95 07 07 04 00 a1 00", ENDS, ERR_UTF8},
    {"21", "a kind of message of a newer program", "92 07 18", ANSWERED, MESSAGE_ERROR_KIND},
    {"22", "a field too many", "94 07 03 " LOG " c0", ENDS, ERR_MESSAGE},
    {"25", "entries of a log that is not there", "99 07 04 " LOG " 00 00 01 c0 c0 00", ANSWERED,
     MESSAGE_ERROR_UNKNOWN},
    {"25", "a proof from beyond its end", "97 07 05 " LOG " 06 05 " ROOT " 00", ENDS, ERR_RANGE},
    {"25", "a proof about a leaf beyond its end", "97 07 05 " LOG " 05 05 " ROOT " 05", ENDS, ERR_RANGE},
    {"25", "a proof in a tree of nothing", "97 07 05 " LOG " 00 00 " ROOT " 00", ENDS, ERR_RANGE},
    {"26", "an answer to what was never asked", "95 19 07 04 00 a0", PASSED, 0},
    {"27", "and once more", "95 19 07 04 00 a0", PASSED, 0},
    {"37", "a list of peers, which no message carries", "93 07 18 90", ANSWERED, MESSAGE_ERROR_KIND},
};

/* Say it to site 0 as its peer, and let happen what follows; the answer, if it is an ERROR. */
static unsigned say(struct bytes bytes) {
    struct frame *frame = frame_new(bytes.len);
    unsigned code = 0;
    struct message m;
    assert_non_null(frame);
    if (bytes.len)
        memcpy(frame->data, bytes.ptr, bytes.len);
    replica_message(world.site[0].replica, 1, frame);
    for (struct letter *letter = world.first; letter; letter = letter->next) {
        struct bytes sent = {letter->frame->data, letter->frame->len};
        if (letter->from == 0 && !message_decode(sent, &m) && m.kind == MESSAGE_ERROR)
            code = m.error.code;
    }
    return code;
}

static void meet(void) {
    if (!world.site[0].linked[1])
        link_sites(0, 1);
    settle();
}

static void try_bytes(const struct row *row, struct bytes bytes) {
    struct site *site = &world.site[0];
    uint64_t version = store_version(site->store);
    meet();
    unsigned closed = site->closed, code = say(bytes);
    if (row->reaction == ENDS && (site->closed != closed + 1 || (unsigned)site->closed_why != row->why))
        fail_msg("%s, %s: the link goes on, or ends because of %s", row->number, row->what,
                 err_name(site->closed_why));
    if (row->reaction != ENDS && site->closed != closed)
        fail_msg("%s, %s: the link ends: %s", row->number, row->what, err_name(site->closed_why));
    if (row->reaction == ANSWERED && code != row->why)
        fail_msg("%s, %s: answered with %u", row->number, row->what, code);
    if (row->reaction == PASSED)
        assert_int_equal(code, 0);
    settle();
    assert_int_equal(store_version(site->store), version);
}

static void each_is_refused_and_nothing_changes(void **state) {
    uint8_t bytes[512];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t len = unhex(bytes, sizeof bytes, rows[i].hex);
        try_bytes(&rows[i], (struct bytes){bytes, len});
    }
}

static void the_large_ones_are_refused_as_they_come(void **state) {
    static uint8_t bytes[FRAME_MAX];
    static const struct row chain = {"7", "a chain of large arrays", "", ENDS, ERR_ITEMS},
                            nested = {"8", "arrays in arrays", "", ENDS, ERR_DEPTH},
                            nils = {"9", "a mebibyte of nils", "", ENDS, ERR_ITEMS};
    (void)state;
    for (unsigned i = 0; i < 31; i++)
        memcpy(bytes + 3 * i, "\xdc\xff\xff", 3);
    try_bytes(&chain, (struct bytes){bytes, 93});
    memset(bytes, 0x91, 100000);
    try_bytes(&nested, (struct bytes){bytes, 100000});
    memcpy(bytes, "\xdd\x00\x0f\xff\xfb", 5);
    memset(bytes + 5, 0xc0, sizeof bytes - 5);
    try_bytes(&nils, BYTES(bytes));
    assert_null(frame_new(FRAME_MAX + 1)); /* 23: the reader of frames has the same bound */
}

/* 11: every kind of message, cut at every byte. */
static void cut_at_any_byte_it_is_refused(void **state) {
    static const char *const whole[] = {"95 07 02 " LOG " 00 00",
                                        "93 07 03 " LOG,
                                        "99 07 04 " LOG " 00 00 01 c0 c0 00",
                                        "97 07 05 " LOG " 00 05 " ROOT " 00",
                                        "95 07 07 04 00 a162",
                                        "94 07 06 " LOG " 90"};
    struct message m;
    uint8_t bytes[512];
    (void)state;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        size_t len = unhex(bytes, sizeof bytes, whole[i]);
        CHECK_OK(message_decode((struct bytes){bytes, len}, &m));
        for (size_t cut = 0; cut < len; cut++) {
            struct row row = {"11", whole[i], "", ENDS, 0};
            row.why = message_decode((struct bytes){bytes, cut}, &m);
            assert_int_not_equal(row.why, ERR_OK);
            try_bytes(&row, (struct bytes){bytes, cut});
        }
    }
}

/* 28: a good package, but of another log than was asked. */
static void an_answer_about_another_log_is_no_answer(void **state) {
    struct author ke;
    struct message m;
    (void)state;
    author_open(&ke, "ke", 2);
    author_fill(&ke, 2, 100, 0);
    carry(0, &ke);
    author_fill(&fr, 2, 100, 0);
    meet();
    publish(1, &fr, fr.size); /* site 0 hears of it, and asks */
    while (world.first && world.first->to != 1 && happen())
        ;
    for (unsigned i = 0; i < 64 && world.first; i++) {
        struct bytes sent = {world.first->frame->data, world.first->frame->len};
        if (world.first->from == 0 && !message_decode(sent, &m) && m.kind == MESSAGE_FETCH)
            break;
        happen();
    }
    assert_int_equal(m.kind, MESSAGE_FETCH);
    struct package package = author_package(&ke, 0, 2, 2);
    struct package_writer pw;
    static uint8_t buffer[FRAME_MAX];
    struct bytes answer;
    writer_init(&pw.w, buffer, sizeof buffer);
    message_begin_package(&pw.w, m.id);
    package_begin(&pw, NULL, 0, &package, NULL, 0);
    for (unsigned i = 0; i < 2; i++)
        package_entry(&pw, &ke.entry[i]);
    CHECK_OK(package_end(&pw, &package.proof, false, &answer));
    say(answer);
    settle();
    assert_int_equal(size_at(0, &ke), 0);
    pass(600000);
    author_close(&ke);
}

/* 34: an observer asks for everything; of the members' parts it gets the word that they are withheld. */
static void an_observer_gets_no_members_part(void **state) {
    (void)state;
    world.site[1].class = LINK_OBSERVER;
    author_fill(&fr, 3, 100, 400);
    publish(0, &fr, fr.size);
    meet();
    pass(60000);
    assert_int_equal(size_at(1, &fr), fr.size);
    assert_int_equal(part_at(1, &fr, fr.size - 1, PART_PUBLIC), PART_HELD);
    assert_int_equal(part_at(1, &fr, fr.size - 1, PART_MEMBERS), PART_WITHHELD);
}

static int set_up(void **state) {
    (void)state;
    world_carrying(2);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    world_close();
    return 0;
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(each_is_refused_and_nothing_changes), TEST(the_large_ones_are_refused_as_they_come),
        TEST(cut_at_any_byte_it_is_refused),       TEST(an_answer_about_another_log_is_no_answer),
        TEST(an_observer_gets_no_members_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
