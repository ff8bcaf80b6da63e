#include "tests/lib/apiworld.h"

#include <stdlib.h>

const char apiworld_public[] =
    "{\"kind\":\"technical\",\"organisation\":{\"fr\":\"Centre d'alerte\",\"en\":\"Alert Centre\"},"
    "\"emails\":[{\"address\":\"canary-mail@fr.example\"}],\"name\":{\"en\":\"Canary Person\"},"
    "\"languages\":[\"fr\",\"en\"],\"public\":[\"organisation\",\"languages\"]}";
const char apiworld_members[] =
    "{\"kind\":\"diplomatic\",\"organisation\":{\"sw\":\"Wizara ya canary\"},\"languages\":[\"sw\"],"
    "\"phones\":[{\"number\":\"+254700000001\"}]}";

static json_t *live(void *context) {
    (void)context;
    return json_pack("{s:b, s:b, s:[{s:s, s:b, s:s}]}", "running", 1, "confirmed", 1, "peers", "node", "aa",
                     "up", 1, "name", "canary-peer");
}

int apiworld_open(void **state) {
    struct apiworld *w = calloc(1, sizeof *w);

    fixture_open(&w->f);
    w->fr = fixture_state(&w->f, "fr", "{\"fr\":\"la France\",\"en\":\"France\"}");
    w->ke = fixture_state(&w->f, "ke", "{\"en\":\"Kenya\"}");
    fixture_node(w->fr, 1, "tcp://canary-host.fr.example:7400");
    fixture_contact(w->fr, 1, apiworld_public, APIWORLD_T0);
    fixture_contact(w->fr, 2, apiworld_members, APIWORLD_T0);
    fixture_contact(w->ke, 3, apiworld_members, APIWORLD_T0);
    fixture_publish(&w->f, w->fr);
    fixture_publish(&w->f, w->ke);
    w->api = fixture_api(&w->f, live);
    *state = w;
    return 0;
}

int apiworld_close(void **state) {
    struct apiworld *w = *state;

    api_close(w->api);
    fixture_close(&w->f);
    free(w);
    return 0;
}

json_t *apiworld_ask(struct apiworld *w, enum api_view view, const char *path, const char *query,
                     unsigned want) {
    unsigned status;
    json_t *json = api_json(w->api, view, path, query, &status);

    if (status != want)
        fail_msg("%s?%s: %u, not %u: %s", path, query, status, want,
                 json_string_value(json_object_get(json, "detail")));
    return json;
}

const char *apiworld_text(const json_t *json, const char *key) {
    const char *text = json_string_value(json_object_get(json, key));

    return text == NULL ? "" : text;
}
