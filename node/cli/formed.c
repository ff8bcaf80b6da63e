#include "node/cli/formed.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/cli/editor.h"
#include "node/file.h"
#include "node/form.h"
#include "node/rules.h"

#define FILE_MAX 65536

bool formed_good(const json_t *record, struct record_error *ret) {
    return record_check(record, ret) && rules_review(record, (uint64_t)time(NULL), ret);
}

/* The one record of a text, checked; NULL with the complaint. */
static json_t *record_of(struct bytes text, char *complaint, size_t size) {
    struct form_error error;
    struct record_error why;
    json_t *sections = form_read(text, &error), *record = NULL;

    if (sections == NULL) {
        snprintf(complaint, size, "line %u: %s", error.line, error.text);
        return NULL;
    }
    const json_t *section = json_array_get(sections, 0);
    if (json_array_size(sections) > 1)
        snprintf(complaint, size,
                 "line %lld: a heading, but this is one contact: comity contact apply takes several",
                 (long long)json_integer_value(json_object_get(json_array_get(sections, 1), "line")));
    else if (!formed_good(json_object_get(section, "record"), &why))
        snprintf(complaint, size, "line %u: %s", form_line(section, &why), why.text);
    else
        record = json_incref(json_object_get(section, "record"));
    json_decref(sections);
    return record;
}

static char *first_text(const char *title, const json_t *record) {
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);
    json_t *empty = json_object();

    if (to == NULL)
        abort();
    fprintf(to,
            "# %s\n"
            "# A line says: column = text.  What begins with # says nothing; take the # away to say it, take "
            "a line\n"
            "# out to unsay it.  Save and leave the editor: it is checked, and drafted.  Nothing is "
            "published yet.\n",
            title);
    form_write(to, record != NULL ? record : empty, true);
    json_decref(empty);
    if (fclose(to) != 0 || text == NULL)
        abort();
    return text;
}

json_t *formed_edit(struct cli *cli, const char *title, const json_t *record) {
    struct editor editor;
    char complaint[700];
    size_t len = 0;
    char *first = first_text(title, record), *text = editor_open(&editor, cli, first, &len);
    json_t *edited = NULL;

    free(first);
    while (text != NULL && edited == NULL) {
        edited = record_of((struct bytes){(const uint8_t *)text, len}, complaint, sizeof complaint);
        char *again = edited == NULL ? editor_again(&editor, complaint, text, &len) : NULL;
        free(text);
        text = again;
    }
    if (edited != NULL)
        editor_close(&editor, true);
    return edited;
}

static json_t *json_record(struct cli *cli, const char *path, struct bytes text) {
    json_error_t error;
    json_t *json = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES, &error),
           *record = NULL;

    if (json_is_object(json))
        record = record_authored(json);
    else
        cli->status = cli_say(cli, CLI_REFUSED, "%s line %d: %s: a record as in docs/records.md is wanted",
                              path, error.line, json == NULL ? error.text : "not an object");
    json_decref(json);
    return record;
}

static json_t *form_record(struct cli *cli, const char *path, struct bytes text) {
    struct form_error error;
    json_t *sections = form_read(text, &error), *record = NULL;

    if (sections == NULL)
        cli->status = cli_say(cli, CLI_REFUSED, "%s line %u: %s", path, error.line, error.text);
    else if (json_array_size(sections) > 1)
        cli->status =
            cli_say(cli, CLI_REFUSED, "%s: several contacts: comity contact apply takes them", path);
    else
        record = json_incref(json_object_get(json_array_get(sections, 0), "record"));
    json_decref(sections);
    return record;
}

json_t *formed_file(struct cli *cli, const char *path) {
    uint8_t *data = NULL;
    size_t len = 0, space = 0;
    enum err err = file_read(path, FILE_MAX, &data, &len);
    if (err != ERR_OK) {
        cli->status = cli_err(cli, err, path, "");
        return NULL;
    }
    while (space < len && strchr(" \t\r\n", data[space]) != NULL && data[space] != '\0')
        space++;
    struct bytes text = {data, len};
    json_t *record = space < len && strchr("{[", data[space]) != NULL ? json_record(cli, path, text)
                                                                      : form_record(cli, path, text);
    free(data);
    return record;
}
