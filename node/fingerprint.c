#include "node/fingerprint.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

void fingerprint_text(const struct digest *digest, char ret[static FINGERPRINT_TEXT]) {
    for (size_t i = 0; i < FINGERPRINT_LEN; i += 2) {
        hex_put(ret, digest->b + i, 2);
        ret += 4;
        *ret++ = i + 2 < FINGERPRINT_LEN ? ' ' : 0;
    }
}

void fingerprint_words(const struct digest *digest, char row_end, char ret[static FINGERPRINT_WORDS]) {
    mnemonic_put((struct bytes){digest->b, FINGERPRINT_LEN}, row_end, ret);
}

/* Read hex digits in any grouping; *ret_digits tells how many there were. */
static bool read_hex(const char *typed, uint8_t ret[static FINGERPRINT_LEN], size_t *ret_digits) {
    char digits[2 * FINGERPRINT_LEN + 1];
    size_t count = 0;

    for (; *typed; typed++) {
        if (isspace((unsigned char)*typed) || *typed == ':' || *typed == '-')
            continue;
        if (!isxdigit((unsigned char)*typed))
            return false;
        if (count < sizeof(digits) - 1)
            digits[count] = (char)tolower((unsigned char)*typed);
        count++;
    }
    *ret_digits = count;
    return count != 2 * FINGERPRINT_LEN ||
           hex_get(ret, FINGERPRINT_LEN, (struct bytes){(uint8_t *)digits, count}) == ERR_OK;
}

enum err fingerprint_compare(const struct digest *digest, const char *typed, char *ret_complaint) {
    uint8_t read[FINGERPRINT_LEN];
    struct mnemonic_fault fault;
    size_t digits = 0;
    char shown[FINGERPRINT_TEXT];

    if (read_hex(typed, read, &digits)) {
        if (digits != 2 * FINGERPRINT_LEN) {
            snprintf(ret_complaint, FINGERPRINT_COMPLAINT,
                     "a fingerprint has %d hex digits, and %zu were given", 2 * FINGERPRINT_LEN, digits);
            return ERR_SCHEMA;
        }
    } else if (mnemonic_get(bytes_str(typed), read, FINGERPRINT_LEN, &fault)) {
        mnemonic_complaint(&fault, ret_complaint, FINGERPRINT_COMPLAINT);
        return ERR_SCHEMA;
    }
    if (!memcmp(read, digest->b, FINGERPRINT_LEN))
        return ERR_OK;
    fingerprint_text(digest, shown);
    snprintf(ret_complaint, FINGERPRINT_COMPLAINT, "the fingerprint is %s, and not the one that was given",
             shown);
    return ERR_DENIED;
}
