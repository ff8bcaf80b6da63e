/* What has changed since a cursor.  The answer may wait (api.h): where it can, "nothing yet" is not said
 * before its time is over. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/api_call.h"

#define STAMP_LEN 32

/* A place in the changes of one database; the stamp tells of what moves no head, such as links and drafts. */
struct place {
    uint8_t instance[INSTANCE_LEN];
    uint64_t seq;
    char stamp[STAMP_LEN + 1];
};

/* "<instance, 32 hex>-<seq>-<stamp, 32 hex>" */
static bool place_get(struct bytes text, struct place *ret) {
    const size_t instance = 2 * (size_t)INSTANCE_LEN, least = instance + 3 + STAMP_LEN;
    struct place place = {0};
    uint8_t digits[STAMP_LEN / 2];

    if (text.len < least)
        return false;
    const uint8_t *stamp = text.ptr + text.len - STAMP_LEN;
    struct bytes seq = {text.ptr + instance + 1, text.len - least + 1};
    if (text.ptr[instance] != '-' || stamp[-1] != '-' || decimal_get(&place.seq, seq) != ERR_OK ||
        hex_get(place.instance, INSTANCE_LEN, (struct bytes){text.ptr, instance}) != ERR_OK ||
        hex_get(digits, sizeof digits, (struct bytes){stamp, STAMP_LEN}) != ERR_OK)
        return false;
    memcpy(place.stamp, stamp, STAMP_LEN);
    *ret = place;
    return true;
}

json_t *api_cursor_json(const struct api_call *call, uint64_t seq, const char *stamp) {
    char instance[2 * INSTANCE_LEN + 1];

    hex_put(instance, store_instance(call->options->store), INSTANCE_LEN);
    return json_sprintf("%s-%llu-%s", instance, (unsigned long long)seq, stamp);
}

/* The logs whose heads have moved after seq, the longest ago first. */
static json_t *moved_json(struct api_call *call, uint64_t seq, uint64_t *ret_next, bool *ret_more) {
    struct head *head = calloc(HEADS_MAX, sizeof *head);
    json_t *logs = json_array();
    unsigned count = 0;

    if (head != NULL)
        count = changes_after(call->txn, seq, head, HEADS_MAX, ret_next, ret_more);
    for (unsigned i = 0; i < count; i++) {
        struct log_record record;
        if (logs_get(call->txn, head[i].log, &record))
            json_array_append_new(logs, api_log_json(call, &record));
    }
    free(head);
    return logs;
}

void api_changes(struct api_call *call) {
    const char *since = query_get(&call->query, "since");
    struct place from = {0};
    uint64_t wait_s = 0, next = 0;
    bool more = false;

    if (*since != '\0' && !place_get(bytes_str(since), &from)) {
        api_refuse(call, 400, "SCHEMA", "since is '%s'; it must be what \"cursor\" of an earlier answer says",
                   since);
        return;
    }
    if (!api_number(call, "wait", 0, CHANGES_WAIT_MAX_S, &wait_s))
        return;
    json_t *stamp = api_stamp_json(call);
    if (!json_is_string(stamp)) {
        json_decref(stamp);
        return;
    }
    uint64_t newest = changes_newest(call->txn);
    bool known =
        memcmp(from.instance, store_instance(call->options->store), INSTANCE_LEN) == 0 && from.seq <= newest;
    bool gap = *since != '\0' && !known;
    json_t *moved = moved_json(call, known ? from.seq : 0, &next, &more);
    if (known && next == newest && from.seq == newest && strcmp(from.stamp, json_string_value(stamp)) == 0)
        call->wait_s = (unsigned)wait_s;
    call->json = json_pack("{s:o, s:b, s:b, s:o, s:o}", "changes", moved, "gap", gap, "more", more, "cursor",
                           api_cursor_json(call, next, json_string_value(stamp)), "stamp", stamp);
}
