/* A node's HTTP server over invented States, for what asks it from outside: the members' view below /m/TOKEN/
 * and the public view beside it, on one free port.
 *
 *   apiserver CANARY     every member-only value holds CANARY
 *
 * It prints the port, the token, and the origins, and serves until its standard input ends. A line there
 * publishes another contact. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/http.h"
#include "store/roster.h"
#include "tests/lib/fixture.h"

#define TOKEN "0123456789abcdefABCDEF_-"
#define T0 1767225600u /* 2026-01-01 */
#define RECORD_MAX 4096

static const char *canary;

/* Write a record where every $ stands for the canary. */
static const char *record(const char *text) {
    static char out[RECORD_MAX];
    size_t at = 0;

    for (; *text != '\0' && at < sizeof out; text++)
        at += *text == '$' ? (size_t)snprintf(out + at, sizeof out - at, "%s", canary)
                           : (size_t)snprintf(out + at, sizeof out - at, "%c", *text);
    if (at >= sizeof out)
        abort();
    return out;
}

static const char whole[] =
    "{\"kind\":\"technical\",\"status\":\"active\",\"valid_until\":\"2999-01-01\",\"review_by\":\"2026-12-"
    "31\","
    "\"organisation\":{\"en\":\"Alert Centre\",\"fr\":\"Centre d'alerte\"},\"unit\":{\"en\":\"Unit $\"},"
    "\"title\":{\"en\":\"Head $\"},\"holder\":\"person\",\"name\":{\"en\":\"Given $\"},"
    "\"name_parts\":{\"given\":\"Given $\",\"surname\":\"Surname $\"},\"latin\":\"Latin "
    "$\",\"honorific\":\"Dr $\","
    "\"emails\":[{\"address\":\"desk-$@fr.example\",\"purpose\":\"incident\",\"shared\":true}],"
    "\"phones\":[{\"number\":\"+33100000042\",\"extension\":\"12\",\"display\":\"01 $\",\"type\":\"voice\","
    "\"secure\":false}],"
    "\"channels\":[{\"kind\":\"matrix\",\"uri\":\"https://chat.fr.example/$\",\"note\":\"note $\"}],"
    "\"keys\":[{\"type\":\"openpgp\",\"fingerprint\":\"0123456789abcdef0123456789abcdef01234567\","
    "\"uri\":\"https://keys.fr.example/$\",\"expires\":\"2999-01-01T00:00:00Z\"}],"
    "\"languages\":[\"fr\",\"en\"],\"timezone\":\"Europe/Paris\","
    "\"hours\":{\"weekly\":[{\"day\":\"mon\",\"from\":\"09:00\",\"to\":\"17:00\"}],\"holidays\":[\"2026-07-"
    "14\"],"
    "\"text\":\"by telephone at any time\"},"
    "\"address\":{\"en\":\"Street $\"},\"country\":\"FR\",\"constituency\":{\"en\":\"All of $\"},"
    "\"backup\":\"00000002000000000000000000000002\","
    "\"nomination\":{\"ref\":\"Note $\",\"date\":\"2026-01-01\",\"by\":\"Minister $\"},"
    "\"primary\":true,\"rank\":7,\"public\":[\"organisation\",\"languages\",\"timezone\",\"hours\"]}";

static const char closed[] =
    "{\"kind\":\"diplomatic\",\"organisation\":{\"sw\":\"Wizara $\"},\"languages\":[\"sw\"],"
    "\"phones\":[{\"number\":\"+254700000001\",\"display\":\"$\"}]}";
static const char successor[] =
    "{\"kind\":\"technical\",\"valid_from\":\"2999-01-01\",\"organisation\":{\"en\":\"Alert Centre to "
    "come\"},"
    "\"emails\":[{\"address\":\"next-$@fr.example\"}],\"public\":[\"organisation\"]}";

static void observer(struct author *state) {
    struct leaf leaf = {.kind = LEAF_OBSERVER, .time = T0};

    const uint8_t seed[KEY_SEED_LEN] = {7};
    uint8_t secret[KEY_SECRET_LEN];

    key_from_seed(seed, &leaf.observer.id, secret);
    leaf.observer.name = bytes_str("Test Observatory");
    author_leaf(state, &leaf);
}

static void fill(struct fixture *f) {
    struct author *fr = fixture_state(f, "fr", "{\"en\":\"France\",\"fr\":\"la France\"}");
    struct author *ke = fixture_state(f, "ke", "{\"en\":\"Kenya\"}");
    char endpoint[200];

    snprintf(endpoint, sizeof endpoint, "tcp://%s.fr.example:7400", canary);
    fixture_node(fr, 1, endpoint);
    observer(fr);
    fixture_contact(fr, 1, record(whole), T0);
    fixture_contact(fr, 2, record(closed), T0);
    fixture_contact(fr, 3, record(closed), T0);
    fixture_contact(fr, 1, record(successor), T0 + 1);
    fixture_withdraw(fr, 3, T0 + 2);
    fixture_contact(ke, 4, record(closed), T0);
    author_fill(ke, 300, 200, 100);
    fixture_publish(f, fr);
    fixture_publish(f, ke);
    fixture_cosign(f, fr, 1, T0 + 60);
}

static void draft(struct fixture *f) {
    struct txn t;

    txn_begin(&t, f->store, true);
    drafts_add(&t, bytes_str(record(
                       "{\"action\":\"put\",\"id\":\"00000001000000000000000000000001\",\"user\":\"1000\","
                       "\"time\":1767225600,\"record\":{\"kind\":\"policy\",\"name\":{\"en\":\"$\"}}}")));
    if (txn_commit(&t) != ERR_OK)
        abort();
}

static json_t *live(void *context) {
    (void)context;
    return json_pack("{s:b, s:b, s:s, s:i, s:i, s:I, s:I, s:[{s:s, s:b, s:s, s:s, s:s, s:s, s:{s:i}}]}",
                     "running", 1, "confirmed", 1, "confirm_reason", "", "configured", 1, "links", 1,
                     "bytes_in", (json_int_t)5, "bytes_out", (json_int_t)6, "peers", "node",
                     "0707070707070707070707070707070707070707070707070707070707070707", "up", 1, "since",
                     "2026-01-01T00:00:00Z", "name", canary, "state", "KE", "class", "member", "reported",
                     "test.example/ke/0123456789abcdef", 301);
}

int main(int argc, char **argv) {
    static struct fixture f;
    struct http *http;
    char line[8];
    unsigned number = 100;

    canary = argc > 1 ? argv[1] : "canary";
    fixture_open(&f);
    fill(&f);
    draft(&f);
    struct api *api = fixture_api(&f, live);
    const struct http_options options = {
        .api = api, .listen = "127.0.0.1:0", .token = TOKEN, .public_view = true};
    if (http_start(&options, &http) != ERR_OK)
        abort();
    printf("%u %s %s %s\n", http_port(http), TOKEN, f.state[0].origin, f.state[1].origin);
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL) {
        fixture_contact(&f.state[0], number++, record(closed), T0);
        fixture_publish(&f, &f.state[0]);
        api_changed(api);
        http_changed(http);
    }
    http_stop(http);
    api_close(api);
    fixture_close(&f);
    return 0;
}
