/* The time zones of the system's database, by name: each is read when first asked for, kept, and read again
 * when an update of the database has replaced its file.  Any thread may ask. */
#ifndef NODE_ZONES_H
#define NODE_ZONES_H

#include "node/tzif.h"

#define ZONE_NAME_MAX 40

/* Find a zone such as "Europe/Paris"; it stays for as long as the process.  NULL: it is not in the database,
 * or its file cannot be read. */
const struct tzif *zones_find(const char *name);

/* Whether the system has a database at all. */
bool zones_present(void);

#endif
