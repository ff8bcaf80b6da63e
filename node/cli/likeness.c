#include "node/cli/likeness.h"

#include <stdlib.h>

#include "node/lookalike.h"

#define WARNINGS_MAX 20 /* of one command */

struct likeness {
    struct lookalike *seen;
    unsigned warned;
};

static const char *const fields[] = {"organisation", "name", "unit"};

/* Call back for each name of a record. */
static void each_name(const json_t *record,
                      void (*with)(struct likeness *l, const struct cli *cli, const char *field,
                                   const char *text),
                      struct likeness *l, const struct cli *cli) {
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const char *tag;
        json_t *text;
        json_object_foreach(json_object_get(record, fields[i]), tag, text) {
            if (json_is_string(text))
                with(l, cli, fields[i], json_string_value(text));
        }
    }
}

static void note(struct likeness *l, const struct cli *cli, const char *field, const char *text) {
    (void)cli;
    (void)field;
    (void)lookalike_note(l->seen, text);
}

struct likeness *likeness_new(const json_t *contacts) {
    struct likeness *l = calloc(1, sizeof *l);
    const char *id;
    json_t *record;
    if (l == NULL || (l->seen = lookalike_new()) == NULL) {
        free(l);
        return NULL;
    }
    json_object_foreach((json_t *)(uintptr_t)contacts, id, record) each_name(record, note, l, NULL);
    return l;
}

void likeness_free(struct likeness *l) {
    if (l != NULL)
        lookalike_free(l->seen);
    free(l);
}

static void warn(struct likeness *l, const struct cli *cli, const char *field, const char *text) {
    char word[128];
    const char *like = lookalike_note(l->seen, text);
    bool mixed = like == NULL && lookalike_mixed(l->seen, text, word);
    if (like == NULL && !mixed)
        return;
    if (l->warned++ >= WARNINGS_MAX) {
        if (l->warned == WARNINGS_MAX + 1)
            cli_say(cli, 0, "more names look like others; these are the first");
        return;
    }
    if (like != NULL)
        cli_say(
            cli, 0,
            "%s: \"%s\" looks like \"%s\" and is written with other letters: type it again if it is the same",
            field, text, like);
    else
        cli_say(cli, 0,
                "%s: the word \"%s\" mixes letters of several scripts, which look alike: type it again if it "
                "is not meant",
                field, word);
}

void likeness_warn(struct likeness *l, const struct cli *cli, const json_t *record) {
    if (l != NULL)
        each_name(record, warn, l, cli);
}
