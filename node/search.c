#include "node/search.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "node/fold.h"
#include "store/roster.h"

struct placed {
    const struct shelf *shelf;
    const struct shelf_entry *entry;
};

/* Everything at one time, in order. */
struct catalog {
    uint64_t at, due; /* right for any time from at to below due */
    uint64_t seq;     /* of the newest change read */
    unsigned generation;
    size_t shelf_count;
    struct shelf *shelf;
    size_t count;
    struct placed *order[SHELF_VIEWS];
};

enum slot { SLOT_NOW, SLOT_THEN, SLOTS };

struct search {
    pthread_rwlock_t lock;
    atomic_uint generation;
    struct catalog catalog[SLOTS];
};

/* A question made ready. */
struct question {
    const struct search_want *want;
    char *folded, *language;
    unsigned word_count;
    const char *word[SEARCH_WORDS];
};

enum err search_open(struct search **ret) {
    struct search *s = calloc(1, sizeof *s);

    if (s == NULL)
        return ERR_MEMORY;
    if (pthread_rwlock_init(&s->lock, NULL) != 0) {
        free(s);
        return ERR_MEMORY;
    }
    atomic_init(&s->generation, 1);
    *ret = s;
    return ERR_OK;
}

static void catalog_clear(struct catalog *c) {
    for (size_t i = 0; i < c->shelf_count; i++)
        shelf_clear(&c->shelf[i]);
    free(c->shelf);
    for (unsigned view = 0; view < SHELF_VIEWS; view++)
        free(c->order[view]);
    *c = (struct catalog){0};
}

void search_close(struct search *search) {
    if (search == NULL)
        return;
    for (unsigned slot = 0; slot < SLOTS; slot++)
        catalog_clear(&search->catalog[slot]);
    pthread_rwlock_destroy(&search->lock);
    free(search);
}

void search_changed(struct search *search) {
    atomic_fetch_add(&search->generation, 1);
}

static int compare_placed(const struct placed *a, const struct placed *b, unsigned view) {
    int sign = strcmp(a->shelf->code, b->shelf->code);

    if (sign == 0)
        sign = strcmp(a->entry->text[view].rank, b->entry->text[view].rank);
    if (sign == 0)
        sign = strcmp(a->entry->kind, b->entry->kind);
    return sign != 0 ? sign : memcmp(a->entry->id, b->entry->id, CONTACT_ID_LEN);
}

static int compare_public(const void *a, const void *b) {
    return compare_placed(a, b, API_PUBLIC);
}

static int compare_members(const void *a, const void *b) {
    return compare_placed(a, b, API_MEMBERS);
}

static enum err catalog_sort(struct catalog *c) {
    size_t count = 0;

    for (size_t i = 0; i < c->shelf_count; i++)
        count += c->shelf[i].count;
    for (unsigned view = 0; view < SHELF_VIEWS; view++) {
        struct placed *order = reallocarray(c->order[view], count + 1, sizeof *order);
        if (order == NULL)
            return ERR_MEMORY;
        c->order[view] = order;
        for (size_t i = 0; i < c->shelf_count; i++)
            for (size_t j = 0; j < c->shelf[i].count; j++)
                *order++ = (struct placed){&c->shelf[i], &c->shelf[i].entry[j]};
        qsort(c->order[view], count, sizeof *order, view == API_PUBLIC ? compare_public : compare_members);
    }
    c->count = count;
    return ERR_OK;
}

/* The shelf of a log, moved from the catalog as it was, or new. */
static struct shelf take_shelf(struct catalog *old, const uint8_t log[static LOG_ID_LEN]) {
    for (size_t i = 0; i < old->shelf_count; i++)
        if (old->shelf[i].size > 0 && memcmp(old->shelf[i].log, log, LOG_ID_LEN) == 0) {
            struct shelf shelf = old->shelf[i];
            old->shelf[i] = (struct shelf){0};
            return shelf;
        }
    return (struct shelf){0};
}

/* One shelf for each pinned log that is there. */
static enum err catalog_shelves(struct catalog *c, struct catalog *old, struct txn *t, uint64_t at,
                                bool *ret_changed) {
    struct pin pin = {0};
    enum err err = ERR_OK;

    while (err == ERR_OK && roster_next(t, &pin)) {
        struct log_record record;
        uint8_t log[LOG_ID_LEN];
        origin_log_id(pin.origin, log);
        if (!logs_get(t, log, &record))
            continue;
        struct shelf *larger = reallocarray(c->shelf, c->shelf_count + 1, sizeof *larger);
        if (larger == NULL)
            return ERR_MEMORY;
        c->shelf = larger;
        c->shelf[c->shelf_count] = take_shelf(old, log);
        err = shelf_fill(&c->shelf[c->shelf_count++], t, &record, at, ret_changed);
    }
    return err;
}

/* Bring a catalog up to date.  On failure it is empty, to be filled by the next question. */
static enum err catalog_fill(struct catalog *c, struct txn *t, uint64_t at, uint64_t seq,
                             unsigned generation) {
    struct catalog fresh = {.at = at, .due = UINT64_MAX, .seq = seq, .generation = generation};
    bool changed = false;

    if (at < c->at)
        catalog_clear(c); /* shelves only go forward */
    enum err err = catalog_shelves(&fresh, c, t, at, &changed);
    if (err == ERR_OK) {
        for (unsigned view = 0; view < SHELF_VIEWS; view++) {
            fresh.order[view] = c->order[view];
            c->order[view] = NULL;
        }
        err = catalog_sort(&fresh);
    }
    catalog_clear(c);
    *c = fresh;
    if (err != ERR_OK) {
        catalog_clear(c);
        return err;
    }
    for (size_t i = 0; i < c->shelf_count; i++)
        if (c->shelf[i].due < c->due)
            c->due = c->shelf[i].due;
    return ERR_OK;
}

static bool catalog_right(const struct catalog *c, uint64_t at, uint64_t seq, unsigned generation) {
    /* One that has read more than this transaction sees is right too: a hit is looked up again. */
    return c->generation == generation && c->seq >= seq && c->at <= at && at < c->due;
}

/* Lock a catalog that is right for a time; release it with unlock().  It may be filled and then be outdated
 * by another thread before it is locked for reading: the answer is then as of that moment, which is as good.
 */
static enum err lock(struct search *s, struct txn *t, uint64_t at, bool given, struct catalog **ret) {
    struct catalog *c = &s->catalog[given ? SLOT_THEN : SLOT_NOW];
    unsigned generation = atomic_load(&s->generation);
    uint64_t seq = changes_newest(t);

    pthread_rwlock_rdlock(&s->lock);
    if (!catalog_right(c, at, seq, generation)) {
        pthread_rwlock_unlock(&s->lock);
        pthread_rwlock_wrlock(&s->lock);
        enum err err =
            catalog_right(c, at, seq, generation) ? ERR_OK : catalog_fill(c, t, at, seq, generation);
        if (err != ERR_OK) {
            pthread_rwlock_unlock(&s->lock);
            return err;
        }
    }
    *ret = c;
    return ERR_OK;
}

static void unlock(struct search *s) {
    pthread_rwlock_unlock(&s->lock);
}

static enum err question_fold(struct question *q, const struct search_want *want) {
    *q = (struct question){.want = want};
    q->folded = fold_text(bytes_str(want->text));
    q->language = fold_text(bytes_str(want->language));
    if (q->folded == NULL || q->language == NULL)
        return ERR_MEMORY;
    char *rest = q->folded, *word;
    while ((word = strsep(&rest, " \n")) != NULL && q->word_count < SEARCH_WORDS)
        if (*word != '\0')
            q->word[q->word_count++] = word;
    return ERR_OK;
}

static void question_free(struct question *q) {
    free(q->folded);
    free(q->language);
}

/* " fr-ca en " speaks "fr". */
static bool speaks(const char *languages, const char *tag) {
    size_t len = strlen(tag);

    for (const char *at = languages; (at = strchr(at, ' ')) != NULL; at++)
        if (strncmp(at + 1, tag, len) == 0 && strchr(" -", at[1 + len]) != NULL)
            return true;
    return false;
}

static bool fits(const struct question *q, const struct placed *p) {
    const struct search_want *want = q->want;
    const struct shelf_text *text = &p->entry->text[want->view];

    if (!want->all && p->entry->standing != SHELF_CURRENT)
        return false;
    if (want->state[0] != '\0' && strcmp(want->state, p->shelf->code) != 0)
        return false;
    if (want->kind[0] != '\0' && strcmp(want->kind, p->entry->kind) != 0)
        return false;
    if (q->language[0] != '\0' && !speaks(text->languages, q->language))
        return false;
    for (unsigned i = 0; i < q->word_count; i++)
        if (strstr(text->words, q->word[i]) == NULL && strstr(p->shelf->state_words, q->word[i]) == NULL)
            return false;
    return true;
}

static struct search_hit hit_of(const struct shelf *shelf, const struct shelf_entry *e) {
    struct search_hit hit = {.index = e->index, .due = e->due, .standing = e->standing};

    memcpy(hit.log, shelf->log, LOG_ID_LEN);
    memcpy(hit.code, shelf->code, sizeof hit.code);
    memcpy(hit.id, e->id, CONTACT_ID_LEN);
    return hit;
}

static bool is_after(const struct search_want *want, const struct placed *p) {
    return strcmp(want->after_code, p->shelf->code) == 0 &&
           memcmp(want->after_id, p->entry->id, CONTACT_ID_LEN) == 0;
}

static enum err page(const struct question *q, const struct catalog *c, struct search_hit *ret,
                     unsigned *ret_count, uint64_t *ret_total, bool *ret_more) {
    const struct search_want *want = q->want;
    bool begun = !want->has_after, more = false;
    unsigned count = 0;
    uint64_t total = 0;

    for (size_t i = 0; i < c->count; i++) {
        const struct placed *p = &c->order[want->view][i];
        bool found = fits(q, p);
        total += found;
        if (found && begun && count < want->limit)
            ret[count++] = hit_of(p->shelf, p->entry);
        else if (found && begun)
            more = true;
        begun = begun || is_after(want, p);
    }
    if (!begun)
        return ERR_NOT_FOUND;
    *ret_count = count;
    *ret_total = total;
    *ret_more = more;
    return ERR_OK;
}

enum err search_find(struct search *search, struct txn *t, const struct search_want *want,
                     struct search_hit ret[static SEARCH_LIMIT_MAX], unsigned *ret_count, uint64_t *ret_total,
                     bool *ret_more) {
    struct question q;
    struct catalog *c;

    enum err err = question_fold(&q, want);
    if (err == ERR_OK)
        err = lock(search, t, want->at, want->at_given, &c);
    if (err == ERR_OK) {
        err = page(&q, c, ret, ret_count, ret_total, ret_more);
        unlock(search);
    }
    question_free(&q);
    return err;
}

enum err search_prefix(struct search *search, struct txn *t, const char *code, struct bytes digits,
                       uint64_t at, struct search_hit *ret, unsigned *ret_count) {
    struct catalog *c;
    unsigned count = 0;

    enum err err = lock(search, t, at, false, &c);
    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < c->shelf_count; i++)
        for (size_t j = 0; j < c->shelf[i].count && strcmp(c->shelf[i].code, code) == 0; j++) {
            char hex[2 * CONTACT_ID_LEN + 1];
            hex_put(hex, c->shelf[i].entry[j].id, CONTACT_ID_LEN);
            if (digits.len < sizeof hex && memcmp(hex, digits.ptr, digits.len) == 0 && count++ == 0)
                *ret = hit_of(&c->shelf[i], &c->shelf[i].entry[j]);
        }
    unlock(search);
    *ret_count = count;
    return ERR_OK;
}

enum err search_count(struct search *search, struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t at,
                      uint64_t *ret) {
    struct catalog *c;
    uint64_t count = 0;

    enum err err = lock(search, t, at, false, &c);
    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < c->shelf_count; i++)
        if (memcmp(c->shelf[i].log, log, LOG_ID_LEN) == 0)
            count = c->shelf[i].current;
    unlock(search);
    *ret = count;
    return ERR_OK;
}
