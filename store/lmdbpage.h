/* A page of an LMDB 0.9 file, as far as scrubbing has to know it: where bytes lie that no row owns.
 *
 * LMDB gives no access to its pages, and never clears what a row leaves behind: on a freed page, and in the
 * unused middle of every page that was written from a buffer that had held another one.  What is read here
 * has been laid down by that library (format version 1), and everything is checked before it is believed. */
#ifndef STORE_LMDBPAGE_H
#define STORE_LMDBPAGE_H

#include "proto/bytes.h"
#include "proto/error.h"

#define LMDBPAGE_NONE UINT64_MAX

/* The newest of the two meta pages: the roots of the free list and of the table of tables. */
struct lmdbmeta {
    uint64_t free_root, main_root; /* LMDBPAGE_NONE: empty */
    uint64_t last_page, txn;
};

/* Read the first two pages.  ERR_VERSION: not the format that is known here. */
enum err lmdbpage_meta(const uint8_t *pages, size_t page_size, struct lmdbmeta *ret) MUST_CHECK;

/* A branch or leaf page.  ERR_CORRUPT unless it is one, of this number, and its nodes lie within it. */
struct lmdbpage {
    const uint8_t *bytes;
    size_t size;
    bool leaf;
    unsigned count;        /* nodes */
    unsigned lower, upper; /* what lies between belongs to nobody */
};
enum err lmdbpage_read(const uint8_t *bytes, size_t page_size, uint64_t number,
                       struct lmdbpage *ret) MUST_CHECK;

/* The key of a node; the page that the node of a branch leads to. */
struct bytes lmdbpage_key(const struct lmdbpage *page, unsigned node);
uint64_t lmdbpage_child(const struct lmdbpage *page, unsigned node);

/* The value of a leaf's node: in the page, or on pages of its own; or, in the table of tables, a table. */
struct lmdbvalue {
    uint64_t len;
    uint64_t page; /* LMDBPAGE_NONE: it lies in this page */
    bool table;
    uint64_t root; /* of the table; LMDBPAGE_NONE: empty */
};
enum err lmdbpage_value(const struct lmdbpage *page, unsigned node, struct lmdbvalue *ret) MUST_CHECK;

/* How many pages a value of its own has, by the head of the first, where LMDBPAGE_HEAD bytes stand before it.
 * ERR_CORRUPT unless it is one, of this number, and they hold len bytes. */
#define LMDBPAGE_HEAD 16
enum err lmdbpage_run(const uint8_t *head, size_t page_size, uint64_t number, uint64_t len,
                      uint64_t *ret_pages) MUST_CHECK;

#endif
