/* contact erase: drafts that what a contact said is destroyed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/commands.h"
#include "node/cli/drafting.h"

struct erasing {
    struct cli *cli;
    struct drafting d;
    char id[2 * CONTACT_ID_LEN + 1];
    bool former, all;
    const char *list; /* of --entries */
};

/* "12,15" as numbers, ascending; NULL after saying why. */
static json_t *read_list(struct erasing *e) {
    json_t *entries = json_array();
    uint64_t before = 0;

    for (const char *at = e->list;;) {
        size_t len = strcspn(at, ",");
        uint64_t index;
        if (decimal_get(&index, (struct bytes){(const uint8_t *)at, len}) || index > INT64_MAX ||
            (json_array_size(entries) > 0 && index <= before)) {
            e->cli->status = cli_say(e->cli, CLI_USAGE,
                                     "--entries '%s': numbers of entries are wanted, ascending, with commas "
                                     "between: comity contact history shows them",
                                     e->list);
            json_decref(entries);
            return NULL;
        }
        json_array_append_new(entries, json_integer((json_int_t)index));
        before = index;
        if (at[len] == '\0')
            return entries;
        at += len + 1;
    }
}

static int compare(const void *a, const void *b) {
    json_int_t x = json_integer_value(*(json_t *const *)a), y = json_integer_value(*(json_t *const *)b);
    return (x > y) - (x < y);
}

/* Both lists of a plan as one, ascending. */
static json_t *joined(const json_t *plan) {
    json_t *both = json_copy(json_object_get(plan, "former")), *sorted = json_array();

    json_array_extend(both, json_object_get(plan, "standing"));
    size_t count = json_array_size(both);
    json_t **entry = calloc(count + 1, sizeof(json_t *));
    for (size_t i = 0; entry != NULL && i < count; i++)
        entry[i] = json_array_get(both, i);
    if (entry != NULL)
        qsort(entry, count, sizeof(json_t *), compare);
    for (size_t i = 0; entry != NULL && i < count; i++)
        json_array_append(sorted, entry[i]);
    free(entry);
    json_decref(both);
    return sorted;
}

/* Which entries are meant; NULL after saying why none are. */
static json_t *choose(struct erasing *e, const json_t *plan) {
    bool current = json_is_true(json_object_get(plan, "current"));
    bool ends = json_is_true(json_object_get(plan, "end_drafted"));

    if (e->list != NULL)
        return read_list(e);
    if (e->former)
        return json_copy(json_object_get(plan, "former"));
    if (!current || ends || e->all)
        return joined(plan);
    e->cli->status = cli_say(
        e->cli, CLI_REFUSED,
        "%s/%.8s is in force, or announced: --former erases what its former entries said, --all ends it and "
        "erases everything; or comity contact withdraw ends it first",
        e->d.state, e->id);
    return NULL;
}

static bool ask(struct erasing *e, size_t count) {
    char question[240];

    snprintf(question, sizeof question,
             "Draft the erasure of what %zu entr%s of %s/%.8s said? Once published, it is hidden at once and "
             "destroyed for good after the delay of each node.",
             count, count == 1 ? "y" : "ies", e->d.state, e->id);
    if (cli_ask(e->cli, question))
        return true;
    e->cli->status = CLI_REFUSED;
    return false;
}

static void say(const struct erasing *e, const json_t *entries, bool ended) {
    if (e->cli->json) {
        json_t *answer = json_pack("{s:s, s:s, s:O, s:b}", "state", e->d.state, "id", e->id, "entries",
                                   entries, "withdrawn", ended);
        cli_print_json(answer);
        json_decref(answer);
        return;
    }
    printf("%s/%s: drafted%s; comity diff shows it, comity discard drops it, comity publish signs it\n",
           e->d.state, e->id, ended ? ", with its end" : "");
}

/* Draft the entries that are meant; with --all, the end of what stands comes before. */
static bool draft(struct erasing *e, const json_t *plan) {
    json_t *entries = choose(e, plan);
    bool ends = e->all && json_is_true(json_object_get(plan, "current")) &&
                !json_is_true(json_object_get(plan, "end_drafted"));

    if (entries == NULL) {
        int status = e->cli->status;
        (void)!drafting_end(&e->d);
        e->cli->status = status;
        return false;
    }
    if (json_array_size(entries) == 0) {
        e->cli->status =
            cli_say(e->cli, CLI_REFUSED,
                    "%s/%.8s: there is nothing to erase: no %sentry of it has parts that are not "
                    "erased already",
                    e->d.state, e->id, e->former ? "former " : "");
    } else if (ask(e, json_array_size(entries))) {
        if ((!ends || drafting_withdraw(&e->d, e->id) != DRAFTING_FAILED) &&
            drafting_erase(&e->d, e->id, entries))
            e->cli->status = CLI_DONE;
    }
    bool good = drafting_end(&e->d) && e->cli->status == CLI_DONE;
    if (good)
        say(e, entries, ends);
    json_decref(entries);
    return good;
}

int cmd_contact_erase(struct cli *cli, int argc, char **argv) {
    struct erasing e = {.cli = cli};
    const struct cli_option options[] = {
        {"former", NULL, "what its former entries said; what stands stays", &e.former, NULL, NULL},
        {"all", NULL, "everything it ever said; it is ended too", &e.all, NULL, NULL},
        {"entries", "LIST", "these entries of the log, as contact history numbers them: 12,15", NULL, &e.list,
         NULL},
        {0}};

    if (cli_options(cli, options, argc, argv, 1, 1) < 0 || !cli_open(cli))
        return cli->status;
    if (e.former + e.all + (e.list != NULL) > 1)
        return cli_say(cli, CLI_USAGE, "--former, --all and --entries exclude each other: choose one");
    if (!drafting_begin(&e.d, cli, false))
        return cli->status;
    json_t *plan = NULL;
    if (drafting_find(&e.d, argv[1], e.id))
        plan = cli_call(cli, "erase-plan", json_pack("{s:s}", "contact", e.id));
    if (plan == NULL) {
        int status = cli->status;
        (void)!drafting_end(&e.d);
        return status;
    }
    (void)draft(&e, plan);
    json_decref(plan);
    return cli->status;
}
