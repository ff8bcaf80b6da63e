#include "tests/sim/accord.h"

#include "tests/sim/faults.h"
#include "tests/sim/station.h"

#define STATES_MOST 12 /* in larger federations all pin all */

static struct {
    bool is, mixed;
    unsigned states, k, heirs, old;
} accord;

static uint64_t dice(uint64_t n) {
    return dice_below(&scene.dice.words, n);
}

void accord_draw(unsigned states) {
    static const unsigned k[] = {1, 1, 2, 2, 3};
    if (faults.on[FAULT_WORDS] && dice(4)) /* without rivals there is little to decide */
        faults.on[FAULT_FORK] = faults.on[FAULT_RIVAL] = true;
    if (faults.on[FAULT_WORDS] && dice(4))
        faults.on[FAULT_TRUST] = faults.on[FAULT_CONFIRM] = true;
    accord.is = faults.on[FAULT_WORDS] && states > 2 && states <= STATES_MOST;
    accord.states = states;
    accord.k = k[dice(states > 4 ? 5 : 4)];
    accord.mixed = dice(4) == 0;
    accord.heirs = !(accord.is && faults.on[FAULT_SUCCEED]) ? 0 : states > 4 && dice(2) ? 2 : 1;
    accord.old = 1 + (unsigned)dice(states - accord.heirs - 1);
    if (accord.heirs && dice(2)) /* a child of the note that words name as the last is a veto */
        faults.on[FAULT_ROTATE] = true;
    if (accord.is)
        faults.rate[FAULT_WORDS] = faults.rate[FAULT_TRUST] = faults.rate[FAULT_CONFIRM] =
            200 + (unsigned)dice(500);
}

bool accord_is(void) {
    return accord.is;
}

int accord_old(unsigned number) {
    return number + accord.heirs >= accord.states ? (int)accord.old : -1;
}

/* The first State is known to all: it accredits the observers. */
static void strangers_choose(struct member *m) {
    bool newcomer = m->number && dice(2);
    for (unsigned i = 0; i < scene.station_count; i++)
        m->stranger[i] = scene.station[i].member != m && newcomer && dice(2);
}

static bool is_line(unsigned number) {
    return number == accord.old || accord_old(number) >= 0;
}

/* Of the logs of one State a node pins one at most: the old one or, where people know already, a successor.
 */
static void line_choose(const struct station *s) {
    unsigned own = s->member ? s->member->number : 0, chosen = accord.old;
    if (dice(2))
        chosen = accord.states - 1 - (unsigned)dice(accord.heirs);
    if (is_line(own))
        chosen = own;
    for (unsigned i = 0; i < scene.member_count; i++)
        if (is_line(i))
            scene.member[i].stranger[s->number] = i != chosen || (i != own && dice(8) == 0);
}

void accord_apply(void) {
    for (unsigned i = 0; accord.is && i < scene.member_count; i++) {
        strangers_choose(&scene.member[i]);
        scene.member[i].roots_lost = accord.heirs && i == accord.old && dice(3) == 0;
    }
    for (unsigned i = 0; i < scene.station_count; i++) {
        struct station *s = &scene.station[i];
        if (accord.heirs)
            line_choose(s);
        s->endorsements = !accord.is ? 0 : accord.mixed ? (unsigned)dice(4) : accord.k;
    }
}

struct member *accord_ceding(void) {
    return &scene.member[accord.heirs ? accord.old : dice(scene.member_count)];
}

bool accord_pins(const struct station *s, const struct member *m) {
    return s->member == m || !m->stranger[s->number];
}
