#include "tests/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/fold.h"
#include "node/search.h"
#include "tests/lib/fixture.h"

#define T0 1767225600u
#define MANY 10000u
#define READERS 4

struct world {
    struct fixture f;
    struct author *fr;
    struct search *search;
};

static int setup(void **state) {
    struct world *w = calloc(1, sizeof *w);

    fixture_open(&w->f);
    w->fr = fixture_state(&w->f, "fr", "{\"fr\":\"la République française\",\"en\":\"France\"}");
    CHECK_OK(search_open(365, &w->search));
    *state = w;
    return 0;
}

static int teardown(void **state) {
    struct world *w = *state;

    search_close(w->search);
    fixture_close(&w->f);
    free(w);
    return 0;
}

static uint64_t find_hits(struct world *w, enum api_view view, const char *text, const char *language,
                          struct search_hit *hit) {
    struct search_want want = {.view = view,
                               .text = text,
                               .state = "",
                               .kind = "",
                               .language = language,
                               .at = T0 + 10,
                               .limit = SEARCH_LIMIT_MAX};
    unsigned count;
    uint64_t total;
    bool more;
    struct txn t;

    txn_begin(&t, w->f.store, false);
    enum err err = search_find(w->search, &t, &want, hit, &count, &total, &more);
    txn_abort(&t);
    CHECK_OK(err);
    return total;
}

static uint64_t find(struct world *w, enum api_view view, const char *text, const char *language) {
    struct search_hit hit[SEARCH_LIMIT_MAX];
    return find_hits(w, view, text, language, hit);
}

static void text_is_folded(void **state) {
    static const char *const alike[][2] = {
        {"ÉCOLE", "ecole"},
        {"Straße", "STRASSE"},
        {"ﬁn", "FIN"},
        {"İzmir", "izmir"},
        {"Ångström", "angstrom"},
        {"ＣＥＲＴ", "cert"},
        {"a\xc2\xa0"
         "b",
         "a b"},
        {"Athína – Αθήνα", "athina - αθηνα"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++) {
        char *a = fold_text(bytes_str(alike[i][0])), *b = fold_text(bytes_str(alike[i][1]));
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
    /* The short way for ASCII is the long way: a letter beyond it, folded apart, makes the other be taken. */
    for (unsigned c = 1; c < 0x80; c++) {
        char both[] = {(char)c, '\xc3', '\xa9', '\0'}; /* and e with its accent */
        char *alone = fold_text((struct bytes){(const uint8_t *)both, 1}), *with = fold_text(bytes_str(both));
        assert_int_equal(with[strlen(with) - 1], 'e');
        with[strlen(with) - 1] = '\0';
        assert_string_equal(alone, with);
        free(alone);
        free(with);
    }
    char *bad = fold_text(bytes_str("\xff\xfe"));
    assert_string_equal(bad, "");
    free(bad);
}

static void every_word_must_occur_in_any_script(void **state) {
    struct world *w = *state;
    static const struct {
        const char *text;
        uint64_t total;
    } cases[] = {
        {"", 3},          {"cert", 2},          {"CERT équipe", 1}, {"equipe cert", 1},   {"cert nothing", 0},
        {"センター", 1},  {"центр", 1},         {"ЦЕНТР", 1},       {"مركز", 1},          {"republique", 3},
        {"FR", 3},        {"soc@x.example", 1}, {"x.EXAMPLE", 1},   {"  cert   soc ", 1}, {"+33100", 1},
        {"technical", 2},
    };

    fixture_contact(
        w->fr, 1,
        "{\"kind\":\"technical\",\"organisation\":{\"fr\":\"Équipe CERT\",\"ja\":\"緊急センター\"}}", T0);
    fixture_contact(w->fr, 2,
                    "{\"kind\":\"technical\",\"organisation\":{\"en\":\"CERT\"},\"emails\":[{\"address\":"
                    "\"SOC@x.example\"}],\"phones\":[{\"number\":\"+33100000001\"}]}",
                    T0);
    fixture_contact(w->fr, 3, "{\"kind\":\"legal\",\"organisation\":{\"ru\":\"Центр\",\"ar\":\"مَركز\"}}", T0);
    fixture_publish(&w->f, w->fr);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t total = find(w, API_MEMBERS, cases[i].text, "");
        if (total != cases[i].total)
            fail_msg("'%s': %u", cases[i].text, (unsigned)total);
    }
}

static void the_views_are_searched_apart(void **state) {
    struct world *w = *state;

    fixture_contact(w->fr, 1,
                    "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Open\"},\"name\":{\"en\":\"Secret\"},"
                    "\"languages\":[\"fr-CA\",\"en\"],\"public\":[\"organisation\"]}",
                    T0);
    fixture_publish(&w->f, w->fr);
    assert_int_equal(find(w, API_PUBLIC, "open", ""), 1);
    assert_int_equal(find(w, API_PUBLIC, "secret", ""), 0);
    assert_int_equal(find(w, API_MEMBERS, "secret", ""), 1);
    assert_int_equal(find(w, API_PUBLIC, "", "fr"), 0);
    assert_int_equal(find(w, API_MEMBERS, "", "FR"), 1);
    assert_int_equal(find(w, API_MEMBERS, "", "fr-ca"), 1);
    assert_int_equal(find(w, API_MEMBERS, "", "f"), 0);
}

static void a_value_and_the_next_are_not_read_as_one(void **state) {
    struct world *w = *state;

    fixture_contact(w->fr, 1, "{\"kind\":\"technical\",\"organisation\":{\"en\":\"ab\",\"fr\":\"cd\"}}", T0);
    fixture_publish(&w->f, w->fr);
    assert_int_equal(find(w, API_MEMBERS, "abcd", ""), 0);
    assert_int_equal(find(w, API_MEMBERS, "ab cd", ""), 1);
}

/* Number by number: 1 is the first of its kind, 2 has a rank, 4 and 3 have none and stand by name. */
static void the_first_of_a_kind_stands_first(void **state) {
    static const uint8_t wanted[] = {1, 2, 4, 3};
    struct world *w = *state;
    struct search_hit hit[SEARCH_LIMIT_MAX];

    fixture_contact(w->fr, 3, "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Beta\"}}", T0);
    fixture_contact(w->fr, 4, "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Alpha\"}}", T0);
    fixture_contact(w->fr, 2, "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Gamma\"},\"rank\":7}", T0);
    fixture_contact(w->fr, 1, "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Zeta\"},\"primary\":true}",
                    T0);
    fixture_publish(&w->f, w->fr);
    assert_int_equal(find_hits(w, API_MEMBERS, "", "", hit), 4);
    for (size_t i = 0; i < sizeof wanted; i++)
        assert_int_equal(hit[i].id[3], wanted[i]);
}

static void a_new_version_replaces_the_text_of_the_old(void **state) {
    struct world *w = *state;

    fixture_contact(w->fr, 1, "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Before\"}}", T0);
    fixture_publish(&w->f, w->fr);
    assert_int_equal(find(w, API_MEMBERS, "before", ""), 1);
    fixture_contact(w->fr, 1, "{\"kind\":\"technical\",\"organisation\":{\"en\":\"After\"}}", T0);
    fixture_publish(&w->f, w->fr);
    assert_int_equal(find(w, API_MEMBERS, "before", ""), 0);
    assert_int_equal(find(w, API_MEMBERS, "after", ""), 1);
    fixture_withdraw(w->fr, 1, T0);
    fixture_publish(&w->f, w->fr);
    assert_int_equal(find(w, API_MEMBERS, "after", ""), 0);
}

/* Those that are found at a time, reached or stale then. */
static uint64_t find_at(struct world *w, enum api_view view, uint64_t at, bool open, bool stale) {
    struct search_want want = {.view = view,
                               .text = "",
                               .state = "",
                               .kind = "",
                               .language = "",
                               .at = at,
                               .at_given = true,
                               .open = open,
                               .stale = stale,
                               .limit = 1};
    struct search_hit hit[SEARCH_LIMIT_MAX];
    unsigned count;
    uint64_t total;
    bool more;
    struct txn t;

    txn_begin(&t, w->f.store, false);
    enum err err = search_find(w->search, &t, &want, hit, &count, &total, &more);
    txn_abort(&t);
    CHECK_OK(err);
    return total;
}

#define MONDAYS                                                                                              \
    "\"timezone\":\"Europe/"                                                                                 \
    "Paris\",\"hours\":{\"weekly\":[{\"day\":\"mon\",\"from\":\"09:00\",\"to\":\"17:00\"}]}"
#define MONDAY_10 1767603600u /* 2026-01-05 10:00 in Paris */

static void who_is_reached_now_is_found(void **state) {
    struct world *w = *state;

    if (!zones_present())
        skip();
    fixture_contact(w->fr, 1, "{\"kind\":\"technical\"," MONDAYS "}", T0);
    fixture_contact(w->fr, 2, "{\"kind\":\"technical\",\"hours\":{\"always\":true},\"public\":[\"hours\"]}",
                    T0);
    fixture_contact(w->fr, 3, "{\"kind\":\"technical\",\"status\":\"suspended\"," MONDAYS "}", T0);
    fixture_contact(w->fr, 4, "{\"kind\":\"technical\",\"valid_until\":\"2026-01-05\"," MONDAYS "}", T0);
    fixture_contact(w->fr, 5, "{\"kind\":\"technical\"}", T0);
    fixture_publish(&w->f, w->fr);
    assert_int_equal(find_at(w, API_MEMBERS, MONDAY_10, false, false), 5);
    assert_int_equal(find_at(w, API_MEMBERS, MONDAY_10, true, false), 2);
    assert_int_equal(find_at(w, API_MEMBERS, MONDAY_10 + 86400, true, false), 1);
    assert_int_equal(find_at(w, API_PUBLIC, MONDAY_10, true, false), 1);
    fixture_contact(w->fr, 2, "{\"kind\":\"technical\",\"hours\":{\"text\":\"ask\"}}", T0);
    fixture_publish(&w->f, w->fr);
    assert_int_equal(find_at(w, API_MEMBERS, MONDAY_10, true, false), 1);
}

static void what_is_not_looked_after_is_found(void **state) {
    struct world *w = *state;
    uint64_t year = 365 * 86400;

    fixture_contact(w->fr, 1, "{\"kind\":\"technical\"}", T0);
    fixture_contact(w->fr, 2, "{\"kind\":\"technical\",\"review_by\":\"2026-02-01\"}", T0);
    fixture_contact(w->fr, 3, "{\"kind\":\"technical\",\"valid_until\":\"2026-03-01\"}", T0);
    fixture_contact(w->fr, 4,
                    "{\"kind\":\"technical\",\"keys\":[{\"type\":\"age\",\"fingerprint\":\"00\",\"expires\":"
                    "\"2026-04-01T00:00:00Z\"}]}",
                    T0);
    fixture_publish(&w->f, w->fr);
    assert_int_equal(find_at(w, API_MEMBERS, T0 + 10, false, true), 0);
    assert_int_equal(find_at(w, API_MEMBERS, T0 + 32 * 86400, false, true), 1);
    assert_int_equal(find_at(w, API_MEMBERS, T0 + 60 * 86400, false, true), 2);
    assert_int_equal(find_at(w, API_MEMBERS, T0 + 100 * 86400, false, true), 3);
    assert_int_equal(find_at(w, API_PUBLIC, T0 + 100 * 86400, false, true), 2);
    assert_int_equal(find_at(w, API_MEMBERS, T0 + year - 1, false, true), 3);
    assert_int_equal(find_at(w, API_MEMBERS, T0 + year, false, true), 4);
}

static void fill(struct world *w) {
    char record[400];

    for (unsigned i = 0; i < MANY; i++) {
        snprintf(record, sizeof record,
                 "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Department of Sample Affairs %u\"},"
                 "\"emails\":[{\"address\":\"contact-%u@department-%u.example\"}],\"languages\":[\"en\"],"
                 "\"public\":[\"organisation\"]}",
                 i, i, i % 100);
        fixture_contact(w->fr, i + 1, record, T0);
    }
    fixture_publish(&w->f, w->fr);
}

static double milliseconds(const struct timespec *from) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - from->tv_sec) * 1e3 + (double)(now.tv_nsec - from->tv_nsec) / 1e6;
}

/* What it takes is printed, not judged: the machine may be busy. */
static void ten_thousand_contacts_are_searched(void **state) {
    struct world *w = *state;
    struct timespec from;

    fill(w);
    clock_gettime(CLOCK_MONOTONIC, &from);
    assert_int_equal(find(w, API_MEMBERS, "", ""), MANY);
    print_message("gathered in %.1f ms\n", milliseconds(&from));
    clock_gettime(CLOCK_MONOTONIC, &from);
    assert_int_equal(find(w, API_MEMBERS, "department-42.example affairs", ""), MANY / 100);
    print_message("searched in %.1f ms\n", milliseconds(&from));
    fixture_contact(w->fr, 1, "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Novelty\"}}", T0);
    fixture_publish(&w->f, w->fr);
    clock_gettime(CLOCK_MONOTONIC, &from);
    assert_int_equal(find(w, API_MEMBERS, "novelty", ""), 1);
    print_message("one change taken in and searched in %.1f ms\n", milliseconds(&from));
}

struct readers {
    struct world *w;
    atomic_bool stop;
    atomic_uint asked;
};

static void *read_on(void *argument) {
    struct readers *r = argument;
    uint64_t last = 0;

    while (!atomic_load(&r->stop)) {
        uint64_t total = find(r->w, API_PUBLIC, "office", "");
        if (total < last)
            abort();
        last = total;
        atomic_fetch_add(&r->asked, 1);
    }
    digest_thread_done();
    return NULL;
}

static void threads_ask_while_the_log_grows(void **state) {
    struct world *w = *state;
    struct readers r = {.w = w};
    pthread_t thread[READERS];

    for (unsigned i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, read_on, &r), 0);
    for (unsigned i = 0; i < 50; i++) {
        fixture_contact(
            w->fr, i + 1,
            "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Office\"},\"public\":[\"organisation\"]}",
            T0);
        fixture_publish(&w->f, w->fr);
        search_changed(w->search);
    }
    while (atomic_load(&r.asked) < READERS)
        sched_yield();
    atomic_store(&r.stop, true);
    for (unsigned i = 0; i < READERS; i++)
        pthread_join(thread[i], NULL);
    assert_int_equal(find(w, API_PUBLIC, "office", ""), 50);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_folded),         TEST(every_word_must_occur_in_any_script),
        TEST(the_views_are_searched_apart),       TEST(a_value_and_the_next_are_not_read_as_one),
        TEST(the_first_of_a_kind_stands_first),   TEST(a_new_version_replaces_the_text_of_the_old),
        TEST(who_is_reached_now_is_found),        TEST(what_is_not_looked_after_is_found),
        TEST(ten_thousand_contacts_are_searched), TEST(threads_ask_while_the_log_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
