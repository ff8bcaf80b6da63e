#include "node/net/frame.h"

#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

/* Give a reader bytes in pieces of at most `piece`; the frame that came, or NULL. */
static struct frame *feed(struct frame_reader *reader, const uint8_t *bytes, size_t len, size_t piece,
                          enum err *ret_err) {
    struct frame *frame = NULL;
    *ret_err = ERR_OK;
    while (len && !frame && !*ret_err) {
        uint8_t *to;
        size_t room;
        CHECK_OK(frame_reader_want(reader, &to, &room));
        assert_true(room > 0);
        size_t count = room < piece ? room : piece;
        count = count < len ? count : len;
        memcpy(to, bytes, count);
        bytes += count;
        len -= count;
        *ret_err = frame_reader_took(reader, count, &frame);
    }
    return frame;
}

static void a_frame_comes_whole_from_pieces_of_any_size(void **state) {
    static const size_t sizes[] = {0, 1, 5, FRAME_START - 1, FRAME_START, FRAME_START + 1, 300000, FRAME_MAX};
    static const size_t pieces[] = {1, 3, 16384, SIZE_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t k = sizes[i] > FRAME_START; k < sizeof pieces / sizeof *pieces; k++) {
            struct frame_reader reader = {.max = FRAME_MAX};
            uint8_t *bytes = malloc(FRAME_HEAD + sizes[i]);
            enum err err;
            be32_put(bytes, (uint32_t)sizes[i]);
            for (size_t n = 0; n < sizes[i]; n++)
                bytes[FRAME_HEAD + n] = (uint8_t)(n * 7 + n / 256);
            struct frame *frame = feed(&reader, bytes, FRAME_HEAD + sizes[i], pieces[k], &err);
            CHECK_OK(err);
            assert_non_null(frame);
            assert_int_equal(frame->len, sizes[i]);
            assert_memory_equal(frame->data, bytes + FRAME_HEAD, sizes[i]);
            assert_false(frame_reader_partial(&reader));
            frame_free(frame);
            free(bytes);
        }
}

static void a_length_is_compared_before_memory_is_taken(void **state) {
    static const struct {
        uint32_t len;
        size_t max;
        enum err want;
    } cases[] = {{FRAME_MAX, FRAME_MAX, ERR_OK},
                 {FRAME_MAX + 1, FRAME_MAX, ERR_SIZE},
                 {0xffffffff, FRAME_MAX, ERR_SIZE},
                 {FRAME_FIRST_MAX, FRAME_FIRST_MAX, ERR_OK},
                 {FRAME_FIRST_MAX + 1, FRAME_FIRST_MAX, ERR_SIZE}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct frame_reader reader = {.max = cases[i].max};
        uint8_t head[FRAME_HEAD];
        enum err err;
        be32_put(head, cases[i].len);
        assert_null(feed(&reader, head, sizeof head, 1, &err));
        CHECK_ERR(err, cases[i].want);
        assert_true(reader.room <= FRAME_START);
        frame_reader_close(&reader);
    }
}

static void memory_grows_with_what_has_come(void **state) {
    struct frame_reader reader = {.max = FRAME_MAX};
    uint8_t bytes[4096] = {0};
    size_t came = 0;
    enum err err;
    (void)state;
    be32_put(bytes, FRAME_MAX);
    assert_null(feed(&reader, bytes, FRAME_HEAD, 4, &err));
    for (int i = 0; i < 200; i++) {
        assert_null(feed(&reader, bytes, sizeof bytes, sizeof bytes, &err));
        came += sizeof bytes;
        assert_true(reader.room <= FRAME_START || reader.room <= 2 * came);
    }
    assert_true(frame_reader_partial(&reader));
    frame_reader_close(&reader);
    assert_false(frame_reader_partial(&reader));
}

static void a_queue_gives_frames_in_order_and_in_pieces(void **state) {
    struct frame_queue queue = {0};
    uint8_t got[4096];
    size_t len = 0;
    (void)state;
    for (size_t i = 0; i < 20; i++) {
        struct frame *frame = frame_new(i);
        memset(frame->data, (int)i, i);
        frame_queue_push(&queue, frame);
    }
    size_t all = queue.bytes;
    for (struct bytes next; (next = frame_queue_next(&queue)).len;) {
        size_t count = next.len < 3 ? next.len : 3;
        memcpy(got + len, next.ptr, count);
        frame_queue_took(&queue, count);
        len += count;
        assert_int_equal(queue.bytes, all - len);
    }
    assert_int_equal(len, all);
    size_t at = 0;
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(be32_get(got + at), i);
        at += FRAME_HEAD;
        for (size_t n = 0; n < i; n++)
            assert_int_equal(got[at++], i);
    }
    assert_int_equal(at, len);
    frame_queue_push(&queue, frame_new(9));
    frame_queue_close(&queue);
    assert_int_equal(queue.bytes, 0);
}

static void no_frame_is_longer_than_the_limit(void **state) {
    (void)state;
    assert_null(frame_new(FRAME_MAX + 1));
    assert_null(frame_new(SIZE_MAX));
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_comes_whole_from_pieces_of_any_size),
        cmocka_unit_test(a_length_is_compared_before_memory_is_taken),
        cmocka_unit_test(memory_grows_with_what_has_come),
        cmocka_unit_test(a_queue_gives_frames_in_order_and_in_pieces),
        cmocka_unit_test(no_frame_is_longer_than_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
