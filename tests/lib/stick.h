/* A USB stick between the sites of a world (tests/lib/world.h): bundles made of one store and taken in by
 * another, by the operations that the CLI calls. */
#ifndef TESTS_LIB_STICK_H
#define TESTS_LIB_STICK_H

#include "node/unbundling.h"
#include "tests/lib/world.h"

struct stick {
    char path[TMP_LEN + 16];
    uint64_t size;
    uint64_t now_s;      /* what operations take the time to be */
    const char *maker;   /* origin in the header; NULL: the site's as below */
    const char *own;     /* origin of who takes it in; NULL: as below */
    struct unbundling u; /* of the last import; close with stick_done() */
    struct ops ops;
};

/* As the State "test.example/zz/..." unless the site's class is LINK_OBSERVER. */
const char *stick_origin(unsigned number);

/* Write all logs of a site, with members' parts if it may. */
void stick_write(struct stick *s, unsigned number, bool members);

/* Take the stick in at a site: from the file, or as a pipe would give it. */
enum err stick_read(struct stick *s, unsigned number) MUST_CHECK;
enum err stick_read_stream(struct stick *s, unsigned number) MUST_CHECK;
void stick_done(struct stick *s);

/* What has come of this author's log. */
const struct unbundled_log *stick_log(const struct stick *s, const struct author *a);

/* Cut the file; change a byte of it; give its bytes (malloc'd), and put others in their place. */
void stick_cut(struct stick *s, uint64_t size);
void stick_flip(struct stick *s, uint64_t at, uint8_t bits);
uint8_t *stick_bytes(const struct stick *s);
void stick_put(struct stick *s, const uint8_t *bytes, uint64_t size);

#endif
