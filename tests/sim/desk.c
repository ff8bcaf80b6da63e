#include "tests/sim/desk_state.h"

#include <stdlib.h>
#include <string.h>

static uint64_t ops_now(void) {
    return station_now_s(&scene.station[scene.at]);
}

struct visit desk_visit(struct member *m) {
    struct station *home = &scene.station[m->home];
    struct visit v = {.member = m, .home = home};
    v.ops =
        (struct ops){.store = home->store, .network = SCENE_NETWORK, .origin = m->origin, .now_s = ops_now};
    return v;
}

json_t *desk_ask(struct visit *v, const char *name, struct bytes body) {
    struct ops_reply reply;
    ops_call(&v->ops, name, body, &reply);
    json_t *answer = reply.status == OPS_DONE ? json_loadb(reply.body, reply.len, 0, NULL) : NULL;
    if (!answer)
        STORY("%s's own node refuses %s: %.*s", v->member->name, name, (int)reply.len, reply.body);
    if (!answer && memmem(reply.body, reply.len, "\"code\":\"IO\"", 11))
        v->home->leaving = true; /* the officer does as he is told, and starts it anew */
    free(reply.body);
    return answer;
}

bool desk_look(struct visit *v, struct ownlog *ret) {
    json_t *answer = desk_ask(v, "log-state", bytes_str("{}"));
    enum err err = answer ? ownlog_parse(answer, ret) : ERR_IO;
    json_decref(answer);
    return !err;
}
