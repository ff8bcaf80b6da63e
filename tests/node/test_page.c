#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/markup.h"
#include "node/page.h"
#include "node/page_part.h"
#include "store/roster.h"
#include "tests/lib/fixture.h"

#define T0 1767225600u
#define ID1 "00000001000000000000000000000001"
#define ID2 "00000002000000000000000000000002"

/* Each text is given to a contact's organisation and name; none of the marks may come out as they went in. */
static const char *const hostile[] = {
    "<script>alert(1)</script>",
    "\\\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</bdi></title></body><svg onload=alert(1)>",
    "javascript:alert(1)",
    "&lt;b&gt; &#60;script&#62;",
    "\\u202eevil\\u202c \\u2066x\\u2069 \\u200e\\u200f\\u061c",
    "{0}{1}{9}",
    "`${alert(1)}`",
    "<!-- --><![CDATA[ x ]]>",
};

static const char *const raw_marks[] = {
    "<script>alert", "<img",         "onerror=alert(1)>", "<svg on",  "<b>",       "<!--",    "\xe2\x80\xae",
    "\xe2\x80\xac",  "\xe2\x81\xa6", "\xe2\x80\x8e",      "\xd8\x9c", "'alert(1)", "\"><img", "<![CDATA["};

static const char *const canaries[] = {"canary-mail", "+33199999999", "Canary Person", "canary-host",
                                       "canary-peer", "canary-zone",  "canary-draft"};

struct world {
    struct fixture f;
    struct author *fr;
    struct api *api;
    struct api_reply reply;
};

static json_t *live(void *context) {
    (void)context;
    return json_pack("{s:b, s:[{s:s, s:b, s:s, s:s, s:{s:i}}]}", "running", 1, "peers", "node", "aa", "up", 1,
                     "name", "canary-peer", "since", "2026-01-01T00:00:00Z", "reported", "test.example/fr/0",
                     7);
}

static int setup(void **state) {
    struct world *w = calloc(1, sizeof *w);
    struct txn t;

    fixture_open(&w->f);
    w->fr = fixture_state(&w->f, "fr", "{\"fr\":\"la France\",\"en\":\"France\",\"ar\":\"فرنسا\"}");
    fixture_node(w->fr, 1, "tcp://canary-host.example:7400");
    fixture_contact(w->fr, 1,
                    "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Alert Centre\",\"ar\":\"مركز\"},"
                    "\"name\":{\"en\":\"Canary Person\"},\"timezone\":\"canary-zone\","
                    "\"emails\":[{\"address\":\"canary-mail@fr.example\",\"purpose\":\"incident\"}],"
                    "\"phones\":[{\"number\":\"+33199999999\"}],\"languages\":[\"fr\"],"
                    "\"hours\":{\"weekly\":[{\"day\":\"mon\",\"from\":\"08:00\",\"to\":\"18:00\"}]},"
                    "\"public\":[\"organisation\",\"languages\"]}",
                    T0);
    fixture_publish(&w->f, w->fr);
    txn_begin(&t, w->f.store, true);
    drafts_add(&t, bytes_str("{\"action\":\"put\",\"record\":{\"latin\":\"canary-draft\"}}"));
    CHECK_OK(txn_commit(&t));
    w->api = fixture_api(&w->f, live);
    *state = w;
    return 0;
}

static int teardown(void **state) {
    struct world *w = *state;

    free(w->reply.body);
    api_close(w->api);
    fixture_close(&w->f);
    free(w);
    return 0;
}

/* The page as a C string. */
static const char *get(struct world *w, enum api_view view, const char *path, const char *query,
                       unsigned want) {
    free(w->reply.body);
    page_get(w->api, view, path, query, NULL, &w->reply);
    if (w->reply.status != want)
        fail_msg("%s?%s: %u, not %u", path, query, w->reply.status, want);
    assert_string_equal(w->reply.type, "text/html; charset=utf-8");
    char *text = realloc(w->reply.body, w->reply.len + 1);
    assert_non_null(text);
    text[w->reply.len] = '\0';
    w->reply.body = text;
    return text;
}

static void check_has(const char *page, const char *text) {
    if (strstr(page, text) == NULL)
        fail_msg("no '%s' in: %s", text, page);
}

static void hostile_texts_come_out_inert(void **state) {
    struct world *w = *state;
    char record[600], path[100];
    unsigned count = sizeof hostile / sizeof *hostile;

    for (unsigned i = 0; i < count; i++) {
        snprintf(
            record, sizeof record,
            "{\"kind\":\"technical\",\"organisation\":{\"en\":\"%s\",\"fr\":\"%s\"},\"name\":{\"en\":\"%s\"},"
            "\"channels\":[{\"kind\":\"%s\",\"uri\":\"javascript:alert(1)\"}]}",
            hostile[i], hostile[i], hostile[i], hostile[i]);
        fixture_contact(w->fr, 100 + i, record, T0);
    }
    fixture_publish(&w->f, w->fr);
    for (unsigned i = 0; i < count + 2; i++) {
        if (i < count)
            snprintf(path, sizeof path, "/contact/FR/%08x", 100 + i);
        const char *page = get(w, API_MEMBERS,
                               i < count    ? path
                               : i == count ? "/state/FR"
                                            : "/",
                               i == count + 1 ? "state=FR&limit=500" : "", 200);
        for (size_t j = 0; j < sizeof raw_marks / sizeof *raw_marks; j++)
            if (strstr(page, raw_marks[j]) != NULL)
                fail_msg("%u: '%s' in %s", i, raw_marks[j], page);
        assert_null(strstr(page, "href=\"javascript:"));
    }
    check_has(get(w, API_MEMBERS, "/contact/FR/0000006a", "", 200), "&lt;U+202E&gt;evil&lt;U+202C&gt;");
    check_has(get(w, API_MEMBERS, "/contact/FR/0000006b", "", 200), "{0}{1}{9}");
}

static void a_hostile_question_comes_back_inert(void **state) {
    struct world *w = *state;
    const char *page =
        get(w, API_PUBLIC, "/",
            "q=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%E2%80%AE&kind=%22%20x%3D%22&state=FR", 200);

    assert_null(strstr(page, "<script>alert"));
    assert_null(strstr(page, "\xe2\x80\xae"));
    check_has(page, "value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;U+202E&gt;\"");
}

static void the_public_pages_hold_nothing_of_the_members(void **state) {
    static const struct {
        const char *path, *query;
        unsigned status;
    } pages[] = {{"/", "", 200},         {"/", "q=alert", 200},
                 {"/", "q=canary", 200}, {"/", "all=1&limit=500", 200},
                 {"/states", "", 200},   {"/changes", "since=2020-01-01", 200},
                 {"/verify", "", 200},   {"/about", "", 200},
                 {"/state/FR", "", 200}, {"/contact/FR/" ID1, "", 200},
                 {"/network", "", 200},  {"/contact/FR/" ID2, "", 404},
                 {"/drafts", "", 404}};
    struct world *w = *state;

    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        const char *page = get(w, API_PUBLIC, pages[i].path, pages[i].query, pages[i].status);
        for (size_t j = 0; j < sizeof canaries / sizeof *canaries; j++)
            if (strstr(page, canaries[j]) != NULL)
                fail_msg("%s?%s holds %s", pages[i].path, pages[i].query, canaries[j]);
    }
    check_has(get(w, API_PUBLIC, "/contact/FR/" ID1, "", 200), "Withheld");
    check_has(get(w, API_PUBLIC, "/contact/FR/" ID1, "", 200), "Alert Centre");
    check_has(get(w, API_PUBLIC, "/", "q=canary", 200), "Nothing found");
}

static void the_members_pages_show_it_with_its_marks(void **state) {
    static const char *const wanted[] = {"Alert Centre",
                                         "lang=\"ar\">مركز</bdi>",
                                         "href=\"mailto:canary-mail@fr.example\"",
                                         "href=\"tel:+33199999999\"",
                                         "<span class=\"mark members\">members</span>",
                                         "<span class=\"mark public\">public</span>",
                                         "French",
                                         "data-zone=\"canary-zone\"",
                                         "Monday",
                                         "E-mail, <bdi dir=\"auto\">incident</bdi>",
                                         "History"};
    struct world *w = *state;
    const char *page = get(w, API_MEMBERS, "/contact/FR/" ID1, "", 200);

    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        check_has(page, wanted[i]);
    page = get(w, API_MEMBERS, "/network", "", 200);
    check_has(page, "canary-peer");
    check_has(page, "tcp://canary-host.example:7400");
    check_has(page, w->fr->origin);
}

static void a_state_has_its_name_in_the_language_of_the_page(void **state) {
    struct world *w = *state;
    const char *page = get(w, API_PUBLIC, "/", "", 200);

    check_has(page, "<a class=\"title\" href=\"./state/FR\"><bdi dir=\"auto\">France</bdi></a>");
    check_has(page, "No sign of life yet");
    check_has(get(w, API_PUBLIC, "/es/", "", 200), "<bdi dir=\"auto\">Francia</bdi>");
    page = get(w, API_PUBLIC, "/ru/state/FR", "", 200);
    check_has(page, "<bdi dir=\"auto\">Франция</bdi>");
    check_has(page, "<bdi dir=\"auto\" lang=\"fr\">la France</bdi>"); /* as it calls itself */
    check_has(page, "<bdi dir=\"auto\" lang=\"ar\">فرنسا</bdi>");
}

static void the_language_is_chosen_by_address_or_browser(void **state) {
    static const struct {
        const char *path, *accept, *want;
        bool by_language;
    } cases[] = {{"/", NULL, "<html dir=\"ltr\" lang=\"en\">", true},
                 {"/", "ar-EG,ar;q=0.9", "<html dir=\"rtl\" lang=\"ar\">", true},
                 {"/zh/", "ar", "<html dir=\"ltr\" lang=\"zh\">", false},
                 {"/ar/network", "fr", "<html dir=\"rtl\" lang=\"ar\">", false},
                 {"/fr", NULL, "href=\"fr/states\"", false},
                 {"/state/FR", "fr", "href=\"../ru/state/FR\"", true},
                 {"/fr/state/FR", NULL, "href=\"../../ru/state/FR\"", false}};
    struct world *w = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct api_reply reply;
        page_get(w->api, API_PUBLIC, cases[i].path, "", cases[i].accept, &reply);
        assert_int_equal(reply.status, 200);
        assert_int_equal(reply.by_language, cases[i].by_language);
        if (memmem(reply.body, reply.len, cases[i].want, strlen(cases[i].want)) == NULL)
            fail_msg("%s: no %s", cases[i].path, cases[i].want);
        free(reply.body);
    }
    get(w, API_PUBLIC, "/de/", "", 404);
    check_has(get(w, API_PUBLIC, "/es/nada", "", 404), "Aquí no hay nada");
}

static void a_search_finds_states_by_name_in_any_language(void **state) {
    static const char *const queries[] = {"q=fran", "q=%E6%B3%95%E5%9B%BD",
                                          "q=%D9%81%D8%B1%D9%86%D8%B3%D8%A7", "q=FR",
                                          "q=%D1%84%D1%80%D0%B0%D0%BD"};
    struct world *w = *state;

    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        const char *page = get(w, API_PUBLIC, "/", queries[i], 200);
        check_has(page, "<ul class=\"states\">");
        check_has(page, "Alert Centre"); /* its contacts with it */
    }
    assert_null(strstr(get(w, API_PUBLIC, "/", "q=rance", 200), "<ul class=\"states\">"));
}

static void all_states_are_listed_and_who_takes_part(void **state) {
    struct world *w = *state;
    const char *page = get(w, API_PUBLIC, "/en/states", "", 200);

    check_has(page, "href=\"./state/FR\"");
    check_has(page, "<bdi dir=\"auto\">Kenya</bdi>");
    check_has(page, "Not taking part");
    check_has(page, "<bdi dir=\"auto\">1</bdi> of <bdi dir=\"auto\">44</bdi> takes part");
    assert_null(strstr(page, "state/KE"));
}

static void changes_tell_what_was_added_changed_and_withdrawn(void **state) {
    struct world *w = *state;
    const char *page = get(w, API_MEMBERS, "/changes", "since=2020-01-01T00:00:00Z", 200);

    check_has(page, "Alert Centre");
    check_has(page, "Added");
    fixture_contact(w->fr, 1,
                    "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Alert Centre\"},"
                    "\"emails\":[{\"address\":\"canary-mail@fr.example\"}]}",
                    T0 + 60);
    fixture_withdraw(w->fr, 1, T0 + 120);
    fixture_publish(&w->f, w->fr);
    page = get(w, API_MEMBERS, "/changes", "since=2026-01-01T00:00:01Z", 200);
    check_has(page, "Changed: <bdi dir=\"auto\">");
    check_has(page, "Telephone");
    check_has(page, "Withdrawn");
    assert_null(strstr(page, "Added"));
    page = get(w, API_MEMBERS, "/changes", "since=2100-01-01T00:00:00Z", 200);
    check_has(page, "Nothing has changed");
    page = get(w, API_MEMBERS, "/changes", "state=FR&from=0", 200);
    check_has(page, "Names of the State or its authority");
    get(w, API_MEMBERS, "/changes", "state=XX&from=0", 404);
}

static void a_contact_is_also_a_vcard_and_a_code(void **state) {
    static const char *const lines[] = {"BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:individual\r\n",
                                        "FN;LANGUAGE=en:Canary Person\r\n",
                                        "ORG;ALTID=1;LANGUAGE=en:Alert Centre\r\n",
                                        "TEL;VALUE=uri;PREF=1:tel:+33199999999\r\n",
                                        "EMAIL;PREF=1;X-PURPOSE=\"incident\":canary-mail@fr.example\r\n",
                                        "END:VCARD\r\n"};
    struct world *w = *state;
    struct api_reply reply;

    page_get(w->api, API_MEMBERS, "/fr/contact/FR/" ID1 "/vcard", "", NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.type, "text/vcard; charset=utf-8");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_non_null(memmem(reply.body, reply.len, lines[i], strlen(lines[i])));
    free(reply.body);
    page_get(w->api, API_PUBLIC, "/contact/FR/" ID1 "/vcard", "", NULL, &reply);
    assert_null(memmem(reply.body, reply.len, "anary", 5));
    free(reply.body);
    check_has(get(w, API_MEMBERS, "/contact/FR/" ID1, "", 200), "<svg class=\"qr\"");
}

static void a_vcard_has_no_line_of_others(void **state) {
    struct world *w = *state;
    struct api_reply reply;

    fixture_contact(w->fr, 6,
                    "{\"kind\":\"technical\",\"organisation\":{\"en\":\"A; B, C\\\\ "
                    "0123456789012345678901234567890123456789012345678901234567890123456789éééééééééé\"}}",
                    T0);
    fixture_publish(&w->f, w->fr);
    page_get(w->api, API_MEMBERS, "/contact/FR/00000006/vcard", "", NULL, &reply);
    assert_non_null(memmem(reply.body, reply.len, "ORG;LANGUAGE=en:A\\; B\\, C\\\\ 0123", 31));
    for (size_t at = 0, line = 0; at < reply.len; at++) {
        line = reply.body[at] == '\n' ? 0 : line + 1;
        assert_true(line <= 76); /* with its CR */
    }
    free(reply.body);
}

static void links_lead_back_to_the_root_of_the_view(void **state) {
    struct world *w = *state;

    check_has(get(w, API_PUBLIC, "/", "", 200), "href=\"./style.css\"");
    check_has(get(w, API_PUBLIC, "/state/FR", "", 200), "href=\"../style.css\"");
    check_has(get(w, API_PUBLIC, "/contact/FR/" ID1, "", 200), "href=\"../../style.css\"");
    check_has(get(w, API_PUBLIC, "/contact/FR/" ID1, "", 200), "href=\"../../state/FR\"");
    check_has(get(w, API_PUBLIC, "/no/such/page", "", 404), "href=\"../../style.css\"");
}

static void the_next_page_asks_the_same_question(void **state) {
    struct world *w = *state;

    fixture_contact(w->fr, 2, "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Alert & more\"}}", T0);
    fixture_publish(&w->f, w->fr);
    const char *page = get(w, API_MEMBERS, "/", "q=alert&limit=1", 200);
    check_has(page, "href=\"./?q=alert&amp;limit=1&amp;after=FR%2F0000000");
    page = get(w, API_MEMBERS, "/", "q=alert+%26&limit=1", 200);
    assert_null(strstr(page, "rel=\"next\""));
}

/* As the API will tell of a fork: written here, because making one takes two histories. */
static void a_dispute_shows_both_variants(void **state) {
    static const char log[] = "[{\"state\":\"FR\",\"flags\":[\"disputed\"],\"f\":1200,\"size\":1200,"
                              "\"origin\":\"test.example/fr/0\","
                              "\"variants\":["
                              "{\"size\":1300,\"root\":\"AAAA\",\"contacts\":[{\"state\":\"FR\",\"id\":\"" ID1
                              "\",\"kind\":\"technical\",\"organisation\":{\"en\":\"One Centre\"}}]},"
                              "{\"size\":1250,\"root\":\"BBBB\",\"contacts\":[{\"state\":\"FR\",\"id\":\"" ID2
                              "\",\"kind\":\"technical\",\"organisation\":{\"en\":\"<b>Other Centre\"}}]}]},"
                              "{\"state\":\"KE\",\"flags\":[]},"
                              "{\"state\":\"JP\",\"flags\":[\"contested\",\"incomplete\"],"
                              "\"rivals\":[{\"epoch\":2,\"fingerprint\":\"abcd 0123\"}]}]";
    static const char *const wanted[] = {
        "Disputes",
        "What stands after entry <bdi dir=\"auto\">1,200</bdi>",
        "One Centre",
        "&lt;b&gt;Other Centre",
        "AAAA",
        "BBBB",
        "Entries <bdi dir=\"auto\">1,200</bdi> to <bdi dir=\"auto\">1,249</bdi>",
        "Contested:",
        "Incomplete:",
        "abcd 0123",
        "api/v1/logs/test.example/fr/0/evidence"};
    struct page p = {.m.language = LANGUAGE_EN, .root = "./", .base = "./"};
    json_t *logs = json_loads(log, 0, NULL);

    (void)state;
    assert_non_null(logs);
    page_disputes(&p, logs);
    markup_append(&p.m, &(struct markup){.text = (char[]){'\0'}, .len = 1});
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        check_has(p.m.text, wanted[i]);
    assert_null(strstr(p.m.text, "Kenya"));
    p.m.len = 0;
    json_array_clear(logs);
    page_disputes(&p, logs);
    assert_int_equal(p.m.len, 0);
    free(p.m.text);
    json_decref(logs);
}

static void what_is_not_there_is_a_page_too(void **state) {
    struct world *w = *state;

    check_has(get(w, API_PUBLIC, "/state/XX", "", 404), "There is nothing here");
    check_has(get(w, API_PUBLIC, "/state/<x>", "", 404), "There is nothing here");
    check_has(get(w, API_PUBLIC, "/", "limit=9999", 400), "cannot be answered");
    check_has(get(w, API_PUBLIC, "/", "unknown=1", 400), "cannot be answered");
    check_has(get(w, API_PUBLIC, "/changes", "since=yesterday", 400), "cannot be answered");
    get(w, API_PUBLIC, "", "", 404);
    get(w, API_PUBLIC, "/////////////////////////", "", 404);
}

static void the_closed_page_tells_only_how_to_come_in(void **state) {
    struct api_reply reply;

    (void)state;
    page_closed(NULL, &reply);
    assert_int_equal(reply.status, 404);
    assert_non_null(memmem(reply.body, reply.len, "comity web", 10));
    free(reply.body);
}

static void a_contact_says_when_it_is_no_longer_good(void **state) {
    struct world *w = *state;

    fixture_contact(
        w->fr, 5,
        "{\"kind\":\"technical\",\"status\":\"suspended\",\"valid_until\":\"2026-01-02T00:00:00Z\","
        "\"review_by\":\"2026-01-01T12:00:00Z\"}",
        T0);
    fixture_publish(&w->f, w->fr);
    const char *page = get(w, API_PUBLIC, "/contact/FR/00000005", "", 200);
    check_has(page, "Suspended:");
    check_has(page, "Expired:");
    check_has(page, "Review overdue:");
    fixture_withdraw(w->fr, 5, T0 + 1);
    fixture_publish(&w->f, w->fr);
    check_has(get(w, API_PUBLIC, "/contact/FR/00000005000000000000000000000005", "", 200), "Withdrawn:");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(hostile_texts_come_out_inert),
        TEST(a_hostile_question_comes_back_inert),
        TEST(the_public_pages_hold_nothing_of_the_members),
        TEST(the_members_pages_show_it_with_its_marks),
        TEST(a_state_has_its_name_in_the_language_of_the_page),
        TEST(the_language_is_chosen_by_address_or_browser),
        TEST(a_search_finds_states_by_name_in_any_language),
        TEST(all_states_are_listed_and_who_takes_part),
        TEST(changes_tell_what_was_added_changed_and_withdrawn),
        TEST(a_contact_is_also_a_vcard_and_a_code),
        TEST(a_vcard_has_no_line_of_others),
        TEST(links_lead_back_to_the_root_of_the_view),
        TEST(the_next_page_asks_the_same_question),
        cmocka_unit_test(a_dispute_shows_both_variants),
        TEST(what_is_not_there_is_a_page_too),
        cmocka_unit_test(the_closed_page_tells_only_how_to_come_in),
        TEST(a_contact_says_when_it_is_no_longer_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
