#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/cli/commands.h"
#include "node/cli/submit.h"
#include "node/draft.h"
#include "node/file.h"
#include "node/keyfile.h"

#define ROOT_TEXT (BASE64_LEN(DIGEST_LEN) + 1)
#define POINT_TEXT (ROOT_TEXT + 24)

/* A batch in the making: entries and drafts grow together. */
struct making {
    struct pending pending;
    uint32_t room;
    uint8_t **piece; /* the bytes of each entry */
    unsigned put, withdrawn, accredited;
    size_t bytes; /* of the entries */
    bool left;    /* there are more drafts than one run takes */
};

static void making_free(struct making *m) {
    for (uint32_t i = 0; i < m->pending.count; i++)
        free(m->piece[i]);
    free(m->piece);
    pending_free(&m->pending);
}

static bool grow(struct making *m) {
    uint32_t room = m->room ? m->room * 2 : 64;
    struct entry *entry = realloc(m->pending.entry, room * sizeof(*entry));
    if (entry)
        m->pending.entry = entry;
    struct pending_draft *draft = realloc(m->pending.draft, room * sizeof(*draft));
    if (draft)
        m->pending.draft = draft;
    uint8_t **piece = realloc(m->piece, room * sizeof(*piece));
    if (piece)
        m->piece = piece;
    if (!entry || !draft || !piece)
        return false;
    m->room = room;
    return true;
}

static void count_action(struct making *m, const char *action) {
    m->put += !strcmp(action, "put");
    m->withdrawn += !strcmp(action, "withdraw");
    m->accredited += !strcmp(action, "accredit");
}

/* Move an entry from the scratch buffer to memory of its own size. */
static bool keep(struct making *m, const uint8_t *scratch, size_t len, struct entry *entry) {
    uint8_t *piece = malloc(len ? len : 1);

    if (!piece)
        return false;
    memcpy(piece, scratch, len);
    entry->leaf.ptr = piece + (entry->leaf.ptr - scratch);
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        if (entry->part[class].state == PART_HELD)
            entry->part[class].salted.ptr = piece + (entry->part[class].salted.ptr - scratch);
    m->piece[m->pending.count] = piece;
    m->bytes += len;
    m->pending.entry[m->pending.count++] = *entry;
    return true;
}

static bool add(struct cli *cli, struct making *m, uint64_t seq, const char *text, uint64_t now_s) {
    static uint8_t scratch[DRAFT_ENTRY_MAX];
    struct draft_salts salts;
    struct entry entry;
    size_t len = 0;
    char what[64];
    json_t *draft = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

    if (m->pending.count == m->room && !grow(m)) {
        json_decref(draft);
        cli->status = cli_err(cli, ERR_MEMORY, "the batch", "");
        return false;
    }
    randombytes_buf(&salts, sizeof(salts));
    enum err err = draft ? draft_entry(draft, now_s, &salts, scratch, &entry, &len) : ERR_SCHEMA;
    if (!err) {
        count_action(m, json_string_value(json_object_get(draft, "action")));
        m->pending.draft[m->pending.draft_count++] = (struct pending_draft){seq, digest_of(bytes_str(text))};
        if (!keep(m, scratch, len, &entry))
            err = ERR_MEMORY;
    }
    json_decref(draft);
    if (err) {
        snprintf(what, sizeof(what), "draft %" PRIu64, seq);
        cli->status = cli_err(cli, err, what, "`comity discard` drops it");
    }
    return !err;
}

/* Take one page of drafts; *seq moves on. */
static bool add_page(struct cli *cli, struct making *m, uint64_t *seq, uint64_t now_s, bool *ret_more) {
    json_t *page = cli_call(cli, "draft-list", json_pack("{s:I}", "after", (json_int_t)*seq)), *draft;
    bool good = page;
    size_t i;

    json_array_foreach(json_object_get(page, "drafts"), i, draft) {
        const char *text = json_string_value(json_object_get(draft, "text"));
        *seq = (uint64_t)json_integer_value(json_object_get(draft, "seq"));
        m->left = m->pending.count == PENDING_ENTRIES_MAX || m->bytes > PENDING_BYTES_MAX / 2;
        if (m->left)
            break;
        good = text && add(cli, m, *seq, text, now_s);
        if (!good)
            break;
    }
    *ret_more = json_is_true(json_object_get(page, "more")) && !m->left;
    json_decref(page);
    return good;
}

static bool gather(struct cli *cli, struct making *m) {
    uint64_t seq = 0, now_s = (uint64_t)time(NULL);
    bool more = true;

    while (more)
        if (!add_page(cli, m, &seq, now_s, &more))
            return false;
    return true;
}

static void point_text(const struct publisher_log *log, char ret[static POINT_TEXT]) {
    size_t len = (size_t)snprintf(ret, POINT_TEXT, "%" PRIu64 ":", log->size);

    if (base64_put(ret, POINT_TEXT, &len, BYTES(log->root.b)))
        ret[0] = 0; /* cannot be: the room is counted */
}

/* Why nothing may be signed before a person has looked (design 4); NULL if nothing stands against it. */
static const char *unconfirmed(struct cli *cli, char *reason, size_t max) {
    json_t *answer;

    if (session_live(cli->session)) {
        answer = cli_get(cli, "/api/v1/status", NULL);
        const char *why = json_string_value(json_object_get(answer, "confirm_reason"));
        snprintf(reason, max, "the node has not compared its own head with its peers since it started%s%s",
                 why && *why ? ": " : "", why ? why : "");
        bool confirmed = json_is_true(json_object_get(answer, "confirmed"));
        json_decref(answer);
        return confirmed ? NULL : reason;
    }
    answer = cli_call(cli, "peer-list", json_object());
    size_t peers = json_array_size(json_object_get(answer, "peers"));
    snprintf(reason, max,
             "comityd does not run, so the %zu peers of this node cannot be asked what they hold", peers);
    bool confirmed = answer && !peers;
    json_decref(answer);
    return confirmed ? NULL : reason;
}

static bool may_sign(struct cli *cli, const struct publisher_log *log, const char *confirm) {
    char point[POINT_TEXT], reason[600];

    point_text(log, point);
    if (confirm && !strcmp(confirm, point))
        return true;
    if (confirm) {
        cli->status =
            cli_say(cli, CLI_REFUSED,
                    "--confirm says %s, but the own log stands at %s (design 4): compare again, with another "
                    "State's node",
                    confirm, point);
        return false;
    }
    if (!unconfirmed(cli, reason, sizeof(reason)))
        return true;
    cli->status = cli_say(
        cli, CLI_REFUSED,
        "%s (design 4: a node put back from a backup must not sign a second history).\nIf other States "
        "see no larger head of this log than this one, say so: comity publish --confirm %s",
        reason, point);
    return false;
}

/* Finish what a crash has left, or say why nothing may be signed. */
static bool settle(struct cli *cli, struct submit *s, struct publisher_log *log, bool *ret_finished) {
    enum publisher_state state = PUBLISHER_CLEAN;
    enum err err = publisher_look(&s->publisher, log, &state);

    if (err) {
        cli->status = submit_failed(s, err);
        return false;
    }
    if (*publisher_advice(state)) {
        cli->status = cli_say(cli, CLI_REFUSED, "%s", publisher_advice(state));
        return false;
    }
    if (state == PUBLISHER_CLEAN) {
        err = pending_remove(cli->config.dir); /* one that was never signed */
        cli->status = err ? submit_failed(s, err) : CLI_DONE;
        return !err;
    }
    cli_say(cli, 0, "finishing the batch that was signed before an interruption");
    err = publisher_finish(&s->publisher, log);
    *ret_finished = !err;
    if (err)
        cli->status = submit_failed(s, err);
    return !err && submit_log(cli, log);
}

static bool unlock(struct cli *cli, const char *path, uint8_t *ret_secret) {
    struct keyfile file;
    char complaint[PATH_LEN + 300], *passphrase = sodium_malloc(PASSPHRASE_MAX + 1);
    enum err err = passphrase ? keyfile_load(path, &file) : ERR_MEMORY;
    bool good = false;

    if (err == ERR_DENIED || err == ERR_TYPE) {
        file_secret_complaint(path, complaint, sizeof(complaint));
        cli->status = cli_say(cli, CLI_REFUSED, "%s", complaint);
    } else if (err) {
        cli->status = cli_err(cli, err, path, "");
    } else if (cli_passphrase(cli, path, false, passphrase)) {
        err = keyfile_unlock(&file, passphrase, ret_secret);
        good = !err;
        if (err == ERR_DENIED)
            cli->status =
                cli_say(cli, CLI_REFUSED, "%s: this is not its passphrase, or the file was altered", path);
        else if (err)
            cli->status = cli_err(cli, err, path, "");
    }
    sodium_free(passphrase);
    return good;
}

static void print_summary(const struct cli *cli, const struct making *m, const struct publisher_log *log,
                          bool finished, bool dry) {
    char point[POINT_TEXT];

    point_text(log, point);
    if (cli->json) {
        json_t *document =
            json_pack("{s:s, s:i, s:i, s:i, s:i, s:I, s:s, s:b, s:b, s:b}", "origin", log->origin,
                      "published", dry ? 0 : (int)m->pending.count, "contacts", (int)m->put, "withdrawn",
                      (int)m->withdrawn, "observers", (int)m->accredited, "size", (json_int_t)log->size,
                      "root", strchr(point, ':') + 1, "finished", finished, "dry_run", dry, "more", m->left);
        cli_print_json(document);
        json_decref(document);
        return;
    }
    if (!m->pending.count && !finished)
        puts("Nothing to publish: there are no drafts.");
    if (m->pending.count)
        printf("%s %u %s: %u contacts put, %u withdrawn, %u observers accredited.\n",
               dry ? "Would publish" : "Published", m->pending.count,
               m->pending.count == 1 ? "entry" : "entries", m->put, m->withdrawn, m->accredited);
    printf("%s %s %s\n", log->origin, dry ? "stays at" : "stands at", point);
    if (m->left)
        puts("Drafts are left, more than one batch holds: run comity publish again.");
}

static int sign_and_hand_in(struct cli *cli, struct making *m, struct publisher_log *log, const char *key) {
    struct submit s;
    struct checkpoint head;
    struct ledger ledger;
    uint8_t *secret = sodium_malloc(KEY_SECRET_LEN);

    submit_init(&s, cli, cli->config.dir, m->pending.count);
    enum err err = secret ? ledger_load(cli->config.dir, &ledger) : ERR_MEMORY;
    int status = err ? submit_failed(&s, err) : CLI_DONE;
    if (!err && !unlock(cli, key, secret))
        status = cli->status;
    if (!status) {
        memcpy(m->pending.origin, log->origin, sizeof(log->origin));
        m->pending.epoch = log->epoch;
        m->pending.base = ledger.frontier;
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

struct publish_options {
    const char *confirm, *key;
    bool dry_run;
};

static int publish(struct cli *cli, const struct publish_options *options) {
    struct publisher_log log;
    struct making m = {0};
    struct submit s;
    char key[PATH_LEN + 16];
    bool finished = false;

    if (!submit_log(cli, &log))
        return cli->status;
    submit_init(&s, cli, cli->config.dir, 0);
    if (!options->dry_run && !settle(cli, &s, &log, &finished))
        return cli->status;
    int status = gather(cli, &m) ? CLI_DONE : cli->status;
    snprintf(key, sizeof(key), "%s/operator.key", cli->config.dir);
    if (!status && m.pending.count && !options->dry_run)
        status = may_sign(cli, &log, options->confirm)
                     ? sign_and_hand_in(cli, &m, &log, options->key ? options->key : key)
                     : cli->status;
    if (!status)
        print_summary(cli, &m, &log, finished, options->dry_run);
    making_free(&m);
    return status;
}

int cmd_publish(struct cli *cli, int argc, char **argv) {
    struct publish_options o = {0};
    const struct cli_option options[] = {
        {"confirm", "SIZE:ROOT", "sign though the peers were not asked: the own log stands at this point",
         NULL, &o.confirm, NULL},
        {"key", "FILE", "operator key (operator.key of the data directory)", NULL, &o.key, NULL},
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
    if (err && err != ERR_NOT_FOUND)
        return cli_err(cli, err, "the signer's lock", "");
    if (err) {
        struct submit s;
        submit_init(&s, cli, cli->config.dir, 0);
        return submit_failed(&s, err);
    }
    return publish(cli, &o);
}
