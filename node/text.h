/* Text that people wrote: what an author may write, and how to show what others wrote.
 *
 * The gate admits any clean UTF-8, so a reader may meet text that an author here may not write: direction
 * overrides, invisible characters.  It is shown with such characters spelled out, never raw. */
#ifndef NODE_TEXT_H
#define NODE_TEXT_H

#include "proto/bytes.h"

/* Marks that may follow one letter. */
#define TEXT_MARKS_MAX 4

/* Why an author may not write this text: the rule and the remedy, or NULL if it is good.  ret_point (if
 * given) is the character to blame, 0 if there is none. */
const char *text_refuse(struct bytes text, uint32_t *ret_point);

/* Is this character not seen where it stands, or does it act on the text around it: controls, directions, the
 * joiners and selectors too, wherever they stand? */
bool text_hides(uint32_t c);

/* May it stand behind the other, a letter that it belongs to in spelling? */
bool text_joins(uint32_t c, uint32_t before);

/* Copy text for a terminal or a message: controls, direction overrides, invisible characters and marks
 * beyond TEXT_MARKS_MAX as <U+202E>, bytes that are not UTF-8 as <E9>; cut with an ellipsis after max bytes
 * (0: never).  NULL: out of memory. */
char *text_show(struct bytes text, size_t max);

/* The same into a buffer of size bytes, cut to fit. */
void text_show_to(char *to, size_t size, struct bytes text);

#endif
