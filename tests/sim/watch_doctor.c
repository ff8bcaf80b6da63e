#include "tests/sim/watch_doctor.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/sim/member.h"

static uint64_t now_s(void) {
    return station_now_s(&scene.station[scene.at]);
}

static void examine(struct ops *ops, const struct station *s, const struct log_record *record) {
    struct ops_reply reply;
    char body[ORIGIN_MAX + 40];
    snprintf(body, sizeof body, "{\"origin\": \"%s\", \"from\": 0}", record->origin);
    ops_call(ops, "doctor-log", bytes_str(body), &reply);
    json_t *answer = reply.status == OPS_DONE ? json_loadb(reply.body, reply.len, 0, NULL) : NULL;
    const json_t *faults = json_object_get(answer, "faults");
    if (!json_is_array(faults) || json_array_size(faults) > 0)
        scene_wrong("the doctor finds nothing at a sound node", "%s, log %s: %.300s", s->name,
                    member_name(record->id), reply.body ? reply.body : "no answer");
    json_decref(answer);
    free(reply.body);
}

void watch_doctor(struct station *s) {
    struct log_record record = {.seq = 0};
    struct ops ops = {.store = s->store, .network = SCENE_NETWORK, .origin = "", .now_s = now_s};
    for (bool more = true; more;) {
        struct txn t;
        station_enter(s);
        txn_begin(&t, s->store, false);
        more = logs_next(&t, &record);
        txn_abort(&t);
        if (more)
            examine(&ops, s, &record);
        station_leave(s);
    }
}
