#include "tests/lib/stick.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/test.h"

static uint64_t clock_s;

static uint64_t now_s(void) {
    return clock_s;
}

const char *stick_origin(unsigned number) {
    return world.site[number].class == LINK_OBSERVER ? "" : "test.example/zz/00000000000000aa";
}

static void use(struct stick *s, unsigned number) {
    clock_s = s->now_s ? s->now_s : 1;
    s->ops = (struct ops){.store = world.site[number].store,
                          .network = "test.example",
                          .origin = stick_origin(number),
                          .now_s = now_s};
    snprintf(s->path, sizeof s->path, "%s/stick", world.site[0].dir);
}

static enum err call(void *context, const char *name, struct bytes body, struct ops_reply *ret) {
    struct stick *s = context;
    ops_call(&s->ops, name, body, ret);
    return ERR_OK;
}

static void size_look(struct stick *s) {
    struct stat st;
    assert_int_equal(stat(s->path, &st), 0);
    s->size = (uint64_t)st.st_size;
}

void stick_write(struct stick *s, unsigned number, bool members) {
    struct bundling b = {.call = call, .context = s, .members = members};
    struct bundle_header header = {.network = "test.example", .members = members, .software = "test"};
    struct bundling_log *log;
    size_t count;
    use(s, number);
    header.made = now_s();
    snprintf(header.maker, sizeof header.maker, "%s", s->maker ? s->maker : stick_origin(number));
    FILE *to = fopen(s->path, "wb");
    assert_non_null(to);
    CHECK_OK(bundling_list(&b, &log, &count));
    CHECK_OK(bundle_writer_begin(&b.writer, to, &header));
    for (size_t i = 0; i < count; i++)
        if (bundling_put(&b, &log[i]))
            fail_msg("%s: %s", log[i].log.origin, b.complaint);
    CHECK_OK(bundle_writer_end(&b.writer));
    fclose(to);
    free(log);
    size_look(s);
    assert_int_equal(s->size, b.writer.bytes);
}

static enum err take(struct stick *s, unsigned number, int fd) {
    use(s, number);
    if (s->own)
        s->ops.origin = s->own;
    s->u = (struct unbundling){.progress = s->u.progress,
                               .call = call,
                               .context = s,
                               .fd = fd,
                               .network = s->ops.network,
                               .origin = s->ops.origin};
    enum err err = unbundling_run(&s->u);
    close(fd);
    if (!world.quiet)
        replica_rescan(world.site[number].replica);
    return err;
}

enum err stick_read(struct stick *s, unsigned number) {
    int fd = open(s->path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    return take(s, number, fd);
}

enum err stick_read_stream(struct stick *s, unsigned number) {
    uint8_t *bytes = stick_bytes(s);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        for (uint64_t at = 0; at < s->size;) {
            ssize_t put = write(ends[1], bytes + at, s->size - at);
            if (put <= 0)
                break;
            at += (uint64_t)put;
        }
        _exit(0);
    }
    close(ends[1]);
    free(bytes);
    enum err err = take(s, number, ends[0]);
    waitpid(child, NULL, 0);
    return err;
}

void stick_done(struct stick *s) {
    unbundling_close(&s->u);
}

const struct unbundled_log *stick_log(const struct stick *s, const struct author *a) {
    for (size_t i = 0; i < s->u.log_count; i++)
        if (!memcmp(s->u.log[i].log.id, a->id, LOG_ID_LEN))
            return &s->u.log[i];
    fail_msg("%s is not on the stick", a->origin);
    return NULL;
}

void stick_cut(struct stick *s, uint64_t size) {
    assert_int_equal(truncate(s->path, (off_t)size), 0);
    s->size = size;
}

void stick_flip(struct stick *s, uint64_t at, uint8_t bits) {
    uint8_t byte;
    int fd = open(s->path, O_RDWR | O_CLOEXEC);
    assert_int_equal(pread(fd, &byte, 1, (off_t)at), 1);
    byte ^= bits;
    assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
    close(fd);
}

uint8_t *stick_bytes(const struct stick *s) {
    uint8_t *bytes = malloc(s->size + 1);
    FILE *from = fopen(s->path, "rb");
    assert_true(bytes && from);
    assert_int_equal(fread(bytes, 1, s->size, from), s->size);
    fclose(from);
    return bytes;
}

void stick_put(struct stick *s, const uint8_t *bytes, uint64_t size) {
    FILE *to = fopen(s->path, "wb");
    assert_non_null(to);
    assert_int_equal(fwrite(bytes, 1, size, to), size);
    assert_int_equal(fclose(to), 0);
    s->size = size;
}
