/* A form that is read says the same when it is written and read again. */
#include <stdio.h>
#include <stdlib.h>

#include "node/form.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct form_error error;
    struct record_error why;
    json_t *sections = form_read((struct bytes){data, size}, &error), *section;
    size_t i;

    MUST((sections != NULL) == (error.text[0] == '\0'));
    json_array_foreach(sections, i, section) {
        json_t *record = json_object_get(section, "record");
        char *text = NULL;
        size_t len;
        if (!record_check(record, &why))
            continue;
        FILE *to = open_memstream(&text, &len);
        MUST(to != NULL);
        form_write(to, record, true);
        fclose(to);
        json_t *again = form_read((struct bytes){(const uint8_t *)text, len}, &error);
        MUST(again != NULL);
        json_t *changes = record_changes(record, json_object_get(json_array_get(again, 0), "record"));
        MUST(json_array_size(changes) == 0);
        json_decref(changes);
        json_decref(again);
        free(text);
    }
    json_decref(sections);
    return 0;
}
