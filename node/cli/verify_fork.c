#include "node/cli/verify_fork.h"

#include <inttypes.h>
#include <stdio.h>

#include "node/fingerprint.h"
#include "node/forkfile.h"

static void print_side(const struct evidence_side *side) {
    char key[2 * KEY_LEN + 1], leaf[2 * DIGEST_LEN + 1];

    hex_put(key, side->signature[0].key.b, KEY_LEN);
    hex_put(leaf, side->proved.leaf.b, DIGEST_LEN);
    printf("  - a history of %" PRIu64
           " entries, signed with the operator key %.16s...,\n    in which that entry "
           "has the hash %.32s...\n",
           side->size, key, leaf);
}

static void print_verdict(const struct forkfile *file, bool compared) {
    const struct evidence *e = &file->evidence;
    const struct digest *first = &file->chain.authority[0].hash;
    char text[FINGERPRINT_TEXT];

    fingerprint_text(first, text);
    printf("Proven: two histories of one log have been signed for one State.\n\n"
           "The log %s\nhas %" PRIu64 " entries that both have in common. Of entry %" PRIu64
           " (from 0) there are two:\n",
           file->origin, e->f, e->f);
    print_side(&e->side[0]);
    print_side(&e->side[1]);
    printf("\nWhat has signed was appointed by the State's root keys for epoch %" PRIu64
           ": a key was stolen, a backup was\nput back, or somebody has lied. Every node shows this log in "
           "dispute, up to the entries in common,\nuntil the State's custodians open the next epoch.\n",
           file->note->epoch);
    if (!compared)
        printf(
            "\nIt does not prove whose log this is: compare its fingerprint over another channel:\n    %s\n",
            text);
}

static json_t *verdict_json(const struct forkfile *file, enum err err) {
    json_t *json = json_pack("{s:b, s:s}", "good", err == ERR_OK, "kind", "fork");

    if (err != ERR_OK) {
        json_object_set_new(json, "why", json_string(err_text(err)));
        json_object_set_new(json, "code", json_string(err_name(err)));
        return json;
    }
    json_object_set_new(json, "origin", json_string(file->origin));
    json_object_set_new(json, "epoch", json_integer((json_int_t)file->note->epoch));
    json_object_set_new(json, "f", json_integer((json_int_t)file->evidence.f));
    json_object_set_new(json, "sizes",
                        json_pack("[I, I]", (json_int_t)file->evidence.side[0].size,
                                  (json_int_t)file->evidence.side[1].size));
    return json;
}

int verify_fork(struct cli *cli, const char *path, struct bytes text, const char *fingerprint) {
    struct forkfile file;
    char complaint[FINGERPRINT_COMPLAINT];
    enum err err = forkfile_parse(text, &file);
    int status = CLI_DONE;

    if (!err)
        err = forkfile_check(&file);
    if (!err && fingerprint && fingerprint_compare(&file.chain.authority[0].hash, fingerprint, complaint))
        status = cli_say(cli, CLI_REFUSED, "%s: it is of another log: %s", path, complaint);
    else if (err)
        status = cli_say(cli, CLI_REFUSED,
                         "%s: WRONG: it shows no fork: %s%s; it was cut or altered on its way, or made up",
                         path, err_text(err), err_standard(err));
    if (cli->json) {
        json_t *json = verdict_json(&file, status == CLI_DONE ? ERR_OK : err ? err : ERR_DENIED);
        cli_print_json(json);
        json_decref(json);
    } else if (status == CLI_DONE)
        print_verdict(&file, fingerprint != NULL);
    forkfile_free(&file);
    return status;
}
