#include <ctype.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/commands.h"
#include "node/cli/confirmed.h"
#include "node/cli/making.h"
#include "node/cli/signing.h"
#include "node/cli/submit.h"

#define ROOT_TEXT (BASE64_LEN(DIGEST_LEN) + 1)
#define POINT_TEXT (ROOT_TEXT + 24)

static void point_text(const struct ownlog *log, char ret[static POINT_TEXT]) {
    size_t len = (size_t)snprintf(ret, POINT_TEXT, "%" PRIu64 ":", log->size);

    if (base64_put(ret, POINT_TEXT, &len, BYTES(log->root.b)))
        ret[0] = 0; /* cannot be: the room is counted */
}

/* ---- whether anything may be signed ---- */

/* Finish what a crash has left, or say why nothing may be signed. */
static bool settle(struct cli *cli, struct submit *s, struct ownlog *log, struct standing *ret,
                   bool *ret_finished) {
    char text[STANDING_TEXT_MAX];
    enum err err = publisher_look(&s->publisher, log, ret);

    if (err) {
        cli->status = submit_failed(s, err);
        return false;
    }
    standing_say(ret, log, text, sizeof(text));
    if (*text) {
        cli->status = cli_say(cli, CLI_REFUSED, "%s", text);
        return false;
    }
    if (ret->state == STANDING_CLEAN) {
        err = pending_remove(cli->config.dir); /* one that was never signed */
        cli->status = err ? submit_failed(s, err) : CLI_DONE;
        return !err;
    }
    cli_say(cli, 0, "finishing the batch that was signed before an interruption");
    err = publisher_finish(&s->publisher, log);
    *ret_finished = true;
    if (!err && submit_log(cli, log))
        err = publisher_look(&s->publisher, log, ret);
    if (err)
        cli->status = submit_failed(s, err);
    return !err && !cli->status;
}

/* A person has compared: what they were told must be what is held. */
static bool confirmed_by_hand(struct cli *cli, const struct ownlog *log, const char *confirm) {
    char point[POINT_TEXT];

    point_text(log, point);
    if (!strcmp(confirm, point))
        return true;
    cli->status = cli_say(cli, CLI_REFUSED,
                          "--confirm says %s, but the own log stands at %s: if the other one is "
                          "larger, this node has lost entries, and fetches them from a peer; if it is as "
                          "large, there are two histories",
                          confirm, point);
    return false;
}

/* Whether the own head has been compared with what others hold (design 4); the marker of a restore goes with
 * it. */
static bool may_sign(struct cli *cli, const struct ownlog *log, const char *confirm) {
    char reason[CONFIRMED_TEXT_MAX], code[CODE_LEN + 1];
    bool restored = false;

    for (unsigned i = 0; i <= CODE_LEN; i++)
        code[i] = (char)toupper((unsigned char)cli->config.code[i]);

    if (confirm ? !confirmed_by_hand(cli, log, confirm)
                : !confirmed_ask(cli, reason, sizeof(reason), &restored)) {
        if (!confirm && !cli->status)
            cli->status = cli_say(
                cli, CLI_REFUSED,
                "%s (a node put back from a copy must not sign a second history).\nIf no peer can "
                "be asked: have an officer of another State read size and root of this log from their node "
                "(comity log show %s), and give what they say: comity publish --confirm SIZE:ROOT",
                reason, code);
        return false;
    }
    if (!confirm && !restored)
        return true;
    json_t *answer = cli_call(cli, "log-confirm", json_object());
    json_decref(answer);
    return answer;
}

static void print_summary(const struct cli *cli, const struct making *m, const struct ownlog *log,
                          bool finished, bool dry) {
    char point[POINT_TEXT];

    point_text(log, point);
    if (cli->json) {
        json_t *document = json_pack(
            "{s:s, s:I, s:i, s:i, s:i, s:i, s:i, s:i, s:I, s:s, s:b, s:b, s:b}", "origin", log->origin,
            "epoch", (json_int_t)log->authority.epoch, "published", dry ? 0 : (int)m->pending.count,
            "contacts", (int)m->put, "withdrawn", (int)m->withdrawn, "erasures", (int)m->erased, "observers",
            (int)m->accredited, "words", (int)m->words, "size", (json_int_t)log->size, "root",
            strchr(point, ':') + 1, "finished", finished, "dry_run", dry, "more", m->left);
        cli_print_json(document);
        json_decref(document);
        return;
    }
    if (!m->pending.count && !finished)
        puts("Nothing to publish: there are no drafts.");
    if (m->notes)
        printf("%s the entry that names the authority note of epoch %" PRIu64 ".\n",
               dry ? "Would publish" : "Published", log->authority.epoch);
    if (m->pending.count > m->notes)
        printf("%s %u %s: %u contact%s put, %u withdrawn, %u observer%s accredited.\n",
               dry ? "Would publish" : "Published", m->pending.count - m->notes,
               m->pending.count - m->notes == 1 ? "entry" : "entries", m->put, m->put == 1 ? "" : "s",
               m->withdrawn, m->accredited, m->accredited == 1 ? "" : "s");
    if (m->erased)
        printf(
            "%u erasure%s: hidden at once, destroyed after the delay of each node; comity contact erasures "
            "shows how far that has come.\n",
            m->erased, m->erased == 1 ? "" : "s");
    if (m->words)
        printf("%u of them on logs of other States.\n", m->words);
    printf("%s %s %s\n", log->origin, dry ? "stays at" : "stands at", point);
    if (m->left)
        puts("Drafts are left, more than one batch holds: run comity publish again.");
}

struct publish_options {
    const char *confirm, *key;
    bool dry_run;
};

/* A person takes their time with a passphrase; what peers have said meanwhile counts. */
static bool ready(struct cli *cli, const struct ownlog *log, const struct publish_options *options,
                  uint8_t *ret_secret) {
    return may_sign(cli, log, options->confirm) && signing_unlock(cli, log, options->key, ret_secret) &&
           may_sign(cli, log, options->confirm);
}

static int sign_and_hand_in(struct cli *cli, struct making *m, struct ownlog *log,
                            const struct standing *standing, const struct publish_options *options) {
    struct submit s;
    struct checkpoint head;
    uint8_t *secret = sodium_malloc(KEY_SECRET_LEN);

    submit_init(&s, cli, cli->config.dir, m->pending.count);
    enum err err = secret ? ERR_OK : ERR_MEMORY;
    int status = err ? submit_failed(&s, err) : ready(cli, log, options, secret) ? CLI_DONE : cli->status;
    if (!status) {
        memcpy(m->pending.origin, log->origin, sizeof(log->origin));
        m->pending.epoch = log->authority.epoch;
        m->pending.base = standing->base;
        err = publisher_run(&s.publisher, log, &m->pending, secret, &head);
        progress_end(&s.bar);
        if (err)
            status = submit_failed(&s, err);
    }
    if (!status) {
        log->size = head.size;
        log->root = head.root;
    }
    sodium_free(secret);
    return status;
}

static int publish(struct cli *cli, const struct publish_options *options) {
    struct ownlog log;
    struct making m = {0};
    struct submit s;
    struct standing standing = {.state = STANDING_CLEAN};
    bool finished = false;

    if (!submit_log(cli, &log))
        return cli->status;
    submit_init(&s, cli, cli->config.dir, 0);
    if (!options->dry_run && !settle(cli, &s, &log, &standing, &finished))
        return cli->status;
    int status = making_gather(cli, &log, &m) ? CLI_DONE : cli->status;
    if (!status && m.pending.count && !options->dry_run)
        status = sign_and_hand_in(cli, &m, &log, &standing, options);
    if (!status)
        print_summary(cli, &m, &log, finished, options->dry_run);
    making_free(&m);
    if (!status && !options->dry_run) /* without a daemon, nobody else destroys what has come due */
        json_decref(cli_call(cli, "erase-run", json_object()));
    return status;
}

int cmd_publish(struct cli *cli, int argc, char **argv) {
    struct publish_options o = {0};
    const struct cli_option options[] = {
        {"confirm", "SIZE:ROOT",
         "sign though the peers were not asked: another State's node has the log at this point", NULL,
         &o.confirm, NULL},
        {"key", "FILE", "operator key (the one in the data directory that the newest authority note names)",
         NULL, &o.key, NULL},
        {"dry-run", NULL, "say what would be published", &o.dry_run, NULL, NULL},
        {0}};
    int lock = -1;

    if (cli_options(cli, options, argc, argv, 0, 0) < 0 || !cli_open(cli))
        return cli->status;
    if (!*cli->config.code)
        return cli_say(cli, CLI_REFUSED, "this is an observer's node: it has no State to publish for");
    enum err err = ledger_lock(cli->config.dir, &lock);
    if (err == ERR_BUSY)
        return cli_say(cli, CLI_REFUSED,
                       "another `comity publish` is at work for this State: wait until it has ended");
    if (err)
        return cli_err(cli, err, "the signer's lock", "");
    return publish(cli, &o);
}
