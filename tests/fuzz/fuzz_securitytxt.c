/* Every item of a file in this format is refused with a reason, or a record that may be published. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/importing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    importing("security.txt", (struct bytes){data, size});
    return 0;
}
