#include "node/cli/logname.h"

#include <string.h>

/* A log by the code of its State, or by its origin (or how that begins). */
static bool is_meant(const json_t *log, const char *name) {
    const char *origin = json_string_value(json_object_get(log, "origin"));
    const char *state = json_string_value(json_object_get(log, "state"));
    if (strlen(name) == CODE_LEN)
        return state != NULL && strcasecmp(state, name) == 0;
    return origin != NULL && strncmp(origin, name, strlen(name)) == 0;
}

/* Trusted logs first: a State may have had another one. */
static bool is_better(const json_t *log, const json_t *than) {
    const char *trust = json_string_value(json_object_get(log, "trust"));
    return than == NULL || (trust != NULL && strcmp(trust, "none") != 0);
}

json_t *logname_find(struct cli *cli, const char *name) {
    json_t *answer = cli_get(cli, "/api/v1/logs", NULL), *found = NULL, *log;
    size_t i;
    if (answer == NULL)
        return NULL;
    json_array_foreach(json_object_get(answer, "logs"), i, log) {
        if (is_meant(log, name) && is_better(log, found))
            found = log;
    }
    json_incref(found);
    json_decref(answer);
    if (found == NULL)
        cli->status =
            cli_say(cli, CLI_REFUSED, "%s: this node holds no such log; comity log list shows them", name);
    return found;
}
