/* Words that are read are written again to words of the same bytes. */
#include <string.h>

#include "node/mnemonic.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t read[MNEMONIC_DATA_MAX], again[MNEMONIC_DATA_MAX];
    struct mnemonic_fault fault;
    char text[MNEMONIC_TEXT], said[300];
    for (size_t len = 20; len <= MNEMONIC_DATA_MAX; len += 12) {
        if (mnemonic_get((struct bytes){data, size}, read, len, &fault)) {
            mnemonic_complaint(&fault, said, sizeof said);
            MUST(strlen(said) < sizeof said - 1);
            continue;
        }
        mnemonic_put((struct bytes){read, len}, '\n', text);
        MUST(mnemonic_get(bytes_str(text), again, len, &fault) == ERR_OK);
        MUST(memcmp(read, again, len) == 0);
    }
    return 0;
}
