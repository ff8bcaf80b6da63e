/* A ledger that is read is written again to the same bytes.  The sum is set right, so that what it guards is
 * reached; and a tree of any size, signed by a test key, comes back as it was. */
#include <stdlib.h>
#include <string.h>

#include "node/ledger.h"
#include "tests/fuzz/fuzz.h"

static void try_text(struct bytes text) {
    static char buffer[LEDGER_MAX];
    struct ledger ledger;
    struct bytes again;
    if (ledger_parse(text, &ledger))
        return;
    MUST(ledger_print(&ledger, buffer, sizeof buffer, &again) == ERR_OK);
    MUST(bytes_eq(text, again));
    struct digest root = frontier_root(&ledger.frontier);
    MUST(digest_eq(&root, &ledger.root));
}

/* The text with the sum that fits it. */
static void try_summed(struct bytes text) {
    char *copy = malloc(text.len + 64);
    struct digest sum = digest_of(text);
    size_t len = text.len;
    MUST(copy != NULL);
    memcpy(copy, text.ptr, text.len);
    memcpy(copy + len, "sum ", 4);
    len += 4;
    MUST(base64_put(copy, text.len + 64, &len, BYTES(sum.b)) == ERR_OK);
    copy[len++] = '\n';
    try_text((struct bytes){(uint8_t *)copy, len});
    free(copy);
}

static void try_tree(struct supply s) {
    static const uint8_t seed[KEY_SEED_LEN] = {0x1e};
    struct ledger ledger;
    struct pubkey key;
    uint8_t secret[KEY_SECRET_LEN];
    char buffer[LEDGER_MAX];
    struct bytes text;
    ledger_init(&ledger, "test.example/fr/0123456789abcdef", supply_byte(&s));
    ledger.frontier.size = supply_u64(&s) >> (1 + supply_below(&s, 63));
    for (unsigned level = 0; level < 63; level++)
        memset(ledger.frontier.peak[level].b, supply_byte(&s), DIGEST_LEN);
    ledger.root = frontier_root(&ledger.frontier);
    struct checkpoint c = {.size = ledger.frontier.size, .root = ledger.root};
    memcpy(c.origin, ledger.origin, sizeof c.origin);
    key_from_seed(seed, &key, secret);
    checkpoint_sign(&c, secret, &ledger.last);
    struct ledger again = ledger;
    MUST(ledger_print(&ledger, buffer, sizeof buffer, &text) == ERR_OK);
    MUST(ledger_parse(text, &again) == ERR_OK && again.frontier.size == ledger.frontier.size);
    try_text(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct bytes text = {data, size};
    if (size > LEDGER_MAX)
        return 0;
    try_text(text);
    try_summed(text);
    if (size && data[0] == 0)
        try_tree((struct supply){data, size});
    return 0;
}
