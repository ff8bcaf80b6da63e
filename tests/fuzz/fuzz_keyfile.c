/* A key file that is read is written again to the same bytes, and asks for no more work than allowed. */
#include "node/keyfile.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct bytes text = {data, size}, again;
    struct keyfile file;
    char buffer[KEYFILE_MAX];
    if (size > KEYFILE_MAX || keyfile_parse(text, &file))
        return 0;
    MUST(file.cost.ops >= 1 && file.cost.ops <= KEYFILE_OPS_MAX && file.cost.memory <= KEYFILE_MEMORY_MAX);
    MUST(key_check(&file.key) == ERR_OK);
    MUST(keyfile_print(&file, buffer, sizeof buffer, &again) == ERR_OK);
    MUST(bytes_eq(text, again));
    return 0;
}
