#include "node/forkfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_LINE "comity-fork/v1"

bool forkfile_is(struct bytes text) {
    struct bytes line;
    return line_cut(&text, &line) && bytes_is(line, FIRST_LINE);
}

enum err forkfile_print(struct bytes evidence, const struct proposal *chain, char **ret) {
    char *notes = NULL;
    enum err err = proposal_print(chain, &notes);
    if (err)
        return err;
    size_t room = strlen(notes) + BASE64_LEN(evidence.len) + 64, len = 0;
    char *text = malloc(room);
    if (!text) {
        free(notes);
        return ERR_MEMORY;
    }
    len = (size_t)snprintf(text, room, FIRST_LINE "\nevidence ");
    err = base64_put(text, room, &len, evidence);
    if (!err)
        snprintf(text + len, room - len, "\n\n%s", notes);
    free(notes);
    if (err)
        free(text);
    else
        *ret = text;
    return err;
}

enum err forkfile_parse(struct bytes text, struct forkfile *ret) {
    struct bytes line = {NULL, 0}, word = {NULL, 0};
    uint8_t bytes[EVIDENCE_MAX];
    size_t len = 0;
    memset(ret, 0, sizeof *ret);
    if (!line_cut(&text, &line) || !bytes_is(line, FIRST_LINE))
        return ERR_VERSION;
    if (!line_cut(&text, &line) || !word_cut(&line, &word) || !bytes_is(word, "evidence"))
        return ERR_SCHEMA;
    enum err err = base64_get(bytes, sizeof bytes, &len, line);
    if (!err)
        err = evidence_read((struct bytes){bytes, len}, &ret->evidence);
    if (!err && (!line_cut(&text, &line) || line.len))
        err = ERR_SCHEMA;
    return err ? err : proposal_parse(text, &ret->chain);
}

void forkfile_free(struct forkfile *file) {
    proposal_free(&file->chain);
}

enum err forkfile_check(struct forkfile *file) {
    uint64_t at;
    enum err err = proposal_judge(&file->chain, &at);
    if (err)
        return err;
    authority_origin(&file->chain.authority[0], file->origin);
    for (unsigned i = 0; i < file->chain.count; i++)
        if (digest_eq(&file->chain.authority[i].hash, &file->evidence.note)) {
            file->note = &file->chain.authority[i];
            return evidence_check(&file->evidence, file->origin, file->note);
        }
    return ERR_EPOCH;
}
