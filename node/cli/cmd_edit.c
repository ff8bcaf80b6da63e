/* contact add, edit and withdraw: drafts, which publish signs. */
#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/cli/commands.h"
#include "node/cli/contacting.h"
#include "node/cli/editing.h"
#include "node/cli/formed.h"
#include "node/cli/terminal.h"
#include "node/remarks.h"

static int say_drafted(struct cli *cli, const struct drafting *d, const char *id,
                       enum drafting_verdict verdict) {
    static const char *const words[] = {
        [DRAFTING_SAME] = "unchanged", [DRAFTING_NEW] = "new", [DRAFTING_CHANGED] = "changed"};
    if (cli->json) {
        json_t *answer = json_pack("{s:s, s:s, s:s}", "state", d->state, "id", id, "result", words[verdict]);
        cli_print_json(answer);
        json_decref(answer);
    } else if (verdict == DRAFTING_SAME) {
        printf("%s/%s: nothing changes, nothing is drafted\n", d->state, id);
    } else {
        printf("%s/%s: drafted; comity diff shows it, comity publish signs it\n", d->state, id);
    }
    return CLI_DONE;
}

/* What is allowed, and still worth a look. */
static void say_remarks(const struct cli *cli, const json_t *record) {
    json_t *remarks = remarks_of(record, (uint64_t)time(NULL)), *remark;
    size_t i;

    json_array_foreach(remarks, i, remark) cli_say(cli, 0, "look at %s", json_string_value(remark));
    json_decref(remarks);
}

/* Check, draft, hand in; takes the record. */
static int draft_record(struct editing *e, struct drafting *d, const char *id, json_t *record) {
    struct record_error why;
    enum drafting_verdict verdict = DRAFTING_FAILED;
    char state[3];

    memcpy(state, d->state, sizeof state);
    if (!formed_good(record, &why))
        e->cli->status = cli_say(e->cli, CLI_REFUSED, "%s", why.text);
    else
        verdict = drafting_put(d, id, record);
    if (verdict == DRAFTING_NEW || verdict == DRAFTING_CHANGED)
        say_remarks(e->cli, record);
    json_decref(record);
    if (!drafting_end(d) || verdict == DRAFTING_FAILED || verdict == DRAFTING_REFUSED)
        return e->cli->status;
    return say_drafted(e->cli, d, id, verdict);
}

static void random_id(char ret[static 2 * CONTACT_ID_LEN + 1]) {
    uint8_t id[CONTACT_ID_LEN];
    randombytes_buf(id, sizeof id);
    hex_put(ret, id, sizeof id);
}

int cmd_contact_add(struct cli *cli, int argc, char **argv) {
    struct editing e = {.cli = cli};
    struct drafting d;
    char id[2 * CONTACT_ID_LEN + 1];

    if (editing_read(&e, argc, argv, 0) < 0)
        return cli->status;
    if (!cli_open(cli))
        return cli->status;
    json_t *record = editing_asks(&e) ? formed_edit(cli, "A new contact.", NULL)
                     : e.file != NULL ? formed_file(cli, e.file)
                                      : json_object();
    if (record == NULL || !editing_apply(&e, record) || !drafting_begin(&d, cli, false)) {
        json_decref(record);
        return cli->status;
    }
    random_id(id);
    return draft_record(&e, &d, id, record);
}

/* What is to be drafted, before the options are applied; NULL after saying why. */
static json_t *edit_base(struct editing *e, struct drafting *d, const char *id) {
    char title[80];

    if (e->file != NULL)
        return formed_file(e->cli, e->file);
    const json_t *next = e->announced ? json_object_get(drafting_published(d, id), "next") : NULL;
    if (e->announced && !json_is_object(next)) {
        e->cli->status = cli_say(e->cli, CLI_REFUSED, "%s/%s: no other version is announced", d->state, id);
        return NULL;
    }
    json_t *record = next != NULL ? record_authored(next) : drafting_base(d, id);
    if (record == NULL)
        e->cli->status =
            cli_say(e->cli, CLI_REFUSED, "%s/%s is withdrawn: contact add makes a new one", d->state, id);
    if (record == NULL || !editing_asks(e))
        return record;
    snprintf(title, sizeof title, "Contact %s/%s.", d->state, id);
    json_t *edited = formed_edit(e->cli, title, record);
    json_decref(record);
    return edited;
}

static int edit_found(struct editing *e, struct drafting *d, const char *id) {
    json_t *record = edit_base(e, d, id);
    if (record == NULL || !editing_apply(e, record)) {
        json_decref(record);
        (void)!drafting_end(d);
        return e->cli->status;
    }
    const json_t *announced = json_object_get(drafting_published(d, id), "next");
    if (json_is_object(announced) && json_object_get(record, "valid_from") == NULL)
        cli_say(e->cli, 0, "this takes the place of the version announced for %s too",
                json_string_value(json_object_get(announced, "valid_from")));
    return draft_record(e, d, id, record);
}

int cmd_contact_edit(struct cli *cli, int argc, char **argv) {
    struct editing e = {.cli = cli};
    struct drafting d;
    char id[2 * CONTACT_ID_LEN + 1];

    if (editing_read(&e, argc, argv, 1) < 0 || !cli_open(cli) || !drafting_begin(&d, cli, false))
        return cli->status;
    if (!drafting_find(&d, argv[1], id)) {
        int status = cli->status;
        (void)!drafting_end(&d);
        return status;
    }
    return edit_found(&e, &d, id);
}

static int withdraw_found(struct cli *cli, struct drafting *d, const char *id) {
    char question[160];
    const json_t *published = drafting_published(d, id);
    snprintf(question, sizeof question, "End %s/%s? Readers will not find it any more.", d->state, id);
    if (published != NULL && !cli_ask(cli, question)) {
        (void)!drafting_end(d);
        return CLI_REFUSED;
    }
    bool drafted_only = published == NULL;
    enum drafting_verdict verdict = drafting_withdraw(d, id);
    if (!drafting_end(d) || verdict == DRAFTING_FAILED || verdict == DRAFTING_REFUSED)
        return cli->status;
    if (drafted_only && !cli->json) {
        printf("%s/%s: was not published; its draft is gone\n", d->state, id);
        return CLI_DONE;
    }
    return say_drafted(cli, d, id, verdict);
}

int cmd_contact_withdraw(struct cli *cli, int argc, char **argv) {
    struct drafting d;
    char id[2 * CONTACT_ID_LEN + 1];

    if (cli_options(cli, NULL, argc, argv, 1, 1) < 0 || !cli_open(cli) || !drafting_begin(&d, cli, false))
        return cli->status;
    if (!drafting_find(&d, argv[1], id)) {
        int status = cli->status;
        (void)!drafting_end(&d);
        return status;
    }
    return withdraw_found(cli, &d, id);
}
