#include "node/country.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define COUNTRY_FILE "/usr/share/iso-codes/json/iso_3166-1.json"

bool country_name(const char *code, char *ret, size_t max) {
    json_t *file = json_load_file(COUNTRY_FILE, JSON_REJECT_DUPLICATES, NULL), *country;
    const char *name = NULL;
    size_t i;

    json_array_foreach(json_object_get(file, "3166-1"), i, country) {
        const char *found = json_string_value(json_object_get(country, "alpha_2"));
        if (!found || strcasecmp(found, code))
            continue;
        name = json_string_value(json_object_get(country, "common_name"));
        if (!name)
            name = json_string_value(json_object_get(country, "name"));
    }
    bool good = name && snprintf(ret, max, "%s", name) < (int)max;
    json_decref(file);
    return good;
}
