/* contact erasures: what has been erased, and which nodes still serve it. */
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "node/cli/commands.h"
#include "node/cli/terminal.h"

#define ASK_EVERY_MS 200
#define ASK_TIMES 100 /* 20 seconds: a peer has 10 for each question */

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static long long number_of(const json_t *object, const char *name) {
    return (long long)json_integer_value(json_object_get(object, name));
}

static json_t *report_get(struct cli *cli, const char *state) {
    char path[64];

    snprintf(path, sizeof path, "/api/v1/states/%.2s/erasures", state);
    return cli_get(cli, path, NULL);
}

/* Whether a node still has time to answer. */
static bool is_waiting(const json_t *report) {
    size_t i;
    json_t *node;
    json_array_foreach(json_object_get(json_object_get(report, "survey"), "nodes"), i, node) {
        if (json_is_true(json_object_get(json_object_get(node, "said"), "waiting")))
            return true;
    }
    return false;
}

/* Have the daemon ask its peers, and wait for what they say; the report without it where no daemon runs. */
static json_t *report_ask(struct cli *cli, const char *state) {
    json_t *answer = cli_call(cli, "erasures-ask", json_pack("{s:s}", "state", state));
    bool running = json_is_true(json_object_get(answer, "running"));
    json_t *report = NULL;

    json_decref(answer);
    if (answer == NULL)
        return NULL;
    for (unsigned i = 0; i < ASK_TIMES; i++) {
        json_decref(report);
        if (running)
            uv_sleep(ASK_EVERY_MS);
        report = report_get(cli, state);
        if (report == NULL || !running || !is_waiting(report))
            break;
    }
    return report;
}

static void print_entries(const json_t *report) {
    const json_t *entries = json_object_get(report, "entries"), *entry;
    size_t i;

    if (json_array_size(entries) == 0)
        puts("Nothing has been erased.");
    json_array_foreach((json_t *)(uintptr_t)entries, i, entry) {
        printf("entry %lld of %s/%.8s, erased %s: %s\n", number_of(entry, "index"), text_of(report, "state"),
               text_of(entry, "contact"), text_of(entry, "erased"),
               strcmp(text_of(entry, "here"), "gone") == 0 ? "gone here" : "hidden here, not destroyed yet");
    }
    if (text_of(report, "due")[0] != '\0')
        printf("the next are destroyed here at %s\n", text_of(report, "due"));
}

/* What a node has said, in words. */
static const char *words_of(const json_t *node) {
    const json_t *said = json_object_get(node, "said");

    if (!json_is_true(json_object_get(said, "answered")))
        return "not reached";
    if (number_of(said, "served") > 0)
        return "STILL SERVED";
    if (number_of(said, "hidden") > 0)
        return "hidden";
    return number_of(said, "unknown") > 0 ? "not all known" : "gone";
}

static void print_nodes(const json_t *report) {
    static const char *const columns[] = {"NODE", "STATE", "NAME", "SAYS", "GONE", "HIDDEN", "SERVED", NULL};
    const json_t *nodes = json_object_get(json_object_get(report, "survey"), "nodes"), *node;
    struct cli_table *table = cli_table_new(columns);
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)nodes, i, node) {
        const json_t *said = json_object_get(node, "said");
        char key[17], count[3][24];
        snprintf(key, sizeof key, "%.16s", text_of(node, "node"));
        snprintf(count[0], sizeof count[0], "%lld", number_of(said, "gone"));
        snprintf(count[1], sizeof count[1], "%lld", number_of(said, "hidden"));
        snprintf(count[2], sizeof count[2], "%lld", number_of(said, "served"));
        cli_table_row(table, (const char *const[]){key, text_of(node, "state"), text_of(node, "name"),
                                                   words_of(node), count[0], count[1], count[2]});
    }
    if (json_array_size(nodes) > 0) {
        puts("");
        cli_table_print(table);
        puts("A node that says that a part has gone may lie; nobody can prove that it does not.");
    }
}

static bool is_served(const json_t *report) {
    size_t i;
    json_t *node;
    json_array_foreach(json_object_get(json_object_get(report, "survey"), "nodes"), i, node) {
        if (number_of(json_object_get(node, "said"), "served") > 0)
            return true;
    }
    return false;
}

int cmd_contact_erasures(struct cli *cli, int argc, char **argv) {
    const char *state = NULL;
    const struct cli_option options[] = {
        {"state", "FR", "of another State than the own one", NULL, &state, NULL}, {0}};

    if (cli_options(cli, options, argc, argv, 0, 0) < 0 || !cli_open(cli))
        return cli->status;
    if (state == NULL)
        state = cli->config.code;
    if (strlen(state) != CODE_LEN)
        return cli_say(cli, CLI_USAGE, "--state wants the code of a State, such as FR%s",
                       state[0] == '\0' ? ": an observer has no State of its own" : "");
    json_t *report = report_ask(cli, state);
    if (report == NULL)
        return cli->status;
    bool served = is_served(report);
    if (cli->json) {
        cli_print_json(report);
    } else {
        print_entries(report);
        print_nodes(report);
        if (json_is_null(json_object_get(report, "survey")))
            puts("\nNo daemon runs here, so no other node was asked.");
    }
    json_decref(report);
    return served ? CLI_REFUSED : CLI_DONE;
}
