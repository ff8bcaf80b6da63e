#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/cli/commands.h"
#include "node/cli/terminal.h"
#include "node/record.h"
#include "node/unbundling.h"
#include "proto/view.h"

struct importing {
    struct cli *cli;
    const char *path;
    struct unbundling u;
    struct progress progress;
};

static enum err call(void *context, const char *name, struct bytes body, struct ops_reply *ret) {
    struct importing *m = context;
    return session_call(m->cli->session, name, body, ret);
}

static void progress(void *context, uint64_t at) {
    struct importing *m = context;
    progress_at(&m->progress, at);
}

/* ---- the file ---- */

/* A medium that somebody has brought: nothing is opened but a plain file. */
static bool file_open(struct importing *m, int *ret_fd, uint64_t *ret_size) {
    struct stat st;
    if (!strcmp(m->path, "-")) {
        *ret_fd = STDIN_FILENO;
        *ret_size = 0;
        return true;
    }
    int fd = open(m->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        m->cli->status = errno == ELOOP
                             ? cli_say(m->cli, CLI_REFUSED,
                                       "%s is a symbolic link: name the file that it leads to", m->path)
                             : cli_say(m->cli, CLI_REFUSED, "%s: %s", m->path, strerror(errno));
        return false;
    }
    if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        m->cli->status =
            cli_say(m->cli, CLI_REFUSED,
                    "%s is no plain file: name the file of the bundle, or - for standard input", m->path);
        close(fd);
        return false;
    }
    *ret_fd = fd;
    *ret_size = (uint64_t)st.st_size;
    return true;
}

/* What is wrong with the file as a whole, and what to do. */
static int file_refused(struct importing *m, enum err err) {
    struct cli *cli = m->cli;
    const struct unbundling *u = &m->u;
    char where[120];
    snprintf(where, sizeof where, "record %" PRIu64 " at byte %" PRIu64, u->record, u->at);
    switch (err) {
    case ERR_NOT_FOUND:
        return cli_say(cli, CLI_REFUSED, "%s is no bundle: `comity bundle export` on another node writes one",
                       m->path);
    case ERR_VERSION:
        return cli_say(cli, CLI_REFUSED,
                       "%s is a bundle of another version: use a newer comity, or ask for one of v1",
                       m->path);
    case ERR_NETWORK:
        if (u->log_count || !strcmp(u->header.network, u->network))
            return cli_say(cli, CLI_REFUSED,
                           "%s: %s: a log of another network than %s: nothing crosses from one to another. "
                           "What came before is kept",
                           m->path, where, u->network);
        return cli_say(cli, CLI_REFUSED,
                       "%s is of the network %s, and this node of %s: nothing crosses from one to another",
                       m->path, u->header.network, u->network);
    case ERR_DENIED:
        return cli_say(cli, CLI_REFUSED,
                       "%s%s holds members' parts, which an observer's node never takes; nothing of it was "
                       "taken%s. Ask for one made with --public, and have this one destroyed",
                       m->path, u->header.members ? "" : " says that it has public parts alone, and",
                       u->header.members ? "" : " from where they begin");
    case ERR_SHORT:
        return cli_say(
            cli, CLI_REFUSED,
            "%s is cut: it ends in %s. What came before is kept; copy it again, or ask for a new one",
            m->path, where);
    case ERR_CORRUPT:
        return cli_say(
            cli, CLI_REFUSED,
            "%s: its sum does not fit: it was altered on its way. What was taken has passed the "
            "same gate as ever, and is kept; something may be missing: copy it again, or ask for a new one",
            m->path);
    case ERR_KIND:
    case ERR_ORDER:
    case ERR_TRAILING:
        return cli_say(
            cli, CLI_REFUSED, "%s: %s: %s. What came before is kept; copy it again, or ask for a new one",
            m->path, where,
            err == ERR_KIND    ? "no kind of record that a bundle has"
            : err == ERR_ORDER ? "a record out of order: the header comes first and once, a package "
                                 "behind the record that begins its log"
                               : "something follows the end record");
    default:
        return cli_say(cli, CLI_REFUSED,
                       "%s: %s: %s%s. What came before is kept; copy it again, or ask for a new one", m->path,
                       where, err_text(err), err_standard(err));
    }
}

/* ---- what is said of the logs ---- */

/* A fork that was not known here, or a smaller one. */
static bool is_new_fork(const struct unbundled_log *log) {
    bool known = log->before_flags & VIEW_DISPUTED && log->size == log->before;
    return log->flags & VIEW_DISPUTED && !known;
}

static const char *result_of(const struct unbundled_log *log) {
    if (log->state != UNBUNDLED_TAKEN)
        return log->state == UNBUNDLED_LEFT ? "left" : "unknown";
    return log->refused                                                  ? "refused"
           : is_new_fork(log)                                            ? "fork"
           : log->forked && !(log->flags & VIEW_DISPUTED)                ? "claim"
           : log->cut                                                    ? "cut"
           : log->size != log->before || log->epoch != log->before_epoch ? "moved"
           : log->parts                                                  ? "parts"
                                                                         : "same";
}

static void code_of(const struct unbundled_log *log, char ret[static CODE_LEN + 1]) {
    char network[NETWORK_MAX + 1];
    if (origin_check(bytes_str(log->log.origin), network, ret))
        *ret = '\0';
    for (unsigned i = 0; i < CODE_LEN && ret[i]; i++)
        ret[i] = (char)(ret[i] - 'a' + 'A');
}

static unsigned count_of(const struct importing *m, const char *result) {
    unsigned count = 0;
    for (size_t i = 0; i < m->u.log_count; i++)
        count += !strcmp(result_of(&m->u.log[i]), result);
    return count;
}

static json_t *log_json(const struct unbundled_log *log) {
    char code[CODE_LEN + 1];
    code_of(log, code);
    json_t *one = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "state", code, "origin", log->log.origin,
                            "result", result_of(log), "before", (json_int_t)log->before, "size",
                            (json_int_t)log->size, "parts", (json_int_t)log->parts);
    if (log->refused)
        json_object_set_new(one, "refusal",
                            json_pack("{s:s, s:s, s:I, s:I, s:I}", "code", log->code, "error", log->error,
                                      "record", (json_int_t)log->refused_record, "offset",
                                      (json_int_t)log->refused_at, "entry", (json_int_t)log->refused_entry));
    if (log->wrong)
        json_object_set_new(one, "wrong", json_integer((json_int_t)log->wrong));
    if (log->flags & VIEW_DISPUTED)
        json_object_set_new(one, "f", json_integer((json_int_t)log->size));
    return one;
}

static void print_json(const struct importing *m, enum err err) {
    const struct unbundling *u = &m->u;
    json_t *logs = json_array();
    char made[24];
    time_text(u->header.made, made);
    for (size_t i = 0; i < u->log_count; i++)
        json_array_append_new(logs, log_json(&u->log[i]));
    json_t *document =
        json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:i, s:o}", "bundle", m->path, "network", u->header.network,
                  "maker", u->header.maker, "made", made, "members", (int)u->header.members, "complete",
                  (int)u->complete, "unknown", (int)count_of(m, "unknown"), "logs", logs);
    if (err)
        json_object_set_new(document, "code", json_string(err_name(err)));
    if (u->own_asked && u->marked)
        json_object_set_new(document, "restore", json_string(u->cleared ? "compared" : u->reason));
    cli_print_json(document);
    json_decref(document);
}

static void print_table(const struct importing *m) {
    static const char *const columns[] = {"STATE", "LOG", ">BEFORE", ">NOW", "WHAT", NULL};
    struct cli_table *table = NULL;
    for (size_t i = 0; i < m->u.log_count; i++) {
        const struct unbundled_log *log = &m->u.log[i];
        const char *result = result_of(log);
        char code[CODE_LEN + 1], before[24], now[24];
        if (!strcmp(result, "same") || !strcmp(result, "unknown"))
            continue;
        if (!table)
            table = cli_table_new(columns);
        code_of(log, code);
        snprintf(before, sizeof before, "%" PRIu64, log->before);
        snprintf(now, sizeof now, "%" PRIu64, log->size);
        cli_table_row(table, (const char *const[]){code, log->log.origin, before, now, result});
    }
    if (table)
        cli_table_print(table);
}

static void say_log(const struct importing *m, const struct unbundled_log *log) {
    const char *result = result_of(log), *origin = log->log.origin;
    if (log->wrong)
        cli_say(m->cli, 0,
                "%s: %" PRIu64 " part%s not what the entry commits to, the first in record %" PRIu64
                " at byte %" PRIu64 ", entry %" PRIu64
                ": left out; the entries are taken, and a good bundle or a peer brings the parts",
                origin, log->wrong, log->wrong == 1 ? " is" : "s are", log->wrong_record, log->wrong_at,
                log->wrong_entry);
    if (log->refused && !strcmp(log->code, err_name(ERR_GAP)))
        cli_say(m->cli, 0,
                "%s: the bundle does not go on from the %" PRIu64
                " entries that are held here, or lacks some: "
                "ask for one with the whole log",
                origin, log->wanted);
    else if (log->refused)
        cli_say(
            m->cli, 0,
            "%s: record %" PRIu64 " at byte %" PRIu64 ", entry %" PRIu64 ": %s. What follows of this log was "
            "passed over; the others went on. Copy the file again; if that changes nothing, ask who made it",
            origin, log->refused_record, log->refused_at, log->refused_entry, log->error);
    else if (!strcmp(result, "fork"))
        cli_say(m->cli, 0,
                "%s: its State has signed two histories, which part at entry %" PRIu64
                ": the log is disputed, and "
                "stays there until its custodians open the next epoch. comity log show %s tells more",
                origin, log->size, origin);
    else if (!strcmp(result, "claim"))
        cli_say(
            m->cli, 0,
            "%s: the bundle leads to another history than the one held here, and where they part cannot be "
            "told from it alone: %s. Nothing of it is believed until then",
            origin,
            strcmp(m->path, "-") ? "a peer, or a bundle with the whole log, shows it"
                                 : "import it from a file, not from standard input");
    else if (!strcmp(result, "left"))
        cli_say(m->cli, 0, "%s: on hold here, or trusted no more: left alone", origin);
}

static void say_own(const struct importing *m) {
    const struct unbundling *u = &m->u;
    if (!u->own_asked || !u->marked)
        return;
    if (u->cleared)
        cli_say(m->cli, 0,
                "the own log has been compared with this bundle: the node, put back from a backup, may "
                "sign again as far as its ledger goes");
    else
        cli_say(
            m->cli, 0,
            "this node was put back from a backup, and this bundle does not show how far the own log went: "
            "%s. Ask for one that another State makes now, or confirm the size and root by hand when you "
            "publish",
            u->reason);
}

static void report(const struct importing *m, enum err err) {
    const struct unbundling *u = &m->u;
    unsigned unknown = count_of(m, "unknown");
    if (m->cli->json)
        print_json(m, err);
    else
        print_table(m);
    for (size_t i = 0; i < u->log_count; i++)
        say_log(m, &u->log[i]);
    if (unknown)
        cli_say(
            m->cli, 0,
            "%u log%s of States that this node does not follow: left alone. `comity trust add` with their "
            "invitations, then import this again",
            unknown, unknown == 1 ? "" : "s");
    say_own(m);
    if (!m->cli->json)
        printf("%zu log%s: %u moved, %u as before, %u unknown, %u refused\n", u->log_count,
               u->log_count == 1 ? "" : "s", count_of(m, "moved") + count_of(m, "parts"), count_of(m, "same"),
               unknown,
               count_of(m, "refused") + count_of(m, "fork") + count_of(m, "claim") + count_of(m, "cut"));
}

/* Faults of this node, which are not the bundle's. */
static bool is_fault(const struct importing *m, enum err err) {
    return err == ERR_IO || err == ERR_MEMORY || err == ERR_BUSY || err == ERR_LATE || err == ERR_CLOSED ||
           err == ERR_DISK_FULL || (err == ERR_DENIED && *m->u.complaint && *m->u.origin);
}

static int import(struct importing *m) {
    const char *again = "What was taken is kept: import it again, and it goes on from there";
    enum err err = unbundling_run(&m->u);
    progress_end(&m->progress);
    if (err && is_fault(m, err))
        return *m->u.complaint ? cli_say(m->cli, CLI_FAULT, "%s. %s", m->u.complaint, again)
                               : cli_err(m->cli, err, m->path, again);
    bool begun = m->u.log_count > 0;
    if (begun || !err)
        report(m, err);
    if (err)
        return file_refused(m, err);
    bool good =
        !count_of(m, "refused") && !count_of(m, "fork") && !count_of(m, "claim") && !count_of(m, "cut");
    for (size_t i = 0; i < m->u.log_count; i++)
        good = good && !m->u.log[i].wrong;
    return good ? CLI_DONE : CLI_REFUSED;
}

int cmd_bundle_import(struct cli *cli, int argc, char **argv) {
    struct importing m = {.cli = cli, .u = {.call = call, .progress = progress, .fd = -1}};
    uint64_t size;
    if (cli_options(cli, NULL, argc, argv, 1, 1) < 0)
        return cli->status;
    m.path = argv[1];
    m.u.context = &m;
    if (!file_open(&m, &m.u.fd, &size))
        return cli->status;
    if (cli_open(cli)) {
        m.u.network = cli->config.network;
        m.u.origin = cli->config.origin;
        progress_begin(&m.progress, "bundle", size);
        cli->status = import(&m);
        unbundling_close(&m.u);
    }
    if (m.u.fd > STDIN_FILENO)
        close(m.u.fd);
    return cli->status;
}
