#include "node/search.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "node/sieve.h"
#include "store/believe.h"

/* A contact: the number of its shelf in the catalog, and its slot there. */
struct placed {
    uint32_t shelf, slot;
};

/* Everything at one time, in order. */
struct catalog {
    uint64_t at, due; /* right for any time from at to below due */
    uint64_t seq;     /* of the newest change read */
    unsigned generation;
    size_t shelf_count;
    struct shelf *shelf;
    size_t count;
    struct placed *order[SHELF_VIEWS]; /* by State, rank, kind, id */
};

enum slot { SLOT_NOW, SLOT_THEN, SLOTS };

struct search {
    pthread_rwlock_t lock;
    atomic_uint generation;
    unsigned review_days;
    struct catalog catalog[SLOTS];
};

enum err search_open(unsigned review_days, struct search **ret) {
    struct search *s = calloc(1, sizeof *s);

    if (s == NULL)
        return ERR_MEMORY;
    if (pthread_rwlock_init(&s->lock, NULL) != 0) {
        free(s);
        return ERR_MEMORY;
    }
    atomic_init(&s->generation, 1);
    s->review_days = review_days;
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

static int compare_placed(const struct catalog *c, struct placed a, struct placed b, unsigned view) {
    const struct shelf *x = &c->shelf[a.shelf], *y = &c->shelf[b.shelf];
    const struct shelf_entry *p = &x->entry[a.slot], *q = &y->entry[b.slot];

    int sign = strcmp(x->code, y->code);
    if (sign == 0)
        sign = strcmp(p->text[view].rank, q->text[view].rank);
    if (sign == 0)
        sign = strcmp(p->kind, q->kind);
    return sign != 0 ? sign : memcmp(p->id, q->id, CONTACT_ID_LEN);
}

struct sorting {
    const struct catalog *catalog;
    unsigned view;
};

static int compare_sorting(const void *a, const void *b, void *context) {
    const struct sorting *s = context;
    return compare_placed(s->catalog, *(const struct placed *)a, *(const struct placed *)b, s->view);
}

/* The contacts that have moved since the last order was made, or all of them: sorted. */
static struct placed *sort_moved(const struct catalog *c, unsigned view, bool all, size_t *ret_count) {
    struct sorting context = {c, view};
    struct placed *moved = reallocarray(NULL, c->count + 1, sizeof *moved);

    *ret_count = 0;
    if (moved == NULL)
        return NULL;
    for (uint32_t i = 0; i < c->shelf_count; i++)
        for (uint32_t slot = 0; slot < c->shelf[i].count; slot++)
            if (all || c->shelf[i].entry[slot].moved)
                moved[(*ret_count)++] = (struct placed){i, slot};
    qsort_r(moved, *ret_count, sizeof *moved, compare_sorting, &context);
    return moved;
}

/* Merge what has moved into an order from which it is taken out. */
static void merge(const struct catalog *c, unsigned view, const struct placed *old, size_t old_count,
                  const struct placed *moved, size_t moved_count, struct placed *ret) {
    const struct placed *old_end = old + old_count, *moved_end = moved + moved_count;

    while (old < old_end || moved < moved_end) {
        if (old < old_end && c->shelf[old->shelf].entry[old->slot].moved)
            old++;
        else if (moved == moved_end || (old < old_end && compare_placed(c, *old, *moved, view) < 0))
            *ret++ = *old++;
        else
            *ret++ = *moved++;
    }
}

static enum err sort_view(struct catalog *c, unsigned view, bool all, size_t old_count) {
    size_t moved_count;
    struct placed *moved = sort_moved(c, view, all, &moved_count);
    struct placed *order = reallocarray(NULL, c->count + 1, sizeof *order);

    if (moved != NULL && order != NULL) {
        merge(c, view, c->order[view], all ? 0 : old_count, moved, moved_count, order);
        free(c->order[view]);
        c->order[view] = order;
    } else {
        free(order);
    }
    free(moved);
    return moved != NULL && order != NULL ? ERR_OK : ERR_MEMORY;
}

/* Order the contacts; all: the old order, of old_count, is of other shelves and no help. */
static enum err catalog_sort(struct catalog *c, bool all, size_t old_count) {
    enum err err = ERR_OK;

    c->count = 0;
    for (size_t i = 0; i < c->shelf_count; i++)
        c->count += c->shelf[i].count;
    for (unsigned view = 0; err == ERR_OK && view < SHELF_VIEWS; view++)
        err = sort_view(c, view, all, old_count);
    for (size_t i = 0; i < c->shelf_count; i++)
        for (uint32_t slot = 0; slot < c->shelf[i].count; slot++)
            c->shelf[i].entry[slot].moved = false;
    return err;
}

/* The shelf of a log, moved from the catalog as it was, or new; *same turns false if it was not the at-th. */
static struct shelf take_shelf(struct catalog *old, const uint8_t log[static LOG_ID_LEN], size_t at,
                               unsigned review_days, bool *same) {
    for (size_t i = 0; i < old->shelf_count; i++)
        if (old->shelf[i].size > 0 && memcmp(old->shelf[i].log, log, LOG_ID_LEN) == 0) {
            struct shelf shelf = old->shelf[i];
            old->shelf[i] = (struct shelf){.size = 0};
            *same = *same && i == at;
            return shelf;
        }
    *same = false;
    return (struct shelf){.review_days = review_days};
}

/* One shelf for each log that is shown; *ret_same: they are those of the old catalog, in its order. */
static enum err catalog_shelves(struct catalog *c, struct catalog *old, struct txn *t, uint64_t at,
                                unsigned review_days, bool *ret_same) {
    struct log_record record = {.seq = 0};
    enum err err = ERR_OK;
    bool changed;

    *ret_same = true;

    while (err == ERR_OK && logs_next(t, &record)) {
        if (!believe_shows(t, &record))
            continue;
        struct shelf *larger = reallocarray(c->shelf, c->shelf_count + 1, sizeof *larger);
        if (larger == NULL)
            return ERR_MEMORY;
        c->shelf = larger;
        c->shelf[c->shelf_count] = take_shelf(old, record.id, c->shelf_count, review_days, ret_same);
        if (record.head.size < c->shelf[c->shelf_count].size)
            *ret_same = false; /* a reader of an older state of the store: the shelf begins anew */
        err = shelf_fill(&c->shelf[c->shelf_count++], t, &record, at, &changed);
    }
    *ret_same = *ret_same && c->shelf_count == old->shelf_count;
    return err;
}

/* Bring a catalog up to date.  On failure it is empty, to be filled by the next question. */
static enum err catalog_fill(struct catalog *c, struct txn *t, uint64_t at, uint64_t seq, unsigned generation,
                             unsigned review_days) {
    struct catalog fresh = {.at = at, .due = UINT64_MAX, .seq = seq, .generation = generation};
    bool same;

    if (at < c->at)
        catalog_clear(c); /* shelves only go forward */
    enum err err = catalog_shelves(&fresh, c, t, at, review_days, &same);
    if (err == ERR_OK) {
        for (unsigned view = 0; view < SHELF_VIEWS; view++) {
            fresh.order[view] = c->order[view];
            c->order[view] = NULL;
        }
        err = catalog_sort(&fresh, !same, c->count);
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
        enum err err = catalog_right(c, at, seq, generation)
                           ? ERR_OK
                           : catalog_fill(c, t, at, seq, generation, s->review_days);
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

static struct search_hit hit_of(const struct shelf *shelf, const struct shelf_entry *e) {
    struct search_hit hit = {.index = e->index, .due = e->due, .standing = e->standing};

    memcpy(hit.log, shelf->log, LOG_ID_LEN);
    memcpy(hit.code, shelf->code, sizeof hit.code);
    memcpy(hit.id, e->id, CONTACT_ID_LEN);
    return hit;
}

/* Where the page begins: behind this contact.  False if it is not there. */
static bool find_after(const struct search_want *want, const struct catalog *c, struct placed *ret) {
    for (uint32_t i = 0; i < c->shelf_count; i++)
        if (strcmp(want->after_code, c->shelf[i].code) == 0 &&
            shelf_find(&c->shelf[i], want->after_id, &ret->slot)) {
            ret->shelf = i;
            return true;
        }
    return false;
}

static enum err page(const struct sieve_question *q, const struct catalog *c, const struct sieve *sieve,
                     struct search_hit *ret, unsigned *ret_count, uint64_t *ret_total, bool *ret_more) {
    const struct search_want *want = q->want;
    struct placed after = {0, 0};
    bool begun = !want->has_after;

    *ret_count = 0;
    *ret_total = 0;
    *ret_more = false;
    if (!begun && !find_after(want, c, &after))
        return ERR_NOT_FOUND;
    for (size_t i = 0; i < c->shelf_count; i++)
        *ret_total += sieve_count(&sieve[i]);
    uint64_t seen = 0;
    for (size_t i = 0; i < c->count && seen < *ret_total && !*ret_more; i++) {
        struct placed p = c->order[want->view][i];
        bool found = sieve_has(&sieve[p.shelf], p.slot);
        seen += found;
        if (found && begun && *ret_count < want->limit)
            ret[(*ret_count)++] = hit_of(&c->shelf[p.shelf], &c->shelf[p.shelf].entry[p.slot]);
        else if (found && begun)
            *ret_more = true;
        begun = begun || (p.shelf == after.shelf && p.slot == after.slot);
    }
    return ERR_OK;
}

static enum err answer(const struct sieve_question *q, const struct catalog *c, struct search_hit *ret,
                       unsigned *ret_count, uint64_t *ret_total, bool *ret_more) {
    struct sieve *sieve = calloc(c->shelf_count + 1, sizeof *sieve);
    bool good = sieve != NULL;

    for (size_t i = 0; good && i < c->shelf_count; i++)
        good = sieve_open(&sieve[i], &c->shelf[i]) && sieve_run(&sieve[i], q);
    enum err err = good ? page(q, c, sieve, ret, ret_count, ret_total, ret_more) : ERR_MEMORY;
    for (size_t i = 0; sieve != NULL && i < c->shelf_count; i++)
        sieve_close(&sieve[i]);
    free(sieve);
    return err;
}

enum err search_find(struct search *search, struct txn *t, const struct search_want *want,
                     struct search_hit ret[static SEARCH_LIMIT_MAX], unsigned *ret_count, uint64_t *ret_total,
                     bool *ret_more) {
    struct sieve_question q;
    struct catalog *c;

    enum err err = sieve_question(&q, want);
    if (err == ERR_OK)
        err = lock(search, t, want->at, want->at_given, &c);
    if (err == ERR_OK) {
        err = answer(&q, c, ret, ret_count, ret_total, ret_more);
        unlock(search);
    }
    sieve_question_free(&q);
    return err;
}

uint64_t search_due(struct search *search, struct txn *t, uint64_t at) {
    struct catalog *c;

    if (lock(search, t, at, false, &c) != ERR_OK)
        return 0;
    uint64_t due = c->due;
    unlock(search);
    return due;
}

enum err search_prefix(struct search *search, struct txn *t, const char *code, struct bytes digits,
                       uint64_t at, struct search_hit *ret, unsigned *ret_count) {
    struct catalog *c;
    unsigned count = 0;

    enum err err = lock(search, t, at, false, &c);
    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < c->shelf_count; i++)
        for (uint32_t j = 0; j < c->shelf[i].count && strcmp(c->shelf[i].code, code) == 0; j++) {
            char hex[2 * CONTACT_ID_LEN + 1];
            hex_put(hex, c->shelf[i].entry[j].id, CONTACT_ID_LEN);
            if (digits.len < sizeof hex && memcmp(hex, digits.ptr, digits.len) == 0 && count++ == 0)
                *ret = hit_of(&c->shelf[i], &c->shelf[i].entry[j]);
        }
    unlock(search);
    *ret_count = count;
    return ERR_OK;
}

enum err search_each(struct search *search, struct txn *t, uint64_t at, search_visit *visit, void *context) {
    struct catalog *c;

    enum err err = lock(search, t, at, false, &c);
    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < c->shelf_count; i++)
        for (uint32_t slot = 0; slot < c->shelf[i].count; slot++)
            visit(context, &c->shelf[i], slot);
    unlock(search);
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
