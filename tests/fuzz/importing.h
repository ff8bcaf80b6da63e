/* A file of one format, imported: what every reader of contacts must keep to. */
#ifndef TESTS_FUZZ_IMPORTING_H
#define TESTS_FUZZ_IMPORTING_H

#include "proto/bytes.h"

/* Every item is a record that may be published, with an id of its own, or is refused with a reason; what was
 * refused, written and read again, is refused again: nothing is lost. */
void importing(const char *format, struct bytes data);

#endif
