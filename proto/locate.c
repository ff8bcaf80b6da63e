#include "proto/locate.h"

#include <assert.h>

static void ask(struct locate *l, uint64_t at) {
    assert(l->asked < LOCATE_QUESTIONS_MAX);
    assert(at < l->size);
    l->state = LOCATE_ASK;
    l->at = at;
    l->asked++;
}

/* What to ask next, when the anchor is settled.  In a smaller tree the roots at its size tell that they
 * differ; a larger one has to show that it does not extend all that is held. */
static void ask_next(struct locate *l) {
    if (l->question == LOCATE_ANCHOR && l->size > l->held) {
        l->question = LOCATE_WHOLE;
        ask(l, l->held);
        return;
    }
    l->question = LOCATE_HALF;
    if (l->low == l->high)
        l->state = LOCATE_LIAR; /* said to differ where they are proven to be the same */
    else
        ask(l, l->low + (l->high - l->low) / 2);
}

enum err locate_begin(struct locate *ret, uint64_t anchor, uint64_t held, uint64_t size,
                      const struct digest *root, merkle_lookup *lookup, void *context) {
    struct locate l = {.anchor = anchor, .held = held, .size = size, .root = *root, .low = anchor};
    struct digest own;
    if (held < anchor || size < anchor || held > INT64_MAX || size > INT64_MAX)
        return ERR_BOUNDS;
    l.high = held < size ? held : size;
    if (size <= held) {
        enum err err = merkle_root(&own, size, lookup, context);
        if (err)
            return err;
    }
    if (held == 0 || (size <= held && digest_eq(&own, root)))
        l.state = LOCATE_NONE;
    else if (size == anchor)
        l.state = LOCATE_VOID;
    else if (anchor > 0)
        ask(&l, anchor);
    else
        ask_next(&l);
    *ret = l;
    return ERR_OK;
}

/* The answer does not show that the first at leaves are the same.  Of all that is held that settles nothing
 * new; and where they are known to be the same, nothing is left between low and high. */
static void take_other(struct locate *l) {
    if (l->question == LOCATE_ANCHOR) {
        l->state = LOCATE_VOID;
        return;
    }
    if (l->question == LOCATE_HALF)
        l->high = l->at;
    ask_next(l);
}

/* They are the same; own is the leaf at hand that follows. */
static void take_same(struct locate *l, const struct proved *answer, const struct digest *own) {
    if (l->at == l->held) {
        l->state = LOCATE_NONE;
    } else if (proved_stands(answer, l->at, l->size, &l->root)) {
        l->state = LOCATE_LIAR;
    } else if (!digest_eq(&answer->leaf, own)) {
        l->state = LOCATE_FOUND;
    } else {
        l->low = l->at + 1;
        ask_next(l);
    }
}

enum err locate_take(struct locate *l, const struct proved *answer, merkle_lookup *lookup, void *context) {
    struct digest root, leaf;
    assert(l->state == LOCATE_ASK);
    enum err err = merkle_root(&root, l->at, lookup, context);
    if (!err && l->at < l->held && !lookup(context, 0, l->at, &leaf))
        err = ERR_CORRUPT;
    if (err)
        return err;
    if (proved_begins(answer, l->at, &root, l->size, &l->root))
        take_other(l);
    else
        take_same(l, answer, &leaf);
    return ERR_OK;
}
