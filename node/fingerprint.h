/* Fingerprints: the first 160 bits of a digest, shown so that two people can compare them.
 *
 * As hex in groups of four, as words with check words (node/mnemonic.h), or as a QR code of the hex. */
#ifndef NODE_FINGERPRINT_H
#define NODE_FINGERPRINT_H

#include "node/mnemonic.h"
#include "proto/digest.h"

#define FINGERPRINT_LEN 20
#define FINGERPRINT_TEXT (FINGERPRINT_LEN * 2 + FINGERPRINT_LEN / 2)
#define FINGERPRINT_WORDS MNEMONIC_TEXT
#define FINGERPRINT_COMPLAINT 300

/* Groups of four hex digits. */
void fingerprint_text(const struct digest *digest, char ret[static FINGERPRINT_TEXT]);

/* Four rows of six words; between rows stands row_end, a newline or a blank. */
void fingerprint_words(const struct digest *digest, char row_end, char ret[static FINGERPRINT_WORDS]);

/* Compare with what somebody typed or scanned: hex or words, blanks and case do not count.  ERR_DENIED: it is
 * another one.  ERR_SCHEMA: it is none.  complaint (FINGERPRINT_COMPLAINT bytes) says so to people. */
enum err fingerprint_compare(const struct digest *digest, const char *typed, char *ret_complaint) MUST_CHECK;

#endif
