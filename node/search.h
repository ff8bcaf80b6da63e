/* The search: which contacts answer a question, over folded text kept in memory.
 *
 * Any thread may ask.  Each question looks whether the store has changed since the text was gathered, and if
 * so reads the new leaves first; what is asked for another time than now is kept beside it, once. */
#ifndef NODE_SEARCH_H
#define NODE_SEARCH_H

#include "node/shelf.h"

#define SEARCH_WORDS 8
#define SEARCH_LIMIT_MAX 500

struct search;

struct search_want {
    enum api_view view;
    const char *text;     /* words, each of which must occur somewhere; "" for all */
    const char *state;    /* lower-case code, or "" */
    const char *kind;     /* of PoC, exact, or "" */
    const char *language; /* a tag, also what it begins with; or "" */
    uint64_t at;
    bool at_given; /* it is not simply now */
    bool all;      /* withdrawn and announced ones too */
    bool open;     /* only who is reached at that time, as hours, validity and status say */
    bool stale;    /* only what has not been looked after (node/stale.h) */
    bool has_after;
    char after_code[CODE_LEN + 1]; /* the contact after which the page begins */
    uint8_t after_id[CONTACT_ID_LEN];
    unsigned limit; /* at most SEARCH_LIMIT_MAX */
};

struct search_hit {
    uint8_t log[LOG_ID_LEN];
    char code[CODE_LEN + 1];
    uint8_t id[CONTACT_ID_LEN];
    uint64_t index;
    uint64_t due; /* UINT64_MAX: no successor is announced */
    enum shelf_standing standing;
};

/* review_days is the review period of the network. */
enum err search_open(unsigned review_days, struct search **ret) MUST_CHECK;
void search_close(struct search *search); /* takes NULL */

/* Something has changed that the heads do not tell, such as a pin. */
void search_changed(struct search *search);

/* Find a page of contacts in their order (State, the first of a kind, rank, organisation, kind, id), and
 * count all that fit. ERR_NOT_FOUND: the contact after which the page begins is not there any more.
 * ERR_MEMORY. */
enum err search_find(struct search *search, struct txn *t, const struct search_want *want,
                     struct search_hit ret[static SEARCH_LIMIT_MAX], unsigned *ret_count, uint64_t *ret_total,
                     bool *ret_more) MUST_CHECK;

/* When another version of some contact takes effect, so that what is found now may be another; 0 if that
 * cannot be told. */
uint64_t search_due(struct search *search, struct txn *t, uint64_t at);

/* The contacts of a State whose id begins with these hex digits: the first, and how many there are. */
enum err search_prefix(struct search *search, struct txn *t, const char *code, struct bytes digits,
                       uint64_t at, struct search_hit *ret, unsigned *ret_count) MUST_CHECK;

/* Call for every contact now, withdrawn ones too; nothing may be asked of the search meanwhile. */
typedef void search_visit(void *context, const struct shelf *shelf, uint32_t slot);
enum err search_each(struct search *search, struct txn *t, uint64_t at, search_visit *visit,
                     void *context) MUST_CHECK;

/* Contacts in force of a log now. */
enum err search_count(struct search *search, struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t at,
                      uint64_t *ret) MUST_CHECK;

#endif
