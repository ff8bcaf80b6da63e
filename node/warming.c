#include "node/warming.h"

#include <stdlib.h>

#include "proto/digest.h"

struct warming {
    uv_work_t work;
    struct api *api;
};

static void ask(uv_work_t *work) {
    struct warming *w = work->data;
    unsigned status;

    json_decref(api_json(w->api, API_PUBLIC, "/api/v1/status", "", &status));
    digest_thread_done();
}

static void done(uv_work_t *work, int status) {
    (void)status;
    free(work->data);
}

void warming_start(uv_loop_t *loop, struct api *api) {
    struct warming *w = calloc(1, sizeof *w);

    if (w == NULL)
        return;
    w->api = api;
    w->work.data = w;
    if (uv_queue_work(loop, &w->work, ask, done) != 0)
        free(w);
}
