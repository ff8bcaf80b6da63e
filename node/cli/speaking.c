#include "node/cli/speaking.h"

#include <stdio.h>
#include <string.h>

#include "node/cli/keyring.h"

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

/* The note that is spoken of: people compare its fingerprint before they publish. */
static void print_note(const json_t *draft) {
    struct digest note;

    printf("    after epoch %lld, whose authority note is\n",
           (long long)json_integer_value(json_object_get(draft, "epoch")));
    if (!hex_get(note.b, DIGEST_LEN, bytes_str(text_of(draft, "note"))))
        keyring_print(stdout, &note, "      ");
}

bool speaking_print(const json_t *draft) {
    const char *action = text_of(draft, "action"), *origin = text_of(draft, "origin");

    if (!strcmp(action, "endorse")) {
        printf("we have checked that %s is the log of its State, up to epoch %lld, whose authority note is\n",
               origin, (long long)json_integer_value(json_object_get(draft, "epoch")));
        struct digest note;
        if (!hex_get(note.b, DIGEST_LEN, bytes_str(text_of(draft, "note"))))
            keyring_print(stdout, &note, "      ");
    } else if (!strcmp(action, "succeed")) {
        printf("%s takes the place of %s\n", text_of(draft, "successor"), origin);
        print_note(draft);
    } else if (!strcmp(action, "unsay")) {
        printf("we no longer %s %s\n",
               !strcmp(text_of(draft, "of"), "endorse") ? "endorse" : "name a successor of", origin);
    } else {
        return false;
    }
    return true;
}
