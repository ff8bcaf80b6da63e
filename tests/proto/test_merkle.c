/* The tree of RFC 9162, against the definitions of section 2.1 written out, its vectors, and tampering. */
#include "proto/merkle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/toytree.h"
#include "tests/lib/unhex.h"
#include "tests/test.h"

#define SIZES 130

static struct digest leaves[SIZES];

/* MTH of leaves[from, from + count), as 2.1.1 defines it. */
static struct digest mth(size_t from, size_t count) {
    if (count == 0)
        return digest_empty();
    if (count == 1)
        return leaves[from];
    size_t k = 1;
    while (k * 2 < count)
        k *= 2;
    struct digest left = mth(from, k), right = mth(from + k, count - k);
    return digest_node(&left, &right);
}

/* PATH(m, D_n), 2.1.3.1. */
static void path(struct proof *p, size_t m, size_t from, size_t count) {
    if (count == 1)
        return;
    size_t k = 1;
    while (k * 2 < count)
        k *= 2;
    if (m < k) {
        path(p, m, from, k);
        p->node[p->count++] = mth(from + k, count - k);
    } else {
        path(p, m - k, from + k, count - k);
        p->node[p->count++] = mth(from, k);
    }
}

/* SUBPROOF(m, D_n, whole), 2.1.4.1. */
static void subproof(struct proof *p, size_t m, size_t from, size_t count, bool whole) {
    if (m == count) {
        if (!whole)
            p->node[p->count++] = mth(from, count);
        return;
    }
    size_t k = 1;
    while (k * 2 < count)
        k *= 2;
    if (m <= k) {
        subproof(p, m, from, k, whole);
        p->node[p->count++] = mth(from + k, count - k);
    } else {
        subproof(p, m - k, from + k, count - k, false);
        p->node[p->count++] = mth(from, k);
    }
}

static bool lookup(void *context, unsigned level, uint64_t index, struct digest *ret) {
    uint64_t size = *(const uint64_t *)context;
    /* Only complete subtrees of the tree at hand may be asked for. */
    assert_true(level < 63 && (index + 1) << level <= size);
    *ret = mth((size_t)(index << level), (size_t)1 << level);
    return true;
}

static bool lookup_nothing(void *context, unsigned level, uint64_t index, struct digest *ret) {
    (void)context, (void)level, (void)index, (void)ret;
    return false;
}

static bool same(const struct proof *a, const struct proof *b) {
    return a->count == b->count && !memcmp(a->node, b->node, a->count * sizeof(a->node[0]));
}

static void grows_to_the_root_that_the_definition_gives(void **state) {
    (void)state;
    struct frontier f;
    frontier_init(&f);
    for (uint64_t size = 0; size <= SIZES; size++) {
        struct digest want = mth(0, (size_t)size), got = frontier_root(&f);
        assert_int_equal(f.size, size);
        assert_true(digest_eq(&got, &want));
        CHECK_OK(merkle_root(&got, size, lookup, &size));
        assert_true(digest_eq(&got, &want));
        struct frontier loaded;
        CHECK_OK(frontier_load(&loaded, size, lookup, &size));
        assert_int_equal(loaded.size, size);
        got = frontier_root(&loaded);
        assert_true(digest_eq(&got, &want));
        if (size < SIZES) {
            frontier_add(&f, &leaves[size]);
            frontier_add(&loaded, &leaves[size]);
            struct digest a = frontier_root(&f), b = frontier_root(&loaded);
            assert_true(digest_eq(&a, &b));
        }
    }
}

static void proves_and_checks_every_leaf_of_every_size(void **state) {
    (void)state;
    for (uint64_t size = 1; size <= SIZES; size++) {
        struct digest root = mth(0, (size_t)size);
        for (uint64_t index = 0; index < size; index++) {
            struct proof want = {0}, got;
            path(&want, (size_t)index, 0, (size_t)size);
            CHECK_OK(merkle_prove_inclusion(&got, index, size, lookup, &size));
            assert_true(same(&got, &want));
            CHECK_OK(merkle_check_inclusion(index, size, &leaves[index], &want, &root));
        }
        struct proof got;
        CHECK_ERR(merkle_prove_inclusion(&got, size, size, lookup, &size), ERR_RANGE);
        CHECK_ERR(merkle_prove_inclusion(&got, UINT64_MAX, size, lookup, &size), ERR_RANGE);
    }
}

static void proves_and_checks_consistency_of_every_pair_of_sizes(void **state) {
    (void)state;
    for (uint64_t b = 1; b <= SIZES; b++) {
        struct digest root_b = mth(0, (size_t)b);
        for (uint64_t a = 1; a <= b; a++) {
            struct digest root_a = mth(0, (size_t)a);
            struct proof want = {0}, got;
            subproof(&want, (size_t)a, 0, (size_t)b, true);
            CHECK_OK(merkle_prove_consistency(&got, a, b, lookup, &b));
            assert_true(same(&got, &want));
            CHECK_OK(merkle_check_consistency(a, b, &root_a, &root_b, &want));
        }
    }
}

/* Every proof is refused once one of its parts is changed. */
static void refuses_inclusion_that_was_tampered_with(void **state) {
    (void)state;
    for (uint64_t size = 1; size <= 34; size++) {
        struct digest root = mth(0, (size_t)size);
        for (uint64_t index = 0; index < size; index++) {
            struct proof good = {0};
            path(&good, (size_t)index, 0, (size_t)size);
            for (uint64_t other = 0; other <= size + 1; other++)
                if (other != index)
                    CHECK_ERR(merkle_check_inclusion(other, size, &leaves[index], &good, &root), ERR_PROOF);
            CHECK_ERR(merkle_check_inclusion(index + size, size, &leaves[index], &good, &root), ERR_PROOF);
            CHECK_ERR(merkle_check_inclusion(UINT64_MAX, size, &leaves[index], &good, &root), ERR_PROOF);
            CHECK_ERR(merkle_check_inclusion(index, 0, &leaves[index], &good, &root), ERR_PROOF);
            struct proof bad = good;
            for (unsigned i = 0; i < good.count; i++) {
                bad = good;
                bad.node[i].b[31] ^= 1;
                CHECK_ERR(merkle_check_inclusion(index, size, &leaves[index], &bad, &root), ERR_PROOF);
            }
            if (good.count) {
                bad = good;
                bad.count--;
                CHECK_ERR(merkle_check_inclusion(index, size, &leaves[index], &bad, &root), ERR_PROOF);
                memmove(&bad.node[0], &good.node[1], bad.count * sizeof(bad.node[0]));
                CHECK_ERR(merkle_check_inclusion(index, size, &leaves[index], &bad, &root), ERR_PROOF);
            }
            bad = good;
            bad.node[bad.count++] = root;
            CHECK_ERR(merkle_check_inclusion(index, size, &leaves[index], &bad, &root), ERR_PROOF);
            struct digest other = root;
            other.b[0] ^= 0x80;
            CHECK_ERR(merkle_check_inclusion(index, size, &leaves[index], &good, &other), ERR_PROOF);
            other = leaves[index];
            other.b[0] ^= 0x80;
            CHECK_ERR(merkle_check_inclusion(index, size, &other, &good, &root), ERR_PROOF);
        }
    }
}

static void refuses_consistency_that_was_tampered_with(void **state) {
    (void)state;
    for (uint64_t b = 1; b <= 34; b++) {
        struct digest root_b = mth(0, (size_t)b);
        for (uint64_t a = 1; a <= b; a++) {
            struct digest root_a = mth(0, (size_t)a), other;
            struct proof good = {0}, bad;
            subproof(&good, (size_t)a, 0, (size_t)b, true);
            other = root_a;
            other.b[5] ^= 4;
            CHECK_ERR(merkle_check_consistency(a, b, &other, &root_b, &good), ERR_PROOF);
            other = root_b;
            other.b[5] ^= 4;
            CHECK_ERR(merkle_check_consistency(a, b, &root_a, &other, &good), ERR_PROOF);
            for (unsigned i = 0; i < good.count; i++) {
                bad = good;
                bad.node[i].b[0] ^= 1;
                CHECK_ERR(merkle_check_consistency(a, b, &root_a, &root_b, &bad), ERR_PROOF);
            }
            if (good.count) {
                bad = good;
                bad.count--;
                CHECK_ERR(merkle_check_consistency(a, b, &root_a, &root_b, &bad), ERR_PROOF);
            }
            bad = good;
            bad.node[bad.count++] = root_b;
            CHECK_ERR(merkle_check_consistency(a, b, &root_a, &root_b, &bad), ERR_PROOF);
            if (a < b) {
                CHECK_ERR(merkle_check_consistency(b, a, &root_b, &root_a, &good), ERR_PROOF);
                CHECK_ERR(merkle_check_consistency(a, a, &root_a, &root_b, &good), ERR_PROOF);
                bad.count = 0;
                CHECK_ERR(merkle_check_consistency(a, b, &root_a, &root_b, &bad), ERR_PROOF);
            }
        }
    }
}

static void takes_an_empty_old_tree_only_as_no_statement(void **state) {
    (void)state;
    struct digest empty = digest_empty(), root = mth(0, 5), other = root;
    struct proof none = {0}, one = {.count = 1, .node = {root}};
    CHECK_OK(merkle_check_consistency(0, 5, &empty, &root, &none));
    CHECK_OK(merkle_check_consistency(0, 0, &empty, &empty, &none));
    CHECK_ERR(merkle_check_consistency(0, 5, &empty, &root, &one), ERR_PROOF);
    CHECK_ERR(merkle_check_consistency(0, 5, &other, &root, &none), ERR_PROOF);
    CHECK_ERR(merkle_check_consistency(0, 0, &empty, &root, &none), ERR_PROOF);
    CHECK_ERR(merkle_check_inclusion(0, 0, &empty, &none, &empty), ERR_PROOF);
}

static void checks_the_longest_proofs_of_huge_trees_without_overflow(void **state) {
    (void)state;
    /* Leaf 0 of a tree of 2^63 leaves has 63 siblings; made from the top of invented nodes. */
    struct proof p = {.count = INDEX_BITS};
    struct digest root = leaves[0];
    for (unsigned i = 0; i < INDEX_BITS; i++) {
        p.node[i] = leaves[i + 1];
        root = digest_node(&root, &leaves[i + 1]);
    }
    CHECK_OK(merkle_check_inclusion(0, UINT64_C(1) << 63, &leaves[0], &p, &root));
    CHECK_ERR(merkle_check_inclusion(1, UINT64_C(1) << 63, &leaves[0], &p, &root), ERR_PROOF);
    CHECK_ERR(merkle_check_inclusion(0, UINT64_C(1) << 62, &leaves[0], &p, &root), ERR_PROOF);
    CHECK_REFUSED(merkle_check_inclusion(0, UINT64_MAX, &leaves[0], &p, &root));
    struct proof none = {0};
    CHECK_ERR(merkle_check_inclusion(UINT64_MAX - 1, UINT64_MAX, &leaves[0], &none, &leaves[0]), ERR_PROOF);
    CHECK_ERR(merkle_check_consistency(UINT64_MAX - 1, UINT64_MAX, &root, &root, &none), ERR_PROOF);
    CHECK_ERR(merkle_check_consistency(UINT64_C(1) << 63, UINT64_MAX, &root, &root, &p), ERR_PROOF);
}

/* To leaf 2 it is 63 steps, each with a sibling; and leaf 2 itself has to be named. */
static void makes_the_longest_proofs_of_the_largest_tree(void **state) {
    (void)state;
    struct toytree_huge tree = {.held = INT64_MAX, .odd_count = 1, .odd = {5}, .branch = {1}};
    struct digest root, root_a;
    struct proof p;
    CHECK_OK(merkle_root(&root, INT64_MAX, toytree_huge_lookup, &tree));
    CHECK_OK(merkle_root(&root_a, 3, toytree_huge_lookup, &tree));
    CHECK_OK(merkle_prove_consistency(&p, 3, INT64_MAX, toytree_huge_lookup, &tree));
    assert_int_equal(p.count, PROOF_MAX);
    CHECK_OK(merkle_check_consistency(3, INT64_MAX, &root_a, &root, &p));
    CHECK_OK(merkle_prove_inclusion(&p, 2, INT64_MAX, toytree_huge_lookup, &tree));
    assert_int_equal(p.count, INDEX_BITS);
    assert_true(toytree_huge_lookup(&tree, 0, 2, &root_a));
    CHECK_OK(merkle_check_inclusion(2, INT64_MAX, &root_a, &p, &root));
    CHECK_ERR(merkle_prove_consistency(&p, 3, UINT64_C(1) << 63, toytree_huge_lookup, &tree), ERR_RANGE);
}

static void says_corrupt_when_a_node_is_not_to_be_had(void **state) {
    (void)state;
    struct proof p;
    struct digest root;
    struct frontier f;
    CHECK_ERR(merkle_root(&root, 3, lookup_nothing, NULL), ERR_CORRUPT);
    CHECK_ERR(frontier_load(&f, 3, lookup_nothing, NULL), ERR_CORRUPT);
    CHECK_ERR(merkle_prove_inclusion(&p, 1, 3, lookup_nothing, NULL), ERR_CORRUPT);
    CHECK_ERR(merkle_prove_consistency(&p, 1, 3, lookup_nothing, NULL), ERR_CORRUPT);
}

/* --- vectors ---------------------------------------------------------------------------------------------
 */

static struct digest hex_digest(const char *hex) {
    struct digest d;
    assert_int_equal(unhex(d.b, sizeof(d.b), hex), DIGEST_LEN);
    return d;
}

static void knows_the_eight_leaf_tree_of_certificate_transparency(void **state) {
    (void)state;
    static const char *const input[] = {
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
    static const char *const leaf[] = {
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
        "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
    };
    static const char *const root[] = {
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    };
    struct frontier f;
    struct digest d[8];
    frontier_init(&f);
    for (size_t i = 0; i < 8; i++) {
        uint8_t bytes[16];
        size_t len = unhex(bytes, sizeof(bytes), input[i]);
        d[i] = digest_leaf((struct bytes){bytes, len});
        struct digest want = hex_digest(leaf[i]);
        assert_true(digest_eq(&d[i], &want));
        frontier_add(&f, &d[i]);
        struct digest got = frontier_root(&f);
        want = hex_digest(root[i]);
        assert_true(digest_eq(&got, &want));
    }
    struct digest ca = hex_digest("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
                  whole = hex_digest(root[7]);
    struct proof p = {.count = 3, .node = {d[4], ca, hex_digest(root[3])}};
    CHECK_OK(merkle_check_inclusion(5, 8, &d[5], &p, &whole));
    struct digest six = hex_digest(root[5]), two = hex_digest(root[1]), five = hex_digest(root[4]);
    p = (struct proof){
        .count = 3,
        .node = {hex_digest("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"), ca,
                 hex_digest(root[3])}};
    CHECK_OK(merkle_check_consistency(6, 8, &six, &whole, &p));
    p = (struct proof){
        .count = 2,
        .node = {hex_digest("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"), d[4]}};
    CHECK_OK(merkle_check_consistency(2, 5, &two, &five, &p));
}

/* Leaves are msgpack ["toy", i]; roots from an independent program, verified by Go's sumdb/tlog. */
static void knows_the_roots_of_the_toy_log_up_to_seventy_thousand(void **state) {
    (void)state;
    static const struct {
        uint64_t size;
        const char *root;
    } want[] = {{0, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
                {1, "ce8KByrjEGEkHN7gRdMRaqBt9d4yFqMWXzhKvqVyIvs="},
                {2, "AkgT46DTJvMu1/Ht4hq508DBipYnoi7XdbtsNMmNxzA="},
                {3, "8t2RzLvgFaqu4Q7rknZAkvhIs2wr1glSX5H9qUGYxVM="},
                {600, "bZ2Eyq3Y2WDYI+v8gsG9IMyHIofB3TxNTkgVJBSrAgE="},
                {70000, "djH22j+hkubS9w/qH1dCwMP35UlNuJTBgD2I7Se0ccs="}};
    struct frontier f;
    frontier_init(&f);
    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        while (f.size < want[i].size) {
            uint8_t leaf[10] = {0x92, 0xa3, 't', 'o', 'y'};
            size_t len = 5;
            uint32_t n = (uint32_t)f.size;
            if (n < 128)
                leaf[len++] = (uint8_t)n;
            else if (n < 256)
                leaf[len++] = 0xcc, leaf[len++] = (uint8_t)n;
            else if (n < 65536)
                leaf[len++] = 0xcd, leaf[len++] = (uint8_t)(n >> 8), leaf[len++] = (uint8_t)n;
            else {
                leaf[len++] = 0xce;
                be32_put(leaf + len, n);
                len += 4;
            }
            struct digest d = digest_leaf((struct bytes){leaf, len});
            frontier_add(&f, &d);
        }
        struct digest got = frontier_root(&f), root;
        size_t len;
        CHECK_OK(base64_get(root.b, sizeof(root.b), &len, bytes_str(want[i].root)));
        assert_int_equal(len, DIGEST_LEN);
        assert_true(digest_eq(&got, &root));
    }
}

static FILE *shared(const char *name) {
    char file[512];
    const char *dir = getenv("COMITY_SHARED"), *source = getenv("COMITY_SOURCE");
    if (dir && *dir)
        snprintf(file, sizeof(file), "%s/vectors/%s", dir, name);
    else
        snprintf(file, sizeof(file), "%s/../shared/vectors/%s", source ? source : ".", name);
    FILE *f = fopen(file, "r");
    if (!f)
        print_message("%s: %s: skipped (COMITY_SHARED names the directory above vectors/)\n", file,
                      strerror(errno));
    return f;
}

/* A hash of a vector; false if it has not 32 bytes, which our types cannot even hold. */
static bool vector_digest(struct digest *ret, const char *hex) {
    if (strlen(hex) != 2 * DIGEST_LEN)
        return false;
    unhex(ret->b, DIGEST_LEN, hex);
    return true;
}

static bool vector_proof(struct proof *ret, char *list) {
    ret->count = 0;
    if (!strcmp(list, "-"))
        return true;
    while (list) {
        char *hex = list, *comma = strchr(list, ',');
        list = comma ? comma + 1 : NULL;
        if (comma)
            *comma = 0;
        if (ret->count == PROOF_MAX || !vector_digest(&ret->node[ret->count++], hex))
            return false;
    }
    return true;
}

/* Each row: two numbers, two hashes, a list of hashes, whether it must be refused, where it comes from. */
static void judge_vectors(const char *name, bool inclusion, unsigned want_rows) {
    FILE *f = shared(name);
    if (!f)
        skip();
    static char line[16384];
    unsigned rows = 0, accepted = 0;
    while (fgets(line, sizeof(line), f)) {
        char *field[7];
        unsigned count = 0;
        line[strcspn(line, "\n")] = 0;
        for (char *at = line; at && count < 7; count++) {
            field[count] = at;
            at = strchr(at, '\t');
            if (at)
                *at++ = 0;
        }
        assert_int_equal(count, 7);
        uint64_t a = strtoull(field[0], NULL, 10), b = strtoull(field[1], NULL, 10);
        bool refuse = !strcmp(field[5], "1");
        struct digest x, y;
        struct proof p;
        bool shaped =
            vector_digest(&x, field[2]) && vector_digest(&y, field[3]) && vector_proof(&p, field[4]);
        enum err got = !shaped     ? ERR_PROOF
                       : inclusion ? merkle_check_inclusion(a, b, &x, &p, &y)
                                   : merkle_check_consistency(a, b, &x, &y, &p);
        if ((got != ERR_OK) != refuse)
            fail_msg("%s: %s, should be %s", field[6], err_name(got), refuse ? "refused" : "accepted");
        rows++;
        accepted += got == ERR_OK;
    }
    fclose(f);
    assert_int_equal(rows, want_rows);
    assert_true(accepted > 3);
}

static void judges_the_inclusion_vectors_as_their_authors_do(void **state) {
    (void)state;
    judge_vectors("inclusion.tsv", true, 98);
}

static void judges_the_consistency_vectors_as_their_authors_do(void **state) {
    (void)state;
    judge_vectors("consistency.tsv", false, 97);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_to_the_root_that_the_definition_gives),
        cmocka_unit_test(proves_and_checks_every_leaf_of_every_size),
        cmocka_unit_test(proves_and_checks_consistency_of_every_pair_of_sizes),
        cmocka_unit_test(refuses_inclusion_that_was_tampered_with),
        cmocka_unit_test(refuses_consistency_that_was_tampered_with),
        cmocka_unit_test(takes_an_empty_old_tree_only_as_no_statement),
        cmocka_unit_test(checks_the_longest_proofs_of_huge_trees_without_overflow),
        cmocka_unit_test(makes_the_longest_proofs_of_the_largest_tree),
        cmocka_unit_test(says_corrupt_when_a_node_is_not_to_be_had),
        cmocka_unit_test(knows_the_eight_leaf_tree_of_certificate_transparency),
        cmocka_unit_test(knows_the_roots_of_the_toy_log_up_to_seventy_thousand),
        cmocka_unit_test(judges_the_inclusion_vectors_as_their_authors_do),
        cmocka_unit_test(judges_the_consistency_vectors_as_their_authors_do),
    };
    for (uint8_t i = 0; i < SIZES; i++)
        leaves[i] = digest_leaf((struct bytes){&i, 1});
    return cmocka_run_group_tests(tests, NULL, NULL);
}
