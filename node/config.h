/* The configuration of a node: DIR/comity.conf, INI, one table in config.c from which the example file and
 * the man page are printed.  Unknown sections and keys are refused with file, line and the nearest name. */
#ifndef NODE_CONFIG_H
#define NODE_CONFIG_H

#include "proto/authority.h"
#include "proto/retention.h"

#define PATH_LEN 512

struct config {
    char dir[PATH_LEN]; /* the data directory, absolute */
    char network[NETWORK_MAX + 1];
    char code[CODE_LEN + 1];             /* "" for an observer */
    char origin[ORIGIN_MAX + 1];         /* own log; "" for an observer */
    char observer[NAME_TEXT_MAX + 1];    /* an observer's name; "" for a State */
    char listen[256];                    /* tcp://host:port */
    char advertise[256];                 /* address that others dial; "" takes listen */
    char courier[4];                     /* "yes" or "no": reached by bundles alone */
    char web_listen[128];                /* host:port; "" for none */
    bool web_public;                     /* the page shows the public view, without a token */
    char kinds[256];                     /* of contact, words; "" for those of the domain (node/rules.h) */
    char public_fields[256];             /* public by default, words; "none" for none */
    char review_days[8];                 /* the review period */
    char nomination[4], two_person[4];   /* "yes" or "no" */
    char erase_delay[16], retention[16]; /* durations, such as "72h"; "" for the defaults */
    char endorsements[4];                /* of States, that are enough; "" for 0 */
    char log_quota[16], disk_floor[16];  /* sizes, such as "16G"; "" for the defaults */
    char web_hosts[256];                 /* further Host names that are answered, separated by spaces */
};

/* Read DIR/comity.conf.  Says on standard error what is wrong, with line and remedy.  What it says of
 * contacts becomes the rules of the process (node/rules.h). */
enum err config_load(const char *dir, struct config *ret) MUST_CHECK;

/* Whether the node has no network: it dials nobody, and no peer is asked before it signs. */
bool config_courier(const struct config *config);

/* How many States must endorse. */
unsigned config_endorsements(const struct config *config);

/* The most bytes kept of one State's log; UINT64_MAX: no bound.  16 GiB unless it says otherwise. */
uint64_t config_log_quota(const struct config *config);

/* Bytes that must be free on the disk, or nothing is taken from peers.  256 MiB unless it says otherwise. */
uint64_t config_disk_floor(const struct config *config);

/* How long erased and former parts are kept: 72 hours and 365 days unless it says otherwise. */
struct retention_policy config_retention(const struct config *config);

/* The address under which others dial this node: "" if nobody can tell it from what it listens on. */
const char *config_endpoint(const struct config *config);

/* Write a new file, 0600; ERR_EXISTS. */
enum err config_save(const struct config *config) MUST_CHECK;

/* The example file, from the table. */
void config_print_example(void);

#endif
