/* Who has to sign: every case of up to five custodians, thresholds and signers, against the rule as it is
 * spoken.
 *
 * The note before commits to n keys, of which m' have to sign.  Of them s stand among the new note's own
 * keys, with e others; m of those have to sign.  Each set of signers comes plain, in another order among keys
 * that count for nothing, with lines twice, and with the keys that are missing over signatures of those that
 * are not. */
#include "proto/chain.h"

#include <string.h>

#include "tests/test.h"

enum { MOST = 5, COMMITTED = 0, FRESH = 5, OLD = 10, STRANGER = 15, OFFICER, KEYS = 20 };
#define LINES (ROOT_KEYS_MAX * 2)

static struct pubkey public[KEYS];
static uint8_t secret[KEYS][KEY_SECRET_LEN];

static int keys(void **state) {
    (void)state;
    for (uint8_t i = 0; i < KEYS; i++) {
        uint8_t seed[KEY_SEED_LEN] = {i, 't', 'h', 'r', 'e', 's', 'h', 'o', 'l', 'd'};
        key_from_seed(seed, &public[i], secret[i]);
    }
    return 0;
}

struct table {
    unsigned n, need, s, e, root_need;
    struct authority parent, child;
    uint8_t text[AUTHORITY_MAX];
    struct bytes written;
    struct authority_signature by[KEYS]; /* of every key there is */
    struct authority_signature line[LINES];
    unsigned count;
    unsigned taken, refused;
};

static void make(struct table *t) {
    struct digest leaf = digest_leaf(bytes_str("leaf"));
    struct authority a = {.network = "threshold.example", .code = "aa", .max = 9, .operator_count = 1};
    uint8_t text[AUTHORITY_MAX];
    struct bytes written;

    a.anchor_root = digest_empty();
    a.root_need = t->n;
    a.next_need = t->need;
    for (unsigned i = 0; i < t->n; i++) {
        a.root[a.root_count++] = public[OLD + i];
        a.next[a.next_count++] = authority_commitment(&public[COMMITTED + i]);
    }
    a.operator_key[0] = public[OFFICER];
    t->parent = a;
    CHECK_OK(authority_write(&t->parent, text, sizeof text, &written));
    t->child = t->parent;
    t->child.epoch = 1;
    t->child.has_prev = true;
    t->child.prev = t->parent.hash;
    t->child.anchor_size = 1;
    t->child.anchor_root = leaf;
    t->child.operator_key[0] = public[OFFICER + 1];
    t->child.root_count = 0;
    for (unsigned i = 0; i < t->s; i++)
        t->child.root[t->child.root_count++] = public[COMMITTED + i];
    for (unsigned i = 0; i < t->e; i++)
        t->child.root[t->child.root_count++] = public[FRESH + i];
    t->child.root_need = t->root_need;
    CHECK_OK(authority_write(&t->child, t->text, sizeof t->text, &t->written));
    for (unsigned i = 0; i < KEYS; i++) {
        t->by[i].key = public[i];
        key_sign(secret[i], t->written, &t->by[i].signature);
    }
}

static void add(struct table *t, unsigned key) {
    if (t->count < LINES)
        t->line[t->count++] = t->by[key];
}

/* A line of this key over the signature of another. */
static void forge(struct table *t, unsigned key, unsigned signer) {
    if (t->count == LINES)
        return;
    t->line[t->count] = t->by[signer];
    t->line[t->count++].key = public[key];
}

static void judge(struct table *t, bool want, const char *how) {
    static const struct proof none;
    enum err err = chain_check_next(&t->parent, 1, &t->child, t->written, t->line, t->count, &none);

    if ((err == ERR_OK) != want || (err && err != ERR_COMMITTED && err != ERR_UNSIGNED))
        fail_msg("%u of %u, then %u of %u committed and %u fresh, %u lines %s: %s", t->need, t->n,
                 t->root_need, t->s, t->e, t->count, how, err_name(err));
    *(want ? &t->taken : &t->refused) += 1;
}

/* Bits 0 to n - 1 of a set of signers are committed keys, the next e fresh ones. */
static unsigned key_of(const struct table *t, unsigned bit) {
    return bit < t->n ? COMMITTED + bit : FRESH + bit - t->n;
}

static void signers(struct table *t, unsigned set) {
    t->count = 0;
    for (unsigned bit = 0; bit < t->n + t->e; bit++)
        if (set >> bit & 1)
            add(t, key_of(t, bit));
}

static void signers_among_others(struct table *t, unsigned set) {
    t->count = 0;
    add(t, STRANGER);
    for (unsigned bit = t->n + t->e; bit-- > 0;)
        if (set >> bit & 1)
            add(t, key_of(t, bit));
    add(t, OFFICER);
    add(t, OFFICER + 1);
    for (unsigned i = 0; i < t->n; i++)
        add(t, OLD + i);
}

static void signers_twice(struct table *t, unsigned set) {
    signers(t, set);
    for (unsigned i = 0; t->count && t->count < LINES; i++)
        t->line[t->count++] = t->line[i];
}

/* Whoever has not signed, over the signatures of those who have. */
static void others_names(struct table *t, unsigned set) {
    unsigned signer = OLD;

    signers(t, set);
    if (t->count)
        for (signer = 0; !pubkey_eq(&public[signer], &t -> line[0].key);)
            signer++;
    for (unsigned bit = 0; bit < t->n + t->e; bit++)
        if (!(set >> bit & 1))
            forge(t, key_of(t, bit), signer);
}

static void judge_set(struct table *t, unsigned set) {
    unsigned committed = 0, root = 0;

    for (unsigned bit = 0; bit < t->n + t->e; bit++) {
        committed += set >> bit & 1 && bit < t->n;
        root += set >> bit & 1 && (bit < t->s || bit >= t->n);
    }
    bool want = committed >= t->need && root >= t->root_need;
    signers(t, set);
    judge(t, want, "plain");
    if (committed + 1 < t->need || root + 1 < t->root_need || (committed > t->need && root > t->root_need))
        return; /* tricks are tried where a single one could turn the verdict */
    signers_among_others(t, set);
    judge(t, want, "among others");
    if (want)
        return;
    signers_twice(t, set);
    judge(t, false, "twice");
    others_names(t, set);
    judge(t, false, "under other names");
}

/* Of sets that differ only in which keys of a kind sign, one is enough where there are many. */
static bool is_first_of_its_kind(const struct table *t, unsigned set) {
    unsigned from[] = {0, t->s, t->n, t->n + t->e};

    for (unsigned kind = 0; kind < 3; kind++)
        for (unsigned bit = from[kind]; bit + 1 < from[kind + 1]; bit++)
            if (set >> (bit + 1) & 1 && !(set >> bit & 1))
                return false;
    return true;
}

static void every_case_of_up_to_five_custodians(void **state) {
    static struct table t;
    (void)state;
    for (t.n = 1; t.n <= MOST; t.n++)
        for (t.need = 1; t.need <= t.n; t.need++)
            for (t.s = 0; t.s <= t.n; t.s++)
                for (t.e = 0; t.s + t.e <= MOST; t.e++)
                    for (t.root_need = 1; t.root_need <= t.s + t.e; t.root_need++) {
                        make(&t);
                        for (unsigned set = 0; set < 1u << (t.n + t.e); set++)
                            if (t.n + t.e <= 3 || is_first_of_its_kind(&t, set))
                                judge_set(&t, set);
                    }
    print_message("%u taken, %u refused\n", t.taken, t.refused);
    assert_in_range(t.taken, 1000, 1000000);
    assert_in_range(t.refused, 1000, 1000000);
}

static enum err parse(struct authority *a) {
    uint8_t text[AUTHORITY_MAX];
    struct bytes written;
    struct authority again;

    CHECK_OK(authority_write(a, text, sizeof text, &written));
    return authority_parse(written, &again);
}

/* A key under two names would count twice: it cannot be listed twice, in any spelling. */
static void a_key_is_listed_once(void **state) {
    static struct table t = {.n = 3, .need = 2, .s = 3, .root_need = 2};
    (void)state;
    make(&t);
    CHECK_OK(parse(&t.child));
    struct authority a = t.child;
    a.root[2] = a.root[0];
    CHECK_ERR(parse(&a), ERR_KEY_TWICE);
    a = t.child;
    a.next[2] = a.next[0];
    CHECK_ERR(parse(&a), ERR_KEY_TWICE);
    a = t.child;
    a.operator_key[a.operator_count++] = a.operator_key[0];
    CHECK_ERR(parse(&a), ERR_KEY_TWICE);
    a = t.child;
    a.operator_key[0] = a.root[1];
    CHECK_ERR(parse(&a), ERR_KEY_TWICE);
    /* The same point spelled with the sign bit of x set, or y beyond the field's order, is no key at all. */
    a = t.child;
    memset(a.root[2].b, 0xff, KEY_LEN);
    CHECK_ERR(parse(&a), ERR_KEY);
}

/* Nor does a second signature of the same key, in another spelling of its scalar, count. */
static void a_signature_has_one_spelling(void **state) {
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                      0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    static struct table t = {.n = 2, .need = 2, .s = 2, .root_need = 2};
    unsigned carry = 0;
    (void)state;
    make(&t);
    signers(&t, 1);
    add(&t, COMMITTED);
    for (unsigned i = 0; i < 32; i++) {
        carry += t.line[1].signature.b[32 + i] + order[i];
        t.line[1].signature.b[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    t.line[1].key = public[COMMITTED + 1];
    judge(&t, false, "respelled, under another name");
    t.line[0] = t.line[1];
    t.line[0].key = public[COMMITTED];
    t.count = 1;
    CHECK_ERR(key_verify(&t.line[0].key, t.written, &t.line[0].signature), ERR_SIGNATURE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_of_up_to_five_custodians),
        cmocka_unit_test(a_key_is_listed_once),
        cmocka_unit_test(a_signature_has_one_spelling),
    };
    return cmocka_run_group_tests(tests, keys, NULL);
}
