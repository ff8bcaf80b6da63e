#include "node/cli/contacting.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/limits.h"

#define PREFIX_MIN 4

bool contacting_path(struct cli *cli, const char *name, char ret[static CONTACTING_PATH_MAX]) {
    const char *slash = strchr(name, '/'), *id = slash != NULL ? slash + 1 : name;
    char code[CODE_LEN + 1] = "", digits[2 * CONTACT_ID_LEN + 1] = "";
    size_t len = strlen(id);

    if (slash == NULL)
        memcpy(code, cli->config.code, sizeof code);
    else if (slash - name == CODE_LEN)
        memcpy(code, name, CODE_LEN);
    for (size_t i = 0; i < CODE_LEN; i++)
        code[i] = (char)toupper((unsigned char)code[i]);
    for (size_t i = 0; i < len && i < sizeof digits - 1; i++)
        digits[i] = (char)tolower((unsigned char)id[i]);
    if (strlen(code) == CODE_LEN && isalpha((unsigned char)code[0]) && isalpha((unsigned char)code[1]) &&
        len >= PREFIX_MIN && len < sizeof digits && strspn(digits, "0123456789abcdef") == len) {
        snprintf(ret, CONTACTING_PATH_MAX, "/api/v1/contacts/%s/%s", code, digits);
        return true;
    }
    cli->status = cli_say(
        cli, CLI_USAGE, "%s is no contact: write STATE/ID, with %d or more hex digits of the id: FR/0123abcd",
        name, PREFIX_MIN);
    return false;
}

json_t *contacting_get(struct cli *cli, const char *path, const char *at) {
    struct api_reply reply = {0};
    char query[96] = "";
    const char *name = path + strlen("/api/v1/contacts/");

    if (at != NULL) {
        if (strlen(at) > 32 || strspn(at, "0123456789-:TZ") != strlen(at)) {
            cli->status = cli_say(cli, CLI_USAGE, "--at %s: a time such as 2026-12-31 is wanted", at);
            return NULL;
        }
        snprintf(query, sizeof query, "at=%s", at);
    }
    enum err err = session_get(cli->session, path, query, &reply);
    if (err != ERR_OK) {
        cli->status = cli_err(cli, err, name, "");
        return NULL;
    }
    json_t *answer = json_loadb(reply.body, reply.len, JSON_REJECT_DUPLICATES, NULL);
    free(reply.body);
    if (reply.status == 200 && json_is_object(answer))
        return answer;
    const char *why = json_string_value(json_object_get(answer, "detail"));
    cli->status = cli_say(cli, reply.status < 500 ? CLI_REFUSED : CLI_FAULT, "%s: %s", name,
                          why != NULL ? why : "the node's answer cannot be read");
    json_decref(answer);
    return NULL;
}
