/* What the control socket may carry: CALLs in frames, done on a real store.  Whatever is asked, there is an
 * answer that is JSON; a refusal has a reason; the store holds together, and every draft in it can be read.
 *
 * Each call is a frame as it comes, or a name from the list and a body in which "$" stands for the own origin
 * and "#" for another State's. */
#include <stdlib.h>
#include <string.h>

#include "node/net/frame.h"
#include "proto/message.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/officer.h"
#include "tests/lib/sound.h"

#define CALLS 12
#define BODY_MAX 4096

static const char *const names[] = {
    "draft-add",   "draft-drop", "draft-list",  "draft-approve", "log-open",     "submit",
    "log-state",   "log-root",   "log-confirm", "invite",        "trust-add",    "trust-remove",
    "trust-hold",  "trust-list", "trust-notes", "trust-confirm", "backup-state", "doctor-log",
    "doctor-rest", "peer-add",   "peer-remove", "peer-list",     "no-such-thing"};

static struct officer fr;

static void end(void) {
    officer_close(&fr);
}

static void begin(void) {
    if (fr.store)
        officer_close(&fr);
    else
        MUST(atexit(end) == 0);
    officer_open(&fr, "test.example", "fr", 1, PART_MEMBERS);
    officer_draft(&fr, 1);
}

static void call(const char *name, struct bytes body) {
    struct ops_reply reply;
    ops_call(&fr.ops, name, body, &reply);
    MUST(reply.body != NULL && reply.status <= OPS_UNKNOWN);
    json_t *answer = json_loadb(reply.body, reply.len, JSON_REJECT_DUPLICATES, NULL);
    MUST(json_is_object(answer));
    const char *why = json_string_value(json_object_get(answer, "error"));
    MUST((reply.status == OPS_DONE) == (why == NULL));
    MUST(!why || (*why && strlen(why) < 700));
    json_decref(answer);
    free(reply.body);
}

/* As control.c takes it: an operation's name, cut where no name is as long. */
static void from_frame(struct bytes bytes) {
    struct message m;
    char name[128];
    if (message_decode(bytes, &m) || m.kind != MESSAGE_CALL)
        return;
    size_t len = m.call.name.len < sizeof name ? m.call.name.len : sizeof name - 1;
    if (len)
        memcpy(name, m.call.name.ptr, len);
    name[len] = '\0';
    if (strncmp(name, "backup-", 7) != 0) /* which writes where it is told */
        call(name, m.call.body);
}

static void from_list(struct supply *s) {
    static uint8_t body[BODY_MAX + ORIGIN_MAX];
    const char *name = names[supply_byte(s) % (sizeof names / sizeof *names)];
    size_t len = 0;
    for (unsigned left = supply_below(s, 2048); left && s->left && len < BODY_MAX; left--) {
        uint8_t c = supply_byte(s);
        const char *text = c == '$' ? fr.origin : "test.example/ke/0123456789abcdef";
        if (c == '$' || c == '#') {
            memcpy(body + len, text, strlen(text));
            len += strlen(text);
        } else {
            body[len++] = c;
        }
    }
    call(name, (struct bytes){body, len});
}

/* Bytes in frames, as long as their reader takes them. */
static void from_stream(struct supply *s) {
    struct frame_reader reader = {.max = FRAME_MAX};
    struct frame *frame = NULL;
    enum err err = ERR_OK;
    while (!err && s->left) {
        uint8_t *to;
        size_t room;
        err = frame_reader_want(&reader, &to, &room);
        if (err)
            break;
        struct bytes some = supply_bytes(s, room);
        memcpy(to, some.ptr, some.len);
        err = frame_reader_took(&reader, some.len, &frame);
        if (!err && frame)
            from_frame((struct bytes){frame->data, frame->len});
        frame_free(err ? NULL : frame);
    }
    frame_reader_close(&reader);
}

static void all_is_well(void) {
    char why[SOUND_TEXT];
    struct txn t;
    txn_begin(&t, fr.store, false);
    if (!sound_store(&t, why))
        fuzz_fail(why, __FILE__, __LINE__);
    txn_abort(&t);
    json_t *answer = officer_call(&fr, "doctor-rest", json_object(), OPS_DONE);
    MUST(json_array_size(json_object_get(answer, "faults")) == 0);
    json_decref(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct supply s = {data, size};
    begin();
    if (supply_byte(&s) % 4 == 3)
        from_stream(&s);
    else
        for (unsigned i = 0; i < CALLS && s.left; i++)
            from_list(&s);
    all_is_well();
    return 0;
}
