#include "node/cli/remembered.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/file.h"
#include "proto/digest.h"
#include "proto/limits.h"

#define REMEMBERED_MAX (64u << 20)
#define PATH_BYTES 4096

static const char shared_mark[] = "shared ";

static bool path_of(const struct cli *cli, const char *source, char *path, size_t size) {
    char name[80], hex[17];
    struct digest d = digest_of(bytes_str(source));
    hex_put(hex, d.b, 8);
    snprintf(name, sizeof name, "import/%s.ids", hex);
    return file_path(path, size, cli->config.dir, name) == ERR_OK;
}

void remembered_read(struct remembered *r, const struct cli *cli, const char *source) {
    char path[PATH_BYTES], id[2 * CONTACT_ID_LEN + 1];
    uint8_t *data;
    size_t len;

    r->ids = json_object();
    r->shared = json_object();
    if (!path_of(cli, source, path, sizeof path) || file_read(path, REMEMBERED_MAX, &data, &len) != ERR_OK)
        return;
    struct bytes rest = {data, len}, line;
    while (line_cut(&rest, &line)) {
        size_t skip = line.len == sizeof id - 1 + sizeof shared_mark - 1 ? sizeof shared_mark - 1 : 0;
        if (line.len - skip != sizeof id - 1)
            continue;
        memcpy(id, line.ptr + skip, sizeof id - 1);
        id[sizeof id - 1] = '\0';
        json_object_set_new(skip > 0 ? r->shared : r->ids, id, json_true());
    }
    free(data);
}

void remembered_free(struct remembered *r) {
    json_decref(r->ids);
    json_decref(r->shared);
    r->ids = r->shared = NULL;
}

void remembered_write(const struct cli *cli, const char *source, const json_t *ids, const json_t *shared) {
    char path[PATH_BYTES], *text = NULL;
    const char *id;
    json_t *value;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    if (to == NULL)
        return;
    json_object_foreach((json_t *)(uintptr_t)ids, id, value) fprintf(to, "%s\n", id);
    json_object_foreach((json_t *)(uintptr_t)shared, id, value) fprintf(to, "%s%s\n", shared_mark, id);
    fclose(to);
    if (file_path(path, sizeof path, cli->config.dir, "import") == ERR_OK)
        (void)!mkdir(path, 0700);
    if (!path_of(cli, source, path, sizeof path) ||
        file_replace(path, (struct bytes){(const uint8_t *)text, len}) != ERR_OK)
        cli_say(cli, 0,
                "what this source had could not be noted in %s: contacts that a later file leaves out "
                "will not be told",
                path);
    free(text);
}
