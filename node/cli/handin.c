#include "node/cli/handin.h"

#include <stdlib.h>
#include <string.h>

#define CALL_BYTES 393216 /* drafts in one call; a frame is 1 MiB */

static const char head[] = "{\"drafts\":[", tail[] = "]}";

void handin_init(struct handin *h) {
    *h = (struct handin){.drop = json_array()};
}

void handin_free(struct handin *h) {
    free(h->text);
    json_decref(h->drop);
    *h = (struct handin){.text = NULL};
}

void handin_forget(struct handin *h) {
    h->len = h->waiting = 0;
    json_array_clear(h->drop);
}

void handin_drop(struct handin *h, const json_t *seqs) {
    json_array_extend(h->drop, (json_t *)(uintptr_t)seqs);
}

static bool append(struct handin *h, const char *text, size_t len) {
    if (h->len + len > h->room) {
        size_t room = 2 * (h->len + len);
        char *larger = realloc(h->text, room);
        if (larger == NULL)
            return false;
        h->text = larger;
        h->room = room;
    }
    memcpy(h->text + h->len, text, len);
    h->len += len;
    return true;
}

bool handin_add(struct handin *h, struct cli *cli, const json_t *draft) {
    char *text = json_dumps(draft, JSON_COMPACT);
    size_t len = text != NULL ? strlen(text) : 0;

    if (text != NULL && h->len + len > CALL_BYTES && !handin_send(h, cli)) {
        free(text);
        return false;
    }
    bool good = text != NULL &&
                append(h, h->waiting == 0 ? head : ",", h->waiting == 0 ? sizeof head - 1 : 1) &&
                append(h, text, len);
    if (good)
        h->waiting++;
    else
        cli->status = cli_err(cli, ERR_MEMORY, "the drafts", "");
    free(text);
    return good;
}

static bool send_added(struct handin *h, struct cli *cli) {
    if (h->waiting == 0)
        return true;
    if (!append(h, tail, sizeof tail - 1)) {
        cli->status = cli_err(cli, ERR_MEMORY, "the drafts", "");
        return false;
    }
    json_t *answer = cli_call_bytes(cli, "draft-add", (struct bytes){(const uint8_t *)h->text, h->len});
    if (answer == NULL)
        return false;
    json_decref(answer);
    h->added += h->waiting;
    h->len = h->waiting = 0;
    return true;
}

bool handin_send(struct handin *h, struct cli *cli) {
    if (!send_added(h, cli))
        return false;
    if (json_array_size(h->drop) == 0)
        return true;
    json_t *answer = cli_call(cli, "draft-drop", json_pack("{s:O}", "seqs", h->drop));
    if (answer == NULL)
        return false;
    json_decref(answer);
    json_array_clear(h->drop);
    return true;
}
