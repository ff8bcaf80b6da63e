#include "tests/store/two_states.h"

#include "tests/test.h"

int open_two_states(void **state) {
    static struct fixture f;
    tmp_open(f.dir);
    f.store = author_store(f.dir, 0);
    author_open(&f.fr, "fr", 1);
    author_open(&f.ke, "ke", 2);
    author_register(&f.fr, f.store);
    author_register(&f.ke, f.store);
    *state = &f;
    return 0;
}

int close_them(void **state) {
    struct fixture *f = *state;
    store_close(f->store);
    author_close(&f->fr);
    author_close(&f->ke);
    tmp_close(f->dir);
    digest_thread_done();
    return 0;
}

void publish_all(struct fixture *f, struct author *a) {
    struct log_record record;
    struct txn t;
    txn_begin(&t, f->store, true);
    CHECK_OK(author_deliver(a, &t, a->size, a->size, &record));
    CHECK_OK(txn_commit(&t));
}
