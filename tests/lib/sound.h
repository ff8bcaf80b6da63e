/* Whether a store holds together: what it keeps of each log, worked out again from the notes and leaves that
 * it keeps. */
#ifndef TESTS_LIB_SOUND_H
#define TESTS_LIB_SOUND_H

#include "store/store.h"

#define SOUND_TEXT 400

/* Look at all logs: notes follow each other, leaves are canonical and hash to every tile, frontier and signed
 * root that is kept, parts are those that leaves commit to, evidence shows its fork, the head is what the
 * rule of the view gives, the directory has the rows of the leaves and no others.  False: ret_why says what
 * is not so, and of which log. */
bool sound_store(struct txn *t, char ret_why[static SOUND_TEXT]);

#endif
