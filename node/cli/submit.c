#include "node/cli/submit.h"
#include "node/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DROPS_AT_ONCE 4096

static enum err submit_package(void *context, struct bytes message) {
    struct submit *s = context;
    json_t *answer = cli_call_bytes(s->cli, "submit", message);

    s->said = !answer;
    json_decref(answer);
    return answer ? ERR_OK : ERR_DENIED;
}

static enum err drop_some(struct submit *s, const struct pending_draft *draft, uint32_t count) {
    json_t *drafts = json_array();

    for (uint32_t i = 0; i < count; i++) {
        char sum[2 * DIGEST_LEN + 1];
        hex_put(sum, draft[i].sum.b, DIGEST_LEN);
        json_array_append_new(drafts, json_pack("{s:I, s:s}", "seq", (json_int_t)draft[i].seq, "sum", sum));
    }
    json_t *answer = cli_call(s->cli, "draft-drop", json_pack("{s:o}", "drafts", drafts));
    s->said = !answer;
    json_decref(answer);
    return answer ? ERR_OK : ERR_DENIED;
}

static enum err drop(void *context, const struct pending_draft *draft, uint32_t count) {
    enum err err = ERR_OK;

    for (uint32_t at = 0, some; at < count && !err; at += some) {
        some = count - at < DROPS_AT_ONCE ? count - at : DROPS_AT_ONCE;
        err = drop_some(context, draft + at, some);
    }
    return err;
}

static enum err root_of(void *context, uint64_t size, struct digest *ret) {
    struct submit *s = context;
    json_t *answer = cli_call(s->cli, "log-root", json_pack("{s:I}", "size", (json_int_t)size));
    const char *root = json_string_value(json_object_get(answer, "root"));
    size_t len = 0;
    enum err err = root ? base64_get(ret->b, DIGEST_LEN, &len, bytes_str(root)) : ERR_DENIED;

    s->said = !answer;
    json_decref(answer);
    return err;
}

static void step(void *context, unsigned number, uint64_t done) {
    struct submit *s = context;

    if (number == 3)
        progress_at(&s->bar, done);
    else if (number == 4)
        progress_end(&s->bar);
}

void submit_init(struct submit *s, struct cli *cli, const char *dir, uint64_t count) {
    *s = (struct submit){.cli = cli};
    s->publisher = (struct publisher){dir, s, submit_package, drop, root_of, step};
    progress_begin(&s->bar, "publishing", count);
}

bool submit_log(struct cli *cli, struct ownlog *ret) {
    json_t *answer = cli_call(cli, "log-state", json_object());
    enum err err = answer ? ownlog_parse(answer, ret) : ERR_OK;
    bool good = answer && !err;

    if (err)
        cli->status = cli_err(cli, err, "the node's word on its own log", "");
    json_decref(answer);
    return good;
}

/* The ledger and the batch are read before anything is signed: which of them is it, and what to do. */
static int files_failed(const struct submit *s, enum err err) {
    char path[PATH_LEN + 32], complaint[PATH_LEN + 300];
    struct pending pending;
    struct ledger ledger;
    int code = errno; /* of what went wrong; what is looked at now may not change it */
    enum err why = ledger_load(s->publisher.dir, &ledger);
    bool of_ledger = why != ERR_OK;

    if (!of_ledger && !(why = pending_load(s->publisher.dir, &pending)))
        pending_free(&pending);
    errno = code;
    if (why != err)
        return cli_err(s->cli, err, "publishing", "");
    snprintf(path, sizeof(path), "%s/" LEDGER_DIR "/%s", s->publisher.dir, of_ledger ? "ledger" : "pending");
    if (err == ERR_DENIED || err == ERR_TYPE) {
        file_secret_complaint(path, complaint, sizeof(complaint));
        return cli_say(s->cli, CLI_REFUSED, "%s", complaint);
    }
    return cli_err(
        s->cli, err, path,
        of_ledger ? "Nothing is signed: put the ledger back as it was; if it is lost, the custodians open "
                    "the next epoch"
                  : "Nothing is signed: this batch of an interrupted publish was altered. If the ledger's "
                    "size is that of `comity log list`, remove the file and publish again; else put it "
                    "back as it was");
}

int submit_failed(const struct submit *s, enum err err) {
    static const char again[] = "Nothing is lost: `comity publish` goes on with the same bytes";

    if (s->said)
        return cli_say(s->cli, s->cli->status, "not all was handed in. %s", again);
    if (err == ERR_OPERATOR)
        return cli_err(s->cli, err, "this key",
                       "The custodians have dismissed it, or never appointed it: nothing is signed. Give the "
                       "key that the newest authority note names (--key FILE)");
    if (err == ERR_BOUNDS)
        return cli_err(s->cli, err, "the batch",
                       "The custodians raise max in the next epoch's authority note");
    return files_failed(s, err);
}
