#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "node/backup.h"
#include "node/cli/commands.h"
#include "node/file.h"
#include "node/ledger.h"
#include "node/restored.h"
#include "node/tarball.h"
#include "store/logs.h"

struct restoring {
    struct cli *cli;
    const char *from;
    const char *old;          /* whose ledger is taken; NULL: nobody's */
    char dir[PATH_LEN];       /* where it will be */
    char work[PATH_LEN + 16]; /* where it is put together */
    struct backup list;
    struct backup_about about;
};

static bool failed(struct restoring *r, enum err err, const char *what) {
    const char *remedy = err == ERR_CORRUPT || err == ERR_MISSING || err == ERR_NOT_FOUND
                             ? "This backup is damaged or not whole: take another one"
                             : "";
    r->cli->status = cli_err(r->cli, err, what, remedy);
    if (err == ERR_CORRUPT) /* found wrong in what was given, not in this node */
        r->cli->status = CLI_REFUSED;
    return false;
}

static bool path_in(struct restoring *r, const char *dir, const char *name, char ret[static PATH_LEN + 96]) {
    enum err err = file_path(ret, PATH_LEN + 96, dir, name);
    return err ? failed(r, err, name) : true;
}

/* ---- from the backup into a directory beside the one to be ---- */

static bool read_text(struct restoring *r, const char *dir, const char *name, uint8_t **ret,
                      size_t *ret_len) {
    char path[PATH_LEN + 96];

    if (!path_in(r, dir, name, path))
        return false;
    enum err err = file_read(path, BACKUP_TEXT_MAX, ret, ret_len);
    return err ? failed(r, err, path) : true;
}

static bool read_list(struct restoring *r, const char *dir) {
    uint8_t *text = NULL;
    size_t len = 0;

    if (!read_text(r, dir, BACKUP_SUMS, &text, &len))
        return false;
    enum err err = backup_parse((struct bytes){text, len}, &r->list);
    free(text);
    return err ? failed(r, err, BACKUP_SUMS) : true;
}

static bool copy_dir(struct restoring *r) {
    char from[PATH_LEN + 96], to[PATH_LEN + 96];

    if (!read_list(r, r->from))
        return false;
    for (unsigned i = 0; i < r->list.count; i++) {
        const char *name = r->list.file[i].name;
        if (!path_in(r, r->from, name, from) || !path_in(r, r->work, name, to))
            return false;
        enum err err = file_copy(from, to);
        if (!err)
            err = file_sync_dir(to);
        if (err)
            return failed(r, err, from);
    }
    return true;
}

static bool unpack(struct restoring *r) {
    char path[PATH_LEN + 96];
    enum err err = tarball_read(r->from, r->work);

    if (err)
        return failed(r, err, r->from);
    if (!read_list(r, r->work) || !path_in(r, r->work, BACKUP_SUMS, path))
        return false;
    return unlink(path) ? failed(r, ERR_IO, path) : true;
}

static bool fetch(struct restoring *r) {
    static const char *const dirs[] = {"db", "run", LEDGER_DIR};
    char path[PATH_LEN + 96];
    const char *name = "";
    struct stat st;

    if (stat(r->from, &st)) {
        r->cli->status = cli_say(r->cli, CLI_REFUSED, "%s: %s", r->from, strerror(errno));
        return false;
    }
    for (unsigned i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
        if (!path_in(r, r->work, dirs[i], path) || mkdir(path, 0700))
            return failed(r, ERR_IO, path);
    if (!(S_ISDIR(st.st_mode) ? copy_dir(r) : unpack(r)))
        return false;
    enum err err = backup_verify(r->work, &r->list, &name);
    return err ? failed(r, err, name) : true;
}

/* ---- making it this node's ---- */

static bool read_about(struct restoring *r) {
    char path[PATH_LEN + 96];
    uint8_t *text = NULL;
    size_t len = 0;

    if (!read_text(r, r->work, BACKUP_ABOUT, &text, &len))
        return false;
    enum err err = backup_about_parse((struct bytes){text, len}, &r->about);
    free(text);
    if (err)
        return failed(r, err, BACKUP_ABOUT);
    if (config_load(r->work, &r->cli->config)) { /* says itself what is not good */
        r->cli->status = CLI_REFUSED;
        return false;
    }
    if (strcmp(r->about.network, r->cli->config.network) || strcmp(r->about.origin, r->cli->config.origin))
        return failed(r, ERR_ORIGIN, "comity.conf");
    return path_in(r, r->work, BACKUP_ABOUT, path) && (!unlink(path) || failed(r, ERR_IO, path));
}

/* Whether the database has of the own log what the backup says. */
static enum err same_log(struct store *store, const struct backup_about *about) {
    struct log_record record;
    struct txn t;
    uint8_t id[LOG_ID_LEN];

    if (!*about->origin)
        return ERR_OK;
    origin_log_id(about->origin, id);
    txn_begin(&t, store, false);
    bool same = logs_get(&t, id, &record)
                    ? record.head.size == about->size && digest_eq(&record.head.root, &about->root)
                    : !about->size;
    enum err err = t.err;
    txn_abort(&t);
    return err ? err : same ? ERR_OK : ERR_CORRUPT;
}

static enum err mark(struct store *store) {
    struct txn t;

    txn_begin(&t, store, true);
    restored_set(&t, (uint64_t)time(NULL));
    return txn_commit(&t);
}

/* A new instance, so that no peer goes on from a cursor of the database that was; and the marker. */
static bool adopt(struct restoring *r) {
    char path[PATH_LEN + 96];
    struct store_options options = {.network = r->about.network};
    struct store *store = NULL;

    if (!path_in(r, r->work, "db", path))
        return false;
    randombytes_buf(options.instance, sizeof(options.instance));
    enum err err = store_open(path, &options, &store);
    if (!err)
        err = same_log(store, &r->about);
    if (!err)
        err = store_renew(store, options.instance);
    if (!err && *r->about.origin)
        err = mark(store);
    store_close(store);
    return err ? failed(r, err, BACKUP_DATABASE) : true;
}

/* ---- the ledger of the directory that this one replaces ---- */

static bool check_old(struct restoring *r, int *ret_lock) {
    struct ledger l;

    if (!r->old)
        return true;
    enum err err = ledger_lock(r->old, ret_lock);
    if (!err)
        err = ledger_load(r->old, &l);
    if (!err && strcmp(l.origin, r->about.origin) != 0)
        err = ERR_ORIGIN;
    return err ? failed(r, err, "the ledger of the old directory") : true;
}

/* Moved, never copied: there is one ledger at any time. */
static enum err move_file(const char *from, const char *to) {
    if (!rename(from, to) || errno == ENOENT)
        return ERR_OK;
    enum err err = errno == EXDEV ? file_copy(from, to) : ERR_IO;
    if (!err)
        err = file_sync_dir(to);
    if (!err && unlink(from))
        err = ERR_IO;
    return err;
}

static bool take_ledger(struct restoring *r) {
    static const char *const names[] = {LEDGER_DIR "/ledger", LEDGER_DIR "/pending", LEDGER_DIR "/renewal"};
    char from[PATH_LEN + 96], to[PATH_LEN + 96];

    for (unsigned i = 0; r->old && i < sizeof(names) / sizeof(names[0]); i++) {
        if (!path_in(r, r->old, names[i], from) || !path_in(r, r->dir, names[i], to))
            return false;
        enum err err = move_file(from, to);
        if (!err)
            err = file_sync_dir(to);
        if (err)
            return failed(r, err, from);
    }
    return true;
}

/* ---- all of it ---- */

static bool check_place(struct restoring *r) {
    struct stat st;
    size_t len = r->cli->dir ? strlen(r->cli->dir) : 0;

    while (len > 1 && r->cli->dir[len - 1] == '/')
        len--;
    if (!len || len >= sizeof(r->dir) - 12) {
        r->cli->status = cli_say(r->cli, CLI_USAGE, "where to: give --data DIR, or set COMITY_DATA");
        return false;
    }
    snprintf(r->dir, sizeof(r->dir), "%.*s", (int)len, r->cli->dir);
    snprintf(r->work, sizeof(r->work), "%s.tmp-XXXXXX", r->dir);
    /* An empty directory is removed, and the restored one takes its place. */
    if (!lstat(r->dir, &st) && rmdir(r->dir)) {
        r->cli->status =
            cli_say(r->cli, CLI_REFUSED,
                    "%s is not an empty directory: a node is never restored over something else", r->dir);
        return false;
    }
    return true;
}

static bool place(struct restoring *r) {
    char path[PATH_LEN + 96];

    if (!path_in(r, r->work, "db", path))
        return false;
    if (renameat2(AT_FDCWD, r->work, AT_FDCWD, r->dir, RENAME_NOREPLACE))
        return failed(r, errno == EEXIST ? ERR_EXISTS : ERR_IO, r->dir);
    enum err err = file_sync_dir(r->dir);
    return err ? failed(r, err, r->dir) : take_ledger(r);
}

static void print_done(const struct restoring *r) {
    const struct backup_about *a = &r->about;

    if (r->cli->json) {
        json_t *document = json_pack("{s:s, s:s, s:s, s:I, s:b}", "dir", r->dir, "origin", a->origin, "made",
                                     a->made, "size", (json_int_t)a->size, "ledger", r->old != NULL);
        cli_print_json(document);
        json_decref(document);
        return;
    }
    printf("Restored %s as it was at %s", r->dir, a->made);
    if (!*a->origin) {
        printf(".\nStart it: comityd --data %s\n", r->dir);
        return;
    }
    printf(", the own log at %" PRIu64 " entries.\n", a->size);
    printf("Stop the machine that had it before, then start this one: comityd --data %s\n"
           "It fetches what is newer from its peers, and signs nothing before one of them has answered.\n",
           r->dir);
    puts(r->old ? "The ledger was moved here: the old directory cannot sign any more."
                : "No backup holds the ledger. If the old one survives, move it here (restore --take-ledger "
                  "DIR);\nelse no key of this epoch signs again, and the custodians open the next one.");
}

static bool restore(struct restoring *r) {
    int lock = -1;

    if (!check_place(r))
        return false;
    if (!mkdtemp(r->work)) {
        r->cli->status = cli_say(r->cli, CLI_REFUSED, "%s: %s", r->work, strerror(errno));
        return false;
    }
    bool good = fetch(r) && read_about(r) && check_old(r, &lock) && adopt(r) && place(r);
    if (!good)
        file_remove_tree(r->work);
    if (lock >= 0)
        close(lock);
    return good;
}

int cmd_restore(struct cli *cli, int argc, char **argv) {
    struct restoring r = {.cli = cli};
    const struct cli_option options[] = {{"take-ledger", "DIR",
                                          "move the ledger out of the data directory that this one replaces",
                                          NULL, &r.old, NULL},
                                         {0}};

    if (cli_options(cli, options, argc, argv, 1, 1) < 0)
        return cli->status;
    r.from = argv[1];
    if (!restore(&r))
        return cli->status;
    print_done(&r);
    return CLI_DONE;
}
