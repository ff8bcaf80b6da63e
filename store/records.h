/* The record of a log as a row, and its signed checkpoints. */
#ifndef STORE_RECORDS_H
#define STORE_RECORDS_H

#include "store/logs.h"
#include "store/rows.h"

void record_put(struct txn *t, const struct log_record *record);

/* So many bytes of the log are stored no more. */
void record_less(struct log_record *record, uint64_t bytes);

/* Signed checkpoints of a log: the largest candidate that its leaves have reached, and that of its second
 * branch; the pending target; the tree that is compared with its own to locate a fork. */
enum checkpoint_slot { SLOT_HEAD = 0, SLOT_TARGET = 1, SLOT_SIDE = 2, SLOT_RIVAL = 3 };

struct slot {
    struct digest note; /* whose operator keys have signed */
    uint64_t size;
    struct digest root;
    unsigned signature_count;
    struct checkpoint_signature signature[SIGNATURES_MAX];
};

void slot_put(struct txn *t, const uint8_t log[static LOG_ID_LEN], enum checkpoint_slot slot,
              const struct slot *value);
bool slot_get(struct txn *t, const uint8_t log[static LOG_ID_LEN], enum checkpoint_slot slot,
              struct slot *ret);
void slot_drop(struct txn *t, const uint8_t log[static LOG_ID_LEN], enum checkpoint_slot slot);
void slots_swap(struct txn *t, const uint8_t log[static LOG_ID_LEN], enum checkpoint_slot a,
                enum checkpoint_slot b);

/* Drop the cosignatures of trees larger than size: their leaves are about to be others. */
void cosignatures_cut(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t size);

/* The right edge of a tree, under the id of a log or a branch. */
void frontier_put(struct txn *t, const uint8_t id[static LOG_ID_LEN], const struct frontier *f);
void frontiers_swap(struct txn *t, const uint8_t a[static LOG_ID_LEN], const uint8_t b[static LOG_ID_LEN]);

#endif
