#include <inttypes.h>
#include <string.h>

#include "node/cli/commands.h"
#include "node/cli/confirmed.h"
#include "node/cli/submit.h"

/* Exit states of their own (design 9). */
enum { STATUS_WELL = 0, STATUS_DEGRADED = 1, STATUS_CANNOT_SIGN = 2, STATUS_FORK = 3 };

struct verdict {
    int status;
    json_t *reasons; /* texts */
};

static void add(struct verdict *v, int status, const char *text) {
    if (status > v->status)
        v->status = status;
    json_array_append_new(v->reasons, json_string(text));
}

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static bool flagged(const json_t *state, const char *flag) {
    json_t *name;
    size_t i;

    json_array_foreach(json_object_get(state, "flags"), i,
                       name) if (!strcmp(json_string_value(name), flag)) return true;
    return false;
}

static void judge_states(struct verdict *v, const json_t *states) {
    char text[200];
    json_t *state;
    size_t i;

    json_array_foreach(states, i, state) {
        const char *code = text_of(state, "state");
        if (flagged(state, "disputed")) {
            snprintf(text, sizeof(text), "%s: two histories are known (disputed)", code);
            add(v, STATUS_FORK, text);
        }
        if (flagged(state, "contested")) {
            snprintf(
                text, sizeof(text),
                "%s: two authority notes of one epoch are known (contested): comity trust confirm %s shows "
                "them",
                code, code);
            add(v, STATUS_FORK, text);
        }
        if (json_integer_value(json_object_get(state, "void"))) {
            snprintf(text, sizeof(text),
                     "%s: ALARM: a rival of a closed authority note has been seen; it has no effect, but its "
                     "people should know: comity trust confirm %s",
                     code, code);
            add(v, STATUS_DEGRADED, text);
        }
        if (flagged(state, "incomplete")) {
            snprintf(text, sizeof(text), "%s: entries below its newest anchor are missing", code);
            add(v, STATUS_DEGRADED, text);
        }
        if (json_is_true(json_object_get(state, "over_quota"))) {
            snprintf(text, sizeof(text),
                     "%s: its log has come to log_quota: what is here is kept, and no more is fetched", code);
            add(v, STATUS_DEGRADED, text);
        } else if (json_integer_value(json_object_get(state, "target")) >
                   json_integer_value(json_object_get(state, "size"))) {
            snprintf(text, sizeof(text), "%s: entries are still being fetched", code);
            add(v, STATUS_DEGRADED, text);
        }
        if (!strcmp(text_of(state, "freshness"), "red")) {
            snprintf(text, sizeof(text), "%s: nothing new from its own node for more than a week", code);
            add(v, STATUS_DEGRADED, text);
        }
    }
}

static void judge_peers(struct verdict *v, const json_t *status) {
    char text[120];
    json_t *peers = json_object_get(status, "peers"), *peer;
    size_t i, down = 0, dialled = 0;

    if (!json_is_true(json_object_get(status, "running"))) {
        add(v, STATUS_DEGRADED,
            "comityd does not run: nothing is fetched, and nobody can fetch from this node");
        return;
    }
    json_array_foreach(peers, i, peer) {
        dialled += *text_of(peer, "address") != 0;
        down += *text_of(peer, "address") && !json_is_true(json_object_get(peer, "up"));
    }
    if (!down)
        return;
    snprintf(text, sizeof(text), "%zu of %zu peers with an address are not linked", down, dialled);
    add(v, STATUS_DEGRADED, text);
}

static void judge_disk(struct verdict *v, const json_t *status) {
    const json_t *disk = json_object_get(status, "disk");
    char text[200];

    if (!json_is_true(json_object_get(disk, "low")))
        return;
    snprintf(text, sizeof(text),
             "the disk has %" PRId64 " MiB left, and disk_floor is %" PRId64
             ": nothing more is taken from peers until it has more",
             (int64_t)json_integer_value(json_object_get(disk, "left")) >> 20,
             (int64_t)json_integer_value(json_object_get(disk, "floor")) >> 20);
    add(v, STATUS_DEGRADED, text);
}

/* The signer: is its ledger there, and of one mind with the store? */
static void judge_ledger(struct verdict *v, struct cli *cli) {
    struct submit s;
    struct ownlog log;
    struct standing standing;
    char text[STANDING_TEXT_MAX];

    if (!submit_log(cli, &log)) {
        add(v, STATUS_CANNOT_SIGN, "the own log cannot be read: run comity doctor");
        return;
    }
    submit_init(&s, cli, cli->config.dir, 0);
    enum err err = publisher_look(&s.publisher, &log, &standing);
    if (err) {
        snprintf(text, sizeof(text), "the files of the ledger cannot be read (%s): comity publish says which",
                 err_text(err));
        add(v, STATUS_CANNOT_SIGN, text);
        return;
    }
    standing_say(&standing, &log, text, sizeof(text));
    if (*text)
        add(v,
            standing.state == STANDING_DISPUTED || standing.state == STANDING_CONTESTED ? STATUS_FORK
                                                                                        : STATUS_CANNOT_SIGN,
            text);
    else if (standing.state != STANDING_CLEAN)
        add(v, STATUS_DEGRADED, "a batch was interrupted: `comity publish` finishes it");
    else if (log.size >= log.authority.max)
        add(v, STATUS_CANNOT_SIGN,
            "the own log has reached the max of its epoch: the custodians open the next one");
    else if (log.authority.epoch && ownlog_at_anchor(&log))
        add(v, STATUS_DEGRADED, "a new epoch has begun: `comity publish` makes its first entry");
}

static void judge_confirmed(struct verdict *v, const struct config *config, const json_t *status) {
    char reason[CONFIRMED_TEXT_MAX], text[CONFIRMED_TEXT_MAX + 80];
    bool restored;

    if (confirmed_of(config, status, reason, sizeof(reason), &restored))
        return;
    snprintf(text, sizeof(text), "unconfirmed, so nothing is signed: %s", reason);
    add(v, STATUS_CANNOT_SIGN, text);
}

static void print_states(const json_t *states) {
    static const char *const columns[] = {"STATE", ">CONTACTS", ">ENTRIES", "FRESH", "TRUST", "ROOT", NULL};
    struct cli_table *table = cli_table_new(columns);
    json_t *state;
    size_t i;

    json_array_foreach(states, i, state) {
        char contacts[24], size[24];
        snprintf(contacts, sizeof(contacts), "%" PRId64,
                 (int64_t)json_integer_value(json_object_get(state, "contacts")));
        snprintf(size, sizeof(size), "%" PRId64, (int64_t)json_integer_value(json_object_get(state, "size")));
        const char *cells[] = {text_of(state, "state"),
                               contacts,
                               size,
                               text_of(state, "freshness"),
                               json_is_true(json_object_get(state, "hold")) ? "on hold"
                                                                            : text_of(state, "trust"),
                               text_of(state, "root")};
        cli_table_row(table, cells);
    }
    cli_table_print(table);
}

static void print_status(const struct cli *cli, const json_t *status, const json_t *states,
                         const struct verdict *v) {
    static const char *const words[] = {"well", "degraded", "cannot sign", "a fork is known"};
    json_t *reason;
    size_t i;

    printf("%s %s on %s: %s\n", *cli->config.code ? "State" : "Observer",
           *cli->config.code ? text_of(status, "state") : cli->config.observer, cli->config.network,
           words[v->status]);
    json_array_foreach(v->reasons, i, reason) printf("  - %s\n", json_string_value(reason));
    long long links = (long long)json_integer_value(json_object_get(status, "links"));
    long long drafts = (long long)json_integer_value(json_object_get(status, "drafts"));
    printf("node %s, %lld link%s, %lld draft%s\n", text_of(status, "node"), links, links == 1 ? "" : "s",
           drafts, drafts == 1 ? "" : "s");
    long long stale = (long long)json_integer_value(json_object_get(status, "stale"));
    if (stale > 0)
        printf("%lld contact%s to be looked after: comity contact list --stale --state %s\n", stale,
               stale == 1 ? " of this State is" : "s of this State are", text_of(status, "state"));
    print_states(states);
}

int cmd_status(struct cli *cli, int argc, char **argv) {
    struct verdict v = {STATUS_WELL, NULL};
    json_t *status, *states = NULL;

    if (cli_options(cli, NULL, argc, argv, 0, 0) < 0 || !cli_open(cli))
        return cli->status;
    status = cli_get(cli, "/api/v1/status", NULL);
    if (status)
        states = cli_get(cli, "/api/v1/states", NULL);
    if (!states) {
        json_decref(status);
        return cli->status;
    }
    v.reasons = json_array();
    judge_peers(&v, status);
    judge_disk(&v, status);
    judge_states(&v, json_object_get(states, "states"));
    if (*cli->config.code) {
        judge_ledger(&v, cli);
        judge_confirmed(&v, &cli->config, status);
    }
    if (cli->json) {
        json_object_set_new(status, "exit", json_integer(v.status));
        json_object_set(status, "reasons", v.reasons);
        json_object_set(status, "states", json_object_get(states, "states"));
        cli_print_json(status);
    } else {
        print_status(cli, status, json_object_get(states, "states"), &v);
    }
    json_decref(v.reasons);
    json_decref(states);
    json_decref(status);
    return v.status;
}
