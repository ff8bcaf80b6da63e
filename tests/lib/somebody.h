/* Records of nobody, from a seed: every field now and then, with texts that break formats (separators,
 * quotes, markup, formulas, line prefixes, right-to-left letters, joiners, letters outside the basic plane).
 */
#ifndef TESTS_LIB_SOMEBODY_H
#define TESTS_LIB_SOMEBODY_H

#include <jansson.h>
#include <stdint.h>

/* A record that record_check() takes, with an id; the caller's.  The same seed gives the same record. */
json_t *somebody_record(uint64_t seed);

#endif
