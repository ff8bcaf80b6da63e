#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/api_call.h"
#include "node/restored.h"
#include "store/directory.h"

json_t *api_live_json(const struct api_call *call) {
    json_t *live = call->options->live == NULL ? NULL : call->options->live(call->options->live_context);

    return live == NULL ? json_object() : live;
}

static unsigned links_up(const json_t *live) {
    unsigned count = 0;
    size_t i;
    json_t *peer;

    json_array_foreach(json_object_get(live, "peers"), i, peer) {
        count += json_is_true(json_object_get(peer, "up"));
    }
    return count;
}

static json_t *row_json(const struct peer_row *row) {
    char network[NETWORK_MAX + 1], code[CODE_LEN + 1] = "";

    if (origin_check(bytes_str(row->origin), network, code) != ERR_OK)
        code[0] = '\0';
    return json_pack("{s:o, s:s, s:s, s:o, s:s, s:b, s:b, s:b}", "node", api_hex(BYTES(row->node.b)), "name",
                     row->name, "origin", row->origin, "state", api_code(code), "address", row->address,
                     "invited", row->invited, "configured", row->configured, "up", false);
}

/* The name under which a State has accredited an observer that the roster does not name. */
static void name_observers(json_t *peers, const json_t *observers) {
    json_t *observer;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)observers, i, observer) {
        const char *node = json_string_value(json_object_get(observer, "node"));
        json_t *peer = node == NULL ? NULL : json_object_get(peers, node);
        if (peer != NULL && json_string_length(json_object_get(peer, "name")) == 0)
            json_object_set(peer, "name", json_object_get(observer, "name"));
    }
}

static json_t *observers_json(struct api_call *call) {
    struct log_record record = {0};
    json_t *observers = json_array();

    while (logs_next(call->txn, &record)) {
        if (!believe_follows(call->txn, &record))
            continue;
        json_t *some = api_nodes_json(call, &record, LEAF_OBSERVER);
        json_array_extend(observers, some);
        json_decref(some);
    }
    return observers;
}

/* The peers of the roster, with what the daemon knows of each laid over it, then those only it knows. */
static json_t *peers_json(struct api_call *call, json_t *live) {
    struct peer_row row = {0};
    json_t *peers = json_object(), *list = json_array(), *peer;
    const char *node;
    size_t i;

    while (peers_next(call->txn, &row)) {
        char hex[2 * KEY_LEN + 1];
        hex_put(hex, row.node.b, KEY_LEN);
        json_object_set_new(peers, hex, row_json(&row));
    }
    json_array_foreach(json_object_get(live, "peers"), i, peer) {
        node = json_string_value(json_object_get(peer, "node"));
        if (node == NULL)
            continue;
        json_t *known = json_object_get(peers, node);
        if (known == NULL)
            json_object_set(peers, node, peer);
        else
            json_object_update(known, peer);
    }
    json_t *observers = observers_json(call);
    name_observers(peers, observers);
    json_decref(observers);
    json_object_foreach(peers, node, peer) json_array_append(list, peer);
    json_decref(peers);
    return list;
}

struct totals {
    uint64_t states, contacts, entries;
};

static bool add_up(struct api_call *call, struct totals *ret) {
    struct log_record record = {.seq = 0};
    struct totals sum = {0};
    enum err err = ERR_OK;

    while (err == ERR_OK && logs_next(call->txn, &record)) {
        uint64_t contacts = 0;
        if (!api_is_listed(call, &record))
            continue;
        err = search_count(call->search, call->txn, record.id, call->now, &contacts);
        sum.states++;
        sum.contacts += contacts;
        sum.entries += record.head.size;
    }
    *ret = sum;
    if (err != ERR_OK)
        api_refuse(call, 500, err_name(err), "the search: %s", err_text(err));
    return err == ERR_OK;
}

static uint64_t count_drafts(struct api_call *call) {
    uint64_t seq = 0, count = 0;
    struct bytes text;

    while (drafts_next(call->txn, &seq, &text))
        count++;
    return count;
}

/* A word that changes whenever another answer may have: a page that polls compares it. */
static json_t *stamp_json(const json_t *status) {
    static const char *const moving[] = {"seq",    "states", "contacts", "entries",
                                         "drafts", "links",  "running",  "confirmed"};
    uint8_t hash[16];
    json_t *part = json_object(), *cosigned = json_object_get(status, "log");

    for (size_t i = 0; i < sizeof moving / sizeof *moving; i++)
        json_object_set(part, moving[i], json_object_get(status, moving[i]));
    if (cosigned != NULL)
        json_object_set(part, "cosigned", json_object_get(cosigned, "cosigned"));
    char *text = json_dumps(part, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(part);
    if (text == NULL)
        return json_null();
    crypto_generichash(hash, sizeof hash, (const uint8_t *)text, strlen(text), NULL, 0);
    free(text);
    return api_hex(BYTES(hash));
}

/* Contacts of the own State that are to be looked after. */
static json_t *stale_json(struct api_call *call, const char *code) {
    struct search_want want = {.view = call->view,
                               .text = "",
                               .state = code,
                               .kind = "",
                               .language = "",
                               .at = call->now,
                               .stale = true,
                               .limit = 1};
    struct search_hit hit[SEARCH_LIMIT_MAX];
    unsigned count;
    uint64_t total = 0;
    bool more;

    if (search_find(call->search, call->txn, &want, hit, &count, &total, &more) != ERR_OK)
        return json_null();
    return json_integer((json_int_t)total);
}

static void add_own(struct api_call *call, json_t *status) {
    struct log_record record;
    uint8_t log[LOG_ID_LEN];

    origin_log_id(call->options->origin, log);
    if (call->options->origin[0] != '\0' && logs_get(call->txn, log, &record)) {
        json_object_set_new(status, "state", api_code(record.code));
        json_object_set_new(status, "log", api_log_json(call, &record));
        json_object_set_new(status, "stale", stale_json(call, record.code));
    } else {
        json_object_set_new(status, "state", json_null());
        json_object_set_new(status, "log", json_null());
    }
}

/* All of a status but its peers; what the daemon knows goes to *ret_live.  NULL: refused already. */
static json_t *status_json(struct api_call *call, json_t **ret_live) {
    const struct api_options *options = call->options;
    struct totals totals;

    if (!add_up(call, &totals))
        return NULL;
    json_t *live = api_live_json(call);
    bool running = json_is_true(json_object_get(live, "running"));
    json_t *status = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:b, s:i, s:I, s:I, s:I, s:I}", "network", options->network, "origin",
        options->origin, "observer", options->name == NULL ? "" : options->name, "node", options->node_id,
        "version", COMITY_VERSION, "running", running, "links", (int)links_up(live), "states",
        (json_int_t)totals.states, "contacts", (json_int_t)totals.contacts, "entries",
        (json_int_t)totals.entries, "seq", (json_int_t)changes_newest(call->txn));
    json_object_set_new(status, "now", api_when(call->now));
    add_own(call, status);
    if (call->view == API_MEMBERS) {
        uint64_t when;
        json_object_set_new(status, "restored", json_boolean(restored_get(call->txn, &when)));
        json_object_set_new(status, "drafts", json_integer((json_int_t)count_drafts(call)));
        json_object_set_new(status, "bytes", json_integer((json_int_t)store_bytes(options->store)));
        json_object_update_missing(status, live);
        json_object_del(status, "survey"); /* api_erasures.c */
    }
    json_object_set_new(status, "stamp", stamp_json(status));
    *ret_live = live;
    return status;
}

json_t *api_stamp_json(struct api_call *call) {
    json_t *live, *status = status_json(call, &live);

    if (status == NULL)
        return NULL;
    json_t *stamp = json_incref(json_object_get(status, "stamp"));
    json_decref(status);
    json_decref(live);
    return stamp;
}

void api_status(struct api_call *call) {
    json_t *live, *status = status_json(call, &live);

    if (status == NULL)
        return;
    const char *stamp = json_string_value(json_object_get(status, "stamp"));
    json_object_set_new(status, "cursor",
                        api_cursor_json(call, changes_newest(call->txn), stamp == NULL ? "" : stamp));
    if (call->view == API_MEMBERS)
        json_object_set_new(status, "peers", peers_json(call, live));
    json_decref(live);
    call->json = status;
}

void api_network(struct api_call *call) {
    struct log_record record = {0};
    json_t *nodes = json_array(), *live = api_live_json(call);

    while (logs_next(call->txn, &record)) {
        if (!believe_follows(call->txn, &record))
            continue;
        json_t *some = api_nodes_json(call, &record, LEAF_NODE);
        json_array_extend(nodes, some);
        json_decref(some);
    }
    call->json =
        json_pack("{s:s, s:o, s:o, s:o, s:i}", "network", call->options->network, "logs", api_logs_json(call),
                  "nodes", nodes, "observers", observers_json(call), "links", (int)links_up(live));
    if (call->view == API_MEMBERS)
        json_object_set_new(call->json, "peers", peers_json(call, live));
    json_decref(live);
}

void api_drafts(struct api_call *call) {
    uint64_t seq = 0;
    struct bytes text;
    json_t *drafts = json_array();

    while (drafts_next(call->txn, &seq, &text)) {
        json_t *draft = json_loadb((const char *)text.ptr, text.len, 0, NULL);
        if (!json_is_object(draft)) {
            json_decref(draft);
            continue;
        }
        json_object_set_new(draft, "seq", json_integer((json_int_t)seq));
        json_array_append_new(drafts, draft);
    }
    call->json = json_pack("{s:o}", "drafts", drafts);
}
