#include <stdlib.h>
#include <string.h>

#include "node/armour.h"
#include "node/cli/commands.h"
#include "node/file.h"

/* The lines for people above the base64. */
static void comments(const struct cli *cli, const char *fingerprint, char *ret, size_t max) {
    const struct config *c = &cli->config;
    char code[CODE_LEN + 1] = {(char)(c->code[0] - 32), (char)(c->code[1] - 32), 0};

    snprintf(ret, max, "Network: %s\n%s: %s\nFingerprint: %s\n", c->network, *c->code ? "State" : "Observer",
             *c->code ? code : c->observer, fingerprint);
}

static enum err armour(struct cli *cli, json_t *answer, char **ret, struct digest *ret_fingerprint) {
    static uint8_t data[INVITATION_MAX];
    char text[1024], fingerprint[FINGERPRINT_TEXT];
    size_t len = 0;
    const char *base64 = json_string_value(json_object_get(answer, "invitation"));
    const char *hex = json_string_value(json_object_get(answer, "fingerprint"));
    enum err err = base64 && hex ? base64_get(data, sizeof(data), &len, bytes_str(base64)) : ERR_MISSING;

    if (!err)
        err = hex_get(ret_fingerprint->b, DIGEST_LEN, bytes_str(hex));
    if (err)
        return err;
    fingerprint_text(ret_fingerprint, fingerprint);
    comments(cli, fingerprint, text, sizeof(text));
    return armour_put((struct bytes){data, len}, text, ret);
}

static json_t *request(struct cli *cli, const struct cli_texts *addresses) {
    const char *endpoint = config_endpoint(&cli->config);
    json_t *list = json_array();

    for (unsigned i = 0; i < addresses->count; i++)
        json_array_append_new(list, json_string(addresses->text[i]));
    if (!addresses->count && *endpoint)
        json_array_append_new(list, json_string(endpoint));
    if (!json_array_size(list))
        cli_say(
            cli, 0,
            "the invitation names no address to dial (listen, advertise or --address): only this node can "
            "dial the others then");
    return json_pack("{s:s, s:s, s:o}", "node", session_node_id(cli->session), "name", cli->config.observer,
                     "addresses", list);
}

static int put_out(struct cli *cli, const char *text, const struct digest *digest, const char *out) {
    char fingerprint[FINGERPRINT_TEXT], words[FINGERPRINT_WORDS];

    fingerprint_text(digest, fingerprint);
    fingerprint_words(digest, cli->json ? ' ' : '\n', words);
    enum err err = out ? file_write_new(out, bytes_str(text)) : ERR_OK;

    if (err)
        return cli_err(cli, err, out, "");
    if (cli->json) {
        json_t *document = json_pack("{s:s, s:s, s:s}", "invitation", text, "fingerprint", fingerprint,
                                     "fingerprint_words", words);
        cli_print_json(document);
        json_decref(document);
    } else if (!out) {
        fputs(text, stdout);
    }
    cli_say(cli, 0,
            "send it through a channel that you trust, and read the fingerprint to each other over another "
            "one, in "
            "hex or in words:\n%s\n%s",
            fingerprint, words);
    return CLI_DONE;
}

int cmd_invite(struct cli *cli, int argc, char **argv) {
    struct cli_texts addresses = {0};
    const char *out = NULL;
    char *text = NULL;
    struct digest fingerprint;
    const struct cli_option options[] = {
        {"address", "URL",
         "where to dial this node, instead of what the configuration says; may be given again", NULL, NULL,
         &addresses},
        {"out", "FILE", "write it to a new file", NULL, &out, NULL},
        {0}};

    if (cli_options(cli, options, argc, argv, 0, 0) < 0 || !cli_open(cli))
        return cli->status;
    json_t *answer = cli_call(cli, "invite", request(cli, &addresses));
    if (!answer)
        return cli->status;
    enum err err = armour(cli, answer, &text, &fingerprint);
    json_decref(answer);
    int status = err ? cli_err(cli, err, "the invitation", "") : put_out(cli, text, &fingerprint, out);
    free(text);
    return status;
}
