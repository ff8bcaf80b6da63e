/* receipt: a file that proves a contact to somebody who has no node. */
#include <stdlib.h>
#include <string.h>

#include "node/cli/commands.h"
#include "node/cli/contacting.h"
#include "node/file.h"
#include "proto/limits.h"

#define RECEIPT_PATH_MAX (CONTACTING_PATH_MAX + 16)

static int put_out(struct cli *cli, struct bytes text, const char *out) {
    enum err err = out != NULL ? file_write_new(out, text) : ERR_OK;

    if (err != ERR_OK)
        return cli_err(cli, err, out, "");
    if (cli->json) {
        json_t *document = json_pack("{s:s%}", "receipt", (const char *)text.ptr, text.len);
        cli_print_json(document);
        json_decref(document);
    } else if (out == NULL) {
        fwrite(text.ptr, 1, text.len, stdout);
    }
    return CLI_DONE;
}

/* What the API says instead of the file. */
static int refused(struct cli *cli, const char *name, const struct api_reply *reply) {
    json_t *problem = json_loadb(reply->body, reply->len, 0, NULL);
    const char *why = json_string_value(json_object_get(problem, "detail"));
    int status = cli_say(cli, reply->status < 500 ? CLI_REFUSED : CLI_FAULT, "%s: %s", name,
                         why != NULL ? why : "the node's answer cannot be read");

    json_decref(problem);
    return status;
}

int cmd_receipt(struct cli *cli, int argc, char **argv) {
    const char *out = NULL;
    bool public = false;
    char path[RECEIPT_PATH_MAX];
    struct api_reply reply = {0};
    const struct cli_option options[] = {
        {"public", NULL, "leave out the members' part, to give it to anybody", &public, NULL, NULL},
        {"out", "FILE", "write it to a new file", NULL, &out, NULL},
        {0}};

    if (cli_options(cli, options, argc, argv, 1, 1) < 0 || !cli_open(cli) ||
        !contacting_path(cli, argv[1], path))
        return cli->status;
    memcpy(path + strlen(path), "/receipt", sizeof "/receipt");
    enum err err = session_get(cli->session, path, public ? "public=1" : "", &reply);
    if (err != ERR_OK)
        return cli_err(cli, err, argv[1], "");
    int status = reply.status == 200 ? put_out(cli, (struct bytes){(uint8_t *)reply.body, reply.len}, out)
                                     : refused(cli, argv[1], &reply);
    free(reply.body);
    return status;
}
