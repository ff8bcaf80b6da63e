#include "node/cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/cli/terminal.h"
#include "node/file.h"
#include "node/nearest.h"

#define SAY_MAX 4096

int cli_say(const struct cli *cli, int status, const char *format, ...) {
    char text[SAY_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    fprintf(stderr, "comity%s%s: ", cli->command ? " " : "", cli->command ? cli->command : "");
    for (char *line = text; line;) {
        char *end = strchr(line, '\n');
        if (end)
            *end++ = 0;
        terminal_put(stderr, line);
        fputc('\n', stderr);
        line = end;
    }
    return status;
}

int cli_err(const struct cli *cli, enum err err, const char *what, const char *remedy) {
    bool fault = err == ERR_MEMORY || err == ERR_IO || err == ERR_CORRUPT || err == ERR_DISK_FULL;
    const char *system = err == ERR_IO && errno ? strerror(errno) : "";

    return cli_say(cli, fault ? CLI_FAULT : CLI_REFUSED, "%s: %s%s%s%s%s%s", what, err_text(err),
                   err_standard(err), *system ? ": " : "", system, remedy && *remedy ? ". " : "",
                   remedy ? remedy : "");
}

bool cli_config(struct cli *cli) {
    if (!cli->dir) {
        cli->status = cli_say(cli, CLI_USAGE, "which node? Give --data DIR, or set COMITY_DATA");
        return false;
    }
    enum err err = config_load(cli->dir, &cli->config);
    cli->status = err == ERR_IO || err == ERR_MEMORY ? CLI_FAULT : CLI_REFUSED; /* config_load has said why */
    return !err;
}

bool cli_open(struct cli *cli) {
    if (!cli_config(cli))
        return false;
    enum err err = session_open(&cli->config, &cli->session);
    if (!err)
        return true;
    if (err == ERR_DENIED || err == ERR_TYPE) { /* of node.key, which tells who this node is */
        char path[PATH_LEN + 16], complaint[PATH_LEN + 300];
        snprintf(path, sizeof(path), "%s/node.key", cli->config.dir);
        file_secret_complaint(path, complaint, sizeof(complaint));
        cli->status = cli_say(cli, CLI_REFUSED, "%s", complaint);
        return false;
    }
    cli->status =
        cli_err(cli, err, cli->dir,
                err == ERR_BUSY      ? "Another process has this node open and does not answer: wait for it, "
                                       "or look for a hung comityd."
                : err == ERR_VERSION ? "Use the version of comity that made it, or a newer one."
                                     : "");
    return false;
}

/* Percent-encode what is not unreserved (RFC 3986 2.3). */
static void query_put(char *to, size_t max, size_t *len, const char *text) {
    for (; *text && *len + 4 < max; text++) {
        unsigned char c = (unsigned char)*text;
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c))
            to[(*len)++] = (char)c;
        else
            *len += (size_t)snprintf(to + *len, 4, "%%%02X", c);
    }
    to[*len] = 0;
}

json_t *cli_get(struct cli *cli, const char *path, const char *const *parameters) {
    static char query[3 * CLI_ARG_MAX + 256];
    size_t len = 0;
    unsigned status = 0;

    query[0] = 0;
    for (; parameters && parameters[0]; parameters += 2) {
        if (!parameters[1])
            continue;
        if (len)
            query[len++] = '&';
        query_put(query, sizeof(query), &len, parameters[0]);
        query[len++] = '=';
        query_put(query, sizeof(query), &len, parameters[1]);
    }
    json_t *answer = session_json(cli->session, path, query, &status);
    if (!answer)
        cli->status = status == 404 ? cli_say(cli, CLI_REFUSED, "%s: not there", path)
                      : status == 400
                          ? cli_say(cli, CLI_USAGE, "%s%s%s: not a question that the node takes", path,
                                    len ? "?" : "", query)
                          : cli_say(cli, CLI_FAULT, "%s: the node answered with status %u", path, status);
    return answer;
}

json_t *cli_call_bytes(struct cli *cli, const char *name, struct bytes body) {
    struct ops_reply reply = {0};
    enum err err = session_call(cli->session, name, body, &reply);

    if (err) {
        cli->status = cli_err(cli, err, name, "");
        return NULL;
    }
    json_t *answer = json_loadb(reply.body, reply.len, JSON_REJECT_DUPLICATES, NULL);
    free(reply.body);
    if (reply.status == OPS_DONE && json_is_object(answer))
        return answer;
    const char *why = json_string_value(json_object_get(answer, "error"));
    cli->status = cli_say(cli, reply.status == OPS_REFUSED ? CLI_REFUSED : CLI_FAULT, "%s",
                          why ? why : "the node's answer cannot be read");
    json_decref(answer);
    return NULL;
}

json_t *cli_call(struct cli *cli, const char *name, json_t *body) {
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    json_t *answer = NULL;

    json_decref(body);
    if (text)
        answer = cli_call_bytes(cli, name, bytes_str(text));
    else
        cli->status = cli_err(cli, ERR_MEMORY, name, "");
    free(text);
    return answer;
}

void cli_print_json(const json_t *document) {
    /* On a terminal nothing but ASCII: bidirectional and C1 controls in other people's texts do no harm. */
    size_t flags = JSON_INDENT(2) | (isatty(STDOUT_FILENO) ? JSON_ENSURE_ASCII : 0);

    json_dumpf(document, stdout, flags);
    putchar('\n');
}
