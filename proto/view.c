#include "proto/view.h"

/* Design 3.3 and 3.4 for a log without a fork: candidates of the last epoch, within its bounds; the largest
 * is the view. The anchor itself is root-signed, so it is a head where there is no candidate. */
struct view view_of(const struct authority *last, const struct view_candidate *candidate, unsigned count) {
    struct view view = {.epoch = last->epoch, .size = last->anchor_size, .root = last->anchor_root};
    for (unsigned i = 0; i < count; i++) {
        const struct view_candidate *c = &candidate[i];
        if (c->epoch == last->epoch && c->size >= last->anchor_size && c->size <= last->max &&
            c->size > view.size) {
            view.size = c->size;
            view.root = c->root;
        }
    }
    return view;
}
