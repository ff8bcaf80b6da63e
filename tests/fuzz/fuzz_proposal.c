/* A proposal that is read is written again to one that reads the same. */
#include <stdlib.h>

#include "node/proposal.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct proposal p, again;
    char *text, *second;
    if (size > PROPOSAL_MAX || proposal_parse((struct bytes){data, size}, &p))
        return 0;
    MUST(p.count > 0 && p.count <= PROPOSAL_NOTES_MAX);
    MUST(proposal_print(&p, &text) == ERR_OK);
    MUST(proposal_parse(bytes_str(text), &again) == ERR_OK);
    MUST(again.count == p.count && again.held == p.held && again.made == p.made);
    MUST(proposal_print(&again, &second) == ERR_OK);
    MUST(bytes_is(bytes_str(second), text));
    free(text);
    free(second);
    proposal_free(&p);
    proposal_free(&again);
    return 0;
}
