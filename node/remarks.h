/* What an officer should look at before a record is published, though every rule is kept. */
#ifndef NODE_REMARKS_H
#define NODE_REMARKS_H

#include <jansson.h>
#include <stdint.h>

#define REMARKS_KEY_DAYS 60 /* before a key ends */

/* An array of texts, each with its field: an address at a provider for everybody, a key that ends soon, a
 * zone that is no place, hours that no program understands.  The caller's. */
json_t *remarks_of(const json_t *record, uint64_t now_s);

#endif
