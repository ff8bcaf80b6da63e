#include "tests/fuzz/importing.h"

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

static struct import *open_file(const char *format, struct bytes data, unsigned choice) {
    const struct import_map set[] = {{"organisation", "Centre"}};
    struct import_options options = {.format = format,
                                     .kind = "technical",
                                     .language = choice & 1 ? "fr" : NULL,
                                     .dial = choice & 2 ? "33" : NULL,
                                     .set = set,
                                     .set_count = choice & 4 ? 1 : 0,
                                     .encoding = choice & 8 ? "UTF-8" : NULL,
                                     .source = "a file",
                                     .code = "FR",
                                     .secret = {7}};
    struct csverror why = {""};
    options.path = fuzz_file("importing", data);
    struct import *import = import_open(&options, &why);
    MUST(import != NULL || (*why.text && memchr(why.text, '\0', sizeof why.text)));
    return import;
}

/* How many were refused. */
static size_t check(const struct import *import) {
    json_t *ids = json_object();
    size_t refused = 0;
    for (size_t i = 0; i < import_count(import); i++) {
        struct import_row row;
        import_row(import, i, &row);
        MUST((row.verdict == IMPORT_GOOD) == (row.record != NULL));
        MUST((row.verdict == IMPORT_GOOD) == (*row.why.text == '\0'));
        MUST(json_is_array(row.notices));
        refused += row.verdict == IMPORT_REFUSED;
        if (!row.record)
            continue;
        const char *id = json_string_value(json_object_get(row.record, "id"));
        check_record(row.record);
        MUST(id && json_object_get(ids, id) == NULL);
        json_object_set_new(ids, id, json_true());
    }
    json_decref(ids);
    return refused;
}

void importing(const char *format, struct bytes data) {
    unsigned choice = data.len > 0 ? data.ptr[data.len - 1] : 0;
    struct import *import = open_file(format, data, choice);
    if (!import)
        return;
    size_t refused = check(import), len;
    char *text = NULL;
    FILE *to = open_memstream(&text, &len);
    MUST(to != NULL);
    import_rejected(import, to);
    fclose(to);
    json_decref(import_members(import));
    import_close(import);
    import = refused > 0 ? open_file(format, (struct bytes){(uint8_t *)text, len}, choice | 8) : NULL;
    if (import)
        MUST(check(import) > 0);
    import_close(import);
    free(text);
}
