#include "node/logsource.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/file.h"

#define PATH_BYTES 4096

static enum err directory_get(void *context, const char *path, uint8_t **ret, size_t *ret_len) {
    char whole[PATH_BYTES];
    enum err err = file_path(whole, sizeof whole, context, path);
    return err != ERR_OK ? err : file_read(whole, LOGSOURCE_BYTES_MAX, ret, ret_len);
}

struct logsource logsource_directory(const char *dir) {
    return (struct logsource){directory_get, (void *)(uintptr_t)dir};
}

enum err logsource_head(const struct logsource *source, struct logsource_head *ret) {
    struct logsource_head head = {0};
    enum err err = source->get(source->context, "checkpoint", &head.bytes, &head.len);
    if (err != ERR_OK)
        return err;
    err = head.len > NOTE_MAX ? ERR_SIZE : note_parse((struct bytes){head.bytes, head.len}, &head.note);
    if (err == ERR_OK)
        err = checkpoint_parse(head.note.text, &head.checkpoint);
    if (err != ERR_OK) {
        free(head.bytes);
        return err;
    }
    *ret = head;
    return ERR_OK;
}
