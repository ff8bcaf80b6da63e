#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/ceremony.h"
#include "node/cli/commands.h"
#include "node/cli/keyring.h"
#include "node/cli/submit.h"
#include "node/file.h"
#include "node/renewal.h"
#include "proto/message.h"

struct handing {
    struct cli *cli;
    int count;
    char **path;
    const char *officer; /* key file of --operator; NULL */
    struct proposal proposal;
    struct ownlog log;
};

/* ---- copies that went to different custodians ---- */

static bool merge(struct handing *h, const char *path) {
    struct proposal other;
    unsigned added;

    if (!ceremony_read(h->cli, path, &other))
        return false;
    enum err err = proposal_merge(&h->proposal, &other, &added);
    proposal_free(&other);
    if (err)
        h->cli->status = cli_say(h->cli, CLI_REFUSED,
                                 "%s proposes another note than %s: only copies of one proposal go "
                                 "together",
                                 path, h->path[0]);
    return !err;
}

static bool read_all(struct handing *h) {
    if (!ceremony_read(h->cli, h->path[0], &h->proposal))
        return false;
    for (int i = 1; i < h->count; i++)
        if (!merge(h, h->path[i]))
            return false;
    if (proposal_authority(&h->proposal)->epoch)
        return true;
    h->cli->status =
        cli_say(h->cli, CLI_REFUSED, "%s is a first note: comity init --first %s makes the node with it",
                h->path[0], h->path[0]);
    return false;
}

/* ---- does it go on from where this node stands? ---- */

static bool refuse(struct handing *h, const char *why) {
    h->cli->status = cli_say(h->cli, CLI_REFUSED, "%s: %s", h->path[0], why);
    return false;
}

static bool anchor_held(struct handing *h) {
    const struct authority *a = proposal_authority(&h->proposal);
    struct digest root = digest_empty();
    size_t len = 0;

    if (a->anchor_size > h->log.size)
        return refuse(h, "its anchor lies beyond the entries that are held here");
    json_t *answer = cli_call(h->cli, "log-root", json_pack("{s:I}", "size", (json_int_t)a->anchor_size));
    const char *text = json_string_value(json_object_get(answer, "root"));
    bool read = text && !base64_get(root.b, DIGEST_LEN, &len, bytes_str(text));
    json_decref(answer);
    if (!answer)
        return false;
    return (read && digest_eq(&root, &a->anchor_root)) ||
           refuse(h, "its anchor is of another history than is held here");
}

static bool fits(struct handing *h) {
    const struct authority *a = proposal_authority(&h->proposal);
    char origin[ORIGIN_MAX + 1];

    ceremony_origin(&h->proposal, origin);
    if (!submit_log(h->cli, &h->log))
        return false;
    if (strcmp(origin, h->log.origin))
        return refuse(h, "it is of another log than this node's own");
    if (digest_eq(&a->hash, &h->log.authority.hash))
        return refuse(h, "it has been taken already: the epoch stands");
    if (!digest_eq(&a->prev, &h->log.authority.hash))
        return refuse(h, "another note has come after the one that it follows: propose again");
    return anchor_held(h);
}

static bool complete(struct handing *h) {
    if (ceremony_tally(stderr, &h->proposal))
        return true;
    return refuse(h, "signatures are missing: comity authority sign, on the machines of further custodians");
}

/* The officer's new key takes the place of the old one, which signs nothing any more. */
static bool place_key(struct handing *h, bool check_only) {
    struct keyfile key;
    char path[PATH_LEN + 16], text[KEYFILE_MAX];
    struct bytes printed;

    if (!h->officer)
        return true;
    if (!keyring_load(h->cli, h->officer, &key))
        return false;
    if (!authority_has_operator(proposal_authority(&h->proposal), &key.key)) {
        h->cli->status =
            cli_say(h->cli, CLI_REFUSED, "%s is not one of the operator keys of this note", h->officer);
        return false;
    }
    if (check_only)
        return true;
    snprintf(path, sizeof(path), "%s/operator.key", h->cli->config.dir);
    enum err err = keyfile_print(&key, text, sizeof(text), &printed);
    if (!err)
        err = file_replace(path, printed);
    if (err)
        h->cli->status = cli_err(h->cli, err, path, "The epoch stands; copy the key there by hand");
    return !err;
}

/* ---- in with it ---- */

static bool hand_in(struct handing *h) {
    static uint8_t buffer[AUTHORITY_MAX + 65536];
    const struct authority *a = proposal_authority(&h->proposal);
    struct package_writer pw = {0};
    struct package head = {.epoch = a->epoch, .root = digest_empty()};
    struct proof none = {0};
    struct bytes message;

    origin_log_id(h->log.origin, head.log);
    writer_init(&pw.w, buffer, sizeof(buffer));
    message_begin_package(&pw.w, 1);
    package_begin(&pw, NULL, 0, &head, proposal_note(&h->proposal), 1);
    enum err err = package_end(&pw, &none, false, &message);
    if (err) {
        h->cli->status = cli_err(h->cli, err, h->path[0], "");
        return false;
    }
    json_t *answer = cli_call_bytes(h->cli, "submit", message);
    json_decref(answer);
    return answer && submit_log(h->cli, &h->log);
}

/* A ledger that is lost comes back with the epoch that is handed in here for the first time (design 4). */
static bool grant(struct handing *h) {
    enum err err = renewal_grant(h->cli->config.dir, &proposal_authority(&h->proposal)->hash);

    if (err && err != ERR_EXISTS)
        h->cli->status = cli_err(h->cli, err, "the signer's ledger", "");
    return !err || err == ERR_EXISTS;
}

static void print_standing(const struct handing *h) {
    const struct authority *a = proposal_authority(&h->proposal);

    if (h->cli->json) {
        json_t *document = ceremony_json(&h->proposal, h->proposal.count - 1);
        cli_print_json(document);
        json_decref(document);
        return;
    }
    printf("Epoch %" PRIu64 " stands. Next:\n", a->epoch);
    if (h->officer)
        printf(
            "  comity publish                  names the note in the log, and publishes what is drafted\n");
    else
        printf(
            "  comity publish --key NEW-KEY    names the note in the log, and publishes what is drafted\n");
    if (h->proposal.held > a->anchor_size)
        printf("  What came after the first %" PRIu64
               " entries has lost its force: publish again what was right.\n",
               a->anchor_size);
    printf("  When the other States' nodes hold it (comity status), the custodians destroy the root keys of "
           "epoch "
           "%" PRIu64 ",\n  files and sheets: the next ones have taken their place.\n",
           a->epoch - 1);
}

static int submit(struct handing *h) {
    int lock = -1;

    if (!read_all(h) || !cli_open(h->cli) || !fits(h) || !complete(h) || !place_key(h, true))
        return h->cli->status;
    enum err err = ledger_lock(h->cli->config.dir, &lock);
    if (err == ERR_BUSY)
        return cli_say(h->cli, CLI_REFUSED, "comity publish is at work: wait until it has ended");
    if (err)
        return cli_err(h->cli, err, "the signer's lock", "");
    ceremony_show(stderr, &h->proposal, h->proposal.count - 1, NULL);
    if (!cli_ask(h->cli, "Open this epoch? It cannot be undone"))
        return CLI_REFUSED;
    if (!grant(h) || !hand_in(h))
        return h->cli->status;
    if (!digest_eq(&h->log.authority.hash, &proposal_authority(&h->proposal)->hash))
        return cli_say(
            h->cli, CLI_REFUSED,
            "the note is kept, but the epoch does not stand: another note of it is known (comity status)");
    if (!place_key(h, false))
        return h->cli->status;
    print_standing(h);
    return CLI_DONE;
}

int cmd_authority_submit(struct cli *cli, int argc, char **argv) {
    struct handing h = {.cli = cli, .path = argv + 1};
    const struct cli_option options[] = {{"operator", "KEY",
                                          "an officer's new key file, to take the place of operator.key",
                                          NULL, &h.officer, NULL},
                                         {0}};

    h.count = cli_options(cli, options, argc, argv, 1, 32);
    if (h.count < 0)
        return cli->status;
    int status = submit(&h);
    proposal_free(&h.proposal);
    return status;
}
