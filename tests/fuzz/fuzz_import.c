/* Every row of a table is either refused with a reason or a record that may be published, with an id of its
 * own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/import.h"
#include "tests/fuzz/fuzz.h"

static void check_record(const json_t *record) {
    static uint8_t buffer[PART_CLASSES][PART_MAX];
    uint8_t *buffers[PART_CLASSES] = {buffer[0], buffer[1]};
    struct bytes payload[PART_CLASSES];
    struct record_error why;
    struct leaf leaf;
    MUST(record_check(record, &why));
    MUST(record_leaf(record, 1, &leaf) == ERR_OK);
    MUST(record_parts(record, buffers, payload) == ERR_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct supply s = {data, size};
    unsigned choice = supply_byte(&s);
    struct import_options options = {.kind = choice & 1 ? "technical" : NULL,
                                     .language = choice & 2 ? "fr" : NULL,
                                     .source = "a table",
                                     .code = "FR",
                                     .secret = {7}};
    struct csverror why = {""};
    struct import_row row;
    options.path = fuzz_file("import.csv", supply_bytes(&s, SIZE_MAX));
    struct import *import = import_open(&options, &why);
    if (!import) {
        MUST(*why.text && memchr(why.text, '\0', sizeof why.text));
        return 0;
    }
    json_t *ids = json_object();
    for (size_t i = 0; i < import_count(import); i++) {
        import_row(import, i, &row);
        MUST((row.verdict == IMPORT_GOOD) == (row.record != NULL));
        MUST((row.verdict == IMPORT_GOOD) == (*row.why.text == '\0'));
        if (!row.record)
            continue;
        const char *id = json_string_value(json_object_get(row.record, "id"));
        check_record(row.record);
        MUST(id && json_object_get(ids, id) == NULL);
        json_object_set_new(ids, id, json_true());
    }
    /* What was refused can be written. */
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);
    MUST(to != NULL);
    import_rejected(import, to);
    fclose(to);
    free(text);
    json_decref(import_members(import));
    json_decref(ids);
    import_close(import);
    return 0;
}
