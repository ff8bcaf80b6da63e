/* What is known of a log, at one node or at several, and what follows from it: the rule of the view (design
 * 3) once more, over leaves and texts, without any of proto/.
 *
 * Leaves are compared one by one, notes are read by a parser of its own, and signatures are asked of those
 * who made them (vsign.h). */
#ifndef TESTS_SIM_DOSSIER_H
#define TESTS_SIM_DOSSIER_H

#include "tests/sim/saying.h"
#include "tests/sim/station.h"

#define DOSSIER_NOTES 64
#define DOSSIER_TREES 64
#define DOSSIER_CLAIMS 256
#define DOSSIER_KEYS 16

struct dossier_note {
    struct digest hash, prev;
    bool has_prev;
    uint64_t epoch, anchor, max;
    struct digest anchor_root;
    unsigned root_need, root_count, next_need, next_count, operator_count;
    uint8_t root[DOSSIER_KEYS][KEY_LEN], operator_key[DOSSIER_KEYS][KEY_LEN];
    struct digest next[DOSSIER_KEYS];
};

/* A tree of which so many first leaves are held. */
struct dossier_tree {
    uint64_t len;
    struct digest *leaf, *root; /* root[i]: of the first i leaves; made when it is asked for */
};

/* A leaf that says something of another log. */
struct dossier_saying {
    struct digest leaf;
    struct saying saying;
};

/* A signed tree, or with fork the leaves that two have in common. */
struct dossier_claim {
    struct digest note, root;
    uint64_t size;
    bool fork;
};

struct dossier {
    unsigned note_count, tree_count, claim_count, saying_count;
    struct dossier_note *note;
    struct dossier_tree tree[DOSSIER_TREES];
    struct dossier_claim *claim;
    struct dossier_saying *saying;
};

struct dossier_view {
    bool any;
    struct digest note, root;
    uint64_t epoch, size, f;
    unsigned flags; /* VIEW_*, as of a head */
};

struct dossier *dossier_new(void);
void dossier_free(struct dossier *d);

/* Add what a node holds of a log.  What could not have been admitted ends the simulation. */
void dossier_add(struct dossier *d, struct station *s, const uint8_t log[static LOG_ID_LEN]);

/* What is to be believed, with this note trusted.  endorsed says of each note whether enough States endorse
 * it; NULL, in base views: none is. */
struct dossier_view dossier_view(const struct dossier *d, const struct digest *trusted, const bool *endorsed);

/* Whether a note stands before another, or is it. */
bool dossier_leads(const struct dossier *d, const struct dossier_note *note, const struct digest *to);

/* The note of this hash; NULL: it is not known. */
const struct dossier_note *dossier_note(const struct dossier *d, const struct digest *hash);

/* What the leaf at an index of a view says of another log; NULL: nothing. */
const struct saying *dossier_said(const struct dossier *d, const struct dossier_view *view, uint64_t index);

#endif
