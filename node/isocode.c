#include "node/isocode.h"

#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

#include "node/fold.h"

#define ISO_DIR "/usr/share/iso-codes/json/"

/* Fold a name as a search would, up to a semicolon, and note its code unless another entry has the name. */
static void note(json_t *index, const char *name, size_t len, const char *code) {
    char *folded = fold_text((struct bytes){(const uint8_t *)name, len});
    if (folded != NULL && folded[0] != '\0' && json_object_get(index, folded) == NULL)
        json_object_set_new(index, folded, json_string(code));
    free(folded);
}

/* Each of "Spanish; Castilian"; or, short, "Bolivia" of "Bolivia, Plurinational State of". */
static void note_names(json_t *index, const char *names, const char *code, bool in_short) {
    for (const char *at = names; *at != '\0';) {
        size_t len = strcspn(at, ";"), comma = strcspn(at, ",;");
        if (!in_short || comma < len)
            note(index, at, in_short ? comma : len, code);
        at += len + (at[len] == ';');
        at += strspn(at, " ");
    }
}

static void note_member(json_t *index, const json_t *entries, const char *member, bool in_short) {
    size_t i;
    json_t *entry;
    json_array_foreach(entries, i, entry) {
        const char *code = json_string_value(json_object_get(entry, "alpha_2"));
        const char *name = json_string_value(json_object_get(entry, member));
        if (code == NULL)
            code = json_string_value(json_object_get(entry, "alpha_3"));
        if (name != NULL && code != NULL)
            note_names(index, name, code, in_short);
    }
}

/* Codes first, short forms last: what reads like another's name gives way. */
static json_t *index_of(const char *file, const char *list, const char *const *members) {
    json_t *index = json_object(), *table = json_load_file(file, 0, NULL);
    const json_t *entries = json_object_get(table, list);
    for (size_t k = 0; members[k] != NULL; k++)
        note_member(index, entries, members[k], false);
    note_member(index, entries, "name", true);
    json_decref(table);
    return index;
}

/* Names in other languages, from ICU: of a language its own, of a country those of the six languages of the
 * United Nations and its own. */
typedef int32_t display_name(const char *locale, const char *display, UChar *to, int32_t max,
                             UErrorCode *status);

static void note_display(json_t *index, display_name *name, const char *locale, const char *display,
                         const char *code) {
    UChar wide[128];
    char text[384];
    int32_t len = 0;
    UErrorCode status = U_ZERO_ERROR;
    name(locale, display, wide, 128, &status);
    if (U_SUCCESS(status) && status != U_USING_DEFAULT_WARNING)
        u_strToUTF8(text, sizeof text, &len, wide, -1, &status);
    if (U_SUCCESS(status) && len > 0 && len < (int32_t)sizeof text)
        note(index, text, (size_t)len, code);
}

static void note_languages(json_t *index) {
    const char *const *codes = uloc_getISOLanguages();
    for (size_t i = 0; codes[i] != NULL; i++)
        note_display(index, uloc_getDisplayLanguage, codes[i], codes[i], codes[i]);
}

static void note_countries(json_t *index) {
    static const char *const displays[] = {"fr", "es", "ru", "ar", "zh", "de", "nl", "pt", "it", NULL};
    const char *const *codes = uloc_getISOCountries();
    for (size_t i = 0; codes[i] != NULL; i++) {
        char locale[16];
        snprintf(locale, sizeof locale, "und_%.2s", codes[i]);
        for (size_t k = 0; displays[k] != NULL; k++)
            note_display(index, uloc_getDisplayCountry, locale, displays[k], codes[i]);
    }
}

static const char *find(const json_t *index, const char *text) {
    char *folded = fold_text(bytes_str(text));
    const char *code = folded != NULL ? json_string_value(json_object_get(index, folded)) : NULL;
    free(folded);
    return code;
}

static json_t *countries, *languages, *rare;
static pthread_once_t countries_once = PTHREAD_ONCE_INIT, languages_once = PTHREAD_ONCE_INIT,
                      rare_once = PTHREAD_ONCE_INIT;

static void countries_read(void) {
    static const char *const members[] = {"alpha_2", "alpha_3",       "numeric", "common_name",
                                          "name",    "official_name", NULL};
    countries = index_of(ISO_DIR "iso_3166-1.json", "3166-1", members);
    note_countries(countries);
}

static void languages_read(void) {
    static const char *const members[] = {"alpha_2", "alpha_3", "bibliographic", "common_name", "name", NULL};
    languages = index_of(ISO_DIR "iso_639-2.json", "639-2", members);
    note_languages(languages);
}

static void rare_read(void) {
    json_t *table = json_load_file(ISO_DIR "iso_639-3.json", 0, NULL), *entry;
    size_t i;

    rare = json_object();
    json_array_foreach(json_object_get(table, "639-3"), i, entry) {
        const char *code = json_string_value(json_object_get(entry, "alpha_3"));
        if (code != NULL && json_object_get(entry, "alpha_2") == NULL)
            json_object_set_new(rare, code, json_true());
    }
    json_decref(table);
}

const char *isocode_country(const char *text) {
    pthread_once(&countries_once, countries_read);
    return find(countries, text);
}

const char *isocode_language(const char *text) {
    pthread_once(&languages_once, languages_read);
    return find(languages, text);
}

bool isocode_rare(const char *code) {
    pthread_once(&rare_once, rare_read);
    return json_object_get(rare, code) != NULL;
}
