#include "node/cli/init.h"

#include <sodium.h>
#include <string.h>

#include "node/cli/keyring.h"
#include "node/file.h"

bool init_fail(struct init *in, enum err err, const char *what) {
    in->cli->status = cli_err(in->cli, err, what, "");
    return false;
}

bool init_usage(struct init *in, const char *option, const char *found, const char *rule) {
    in->cli->status = cli_say(in->cli, CLI_USAGE, "%s%s%s%s: %s", option, found ? " '" : "",
                              found ? found : "", found ? "'" : "", rule);
    return false;
}

bool init_path(struct init *in, const char *name, char ret[static PATH_LEN + 32]) {
    enum err err = file_path(ret, PATH_LEN + 32, in->work, name);
    return err ? init_fail(in, err, name) : true;
}

static bool save_seed(struct init *in, const char *name, uint8_t *seed) {
    char path[PATH_LEN + 32];

    randombytes_buf(seed, KEY_SEED_LEN);
    if (!init_path(in, name, path))
        return false;
    enum err err = seed_save(path, seed);
    return err ? init_fail(in, err, name) : true;
}

static bool save_token(struct init *in) {
    char path[PATH_LEN + 32];

    if (!init_path(in, "web.token", path))
        return false;
    enum err err =
        seed_save(path, (randombytes_buf(in->secrets->scratch, KEY_SEED_LEN), in->secrets->scratch));
    return err ? init_fail(in, err, "web.token") : true;
}

bool init_node_keys(struct init *in) {
    struct birth_seeds *s = &in->secrets->seeds;

    if (!save_seed(in, "node.key", s->node) || !save_seed(in, "witness.key", s->witness) ||
        !save_seed(in, "box.key", s->box) || !save_token(in))
        return false;
    key_from_seed(s->node, &in->node, in->secrets->scratch);
    return true;
}

/* Make a key behind a passphrase, in a new file. */
static bool make_key(struct init *in, enum keyfile_kind kind, const char *file, const char *name,
                     uint8_t *seed, struct pubkey *ret) {
    char path[PATH_LEN + 32];
    struct keyfile k;

    if (!init_path(in, file, path))
        return false;
    enum err err = keyring_lock(kind, name, seed, in->secrets->passphrase, &k);
    if (!err)
        err = keyfile_save(path, &k);
    if (err)
        return init_fail(in, err, file);
    *ret = k.key;
    return true;
}

/* Without --root: one root key and the next one, made here, for trials. */
static bool make_trial_roots(struct init *in, const char *name) {
    struct init_secrets *s = in->secrets;
    struct pubkey key;

    if (!cli_passphrase(in->cli, "the root keys (a trial's: they are made on this machine)", true,
                        s->passphrase))
        return false;
    randombytes_buf(s->root_seed, KEY_SEED_LEN);
    randombytes_buf(s->next_seed, KEY_SEED_LEN);
    key_from_seed(s->root_seed, &s->root[0].key, s->root[0].secret);
    in->root_count = in->next_count = 1;
    return make_key(in, KEYFILE_ROOT, "root-0.key", name, s->root_seed, &key) &&
           make_key(in, KEYFILE_ROOT, "root-next-0.key", name, s->next_seed, &in->next[0]);
}

static bool load_root(struct init *in, const char *path, const char *name, struct keyfile *ret) {
    if (!keyring_load(in->cli, path, ret))
        return false;
    if (ret->kind == KEYFILE_ROOT && !strcmp(ret->name, name))
        return true;
    in->cli->status = cli_say(in->cli, CLI_REFUSED, "%s is a %s key of %s, and a root key of %s is wanted",
                              path, keyring_kind(ret->kind), ret->name, name);
    return false;
}

static bool load_roots(struct init *in, const char *name) {
    const struct init_wish *w = in->wish;
    struct init_secrets *s = in->secrets;
    struct keyfile k;

    for (unsigned i = 0; i < w->root.count; i++) {
        if (!load_root(in, w->root.text[i], name, &k) ||
            !keyring_unlock(in->cli, w->root.text[i], &k, s->root[i].secret))
            return false;
        s->root[i].key = k.key;
    }
    for (unsigned i = 0; i < w->next.count; i++) {
        if (!load_root(in, w->next.text[i], name, &k))
            return false;
        in->next[i] = k.key;
    }
    in->root_count = w->root.count;
    in->next_count = w->next.count;
    return true;
}

bool init_state_keys(struct init *in) {
    char name[KEY_NAME_MAX + 1];
    struct init_secrets *s = in->secrets;

    snprintf(name, sizeof(name), "%s/%s", in->wish->network, in->code);
    if (!(in->wish->root.count ? load_roots(in, name) : make_trial_roots(in, name)))
        return false;
    randombytes_buf(s->operator_seed, KEY_SEED_LEN);
    key_from_seed(s->operator_seed, &in->operator_key, s->operator_secret);
    enum err err = birth_authority(in->wish->network, in->code, in->root_count / 2 + 1, s->root,
                                   in->root_count, in->next, in->next_count, &in->operator_key, &in->note);
    if (err)
        return init_fail(in, err, "the authority note");
    authority_origin(&in->note.authority, in->origin);
    /* The operator's passphrase is asked for last, because its file bears the origin. */
    return cli_passphrase(in->cli, "the operator key", true, s->passphrase) &&
           make_key(in, KEYFILE_OPERATOR, "operator.key", in->origin, s->operator_seed, &in->operator_key);
}
