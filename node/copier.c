#include "node/copier.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

struct copier {
    struct store *store;
    uv_thread_t thread;
    bool started; /* the thread has to be joined */
    int fd;
    atomic_bool running;
    atomic_int err;
};

enum err copier_open(struct store *store, struct copier **ret) {
    struct copier *c = calloc(1, sizeof(*c));

    if (!c)
        return ERR_MEMORY;
    c->store = store;
    c->fd = -1;
    *ret = c;
    return ERR_OK;
}

static void run(void *context) {
    struct copier *c = context;

    atomic_store(&c->err, (int)store_copy(c->store, c->fd));
    atomic_store(&c->running, false);
}

/* The thread of the copy before has ended, or is about to. */
static void join(struct copier *c) {
    if (c->started)
        uv_thread_join(&c->thread);
    if (c->fd >= 0)
        close(c->fd);
    c->started = false;
    c->fd = -1;
}

enum err copier_begin(struct copier *c, const char *path) {
    if (atomic_load(&c->running))
        return ERR_BUSY;
    join(c);
    c->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (c->fd < 0)
        return errno == EEXIST ? ERR_EXISTS : errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    atomic_store(&c->err, ERR_OK);
    atomic_store(&c->running, true);
    c->started = !uv_thread_create(&c->thread, run, c);
    if (!c->started)
        atomic_store(&c->running, false);
    return c->started ? ERR_OK : ERR_IO;
}

struct copier_state copier_state(struct copier *c) {
    struct stat st;
    struct copier_state state = {.running = atomic_load(&c->running), .err = (enum err)atomic_load(&c->err)};

    if (c->fd >= 0 && !fstat(c->fd, &st))
        state.bytes = (uint64_t)st.st_size;
    return state;
}

void copier_close(struct copier *c) {
    if (!c)
        return;
    join(c);
    free(c);
}
