/* Text as the search compares it: compatibility forms, case and marks are folded away (Unicode NFKC with case
 * folding, nonspacing marks stripped), spaces and dashes of all kinds become one kind. */
#ifndef NODE_FOLD_H
#define NODE_FOLD_H

#include "proto/bytes.h"

/* Returns a new C string, which the caller frees; "" for what is not UTF-8, NULL without memory. */
char *fold_text(struct bytes text);

#endif
