#include "node/qr.h"

#include <errno.h>
#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/printer.h"

#define QUIET 4       /* modules around it, as the standard wants */
#define BLOCK_BYTES 3 /* of a half block in UTF-8 */

static enum err encode(struct bytes text, QRcode **ret) {
    if (text.len == 0 || text.len > QR_MAX)
        return ERR_SIZE;
    *ret = QRcode_encodeData((int)text.len, text.ptr, 0, QR_ECLEVEL_M);
    return *ret ? ERR_OK : errno == ENOMEM ? ERR_MEMORY : ERR_SIZE;
}

/* Whether a module is dark; around the code all are light. */
static bool dark(const QRcode *qr, int x, int y) {
    return x >= 0 && y >= 0 && x < qr->width && y < qr->width && (qr->data[y * qr->width + x] & 1);
}

/* A path of bars, each a run of dark modules. */
static void put_bars(struct markup *m, const QRcode *qr) {
    char bar[64];

    for (int y = 0; y < qr->width; y++)
        for (int x = 0, run; x < qr->width; x += run) {
            for (run = 1; dark(qr, x, y) && dark(qr, x + run, y); run++)
                ;
            if (!dark(qr, x, y))
                continue;
            snprintf(bar, sizeof(bar), "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, run, run);
            markup_html(m, bar);
        }
}

enum err qr_svg(struct markup *m, struct bytes text, const char *title) {
    QRcode *qr;
    char head[256];
    enum err err = encode(text, &qr);

    if (err)
        return err;
    int side = qr->width + 2 * QUIET;
    snprintf(head, sizeof(head),
             "<svg class=\"qr\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 %d %d\" "
             "shape-rendering=\"crispEdges\"",
             side, side);
    markup_html(m, head);
    markup_attribute(m, "aria-label", title);
    snprintf(head, sizeof(head), "><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path fill=\"#000\" d=\"", side,
             side);
    markup_html(m, head);
    put_bars(m, qr);
    markup_html(m, "\"/></svg>");
    QRcode_free(qr);
    return m->failed ? ERR_MEMORY : ERR_OK;
}

enum err qr_blocks(struct bytes text, enum qr_medium medium, char **ret) {
    static const char *const block[] = {" ", "▀", "▄", "█"}; /* upper, lower, both */
    static const char *const begin[] = {[QR_PAPER] = "", [QR_SCREEN] = "\033[30;107m"},
                             *const end[] = {[QR_PAPER] = "\n", [QR_SCREEN] = "\033[0m\n"};
    QRcode *qr;
    enum err err = encode(text, &qr);

    if (err)
        return err;
    size_t side = (size_t)qr->width + 2 * QUIET, max = (side / 2 + 1) * (side * BLOCK_BYTES + 16) + 1;
    struct printer p = {malloc(max), max, 0, ERR_OK};
    for (int y = -QUIET; p.to && y < qr->width + QUIET; y += 2) {
        printer_put(&p, "%s", begin[medium]);
        for (int x = -QUIET; x < qr->width + QUIET; x++)
            printer_put(&p, "%s", block[dark(qr, x, y) + 2 * dark(qr, x, y + 1)]);
        printer_put(&p, "%s", end[medium]);
    }
    QRcode_free(qr);
    if (!p.to)
        return ERR_MEMORY;
    *ret = p.to;
    return p.err;
}
