#include "node/armour.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char begin_mark[] = "-----BEGIN COMITY INVITATION-----";
static const char end_mark[] = "-----END COMITY INVITATION-----";

#define LINE_LEN 64
#define SUM_LEN 6
#define SUM_TEXT BASE64_LEN(SUM_LEN)

static enum err sum_text(struct bytes data, char ret[static SUM_TEXT + 1]) {
    struct digest digest = digest_of(data);
    size_t len = 0;

    return base64_put(ret, SUM_TEXT + 1, &len, (struct bytes){digest.b, SUM_LEN});
}

enum err armour_put(struct bytes data, const char *comments, char **ret) {
    char sum[SUM_TEXT + 1], *base64 = malloc(BASE64_LEN(data.len) + 1), *text = NULL;
    size_t len = 0, size = 0;
    enum err err = base64 ? base64_put(base64, BASE64_LEN(data.len) + 1, &len, data) : ERR_MEMORY;
    FILE *to = err ? NULL : open_memstream(&text, &size);

    if (!err)
        err = to ? sum_text(data, sum) : ERR_MEMORY;
    if (!err) {
        fprintf(to, "%s\n%s\n", begin_mark, comments);
        for (size_t at = 0; at < len; at += LINE_LEN)
            fprintf(to, "%.*s\n", LINE_LEN, base64 + at);
        fprintf(to, "=%s\n%s\n", sum, end_mark);
    }
    free(base64);
    if (to && fclose(to) && !err)
        err = ERR_MEMORY;
    if (err)
        free(text);
    else
        *ret = text;
    return err;
}

/* Cut a line, without what mail programs put around it. */
static bool cut_line(struct bytes *text, struct bytes *ret) {
    if (!line_cut(text, ret)) {
        *ret = *text;
        *text = (struct bytes){text->ptr, 0};
        if (!ret->len)
            return false;
    }
    while (ret->len && strchr("> \t", ret->ptr[0]) && ret->ptr[0])
        ret->ptr++, ret->len--;
    while (ret->len && strchr(" \t\r", ret->ptr[ret->len - 1]) && ret->ptr[ret->len - 1])
        ret->len--;
    return true;
}

struct gathered {
    char base64[BASE64_LEN(INVITATION_MAX)];
    size_t len;
    char sum[SUM_TEXT + 1];
    bool ended;
};

static enum err gather_line(struct gathered *g, struct bytes line) {
    if (!line.len || memchr(line.ptr, ':', line.len))
        return ERR_OK;
    if (line.ptr[0] == '=') {
        if (line.len != 1 + SUM_TEXT)
            return ERR_CORRUPT;
        memcpy(g->sum, line.ptr + 1, SUM_TEXT);
        return ERR_OK;
    }
    if (line.len > sizeof(g->base64) - g->len)
        return ERR_SIZE;
    memcpy(g->base64 + g->len, line.ptr, line.len);
    g->len += line.len;
    return ERR_OK;
}

static enum err gather(struct bytes text, struct gathered *g) {
    struct bytes line;
    bool begun = false;
    enum err err = ERR_OK;

    while (!err && !g->ended && cut_line(&text, &line)) {
        if (!begun)
            begun = bytes_is(line, begin_mark);
        else if (bytes_is(line, end_mark))
            g->ended = true;
        else
            err = gather_line(g, line);
    }
    if (err)
        return err;
    return !begun ? ERR_NOT_FOUND : g->ended ? ERR_OK : ERR_SHORT;
}

enum err armour_get(struct bytes text, uint8_t buffer[static INVITATION_MAX], struct bytes *ret) {
    struct gathered *g = calloc(1, sizeof(*g));
    char sum[SUM_TEXT + 1];
    size_t len = 0;
    enum err err = g ? gather(text, g) : ERR_MEMORY;

    if (!err)
        err = base64_get(buffer, INVITATION_MAX, &len, (struct bytes){(const uint8_t *)g->base64, g->len});
    if (!err)
        err = sum_text((struct bytes){buffer, len}, sum);
    if (!err && strcmp(sum, g->sum))
        err = ERR_CORRUPT;
    if (!err)
        *ret = (struct bytes){buffer, len};
    free(g);
    return err;
}
