/* contact list, show and search: reading the directory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/commands.h"
#include "node/cli/contacting.h"
#include "node/cli/terminal.h"
#include "node/cli/wording.h"
#include "node/isocode.h"
#include "node/record.h"
#include "node/rules.h"
#include "node/search.h"

#define PAGE "500"

struct filter {
    const char *state, *kind, *language, *at, *text, *limit;
    bool all, now, stale;
};

static json_t *page_get(struct cli *cli, const struct filter *f, const char *limit, const char *after) {
    const char *const parameters[] = {"q",        f->text,
                                      "state",    f->state,
                                      "kind",     f->kind,
                                      "language", f->language,
                                      "at",       f->at,
                                      "all",      f->all ? "1" : NULL,
                                      "open",     f->now ? "now" : NULL,
                                      "stale",    f->stale ? "1" : NULL,
                                      "limit",    limit,
                                      "after",    after,
                                      NULL};
    return cli_get(cli, "/api/v1/contacts", parameters);
}

/* All pages as one answer. */
static json_t *contacts_get(struct cli *cli, const struct filter *f) {
    json_t *all = json_array(), *total = NULL;
    char after[64] = "";
    for (;;) {
        json_t *page = page_get(cli, f, f->limit != NULL ? f->limit : PAGE, after[0] != '\0' ? after : NULL);
        if (page == NULL) {
            json_decref(all);
            json_decref(total);
            return NULL;
        }
        json_array_extend(all, json_object_get(page, "contacts"));
        const char *next = json_string_value(json_object_get(page, "next"));
        json_decref(total);
        total = json_incref(json_object_get(page, "total"));
        snprintf(after, sizeof after, "%s", next != NULL ? next : "");
        json_decref(page);
        if (after[0] == '\0' || f->limit != NULL)
            break;
    }
    json_t *answer = json_pack("{s:o, s:o}", "contacts", all, "total", total != NULL ? total : json_null());
    if (after[0] != '\0')
        json_object_set_new(answer, "next", json_string(after));
    return answer;
}

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

/* "withheld", "gone", or nothing: so that an empty cell is never a silent one. */
static const char *missing(const json_t *contact) {
    const char *state = text_of(json_object_get(contact, "parts"), "members");
    if (text_of(contact, "erased")[0] != '\0')
        return "erased";
    return strcmp(state, "held") == 0 || strcmp(state, "none") == 0 ? "" : state;
}

static void print_table(const json_t *contacts) {
    static const char *const columns[] = {"ID",    "KIND", "STATUS",       "E-MAIL",
                                          "PHONE", "NAME", "ORGANISATION", NULL};
    struct cli_table *table = cli_table_new(columns);
    size_t i;
    json_t *c;
    json_array_foreach(contacts, i, c) {
        char id[64];
        const char *email = wording_first(json_object_get(c, "emails"), "address");
        const char *standing = text_of(c, "standing");
        wording_id(c, id, sizeof id);
        cli_table_row(table, (const char *const[]){id, text_of(c, "kind"),
                                                   strcmp(standing, "current") == 0 || standing[0] == '\0'
                                                       ? text_of(c, "status")
                                                       : standing,
                                                   email[0] != '\0' ? email : missing(c),
                                                   wording_first(json_object_get(c, "phones"), "number"),
                                                   wording_name(json_object_get(c, "name"), "en"),
                                                   wording_name(json_object_get(c, "organisation"), "en")});
    }
    cli_table_print(table);
}

/* Nothing was found; what was asked for may be why. */
static void print_none(struct cli *cli, const struct filter *f) {
    const char *kinds = rules_get()->kinds;
    unsigned status = 0;
    char path[32];

    puts("No contacts.");
    fflush(stdout);
    if (f->kind != NULL && !rules_word(kinds, f->kind))
        cli_say(cli, 0, "%s is no kind of this network; there are: %s", f->kind, kinds);
    if (f->language != NULL && isocode_language(f->language) != NULL &&
        strcmp(isocode_language(f->language), f->language) != 0)
        cli_say(cli, 0, "%s: languages are asked for by their tag: %s", f->language,
                isocode_language(f->language));
    if (f->state == NULL || strlen(f->state) != CODE_LEN)
        return;
    snprintf(path, sizeof path, "/api/v1/states/%s", f->state);
    json_decref(session_json(cli->session, path, "", &status));
    if (status == 404)
        cli_say(cli, 0, "%s is no State that this node knows; comity status lists them", f->state);
}

static int print_contacts(struct cli *cli, const struct filter *f) {
    if (!cli_open(cli))
        return cli->status;
    json_t *answer = contacts_get(cli, f);
    if (answer == NULL)
        return cli->status;
    if (cli->json) {
        cli_print_json(answer);
    } else if (json_array_size(json_object_get(answer, "contacts")) == 0) {
        print_none(cli, f);
    } else {
        print_table(json_object_get(answer, "contacts"));
        if (json_object_get(answer, "next") != NULL)
            printf("of %lld in all; without --limit all are listed\n",
                   (long long)json_integer_value(json_object_get(answer, "total")));
    }
    json_decref(answer);
    return CLI_DONE;
}

static int filtered(struct cli *cli, int argc, char **argv, struct filter *f, int least, int most) {
    const struct cli_option options[] = {
        {"state", "FR", "contacts of one State", NULL, &f->state, NULL},
        {"kind", "KIND", "of one kind", NULL, &f->kind, NULL},
        {"language", "TAG", "who speak a language", NULL, &f->language, NULL},
        {"at", "TIME", "as they were, or will be, at a time", NULL, &f->at, NULL},
        {"limit", "N", "at most so many", NULL, &f->limit, NULL},
        {"now", NULL, "who are reached now, as their hours say (or at the time of --at)", &f->now, NULL,
         NULL},
        {"stale", NULL, "whose review is due, or whose validity or a key has ended", &f->stale, NULL, NULL},
        {"all", NULL, "announced and withdrawn ones too", &f->all, NULL, NULL},
        {0}};
    int count = cli_options(cli, options, argc, argv, least, most);
    uint64_t limit;
    if (count >= 0 && f->limit &&
        (decimal_get(&limit, bytes_str(f->limit)) || limit < 1 || limit > SEARCH_LIMIT_MAX)) {
        cli->status = cli_say(cli, CLI_USAGE, "--limit: a number from 1 to %d is wanted, found '%s'",
                              SEARCH_LIMIT_MAX, f->limit);
        return -1;
    }
    return count;
}

int cmd_contact_list(struct cli *cli, int argc, char **argv) {
    struct filter f = {0};
    if (filtered(cli, argc, argv, &f, 0, 0) < 0)
        return cli->status;
    return print_contacts(cli, &f);
}

int cmd_contact_search(struct cli *cli, int argc, char **argv) {
    struct filter f = {0};
    char text[256] = "";
    int count = filtered(cli, argc, argv, &f, 1, 16);
    if (count < 0)
        return cli->status;
    for (int i = 1; i <= count; i++) {
        size_t len = strlen(text);
        if (len + strlen(argv[i]) + 2 > sizeof text)
            return cli_say(cli, CLI_USAGE, "more than 256 bytes to search for");
        snprintf(text + len, sizeof text - len, "%s%s", i > 1 ? " " : "", argv[i]);
    }
    f.text = text;
    return print_contacts(cli, &f);
}

/* One contact as a card: a line for each field, and what is public or missing. */

static bool is_public(const json_t *contact, const char *field) {
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(contact, "public"), i, name) {
        if (strcmp(json_string_value(name), field) == 0)
            return true;
    }
    return false;
}

static void print_line(const char *label, const char *text, const char *mark) {
    printf("%-14s ", label);
    terminal_put(stdout, text);
    printf("%s%s\n", mark[0] != '\0' ? "  " : "", mark);
}

static void print_field(const json_t *contact, const char *name) {
    json_t *value = json_object_get(contact, name);
    const char *mark = is_public(contact, name) ? "[public]" : "";
    size_t i;
    json_t *item;
    if (value == NULL)
        return;
    if (!json_is_array(value) || !json_is_object(json_array_get(value, 0))) {
        char *text = wording_field(name, value);
        print_line(name, text, mark);
        free(text);
        return;
    }
    json_array_foreach(value, i, item) {
        char *text = wording_value(item);
        print_line(i == 0 ? name : "", text, i == 0 ? mark : "");
        free(text);
    }
}

static void print_missing(const json_t *contact) {
    static const char *const classes[] = {"public", "members"};
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        const char *state = text_of(json_object_get(contact, "parts"), classes[i]);
        if (strcmp(state, "withheld") == 0)
            printf("%-14s withheld: this node may not have what %s may read\n", "",
                   i == 0 ? "everybody" : "member States");
        else if (strcmp(state, "gone") == 0 && text_of(contact, "erased")[0] != '\0')
            printf("%-14s erased on %s by its State: what %s could read\n", "", text_of(contact, "erased"),
                   i == 0 ? "everybody" : "member States");
        else if (strcmp(state, "gone") == 0)
            printf("%-14s gone: what %s could read was erased, or has not come\n", "",
                   i == 0 ? "everybody" : "member States");
    }
}

/* What is to be looked after, in words. */
static void print_stale(const json_t *contact) {
    static const char *const words[][2] = {{"review", "nobody has confirmed it since its review was due"},
                                           {"ended", "its validity has ended"},
                                           {"key", "a key of it has ended"}};
    size_t i;
    json_t *reason;
    json_array_foreach(json_object_get(contact, "stale"), i, reason) {
        for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
            if (strcmp(json_string_value(reason), words[k][0]) == 0)
                printf("%-14s %s\n", "stale", words[k][1]);
    }
}

static void print_card(const json_t *contact) {
    static const char *const head[] = {"kind",      "status",     "standing", "valid_from", "valid_until",
                                       "review_by", "local_time", "opens",    "closes",     NULL};
    printf("%s/%s\n", text_of(contact, "state"), text_of(contact, "id"));
    for (size_t i = 0; head[i] != NULL; i++)
        if (text_of(contact, head[i])[0] != '\0')
            print_line(head[i], text_of(contact, head[i]), "");
    for (const struct field *f = contact_fields; f->key != 0; f++)
        print_field(contact, f->name);
    print_missing(contact);
    print_stale(contact);
    const json_t *next = json_object_get(contact, "next");
    if (json_is_object(next)) {
        printf("\nannounced, from %s on:\n", text_of(next, "valid_from"));
        print_card(next);
    }
}

int cmd_contact_show(struct cli *cli, int argc, char **argv) {
    const char *at = NULL;
    const struct cli_option options[] = {{"at", "TIME", "as it was, or will be, at a time", NULL, &at, NULL},
                                         {0}};
    char path[CONTACTING_PATH_MAX];

    if (cli_options(cli, options, argc, argv, 1, 1) < 0 || !cli_open(cli) ||
        !contacting_path(cli, argv[1], path))
        return cli->status;
    json_t *contact = contacting_get(cli, path, at);
    if (contact == NULL)
        return cli->status;
    if (cli->json)
        cli_print_json(contact);
    else
        print_card(contact);
    json_decref(contact);
    return CLI_DONE;
}
