#include "node/cli/confirmed.h"

#include <stdio.h>

/* What stands against signing when no daemon can ask the peers. */
static bool of_stopped(const struct config *config, const json_t *status, bool restored, char *ret,
                       size_t max) {
    size_t peers = config_courier(config) ? 0 : json_array_size(json_object_get(status, "peers"));

    if (restored)
        snprintf(
            ret, max,
            "this node was put back from a backup, and has not compared its own log with any peer since: "
            "start comityd, or import a bundle with this log that another State makes now");
    else
        snprintf(ret, max, "comityd does not run, so the %zu peer%s of this node cannot be asked what %s",
                 peers, peers == 1 ? "" : "s", peers == 1 ? "it holds" : "they hold");
    return !peers && !restored;
}

bool confirmed_of(const struct config *config, const json_t *status, char *ret_reason, size_t max,
                  bool *ret_restored) {
    const char *why = json_string_value(json_object_get(status, "confirm_reason"));

    *ret_restored = json_is_true(json_object_get(status, "restored"));
    if (!json_is_true(json_object_get(status, "running")))
        return of_stopped(config, status, *ret_restored, ret_reason, max);
    snprintf(ret_reason, max, "the own log has not been compared with the peers since %s: %s",
             *ret_restored ? "it was put back from a backup" : "the node has started", why ? why : "");
    return json_is_true(json_object_get(status, "confirmed"));
}

bool confirmed_ask(struct cli *cli, char *ret_reason, size_t max, bool *ret_restored) {
    json_t *status = cli_get(cli, "/api/v1/status", NULL);
    bool confirmed = status && confirmed_of(&cli->config, status, ret_reason, max, ret_restored);

    json_decref(status);
    return confirmed;
}
