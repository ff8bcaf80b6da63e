#include "node/sheet.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/fingerprint.h"
#include "node/printer.h"
#include "node/qr.h"

#define OPEN_WARNING                                                                                         \
    "WHOEVER READS THIS SHEET HOLDS THE KEY. The words need no passphrase. Keep it in a safe, apart from "   \
    "the "                                                                                                   \
    "computer; never photograph or copy it; destroy it when the key has been replaced."
#define SEALED_WARNING                                                                                       \
    "The code below opens with the passphrase that the key file had on the day of printing, and with "       \
    "nothing "                                                                                               \
    "else: if it is forgotten, this sheet is of no use."

/* What both forms say. */
struct lines {
    char title[KEY_NAME_MAX + 64], fingerprint[FINGERPRINT_TEXT], spoken[FINGERPRINT_WORDS];
    char file[KEYFILE_MAX + 1];
    char restore[KEY_NAME_MAX + 96];
};

static enum err lines_make(const struct sheet *s, struct lines *ret) {
    const struct keyfile *f = s->file;
    const char *slash = strchr(f->name, '/');
    struct digest digest = authority_commitment(&f->key);
    struct bytes printed;
    enum err err = keyfile_print(f, ret->file, KEYFILE_MAX, &printed);

    if (err)
        return err;
    ret->file[printed.len] = 0;
    snprintf(ret->title, sizeof(ret->title), "comity: %s key of %s",
             f->kind == KEYFILE_ROOT ? "a root" : "an operator", f->name);
    fingerprint_text(&digest, ret->fingerprint);
    fingerprint_words(&digest, '\n', ret->spoken);
    snprintf(ret->restore, sizeof(ret->restore), "comity key restore NEW.key --network %.*s --state %.2s%s",
             slash ? (int)(slash - f->name) : 0, f->name, slash ? slash + 1 : "",
             f->kind == KEYFILE_OPERATOR ? " --operator" : "");
    return ERR_OK;
}

/* ---- plain text ---- */

/* A long sentence in lines of at most 76 characters. */
static void put_wrapped(struct printer *p, const char *text) {
    while (strlen(text) > 76) {
        size_t cut = 76;
        while (text[cut] != ' ')
            cut--;
        printer_put(p, "%.*s\n", (int)cut, text);
        text += cut + 1;
    }
    printer_put(p, "%s\n", text);
}

/* Rows of words with the number of each row's first word in front. */
static void put_rows(struct printer *p, char *words) {
    unsigned at = 1;

    for (char *row = words, *end; row; row = end, at += MNEMONIC_ROW) {
        end = strchr(row, '\n');
        if (end)
            *end++ = 0;
        printer_put(p, "   %2u. ", at);
        for (char *word = row, *next; word; word = next) {
            next = strchr(word, ' ');
            if (next)
                *next++ = 0;
            printer_put(p, next ? "%-10s" : "%s", word);
        }
        printer_put(p, "\n");
    }
}

static void put_secret(struct printer *p, const uint8_t *seed) {
    char *words = sodium_malloc(MNEMONIC_TEXT);

    if (!words) {
        p->err = ERR_MEMORY;
        return;
    }
    mnemonic_put((struct bytes){seed, KEY_SEED_LEN}, '\n', words);
    printer_put(p, "\nThe key in words, row by row:\n\n");
    put_rows(p, words);
    sodium_free(words);
}

enum err sheet_text(const struct sheet *sheet, char *buffer, struct bytes *ret) {
    struct printer p = {buffer, SHEET_MAX, 0, ERR_OK};
    struct lines l;
    char *code = NULL;
    enum err err = lines_make(sheet, &l);

    if (!err)
        err = qr_blocks(bytes_str(l.file), QR_PAPER, &code);
    if (err)
        return err;
    printer_put(&p, "%s\nprinted on %s\n\n", l.title, sheet->day);
    put_wrapped(&p, sheet->seed ? OPEN_WARNING : SEALED_WARNING);
    printer_put(&p, "\nFingerprint of its public key, which is no secret:\n\n   %s\n\n", l.fingerprint);
    put_rows(&p, l.spoken);
    if (sheet->seed)
        put_secret(&p, sheet->seed);
    printer_put(&p, "\nThe key file under its passphrase, as a QR code and as text:\n\n%s\n%s", code, l.file);
    printer_put(&p,
                "\nTo have the key again, on a machine without a network:\n\n   %s\n\nand %s\n"
                "Then compare the fingerprint.\n",
                l.restore,
                sheet->seed ? "type the words (four letters of each are enough), or the code's text."
                            : "give it the code's text.");
    free(code);
    if (!p.err)
        *ret = (struct bytes){(const uint8_t *)buffer, p.len};
    return p.err;
}

/* ---- HTML ---- */

static void html_rows(struct markup *m, char *words) {
    char number[8];
    unsigned at = 1;

    markup_html(m, "<table>");
    for (char *row = words, *end; row; row = end, at += MNEMONIC_ROW) {
        end = strchr(row, '\n');
        if (end)
            *end++ = 0;
        snprintf(number, sizeof(number), "%u.", at);
        markup_html(m, "<tr><th>");
        markup_text(m, number);
        for (char *word = row, *next; word; word = next) {
            next = strchr(word, ' ');
            if (next)
                *next++ = 0;
            markup_html(m, "</th><td>");
            markup_text(m, word);
            markup_html(m, "</td>");
        }
        markup_html(m, "</tr>");
    }
    markup_html(m, "</table>");
}

static enum err html_secret(struct markup *m, const uint8_t *seed) {
    char *words = sodium_malloc(MNEMONIC_TEXT);

    if (!words)
        return ERR_MEMORY;
    mnemonic_put((struct bytes){seed, KEY_SEED_LEN}, '\n', words);
    markup_html(m, "<h2>The key in words, row by row</h2>");
    html_rows(m, words);
    sodium_free(words);
    return ERR_OK;
}

static void html_head(struct markup *m, const struct sheet *sheet, const struct lines *l) {
    markup_html(m, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
    markup_text(m, l->title);
    markup_html(
        m, "</title><style>"
           "body{font:11pt/1.4 serif;max-width:170mm;margin:10mm auto;color:#000;background:#fff}"
           "h1{font-size:16pt;margin:0}h2{font-size:12pt;margin:5mm 0 1mm}"
           "strong{display:block;border:2pt solid #000;padding:3mm;margin:4mm 0}"
           "td,pre,code{font:10.5pt/1.5 monospace}td{padding-right:5mm}th{font-weight:400;text-align:right;"
           "padding-right:3mm}pre{font-size:8pt;white-space:pre-wrap;word-break:break-all}"
           "svg{width:62mm;height:62mm}@page{margin:15mm}</style></head><body><h1>");
    markup_text(m, l->title);
    markup_html(m, "</h1><p>printed on ");
    markup_text(m, sheet->day);
    markup_html(m, "</p><strong>");
    markup_text(m, sheet->seed ? OPEN_WARNING : SEALED_WARNING);
    markup_html(m, "</strong><h2>Fingerprint of its public key, which is no secret</h2><code>");
    markup_text(m, l->fingerprint);
    markup_html(m, "</code>");
}

enum err sheet_html(const struct sheet *sheet, struct markup *m) {
    struct lines l;
    enum err err = lines_make(sheet, &l);

    if (err)
        return err;
    html_head(m, sheet, &l);
    html_rows(m, l.spoken);
    if (sheet->seed)
        err = html_secret(m, sheet->seed);
    markup_html(m, "<h2>The key file under its passphrase, as a QR code and as text</h2>");
    if (!err)
        err = qr_svg(m, bytes_str(l.file), "key file");
    markup_html(m, "<pre>");
    /* Line by line: what is no plain text would be spelled out. */
    for (char *line = l.file, *end; !err && (end = strchr(line, '\n')); line = end + 1) {
        *end = 0;
        markup_text(m, line);
        markup_html(m, "\n");
    }
    markup_html(m, "</pre><h2>To have the key again, on a machine without a network</h2><p><code>");
    markup_text(m, l.restore);
    markup_html(m,
                sheet->seed
                    ? "</code>, and type the words (four letters of each are enough), or the code’s text. "
                      "Then compare the fingerprint.</p></body></html>\n"
                    : "</code>, and give it the code’s text. Then compare the fingerprint.</p></body></html>"
                      "\n");
    return err ? err : m->failed ? ERR_MEMORY : ERR_OK;
}
