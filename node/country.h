/* English names of States by their ISO 3166-1 code, from Debian's iso-codes; only a default for people to
 * overrule. */
#ifndef NODE_COUNTRY_H
#define NODE_COUNTRY_H

#include <stdbool.h>
#include <stddef.h>

/* False if the table is not installed, or does not know the code (two letters, either case). */
bool country_name(const char *code, char *ret, size_t max);

#endif
