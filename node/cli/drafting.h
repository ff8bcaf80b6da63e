/* Making drafts: what an officer wants a contact to be, against what is published and what is drafted
 * already.
 *
 * A draft that says what is published already is not made, and takes back an earlier one; a new draft takes
 * the place of the earlier one of the same contact. */
#ifndef NODE_CLI_DRAFTING_H
#define NODE_CLI_DRAFTING_H

#include "node/cli/handin.h"
#include "node/record.h"

enum drafting_verdict {
    DRAFTING_SAME,    /* published, or drafted, just so */
    DRAFTING_NEW,     /* drafted: a contact that is not published */
    DRAFTING_CHANGED, /* drafted: another version of one that is */
    DRAFTING_REFUSED, /* not drafted: cli->status says why, and so did a message */
    DRAFTING_FAILED   /* cli->status says why, and so did a message */
};

struct drafting {
    struct cli *cli;
    char state[3];    /* own, upper case */
    json_t *present;  /* id -> published record as the API gives it, null if there is none */
    bool all_present; /* every contact in force is in it */
    json_t *pending;  /* id -> newest draft, with its "sum", and "seqs" of all of that contact */
    json_t *others;   /* drafts that are of no contact */
    struct handin handin;
    uint64_t added;            /* known after drafting_end() */
    bool dry;                  /* nothing is handed in */
    json_t *primaries;         /* of node/cli/primacy.h; NULL until one is asked for */
    struct likeness *likeness; /* of the own State's contacts, once one is drafted */
};

/* Read the drafts there are; all: and every contact of the own State at once, for many changes.  False after
 * saying why: return cli->status. */
bool drafting_begin(struct drafting *d, struct cli *cli, bool all);

/* The whole id of a contact of the own State, published or only drafted, by its name or the beginning of one.
 * False after saying why. */
bool drafting_find(struct drafting *d, const char *name, char ret[static 2 * CONTACT_ID_LEN + 1]);

/* Read every contact of the own State, if that has not been done.  False after saying why. */
bool drafting_load_all(struct drafting *d);

/* What is to be changed, for an edit: the drafted record, else the published one, as an author wrote it and
 * without a valid_from that has passed; NULL if there is none or it is drafted to be withdrawn. The caller's.
 */
json_t *drafting_base(struct drafting *d, const char *id);

/* The published record, or NULL; borrowed. */
const json_t *drafting_published(struct drafting *d, const char *id);

/* Whether what a record wants to be stands against the rules of the network for the days to come, or against
 * another contact; then ret says why. */
bool drafting_refuses(struct drafting *d, const char *id, const json_t *record, struct record_error *ret);

/* Want a contact to be this record (checked, without id and state; not taken), or to end. */
enum drafting_verdict drafting_put(struct drafting *d, const char *id, const json_t *record);
enum drafting_verdict drafting_withdraw(struct drafting *d, const char *id);

/* Want what these entries (numbers, ascending) of a contact say to be erased, in place of what was wanted so
 * before. */
bool drafting_erase(struct drafting *d, const char *id, const json_t *entries);

/* The ids of all contacts in force or drafted, an array of texts; and whether one is.  After drafting_begin()
 * with all.  The caller's. */
json_t *drafting_ids(const struct drafting *d);
bool drafting_known(const struct drafting *d, const char *id);

/* The drafts' numbers on a command line; NULL after saying which is none. */
json_t *drafting_numbers(struct cli *cli, int count, char **argv);

/* Hand in what is left, and free all.  False after saying why. */
bool drafting_end(struct drafting *d);

#endif
