#include "node/cli/signing.h"

#include <stdio.h>
#include <string.h>

#include "node/backup.h"
#include "node/cli/keyring.h"
#include "node/file.h"

#define USUAL "operator.key"

static bool may_sign(const struct ownlog *log, const struct keyfile *file) {
    return file->kind == KEYFILE_OPERATOR && authority_has_operator(&log->authority, &file->key);
}

/* The file in the data directory whose key the note names; false if there is none. */
static bool find(const struct cli *cli, const struct ownlog *log, char ret[static PATH_LEN + 96]) {
    struct backup list; /* it lists the key files, in the order of their names */
    struct keyfile file;
    bool found = false;

    if (backup_choose(cli->config.dir, &list))
        return false;
    for (unsigned i = 0; i < list.count; i++) {
        char path[PATH_LEN + 96];
        bool usual = !strcmp(list.file[i].name, USUAL);
        if ((found && !usual) || file_path(path, sizeof(path), cli->config.dir, list.file[i].name) ||
            keyfile_load(path, &file) || !may_sign(log, &file))
            continue;
        memcpy(ret, path, sizeof(path));
        found = true;
    }
    return found;
}

static bool refuse(struct cli *cli, const struct ownlog *log, const char *path, const struct keyfile *file) {
    unsigned long long epoch = log->authority.epoch;

    if (file->kind != KEYFILE_OPERATOR)
        cli->status = cli_say(cli, CLI_REFUSED,
                              "%s: this is a custodian's key: it signs authority notes, not entries", path);
    else
        cli->status = cli_say(
            cli, CLI_REFUSED,
            "%s holds no operator key of epoch %llu: it was dismissed, or never appointed; each "
            "key is good for one epoch. --key FILE names another; comity authority show lists those that are "
            "good",
            path, epoch);
    return false;
}

bool signing_unlock(struct cli *cli, const struct ownlog *log, const char *path,
                    uint8_t ret_secret[static KEY_SECRET_LEN]) {
    char found[PATH_LEN + 96];
    struct keyfile file;

    if (!path && !find(cli, log, found))
        snprintf(found, sizeof(found), "%s/" USUAL,
                 cli->config.dir); /* what is wrong with it is said below */
    path = path ? path : found;
    if (!keyring_load(cli, path, &file))
        return false;
    return may_sign(log, &file) ? keyring_unlock(cli, path, &file, ret_secret)
                                : refuse(cli, log, path, &file);
}
