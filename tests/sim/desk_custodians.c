#include "tests/sim/desk_state.h"

#include <stdlib.h>
#include <string.h>

#include "node/renewal.h"
#include "proto/message.h"
#include "proto/view.h"
#include "tests/sim/faults.h"

struct bytes desk_note(const struct member *m, const struct member_note *note, uint8_t *buffer, size_t max) {
    struct package_writer pw = {0};
    struct package head = {.epoch = note->authority.epoch, .root = digest_empty()};
    struct proof none = {0};
    struct bytes ret;
    memcpy(head.log, m->id, LOG_ID_LEN);
    writer_init(&pw.w, buffer, max);
    message_begin_package(&pw.w, 1);
    package_begin(&pw, NULL, 0, &head, &note->note, 1);
    if (package_end(&pw, &none, false, &ret))
        abort();
    return ret;
}

/* What the next epoch is to stand upon: what is held here, and by a peer too. */
static bool anchor_choose(struct visit *v, const struct ownlog *log, struct member_note *ret) {
    struct member *m = v->member;
    struct txn t;
    struct tree_reader tree = {.txn = &t};
    struct digest root;
    struct proof proof = {.count = 0};
    uint64_t anchor = log->size, last = log->authority.anchor_size;
    char reason[300];
    struct ledger ledger;
    if (ledger_load(v->home->dir, &ledger) == ERR_OK && ledger.frontier.size > anchor)
        return false; /* more was signed than is held here: it is fetched first */
    /* A forked log is healed upon the leaves in common, which all hold. */
    bool held = log->flags & VIEW_DISPUTED ||
                (station_confirmed(v->home, reason, sizeof reason) && station_reported(v->home) >= anchor);
    if (log->flags & (VIEW_CONTESTED | VIEW_INCOMPLETE) || anchor <= last || anchor > log->authority.max ||
        !held)
        return false;
    memcpy(tree.id, m->id, LOG_ID_LEN);
    txn_begin(&t, v->home->store, false);
    enum err err = merkle_root(&root, anchor, logs_lookup, &tree);
    if (!err && last)
        err = merkle_prove_consistency(&proof, last, anchor, logs_lookup, &tree);
    txn_abort(&t);
    if (!err)
        member_next_note(m, anchor, &root, &proof, 2, ret);
    return !err;
}

static bool hand_in(struct visit *v, const struct member_note *note) {
    static uint8_t buffer[AUTHORITY_MAX + 65536];
    struct ledger ledger;
    enum err err = ledger_load(v->home->dir, &ledger);
    if (err == ERR_NOT_FOUND || err == ERR_CORRUPT || err == ERR_SCHEMA || err == ERR_VERSION)
        err = renewal_grant(v->home->dir, &note->authority.hash);
    if (err && err != ERR_EXISTS)
        return false;
    json_t *answer = desk_ask(v, "submit", desk_note(v->member, note, buffer, sizeof buffer));
    json_decref(answer);
    if (answer)
        station_renew(v->home);
    return answer != NULL;
}

/* Also those before the newest: a node that was put back may lack them. */
static bool hand_in_all(struct visit *v) {
    bool done = true;
    for (unsigned i = 1; i < v->member->note_count && done; i++)
        done = hand_in(v, &v->member->note[i]);
    return done;
}

bool desk_rotate(struct member *m) {
    struct visit v = desk_visit(m);
    struct ownlog log;
    bool done = false;
    bool may_sign = m->note_count < MEMBER_EPOCHS && !m->roots_lost;
    if (!v.home->up || m->villain || !(may_sign || m->note_waits))
        return false;
    station_enter(v.home);
    if (desk_look(&v, &log) && !v.home->disk.dead) {
        if (!m->note_waits && log.authority.epoch == m->epoch &&
            anchor_choose(&v, &log, &m->note[m->note_count])) {
            m->note[m->note_count].note.text.ptr = m->note[m->note_count].text;
            m->note_count++;
            m->epoch++;
            m->note_waits = true;
            story_note(DESK_EPOCH, m->number, m->epoch, log.size);
            STORY("%s's custodians sign epoch %llu, anchored at %llu", m->name, (unsigned long long)m->epoch,
                  (unsigned long long)log.size);
        }
        if (m->note_waits && hand_in_all(&v) && !v.home->disk.dead) {
            m->note_waits = false;
            done = true;
            fault_count(FAULT_ROTATE);
        }
    }
    station_leave(v.home);
    return done;
}
