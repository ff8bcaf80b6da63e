/* What the words of pinned States close, admit and replace. */
#include "proto/trust.h"

#include <string.h>

#include "tests/test.h"

#define LAST 4

/* Epoch 0; two rivals of epoch 1; after the first of them, epoch 2; after the second, epoch 2. */
static const struct view_note chain[] = {{.hash = {{1}}, .parent = VIEW_NONE, .epoch = 0},
                                         {.hash = {{2}}, .parent = 0, .epoch = 1},
                                         {.hash = {{3}}, .parent = 0, .epoch = 1},
                                         {.hash = {{4}}, .parent = 1, .epoch = 2},
                                         {.hash = {{5}}, .parent = 2, .epoch = 2}};

#define COUNT (sizeof chain / sizeof chain[0])

static struct trust_word word(const char *from, uint32_t note) {
    struct trust_word w = {.code = "zz", .epoch = chain[note].epoch, .note = chain[note].hash};
    memcpy(w.from, from, sizeof w.from);
    return w;
}

/* The marks as a text: E for an endorsed note. */
static void marks(const struct trust_word *w, uint32_t count, unsigned k, const char *want) {
    struct view_note note[COUNT];
    char found[COUNT + 1] = {0};
    memcpy(note, chain, sizeof note);
    trust_endorse(note, COUNT, "zz", k, w, count);
    for (unsigned i = 0; i < COUNT; i++)
        found[i] = note[i].endorsed ? 'E' : '-';
    assert_string_equal(found, want);
}

static void a_word_supports_its_note_and_those_before(void **state) {
    (void)state;
    struct trust_word w[] = {word("aa", 3), word("bb", 1), word("cc", LAST)};
    marks(w, 3, 0, "-----");
    marks(w, 1, 1, "EE-E-");
    marks(w, 2, 2, "EE---");
    marks(w, 3, 1, "EEEEE");
    marks(w, 3, 3, "E----");
    marks(w, 3, 4, "-----");
}

static void not_every_word_is_heard(void **state) {
    (void)state;
    struct trust_word w = word("aa", 1);
    w.hold = true;
    marks(&w, 1, 1, "-----");
    w = word("zz", 1); /* a State about itself */
    marks(&w, 1, 1, "-----");
    w = word("aa", 1);
    w.epoch = 2; /* no note of that epoch has this hash */
    marks(&w, 1, 1, "-----");
    w = word("aa", 1);
    w.note.b[5] = 1; /* nor is any note with this one held */
    marks(&w, 1, 1, "-----");
    w = word("aa", 1);
    memcpy(w.code, "yy", 3); /* it says that the log is another State's */
    marks(&w, 1, 1, "-----");
    struct trust_word twice[] = {word("aa", 1), word("aa", 1)};
    marks(twice, 2, 2, "-----");
}

static struct trust_word heir(const char *from, uint32_t note, uint8_t successor) {
    struct trust_word w = word(from, note);
    w.successor[0] = successor;
    return w;
}

/* Of the first count notes; 0: no successor. */
static void succeeds(const struct trust_word *w, uint32_t words, uint32_t count, unsigned k, uint8_t want) {
    uint8_t found[LOG_ID_LEN] = {0};
    bool any = trust_succeed(chain, count, "zz", k, w, words, found);
    assert_int_equal(any ? found[0] : 0, want);
}

static void enough_name_the_same_successor(void **state) {
    (void)state;
    struct trust_word w[] = {heir("aa", 3, 7), heir("bb", 3, 7), heir("cc", 3, 8)};
    succeeds(w, 3, COUNT, 0, 0);
    succeeds(w, 1, COUNT, 1, 7);
    succeeds(w, 1, COUNT, 2, 0);
    succeeds(w, 3, COUNT, 2, 7);
    succeeds(w, 3, COUNT, 1, 0); /* two successors */
    succeeds(w, 3, 3, 2, 0);     /* the last note is not held */
    w[1].note = chain[LAST].hash;
    succeeds(w, 2, COUNT, 2, 0); /* not alike in all that they say */
    succeeds(w, 2, COUNT, 1, 7); /* but they agree on who it is */
    w[0].hold = true;
    w[1] = heir("zz", 3, 7);
    succeeds(w, 2, COUNT, 1, 0);
}

static void a_child_of_the_last_note_is_a_veto(void **state) {
    (void)state;
    struct trust_word w[] = {heir("aa", 1, 7), heir("bb", 3, 8)};
    succeeds(w, 1, 3, 1, 7);
    succeeds(w, 1, COUNT, 1, 0);
    succeeds(w, 2, COUNT, 1, 8); /* and what is vetoed does not stand in the way of another */
}

static void a_ring_leads_nowhere(void **state) {
    (void)state;
    uint32_t next[] = {1, 2, VIEW_NONE, 4, 3, 3};
    assert_int_equal(trust_follow(0, next, 6), 2);
    assert_int_equal(trust_follow(2, next, 6), 2);
    assert_int_equal(trust_follow(3, next, 6), 3);
    assert_int_equal(trust_follow(5, next, 6), 5); /* into a ring that it does not belong to */
    next[2] = 2;
    assert_int_equal(trust_follow(0, next, 6), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_supports_its_note_and_those_before),
        cmocka_unit_test(not_every_word_is_heard),
        cmocka_unit_test(enough_name_the_same_successor),
        cmocka_unit_test(a_child_of_the_last_note_is_a_veto),
        cmocka_unit_test(a_ring_leads_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
