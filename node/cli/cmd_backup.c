#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "node/backup.h"
#include "node/cli/commands.h"
#include "node/cli/terminal.h"
#include "node/file.h"
#include "node/record.h"
#include "node/tarball.h"
#include "store/logs.h"

#define STAGE "run/backup" /* in the data directory: the daemon can write there, whatever its sandbox */
#define POLL_MS 100

struct backing {
    struct cli *cli;
    char stage[PATH_LEN + 16];
    struct backup list;
    struct backup_about about;
    const char *target;
};

static bool failed(struct backing *b, enum err err, const char *what) {
    b->cli->status =
        cli_err(b->cli, err, what, err == ERR_DISK_FULL ? "Make room, in the data directory too" : "");
    return false;
}

static bool path_in(struct backing *b, const char *dir, const char *name, char ret[static PATH_LEN + 96]) {
    enum err err = file_path(ret, PATH_LEN + 96, dir, name);
    return err ? failed(b, err, name) : true;
}

static bool is_tar(const char *target) {
    size_t len = strlen(target);
    return len > 4 && !strcmp(target + len - 4, ".tar");
}

/* One backup at a time; what an interrupted one has left is taken away. */
static bool stage_open(struct backing *b, int *ret_lock) {
    char path[PATH_LEN + 96];

    if (!path_in(b, b->cli->config.dir, STAGE ".lock", path))
        return false;
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB)) {
        b->cli->status = cli_say(
            b->cli, CLI_REFUSED, "%s: %s", path,
            errno == EWOULDBLOCK ? "another backup is being made: wait until it has ended" : strerror(errno));
        if (lock >= 0)
            close(lock);
        return false;
    }
    *ret_lock = lock;
    file_remove_tree(b->stage);
    if (mkdir(b->stage, 0700) || !path_in(b, b->stage, "db", path) || mkdir(path, 0700))
        return failed(b, ERR_IO, b->stage);
    return true;
}

/* ---- what goes in ---- */

/* The node copies its database; without a daemon that is this process. */
static bool copy_database(struct backing *b) {
    char path[PATH_LEN + 96];
    struct progress progress;
    json_t *answer = NULL;
    bool running = true;

    if (!path_in(b, b->stage, BACKUP_DATABASE, path))
        return false;
    answer = cli_call(b->cli, "backup-begin", json_pack("{s:s}", "path", path));
    if (!answer)
        return false;
    json_decref(answer);
    answer = cli_get(b->cli, "/api/v1/status", NULL);
    progress_begin(&progress, "database", (uint64_t)json_integer_value(json_object_get(answer, "bytes")));
    while (answer && running) {
        json_decref(answer);
        answer = cli_call(b->cli, "backup-state", json_object());
        running = json_is_true(json_object_get(answer, "running"));
        progress_at(&progress, (uint64_t)json_integer_value(json_object_get(answer, "bytes")));
        if (running)
            uv_sleep(POLL_MS);
    }
    progress_end(&progress);
    json_decref(answer);
    return answer;
}

/* Open the copy as a node would: what cannot be opened is no backup.  What of the own log is in it? */
static bool look_into(struct backing *b) {
    char path[PATH_LEN + 96];
    struct store_options options = {.network = b->cli->config.network};
    struct store *store = NULL;
    struct log_record record;
    struct txn t;
    uint8_t id[LOG_ID_LEN];

    if (!path_in(b, b->stage, "db", path))
        return false;
    enum err err = store_open(path, &options, &store);
    if (err)
        return failed(b, err, "the copy of the database");
    origin_log_id(b->cli->config.origin, id);
    txn_begin(&t, store, false);
    b->about.root = digest_empty();
    if (*b->cli->config.origin && logs_get(&t, id, &record)) {
        b->about.size = record.head.size;
        b->about.root = record.head.root;
    }
    err = t.err;
    txn_abort(&t);
    store_close(store);
    for (unsigned i = 0; i < 2 && !err; i++)
        if (!path_in(b, b->stage, i ? "db/lock.mdb" : "db/lock", path) || unlink(path))
            return failed(b, ERR_IO, path);
    return err ? failed(b, err, "the copy of the database") : true;
}

static bool write_text(struct backing *b, const char *name, struct bytes text) {
    char path[PATH_LEN + 96];

    if (!path_in(b, b->stage, name, path))
        return false;
    enum err err = file_write_new(path, text);
    return err ? failed(b, err, name) : true;
}

static bool copy_small(struct backing *b) {
    char from[PATH_LEN + 96], to[PATH_LEN + 96];
    enum err err = backup_choose(b->cli->config.dir, &b->list);

    if (err)
        return failed(b, err, b->cli->config.dir);
    for (unsigned i = 0; i < b->list.count; i++) {
        const char *name = b->list.file[i].name;
        if (!path_in(b, b->cli->config.dir, name, from) || !path_in(b, b->stage, name, to))
            return false;
        err = file_copy(from, to);
        if (err)
            return failed(b, err, from);
    }
    return true;
}

static bool write_lists(struct backing *b) {
    static char text[BACKUP_TEXT_MAX];
    const struct config *config = &b->cli->config;
    const char *name = BACKUP_ABOUT;
    struct bytes printed;

    snprintf(b->about.network, sizeof(b->about.network), "%s", config->network);
    snprintf(b->about.origin, sizeof(b->about.origin), "%s", config->origin);
    time_text((uint64_t)time(NULL), b->about.made);
    if (b->list.count + 2 > BACKUP_FILES_MAX)
        return failed(b, ERR_ITEMS, "the files of the backup");
    enum err err = backup_about_print(&b->about, text, sizeof(text), &printed);
    if (err || !write_text(b, BACKUP_ABOUT, printed))
        return err ? failed(b, err, BACKUP_ABOUT) : false;
    snprintf(b->list.file[b->list.count++].name, BACKUP_NAME_MAX + 1, BACKUP_ABOUT);
    snprintf(b->list.file[b->list.count++].name, BACKUP_NAME_MAX + 1, BACKUP_DATABASE);
    err = backup_sum(b->stage, &b->list, &name);
    if (!err)
        err = backup_print(&b->list, text, sizeof(text), &printed);
    return err ? failed(b, err, name) : write_text(b, BACKUP_SUMS, printed);
}

/* ---- where it goes, and is read back ---- */

static bool read_back(struct backing *b, const char *dir) {
    const char *name = "";
    enum err err = backup_verify(dir, &b->list, &name);
    return err ? failed(b, err, name) : true;
}

static bool deliver_tar(struct backing *b) {
    char work[PATH_LEN + 16], path[PATH_LEN + 96];

    snprintf(work, sizeof(work), "%.*s.tmp", PATH_LEN, b->target);
    unlink(work);
    enum err err = tarball_write(work, b->stage, &b->list);
    if (err)
        return failed(b, err, b->target);
    file_remove_tree(b->stage); /* its room is needed for reading back */
    bool good = !mkdir(b->stage, 0700) && path_in(b, b->stage, "db", path) && !mkdir(path, 0700);
    err = good ? tarball_read(work, b->stage) : ERR_IO;
    good = err ? failed(b, err, b->target) : read_back(b, b->stage);
    if (good &&
        (renameat2(AT_FDCWD, work, AT_FDCWD, b->target, RENAME_NOREPLACE) || file_sync_dir(b->target)))
        good = failed(b, errno == EEXIST ? ERR_EXISTS : ERR_IO, b->target);
    if (!good)
        unlink(work);
    return good;
}

static bool fill_dir(struct backing *b, const char *work) {
    char from[PATH_LEN + 96], to[PATH_LEN + 96];

    if (!path_in(b, work, "db", to) || mkdir(to, 0700))
        return failed(b, ERR_IO, work);
    for (unsigned i = 0; i <= b->list.count; i++) {
        const char *name = i < b->list.count ? b->list.file[i].name : BACKUP_SUMS;
        if (!path_in(b, b->stage, name, from) || !path_in(b, work, name, to))
            return false;
        enum err err = file_copy(from, to);
        if (!err)
            err = file_sync_dir(to);
        if (err)
            return failed(b, err, to);
    }
    return read_back(b, work);
}

static bool deliver_dir(struct backing *b) {
    char work[PATH_LEN + 16];

    snprintf(work, sizeof(work), "%.*s.tmp-XXXXXX", PATH_LEN, b->target);
    if (!mkdtemp(work)) {
        b->cli->status = cli_say(b->cli, CLI_REFUSED, "%s: %s", b->target, strerror(errno));
        return false;
    }
    bool good = fill_dir(b, work);
    if (good &&
        (renameat2(AT_FDCWD, work, AT_FDCWD, b->target, RENAME_NOREPLACE) || file_sync_dir(b->target)))
        good = failed(b, errno == EEXIST ? ERR_EXISTS : ERR_IO, b->target);
    if (!good)
        file_remove_tree(work);
    return good;
}

static void print_made(const struct backing *b) {
    const struct backup_about *a = &b->about;

    if (b->cli->json) {
        json_t *document =
            json_pack("{s:s, s:s, s:s, s:I, s:i}", "backup", b->target, "origin", a->origin, "made", a->made,
                      "size", (json_int_t)a->size, "files", (int)b->list.count + 1);
        cli_print_json(document);
        json_decref(document);
        return;
    }
    printf("Made and read back %s: %u files", b->target, b->list.count + 1);
    if (*a->origin)
        printf(", the own log at %" PRIu64 " entries; without the ledger, which no backup may hold", a->size);
    puts(".\nIt holds members' data and the node's keys: keep it as you keep the node.");
}

static bool make(struct backing *b) {
    return copy_database(b) && look_into(b) && copy_small(b) && write_lists(b) &&
           (is_tar(b->target) ? deliver_tar(b) : deliver_dir(b));
}

int cmd_backup(struct cli *cli, int argc, char **argv) {
    struct backing b = {.cli = cli};
    struct stat st;
    char *slash;
    int lock = -1;

    if (cli_options(cli, NULL, argc, argv, 1, 1) < 0 || !cli_open(cli))
        return cli->status;
    while (strlen(argv[1]) > 1 && (slash = strrchr(argv[1], '/')) && !slash[1])
        *slash = 0;
    b.target = argv[1];
    if (strlen(b.target) >= PATH_LEN)
        return cli_err(cli, ERR_SIZE, b.target, "");
    if (!lstat(b.target, &st))
        return cli_say(cli, CLI_REFUSED,
                       "%s is there already: a backup never replaces another one. Choose a new name",
                       b.target);
    snprintf(b.stage, sizeof(b.stage), "%s/" STAGE, cli->config.dir);
    bool good = stage_open(&b, &lock) && make(&b);
    if (lock >= 0) {
        file_remove_tree(b.stage);
        close(lock);
    }
    if (good)
        print_made(&b);
    return good ? CLI_DONE : cli->status;
}
