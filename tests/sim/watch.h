/* The oracles: what must hold at each step, and what when all has come to rest (threats.md 2.1: I1 to I8).
 *
 * They look at copies of what nodes hold, and at the book of what was signed (member.h), never at what the
 * code under test says of itself.  The first thing that is wrong ends the simulation. */
#ifndef TESTS_SIM_WATCH_H
#define TESTS_SIM_WATCH_H

#include "tests/sim/dossier.h"

struct creed;

/* A node has committed something of a log. */
void watch_commit(struct station *s, const uint8_t log[static LOG_ID_LEN]); /* looks closely now and then */
void watch_logs(struct station *s, struct creed *c); /* at all that it holds, by what it is to believe */

/* What a node trusts has changed, or what States say that it hears. */
void watch_trust(struct station *s);

/* A node has started: is there what was acknowledged? */
void watch_started(struct station *s);

/* A frame arrives. */
void watch_frame(const struct station *from, const struct station *to, const struct frame *frame);

/* A node ends a link because of what the other said; a gate has refused what the other gave. */
void watch_close(const struct station *s, const struct station *other, enum err why);
void watch_refused(const struct station *s, const struct station *other, const struct committer_job *job);

/* Whether a node is asked for the same as others of a log: it is of the core, follows it, and those between
 * it and where that log comes from do. */
bool watch_asks(const struct station *s, const struct member *m);

/* Whether two nodes are to admit each other. */
bool watch_links(const struct station *a, const struct station *b);

/* The first of the nodes that are asked for a log, close the same of it, and are linked by such nodes: they
 * believe the same.  Who closes a note passes on no rivals of it. */
unsigned watch_group(const struct station *s, const struct member *m);

/* Take to what is known of a log what is held now, where it is asked for. */
void watch_learn(const struct member *m);

/* Of all that is known where it is asked for: what a node is to believe of a log. */
struct dossier_view watch_belief(struct station *s, const struct member *m);

/* Choose anew whom to ask for what, and what is known there. */
void watch_choose(void);
void watch_choose_end(void);

/* Who is followed, at rest. */
void watch_trust_rest(void);

/* Of an honest node that nothing has happened to that cannot be mended. */
bool watch_is_sound(const struct station *s);

/* Nodes that are asked for the same as others: sound, up, of the same trust. */
bool watch_is_whole(const struct station *s);

/* Keep what is known everywhere when the faults end; then, whether all have come to what follows from it. */
void watch_healed(void);
bool watch_converged(void); /* looks four times a second */
bool watch_all_same(void);
void watch_converged_or_wrong(uint64_t bound_ms);

/* What is shown of a log at a time (s). */
void watch_directory(struct station *s, const uint8_t log[static LOG_ID_LEN], uint64_t at);

/* Whether there is a node that says what it likes, or is damaged. */
bool watch_anybody_lies(void);

/* A peer has said something; of its own State's log, perhaps. */
void watch_own(struct station *s);

/* Begin to look at what witnesses sign; a State's node has just cosigned its own head; the cosignatures that
 * a node keeps of an honest log's head. */
void watch_witnesses(void);
void watch_witnessed(struct member *m);
void watch_cosignatures(const struct station *s, struct txn *t, const struct log_record *record,
                        const struct member *m);

/* Parts have come with their entries, or after them. */
void watch_parts(void);

/* Whether the day of this State's newest own cosignature has come to all who show the same head. */
bool watch_fresh(const struct member *m);

/* Everything once more, at rest. */
void watch_rest(void);

/* Its store was put back: what it believes may be older than before. */
void watch_forget(const struct station *s);

void watch_open(void);
void watch_close_all(void);

#endif
