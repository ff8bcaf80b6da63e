/* What of a record is searched, and in which order contacts stand: folded texts, for the caller to free;
 * NULL: out of memory. */
#ifndef NODE_SEARCHED_H
#define NODE_SEARCHED_H

#include <jansson.h>

#include "proto/leaf.h"

#define SEARCHED_MAX 8192 /* bytes of a contact's text that are searched */

/* Every text for people, a value a line. */
char *searched_words(json_t *record);

/* What is asked for by itself, a line each: "k:technical", "l:fr-ca", "l:fr". */
char *searched_features(json_t *record);

/* By which lists are ordered: the first of its kind before the others, then by its rank, then by the
 * organisation as a list shows it. */
char *searched_rank(json_t *record);

/* The State: its code, its names in the six languages, and those of a state/v1 leaf (or NULL). */
char *searched_state(const char *code, const struct leaf *leaf);

#endif
