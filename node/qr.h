/* QR codes of texts (libqrencode), as a picture for pages and sheets and as blocks for terminals and paper.
 */
#ifndef NODE_QR_H
#define NODE_QR_H

#include "node/markup.h"
#include "proto/bytes.h"

#define QR_MAX 1024 /* bytes of text: such a code can still be read from paper */

/* Write an SVG element: black on white whatever the page's colours, with its quiet zone; title is said to
 * those who cannot see it.  ERR_SIZE, ERR_MEMORY. */
enum err qr_svg(struct markup *m, struct bytes text, const char *title) MUST_CHECK;

/* Lines of half blocks: a character is two modules high.  On paper what is printed is dark; on a screen
 * colours are set, so that it is dark on light whatever the terminal's are.  malloc'd.  ERR_SIZE, ERR_MEMORY.
 */
enum qr_medium { QR_PAPER, QR_SCREEN };
enum err qr_blocks(struct bytes text, enum qr_medium medium, char **ret) MUST_CHECK;

#endif
