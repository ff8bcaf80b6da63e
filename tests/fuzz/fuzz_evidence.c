/* Evidence that is read is written again to the same bytes, and judged without a fault.  The corpus has some
 * that is good under the note of forked_init(5, 20, 40). */
#include "proto/evidence.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/forked.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t buffer[EVIDENCE_MAX];
    static struct forked state;
    static struct evidence e, good;
    static uint8_t good_bytes[EVIDENCE_MAX];
    struct bytes frame = {data, size}, again;
    static struct bytes known;
    if (known.len == 0) {
        forked_init(&state, 5, 20, 40);
        MUST(forked_evidence(&state, 40, 29, &good) == ERR_OK);
        MUST(evidence_write(&good, good_bytes, sizeof good_bytes, &known) == ERR_OK);
    }
    if (evidence_read(frame, &e))
        return 0;
    MUST(evidence_write(&e, buffer, sizeof buffer, &again) == ERR_OK);
    MUST(bytes_eq(frame, again));
    /* Nobody can sign here: only what is good already is believed. */
    if (evidence_check(&e, state.origin, &state.note) == ERR_OK)
        MUST(digest_eq(&e.root_f, &good.root_f) && e.f == good.f);
    return 0;
}
