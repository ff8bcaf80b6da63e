/* The change cursor: one row per log, numbered anew whenever its head record changes. */
#ifndef STORE_CHANGES_H
#define STORE_CHANGES_H

#include "store/logs.h"
#include "store/rows.h"

/* Give the log the next number; the caller writes the record. */
void changes_move(struct txn *t, struct log_record *record);

#endif
