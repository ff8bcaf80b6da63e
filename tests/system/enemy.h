/* Hostile peers, one at a time, against a real node (tests/system/hostile.c). */
#ifndef TESTS_SYSTEM_ENEMY_H
#define TESTS_SYSTEM_ENEMY_H

#include "proto/message.h"
#include "tests/system/wire.h"

struct enemy {
    unsigned port;
    struct pubkey node;            /* of the node under attack */
    struct tls_identity *identity; /* admitted there */
    struct tls_identity *stranger; /* not admitted */
    const char *network;
    uint64_t until_ms, dice;
    uint64_t opened, closed, frames_sent, frames_got, bytes_sent, bytes_got;
};

bool enemy_goes_on(const struct enemy *e);
uint64_t enemy_now_ms(void);
uint64_t enemy_roll(struct enemy *e);
void enemy_fill(struct enemy *e, void *to, size_t len); /* with anything */

/* An address of the loopback that no honest node uses; the same for the same number. */
uint32_t enemy_address(unsigned number);

/* Connect; false, after a moment: refused. */
bool enemy_open(struct enemy *e, struct wire *wire, unsigned number);
void enemy_close(struct enemy *e, struct wire *wire);

/* Those who need no key. */
void enemy_silent(struct enemy *e);
void enemy_plain(struct enemy *e);
void enemy_records(struct enemy *e);
void enemy_strangers(struct enemy *e);
void enemy_trickle(struct enemy *e);

/* Those that are admitted. */
void enemy_frames(struct enemy *e);
void enemy_oversize(struct enemy *e);
void enemy_changes(struct enemy *e);
void enemy_fetch(struct enemy *e);
void enemy_deaf(struct enemy *e);
void enemy_huge(struct enemy *e);
void enemy_many(struct enemy *e);

#endif
