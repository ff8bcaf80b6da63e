#include "node/lookalike.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uspoof.h>

#include "node/fold.h"

#define SKELETON_MAX 2048
#define SEEN_MAX 200000

struct lookalike {
    USpoofChecker *skeletons, *scripts;
    json_t *seen; /* skeleton -> the text that it was first seen of */
};

struct lookalike *lookalike_new(void) {
    UErrorCode status = U_ZERO_ERROR;
    struct lookalike *l = calloc(1, sizeof *l);
    if (l == NULL)
        return NULL;
    l->seen = json_object();
    l->skeletons = uspoof_open(&status);
    l->scripts = uspoof_open(&status);
    /* Latin with Han, Kana or Hangul is written so, and with one other script too, but not with Cyrillic or
     * Greek. */
    uspoof_setRestrictionLevel(l->scripts, USPOOF_MODERATELY_RESTRICTIVE);
    uspoof_setChecks(l->scripts, USPOOF_RESTRICTION_LEVEL, &status);
    if (U_SUCCESS(status) && l->seen != NULL)
        return l;
    lookalike_free(l);
    return NULL;
}

void lookalike_free(struct lookalike *l) {
    if (l == NULL)
        return;
    if (l->skeletons != NULL)
        uspoof_close(l->skeletons);
    if (l->scripts != NULL)
        uspoof_close(l->scripts);
    json_decref(l->seen);
    free(l);
}

/* Whether they differ in more than what a search folds away. */
static bool differ(const char *a, const char *b) {
    char *one = fold_text(bytes_str(a)), *other = fold_text(bytes_str(b));
    bool different = one != NULL && other != NULL && strcmp(one, other) != 0;
    free(one);
    free(other);
    return different;
}

const char *lookalike_note(struct lookalike *l, const char *text) {
    char skeleton[SKELETON_MAX];
    UErrorCode status = U_ZERO_ERROR;
    int32_t len = uspoof_getSkeletonUTF8(l->skeletons, 0, text, -1, skeleton, sizeof skeleton, &status);
    if (U_FAILURE(status) || len <= 0 || (size_t)len >= sizeof skeleton)
        return NULL;
    const char *before = json_string_value(json_object_get(l->seen, skeleton));
    if (before == NULL && json_object_size(l->seen) < SEEN_MAX)
        json_object_set_new(l->seen, skeleton, json_string(text));
    return before != NULL && differ(before, text) ? before : NULL;
}

bool lookalike_mixed(struct lookalike *l, const char *text, char ret_word[static 128]) {
    while (*text != '\0') {
        size_t len = strcspn(text, " -/.,;:()'\"");
        if (len > 1 && len < 128) {
            UErrorCode status = U_ZERO_ERROR;
            memcpy(ret_word, text, len);
            ret_word[len] = '\0';
            int32_t failed = uspoof_check2UTF8(l->scripts, ret_word, -1, NULL, &status);
            if (U_SUCCESS(status) && failed != 0)
                return true;
        }
        text += len;
        text += strspn(text, " -/.,;:()'\"");
    }
    return false;
}
