#include <string.h>

#include "node/cli/ceremony.h"
#include "node/cli/init.h"
#include "node/cli/keyring.h"

bool init_first_read(struct init *in, struct init_wish *w) {
    const struct authority *a;

    if (w->root.count || w->next.count || w->observer)
        return init_usage(
            in, "--first", w->first,
            "it is of a State, and names all keys: --root, --next and --observer do not go with it");
    if (!w->officer)
        return init_usage(in, "--operator", NULL, "the key file of one of its operator keys is wanted");
    if (!ceremony_read(in->cli, w->first, &in->first))
        return false;
    a = proposal_authority(&in->first);
    if (a->epoch)
        return init_usage(
            in, "--first", w->first,
            "this is a note of a later epoch: comity authority submit hands it to the node that there is");
    if ((w->network && strcmp(w->network, a->network)) || (w->state && strcasecmp(w->state, a->code)))
        return init_usage(in, "--first", w->first,
                          "it is of another network or State than --network and --state say");
    w->network = a->network;
    w->state = a->code;
    return true;
}

/* Whether its signatures are complete, and the operator key is one of its own. */
static bool check(struct init *in, const struct keyfile *key) {
    const struct authority *a = proposal_authority(&in->first);
    struct proposal_tally t;

    proposal_count(&in->first, &t);
    if (t.root < t.root_need) {
        in->cli->status =
            cli_say(in->cli, CLI_REFUSED,
                    "%s: %u of the %u custodians that it asks for have signed it: comity authority "
                    "sign, on the machine of each",
                    in->wish->first, t.root, t.root_need);
        return false;
    }
    if (authority_has_operator(a, &key->key))
        return true;
    in->cli->status = cli_say(in->cli, CLI_REFUSED, "%s is not one of the operator keys of %s",
                              in->wish->officer, in->wish->first);
    return false;
}

static enum err take_note(struct init *in) {
    struct birth_note *to = &in->note;

    to->authority = *proposal_authority(&in->first);
    to->note = *proposal_note(&in->first);
    memcpy(to->text, to->note.text.ptr, to->note.text.len); /* a note that was read fits */
    to->note.text.ptr = to->text;
    return authority_check_first(&to->authority, to->note.text, to->note.signature, to->note.count);
}

bool init_first_keys(struct init *in) {
    char path[PATH_LEN + 32];
    struct keyfile key;

    if (!keyring_load(in->cli, in->wish->officer, &key) || !check(in, &key) ||
        !keyring_unlock(in->cli, in->wish->officer, &key, in->secrets->operator_secret) ||
        !init_path(in, "operator.key", path))
        return false;
    enum err err = take_note(in);
    if (!err)
        err = keyfile_save(path, &key);
    if (err)
        return init_fail(in, err, in->wish->first);
    in->operator_key = key.key;
    authority_origin(&in->note.authority, in->origin);
    return true;
}
