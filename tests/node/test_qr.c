#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "node/qr.h"

#define SIDE_MAX 200

/* Modules as somebody sees them, the quiet zone too. */
struct seen {
    int side;
    bool dark[SIDE_MAX][SIDE_MAX];
};

/* Read half blocks back. */
static void see_blocks(const char *text, struct seen *ret) {
    static const char *const block[] = {" ", "▀", "▄", "█"};
    int x = 0, y = 0;

    memset(ret, 0, sizeof(*ret));
    while (*text) {
        unsigned which = 0;
        if (*text == '\n') {
            ret->side = x;
            x = 0;
            y += 2;
            text++;
            continue;
        }
        while (which < 4 && strncmp(text, block[which], strlen(block[which])) != 0)
            which++;
        assert_in_range(which, 0, 3);
        ret->dark[y][x] = which & 1;
        ret->dark[y + 1][x] = which & 2;
        text += strlen(block[which]);
        assert_in_range(++x, 1, SIDE_MAX - 1);
    }
}

/* Read the bars of the picture back. */
static void see_svg(char *svg, struct seen *ret) {
    char *p = strstr(svg, "viewBox=\"0 0 ");

    memset(ret, 0, sizeof(*ret));
    assert_non_null(p);
    ret->side = (int)strtol(p + strlen("viewBox=\"0 0 "), NULL, 10);
    p = strstr(svg, "fill=\"#000\" d=\"");
    assert_non_null(p);
    for (p += strlen("fill=\"#000\" d=\""); *p == 'M'; p++) {
        long x = strtol(p + 1, &p, 10), y = strtol(p + 1, &p, 10), run = strtol(p + 1, &p, 10);
        assert_true(x >= 4 && y >= 4 && run > 0 && x + run <= ret->side - 4 && y < ret->side - 4);
        for (long i = 0; i < run; i++)
            ret->dark[y][x + i] = true;
        assert_memory_equal(p, "v1h-", 4);
        strtol(p + 4, &p, 10);
    }
}

/* The square of a corner: dark ring, light ring, dark heart. */
static void check_finder(const struct seen *s, int left, int top) {
    for (int y = 0; y < 7; y++)
        for (int x = 0; x < 7; x++) {
            bool ring = x == 0 || y == 0 || x == 6 || y == 6, heart = x > 1 && x < 5 && y > 1 && y < 5;
            assert_int_equal(s->dark[top + y][left + x], ring || heart);
        }
}

static void picture_and_blocks_show_the_same_code(void **state) {
    static struct seen svg, blocks;
    struct markup m = {0};
    char *text, *whole;
    (void)state;
    CHECK_OK(qr_svg(&m, bytes_str("a fingerprint"), "a <code>"));
    whole = strndup(m.text, m.len);
    see_svg(whole, &svg);
    assert_non_null(strstr(whole, "aria-label=\"a &lt;code&gt;\""));
    CHECK_OK(qr_blocks(bytes_str("a fingerprint"), QR_PAPER, &text));
    see_blocks(text, &blocks);
    assert_int_equal(svg.side, 21 + 8);
    assert_memory_equal(&svg, &blocks, sizeof(svg));
    check_finder(&svg, 4, 4);
    check_finder(&svg, svg.side - 11, 4);
    check_finder(&svg, 4, svg.side - 11);
    free(whole);
    free(text);
    free(m.text);
}

static void a_screen_is_told_its_colours(void **state) {
    char *text;
    (void)state;
    CHECK_OK(qr_blocks(bytes_str("x"), QR_SCREEN, &text));
    assert_memory_equal(text, "\033[30;107m", 9);
    assert_string_equal(text + strlen(text) - 5, "\033[0m\n");
    free(text);
}

static void a_text_has_its_limit(void **state) {
    static uint8_t much[QR_MAX + 1];
    char *text = NULL;
    (void)state;
    memset(much, 0xff, sizeof(much));
    CHECK_OK(qr_blocks((struct bytes){much, QR_MAX}, QR_SCREEN, &text));
    free(text);
    CHECK_ERR(qr_blocks(BYTES(much), QR_PAPER, &text), ERR_SIZE);
    CHECK_ERR(qr_blocks((struct bytes){much, 0}, QR_PAPER, &text), ERR_SIZE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(picture_and_blocks_show_the_same_code),
        cmocka_unit_test(a_screen_is_told_its_colours),
        cmocka_unit_test(a_text_has_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
