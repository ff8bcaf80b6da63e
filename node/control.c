#include "node/control.h"

#include <stdlib.h>
#include <string.h>

#include "node/answer.h"

struct control {
    uv_loop_t *loop;
    struct api *api;
    struct committer *writer;
    void (*done)(void *context, const struct committer_job *job);
    void *context;
};

/* A request in work.  It outlives its link: then link is NULL and nobody waits for the answer. */
struct request {
    struct control *control;
    struct link *link;
    uint64_t id;
    uv_work_t work;
    char *path; /* of a read; with the query behind its NUL */
    const char *query;
    struct api_reply reply;
};

static void answer(struct link *link, uint64_t id, uint64_t status, struct bytes body) {
    static const char large[] =
        "{\"error\":\"the answer is larger than a frame: ask for a smaller page\",\"code\":\"SIZE\"}";
    struct message m = {.id = id, .kind = MESSAGE_CALL | MESSAGE_ANSWER};
    m.result.status = status;
    m.result.body = body;
    if (body.len + 64 > FRAME_MAX) {
        m.result.status = 413;
        m.result.body = bytes_str(large);
    }
    struct frame *frame = answer_frame(&m);
    if (!frame)
        link_close(link, ERR_MEMORY);
    else if (link_send(link, frame))
        link_close(link, ERR_FULL);
}

static void answer_error_json(struct link *link, uint64_t id, uint64_t status, const char *text) {
    answer(link, id, status, bytes_str(text));
}

/* The request ends: its link may take the next one. */
static void request_end(struct request *q) {
    if (q->link)
        link_set_user(q->link, NULL);
    free(q->path);
    free(q->reply.body);
    free(q);
}

static void read_work(uv_work_t *work) {
    struct request *q = work->data;
    api_get(q->control->api, API_MEMBERS, q->path, q->query, &q->reply);
}

static void read_done(uv_work_t *work, int status) {
    struct request *q = work->data;
    (void)status;
    if (q->link)
        answer(q->link, q->id, q->reply.status, (struct bytes){(uint8_t *)q->reply.body, q->reply.len});
    request_end(q);
}

static void call_done(struct committer_job *job) {
    struct request *q = job->context;
    if (q->link)
        answer(q->link, q->id, job->reply.status, (struct bytes){(uint8_t *)job->reply.body, job->reply.len});
    q->control->done(q->control->context, job);
    committer_job_free(job);
    request_end(q);
}

/* "GET /path?query": cut at the question mark. */
static bool read_start(struct request *q, struct bytes name) {
    name.ptr += 4;
    name.len -= 4;
    q->path = calloc(1, name.len + 2);
    if (!q->path)
        return false;
    memcpy(q->path, name.ptr, name.len);
    char *mark = strchr(q->path, '?');
    q->query = mark ? mark + 1 : q->path + name.len;
    if (mark)
        *mark = '\0';
    q->work.data = q;
    return uv_queue_work(q->control->loop, &q->work, read_work, read_done) == 0;
}

/* The frame goes with the job. */
static bool call_start(struct request *q, const struct message *m, struct frame **frame) {
    struct committer_job *job = calloc(1, sizeof *job);
    if (!job)
        return false;
    job->message = *m;
    job->context = q;
    job->done = call_done;
    job->frame = *frame;
    if (committer_submit(q->control->writer, job)) {
        free(job);
        return false;
    }
    *frame = NULL;
    return true;
}

static void start(struct control *control, struct link *link, const struct message *m, struct frame **frame) {
    struct request *q = calloc(1, sizeof *q);
    bool started = false;
    if (q) {
        q->control = control;
        q->link = link;
        q->id = m->id;
        bool read = m->call.name.len > 4 && memcmp(m->call.name.ptr, "GET ", 4) == 0;
        started = read ? read_start(q, m->call.name) : call_start(q, m, frame);
    }
    if (started) {
        link_set_user(link, q);
        return;
    }
    if (q)
        free(q->path);
    free(q);
    answer_error_json(link, m->id, OPS_ERROR,
                      "{\"error\":\"too much at once: try again\",\"code\":\"BUSY\"}");
}

void control_message(struct control *control, struct link *link, struct frame *frame) {
    struct message m;
    enum err err = message_decode((struct bytes){frame->data, frame->len}, &m);
    if (err || m.kind != MESSAGE_CALL)
        link_close(link, err ? err : ERR_MESSAGE);
    else if (link_user(link))
        answer_error_json(link, m.id, OPS_ERROR, "{\"error\":\"one request at a time\",\"code\":\"BUSY\"}");
    else
        start(control, link, &m, &frame);
    frame_free(frame);
}

void control_down(struct control *control, struct link *link) {
    struct request *q = link_user(link);
    (void)control;
    if (q)
        q->link = NULL;
}

enum err control_open(uv_loop_t *loop, struct api *api, struct committer *writer,
                      void (*done)(void *context, const struct committer_job *job), void *context,
                      struct control **ret) {
    struct control *control = calloc(1, sizeof *control);
    if (!control)
        return ERR_MEMORY;
    *control = (struct control){loop, api, writer, done, context};
    *ret = control;
    return ERR_OK;
}

void control_close(struct control *control) {
    free(control);
}
