/* Whatever is asked, the server has an answer with a type and a body, that is no fault of its own; the public
 * view, and who has no token, never see what is for members; JSON is JSON; the same question has the same
 * answer. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "node/site.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/fixture.h"

#define TOKEN "0123456789abcdef0123"

static struct fixture fixture;
static struct site site;

static void end(void) {
    api_close(site.api);
    fixture_close(&fixture);
}

static void begin(void) {
    if (site.api)
        return;
    fixture_open(&fixture);
    struct author *fr = fixture_state(&fixture, "fr", "{\"en\":\"France\"}");
    fixture_node(fr, 1, "tcp://" CANARY ".example:1");
    fixture_contact(
        fr, 1,
        "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Alert Centre\"},\"name\":{\"en\":\"" CANARY "\"},"
        "\"emails\":[{\"address\":\"" CANARY "@fr.example\"}],\"timezone\":\"Europe/Paris\","
        "\"languages\":[\"fr\"],\"public\":[\"organisation\"]}",
        1767225600);
    fixture_contact(fr, 2,
                    "{\"kind\":\"legal\",\"organisation\":{\"sw\":\"" CANARY
                    "\"},\"phones\":[{\"number\":\"+331\"}]}",
                    1767225600);
    fixture_withdraw(fr, 2, 1767225601);
    fixture_publish(&fixture, fr);
    fixture_cosign(&fixture, fr, 1, 1767225700);
    site.api = fixture_api(&fixture, NULL);
    memcpy(site.token, TOKEN, sizeof TOKEN);
    MUST(atexit(end) == 0);
}

/* "$" in a path stands for the log's origin, "#" for the token. */
static void spell(struct supply *s, char *to, size_t max) {
    size_t len = 0;
    while (s->left > 0 && len + ORIGIN_MAX + 2 < max) {
        char c = (char)supply_byte(s);
        if (c == '$' || c == '#') {
            const char *text = c == '$' ? fixture.state[0].origin : TOKEN;
            memcpy(to + len, text, strlen(text));
            len += strlen(text);
        } else if (c) {
            to[len++] = c;
        }
    }
    to[len] = '\0';
}

static void look(const struct api_reply *reply, bool members) {
    struct bytes body = {(const uint8_t *)reply->body, reply->len};
    MUST(reply->body && reply->type && reply->type[0]);
    MUST(reply->status == 200 || reply->status == 400 || reply->status == 404);
    MUST(members || !fuzz_canary(body));
    MUST(reply->status == 200 || (reply->until_s == 0 && reply->wait_s == 0));
    if (strncmp(reply->type, "application/json", 16) == 0 ||
        strcmp(reply->type, "application/problem+json") == 0) {
        json_t *json = json_loadb(reply->body, reply->len, JSON_REJECT_DUPLICATES, NULL);
        MUST(json != NULL);
        MUST(memchr(reply->body, '<', reply->len) == NULL);
        json_decref(json);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct supply s = {data, size};
    static char path[2048 + 256];
    struct api_reply reply = {0}, again = {0};
    enum http_keep keep;
    begin();
    site.public_view = supply_byte(&s) % 2;
    spell(&s, path, sizeof path);
    if (path[0] != '/')
        return 0;
    char *query = strchr(path, '?');
    if (query)
        *query++ = '\0';
    bool members = strncmp(path, "/m/" TOKEN, 3 + strlen(TOKEN)) == 0;
    site_get(&site, path, query ? query : "", NULL, &reply, &keep);
    /* What the question itself holds, a page may repeat: that is not from the store. */
    bool said = fuzz_canary(bytes_str(path)) ||
                (query && (fuzz_canary(bytes_str(query)) || strchr(query, '%') != NULL));
    look(&reply, members || said);
    if (reply.until_s != 0) {
        site_get(&site, path, query ? query : "", NULL, &again, &keep);
        MUST(again.status == reply.status);
        MUST(again.until_s != reply.until_s || strcmp(again.etag, reply.etag) == 0);
        free(again.body);
    }
    free(reply.body);
    return 0;
}
