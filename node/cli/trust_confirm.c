/* trust confirm: a person has checked a later epoch of a State, or which of two rivals is true. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/ceremony.h"
#include "node/cli/commands.h"
#include "node/cli/keyring.h"
#include "node/cli/logname.h"
#include "node/fingerprint.h"

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static bool is(const json_t *note, const char *standing) {
    return !strcmp(text_of(note, "standing"), standing);
}

static bool hash_of(const json_t *note, struct digest *ret) {
    return !hex_get(ret->b, DIGEST_LEN, bytes_str(text_of(note, "note")));
}

/* ---- which note ---- */

/* The note of this fingerprint, in hex or words, whole. */
static const json_t *by_fingerprint(struct cli *cli, const json_t *notes, const char *typed) {
    char complaint[FINGERPRINT_COMPLAINT] = "";
    const json_t *note;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)notes, i, note) {
        struct digest hash;
        if (!hash_of(note, &hash))
            continue;
        enum err err = strlen(typed) == 2 * DIGEST_LEN
                           ? strcasecmp(typed, text_of(note, "note")) ? ERR_DENIED : ERR_OK
                           : fingerprint_compare(&hash, typed, complaint);
        if (!err)
            return note;
        if (err == ERR_SCHEMA) {
            cli->status = cli_say(cli, CLI_REFUSED, "%s", complaint);
            return NULL;
        }
    }
    cli->status = cli_say(cli, CLI_REFUSED,
                          "this node holds no authority note of that State with this fingerprint; without "
                          "--note this command shows those that it holds");
    return NULL;
}

/* The last note that nothing contests. */
static const json_t *last_of_chain(const json_t *notes) {
    const json_t *note, *found = NULL;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)notes, i, note) if (is(note, "closed") || is(note, "open"))
        found = note;
    return found;
}

static void show_line(const json_t *note) {
    struct digest hash;

    fprintf(stderr, "epoch %lld, %s%s%s\n", (long long)json_integer_value(json_object_get(note, "epoch")),
            text_of(note, "standing"), *text_of(note, "by") ? " by " : "", text_of(note, "by"));
    if (hash_of(note, &hash))
        keyring_print(stderr, &hash, "    ");
}

static unsigned show_notes(const json_t *notes, const char *standing) {
    const json_t *note;
    unsigned count = 0;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)notes, i, note) {
        if (*standing && !is(note, standing))
            continue;
        show_line(note);
        count++;
    }
    return count;
}

static const json_t *choose(struct cli *cli, const json_t *notes, const char *typed) {
    const json_t *note;
    size_t i;

    if (typed)
        return by_fingerprint(cli, notes, typed);
    json_array_foreach((json_t *)(uintptr_t)notes, i, note) {
        if (!is(note, "contested"))
            continue;
        show_notes(notes, "");
        cli->status = cli_say(
            cli, CLI_REFUSED,
            "there are rival notes of one epoch: somebody else than the State's custodians may have signed "
            "one of them. Ask people of that State, over a channel that you trust, which fingerprint is "
            "theirs, and give it: comity trust confirm STATE --note HEX|WORDS");
        return NULL;
    }
    note = last_of_chain(notes);
    if (note && is(note, "closed") && !strcmp(text_of(note, "by"), "pin")) {
        cli->status =
            cli_say(cli, CLI_DONE, "epoch %lld is confirmed already, and no later one is known here",
                    (long long)json_integer_value(json_object_get(note, "epoch")));
        return NULL;
    }
    return note;
}

/* ---- what it says ---- */

/* The first note, the one before the chosen and the chosen: they were judged when they were taken. */
static enum err texts_of(const json_t *answer, struct proposal *ret) {
    const json_t *text;
    enum err err = ERR_OK;
    size_t i;

    json_array_foreach(json_object_get(answer, "texts"), i, text) {
        struct package_note note = {.text = bytes_str(json_string_value(text))};
        if (!err)
            err = proposal_append(ret, &note);
    }
    return !err && !ret->count ? ERR_MISSING : err;
}

static void show_void(const json_t *notes) {
    if (show_notes(notes, "void"))
        fputs("The notes above are rivals of closed ones: they have no effect, but keys of that State, which "
              "should have been destroyed, have signed them. Tell its people.\n\n",
              stderr);
}

static bool show(struct cli *cli, const char *origin, const json_t *note) {
    json_t *answer = cli_call(cli, "trust-notes",
                              json_pack("{s:s, s:s}", "origin", origin, "note", text_of(note, "note")));
    struct proposal p = {0};
    struct digest hash;

    if (!answer)
        return false;
    enum err err = hash_of(note, &hash) ? texts_of(answer, &p) : ERR_CORRUPT;

    if (err) {
        cli->status = cli_err(cli, err, "the chain of notes", "");
    } else {
        uint64_t anchor = proposal_authority(&p)->anchor_size,
                 size = (uint64_t)json_integer_value(json_object_get(answer, "size"));
        show_void(json_object_get(answer, "notes"));
        ceremony_show(stderr, &p, p.count - 1, NULL);
        if (size > anchor)
            fprintf(stderr,
                    "This node shows %" PRIu64 " entries of it; those from %" PRIu64
                    " on stay only if an operator key of this epoch has signed them.\n",
                    size, anchor);
        fputs("fingerprint of this note:\n", stderr);
        keyring_print(stderr, &hash, "    ");
    }
    proposal_free(&p);
    json_decref(answer);
    return !err;
}

/* ---- the command ---- */

static int confirm(struct cli *cli, const char *origin, const json_t *note) {
    json_t *answer = cli_call(cli, "trust-confirm",
                              json_pack("{s:s, s:s}", "origin", origin, "note", text_of(note, "note")));

    if (!answer)
        return cli->status;
    if (cli->json)
        cli_print_json(answer);
    else
        printf("Confirmed epoch %lld of %s\n",
               (long long)json_integer_value(json_object_get(answer, "epoch")), origin);
    json_decref(answer);
    return CLI_DONE;
}

int cmd_trust_confirm(struct cli *cli, int argc, char **argv) {
    const char *typed = NULL;
    const struct cli_option options[] = {
        {"note", "HEX|WORDS", "the fingerprint of the note that was read to you; replaces the question", NULL,
         &typed, NULL},
        {0}};

    if (cli_options(cli, options, argc, argv, 1, 1) < 0 || !cli_open(cli))
        return cli->status;
    json_t *log = logname_find(cli, argv[1]);
    const char *origin = text_of(log, "origin");
    json_t *answer = log ? cli_call(cli, "trust-notes", json_pack("{s:s}", "origin", origin)) : NULL;
    const json_t *note = answer ? choose(cli, json_object_get(answer, "notes"), typed) : NULL;
    int status = cli->status;

    if (note && show(cli, origin, note)) {
        bool agreed =
            typed || cli_ask(cli, "Has a person of that State read you this fingerprint of the note "
                                  "over another channel?");
        status = agreed ? confirm(cli, origin, note) : CLI_REFUSED;
    }
    json_decref(answer);
    json_decref(log);
    return status;
}
