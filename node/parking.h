/* Requests that wait for a change: each costs its place here and nothing else, no thread and no timer of its
 * own.
 *
 * Who parks has looked before and found nothing new.  A ticket, taken before looking, closes the gap in
 * between: a wake after it, and the place is refused, to look once more.  All are taken out before the first
 * is resumed, so what a resumed one does (park again, end) meets an empty list. */
#ifndef NODE_PARKING_H
#define NODE_PARKING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "proto/error.h"

struct parking;

/* Owned by the request; zeroed at first. */
struct parked {
    TAILQ_ENTRY(parked) link;
    int fd; /* of its connection: one whose client has gone is taken out */
    uint64_t until_ms;
    bool ended; /* taken out for good: answer with what there is */
};

/* Called with no lock held, from any thread, once for each time that one was taken out. */
typedef void parking_resume(struct parked *parked);

/* max: beyond it the one that has waited longest is taken out. */
enum err parking_open(unsigned max, parking_resume *resume, struct parking **ret) MUST_CHECK;

/* Take all out for good, and let none in from here on; all have been resumed when it returns, also those that
 * another thread has taken out.  Not from within a resume. */
void parking_end(struct parking *parking);
void parking_close(struct parking *parking); /* after parking_end and the last of them; takes NULL */

uint64_t parking_ticket(struct parking *parking);

/* False: something has changed since the ticket, or none are let in; then parked->ended tells. */
bool parking_enter(struct parking *parking, struct parked *parked, uint64_t ticket);

/* Something has changed: take all out, to look again. */
void parking_wake(struct parking *parking);

/* Take out for good those whose time is over, and those whose client has gone.  Now and then. */
void parking_sweep(struct parking *parking, uint64_t now_ms);

unsigned parking_count(struct parking *parking);

#endif
