#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/cli/ceremony.h"
#include "node/cli/commands.h"
#include "node/cli/keyring.h"
#include "node/cli/losses.h"
#include "node/cli/peerheads.h"
#include "node/cli/submit.h"
#include "node/file.h"
#include "node/keycard.h"

/* What was asked for, and the note that comes of it. */
struct proposing {
    struct cli *cli;
    const char *path, *network, *state;
    const char *threshold, *next_threshold, *anchor, *max;
    struct cli_texts card;
    struct authority note;
    struct proposal proposal;
    struct ownlog log; /* from epoch 1 on */
};

static bool refuse(struct proposing *p, int status, const char *what, const char *found, const char *rule) {
    p->cli->status = cli_say(p->cli, status, "%s%s%s%s: %s", what, found ? " '" : "", found ? found : "",
                             found ? "'" : "", rule);
    return false;
}

/* ---- the keys, from cards ---- */

static bool read_card(struct proposing *p, const char *path, struct keycard *ret) {
    char name[KEY_NAME_MAX + 1];
    uint8_t *text = NULL;
    size_t len = 0;
    enum err err = file_read(path, KEYCARD_MAX, &text, &len);

    if (!err)
        err = keycard_parse((struct bytes){text, len}, ret);
    free(text);
    if (err) {
        p->cli->status = cli_err(p->cli, err, path,
                                 err == ERR_VERSION ? "It is not a key card: comity key card makes one" : "");
        return false;
    }
    authority_root_name(&p->note, name);
    return !strcmp(ret->name, name) ||
           refuse(p, CLI_REFUSED, path, ret->name, "the card of another State or network");
}

static bool add_card(struct proposing *p, const char *path) {
    struct authority *a = &p->note;
    struct keycard card;

    if (!read_card(p, path, &card))
        return false;
    if (card.kind == KEYFILE_OPERATOR) {
        if (a->operator_count == OPERATOR_KEYS_MAX)
            return refuse(p, CLI_USAGE, "--card", path, "at most 16 operator keys");
        a->operator_key[a->operator_count++] = card.key;
        return true;
    }
    if (a->root_count == ROOT_KEYS_MAX)
        return refuse(p, CLI_USAGE, "--card", path, "at most 9 custodians");
    a->root[a->root_count++] = card.key;
    a->next[a->next_count++] = card.next;
    return true;
}

/* A threshold; without one, more than half. */
static bool read_threshold(struct proposing *p, const char *option, const char *text, unsigned *ret) {
    uint64_t value = p->note.root_count / 2 + 1;

    if (text && (decimal_get(&value, bytes_str(text)) || !value || value > p->note.root_count))
        return refuse(p, CLI_USAGE, option, text, "a number from 1 to the number of custodians is wanted");
    *ret = (unsigned)value;
    return true;
}

static bool add_keys(struct proposing *p) {
    for (unsigned i = 0; i < p->card.count; i++)
        if (!add_card(p, p->card.text[i]))
            return false;
    if (!p->note.root_count || !p->note.operator_count)
        return refuse(
            p, CLI_USAGE, "--card", NULL,
            "a card of each custodian, and one of each officer's new operator key, are wanted: comity key "
            "card makes them. An operator key is good for one epoch only");
    return read_threshold(p, "--threshold", p->threshold, &p->note.root_need) &&
           read_threshold(p, "--next-threshold", p->next_threshold, &p->note.next_need);
}

/* ---- the bounds, from the node ---- */

/* Ask for the root at a size, and for the proof that leads there from the anchor before. */
static bool ask_root(struct proposing *p, uint64_t from, struct proof *ret) {
    json_t *answer =
        cli_call(p->cli, "log-root",
                 json_pack("{s:I, s:I}", "size", (json_int_t)p->note.anchor_size, "from", (json_int_t)from));
    const char *root = json_string_value(json_object_get(answer, "root"));
    size_t len = 0, i;
    json_t *node;
    enum err err = !answer ? ERR_MISSING
                   : root  ? base64_get(p->note.anchor_root.b, DIGEST_LEN, &len, bytes_str(root))
                           : ERR_SCHEMA;

    *ret = (struct proof){0};
    json_array_foreach(json_object_get(answer, "proof"), i, node) {
        const char *text = json_string_value(node);
        if (!err && (i >= PROOF_MAX || !text))
            err = ERR_SCHEMA;
        if (!err)
            err = base64_get(ret->node[ret->count++].b, DIGEST_LEN, &len, bytes_str(text));
    }
    if (err && answer)
        p->cli->status = cli_err(p->cli, err, "the node's answer", "");
    json_decref(answer);
    return !err;
}

/* The anchor: what was asked for, or the most that a peer holds; never more than peers hold, if there are
 * any. */
static bool choose_anchor(struct proposing *p) {
    const struct authority *parent = &p->log.authority;
    struct peerheads heads;
    char rule[300];
    uint64_t anchor = 0;

    if (!peerheads_ask(p->cli, p->log.size, &heads))
        return false;
    if (p->anchor && decimal_get(&anchor, bytes_str(p->anchor)))
        return refuse(p, CLI_USAGE, "--anchor", p->anchor, "a number of entries is wanted");
    if (!p->anchor)
        anchor = heads.configured ? heads.size : p->log.size;
    if (heads.configured && anchor > heads.size) {
        snprintf(rule, sizeof(rule),
                 "of the peers that answer, none holds more than %" PRIu64
                 " entries of this log as they stand here. An "
                 "anchor that no peer holds could be lost with this machine%s",
                 heads.size,
                 heads.running ? "" : ". comityd does not run: start it, so that they can be asked");
        return refuse(p, CLI_REFUSED, "the anchor", p->anchor, rule);
    }
    if (anchor <= parent->anchor_size || anchor > parent->max || anchor > p->log.size) {
        snprintf(rule, sizeof(rule),
                 "the anchor may be from %" PRIu64 " to %" PRIu64
                 ": above the one before, and within what is held",
                 parent->anchor_size + 1, p->log.size < parent->max ? p->log.size : parent->max);
        return refuse(p, CLI_REFUSED, "the anchor", p->anchor ? p->anchor : "of the peers", rule);
    }
    p->note.anchor_size = anchor;
    return true;
}

static bool read_max(struct proposing *p) {
    p->note.max = p->note.anchor_size + AUTHORITY_GROWTH;
    if (p->max && (decimal_get(&p->note.max, bytes_str(p->max)) || p->note.max <= p->note.anchor_size))
        return refuse(p, CLI_USAGE, "--max", p->max, "a number of entries above the anchor is wanted");
    return true;
}

/* ---- the two kinds: a first note, made anywhere, and the next one, made on the node ---- */

static bool begin_first(struct proposing *p) {
    char name[KEY_NAME_MAX + 1];

    if (p->anchor)
        return refuse(p, CLI_USAGE, "--anchor", p->anchor, "a first note has none: its log is empty");
    if (!keyring_name(p->cli, p->network ? p->network : "", p->state ? p->state : "", name))
        return false;
    snprintf(p->note.network, sizeof(p->note.network), "%.*s", (int)(strchr(name, '/') - name), name);
    snprintf(p->note.code, sizeof(p->note.code), "%s", strchr(name, '/') + 1);
    p->note.anchor_root = digest_empty();
    return true;
}

static bool begin_next(struct proposing *p) {
    struct authority *a = &p->note;

    if (!cli_open(p->cli))
        return false;
    if (!*p->cli->config.code)
        return refuse(p, CLI_REFUSED, "this node", NULL, "an observer's: it has no log of its own");
    if (!submit_log(p->cli, &p->log) || !peerheads_chain(p->cli, p->log.origin, &p->proposal))
        return false;
    if (!digest_eq(&proposal_authority(&p->proposal)->hash, &p->log.authority.hash))
        return refuse(
            p, CLI_REFUSED, "the chain of notes", NULL,
            "the node's two answers differ: is another epoch being opened at this moment? Ask again");
    memcpy(a->network, p->log.authority.network, sizeof(a->network));
    memcpy(a->code, p->log.authority.code, sizeof(a->code));
    a->epoch = p->log.authority.epoch + 1;
    a->has_prev = true;
    a->prev = p->log.authority.hash;
    /* In dispute the log holds entries beyond its view: custodians are to know that these are lost. */
    p->proposal.held = p->log.held > p->log.size ? p->log.held : p->log.size;
    return choose_anchor(p) && losses_ask(p->cli, p->log.origin, a->anchor_size, p->log.size, &p->proposal);
}

/* ---- the proposal ---- */

static bool add_note(struct proposing *p) {
    uint8_t text[AUTHORITY_MAX];
    struct package_note note = {0};
    uint64_t at = 0;

    if (p->note.epoch && !ask_root(p, p->log.authority.anchor_size, &note.proof))
        return false;
    enum err err = authority_write(&p->note, text, sizeof(text), &note.text);
    if (!err)
        err = proposal_append(&p->proposal, &note);
    if (!err) /* what every gate would refuse must not reach the custodians */
        err = proposal_judge(&p->proposal, &at);
    if (err == ERR_COMMITTED || (err == ERR_UNSIGNED && at == p->note.epoch))
        return true;
    p->cli->status =
        cli_err(p->cli, err, "the note that was made",
                err == ERR_KEY_TWICE ? "Two cards hold the same key, or an operator key stands in an "
                                       "earlier note: make a new one with comity key new --operator"
                                     : "");
    return false;
}

/* Custodians whose next keys are lost or leave: can the others still reach the threshold? */
static void warn(const struct proposing *p) {
    const struct authority *parent = &p->log.authority;
    unsigned known = 0;

    for (unsigned i = 0; i < p->note.root_count; i++)
        known += authority_has_commitment(parent, &p->note.root[i]);
    if (p->note.epoch && known < parent->next_need)
        cli_say(p->cli, 0,
                "ATTENTION: epoch %" PRIu64
                " asks for %u of the keys that it has committed to, and %u are among these "
                "cards: custodians who leave have to sign too, with their next keys. Did they give the cards "
                "of their "
                "present keys by mistake?",
                parent->epoch, parent->next_need, known);
}

static int write_out(struct proposing *p) {
    char *text = NULL;
    enum err err = proposal_print(&p->proposal, &text);

    if (!err)
        err = file_write_new(p->path, bytes_str(text));
    free(text);
    if (err)
        return cli_err(p->cli, err, p->path, "");
    if (p->cli->json) {
        json_t *document = ceremony_json(&p->proposal, p->proposal.count - 1);
        json_object_set_new(document, "file", json_string(p->path));
        cli_print_json(document);
        json_decref(document);
    } else {
        ceremony_show(stdout, &p->proposal, p->proposal.count - 1, NULL);
        printf("Written to %s. Next: each custodian signs it (comity authority sign %s --key KEY), then %s\n",
               p->path, p->path,
               p->note.epoch ? "comity authority submit" : "comity init --first makes the node.");
    }
    warn(p);
    return CLI_DONE;
}

int cmd_authority_propose(struct cli *cli, int argc, char **argv) {
    struct proposing p = {.cli = cli};
    const struct cli_option options[] = {
        {"card", "CARD", "a key card: of each custodian, and of each officer's new key; again for each", NULL,
         NULL, &p.card},
        {"threshold", "M", "how many of these custodians sign this note (more than half)", NULL, &p.threshold,
         NULL},
        {"next-threshold", "M", "how many of their next keys have to sign the note after it (more than half)",
         NULL, &p.next_threshold, NULL},
        {"anchor", "SIZE", "how many entries of the log are kept (what the peers hold of it)", NULL,
         &p.anchor, NULL},
        {"max", "SIZE", "how far the log may grow in this epoch (1048576 beyond the anchor)", NULL, &p.max,
         NULL},
        {"network", "NAME", "of a first note, made before there is a node: the network", NULL, &p.network,
         NULL},
        {"state", "CODE", "of a first note: the State, such as FR", NULL, &p.state, NULL},
        {0}};

    if (cli_options(cli, options, argc, argv, 1, 1) < 0)
        return cli->status;
    p.path = argv[1];
    p.proposal.made = (uint64_t)time(NULL);
    bool good = (p.network || p.state ? begin_first(&p) : begin_next(&p)) && read_max(&p) && add_keys(&p) &&
                add_note(&p);
    int status = good ? write_out(&p) : cli->status;
    proposal_free(&p.proposal);
    return status;
}
