/* Messages: every kind there and back, bounded, and hostile frames refused. */
#include "proto/message.h"

#include <stdlib.h>
#include <string.h>

#include "proto/view.h"
#include "tests/lib/guard.h"
#include "tests/lib/unhex.h"
#include "tests/test.h"

static struct guard guard;
static uint8_t heads_bytes[HEADS_MAX * HEAD_MAX], big[FRAME_MAX + 64];

static struct head head_number(unsigned i) {
    struct head h = {.epoch = i % 3, .size = 1000u * i, .day = 20000 + i};
    be32_put(h.log, i);
    be32_put(h.root.b, i * 7);
    if (i % 5 == 4) {
        h.flags = VIEW_DISPUTED;
        h.f = i;
    }
    return h;
}

enum { SAMPLES = 15 };

static struct message sample(unsigned i) {
    static uint8_t instance[INSTANCE_LEN] = {1, 2, 3}, body[] = "{\"a\":1}";
    static uint8_t salted[SALT_LEN + 1] = {[SALT_LEN] = 0x80};
    struct message m = {.id = 7};
    switch (i) {
    case 0:
        m = (struct message){.id = 0, .kind = MESSAGE_HELLO};
        m.hello.version_count = 2;
        m.hello.version[0] = 1;
        m.hello.version[1] = 3;
        m.hello.network = bytes_str("poc.example");
        m.hello.instance = BYTES(instance);
        m.hello.software = bytes_str("comity 0.1");
        m.hello.frame_max = FRAME_MAX;
        break;
    case 1:
        m.kind = MESSAGE_CHANGES;
        memcpy(m.changes.instance, instance, INSTANCE_LEN);
        m.changes.since = 12345678901u;
        m.changes.wait_s = CHANGES_WAIT_MAX_S;
        break;
    case 2:
    case 3: {
        m.kind = (i == 2 ? MESSAGE_CHANGES : MESSAGE_VECTOR) + MESSAGE_ANSWER;
        memcpy(m.heads.instance, instance, INSTANCE_LEN);
        m.heads.next = 99;
        m.heads.gap = i == 2;
        m.heads.more = i == 3;
        m.heads.sum = (struct headsum){12, 5, UINT64_MAX};
        struct writer w;
        writer_init(&w, heads_bytes, sizeof(heads_bytes));
        for (unsigned k = 0; k < 12; k++) {
            struct head h = head_number(k);
            head_write(&w, &h);
        }
        m.heads.head_count = 12;
        CHECK_OK(writer_end(&w, &m.heads.heads));
        break;
    }
    case 4:
        m.kind = MESSAGE_VECTOR;
        m.vector.from[15] = 9;
        break;
    case 5:
        m.kind = MESSAGE_FETCH;
        m.fetch.log[0] = 1;
        m.fetch.epoch = 2;
        m.fetch.has_root = true;
        m.fetch.root = digest_of(bytes_str("root"));
        m.fetch.from = 3;
        m.fetch.target = 4;
        m.fetch.bytes = FETCH_BYTES_MAX;
        m.fetch.has_note = true;
        m.fetch.note = (struct digest){{5}};
        break;
    case 6:
        m.kind = MESSAGE_PROVE;
        m.prove.log[0] = 1;
        m.prove.a = 5;
        m.prove.target = 60;
        m.prove.root = (struct digest){{8}};
        m.prove.index = 7;
        break;
    case 7:
        m.kind = MESSAGE_PROVE + MESSAGE_ANSWER;
        m.proved.consistency.count = 3;
        m.proved.inclusion.count = PROOF_MAX;
        m.proved.leaf = digest_empty();
        m.proved.inclusion.node[PROOF_MAX - 1] = digest_empty();
        break;
    case 8:
        m.kind = MESSAGE_PARTS;
        m.parts.count = 3;
        for (unsigned k = 0; k < 3; k++) {
            m.parts.want[k].index = 1000 * k;
            m.parts.want[k].class = k % 2 ? PART_MEMBERS : PART_PUBLIC;
            m.parts.want[k].commitment = digest_empty();
        }
        break;
    case 9:
        m.kind = MESSAGE_PARTS + MESSAGE_ANSWER;
        m.parts_given.count = 4;
        m.parts_given.part[0].state = PART_NONE;
        m.parts_given.part[1].state = PART_HELD;
        m.parts_given.part[1].salted = BYTES(salted);
        m.parts_given.part[2].state = PART_WITHHELD;
        m.parts_given.part[3].state = PART_GONE;
        break;
    case 10:
        m.kind = MESSAGE_ERROR;
        m.error.code = MESSAGE_ERROR_BUSY;
        m.error.retry_s = RETRY_MAX_S;
        m.error.what = bytes_str("too much at once");
        break;
    case 11:
        m.kind = MESSAGE_CALL;
        m.call.name = bytes_str("submit");
        m.call.body = (struct bytes){body, 7};
        break;
    case 12:
        m.kind = MESSAGE_RADIX;
        m.radix.count = 3;
        m.radix.prefix[1] = (struct radix){1, 0};
        m.radix.prefix[2] = (struct radix){RADIX_DIGITS_MAX, 0x01abcdef};
        break;
    case 13: {
        static uint8_t bytes[2048];
        struct radix_group sums = {.deeper = true}, heads = {.head_count = 2}, none = {.deeper = false};
        struct writer w;
        m.kind = MESSAGE_RADIX + MESSAGE_ANSWER;
        memcpy(m.groups.instance, instance, INSTANCE_LEN);
        m.groups.next = 99;
        m.groups.sum = (struct headsum){100000, UINT64_MAX, 1};
        m.groups.count = 3;
        for (unsigned k = 0; k < 16; k++)
            sums.child[k] = (struct headsum){k, k, k};
        writer_init(&w, heads_bytes, sizeof(heads_bytes));
        for (unsigned k = 0; k < 2; k++) {
            struct head h = head_number(k);
            head_write(&w, &h);
        }
        heads.heads = (struct bytes){heads_bytes, w.len};
        writer_init(&w, bytes, sizeof(bytes));
        message_group_write(&w, &sums);
        message_group_write(&w, &heads);
        message_group_write(&w, &none);
        CHECK_OK(writer_end(&w, &m.groups.groups));
        break;
    }
    default:
        m.kind = MESSAGE_CALL + MESSAGE_ANSWER;
        m.result.status = 1;
        m.result.body = (struct bytes){body, 7};
    }
    return m;
}

static enum err decode(const uint8_t *bytes, size_t len, struct message *ret) {
    return message_decode((struct bytes){guard_copy(&guard, bytes, len), len}, ret);
}

/* Decoding and encoding again gives the same bytes: so every field has come through. */
static void round_trips_every_kind(void **state) {
    (void)state;
    for (unsigned i = 0; i < SAMPLES; i++) {
        uint8_t first[4096], second[4096];
        struct bytes a, b;
        struct message m = sample(i), got;
        CHECK_OK(message_encode(&m, first, sizeof(first), &a));
        CHECK_OK(decode(a.ptr, a.len, &got));
        assert_int_equal(got.kind, m.kind);
        assert_true(got.id == m.id);
        CHECK_OK(message_encode(&got, second, sizeof(second), &b));
        assert_int_equal(a.len, b.len);
        assert_memory_equal(a.ptr, b.ptr, a.len);
        for (size_t max = 0; max < a.len; max++)
            CHECK_ERR(message_encode(&m, second, max, &b), ERR_FULL);
    }
}

static void gives_the_fields_that_were_written(void **state) {
    (void)state;
    uint8_t buffer[4096];
    struct bytes bytes;
    struct message m = sample(0), got;
    CHECK_OK(message_encode(&m, buffer, sizeof(buffer), &bytes));
    CHECK_OK(message_decode(bytes, &got));
    assert_int_equal(got.hello.version_count, 2);
    assert_int_equal(got.hello.version[1], 3);
    assert_true(bytes_is(got.hello.network, "poc.example"));
    assert_true(bytes_is(got.hello.software, "comity 0.1"));
    assert_true(bytes_eq(got.hello.instance, m.hello.instance));
    assert_int_equal(got.hello.frame_max, FRAME_MAX);
    m = sample(5);
    CHECK_OK(message_encode(&m, buffer, sizeof(buffer), &bytes));
    CHECK_OK(message_decode(bytes, &got));
    assert_int_equal(got.fetch.epoch, 2);
    assert_int_equal(got.fetch.from, 3);
    assert_int_equal(got.fetch.target, 4);
    assert_true(got.fetch.has_note && digest_eq(&got.fetch.note, &m.fetch.note));
    m.fetch.has_note = false;
    CHECK_OK(message_encode(&m, buffer, sizeof(buffer), &bytes));
    CHECK_OK(message_decode(bytes, &got));
    assert_false(got.fetch.has_note);
    m = sample(6);
    CHECK_OK(message_encode(&m, buffer, sizeof(buffer), &bytes));
    CHECK_OK(message_decode(bytes, &got));
    assert_int_equal(got.prove.a, 5);
    assert_int_equal(got.prove.target, 60);
    assert_int_equal(got.prove.index, 7);
    assert_true(digest_eq(&got.prove.root, &m.prove.root));
    m = sample(9);
    CHECK_OK(message_encode(&m, buffer, sizeof(buffer), &bytes));
    CHECK_OK(message_decode(bytes, &got));
    assert_int_equal(got.parts_given.count, 4);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(got.parts_given.part[i].state, m.parts_given.part[i].state);
    assert_true(bytes_eq(got.parts_given.part[1].salted, m.parts_given.part[1].salted));
}

static void carries_the_notes_of_later_epochs_and_evidence(void **state) {
    (void)state;
    static uint8_t buffer[FRAME_MAX], evidence[EVIDENCE_MAX + 1];
    struct package_note note = {.text = bytes_str("a note\n"), .count = 1, .proof = {.count = 2}}, got_note;
    struct package head = {.epoch = 3, .size = 9, .from = 9};
    struct proof none = {.count = 0};
    note.proof.node[1] = (struct digest){{7}};
    for (size_t len = EVIDENCE_MAX; len <= EVIDENCE_MAX + 1; len++) {
        struct package_writer pw;
        struct bytes bytes;
        struct message got;
        struct reader r;
        head.evidence = (struct bytes){evidence, len};
        writer_init(&pw.w, buffer, sizeof(buffer));
        message_begin_package(&pw.w, 7);
        package_begin(&pw, NULL, 0, &head, &note, 1);
        CHECK_OK(package_end(&pw, &none, false, &bytes));
        if (len > EVIDENCE_MAX) {
            CHECK_ERR(message_decode(bytes, &got), ERR_SIZE);
            continue;
        }
        CHECK_OK(message_decode(bytes, &got));
        assert_int_equal(got.package.evidence.len, EVIDENCE_MAX);
        reader_init(&r, got.package.notes);
        assert_true(package_note_next(&r, &got_note));
        assert_int_equal(got_note.proof.count, 2);
        assert_true(digest_eq(&got_note.proof.node[1], &note.proof.node[1]));
        CHECK_OK(reader_end(&r));
    }
}

static void walks_the_heads_of_an_answer(void **state) {
    (void)state;
    uint8_t buffer[4096];
    struct bytes bytes;
    struct message m = sample(2), got;
    CHECK_OK(message_encode(&m, buffer, sizeof(buffer), &bytes));
    CHECK_OK(message_decode(bytes, &got));
    assert_true(got.heads.gap);
    assert_false(got.heads.more);
    struct reader r;
    struct head h;
    unsigned count = 0;
    reader_init(&r, got.heads.heads);
    for (; head_next(&r, &h); count++) {
        struct head want = head_number(count);
        assert_memory_equal(h.log, want.log, LOG_ID_LEN);
        assert_true(digest_eq(&h.root, &want.root));
        assert_int_equal(h.epoch, want.epoch);
        assert_int_equal(h.size, want.size);
        assert_int_equal(h.flags, want.flags);
        assert_int_equal(h.f, want.f);
        assert_int_equal(h.day, want.day);
        assert_memory_equal(h.note, want.note, NOTE_TAG_LEN);
    }
    CHECK_OK(reader_end(&r));
    assert_int_equal(count, 12);
}

static void refuses_every_truncation_and_trailing_byte_and_survives_bit_flips(void **state) {
    (void)state;
    for (unsigned i = 0; i < SAMPLES; i++) {
        uint8_t frame[4096], again[4096];
        struct bytes bytes, out;
        struct message m = sample(i), got;
        CHECK_OK(message_encode(&m, frame, sizeof(frame), &bytes));
        for (size_t cut = 0; cut < bytes.len; cut++)
            CHECK_REFUSED(decode(frame, cut, &got));
        frame[bytes.len] = 0xc0;
        CHECK_REFUSED(decode(frame, bytes.len + 1, &got));
        for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
            frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
            /* One spelling: what is accepted is written again as it came. */
            if (decode(frame, bytes.len, &got) == ERR_OK) {
                CHECK_OK(message_encode(&got, again, sizeof(again), &out));
                assert_int_equal(out.len, bytes.len);
                assert_memory_equal(out.ptr, frame, out.len);
            }
            frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
}

static void refuses_hostile_frames(void **state) {
    (void)state;
    static const struct {
        const char *what, *hex;
    } bad[] = {
        {"nothing", ""},
        {"c1", "c1"},
        {"4 billion items", "dd ffffffff"},
        {"8 GB for msgpack-c", "dd 0fffffff"},
        {"a large map", "df 0fffffff"},
        {"4 GB of bytes", "c6 ffffffff"},
        {"a number", "05"},
        {"an empty array", "90"},
        {"only an id", "91 07"},
        {"an unknown kind", "92 07 18"},
        {"kind 0", "92 07 00"},
        {"a kind beyond 32 bits", "92 07 cf 0000000100000002"},
        {"a CHANGES without fields", "92 07 02"},
        {"a VECTOR with id 0", "93 00 03 c410 00000000000000000000000000000000"},
        {"a VECTOR from 15 bytes", "93 07 03 c40f 000000000000000000000000000000"},
        {"a VECTOR with a further field", "94 07 03 c410 00000000000000000000000000000000 c0"},
        {"a text as id", "93 a137 03 c410 00000000000000000000000000000000"},
        {"a long wait", "95 07 02 c410 00000000000000000000000000000000 00 cd012d"},
        {"a cursor of 2^64-1", "95 07 02 c410 00000000000000000000000000000000 cfffffffffffffffff 00"},
        {"a FETCH from 2^63",
         "98 07 04 c410 00000000000000000000000000000000 00 cf8000000000000000 01 c0 c0"},
        {"a PROVE from beyond its target",
         "97 07 05 c410 00000000000000000000000000000000 06 05 c420 "
         "0000000000000000000000000000000000000000000000000000000000000000 00"},
        {"a PROVE of a leaf beyond its target",
         "97 07 05 c410 00000000000000000000000000000000 05 05 c420 "
         "0000000000000000000000000000000000000000000000000000000000000000 05"},
        {"a PROVE of an empty tree", "97 07 05 c410 00000000000000000000000000000000 00 00 c420 "
                                     "0000000000000000000000000000000000000000000000000000000000000000 00"},
        {"a PROVE that does not say which tree", "96 07 05 c410 00000000000000000000000000000000 00 05 00"},
        {"a HELLO with id 1", "97 01 01 91 01 a1 61 c410 00000000000000000000000000000000 a0 00"},
        {"a HELLO of network ../", "97 00 01 91 01 a3 2e2e2f c410 00000000000000000000000000000000 a0 00"},
        {"a retry in 2 hours", "95 07 07 04 cd1c20 a0"},
        {"a head with f but no dispute",
         "99 07 22 c410 00000000000000000000000000000000 00 c2 c2 c420 "
         "0000000000000000000000000000000000000000000000000000000000000000 01 91 98 c410 "
         "00000000000000000000000000000000 00 00 c420 "
         "0000000000000000000000000000000000000000000000000000000000000000 00 05 00 c408 0000000000000000"},
        {"a head of seven fields",
         "99 07 22 c410 00000000000000000000000000000000 00 c2 c2 c420 "
         "0000000000000000000000000000000000000000000000000000000000000000 01 91 97 c410 "
         "00000000000000000000000000000000 00 00 c420 "
         "0000000000000000000000000000000000000000000000000000000000000000 00 c0 00"},
    };
    struct message got;
    uint8_t bytes[512];
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        size_t len = unhex(bytes, sizeof(bytes), bad[i].hex);
        if (decode(bytes, len, &got) == ERR_OK)
            fail_msg("%s: accepted", bad[i].what);
    }
}

static void takes_counts_and_texts_up_to_the_bounds(void **state) {
    (void)state;
    static uint8_t frame[HEADS_MAX * HEAD_MAX + 4096];
    struct bytes bytes;
    struct message m = sample(2), got;
    for (unsigned count = HEADS_MAX - 1; count <= HEADS_MAX; count++) {
        struct writer w;
        writer_init(&w, heads_bytes, sizeof(heads_bytes));
        for (unsigned k = 0; k < count; k++) {
            struct head h = head_number(k);
            h.flags = VIEW_DISPUTED;
            h.epoch = UINT32_MAX;
            h.size = h.f = INT64_MAX;
            h.day = UINT32_MAX;
            size_t before = w.len;
            head_write(&w, &h);
            assert_true(w.len - before <= HEAD_MAX);
        }
        CHECK_OK(writer_end(&w, &m.heads.heads));
        m.heads.head_count = count;
        CHECK_OK(message_encode(&m, frame, sizeof(frame), &bytes));
        CHECK_OK(message_decode(bytes, &got));
        assert_int_equal(got.heads.head_count, count);
    }
    /* One head more than a page, claimed or given. */
    struct writer w;
    writer_init(&w, big, sizeof(big));
    writer_array(&w, 9);
    writer_uint(&w, 7);
    writer_uint(&w, MESSAGE_VECTOR + MESSAGE_ANSWER);
    writer_bin(&w, (struct bytes){heads_bytes, INSTANCE_LEN});
    writer_uint(&w, 0);
    writer_bool(&w, false);
    writer_bool(&w, false);
    writer_bin(&w, (struct bytes){heads_bytes, DIGEST_LEN});
    writer_uint(&w, 1);
    writer_array(&w, HEADS_MAX + 1);
    for (unsigned k = 0; k <= HEADS_MAX; k++) {
        struct head h = head_number(k);
        head_write(&w, &h);
    }
    CHECK_OK(writer_end(&w, &bytes));
    CHECK_REFUSED(message_decode(bytes, &got));

    m = sample(8);
    for (m.parts.count = PARTS_PER_REQUEST - 1; m.parts.count <= PARTS_PER_REQUEST; m.parts.count++) {
        CHECK_OK(message_encode(&m, frame, sizeof(frame), &bytes));
        CHECK_OK(message_decode(bytes, &got));
        assert_int_equal(got.parts.count, m.parts.count);
    }
    m = sample(10);
    static char text[ERROR_TEXT_MAX + 2];
    memset(text, 'e', sizeof(text) - 1);
    m.error.what = (struct bytes){(uint8_t *)text, ERROR_TEXT_MAX};
    CHECK_OK(message_encode(&m, frame, sizeof(frame), &bytes));
    assert_true(bytes.len <= ERROR_MAX);
    CHECK_OK(message_decode(bytes, &got));
    m.error.what.len++;
    if (message_encode(&m, frame, sizeof(frame), &bytes) == ERR_OK)
        CHECK_REFUSED(message_decode(bytes, &got));
}

static void holds_a_hello_of_the_longest_fields_to_its_first_frame(void **state) {
    (void)state;
    static char network[NETWORK_MAX + 1], software[SOFTWARE_MAX + 1];
    uint8_t frame[1024];
    struct bytes bytes;
    struct message m = sample(0), got;
    memset(network, 'n', NETWORK_MAX);
    memset(software, 's', SOFTWARE_MAX);
    m.hello.network = bytes_str(network);
    m.hello.software = bytes_str(software);
    m.hello.version_count = 8;
    for (unsigned i = 0; i < 8; i++)
        m.hello.version[i] = 65535;
    CHECK_OK(message_encode(&m, frame, sizeof(frame), &bytes));
    assert_true(bytes.len <= HELLO_MAX);
    assert_true(bytes.len <= FRAME_FIRST_MAX);
    CHECK_OK(message_decode(bytes, &got));
}

static void refuses_a_frame_beyond_the_largest(void **state) {
    (void)state;
    struct message got;
    memset(big, 0xc0, sizeof(big));
    CHECK_REFUSED(message_decode((struct bytes){big, FRAME_MAX}, &got));
    CHECK_ERR(message_decode((struct bytes){big, FRAME_MAX + 1}, &got), ERR_SIZE);
}

static void tells_heads_apart_by_each_field(void **state) {
    (void)state;
    struct head a = head_number(1), b = a;
    assert_true(head_same(&a, &b));
    b.size++;
    assert_false(head_same(&a, &b));
    b = a;
    b.epoch++;
    assert_false(head_same(&a, &b));
    b = a;
    b.root.b[31] ^= 1;
    assert_false(head_same(&a, &b));
    b = a;
    b.flags ^= VIEW_CONTESTED;
    assert_false(head_same(&a, &b));
    b = a;
    b.day++;
    assert_false(head_same(&a, &b));
    b = a;
    b.note[NOTE_TAG_LEN - 1] ^= 1;
    assert_false(head_same(&a, &b));
}

static struct bytes radix_question(unsigned prefixes) {
    static uint8_t bytes[1024];
    struct bytes ret;
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_array(&w, 3);
    writer_uint(&w, 7);
    writer_uint(&w, MESSAGE_RADIX);
    writer_array(&w, prefixes);
    for (unsigned i = 0; i < prefixes; i++)
        writer_str(&w, bytes_str(""));
    CHECK_OK(writer_end(&w, &ret));
    return ret;
}

static struct bytes radix_answer(unsigned groups, unsigned heads) {
    static uint8_t bytes[RADIX_BYTES_MAX + 4096];
    struct message m = {.id = 7, .kind = MESSAGE_RADIX | MESSAGE_ANSWER};
    static uint8_t body[RADIX_BYTES_MAX + 2048];
    struct bytes ret;
    struct writer w, one;
    uint8_t head_room[(RADIX_HEADS + 1) * HEAD_MAX];
    writer_init(&one, head_room, sizeof head_room);
    for (unsigned i = 0; i < heads; i++) {
        struct head h = head_number(i);
        head_write(&one, &h);
    }
    struct radix_group group = {.head_count = heads, .heads = {head_room, one.len}};
    writer_init(&w, body, sizeof body);
    for (unsigned i = 0; i < groups; i++)
        message_group_write(&w, &group);
    m.groups.count = groups;
    m.groups.groups = (struct bytes){body, w.len};
    CHECK_OK(message_encode(&m, bytes, sizeof bytes, &ret));
    return ret;
}

static void bounds_the_questions_and_heads_of_a_walk(void **state) {
    (void)state;
    struct message got;
    CHECK_OK(message_decode(radix_question(RADIX_PREFIXES), &got));
    assert_int_equal(got.radix.count, RADIX_PREFIXES);
    CHECK_REFUSED(message_decode(radix_question(RADIX_PREFIXES + 1), &got));
    CHECK_OK(message_decode(radix_answer(RADIX_PREFIXES, 1), &got));
    CHECK_REFUSED(message_decode(radix_answer(RADIX_PREFIXES + 1, 1), &got));
    CHECK_OK(message_decode(radix_answer(2, RADIX_HEADS), &got));
    assert_int_equal(got.groups.count, 2);
    CHECK_REFUSED(message_decode(radix_answer(2, RADIX_HEADS + 1), &got));
}

static void bounds_the_answer_to_prove(void **state) {
    (void)state;
    struct message got;
    static uint8_t bytes[PROVED_MAX + 1];
    const uint8_t head[] = {0x95, 7, MESSAGE_PROVE | MESSAGE_ANSWER, 0xc5};
    for (size_t len = PROVED_MAX; len <= PROVED_MAX + 1; len++) { /* one long bin, of a right length */
        size_t bin = len - sizeof head - 2 - 2;
        memset(bytes, 0xc0, sizeof bytes);
        memcpy(bytes, head, sizeof head);
        bytes[4] = (uint8_t)(bin >> 8);
        bytes[5] = (uint8_t)bin;
        enum err err = message_decode((struct bytes){bytes, len}, &got);
        if (len > PROVED_MAX)
            CHECK_ERR(err, ERR_SIZE);
        else
            assert_true(err && err != ERR_SIZE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_the_questions_and_heads_of_a_walk),
        cmocka_unit_test(bounds_the_answer_to_prove),
        cmocka_unit_test(round_trips_every_kind),
        cmocka_unit_test(gives_the_fields_that_were_written),
        cmocka_unit_test(carries_the_notes_of_later_epochs_and_evidence),
        cmocka_unit_test(walks_the_heads_of_an_answer),
        cmocka_unit_test(refuses_every_truncation_and_trailing_byte_and_survives_bit_flips),
        cmocka_unit_test(refuses_hostile_frames),
        cmocka_unit_test(takes_counts_and_texts_up_to_the_bounds),
        cmocka_unit_test(holds_a_hello_of_the_longest_fields_to_its_first_frame),
        cmocka_unit_test(refuses_a_frame_beyond_the_largest),
        cmocka_unit_test(tells_heads_apart_by_each_field),
    };
    guard_open(&guard, 8192);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    guard_close(&guard);
    return failed;
}
