/* Names that look like others and are written with other letters (Unicode UTS 39, by ICU's tables): a warning
 * for authors, never a rule. */
#ifndef NODE_LOOKALIKE_H
#define NODE_LOOKALIKE_H

#include <stdbool.h>

/* The texts seen so far. */
struct lookalike;

struct lookalike *lookalike_new(void);    /* NULL without memory or tables */
void lookalike_free(struct lookalike *l); /* takes NULL */

/* Note a text; the earlier one that looks like it and is another, or NULL.  Valid until the end. */
const char *lookalike_note(struct lookalike *l, const char *text);

/* Whether one word of it mixes scripts that are not written together, such as Latin and Cyrillic: then
 * ret_word holds it. */
bool lookalike_mixed(struct lookalike *l, const char *text, char ret_word[static 128]);

#endif
