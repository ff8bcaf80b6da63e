/* Invitations as text that survives e-mail: quoted, indented, with other line ends, with text around it.
 *
 * Between the two marks a line with a colon is a comment for people, a line that begins with "=" is the sum,
 * everything else is base64. */
#ifndef NODE_ARMOUR_H
#define NODE_ARMOUR_H

#include "node/invitation.h"

/* Write malloc'd text; comments are lines with a colon, for people. */
enum err armour_put(struct bytes data, const char *comments, char **ret) MUST_CHECK;

/* Read it back.  ERR_NOT_FOUND: no armour in the text; ERR_SHORT: its end is missing; ERR_BASE64;
 * ERR_CORRUPT: the sum does not fit; ERR_SIZE. */
enum err armour_get(struct bytes text, uint8_t buffer[static INVITATION_MAX], struct bytes *ret) MUST_CHECK;

#endif
