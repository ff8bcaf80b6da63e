/* A pending batch under the right sum: what is read is written again to the same bytes, and nothing of a
 * refused one is left behind. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/file.h"
#include "node/ledger.h"
#include "node/pending.h"
#include "tests/fuzz/fuzz.h"

static const char first[] = "comity-pending/v1\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pending pending;
    size_t len = sizeof first - 1 + size, again_len = 0;
    uint8_t *file = malloc(len + DIGEST_LEN), *again = NULL;
    MUST(file != NULL);
    memcpy(file, first, sizeof first - 1);
    if (size)
        memcpy(file + sizeof first - 1, data, size);
    struct digest sum = digest_of((struct bytes){file, len});
    memcpy(file + len, sum.b, DIGEST_LEN);
    char path[512];
    MUST(file_path(path, sizeof path, fuzz_dir(), LEDGER_DIR) == ERR_OK);
    (void)mkdir(path, 0700);
    const char *name = fuzz_file(LEDGER_DIR "/pending", (struct bytes){file, len + DIGEST_LEN});
    memset(&pending, 0x5a, sizeof pending);
    struct pending before = pending;
    if (pending_load(fuzz_dir(), &pending)) {
        MUST(memcmp(&pending, &before, sizeof pending) == 0);
    } else {
        MUST(pending_save(fuzz_dir(), &pending) == ERR_OK);
        MUST(file_read(name, PENDING_BYTES_MAX, &again, &again_len) == ERR_OK);
        MUST(again_len == len + DIGEST_LEN && memcmp(again, file, again_len) == 0);
        pending_free(&pending);
    }
    free(again);
    free(file);
    return 0;
}
