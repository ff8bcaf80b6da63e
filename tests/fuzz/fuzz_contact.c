/* A payload that follows the table of fields: its record is JSON, and a record that may be published comes
 * back from its parts without a change. */
#include <stdlib.h>
#include <string.h>

#include "node/record.h"
#include "tests/fuzz/fuzz.h"

static void check_again(const json_t *record, struct leaf *leaf) {
    static uint8_t buffer[PART_CLASSES][PART_MAX];
    uint8_t *buffers[PART_CLASSES] = {buffer[0], buffer[1]};
    struct bytes payload[PART_CLASSES];
    enum part_state state[PART_CLASSES] = {PART_NONE, PART_NONE};
    MUST(record_parts(record, buffers, payload) == ERR_OK);
    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        if (payload[class].len == 0)
            continue;
        state[class] = PART_HELD;
        MUST(field_check(contact_fields, payload[class], NULL) == ERR_OK);
    }
    json_t *again = record_json("fr", leaf, payload, state), *changes = record_changes(record, again);
    MUST(json_array_size(changes) == 0);
    json_decref(changes);
    json_decref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct bytes payload[PART_CLASSES] = {{data, size}, {NULL, 0}};
    const enum part_state state[PART_CLASSES] = {PART_HELD, PART_NONE};
    struct leaf leaf = {.kind = LEAF_CONTACT, .contact = {.kind = bytes_str("technical"), .valid_from = 1}};
    struct record_error why;
    enum err err = field_check(contact_fields, payload[0], NULL);
    json_t *record =
        record_json("fr", &leaf, payload, state); /* of any bytes: what is unreadable is left out */
    char *text = json_dumps(record, 0);
    MUST(text != NULL);
    free(text);
    json_t *authored = record_authored(record);
    json_object_set_new(authored, "id", json_string("00000000000000000000000000000000"));
    if (!err && record_check(authored, &why))
        check_again(authored, &leaf);
    json_decref(authored);
    json_decref(record);
    return 0;
}
