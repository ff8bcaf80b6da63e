#include "node/cli/drafting.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/cli/approving.h"
#include "node/cli/contacting.h"
#include "node/cli/likeness.h"
#include "node/cli/primacy.h"
#include "node/rules.h"

#define MANY 50
#define PAGE "500"

/* By which the node knows that it is still this draft. */
static json_t *sum_of(const json_t *text) {
    char hex[2 * DIGEST_LEN + 1];
    struct digest sum =
        digest_of((struct bytes){(const uint8_t *)json_string_value(text), json_string_length(text)});

    hex_put(hex, sum.b, DIGEST_LEN);
    return json_string(hex);
}

static void note_page(struct drafting *d, const json_t *page, uint64_t *seq) {
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(page, "drafts"), i, item) {
        json_t *number = json_object_get(item, "seq");
        json_t *draft =
            json_loads(json_string_value(json_object_get(item, "text")), JSON_REJECT_DUPLICATES, NULL);
        const char *id = json_string_value(json_object_get(draft, "id"));
        *seq = (uint64_t)json_integer_value(number);
        if (draft != NULL)
            json_object_set_new(draft, "sum", sum_of(json_object_get(item, "text")));
        if (id != NULL) {
            json_t *before = json_object_get(d->pending, id);
            json_t *seqs = before != NULL ? json_incref(json_object_get(before, "seqs")) : json_array();
            json_array_append(seqs, number);
            json_object_set_new(draft, "seqs", seqs);
            json_object_set(d->pending, id, draft);
        } else if (draft != NULL) {
            json_object_set_new(draft, "seqs", json_pack("[O]", number));
            json_array_append(d->others, draft);
        }
        json_decref(draft);
    }
}

static bool load_pending(struct drafting *d) {
    uint64_t seq = 0;
    bool more = true;
    while (more) {
        json_t *page = cli_call(d->cli, "draft-list", json_pack("{s:I}", "after", (json_int_t)seq));
        if (page == NULL)
            return false;
        note_page(d, page, &seq);
        more = json_is_true(json_object_get(page, "more"));
        json_decref(page);
    }
    return true;
}

/* One that has been withdrawn is listed too, with its last words. */
static bool in_force(const json_t *contact) {
    const char *standing = json_string_value(json_object_get(contact, "standing"));
    return standing == NULL || strcmp(standing, "withdrawn") != 0;
}

static bool load_present(struct drafting *d) {
    char after[64] = "";
    for (;;) {
        const char *const parameters[] = {
            "state", d->state, "limit", PAGE, "all", "1", "after", after[0] != '\0' ? after : NULL, NULL};
        json_t *page = cli_get(d->cli, "/api/v1/contacts", parameters), *contact;
        size_t i;
        if (page == NULL)
            return false;
        json_array_foreach(json_object_get(page, "contacts"), i, contact) {
            if (in_force(contact))
                json_object_set(d->present, json_string_value(json_object_get(contact, "id")), contact);
        }
        const char *next = json_string_value(json_object_get(page, "next"));
        snprintf(after, sizeof after, "%s", next != NULL ? next : "");
        json_decref(page);
        if (after[0] == '\0')
            return true;
    }
}

bool drafting_begin(struct drafting *d, struct cli *cli, bool all) {
    memset(d, 0, sizeof *d);
    d->cli = cli;
    if (cli->config.code[0] == '\0') {
        cli->status = cli_say(cli, CLI_REFUSED, "this is an observer's node: it has no State to write for");
        return false;
    }
    d->state[0] = (char)toupper((unsigned char)cli->config.code[0]);
    d->state[1] = (char)toupper((unsigned char)cli->config.code[1]);
    d->present = json_object();
    d->pending = json_object();
    d->others = json_array();
    handin_init(&d->handin);
    if (load_pending(d)) {
        /* Many drafts: one listing is faster than a question for each. */
        d->all_present = all || json_object_size(d->pending) > MANY;
        if (!d->all_present || load_present(d))
            return true;
    }
    int status = cli->status;
    handin_forget(&d->handin);
    (void)drafting_end(d);
    cli->status = status;
    return false;
}

bool drafting_load_all(struct drafting *d) {
    d->all_present = d->all_present || load_present(d);
    return d->all_present;
}

const json_t *drafting_published(struct drafting *d, const char *id) {
    json_t *contact = json_object_get(d->present, id);
    if (contact == NULL && !d->all_present) {
        char path[96];
        unsigned status = 0;
        snprintf(path, sizeof path, "/api/v1/contacts/%s/%s", d->state, id);
        contact = session_json(d->cli->session, path, "", &status);
        if (contact == NULL || !in_force(contact)) {
            json_decref(contact);
            contact = json_null();
        }
        json_object_set_new(d->present, id, contact);
    }
    return json_is_object(contact) ? contact : NULL;
}

bool drafting_find(struct drafting *d, const char *name, char ret[static 2 * CONTACT_ID_LEN + 1]) {
    char path[CONTACTING_PATH_MAX];
    const char *id, *found = NULL;
    json_t *draft;

    if (!contacting_path(d->cli, name, path))
        return false;
    const char *code = path + strlen("/api/v1/contacts/"), *digits = code + CODE_LEN + 1;
    if (strncmp(code, d->state, CODE_LEN) != 0) {
        d->cli->status = cli_say(d->cli, CLI_REFUSED, "%s: this node can only write for %s", name, d->state);
        return false;
    }
    json_object_foreach(d->pending, id, draft) {
        if (strncmp(id, digits, strlen(digits)) == 0)
            found = id;
    }
    if (found != NULL) {
        snprintf(ret, 2 * CONTACT_ID_LEN + 1, "%s", found);
        return true;
    }
    json_t *contact = contacting_get(d->cli, path, NULL);
    if (contact == NULL)
        return false;
    snprintf(ret, 2 * CONTACT_ID_LEN + 1, "%s", json_string_value(json_object_get(contact, "id")));
    json_decref(contact);
    return true;
}

/* A version that is published now is valid from now, not from when the one before it was. */
static json_t *without_past(json_t *record) {
    uint64_t from;
    const char *text = json_string_value(json_object_get(record, "valid_from"));
    if (text != NULL && time_parse(text, &from) && from <= (uint64_t)time(NULL))
        json_object_del(record, "valid_from");
    return record;
}

json_t *drafting_base(struct drafting *d, const char *id) {
    const json_t *draft = json_object_get(d->pending, id), *record = json_object_get(draft, "record");
    if (draft != NULL)
        return record != NULL ? without_past(record_authored(record)) : NULL;
    record = drafting_published(d, id);
    return record != NULL ? without_past(record_authored(record)) : NULL;
}

static void take_back(struct drafting *d, const char *id) {
    if (!d->dry)
        handin_drop(&d->handin, json_object_get(json_object_get(d->pending, id), "seqs"));
    json_object_del(d->pending, id);
}

/* Takes the draft. */
static bool hand_over(struct drafting *d, const char *id, json_t *draft) {
    bool good = true;

    json_object_set_new(draft, "author", json_integer(approving_user()));
    if (!d->dry)
        good = handin_add(&d->handin, d->cli, draft);
    if (good)
        take_back(d, id);
    json_decref(draft);
    return good;
}

static json_t *draft_of(struct drafting *d, const char *id, const json_t *record) {
    json_t *copy = json_copy((json_t *)(uintptr_t)record);
    json_object_set_new(copy, "id", json_string(id));
    json_object_set_new(copy, "state", json_string(d->state));
    rules_public(copy);
    return json_pack("{s:s, s:s, s:o}", "action", "put", "id", id, "record", copy);
}

static bool says_the_same(const json_t *before, const json_t *after) {
    json_t *changes = record_changes(before, after);
    bool same = json_array_size(changes) == 0;
    json_decref(changes);
    return same;
}

/* A draft's names beside those of the other contacts: a first page of them where not all are at hand. */
static void warn(struct drafting *d, const json_t *record) {
    if (d->likeness == NULL && d->all_present) {
        d->likeness = likeness_new(d->present);
    } else if (d->likeness == NULL) {
        const char *const parameters[] = {"state", d->state, "limit", PAGE, NULL};
        json_t *page = cli_get(d->cli, "/api/v1/contacts", parameters), *contacts = json_object(), *contact;
        size_t i;
        json_array_foreach(json_object_get(page, "contacts"), i, contact)
            json_object_set(contacts, json_string_value(json_object_get(contact, "id")), contact);
        d->likeness = likeness_new(contacts);
        json_decref(contacts);
        json_decref(page);
    }
    likeness_warn(d->likeness, d->cli, record);
}

/* A validity that has ended since it was published is not the fault of who changes something else. */
static bool says_until(const json_t *published, const json_t *record) {
    return !json_equal(json_object_get(published, "valid_until"), json_object_get(record, "valid_until"));
}

bool drafting_refuses(struct drafting *d, const char *id, const json_t *record, struct record_error *ret) {
    uint64_t now_s = (uint64_t)time(NULL);

    return !rules_review(record, now_s, ret) ||
           (says_until(drafting_published(d, id), record) && !rules_validity(record, now_s, ret)) ||
           primacy_clash(d, id, record, ret);
}

static bool refused(struct drafting *d, const char *id, const json_t *record) {
    struct record_error why;
    char name[40] = "";

    if (!drafting_refuses(d, id, record, &why))
        return false;
    if (drafting_published(d, id) != NULL || json_object_get(d->pending, id) != NULL)
        snprintf(name, sizeof name, "%s/%.12s: ", d->state, id);
    d->cli->status = cli_say(d->cli, CLI_REFUSED, "%s%s", name, why.text);
    return true;
}

enum drafting_verdict drafting_put(struct drafting *d, const char *id, const json_t *record) {
    const json_t *published = drafting_published(d, id);
    const json_t *draft = json_object_get(d->pending, id), *drafted = json_object_get(draft, "record");

    if (published != NULL && says_the_same(published, record)) {
        if (draft != NULL)
            take_back(d, id);
        return DRAFTING_SAME;
    }
    if (drafted != NULL && says_the_same(drafted, record))
        return DRAFTING_SAME;
    if (refused(d, id, record))
        return DRAFTING_REFUSED;
    if (!hand_over(d, id, draft_of(d, id, record)))
        return DRAFTING_FAILED;
    if (d->primaries != NULL)
        primacy_intend(d, id, record);
    warn(d, record);
    return published != NULL ? DRAFTING_CHANGED : DRAFTING_NEW;
}

enum drafting_verdict drafting_withdraw(struct drafting *d, const char *id) {
    const json_t *published = drafting_published(d, id), *draft = json_object_get(d->pending, id);
    const char *action = json_string_value(json_object_get(draft, "action"));

    if (action != NULL && strcmp(action, "withdraw") == 0)
        return DRAFTING_SAME;
    if (published == NULL) { /* nothing but a draft, which goes */
        if (draft != NULL)
            take_back(d, id);
        return DRAFTING_SAME;
    }
    if (!hand_over(d, id, json_pack("{s:s, s:s}", "action", "withdraw", "id", id)))
        return DRAFTING_FAILED;
    return DRAFTING_CHANGED;
}

bool drafting_erase(struct drafting *d, const char *id, const json_t *entries) {
    json_t *other, *part = json_array(), *entry;
    bool good = true;
    size_t i;

    json_array_foreach(d->others, i, other) {
        const char *contact = json_string_value(json_object_get(other, "contact"));
        if (contact != NULL && strcmp(contact, id) == 0)
            handin_drop(&d->handin, json_object_get(other, "seqs"));
    }
    json_array_foreach(entries, i, entry) {
        json_array_append(part, entry);
        if (json_array_size(part) < LEAF_ERASE_MAX && i + 1 < json_array_size(entries))
            continue;
        json_t *draft = json_pack("{s:s, s:s, s:o, s:i}", "action", "erase", "contact", id, "entries", part,
                                  "author", (int)approving_user());
        good = good && handin_add(&d->handin, d->cli, draft);
        json_decref(draft);
        part = json_array();
    }
    json_decref(part);
    return good;
}

bool drafting_known(const struct drafting *d, const char *id) {
    return json_is_object(json_object_get(d->present, id)) || json_object_get(d->pending, id) != NULL;
}

json_t *drafting_ids(const struct drafting *d) {
    json_t *ids = json_array(), *item;
    const char *id;

    json_object_foreach(d->present, id, item) {
        const char *action = json_string_value(json_object_get(json_object_get(d->pending, id), "action"));
        if (json_is_object(item) && (action == NULL || strcmp(action, "withdraw") != 0))
            json_array_append_new(ids, json_string(id));
    }
    json_object_foreach(d->pending, id, item) {
        if (json_object_get(d->present, id) == NULL && json_object_get(item, "record") != NULL)
            json_array_append_new(ids, json_string(id));
    }
    return ids;
}

json_t *drafting_numbers(struct cli *cli, int count, char **argv) {
    json_t *list = json_array();

    for (int i = 1; i <= count; i++) {
        uint64_t seq = 0;
        if (decimal_get(&seq, bytes_str(argv[i])) || !seq) {
            cli->status =
                cli_say(cli, CLI_USAGE, "'%s' is no draft's number: comity diff shows them", argv[i]);
            json_decref(list);
            return NULL;
        }
        json_array_append_new(list, json_integer((json_int_t)seq));
    }
    return list;
}

bool drafting_end(struct drafting *d) {
    bool good = handin_send(&d->handin, d->cli);
    d->added = d->handin.added;
    likeness_free(d->likeness);
    d->likeness = NULL;
    json_decref(d->primaries);
    d->primaries = NULL;
    json_decref(d->present);
    json_decref(d->pending);
    json_decref(d->others);
    handin_free(&d->handin);
    d->present = d->pending = d->others = NULL;
    return good;
}
