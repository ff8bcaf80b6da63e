#include "node/searched.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/fold.h"
#include "node/words.h"

/* Of a record: what is no text for people. */
static const char *const unsearched[] = {"id",        "state",  "status", "valid_from", "valid_until",
                                         "review_by", "public", "parts",  "index",      "erased"};

/* Text being gathered, a value a line, each folded by itself (most are ASCII, which is soon done), up to
 * SEARCHED_MAX. */
struct gather {
    bool failed; /* out of memory */
    size_t len;
    char text[SEARCHED_MAX + 1];
};

static void gather_add(struct gather *g, const char *text) {
    char *folded = fold_text(bytes_str(text));
    size_t len = folded != NULL ? strlen(folded) : 0;

    g->failed = g->failed || folded == NULL;
    if (!g->failed && len + 1 <= SEARCHED_MAX - g->len) {
        memcpy(g->text + g->len, folded, len);
        g->len += len;
        g->text[g->len++] = '\n';
    }
    free(folded);
}

static bool is_searched(const char *key) {
    for (size_t i = 0; i < sizeof unsearched / sizeof *unsearched; i++)
        if (strcmp(key, unsearched[i]) == 0)
            return false;
    return true;
}

/* Every text in a value, however deep; its depth is bounded by that of a part. */
static void gather_value(struct gather *g, json_t *value) {
    const char *key;
    json_t *item;
    size_t i;

    if (json_is_string(value))
        gather_add(g, json_string_value(value));
    json_array_foreach(value, i, item) gather_value(g, item);
    json_object_foreach(value, key, item) gather_value(g, item);
}

static char *gathered(const struct gather *g) {
    return g->failed ? NULL : strndup(g->text, g->len);
}

/* A language is spoken by its tag and by what the tag begins with: fr-CA is fr. */
static void gather_language(struct gather *g, const char *tag) {
    char text[2 + LEAF_TAG_MAX + 1] = "l:";
    size_t len = strnlen(tag, LEAF_TAG_MAX);

    memcpy(text + 2, tag, len);
    for (char *hyphen = text + 2 + len; hyphen != NULL; hyphen = strrchr(text, '-')) {
        *hyphen = '\0';
        gather_add(g, text);
    }
}

char *searched_features(json_t *record) {
    struct gather g = {.len = 0};
    char kind[2 + LEAF_KIND_MAX + 1];
    const char *text = json_string_value(json_object_get(record, "kind"));
    json_t *item;
    size_t i;

    snprintf(kind, sizeof kind, "k:%s", text != NULL ? text : "");
    gather_add(&g, kind);
    json_array_foreach(json_object_get(record, "languages"), i, item) {
        if (json_is_string(item) && strpbrk(json_string_value(item), " \n") == NULL)
            gather_language(&g, json_string_value(item));
    }
    return gathered(&g);
}

/* The name that a page shows first: lists stand in the order in which they are read. */
static json_t *first_name(json_t *names) {
    static const char *const preferred[] = {"en", "fr", "es"};
    json_t *name = NULL;

    for (size_t i = 0; name == NULL && i < sizeof preferred / sizeof *preferred; i++)
        name = json_object_get(names, preferred[i]);
    return name != NULL ? name : json_object_iter_value(json_object_iter(names));
}

char *searched_rank(json_t *record) {
    struct gather g = {.len = 0};
    const json_t *rank = json_object_get(record, "rank");
    char order[32];

    snprintf(order, sizeof order, "%c %03lld", json_is_true(json_object_get(record, "primary")) ? '0' : '1',
             json_is_integer(rank) ? (long long)json_integer_value(rank) : 999LL);
    gather_add(&g, order);
    gather_value(&g, first_name(json_object_get(record, "organisation")));
    return gathered(&g);
}

char *searched_words(json_t *record) {
    struct gather g = {.len = 0};
    const char *key;
    json_t *item;

    json_object_foreach(record, key, item) {
        if (is_searched(key))
            gather_value(&g, item);
    }
    return gathered(&g);
}

static void names_gather(struct gather *g, const struct names *names) {
    for (unsigned i = 0; i < names->count; i++) {
        char text[NAME_TEXT_MAX * 4];
        struct bytes from = names->name[i].text;
        if (from.len >= sizeof text)
            return;
        memcpy(text, from.ptr, from.len);
        text[from.len] = '\0';
        gather_add(g, text);
    }
}

char *searched_state(const char *code, const struct leaf *leaf) {
    struct gather g = {.len = 0};

    gather_add(&g, code);
    for (enum language i = 0; i < LANGUAGES && words_state_name(i, code) != NULL; i++)
        gather_add(&g, words_state_name(i, code));
    if (leaf != NULL) {
        names_gather(&g, &leaf->state.state);
        names_gather(&g, &leaf->state.authority);
    }
    return gathered(&g);
}
