#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "node/bundling.h"
#include "node/cli/commands.h"
#include "node/cli/terminal.h"
#include "node/file.h"

struct exporting {
    struct cli *cli;
    const char *target; /* "-": standard output */
    bool public, replace;
    struct bundling bundling;
    struct bundling_log *log;
    size_t count;
    struct progress progress;
    char work[PATH_LEN + 16]; /* the file while it is written; "" if there is none */
};

static bool failed(struct exporting *x, enum err err, const char *what) {
    if (err == ERR_DENIED && *x->bundling.complaint)
        x->cli->status = cli_say(x->cli, CLI_REFUSED, "%s: %s", what, x->bundling.complaint);
    else
        x->cli->status = cli_err(x->cli, err, what,
                                 err == ERR_DISK_FULL   ? "Make room there, or name another place"
                                 : err == ERR_NOT_FOUND ? "It is not followed any more: do it again"
                                                        : "");
    return false;
}

/* ---- which logs ---- */

/* By the code of the State, or the origin, or how that begins. */
static bool is_meant(const struct bundling_log *log, const char *name) {
    return strlen(name) == CODE_LEN ? !strcasecmp(log->state, name)
                                    : !strncmp(log->log.origin, name, strlen(name));
}

static bool choose(struct exporting *x, int count, char **name) {
    for (size_t i = 0; i < x->count; i++)
        x->log[i].left_out = count > 0;
    for (int n = 0; n < count; n++) {
        bool found = false;
        for (size_t i = 0; i < x->count; i++)
            if (is_meant(&x->log[i], name[n])) {
                found = true;
                x->log[i].left_out = false;
            }
        if (!found) {
            x->cli->status =
                cli_say(x->cli, CLI_REFUSED,
                        "%s: this node carries no such log, or it has no entries; comity log list shows them",
                        name[n]);
            return false;
        }
    }
    return true;
}

static uint64_t entries_of(const struct exporting *x, unsigned *ret_logs) {
    uint64_t all = 0;
    *ret_logs = 0;
    for (size_t i = 0; i < x->count; i++) {
        all += x->log[i].left_out ? 0 : x->log[i].log.size;
        *ret_logs += !x->log[i].left_out;
    }
    return all;
}

/* ---- the file ---- */

static enum err call(void *context, const char *name, struct bytes body, struct ops_reply *ret) {
    struct exporting *x = context;
    return session_call(x->cli->session, name, body, ret);
}

static void progress(void *context, uint64_t entries) {
    struct exporting *x = context;
    progress_at(&x->progress, entries);
}

static bool write_all(struct exporting *x, FILE *to) {
    struct bundle_header header = {.members = x->bundling.members, .made = (uint64_t)time(NULL)};
    unsigned logs;
    snprintf(header.network, sizeof header.network, "%s", x->cli->config.network);
    snprintf(header.maker, sizeof header.maker, "%s", x->cli->config.origin);
    snprintf(header.software, sizeof header.software, "comity/" COMITY_VERSION);
    progress_begin(&x->progress, "bundle", entries_of(x, &logs));
    const char *what = x->target;
    enum err err = bundle_writer_begin(&x->bundling.writer, to, &header);
    for (size_t i = 0; i < x->count && !err; i++) {
        if (x->log[i].left_out)
            continue;
        err = bundling_put(&x->bundling, &x->log[i]);
        if (err == ERR_DENIED || err == ERR_NOT_FOUND)
            what = x->log[i].log.origin;
    }
    if (!err)
        err = bundle_writer_end(&x->bundling.writer);
    progress_end(&x->progress);
    return err ? failed(x, err, what) : true;
}

/* A medium may have a file system that cannot rename without replacing. */
static bool rename_new(const char *from, const char *to) {
    struct stat st;
    if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE))
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    errno = EEXIST;
    return lstat(to, &st) && errno == ENOENT && !rename(from, to);
}

static bool deliver(struct exporting *x, FILE *to) {
    bool good = write_all(x, to);
    if (good && fsync(fileno(to)))
        good = failed(x, errno == ENOSPC ? ERR_DISK_FULL : ERR_IO, x->target);
    if (fclose(to) && good)
        good = failed(x, errno == ENOSPC ? ERR_DISK_FULL : ERR_IO, x->target);
    if (good && (x->replace ? rename(x->work, x->target) : !rename_new(x->work, x->target)))
        good = failed(x, errno == EEXIST ? ERR_EXISTS : ERR_IO, x->target);
    if (good && file_sync_dir(x->target))
        good = failed(x, ERR_IO, x->target);
    if (!good)
        unlink(x->work);
    return good;
}

static bool to_file(struct exporting *x) {
    snprintf(x->work, sizeof x->work, "%.*s.tmp-XXXXXX", PATH_LEN, x->target);
    int fd = mkstemp(x->work); /* 0600 */
    FILE *to = fd < 0 ? NULL : fdopen(fd, "wb");
    if (to)
        return deliver(x, to);
    x->cli->status = cli_say(x->cli, CLI_REFUSED, "%s: %s: name another place", x->target, strerror(errno));
    if (fd >= 0) {
        close(fd);
        unlink(x->work);
    }
    return false;
}

/* ---- what is said ---- */

static void print_json(const struct exporting *x) {
    json_t *logs = json_array();
    char sum[2 * DIGEST_LEN + 1];
    hex_put(sum, x->bundling.writer.end.sum.b, DIGEST_LEN);
    for (size_t i = 0; i < x->count; i++)
        if (!x->log[i].left_out)
            json_array_append_new(logs,
                                  json_pack("{s:s, s:s, s:I, s:I}", "state", x->log[i].state, "origin",
                                            x->log[i].log.origin, "epoch", (json_int_t)x->log[i].log.epoch,
                                            "entries", (json_int_t)x->log[i].entries));
    json_t *document = json_pack("{s:s, s:s, s:b, s:I, s:I, s:s, s:o}", "bundle", x->target, "network",
                                 x->cli->config.network, "members", (int)x->bundling.members, "packages",
                                 (json_int_t)x->bundling.writer.end.packages, "bytes",
                                 (json_int_t)x->bundling.writer.bytes, "sum", sum, "logs", logs);
    cli_print_json(document);
    json_decref(document);
}

static void print_made(const struct exporting *x) {
    const struct bundling *b = &x->bundling;
    FILE *to = strcmp(x->target, "-") ? stdout : stderr;
    fprintf(to, "Wrote %s: %" PRIu64 " log%s, %" PRIu64 " entries, %" PRIu64 " bytes.\n",
            strcmp(x->target, "-") ? x->target : "standard output", b->writer.end.logs,
            b->writer.end.logs == 1 ? "" : "s", b->entries, b->writer.bytes);
    fputs(b->members ? "It holds members' parts: for States alone. Carry it as you carry the node's backup; "
                       "--public makes one that an observer may have.\n"
                     : "It holds public parts alone: an observer may have it.\n",
          to);
}

static int export(struct exporting *x, int count, char **name) {
    struct stat st;
    bool out = !strcmp(x->target, "-");
    if (strlen(x->target) >= PATH_LEN)
        return cli_err(x->cli, ERR_SIZE, x->target, "");
    if (out && x->cli->json)
        return cli_say(x->cli, CLI_USAGE, "standard output takes the bundle: --json wants a FILE");
    if (out && isatty(STDOUT_FILENO))
        return cli_say(x->cli, CLI_USAGE, "standard output is a terminal: name a FILE, or lead it elsewhere");
    if (!out && !x->replace && !lstat(x->target, &st))
        return cli_say(x->cli, CLI_REFUSED, "%s is there already: name another file, or say --replace",
                       x->target);
    if (!cli_open(x->cli))
        return x->cli->status;
    x->bundling.members = !x->public && *x->cli->config.origin;
    enum err err = bundling_list(&x->bundling, &x->log, &x->count);
    if (err)
        return failed(x, err, "the logs of this node"), x->cli->status;
    if (!choose(x, count, name))
        return x->cli->status;
    unsigned logs;
    entries_of(x, &logs);
    if (!logs)
        return cli_say(x->cli, CLI_NOTHING, "this node carries no log that has entries");
    if (!(out ? write_all(x, stdout) : to_file(x)))
        return x->cli->status;
    if (x->cli->json)
        print_json(x);
    else
        print_made(x);
    return CLI_DONE;
}

int cmd_bundle_export(struct cli *cli, int argc, char **argv) {
    struct exporting x = {.cli = cli, .bundling = {.call = call, .progress = progress}};
    const struct cli_option options[] = {
        {"public", NULL, "without members' parts, as an observer may have it", &x.public, NULL, NULL},
        {"replace", NULL, "a file that is there already", &x.replace, NULL, NULL},
        {0}};
    int left = cli_options(cli, options, argc, argv, 1, CLI_ARG_MAX);
    if (left < 0)
        return cli->status;
    x.target = argv[1];
    x.bundling.context = &x;
    int status = export(&x, left - 1, argv + 2);
    free(x.log);
    return status;
}
