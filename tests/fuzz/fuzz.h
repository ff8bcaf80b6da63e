/* What every fuzz target starts from: the entry point, a check that stays on, and bytes taken as choices.
 *
 * A target is a file fuzz_<name>.c with LLVMFuzzerTestOneInput().  With replay.c it is the test fuzz/<name>
 * over corpus/<name> in every build; with clang it is also the program fuzz_<name> of libFuzzer. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "proto/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* End the program unless the condition holds; on in every build. */
#define MUST(condition)                                                                                      \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            fuzz_fail(#condition, __FILE__, __LINE__);                                                       \
    } while (0)

_Noreturn void fuzz_fail(const char *condition, const char *file, int line);

/* An input from which choices are taken; at its end every choice is 0. */
struct supply {
    const uint8_t *at;
    size_t left;
};

uint8_t supply_byte(struct supply *s);
uint32_t supply_below(struct supply *s, uint32_t limit); /* of two bytes; limit at most 65536 */
uint64_t supply_u64(struct supply *s);
struct bytes supply_bytes(struct supply *s, size_t most);

/* A directory of this process's own, removed when it ends. */
const char *fuzz_dir(void);

/* Write a file in it, 0600, and give its path, which lives until the next call. */
const char *fuzz_file(const char *name, struct bytes data);

/* What would go to standard error goes nowhere from here on; sanitizers still speak. */
void fuzz_quiet(void);

/* A text that stands in members' parts of the fixtures, and whether bytes hold it: as it is, or in base64. */
#define CANARY "canary7members7only"
bool fuzz_canary(struct bytes data);

#endif
