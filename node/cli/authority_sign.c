#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/ceremony.h"
#include "node/cli/commands.h"
#include "node/cli/keyring.h"
#include "node/file.h"

/* One custodian at one machine: no node, no network. */
struct signing {
    struct cli *cli;
    const char *path, *key_path, *next_path;
    struct proposal proposal;
    struct keyfile key, next;
};

/* Load the key, and the one after it if that was given; both must be of this State. */
static bool load_keys(struct signing *s) {
    const struct authority *a = proposal_authority(&s->proposal);
    char name[KEY_NAME_MAX + 1];

    authority_root_name(a, name);
    if (!keyring_load(s->cli, s->key_path, &s->key) ||
        (s->next_path && !keyring_load(s->cli, s->next_path, &s->next)))
        return false;
    s->cli->status = CLI_REFUSED;
    if (s->key.kind != KEYFILE_ROOT || strcmp(s->key.name, name))
        cli_say(s->cli, 0, "%s is a %s key of %s, and a root key of %s is wanted", s->key_path,
                keyring_kind(s->key.kind), s->key.name, name);
    else if (!proposal_takes(&s->proposal, &s->key.key))
        cli_say(s->cli, 0,
                "%s counts for nothing here: it is neither one of the new keys, nor one that the epoch "
                "before has "
                "committed to. It is %s",
                s->key_path,
                s->proposal.count > 1 && authority_has_root(proposal_authority(&s->proposal) - 1, &s->key.key)
                    ? "the key of the epoch before: its next key signs now"
                    : "perhaps a key of other days, or this is another proposal than you expect");
    else
        s->cli->status = CLI_DONE;
    return s->cli->status == CLI_DONE;
}

/* A proposal without the custodian's own next key would shut them out of the epoch after it. */
static bool next_stands(const struct signing *s) {
    const struct authority *a = proposal_authority(&s->proposal);

    if (!s->next_path || authority_has_commitment(a, &s->next.key))
        return true;
    s->cli->status = cli_say(
        s->cli, CLI_REFUSED,
        "the note does not commit to %s: after it, that key could sign nothing. Do not sign, unless you give "
        "up your part; then leave --next away",
        s->next_path);
    return false;
}

static bool signed_already(const struct signing *s) {
    const struct package_note *note = proposal_note(&s->proposal);

    for (unsigned i = 0; i < note->count; i++)
        if (pubkey_eq(&note->signature[i].key, &s->key.key))
            return true;
    return false;
}

static enum err sign(struct signing *s, const uint8_t *secret) {
    struct package_note *note = proposal_note(&s->proposal);
    struct authority_signature signature = {.key = s->key.key};
    char *text = NULL;

    key_sign(secret, note->text, &signature.signature);
    enum err err = proposal_add(&s->proposal, &signature);
    if (!err)
        err = proposal_print(&s->proposal, &text);
    if (!err)
        err = file_replace(s->path, bytes_str(text));
    free(text);
    return err;
}

static bool agree_and_sign(struct signing *s) {
    uint8_t *secret = sodium_malloc(KEY_SECRET_LEN);
    enum err err = secret ? ERR_OK : ERR_MEMORY;

    s->cli->status = CLI_REFUSED;
    if (!s->next_path)
        cli_say(s->cli, 0, "--next was not given: nothing looks whether the note commits to your next key");
    bool good = !err &&
                cli_ask(s->cli, "Is this what was agreed, and are the keys the right ones? Sign it?") &&
                keyring_unlock(s->cli, s->key_path, &s->key, secret);
    if (good)
        err = sign(s, secret);
    if (err)
        s->cli->status = cli_err(s->cli, err, s->path, "");
    sodium_free(secret);
    return good && !err;
}

static void print_signed(const struct signing *s) {
    if (s->cli->json) {
        json_t *document = ceremony_json(&s->proposal, s->proposal.count - 1);
        struct proposal_tally t;
        proposal_count(&s->proposal, &t);
        json_object_set_new(document, "complete",
                            json_boolean(t.committed >= t.committed_need && t.root >= t.root_need));
        cli_print_json(document);
        json_decref(document);
        return;
    }
    puts(ceremony_tally(stdout, &s->proposal)
             ? "It is complete: back to the node with it."
             : "Next: the file goes to the next custodian, or back to the node.");
}

int cmd_authority_sign(struct cli *cli, int argc, char **argv) {
    struct signing s = {.cli = cli};
    const struct cli_option options[] = {
        {"key", "KEY", "the root key file that signs", NULL, &s.key_path, NULL},
        {"next", "KEY", "your next key file, to see that the note commits to it (no passphrase is needed)",
         NULL, &s.next_path, NULL},
        {0}};

    if (cli_options(cli, options, argc, argv, 1, 1) < 0)
        return cli->status;
    if (!s.key_path)
        return cli_say(cli, CLI_USAGE, "--key KEY is wanted: the root key file that signs");
    s.path = argv[1];
    if (!ceremony_read(cli, s.path, &s.proposal))
        return cli->status;
    bool good = load_keys(&s);
    if (good) {
        struct digest next = s.next_path ? authority_commitment(&s.next.key) : digest_empty();
        struct ceremony_own own = {&s.key.key, s.next_path ? &next : NULL};
        ceremony_show(stderr, &s.proposal, s.proposal.count - 1, &own);
        good = next_stands(&s);
    }
    if (good && signed_already(&s))
        cli_say(cli, 0, "this key has signed it already: nothing was changed");
    else
        good = good && agree_and_sign(&s);
    if (good)
        print_signed(&s);
    proposal_free(&s.proposal);
    return good ? CLI_DONE : cli->status;
}
