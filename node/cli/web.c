#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/commands.h"
#include "node/file.h"
#include "node/keyfile.h"

/* What a browser on this machine asks for: one that listens on all addresses is reached by the loopback one.
 */
static void host_of(const char *listen, char *ret, size_t max) {
    const char *colon = strrchr(listen, ':');

    if (!strncmp(listen, "0.0.0.0:", 8) || !strncmp(listen, "[::]:", 5))
        snprintf(ret, max, "127.0.0.1%s", colon);
    else
        snprintf(ret, max, "%s", listen);
}

static int address(struct cli *cli, char *ret, size_t max) {
    char path[PATH_LEN + 16], host[160], token[2 * KEY_SEED_LEN + 1];
    uint8_t secret[KEY_SEED_LEN];

    host_of(cli->config.web_listen, host, sizeof(host));
    if (cli->config.web_public) {
        snprintf(ret, max, "http://%s/", host);
        return CLI_DONE;
    }
    snprintf(path, sizeof(path), "%s/web.token", cli->config.dir);
    enum err err = seed_load(path, secret);
    if (err == ERR_DENIED || err == ERR_TYPE) {
        char complaint[PATH_LEN + 300];
        file_secret_complaint(path, complaint, sizeof(complaint));
        return cli_say(cli, CLI_REFUSED, "%s", complaint);
    }
    if (err)
        return cli_err(cli, err, path, "");
    hex_put(token, secret, sizeof(secret));
    snprintf(ret, max, "http://%s/m/%s/", host, token);
    sodium_memzero(secret, sizeof(secret));
    return CLI_DONE;
}

int cmd_web(struct cli *cli, int argc, char **argv) {
    char url[320];

    if (cli_options(cli, NULL, argc, argv, 0, 0) < 0 || !cli_config(cli))
        return cli->status;
    if (!*cli->config.web_listen)
        return cli_say(cli, CLI_REFUSED,
                       "this node serves no page: set listen = 127.0.0.1:7680 under [web] in %s/comity.conf "
                       "and start comityd again",
                       cli->config.dir);
    int status = address(cli, url, sizeof(url));
    if (status)
        return status;
    if (cli->json) {
        json_t *document =
            json_pack("{s:s, s:s}", "url", url, "view", cli->config.web_public ? "public" : "members");
        cli_print_json(document);
        json_decref(document);
    } else {
        puts(url);
    }
    return CLI_DONE;
}
