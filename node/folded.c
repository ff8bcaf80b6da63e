#include "node/folded.h"

#include <stdlib.h>
#include <string.h>

bool folded_next(struct folded *f, struct bytes *ret) {
    const uint8_t *at = f->at;

    if (at == f->end)
        return false;
    while (at < f->end && *at != '\n' && *at != '\r')
        at++;
    *ret = (struct bytes){f->at, (size_t)(at - f->at)};
    while (at < f->end && *at == '\r')
        at++;
    if (at < f->end && *at == '\n')
        at++;
    f->at = at;
    f->line++;
    return true;
}

bool folded_begins(const struct folded *f, const char *characters) {
    return f->at < f->end && *f->at != '\0' && strchr(characters, *f->at) != NULL;
}

bool folded_add(struct folded_text *to, struct bytes piece) {
    if (piece.len > to->max - to->len) {
        to->cut = true;
        piece.len = to->max - to->len;
    }
    if (to->len + piece.len + 1 > to->room) {
        size_t room = (to->len + piece.len + 1) * 2;
        char *more = realloc(to->text, room);
        if (more == NULL)
            return false;
        to->text = more;
        to->room = room;
    }
    if (piece.len > 0)
        memcpy(to->text + to->len, piece.ptr, piece.len);
    to->len += piece.len;
    to->text[to->len] = '\0';
    return true;
}
