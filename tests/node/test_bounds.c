/* The bounds as they are printed: their memory together, their counters among the metrics, and the room that
 * replication really takes. */
#include "node/bounds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/sync_state.h"
#include "tests/test.h"

static void all_memory_together_has_a_bound(void **state) {
    (void)state;
    assert_in_range(bounds_bytes(), 64u << 20, BOUNDS_BYTES_MAX - 1);
}

/* Every name stands in the text that the metrics are written from. */
static void every_counter_is_among_the_metrics(void **state) {
    static char source[65536];
    char path[4096];
    (void)state;
    snprintf(path, sizeof path, "%s/node/api_metrics.c",
             getenv("COMITY_SOURCE") ? getenv("COMITY_SOURCE") : ".");
    FILE *f = fopen(path, "re");
    if (!f)
        skip();
    source[fread(source, 1, sizeof source - 1, f)] = '\0';
    fclose(f);
    for (const struct bound *b = bounds; b->name; b++)
        if (b->counter && !strstr(source, b->counter))
            fail_msg("%s: there is no %s", b->name, b->counter);
}

/* Room for all peers, all of which report as many logs as there is room for. */
static void what_is_known_of_peers_fits_its_row(void **state) {
    uint64_t room = 0;
    (void)state;
    for (const struct bound *b = bounds; b->name; b++)
        room += strcmp(b->name, "logs") == 0 ? b->bytes : 0;
    assert_in_range(sync_size(2048), 1, room);
    assert_in_range(sizeof(struct sync_report), 1, 104);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_memory_together_has_a_bound),
        cmocka_unit_test(every_counter_is_among_the_metrics),
        cmocka_unit_test(what_is_known_of_peers_fits_its_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
