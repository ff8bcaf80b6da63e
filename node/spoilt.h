/* Text that has lost letters on its way, when a program saved or read it in a set of characters that does not
 * have them: it cannot be mended here, but pointed out. */
#ifndef NODE_SPOILT_H
#define NODE_SPOILT_H

/* What is wrong with it and what to do, or NULL if nothing seems to be.  Static. */
const char *spoilt_text(const char *text);

#endif
