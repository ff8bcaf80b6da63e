/* A receipt that can be read is written again as it was; one that also holds names a log and a key. */
#include <stdlib.h>
#include <string.h>

#include "proto/receipt.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t extra[RECEIPT_EXTRA_MAX], extra_again[RECEIPT_EXTRA_MAX];
    static struct authority chain[EPOCHS_MAX];
    static char again[RECEIPT_MAX];
    static struct receipt receipt;
    static struct receipt_report report;
    enum receipt_place place;
    size_t len = 0;
    uint8_t *file = malloc(size + 1);
    MUST(file != NULL);
    if (size)
        memcpy(file, data, size);
    enum err err = receipt_read((struct bytes){file, size}, extra, &receipt, &place);
    MUST(place <= RECEIPT_WITNESS);
    if (!err) {
        MUST(receipt_write(&receipt, extra_again, again, sizeof again, &len) == ERR_OK);
        MUST(len == size && memcmp(again, file, len) == 0);
        err = receipt_check(&receipt, chain, &report);
        MUST(report.place <= RECEIPT_WITNESS);
        MUST(err || (report.signatures > 0 && report.checkpoint.origin[0] &&
                     receipt.index < report.checkpoint.size));
    }
    free(file);
    return 0;
}
