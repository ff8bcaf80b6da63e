#include "tests/lib/apisource.h"

#include <stdio.h>
#include <stdlib.h>

static enum err get(void *context, const char *path, uint8_t **ret, size_t *ret_len) {
    const struct apisource *a = context;
    struct api_reply reply;
    char whole[256];

    snprintf(whole, sizeof whole, "/log/%s/%s", a->origin, path);
    api_get(a->api, API_PUBLIC, whole, "", &reply);
    if (reply.status != 200) {
        free(reply.body);
        return reply.status == 404 ? ERR_NOT_FOUND : ERR_IO;
    }
    *ret = (uint8_t *)reply.body;
    *ret_len = reply.len;
    return ERR_OK;
}

struct logsource apisource_of(struct apisource *a) {
    return (struct logsource){get, a};
}
