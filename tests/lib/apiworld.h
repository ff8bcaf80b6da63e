/* Two States and three contacts behind an API, for the tests of what it answers. */
#ifndef TESTS_LIB_APIWORLD_H
#define TESTS_LIB_APIWORLD_H

#include "node/api.h"
#include "tests/lib/fixture.h"
#include "tests/test.h"

#define APIWORLD_T0 1767225600u /* 2026-01-01: when all of it was signed */

struct apiworld {
    struct fixture f;
    struct author *fr, *ke;
    struct api *api;
};

/* FR has a contact of each record, KE one for members; what a public view must not show has "canary" in it.
 */
extern const char apiworld_public[], apiworld_members[];

int apiworld_open(void **state);
int apiworld_close(void **state);

/* What a path answers; fails unless with this status.  The caller's. */
json_t *apiworld_ask(struct apiworld *w, enum api_view view, const char *path, const char *query,
                     unsigned want);

/* A member's text, or "". */
const char *apiworld_text(const json_t *json, const char *key);

#endif
