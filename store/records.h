/* The record of a log as a row, and its signed checkpoints. */
#ifndef STORE_RECORDS_H
#define STORE_RECORDS_H

#include "store/logs.h"
#include "store/rows.h"

void record_put(struct txn *t, const struct log_record *record);

/* A signed checkpoint of a log: of its head, and of its pending target. */
enum checkpoint_slot { SLOT_HEAD = 0, SLOT_TARGET = 1 };

void checkpoint_put(struct txn *t, const uint8_t log[static LOG_ID_LEN], enum checkpoint_slot slot,
                    uint64_t size, const struct digest *root, const struct checkpoint_signature *signature,
                    unsigned count);
void checkpoint_drop(struct txn *t, const uint8_t log[static LOG_ID_LEN], enum checkpoint_slot slot);

#endif
