/* A State's officer for crash tests: the real store, ledger, publisher and gate, in a process that may be
 * killed at any instant.
 *
 * usage: clerk DIR begin         a new State in an empty directory
 *        clerk DIR write COUNT   finish what a crash has left, then publish COUNT batches of a contact or
 * more clerk DIR check         look whether all is well, finish what a crash has left, and look again
 *
 * Lines on standard output: "AT size root signature" of what the ledger holds, "DRAFTED size count" when so
 * many drafts are kept upon that size, "ACK size root signature" when a batch is published and durable;
 * "DRAFTS count" of what is there, and "STATE name" of what a crash has left.  Exit status 0; 1 if something
 * is not as it should be, 2 if something could not be done: standard error says what. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/officer.h"
#include "tests/lib/sound.h"

#define BATCH_MAX 5

static struct officer officer;

static _Noreturn void stop(int status, const char *what, const char *why) {
    fprintf(stderr, "clerk: %s: %s\n", what, why);
    fflush(stderr);
    _exit(status);
}

static void failed(const char *what) {
    stop(2, what, "it could not be done");
}

static void must(enum err err, const char *what) {
    if (err)
        stop(err == ERR_CORRUPT || err == ERR_ROOT || err == ERR_FORK ? 1 : 2, what, err_text(err));
}

/* One write, so that a kill leaves no half of a line. */
static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...) {
    char line[300];
    va_list more;
    va_start(more, format);
    int len = vsnprintf(line, sizeof line, format, more);
    va_end(more);
    if (write(STDOUT_FILENO, line, (size_t)len) != len)
        stop(2, "standard output", "closed");
}

static void say_ledger(const char *word) {
    char root[2 * DIGEST_LEN + 1], signature[2 * SIGNATURE_LEN + 1];
    struct ledger l;
    enum err err = ledger_load(officer.dir, &l);
    if (err == ERR_NOT_FOUND) /* it was never made: nothing was signed */
        return;
    must(err, "the ledger");
    hex_put(root, l.root.b, DIGEST_LEN);
    hex_put(signature, l.last.signature.b, SIGNATURE_LEN);
    say("%s %llu %s %s\n", word, (unsigned long long)l.frontier.size, root, signature);
}

static unsigned drafts(void) {
    json_t *page = officer_call(&officer, "draft-list", json_object(), OPS_DONE);
    size_t count = json_array_size(json_object_get(page, "drafts"));
    json_decref(page);
    return (unsigned)count;
}

static void check_store(void) {
    char why[SOUND_TEXT];
    struct txn t;
    txn_begin(&t, officer.store, false);
    bool good = sound_store(&t, why);
    must(t.err, "the store");
    if (!good)
        stop(1, "the store", why);
    txn_abort(&t);
}

/* The own log, and how ledger and pending batch stand to it. */
static enum standing_state look(struct ownlog *ret) {
    struct standing standing;
    *ret = officer_log(&officer);
    must(publisher_look(&officer.publisher, ret, &standing), "the ledger or the pending batch");
    return standing.state;
}

/* Whatever a crash leaves can be finished, and nothing needs a person. */
static void finish(void) {
    static const char *const names[] = {
        [STANDING_CLEAN] = "clean", [STANDING_HALF] = "half", [STANDING_DONE] = "done"};
    struct ownlog log;
    enum standing_state state = look(&log);
    if (state > STANDING_DONE) {
        char text[STANDING_TEXT_MAX];
        standing_say(&(struct standing){.state = state}, &log, text, sizeof text);
        stop(1, "a crash has left what needs a person", text);
    }
    say("STATE %s\n", names[state]);
    if (state != STANDING_CLEAN)
        must(publisher_finish(&officer.publisher, &log), "finishing");
    if (look(&log) != STANDING_CLEAN)
        stop(1, "finishing", "it is not clean afterwards");
    say_ledger("AT");
    say("DRAFTS %u\n", drafts());
}

static void publish(void) {
    struct ownlog log = officer_log(&officer);
    struct pending batch;
    struct checkpoint head;
    officer_draft_from(&officer, (unsigned)log.size + 1, 1 + (unsigned)log.size % BATCH_MAX);
    say("DRAFTED %llu %u\n", (unsigned long long)log.size, drafts());
    officer_batch(&officer, &batch);
    enum err err = publisher_run(&officer.publisher, &log, &batch, officer.operator_secret, &head);
    officer_batch_free(&batch);
    must(err, "publishing");
    say_ledger("ACK");
}

int main(int argc, char **argv) {
    if (argc < 3)
        stop(64, "usage", "clerk DIR begin | write COUNT | trust COUNT | check");
    officer_failed = failed;
    snprintf(officer.dir, sizeof officer.dir, "%s", argv[1]);
    if (!strcmp(argv[2], "begin")) {
        officer_begin(&officer, "test.example", "fr", 1, PART_MEMBERS);
    } else {
        officer_resume(&officer, "test.example", "fr", 1);
        if (strcmp(argv[2], "trust"))
            check_store();
        say_ledger("AT");
        finish();
    }
    for (long count = argc > 3 ? strtol(argv[3], NULL, 10) : 0; count > 0; count--)
        publish();
    if (strcmp(argv[2], "trust"))
        check_store();
    store_close(officer.store);
    digest_thread_done();
    return 0;
}
