/* Whether a play gives back all memory that it takes. */
#ifndef TESTS_SIM_HEAP_H
#define TESTS_SIM_HEAP_H

#include <stdint.h>

/* First in main(): begins the program anew, once, with a heap that can be counted. */
void heap_prepare(char **argv);

/* Bytes that are in use. */
uint64_t heap_bytes(void);

/* Since it was counted, nothing has been kept. */
void heap_same(uint64_t before);

#endif
