/* The writer's queue: so many jobs wait, one more is told that it is too much, and all that were taken are
 * done. */
#include "node/committer.h"

#include <stdlib.h>
#include <string.h>

#include "node/tally.h"
#include "tests/lib/tmp.h"
#include "tests/store/author.h"
#include "tests/test.h"

static uv_sem_t begun, go_on;
static unsigned ran, done;

static void wait_run(struct committer_job *job, struct store *store) {
    (void)job;
    (void)store;
    uv_sem_post(&begun);
    uv_sem_wait(&go_on);
}

static void count_run(struct committer_job *job, struct store *store) {
    (void)job;
    (void)store;
    ran++;
}

static void count_done(struct committer_job *job) {
    done++;
    committer_job_free(job);
}

static struct committer_job *job_new(void (*run)(struct committer_job *job, struct store *store)) {
    struct committer_job *job = calloc(1, sizeof *job);
    assert_non_null(job);
    job->run = run;
    job->done = count_done;
    return job;
}

static void so_many_jobs_wait_and_one_more_is_too_much(void **state) {
    (void)state;
    char dir[TMP_LEN];
    struct committer *writer;
    uv_loop_t loop;
    tmp_open(dir);
    struct ops ops = {.store = author_store(dir, 0), .network = "test.example", .origin = ""};
    assert_int_equal(uv_sem_init(&begun, 0), 0);
    assert_int_equal(uv_sem_init(&go_on, 0), 0);
    uv_loop_init(&loop);
    CHECK_OK(committer_open(&loop, ops.store, &ops, &writer));
    CHECK_OK(committer_submit(writer, job_new(wait_run)));
    uv_sem_wait(&begun); /* it does not wait any more: the queue is empty */
    for (unsigned i = 0; i < COMMITTER_QUEUE_MAX; i++)
        CHECK_OK(committer_submit(writer, job_new(count_run)));
    struct committer_job *more = job_new(count_run);
    uint64_t busy = tally_get(TALLY_WRITER_BUSY);
    CHECK_ERR(committer_submit(writer, more), ERR_BUSY);
    assert_int_equal(tally_get(TALLY_WRITER_BUSY), busy + 1);
    committer_job_free(more);
    uv_sem_post(&go_on);
    committer_close(writer);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(ran, COMMITTER_QUEUE_MAX);
    assert_int_equal(done, COMMITTER_QUEUE_MAX + 1);
    assert_int_equal(uv_loop_close(&loop), 0);
    store_close(ops.store);
    uv_sem_destroy(&begun);
    uv_sem_destroy(&go_on);
    tmp_close(dir);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(so_many_jobs_wait_and_one_more_is_too_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
