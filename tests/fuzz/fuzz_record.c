/* Any JSON as a record: what the author's check lets pass makes a leaf and parts, and says the same when it
 * is read back. */
#include <string.h>

#include "node/record.h"
#include "tests/fuzz/fuzz.h"

static void check_again(const json_t *record) {
    static uint8_t buffer[PART_CLASSES][PART_MAX];
    uint8_t *buffers[PART_CLASSES] = {buffer[0], buffer[1]}, encoded[LEAF_MAX];
    struct bytes payload[PART_CLASSES], bytes;
    enum part_state state[PART_CLASSES] = {PART_NONE, PART_NONE};
    struct leaf leaf;
    MUST(record_parts(record, buffers, payload) == ERR_OK);
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        if (payload[class].len != 0) {
            state[class] = PART_HELD;
            MUST(field_check(contact_fields, payload[class], NULL) == ERR_OK);
        }
    if (record_leaf(record, 1, &leaf) != ERR_OK)
        return; /* without an id */
    /* A draft without valid_from gets one when it is published, perhaps behind its valid_until. */
    if (leaf_encode(&leaf, encoded, sizeof encoded, &bytes) != ERR_OK) {
        MUST(json_object_get(record, "valid_from") == NULL);
        return;
    }
    json_t *again = record_json("fr", &leaf, payload, state), *changes;
    json_t *authored = record_authored(again);
    changes = record_changes(authored, record);
    MUST(json_array_size(changes) == 0);
    json_decref(changes);
    json_decref(authored);
    json_decref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct record_error why;
    json_t *record = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    if (record == NULL)
        return 0;
    memset(&why, 0, sizeof why);
    if (record_check(record, &why))
        check_again(record);
    else
        MUST(*why.text != '\0' && memchr(why.text, '\0', sizeof why.text));
    json_decref(record);
    return 0;
}
