/* Contacts on paper: one HTML file without anything from elsewhere, a card each, with a QR code that a
 * telephone takes into its address book. */
#ifndef NODE_LEAFLET_H
#define NODE_LEAFLET_H

#include <jansson.h>
#include <stdio.h>

#include "node/language.h"

/* Write contacts as the API gives them; made tells people when ("2026-12-31T12:00:00Z").  False without
 * memory. */
bool leaflet_put(FILE *to, const json_t *contacts, enum language language, const char *network,
                 const char *made);

#endif
