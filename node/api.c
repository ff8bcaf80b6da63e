#include "node/api.h"

#include <ctype.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/api_call.h"
#include "node/inert.h"
#include "node/problem.h"
#include "node/record.h"
#include "node/rules.h"

#define PATH_MAX_LEN 512

struct api {
    struct api_options options;
    atomic_uint generation;
    struct search *search;
};

/* A star stands for one word of the path, two stars for all that follow. */
struct api_route {
    const char *path;
    const char *params;
    api_handler *handler;
    bool members; /* not there in the public view */
    bool kept;    /* the answer follows from the store and, as api_until() tells, from the clock alone */
};

static const struct api_route routes[] = {
    {"/api/v1/states", "", api_states, false, false},
    {"/api/v1/states/*", "", api_state, false, false},
    {"/api/v1/states/*/entries", "from since limit", api_entries, false, false},
    {"/api/v1/states/*/erasures", "", api_erasures, true, false},
    {"/api/v1/contacts", "q state kind language open stale at limit after all", api_contacts, false, true},
    {"/api/v1/contacts/*/*", "at", api_contact, false, true},
    {"/api/v1/contacts/*/*/history", "", api_history, false, true},
    {"/api/v1/contacts/*/*/receipt", "at public", api_receipt, false, true},
    {"/api/v1/logs", "", api_logs, false, false},
    {"/api/v1/logs/*/*/*", "", api_log, false, false},
    {"/api/v1/logs/*/*/*/entries/*", "", api_entry, false, true},
    {"/api/v1/logs/*/*/*/entries/*/receipt", "public", api_entry_receipt, false, true},
    {"/api/v1/logs/*/*/*/notes", "", api_notes, false, true},
    {"/api/v1/logs/*/*/*/evidence", "", api_evidence, false, true},
    {"/api/v1/logs/*/*/*/parts", "from", api_parts, false, true},
    {"/api/v1/network", "", api_network, false, false},
    {"/api/v1/status", "", api_status, false, false},
    {"/api/v1/changes", "since wait", api_changes, false, false},
    {"/api/v1/summary", "", api_summary, false, false},
    {"/api/v1/drafts", "", api_drafts, true, false},
    {"/metrics", "", api_metrics, false, false},
    {"/log/*/*/*/checkpoint", "", api_checkpoint, false, true},
    {"/log/*/*/*/tile/entries/**", "", api_entry_bundle, false, true},
    {"/log/*/*/*/tile/**", "", api_tile, false, true},
};

enum err api_open(const struct api_options *options, struct api **ret) {
    struct api *api = calloc(1, sizeof *api);

    if (api == NULL)
        return ERR_MEMORY;
    api->options = *options;
    if (api->options.review_days == 0)
        api->options.review_days = rules_get()->review_days;
    enum err err = search_open(api->options.review_days, &api->search);
    if (err != ERR_OK) {
        free(api);
        return err;
    }
    *ret = api;
    return ERR_OK;
}

void api_close(struct api *api) {
    if (api == NULL)
        return;
    search_close(api->search);
    free(api);
}

void api_changed(struct api *api) {
    search_changed(api->search);
    atomic_fetch_add(&api->generation, 1); /* after the search knows */
}

struct api_mark api_mark(const struct api *api) {
    unsigned generation = atomic_load(&api->generation);
    return (struct api_mark){store_version(api->options.store), generation};
}

void api_until(struct api_call *call, uint64_t at_s) {
    if (at_s < call->until)
        call->until = at_s;
}

void api_refuse(struct api_call *call, unsigned status, const char *code, const char *format, ...) {
    char text[640];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    json_decref(call->json);
    call->status = status;
    call->json = problem_json(status, code, text);
}

static bool cut_word(const char **path, struct bytes *ret) {
    if (**path != '/')
        return false;
    size_t len = strcspn(*path + 1, "/");
    *ret = (struct bytes){(const uint8_t *)*path + 1, len};
    *path += 1 + len;
    return len > 0;
}

/* Whether a path is of a route; *ret_words takes what stood at its stars. */
static bool match(const char *route, const char *path, struct bytes *word, unsigned *ret_count) {
    unsigned count = 0;
    struct bytes want, got;
    bool rest = false;

    while (*path != '\0') {
        if (!rest && !cut_word(&route, &want))
            return false;
        rest = rest || bytes_is(want, "**");
        if (!cut_word(&path, &got))
            return false;
        if (rest || bytes_is(want, "*")) {
            if (count == API_WORDS)
                return false;
            word[count++] = got;
        } else if (!bytes_eq(want, got)) {
            return false;
        }
    }
    *ret_count = count;
    return *route == '\0';
}

/* Paths need no other characters; whatever is spelt otherwise is not there. */
static bool plain(const char *path) {
    for (const char *c = path; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr("/.-_", *c) == NULL)
            return false;
    return strlen(path) <= PATH_MAX_LEN;
}

static const struct api_route *find_route(struct api_call *call, const char *path) {
    if (!plain(path))
        return NULL;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        if (match(routes[i].path, path, call->word, &call->word_count))
            return routes[i].members && call->view != API_MEMBERS ? NULL : &routes[i];
    return NULL;
}

static const char *query_fault(enum err err) {
    switch (err) {
    case ERR_NAME:
        return "there is no such parameter here";
    case ERR_EXISTS:
        return "it is given twice";
    case ERR_SIZE:
        return "it is longer than 256 bytes";
    case ERR_SCHEMA:
        return "a percent sign is not followed by two hex digits";
    default:
        return err_text(err);
    }
}

/* Answer within one read transaction. */
static void answer(struct api_call *call, const char *path, const char *query) {
    char name[16];

    call->status = 200;
    const struct api_route *route = find_route(call, path);
    if (route == NULL) {
        api_refuse(call, 404, "NOT_FOUND", "there is nothing at this path");
        return;
    }
    enum err err = query_parse(query, route->params, &call->query, name);
    if (err != ERR_OK) {
        bool clean = utf8_clean(bytes_str(name));
        api_refuse(call, 400, err_name(err), "parameter '%s': %s", clean ? name : "?", query_fault(err));
        return;
    }
    struct txn t;
    txn_begin(&t, call->options->store, false);
    call->txn = &t;
    call->version = txn_version(&t);
    call->live = !route->kept;
    call->until = route->kept ? UINT64_MAX : call->now + 1;
    route->handler(call);
    if (t.err != ERR_OK)
        api_refuse(call, 500, err_name(t.err), "the store: %s", err_text(t.err));
    txn_abort(&t);
    call->txn = NULL;
}

static void begin(struct api_call *call, struct api *api, enum api_view view) {
    time_t now = time(NULL);

    *call = (struct api_call){.api = api, .options = &api->options, .search = api->search, .view = view};
    call->now = now < 0 ? 0 : (uint64_t)now;
}

static void set_etag(struct api_reply *reply) {
    uint8_t hash[16];
    char hex[2 * sizeof hash + 1];

    crypto_generichash(hash, sizeof hash, (const uint8_t *)reply->body, reply->len, NULL, 0);
    hex_put(hex, hash, sizeof hash);
    snprintf(reply->etag, sizeof reply->etag, "\"%s\"", hex);
}

void api_get(struct api *api, enum api_view view, const char *path, const char *query,
             struct api_reply *ret) {
    struct api_call call;

    unsigned generation = atomic_load(&api->generation);
    begin(&call, api, view);
    answer(&call, path, query);
    *ret = (struct api_reply){.status = call.status, .mark = {call.version, generation}};
    if (call.body != NULL && call.status == 200) {
        ret->type = call.type;
        ret->body = (char *)call.body;
        ret->len = call.len;
    } else {
        free(call.body);
        ret->type = call.status == 200 ? "application/json" : PROBLEM_TYPE;
        ret->body = call.json == NULL ? NULL : inert_dump(call.json, &ret->len);
    }
    json_decref(call.json);
    if (ret->body == NULL)
        *ret = (struct api_reply){.status = 500, .type = PROBLEM_TYPE, .body = strdup(""), .len = 0};
    else if (ret->status == 200)
        set_etag(ret);
    memcpy(ret->file, call.file, sizeof ret->file);
    ret->wait_s = ret->status == 200 ? call.wait_s : 0;
    ret->until_s = ret->status == 200 ? call.until : 0;
    ret->live = call.live;
}

json_t *api_json(struct api *api, enum api_view view, const char *path, const char *query,
                 unsigned *ret_status) {
    struct api_call call;

    begin(&call, api, view);
    answer(&call, path, query);
    free(call.body);
    *ret_status = call.status;
    return call.json;
}

bool api_number(struct api_call *call, const char *name, uint64_t min, uint64_t max, uint64_t *ret) {
    const char *text = query_get(&call->query, name);
    uint64_t value;

    if (*text == '\0')
        return true;
    if (decimal_get(&value, bytes_str(text)) != ERR_OK || value < min || value > max) {
        api_refuse(call, 400, "RANGE", "%s is '%s'; it must be a number from %llu to %llu", name, text,
                   (unsigned long long)min, (unsigned long long)max);
        return false;
    }
    *ret = value;
    return true;
}

bool api_time(struct api_call *call, const char *name, uint64_t *ret) {
    const char *text = query_get(&call->query, name);

    if (*text == '\0' || time_parse(text, ret))
        return true;
    api_refuse(call, 400, "SCHEMA", "%s is '%s'; it must be a time such as 2026-01-31T12:00:00Z", name, text);
    return false;
}

bool api_flag(struct api_call *call, const char *name, bool *ret) {
    uint64_t value = 0;

    if (!api_number(call, name, 0, 1, &value))
        return false;
    *ret = value == 1;
    return true;
}

bool api_is_listed(struct api_call *call, const struct log_record *record) {
    struct pin pin;

    return roster_get(call->txn, record->origin, &pin) || believe_shows(call->txn, record);
}

bool api_find_state(struct api_call *call, struct bytes code, struct log_record *ret) {
    struct log_record record = {.seq = 0};
    char lower[CODE_LEN + 1] = "";
    bool found = false, shown = false;

    for (unsigned i = 0; i < CODE_LEN && code.len == CODE_LEN; i++)
        lower[i] = (char)tolower(code.ptr[i]);
    while (*lower != '\0' && !shown && logs_next(call->txn, &record)) {
        if (strcmp(record.code, lower) != 0 || !api_is_listed(call, &record))
            continue;
        found = true;
        shown = believe_shows(call->txn, &record);
        *ret = record;
    }
    if (!found)
        api_refuse(call, 404, "NOT_FOUND", "no State with this code is known here");
    return found;
}

bool api_find_shown(struct api_call *call, struct bytes code, struct log_record *ret) {
    if (!api_find_state(call, code, ret))
        return false;
    if (believe_follows(call->txn, ret))
        return true;
    api_refuse(call, 404, "HOLD", "this State is on hold on this node: what it has published is not shown");
    return false;
}

bool api_find_log(struct api_call *call, struct log_record *ret) {
    char origin[PATH_MAX_LEN + 1];
    uint8_t log[LOG_ID_LEN];

    snprintf(origin, sizeof origin, "%.*s/%.*s/%.*s", (int)call->word[0].len, call->word[0].ptr,
             (int)call->word[1].len, call->word[1].ptr, (int)call->word[2].len, call->word[2].ptr);
    origin_log_id(origin, log);
    if (logs_get(call->txn, log, ret) && strcmp(ret->origin, origin) == 0 &&
        (call->view == API_MEMBERS || believe_follows(call->txn, ret)))
        return true;
    api_refuse(call, 404, "NOT_FOUND", "no log of this origin is carried here");
    return false;
}

json_t *api_base64(struct bytes data) {
    size_t max = BASE64_LEN(data.len) + 1, len = 0;
    char *text = malloc(max);
    json_t *json = NULL;

    if (text != NULL && base64_put(text, max, &len, data) == ERR_OK)
        json = json_stringn(text, len);
    free(text);
    return json;
}

json_t *api_hex(struct bytes data) {
    char text[2 * 64 + 1];

    if (data.len > 64)
        return NULL;
    hex_put(text, data.ptr, data.len);
    return json_string(text);
}

json_t *api_when(uint64_t at_s) {
    char text[24];

    if (at_s == 0)
        return json_null();
    time_text(at_s, text);
    return json_string(text);
}

json_t *api_code(const char *code) {
    char text[CODE_LEN + 1] = {0};

    for (unsigned i = 0; i < CODE_LEN && code[i] != '\0'; i++)
        text[i] = (char)toupper((unsigned char)code[i]);
    return text[0] == '\0' ? json_null() : json_string(text);
}

json_t *api_text(struct bytes text) {
    json_t *json = json_stringn((const char *)text.ptr, text.len);

    return json == NULL ? json_null() : json;
}

json_t *api_names(const struct names *names) {
    json_t *json = json_object();

    for (unsigned i = 0; i < names->count; i++) {
        char tag[LEAF_TAG_MAX + 1];
        size_t len = names->name[i].tag.len < LEAF_TAG_MAX ? names->name[i].tag.len : LEAF_TAG_MAX;
        memcpy(tag, names->name[i].tag.ptr, len);
        tag[len] = '\0';
        json_object_set_new(json, tag, api_text(names->name[i].text));
    }
    return json;
}
