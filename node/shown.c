#include "node/shown.h"

#include <stdlib.h>

#include "node/text.h"

static json_t *shown(const json_t *value) {
    const char *name;
    json_t *item, *copy;
    size_t i;
    char *text;

    switch (json_typeof(value)) {
    case JSON_OBJECT:
        copy = json_object();
        json_object_foreach((json_t *)(uintptr_t)value, name, item)
            json_object_set_new(copy, name, shown(item));
        return copy;
    case JSON_ARRAY:
        copy = json_array();
        json_array_foreach(value, i, item) json_array_append_new(copy, shown(item));
        return copy;
    case JSON_STRING:
        text = text_show(bytes_str(json_string_value(value)), 0);
        copy = json_string(text != NULL ? text : "");
        free(text);
        return copy;
    default:
        return json_incref((json_t *)(uintptr_t)value);
    }
}

json_t *shown_record(const json_t *record) {
    return shown(record);
}
