/* A card that is read is written again to one that says the same. */
#include <string.h>

#include "node/keycard.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct keycard card, again;
    char text[KEYCARD_MAX];
    struct bytes printed;
    if (keycard_parse((struct bytes){data, size}, &card))
        return 0;
    MUST(key_check(&card.key) == ERR_OK);
    MUST(keycard_print(&card, text, sizeof text, &printed) == ERR_OK);
    MUST(keycard_parse(printed, &again) == ERR_OK);
    MUST(memcmp(&card, &again, sizeof card) == 0);
    return 0;
}
