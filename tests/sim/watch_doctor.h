/* At rest, what `comity doctor` says of each log of a sound node: nothing. */
#ifndef TESTS_SIM_WATCH_DOCTOR_H
#define TESTS_SIM_WATCH_DOCTOR_H

#include "tests/sim/station.h"

void watch_doctor(struct station *s);

#endif
