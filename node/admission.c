#include "node/admission.h"

#include <stdlib.h>
#include <string.h>

#include "store/believe.h"
#include "store/directory.h"
#include "store/roster.h"

static bool add(struct admission *a, const struct pubkey *key, enum link_class class, const char *origin) {
    if (a->count == a->room) {
        size_t room = a->room ? 2 * a->room : 64;
        struct admitted *grown = realloc(a->row, room * sizeof *grown);
        if (!grown)
            return false;
        a->row = grown;
        a->room = room;
    }
    struct admitted *row = &a->row[a->count++];
    *row = (struct admitted){.key = *key, .class = class};
    memcpy(row->origin, origin, strlen(origin) + 1);
    return true;
}

/* The name of the observer that was added last. */
static void name_observer(struct admission *a, struct txn *t, const struct log_record *record,
                          uint64_t index) {
    struct leaf leaf;
    if (logs_leaf_of(t, record->id, index, LEAF_OBSERVER, &leaf))
        memcpy(a->row[a->count - 1].name, leaf.observer.name.ptr,
               leaf.observer.name.len); /* ends in zeroes */
}

static bool add_log(struct admission *a, struct txn *t, const struct log_record *record) {
    static const struct {
        enum leaf_kind kind;
        enum link_class class;
        unsigned max;
    } kinds[] = {{LEAF_NODE, LINK_MEMBER, 64}, {LEAF_OBSERVER, LINK_OBSERVER, OBSERVERS_PER_STATE_MAX}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct pubkey key = {{0}};
        uint64_t index;
        for (unsigned n = 0; n < kinds[i].max && directory_node_next(t, record->id, kinds[i].kind,
                                                                     record->head.size, &key, &index);
             n++) {
            if (!add(a, &key, kinds[i].class, record->origin))
                return false;
            if (kinds[i].class == LINK_OBSERVER)
                name_observer(a, t, record, index);
        }
    }
    return true;
}

/* By key, and for one key the higher class first. */
static int compare(const void *left, const void *right) {
    const struct admitted *a = left, *b = right;
    int order = memcmp(a->key.b, b->key.b, KEY_LEN);
    return order ? order : (int)b->class - (int)a->class;
}

static void unique(struct admission *a) {
    size_t kept = 0;
    if (a->count)
        qsort(a->row, a->count, sizeof *a->row, compare);
    for (size_t i = 0; i < a->count; i++)
        if (kept == 0 || !pubkey_eq(&a->row[kept - 1].key, &a->row[i].key))
            a->row[kept++] = a->row[i];
    a->count = kept;
}

static bool add_invited(struct admission *a, struct txn *t) {
    struct peer_row row;
    struct pin pin;
    memset(&row, 0, sizeof row);
    while (peers_next(t, &row))
        if (row.invited && row.origin[0] && roster_get(t, row.origin, &pin) && !pin.hold &&
            !add(a, &row.node, LINK_MEMBER, row.origin))
            return false;
    return true;
}

/* Whether a State is followed yet, read by itself: damage to what another has stored does not hide it. */
static bool is_followed(struct store *store, const char *origin) {
    struct log_record record;
    uint8_t id[LOG_ID_LEN];
    struct pin pin;
    struct txn t;
    txn_begin(&t, store, false);
    origin_log_id(origin, id);
    bool followed =
        roster_get(&t, origin, &pin) ? !pin.hold : logs_get(&t, id, &record) && believe_follows(&t, &record);
    followed = followed && !t.err;
    txn_abort(&t);
    return followed;
}

/* Trust that is taken back holds although the set cannot be made anew. */
static void narrow(struct admission *a, struct store *store) {
    size_t kept = 0;
    for (size_t i = 0; i < a->count; i++)
        if (is_followed(store, a->row[i].origin))
            a->row[kept++] = a->row[i];
    a->count = kept;
}

enum err admission_load(struct admission *a, struct store *store) {
    struct admission fresh = {.row = NULL};
    struct log_record record = {.seq = 0};
    struct following following;
    struct txn t;
    bool good = true;
    txn_begin(&t, store, false);
    believe_following(&t, &following);
    while (good && logs_next(&t, &record))
        if (believe_follows_in(&t, &record, &following))
            good = add_log(&fresh, &t, &record);
    good = good && add_invited(&fresh, &t);
    enum err err = t.err ? t.err : good ? ERR_OK : ERR_MEMORY;
    txn_abort(&t);
    if (err) {
        free(fresh.row);
        narrow(a, store);
        return err;
    }
    unique(&fresh);
    free(a->row);
    *a = fresh;
    return ERR_OK;
}

void admission_done(struct admission *a) {
    free(a->row);
    *a = (struct admission){.row = NULL};
}

const struct admitted *admission_find(const struct admission *a, const struct pubkey *key) {
    struct admitted wanted = {.key = *key, .class = LINK_LOCAL}; /* compares as the first of its key */
    size_t low = 0, high = a->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&a->row[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < a->count && pubkey_eq(&a->row[low].key, key) ? &a->row[low] : NULL;
}
