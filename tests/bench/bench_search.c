/* How soon the first page of a search is there, among many contacts: in this process and through the API, as
 * milliseconds and as a share of what it takes to look through a line of text for each contact once.
 *
 *   bench_search [contacts]
 *
 * Three States of the same size; names in four scripts, hours in six zones.  The last line is for programs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/search.h"
#include "tests/bench/raw.h"
#include "tests/lib/fixture.h"

#define T0 1767600000u /* Monday 2026-01-05 08:00 UTC */
#define ROUNDS 15
#define LINE 300

static const struct question {
    const char *name, *text, *language, *query;
    bool open;
} questions[] = {
    {"everybody", "", "", "", false},
    {"a rare word", "contact-4711@", "", "q=contact-4711@", false},
    {"beginning of a rare word", "quito47", "", "q=quito47", false},
    {"a common word", "affairs", "", "q=affairs", false},
    {"two words", "affairs department-42.example", "", "q=affairs+department-42.example", false},
    {"nothing", "xylophone", "", "q=xylophone", false},
    {"another script", "связи", "", "q=%D1%81%D0%B2%D1%8F%D0%B7%D0%B8", false},
    {"a language", "", "sw", "language=sw", false},
    {"reachable now", "", "", "open=now", true},
    {"word, language, reachable now", "affairs", "sw", "q=affairs&language=sw&open=now", true},
};
#define QUESTIONS (sizeof questions / sizeof *questions)

static void contact(struct author *state, unsigned i) {
    static const char *const zones[] = {"Europe/Paris", "Africa/Nairobi", "America/Bogota",
                                        "Asia/Kolkata", "Asia/Riyadh",    "Pacific/Apia"};
    static const char *const names[] = {"Служба связи", "مكتب الاتصال", "連絡事務所", "Bureau de liaison"};
    static const char *const languages[] = {"en", "fr", "sw", "ar", "ru", "es", "zh", "pt"};
    char record[1200];

    snprintf(
        record, sizeof record,
        "{\"kind\":\"%s\",\"organisation\":{\"en\":\"Department of Sample Affairs %u\",\"und\":\"%s %u\"},"
        "\"emails\":[{\"address\":\"contact-%u@department-%u.example\"}],"
        "\"phones\":[{\"number\":\"+3310%07u\"}],\"address\":{\"en\":\"Quito%u street, block %u\"},"
        "\"languages\":[\"%s\",\"%s\"],\"timezone\":\"%s\",\"hours\":{\"weekly\":["
        "{\"day\":\"mon\",\"from\":\"%02u:00\",\"to\":\"17:00\"},"
        "{\"day\":\"tue\",\"from\":\"08:%02u\",\"to\":\"17:00\"}]},\"public\":[\"organisation\"]}",
        i % 3 == 0 ? "diplomatic" : "technical", i, names[i % 4], i, i, i % 100, i, i * 7919 % 99991, i % 17,
        languages[i % 8], languages[(i / 8 + 1) % 8], zones[i % 6], 6 + i % 4, i % 60);
    fixture_contact(state, i + 1, record, T0 - 3600);
}

static double ask(struct search *search, struct fixture *f, const struct question *q, uint64_t *ret_total) {
    static struct search_hit hit[SEARCH_LIMIT_MAX];
    struct search_want want = {.view = API_MEMBERS,
                               .text = q->text,
                               .state = "",
                               .kind = "",
                               .language = q->language,
                               .at = T0,
                               .at_given = true,
                               .limit = 50};
    unsigned count;
    bool more;
    struct txn t;
    double start = now_s();

    want.open = q->open;
    txn_begin(&t, f->store, false);
    must((int)search_find(search, &t, &want, hit, &count, ret_total, &more), "search");
    txn_abort(&t);
    return (now_s() - start) * 1e3;
}

static double ask_api(struct api *api, const struct question *q) {
    struct api_reply reply;
    char query[200];
    double start = now_s();

    snprintf(query, sizeof query, "%s%sat=2026-01-05T08:00:00Z", q->query, q->query[0] != '\0' ? "&" : "");
    api_get(api, API_MEMBERS, "/api/v1/contacts", query, &reply);
    must(reply.status != 200, reply.body);
    free(reply.body);
    return (now_s() - start) * 1e3;
}

/* What any search that reads the text has to pay: one look through a line for each contact. */
static double plain(unsigned contacts) {
    char *text = malloc((size_t)contacts * LINE + 1);
    must(text == NULL, "memory");
    for (size_t i = 0; i < (size_t)contacts * LINE; i++)
        text[i] = (char)('a' + i * 7 % 23);
    text[(size_t)contacts * LINE] = '\0';
    double start = now_s();
    must(strstr(text, "xylophone") != NULL, "found");
    double took = (now_s() - start) * 1e3;
    free(text);
    return took;
}

static int compare_doubles(const void *a, const void *b) {
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static double middle(double *took) {
    qsort(took, ROUNDS, sizeof *took, compare_doubles);
    return took[ROUNDS / 2];
}

int main(int argc, char **argv) {
    static const char *const codes[] = {"fr", "ke", "ec"};
    unsigned contacts = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 100000;
    struct fixture f;
    struct author *state[3];
    struct search *search;
    double worst = 0, worst_api = 0, took[ROUNDS], took_api[ROUNDS];
    uint64_t total;

    fixture_open(&f);
    for (unsigned s = 0; s < 3; s++) {
        state[s] = fixture_state(&f, codes[s], "{\"en\":\"Sample State\"}");
        for (unsigned i = s; i < contacts; i += 3)
            contact(state[s], i);
        fixture_publish(&f, state[s]);
    }
    struct api *api = fixture_api(&f, NULL);
    must((int)search_open(365, &search), "search_open");
    double alone = plain(contacts);
    printf("%u contacts; one look through %u bytes for each: %.1f ms\n", contacts, LINE, alone);
    printf("gathered in %.0f ms\n", ask(search, &f, &questions[0], &total));
    ask_api(api, &questions[0]);
    for (size_t i = 0; i < QUESTIONS; i++) {
        double first = ask(search, &f, &questions[i], &total);
        for (unsigned r = 0; r < ROUNDS; r++) {
            took[r] = ask(search, &f, &questions[i], &total);
            took_api[r] = ask_api(api, &questions[i]);
        }
        double here = middle(took), there = middle(took_api);
        printf("%-32s %7llu found  first %6.2f ms  then %6.2f ms (%.2f of a look)  API %6.2f ms\n",
               questions[i].name, (unsigned long long)total, first, here, here / alone, there);
        worst = here > worst ? here : worst;
        worst_api = there > worst_api ? there : worst_api;
    }
    contact(state[0], contacts + 2);
    fixture_publish(&f, state[0]);
    double change = ask(search, &f, &questions[1], &total);
    printf("one change taken in and searched in %.1f ms\n", change);
    printf("search contacts=%u worst_ms=%.2f worst_api_ms=%.2f change_ms=%.2f ratio=%.2f\n", contacts, worst,
           worst_api, change, worst / alone);
    search_close(search);
    api_close(api);
    fixture_close(&f);
    return 0;
}
