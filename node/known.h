/* Lists that are published somewhere and known here by their columns. */
#ifndef NODE_KNOWN_H
#define NODE_KNOWN_H

#include "node/import.h"

struct known {
    const char *name;           /* the source, unless another is given */
    const char *const *columns; /* all of these are there; ends with NULL */
    const char *kind, *language;
    const char *key; /* the column that tells rows apart; NULL */
    const struct import_map *map;
    unsigned map_count;
    const struct import_map *set; /* values that its rows do not say */
    unsigned set_count;
};

/* NULL if it is none of them. */
const struct known *known_find(const struct csvrow *header);

#endif
