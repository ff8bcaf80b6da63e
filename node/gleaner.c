#include "node/gleaner.h"

#include <stdlib.h>
#include <string.h>

#include "store/lacking.h"

static struct gleaner_question *question_of(struct gleaner *g, const uint8_t *log) {
    for (unsigned i = 0; i < SYNC_PARTS; i++)
        if (g->question[i].asked && memcmp(g->question[i].log, log, LOG_ID_LEN) == 0)
            return &g->question[i];
    return NULL;
}

/* A place for a log's question: its own, or that of one which nobody waits for. */
static struct gleaner_question *place_for(struct gleaner *g, const struct sync *sync, const uint8_t *log) {
    struct gleaner_question *question = question_of(g, log);
    for (unsigned i = 0; !question && i < SYNC_PARTS; i++)
        if (!g->question[i].asked || !sync_gleaning(sync, g->question[i].log))
            question = &g->question[i];
    return question;
}

static struct message *question_new(const struct sync_action *action, const struct lacking *lacking,
                                    unsigned count) {
    struct message *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->id = action->id;
    m->kind = MESSAGE_PARTS;
    memcpy(m->parts.log, action->log, LOG_ID_LEN);
    m->parts.count = count;
    for (unsigned i = 0; i < count; i++) {
        m->parts.want[i].index = lacking[i].index;
        m->parts.want[i].class = lacking[i].class;
        m->parts.want[i].commitment = lacking[i].commitment;
    }
    return m;
}

const struct message *gleaner_ask(struct gleaner *g, struct txn *t, const struct sync *sync,
                                  const struct sync_action *action, bool members, uint64_t *ret_next) {
    struct gleaner_question *question = place_for(g, sync, action->log);
    struct lacking lacking[PARTS_PER_REQUEST];
    struct log_record record;
    *ret_next = 0;
    if (!question || !logs_get(t, action->log, &record))
        return NULL;
    unsigned count = lacking_find(t, &record, members, action->from, action->target, lacking, ret_next);
    if (*ret_next >= action->target)
        *ret_next = 0;
    free(question->asked);
    question->asked = count ? question_new(action, lacking, count) : NULL;
    memcpy(question->log, action->log, LOG_ID_LEN);
    question->next = *ret_next;
    return question->asked;
}

struct message *gleaner_take(struct gleaner *g, const uint8_t log[static LOG_ID_LEN], uint64_t *ret_next) {
    struct gleaner_question *question = question_of(g, log);
    struct message *asked = question ? question->asked : NULL;
    if (question) {
        *ret_next = question->next;
        question->asked = NULL;
    }
    return asked;
}

void gleaner_done(struct gleaner *g) {
    for (unsigned i = 0; i < SYNC_PARTS; i++)
        free(g->question[i].asked);
}
