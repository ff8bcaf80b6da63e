#include "node/sieve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/fold.h"

enum err sieve_question(struct sieve_question *q, const struct search_want *want) {
    *q = (struct sieve_question){.want = want};
    q->folded = fold_text(bytes_str(want->text));
    q->language = fold_text(bytes_str(want->language));
    q->kind = fold_text(bytes_str(want->kind));
    if (q->folded == NULL || q->language == NULL || q->kind == NULL)
        return ERR_MEMORY;
    char *rest = q->folded, *word;
    while ((word = strsep(&rest, " \n")) != NULL && q->word_count < SEARCH_WORDS)
        if (*word != '\0')
            q->word[q->word_count++] = word;
    return ERR_OK;
}

void sieve_question_free(struct sieve_question *q) {
    free(q->folded);
    free(q->language);
    free(q->kind);
}

bool sieve_open(struct sieve *s, const struct shelf *shelf) {
    *s = (struct sieve){.shelf = shelf, .words = POSTINGS_BITS(shelf->count)};
    s->left = calloc(s->words + 1, sizeof *s->left);
    s->step = calloc(s->words + 1, sizeof *s->step);
    return s->left != NULL && s->step != NULL;
}

void sieve_close(struct sieve *s) {
    free(s->left);
    free(s->step);
}

/* Keep what the step has found, and make the next ready. */
static void sieve_step(struct sieve *s) {
    for (size_t i = 0; i < s->words; i++) {
        s->left[i] &= s->step[i];
        s->step[i] = 0;
    }
}

bool sieve_has(const struct sieve *s, uint32_t slot) {
    return s->left[slot / 64] >> slot % 64 & 1;
}

uint64_t sieve_count(const struct sieve *s) {
    uint64_t count = 0;

    for (size_t i = 0; i < s->words; i++)
        count += (uint64_t)__builtin_popcountll(s->left[i]);
    return count;
}

static void sieve_feature(struct sieve *s, enum api_view view, char kind, const char *text) {
    char token[300];

    if (text[0] == '\0')
        return;
    snprintf(token, sizeof token, "%c:%s", kind, text);
    postings_exact(&s->shelf->features[view], token, s->step);
    sieve_step(s);
}

/* What each schedule of a shelf says of a time: asked once, for the first contact that has it. */
static bool schedule_open(const struct shelf *shelf, uint32_t schedule, uint64_t at, uint8_t *asked) {
    if (asked[schedule] == 0) {
        struct hours_answer answer;
        hours_at(&shelf->hours[schedule], at, &answer);
        asked[schedule] = answer.has_open && answer.open ? 2 : 1;
    }
    return asked[schedule] == 2;
}

static bool time_fits(const struct shelf *shelf, const struct shelf_time *time,
                      const struct search_want *want, uint8_t *asked) {
    return (!want->stale || time->stale <= want->at) &&
           (!want->open || (!time->suspended && time->until > want->at &&
                            schedule_open(shelf, time->schedule, want->at, asked)));
}

/* Those that are reached at the time, by their hours, validity and status; or those that are stale. */
static bool sieve_time(struct sieve *s, const struct search_want *want) {
    const struct shelf_time *time = s->shelf->time[want->view];
    uint8_t *asked = calloc(s->shelf->schedules.count + 1, 1);

    if (asked == NULL)
        return false;
    for (size_t i = 0; i < s->words; i++)
        for (uint64_t left = s->left[i]; left != 0; left &= left - 1) {
            unsigned bit = (unsigned)__builtin_ctzll(left);
            if (time_fits(s->shelf, &time[i * 64 + bit], want, asked))
                s->step[i] |= UINT64_C(1) << bit;
        }
    free(asked);
    sieve_step(s);
    return true;
}

/* Pour a shelf through a question. */
bool sieve_run(struct sieve *s, const struct sieve_question *q) {
    const struct search_want *want = q->want;
    const struct shelf *shelf = s->shelf;

    if (want->state[0] != '\0' && strcmp(want->state, shelf->code) != 0)
        return true;
    memcpy(s->left, want->all ? shelf->all : shelf->in_force, s->words * sizeof *s->left);
    sieve_feature(s, want->view, 'k', q->kind);
    sieve_feature(s, want->view, 'l', q->language);
    for (unsigned i = 0; i < q->word_count; i++) {
        if (strstr(shelf->state_words, q->word[i]) != NULL)
            continue;
        postings_find(&shelf->words[want->view], q->word[i], s->step);
        sieve_step(s);
    }
    return (!want->open && !want->stale) || sieve_time(s, want);
}
