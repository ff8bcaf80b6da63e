/* A key on paper: what lies in a safe in case that its file is lost.
 *
 * The words are the key itself, without any passphrase: they help when the passphrase is forgotten, and
 * whoever reads them holds the key.  The QR code is the key file, which only its passphrase opens: a scanner
 * that keeps what it saw learns nothing.  A sealed sheet has the code alone. */
#ifndef NODE_SHEET_H
#define NODE_SHEET_H

#include "node/keyfile.h"
#include "node/markup.h"

#define SHEET_MAX 65536

struct sheet {
    const struct keyfile *file;
    const uint8_t *seed; /* KEY_SEED_LEN bytes; NULL: a sealed sheet */
    const char *day;     /* of printing */
};

/* Plain text for any printer, or a page of HTML with nothing outside itself.  Both are wiped by the caller,
 * who gives SHEET_MAX bytes for the text.  ERR_FULL, ERR_SIZE, ERR_MEMORY. */
enum err sheet_text(const struct sheet *sheet, char *buffer, struct bytes *ret) MUST_CHECK;
enum err sheet_html(const struct sheet *sheet, struct markup *m) MUST_CHECK;

#endif
