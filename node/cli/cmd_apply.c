/* contact apply: the directory of the own State made to be as a file of contact dump says, by drafts. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/amendment.h"
#include "node/cli/commands.h"
#include "node/cli/formed.h"
#include "node/cli/primacy.h"
#include "node/file.h"
#include "node/form.h"

#define HEAD "directory "

struct applying {
    struct cli *cli;
    const char *path;
    struct drafting d;
    json_t *sections;
    json_t *wanted;  /* id -> section */
    json_int_t size; /* of the log when the file was written */
    unsigned mistakes;
};

static void mistake(struct applying *a, json_int_t line, const char *text) {
    cli_say(a->cli, 0, "%s line %lld: %s", a->path, (long long)line, text);
    a->mistakes++;
}

static bool read_file(struct applying *a) {
    struct form_error error;
    uint8_t *data = NULL;
    size_t len = 0;
    enum err err = file_read(a->path, FORM_MAX, &data, &len);

    if (err != ERR_OK) {
        a->cli->status = cli_err(a->cli, err, a->path, "");
        return false;
    }
    a->sections = form_read((struct bytes){data, len}, &error);
    free(data);
    if (a->sections == NULL)
        a->cli->status = cli_say(a->cli, CLI_REFUSED, "%s line %u: %s", a->path, error.line, error.text);
    return a->sections != NULL;
}

static const char *name_of(const json_t *section) {
    return json_string_value(json_object_get(section, "name"));
}

static json_int_t line_of(const json_t *section) {
    return json_integer_value(json_object_get(section, "line"));
}

/* [directory FR 57] first, [end] last: else the file is not whole, and what it lacks must not end. */
static bool check_frame(struct applying *a) {
    size_t count = json_array_size(a->sections);
    const json_t *before = json_array_get(a->sections, 0), *head = json_array_get(a->sections, 1);
    const char *name = count > 1 ? name_of(head) : "";
    uint64_t size = 0;

    if (json_object_size(json_object_get(before, "record")) > 0 || strncmp(name, HEAD, strlen(HEAD)) != 0) {
        a->cli->status =
            cli_say(a->cli, CLI_REFUSED,
                    "%s does not begin with [directory ...]: take a file of comity contact dump", a->path);
        return false;
    }
    name += strlen(HEAD);
    if (strncmp(name, a->d.state, 2) != 0 || name[2] != ' ' ||
        decimal_get(&size, bytes_str(name + 3)) != ERR_OK) {
        a->cli->status = cli_say(a->cli, CLI_REFUSED, "%s line %lld: [%s] is not the directory of %s",
                                 a->path, (long long)line_of(head), name_of(head), a->d.state);
        return false;
    }
    a->size = (json_int_t)size;
    if (strcmp(name_of(json_array_get(a->sections, count - 1)), "end") != 0) {
        a->cli->status = cli_say(
            a->cli, CLI_REFUSED,
            "%s does not end with [end]: it is not whole, and contacts that it lacks would end", a->path);
        return false;
    }
    return true;
}

static bool is_id(const char *name) {
    return strlen(name) == 2 * CONTACT_ID_LEN && strspn(name, "0123456789abcdef") == strlen(name);
}

static void new_id(char ret[static 2 * CONTACT_ID_LEN + 1]) {
    uint8_t id[CONTACT_ID_LEN];

    randombytes_buf(id, sizeof id);
    hex_put(ret, id, sizeof id);
}

/* Whether the log has said something of a contact since the file was written. */
static bool is_newer(struct applying *a, const char *id) {
    const json_t *published = drafting_published(&a->d, id);
    return published != NULL && json_integer_value(json_object_get(published, "index")) >= a->size;
}

static void check_section(struct applying *a, json_t *section) {
    char id[2 * CONTACT_ID_LEN + 1];
    const char *name = name_of(section);
    struct record_error why;

    if (strcmp(name, "new") == 0)
        new_id(id);
    else
        snprintf(id, sizeof id, "%s", name);
    if (!is_id(id) || (strcmp(name, "new") != 0 && !drafting_known(&a->d, id))) {
        mistake(a, line_of(section), "no contact of this State has this heading: write [new] for a new one");
    } else if (json_object_get(a->wanted, id) != NULL) {
        mistake(a, line_of(section), "the same contact a second time: take one out");
    } else if (!formed_good(json_object_get(section, "record"), &why)) {
        mistake(a, form_line(section, &why), why.text);
    } else if (is_newer(a, id) && json_object_get(a->d.pending, id) == NULL) {
        json_t *changes = record_changes(drafting_published(&a->d, id), json_object_get(section, "record"));
        if (json_array_size(changes) > 0)
            mistake(a, line_of(section),
                    "this contact was published anew since the file was written: dump again, and edit that");
        json_decref(changes);
    }
    json_object_set(a->wanted, id, section);
}

static bool says_primary(const struct applying *a) {
    const char *id;
    json_t *section;

    json_object_foreach(a->wanted, id, section) {
        if (json_is_true(json_object_get(json_object_get(section, "record"), "primary")))
            return true;
    }
    return false;
}

/* All that is to be, before each is compared with the others. */
static void intend(struct applying *a) {
    const char *id;
    json_t *section, *ids = drafting_ids(&a->d), *item;
    size_t i;

    json_object_foreach(a->wanted, id, section) primacy_intend(&a->d, id, json_object_get(section, "record"));
    json_array_foreach(ids, i, item) {
        id = json_string_value(item);
        if (json_object_get(a->wanted, id) == NULL && !is_newer(a, id))
            primacy_intend(&a->d, id, NULL);
    }
    json_decref(ids);
}

static void check_together(struct applying *a) {
    struct record_error why;
    const char *id;
    json_t *section;

    if (says_primary(a))
        intend(a);
    json_object_foreach(a->wanted, id, section) {
        if (drafting_refuses(&a->d, id, json_object_get(section, "record"), &why))
            mistake(a, line_of(section), why.text);
    }
}

static bool check_sections(struct applying *a) {
    size_t count = json_array_size(a->sections);

    for (size_t i = 2; i + 1 < count; i++)
        check_section(a, json_array_get(a->sections, i));
    if (a->mistakes == 0)
        check_together(a);
    if (a->mistakes == 0)
        return true;
    a->cli->status = cli_say(a->cli, CLI_REFUSED, "%u mistake%s: nothing is drafted", a->mistakes,
                             a->mistakes == 1 ? "" : "s");
    return false;
}

/* What the file changes: a list as comity diff has it, and whether it ends contacts. */
static json_t *plan(struct applying *a) {
    json_t *changes = json_array(), *ids = drafting_ids(&a->d), *section, *item;
    const char *id;
    size_t i;

    json_object_foreach(a->wanted, id, section) {
        json_t *change = amendment_of(&a->d, id, json_object_get(section, "record"));
        if (strcmp(json_string_value(json_object_get(change, "action")), "none") != 0)
            json_array_append(changes, change);
        json_decref(change);
    }
    json_array_foreach(ids, i, item) {
        id = json_string_value(item);
        if (json_object_get(a->wanted, id) != NULL)
            continue;
        if (is_newer(a, id))
            cli_say(a->cli, 0, "%s/%.12s is newer than the file, and stays", a->d.state, id);
        else
            json_array_append_new(changes, amendment_of(&a->d, id, NULL));
    }
    json_decref(ids);
    return changes;
}

/* Every contact of the file, for one that says what is published takes an earlier draft back; then the ends.
 */
static bool draft_all(struct applying *a, const json_t *changes) {
    const char *id;
    json_t *section, *change;
    size_t i;

    json_object_foreach(a->wanted, id, section) {
        enum drafting_verdict verdict = drafting_put(&a->d, id, json_object_get(section, "record"));
        if (verdict == DRAFTING_FAILED || verdict == DRAFTING_REFUSED)
            return false;
    }
    json_array_foreach((json_t *)(uintptr_t)changes, i, change) {
        id = json_string_value(json_object_get(change, "id"));
        if (json_object_get(a->wanted, id) == NULL && drafting_withdraw(&a->d, id) == DRAFTING_FAILED)
            return false;
    }
    return true;
}

static int apply(struct applying *a, bool dry_run) {
    struct cli *cli = a->cli;
    struct amendment_count count = {0};
    size_t i;
    json_t *changes = plan(a), *change;

    if (cli->json) {
        json_t *answer = json_pack("{s:O, s:b}", "changes", changes, "dry_run", dry_run);
        cli_print_json(answer);
        json_decref(answer);
    } else {
        json_array_foreach(changes, i, change) amendment_print(change, &count);
        printf("%s", json_array_size(changes) > 0 ? "\n" : "");
        amendment_print_count(&count);
        puts(dry_run ? "; nothing is drafted, this was a look" : "");
    }
    int status = CLI_DONE;
    if (!dry_run && json_array_size(changes) > 0 && !cli_ask(cli, "Draft these changes?"))
        status = CLI_REFUSED;
    else if (!dry_run && !draft_all(a, changes))
        status = cli->status;
    json_decref(changes);
    return status;
}

int cmd_contact_apply(struct cli *cli, int argc, char **argv) {
    struct applying a = {.cli = cli};
    bool dry_run = false;
    const struct cli_option options[] = {
        {"dry-run", NULL, "only show what would change", &dry_run, NULL, NULL}, {0}};

    if (cli_options(cli, options, argc, argv, 1, 1) < 0 || !cli_open(cli))
        return cli->status;
    a.path = argv[1];
    if (!read_file(&a) || !drafting_begin(&a.d, cli, true)) {
        json_decref(a.sections);
        return cli->status;
    }
    a.wanted = json_object();
    int status = check_frame(&a) && check_sections(&a) ? apply(&a, dry_run) : cli->status;
    if (!drafting_end(&a.d))
        status = cli->status;
    else if (status == CLI_DONE && !dry_run && !cli->json)
        printf("%llu drafted; comity diff shows them, comity publish signs them\n",
               (unsigned long long)a.d.added);
    json_decref(a.wanted);
    json_decref(a.sections);
    return status;
}
