/* All States by region: who takes part, and how fresh each is. */
#include <stdlib.h>
#include <string.h>

#include "node/fold.h"
#include "node/page_part.h"
#include "node/words_table.h"

static const struct {
    const char *region;
    enum word word;
} regions[] = {{"africa", WORD_REGION_AFRICA}, {"americas", WORD_REGION_AMERICAS}, {"asia", WORD_REGION_ASIA},
               {"europe", WORD_REGION_EUROPE}, {"oceania", WORD_REGION_OCEANIA},   {"-", WORD_REGION_OTHER}};

#define TILES_MAX 512

struct tile {
    const char *code, *name;
    char *order;         /* folded name */
    const json_t *state; /* NULL: does not take part */
};

struct tiles {
    size_t count, taking;
    struct tile tile[TILES_MAX];
};

static const json_t *find_state(const json_t *states, const char *code) {
    json_t *state;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)states, i, state) {
        if (strcmp(page_string(state, "state"), code) == 0)
            return state;
    }
    return NULL;
}

static void add_tile(struct page *p, struct tiles *tiles, const char *code, const json_t *state) {
    if (tiles->count == TILES_MAX)
        return;
    struct tile *tile = &tiles->tile[tiles->count++];
    *tile = (struct tile){.code = code, .state = state};
    tile->name = page_state_name(p, code, json_object_get(state, "names"));
    tile->order = fold_text(bytes_str(p->m.language == LANGUAGE_ZH ? code : tile->name));
    tiles->taking += state != NULL;
}

static const char *region_of(const char *code) {
    for (const struct words_state *known = words_states; known->code != NULL; known++)
        if (strcmp(known->code, code) == 0)
            return known->region;
    return "-";
}

/* Those that take part first, then by name. */
static int compare(const void *a, const void *b) {
    const struct tile *x = a, *y = b;
    int sign = (x->state == NULL) - (y->state == NULL);

    if (sign != 0)
        return sign;
    sign = strcmp(x->order == NULL ? "" : x->order, y->order == NULL ? "" : y->order);

    return sign != 0 ? sign : strcmp(x->code, y->code);
}

/* The States of a region: the known ones, and whoever else of it takes part. */
static void fill(struct page *p, struct tiles *tiles, const json_t *states, const char *region) {
    json_t *state;
    size_t i;

    tiles->count = tiles->taking = 0;
    for (const struct words_state *known = words_states; known->code != NULL; known++)
        if (strcmp(known->region, region) == 0 && region[0] != '-')
            add_tile(p, tiles, known->code, find_state(states, known->code));
    json_array_foreach((json_t *)(uintptr_t)states, i, state) {
        const char *code = page_string(state, "state");
        if (region[0] == '-' && region_of(code)[0] == '-')
            add_tile(p, tiles, code, state);
    }
    qsort(tiles->tile, tiles->count, sizeof *tiles->tile, compare);
}

static void show_tile(struct page *p, const struct tile *tile) {
    markup_html(&p->m, tile->state == NULL ? "<li class=\"absent\">" : "<li>");
    page_code(p, tile->code);
    if (tile->state != NULL) {
        page_link(p, "title", "state/%s", tile->code);
        markup_data(&p->m, NULL, tile->name);
        markup_html(&p->m, "</a>");
        page_freshness(p, tile->state);
    } else {
        markup_html(&p->m, "<span>");
        markup_data(&p->m, NULL, tile->name);
        markup_html(&p->m, "</span><span class=\"unseen\">");
        SAY0(&p->m, WORD_STATE_ABSENT);
        markup_html(&p->m, "</span>");
    }
    markup_html(&p->m, "</li>");
}

static void show_region(struct page *p, const struct tiles *tiles, enum word title, bool counted) {
    char all[LANGUAGE_NUMBER];

    if (tiles->count == 0)
        return;
    page_section(p, title);
    if (counted) {
        markup_html(&p->m, "<p class=\"total\">");
        markup_count(&p->m, WORD_REGION_COUNT, (long long)tiles->taking,
                     language_number(p->m.language, all, (long long)tiles->count));
        markup_html(&p->m, "</p>");
    }
    markup_html(&p->m, "<ul class=\"tiles\">");
    for (size_t i = 0; i < tiles->count; i++)
        show_tile(p, &tiles->tile[i]);
    markup_html(&p->m, "</ul></section>");
}

bool page_states(struct page *p) {
    json_t *answer = page_json(p, "", "/api/v1/states");
    struct tiles *tiles = calloc(1, sizeof *tiles);

    if (answer == NULL || tiles == NULL) {
        json_decref(answer);
        free(tiles);
        return false;
    }
    markup_html(&p->m, "<h1>");
    SAY0(&p->m, WORD_NAV_STATES);
    markup_html(&p->m, "</h1>");
    page_say(p, "lead", WORD_ALL_STATES_SAY);
    page_legend(p);
    markup_html(&p->m, "<div id=\"live\">");
    for (size_t i = 0; i < sizeof regions / sizeof *regions; i++) {
        fill(p, tiles, json_object_get(answer, "states"), regions[i].region);
        show_region(p, tiles, regions[i].word, regions[i].region[0] != '-');
        for (size_t j = 0; j < tiles->count; j++)
            free(tiles->tile[j].order);
    }
    markup_html(&p->m, "</div>");
    page_say(p, "total", WORD_STATES_NOTE);
    free(tiles);
    json_decref(answer);
    return true;
}
