/* Section 5 on one node: what its people decide, and what pinned States say, changes what is believed, shown
 * and let in at once, and all of it comes back. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "node/admission.h"
#include "node/draft.h"
#include "node/intake.h"
#include "node/invitation.h"
#include "proto/message.h"
#include "store/believe.h"
#include "store/roster.h"
#include "tests/lib/fixture.h"
#include "tests/lib/officer.h"

#define CONTACT                                                                                              \
    "{\"state\":\"KE\",\"kind\":\"technical\",\"status\":\"active\",\"organisation\":{\"en\":\"Office\"}}"

enum { FR, KE, DE, BR };

static struct four {
    struct fixture f;
    struct officer officer; /* of fr, whose node it is */
    struct api *api;
    struct author *ke;
} w;

/* By the way of a package from a peer, as the committer does it. */
static void hand_in(struct author *a, uint64_t to) {
    struct intake *intake = intake_new(false);
    struct log_record record;
    struct txn t;
    uint64_t at;
    txn_begin(&t, w.f.store, true);
    assert_true(logs_get(&t, a->id, &record));
    uint64_t from = record.held < to ? record.held : to;
    struct package package = author_package(a, from, to, to);
    enum err err = intake_package(intake, &t, &package, 1700000000, &record, &at);
    assert_true(err == ERR_OK || err == ERR_GAP || err == ERR_EPOCH);
    if (t.words)
        believe_all(&t, 1700000000);
    CHECK_OK(txn_commit(&t));
    intake_free(intake);
    api_changed(w.api);
}

static int open_four(void **state) {
    static const char *const codes[] = {"fr", "ke", "de", "br"};
    (void)state;
    memset(&w, 0, sizeof w);
    fixture_open(&w.f);
    for (unsigned i = 0; i < 4; i++)
        fixture_state(&w.f, codes[i], "{\"en\":\"A State\"}");
    w.ke = &w.f.state[KE];
    w.api = fixture_api(&w.f, NULL);
    memcpy(w.officer.note.authority.network, "test.example", sizeof "test.example");
    memcpy(w.officer.origin, w.f.state[FR].origin, sizeof w.officer.origin);
    officer_use(&w.officer, w.f.store);
    fixture_contact(w.ke, 1, CONTACT, 1700000000);
    fixture_node(w.ke, 9, "tcp://127.0.0.1:23109");
    for (unsigned i = 0; i < 4; i++)
        fixture_publish(&w.f, &w.f.state[i]);
    return 0;
}

static int close_four(void **state) {
    (void)state;
    api_close(w.api);
    fixture_close(&w.f);
    return 0;
}

/* ---- what the node then says ---- */

static json_t *ask(const char *path, const char *query) {
    struct api_reply reply = {0};
    api_changed(w.api);
    api_get(w.api, API_MEMBERS, path, query, &reply);
    json_t *json = reply.status == 200 ? json_loadb(reply.body, reply.len, 0, NULL) : NULL;
    free(reply.body);
    return json;
}

static unsigned contacts_shown(void) {
    json_t *answer = ask("/api/v1/contacts", "");
    unsigned total = (unsigned)json_integer_value(json_object_get(answer, "total"));
    json_decref(answer);
    return total;
}

/* "pinned", "endorsed" and so on, as the list of States says it of Kenya; "" if it is not listed. */
static const char *trust_shown(void) {
    static char text[16];
    json_t *answer = ask("/api/v1/states", ""), *state;
    size_t i;
    text[0] = 0;
    json_array_foreach(json_object_get(answer, "states"), i,
                       state) if (!strcmp(json_string_value(json_object_get(state, "state")), "KE"))
        snprintf(text, sizeof text, "%s", json_string_value(json_object_get(state, "trust")));
    json_decref(answer);
    return text;
}

static bool is_let_in(void) {
    struct admission a = {.row = NULL};
    struct leaf leaf;
    CHECK_OK(leaf_decode(w.ke->entry[2].leaf, &leaf));
    CHECK_OK(admission_load(&a, w.f.store));
    bool found = admission_find(&a, &leaf.node.id) != NULL;
    admission_done(&a);
    return found;
}

static struct log_record log_of(const struct author *a) {
    struct log_record record;
    struct txn t;
    txn_begin(&t, w.f.store, false);
    assert_true(logs_get(&t, a->id, &record));
    txn_abort(&t);
    return record;
}

static void stands(const struct author *a, uint64_t epoch, unsigned flags) {
    struct log_record record = log_of(a);
    assert_int_equal(record.head.epoch, epoch);
    assert_int_equal(record.head.flags, flags);
    if (epoch)
        assert_true(digest_eq(&record.note, &a->authority.hash));
}

/* ---- what its people decide ---- */

static void done(const char *name, json_t *body) {
    json_decref(officer_call(&w.officer, name, body, OPS_DONE));
    api_changed(w.api);
}

static void hold(unsigned state, bool on) {
    done("trust-hold", json_pack("{s:s, s:b}", "origin", w.f.state[state].origin, "hold", on));
}

static void require(unsigned k) {
    CHECK_OK(believe_require(w.f.store, k, 1));
}

static json_t *naming(const struct author *a) {
    char hex[2 * DIGEST_LEN + 1];
    hex_put(hex, a->authority.hash.b, DIGEST_LEN);
    return json_pack("{s:s, s:s}", "origin", a->origin, "note", hex);
}

/* How many notes stand so. */
static unsigned notes_that_are(const char *standing) {
    json_t *answer =
               officer_call(&w.officer, "trust-notes", json_pack("{s:s}", "origin", w.ke->origin), OPS_DONE),
           *note;
    unsigned count = 0;
    size_t i;
    json_array_foreach(json_object_get(answer, "notes"), i, note) count +=
        !strcmp(json_string_value(json_object_get(note, "standing")), standing);
    json_decref(answer);
    return count;
}

/* ---- what States say ---- */

static void say(unsigned from, enum leaf_kind kind, const struct author *about,
                const struct author *successor) {
    struct author *a = &w.f.state[from];
    struct leaf leaf = {.kind = kind, .time = 1700000000};
    leaf.word.origin = bytes_str(about->origin);
    leaf.word.code = bytes_str(about->authority.code);
    leaf.word.epoch = about->authority.epoch;
    leaf.word.note = about->authority.hash;
    if (successor)
        leaf.word.successor = bytes_str(successor->origin);
    author_leaf(a, &leaf);
    hand_in(a, a->size);
}

static void unsay(unsigned from, enum leaf_kind kind, const struct author *about) {
    struct author *a = &w.f.state[from];
    struct leaf leaf = {.kind = LEAF_WITHDRAW, .time = 1700000001};
    leaf.withdraw.kind = kind;
    leaf.withdraw.id = BYTES(about->id);
    author_leaf(a, &leaf);
    hand_in(a, a->size);
}

static void forget_ke(void) {
    done("trust-remove", json_pack("{s:s}", "origin", w.ke->origin));
}

/* Two notes of Kenya's epoch 1, by the keys that epoch 0 commits to. */
static void rivals(struct author *ret, bool other_first) {
    author_branch(w.ke, w.ke->size, ret);
    author_epoch(w.ke, 2, 0);
    author_epoch(ret, 2, 1);
    hand_in(other_first ? ret : w.ke, 2);
    hand_in(other_first ? w.ke : ret, 2);
}

/* ---- pins and holds ---- */

static void a_state_on_hold_is_hidden_and_comes_back(void **state) {
    (void)state;
    assert_int_equal(contacts_shown(), 1);
    assert_true(is_let_in());
    hold(KE, true);
    assert_int_equal(contacts_shown(), 0);
    assert_null(ask("/api/v1/states/KE/entries", ""));
    assert_null(ask("/api/v1/contacts/KE/00000001000000000000000000000001", ""));
    assert_false(is_let_in());
    assert_string_equal(trust_shown(), "pinned"); /* it is shown that it is on hold */
    hold(KE, false);
    assert_int_equal(contacts_shown(), 1);
    assert_true(is_let_in());
}

static void what_is_removed_is_hidden_and_not_destroyed(void **state) {
    struct pin pin;
    struct txn t;
    (void)state;
    txn_begin(&t, w.f.store, false);
    assert_true(roster_get(&t, w.ke->origin, &pin));
    txn_abort(&t);
    forget_ke();
    assert_int_equal(contacts_shown(), 0);
    assert_string_equal(trust_shown(), "");
    assert_false(is_let_in());
    assert_int_equal(log_of(w.ke).held, w.ke->size);
    txn_begin(&t, w.f.store, true);
    roster_pin(&t, &pin);
    believe_all(&t, 1);
    CHECK_OK(txn_commit(&t));
    assert_int_equal(contacts_shown(), 1);
}

/* ---- confirm ---- */

static void either_rival_is_confirmed_in_either_order(void **state) {
    for (unsigned way = 0; way < 4; way++) {
        struct author other;
        if (way) {
            close_four(state);
            open_four(state);
        }
        rivals(&other, way & 1);
        stands(w.ke, 0, VIEW_CONTESTED);
        assert_int_equal(notes_that_are("contested"), 2);
        struct author *chosen = way & 2 ? &other : w.ke, *left = way & 2 ? w.ke : &other;
        done("trust-confirm", naming(chosen));
        stands(chosen, 1, VIEW_VOIDS);
        assert_int_equal(notes_that_are("void"), 1);
        assert_int_equal(notes_that_are("closed"), 2);
        done("trust-confirm", naming(left)); /* a person was wrong, and says so */
        stands(left, 1, VIEW_VOIDS);
        author_close(&other);
    }
}

static void only_a_note_that_is_held_is_confirmed_and_none_twice(void **state) {
    struct author ahead;
    (void)state;
    author_branch(w.ke, w.ke->size, &ahead);
    author_epoch(&ahead, 2, 0);
    json_t *answer = officer_call(&w.officer, "trust-confirm", naming(&ahead), OPS_REFUSED);
    assert_string_equal(json_string_value(json_object_get(answer, "code")), "NOT_FOUND");
    json_decref(answer);
    hand_in(&ahead, 2);
    assert_int_equal(notes_that_are("open"), 1);
    done("trust-confirm", naming(&ahead));
    assert_int_equal(notes_that_are("open"), 0);
    answer =
        officer_call(&w.officer, "trust-confirm", naming(w.ke), OPS_REFUSED); /* epoch 0 lies before it */
    assert_string_equal(json_string_value(json_object_get(answer, "code")), "EXISTS");
    json_decref(answer);
    author_close(&ahead);
}

/* A stranger's package would be taken without it: of the own State's parts nobody else has a better one. */
static void a_wrong_part_of_the_own_state_refuses_the_package(void **state) {
    struct author *own = &w.f.state[FR];
    static uint8_t buffer[FRAME_MAX];
    uint64_t size = own->size;
    struct log_record record;
    struct bytes message;
    struct txn t;
    (void)state;
    author_fill(own, 2, 300, 600);
    uint8_t *part = (uint8_t *)(uintptr_t)own->entry[size + 1].part[PART_MEMBERS].salted.ptr;
    for (int good = 0; good < 2; good++) {
        struct package_writer pw;
        part[40] ^= 1;
        struct package package = author_package(own, size, size + 2, size + 2);
        writer_init(&pw.w, buffer, sizeof buffer);
        message_begin_package(&pw.w, 1);
        package_begin(&pw, NULL, 0, &package, NULL, 0);
        for (uint64_t i = size; i < size + 2; i++)
            package_entry(&pw, &own->entry[i]);
        CHECK_OK(package_end(&pw, &package.proof, false, &message));
        json_t *answer = officer_call_bytes(&w.officer, "submit", message, good ? OPS_DONE : OPS_REFUSED);
        const char *code = json_string_value(json_object_get(answer, "code"));
        assert_string_equal(code ? code : "", good ? "" : "COMMITMENT");
        json_decref(answer);
        txn_begin(&t, w.f.store, false);
        assert_true(logs_get(&t, own->id, &record));
        txn_abort(&t);
        assert_int_equal(record.held, good ? size + 2 : size);
    }
}

static void the_own_note_is_confirmed_by_who_hands_it_in(void **state) {
    struct author *own = &w.f.state[FR], rival;
    struct pin pin;
    struct txn t;
    (void)state;
    author_branch(own, own->size, &rival);
    author_epoch(own, own->size, 0);
    author_epoch(&rival, own->size, 1);
    struct package package = author_package(own, own->size, own->size, own->size);
    static uint8_t buffer[FRAME_MAX];
    struct package_writer pw;
    struct bytes message;
    writer_init(&pw.w, buffer, sizeof buffer);
    message_begin_package(&pw.w, 1);
    package_begin(&pw, NULL, 0, &package, own->later, own->later_count);
    CHECK_OK(package_end(&pw, &package.proof, false, &message));
    json_decref(officer_call_bytes(&w.officer, "submit", message, OPS_DONE));
    txn_begin(&t, w.f.store, false);
    assert_true(roster_get(&t, own->origin, &pin));
    txn_abort(&t);
    assert_int_equal(pin.epoch, 1);
    hand_in(&rival, own->size); /* a retired root key has no say any more */
    stands(own, 1, VIEW_VOIDS);
    author_close(&rival);
}

/* ---- endorsements ---- */

static void enough_endorsements_close_an_epoch_until_they_are_withdrawn(void **state) {
    struct author other;
    (void)state;
    rivals(&other, false);
    say(DE, LEAF_ENDORSE, &other, NULL);
    stands(w.ke, 0, VIEW_CONTESTED); /* k is 0 */
    require(1);
    stands(&other, 1, VIEW_VOIDS);
    require(2);
    stands(w.ke, 0, VIEW_CONTESTED);
    say(BR, LEAF_ENDORSE, &other, NULL);
    stands(&other, 1, VIEW_VOIDS);
    assert_int_equal(notes_that_are("void"), 1);
    hold(BR, true); /* who is on hold is not heard */
    stands(w.ke, 0, VIEW_CONTESTED);
    hold(BR, false);
    stands(&other, 1, VIEW_VOIDS);
    unsay(DE, LEAF_ENDORSE, w.ke);
    stands(w.ke, 0, VIEW_CONTESTED);
    done("trust-confirm", naming(w.ke)); /* and a person outranks them all */
    say(DE, LEAF_ENDORSE, &other, NULL);
    stands(w.ke, 1, VIEW_VOIDS);
    author_close(&other);
}

static void two_notes_with_enough_endorsements_close_nothing(void **state) {
    struct author other;
    (void)state;
    require(1);
    rivals(&other, true);
    say(DE, LEAF_ENDORSE, w.ke, NULL);
    stands(w.ke, 1, VIEW_VOIDS);
    say(BR, LEAF_ENDORSE, &other, NULL);
    stands(w.ke, 0, VIEW_CONTESTED);
    say(BR, LEAF_ENDORSE, w.ke, NULL); /* the latest word of each counts */
    stands(w.ke, 1, VIEW_VOIDS);
    author_close(&other);
}

static void a_state_that_is_not_pinned_is_admitted_by_endorsements(void **state) {
    (void)state;
    require(2);
    say(DE, LEAF_ENDORSE, w.ke, NULL);
    say(KE, LEAF_ENDORSE, w.ke, NULL); /* nobody's word on themselves counts */
    forget_ke();
    assert_int_equal(contacts_shown(), 0);
    assert_false(is_let_in());
    say(BR, LEAF_ENDORSE, w.ke, NULL);
    assert_int_equal(contacts_shown(), 1);
    assert_string_equal(trust_shown(), "endorsed");
    assert_true(is_let_in());
    unsay(BR, LEAF_ENDORSE, w.ke);
    assert_int_equal(contacts_shown(), 0);
    assert_string_equal(trust_shown(), "");
    assert_false(is_let_in());
    assert_int_equal(log_of(w.ke).held, w.ke->size);
}

/* ---- succession ---- */

/* Another log of Kenya's, held here, with two contacts. */
static void successor_open(struct author *ret) {
    author_open(ret, "ke", 77);
    author_register(ret, w.f.store);
    fixture_contact(ret, 1, CONTACT, 1700000000);
    fixture_contact(ret, 2, CONTACT, 1700000000);
    hand_in(ret, ret->size);
}

static void a_successor_takes_the_place_until_the_state_vetoes_it(void **state) {
    struct author heir;
    (void)state;
    require(2);
    successor_open(&heir);
    assert_int_equal(contacts_shown(), 1);
    say(DE, LEAF_SUCCEED, w.ke, &heir);
    assert_int_equal(contacts_shown(), 1);
    say(BR, LEAF_SUCCEED, w.ke, &heir);
    assert_int_equal(contacts_shown(), 2);
    author_epoch(w.ke, 2, 0); /* the roots were not lost after all */
    hand_in(w.ke, 2);
    assert_int_equal(contacts_shown(), 1);
    author_close(&heir);
}

static void in_a_ring_the_pinned_log_stays(void **state) {
    struct author heir;
    (void)state;
    require(1);
    successor_open(&heir);
    say(DE, LEAF_SUCCEED, w.ke, &heir);
    assert_int_equal(contacts_shown(), 2);
    say(BR, LEAF_SUCCEED, &heir, w.ke);
    assert_int_equal(contacts_shown(), 1);
    unsay(BR, LEAF_SUCCEED, &heir);
    assert_int_equal(contacts_shown(), 2);
    author_close(&heir);
}

static void two_successors_with_enough_words_are_none(void **state) {
    struct author heir, third;
    (void)state;
    require(1);
    successor_open(&heir);
    author_open(&third, "ke", 78);
    say(DE, LEAF_SUCCEED, w.ke, &heir);
    assert_int_equal(contacts_shown(), 2);
    say(BR, LEAF_SUCCEED, w.ke, &third);
    assert_int_equal(contacts_shown(), 1);
    author_close(&third);
    author_close(&heir);
}

/* ---- drafts ---- */

static json_t *draft(const char *action, const char *origin, const char *more, const char *value) {
    json_t *one = json_pack("{s:s, s:s, s:i}", "action", action, "origin", origin, "author", 1);
    if (more)
        json_object_set_new(one, more, json_string(value));
    return json_pack("{s:[o]}", "drafts", one);
}

static void refuses(json_t *body, const char *code) {
    json_t *answer = officer_call(&w.officer, "draft-add", body, OPS_REFUSED);
    assert_string_equal(json_string_value(json_object_get(answer, "code")), code);
    json_decref(answer);
}

/* The only draft there is, as the leaf that would be published. */
static struct leaf drafted(uint8_t buffer[static DRAFT_ENTRY_MAX]) {
    json_t *answer = officer_call(&w.officer, "draft-list", json_object(), OPS_DONE),
           *drafts = json_object_get(answer, "drafts"), *one;
    struct draft_salts salts = {0};
    struct entry entry;
    struct leaf leaf;
    size_t len;
    assert_int_equal(json_array_size(drafts), 1);
    one = json_loads(json_string_value(json_object_get(json_array_get(drafts, 0), "text")), 0, NULL);
    CHECK_OK(draft_entry(one, 1700000000, &salts, buffer, &entry, &len));
    CHECK_OK(leaf_decode(entry.leaf, &leaf));
    json_decref(one);
    json_decref(answer);
    return leaf;
}

static void what_is_drafted_names_what_was_checked(void **state) {
    static uint8_t buffer[DRAFT_ENTRY_MAX];
    (void)state;
    done("draft-add", draft("endorse", w.ke->origin, NULL, NULL));
    done("draft-add", draft("endorse", w.ke->origin, NULL, NULL)); /* in the place of the first */
    struct leaf leaf = drafted(buffer);
    assert_int_equal(leaf.kind, LEAF_ENDORSE);
    assert_true(bytes_is(leaf.word.origin, w.ke->origin));
    assert_true(bytes_is(leaf.word.code, "ke"));
    assert_int_equal(leaf.word.epoch, 0);
    assert_true(digest_eq(&leaf.word.note, &w.ke->authority.hash));
    author_epoch(w.ke, 2, 0);
    hand_in(w.ke, 2);
    refuses(draft("endorse", w.ke->origin, NULL, NULL), "EPOCH"); /* nobody has checked epoch 1 */
    done("trust-confirm", naming(w.ke));
    done("draft-add", draft("endorse", w.ke->origin, NULL, NULL));
    leaf = drafted(buffer);
    assert_int_equal(leaf.word.epoch, 1);
    assert_true(digest_eq(&leaf.word.note, &w.ke->authority.hash));
}

static void a_succession_names_the_last_note(void **state) {
    static uint8_t buffer[DRAFT_ENTRY_MAX];
    struct author heir;
    (void)state;
    author_open(&heir, "ke", 77);
    author_epoch(w.ke, 2, 0);
    hand_in(w.ke, 2);
    refuses(draft("succeed", w.ke->origin, NULL, NULL), "NAME");
    refuses(draft("succeed", w.ke->origin, "successor", w.ke->origin), "NAME");
    refuses(draft("succeed", w.ke->origin, "successor", w.f.state[DE].origin), "NAME");
    done("draft-add", draft("succeed", w.ke->origin, "successor", heir.origin));
    struct leaf leaf = drafted(buffer);
    assert_int_equal(leaf.kind, LEAF_SUCCEED);
    assert_int_equal(leaf.word.epoch, 1);
    assert_true(digest_eq(&leaf.word.note, &w.ke->authority.hash));
    assert_true(bytes_is(leaf.word.successor, heir.origin));
    author_close(&heir);
}

static void nobody_endorses_themselves_nor_whom_they_do_not_trust(void **state) {
    (void)state;
    refuses(draft("endorse", w.f.state[FR].origin, NULL, NULL), "DENIED");
    refuses(draft("endorse", "test.example/ke/0123456789abcdef", NULL, NULL), "NOT_FOUND");
    refuses(draft("endorse", "no origin", NULL, NULL), "NAME");
    hold(KE, true);
    refuses(draft("endorse", w.ke->origin, NULL, NULL), "DENIED");
    forget_ke();
    refuses(draft("endorse", w.ke->origin, NULL, NULL), "DENIED");
}

static void only_what_was_said_is_taken_back(void **state) {
    static uint8_t buffer[DRAFT_ENTRY_MAX];
    (void)state;
    refuses(draft("unsay", w.ke->origin, "of", "endorse"), "NOT_FOUND");
    refuses(draft("unsay", w.ke->origin, "of", "praise"), "SCHEMA");
    say(FR, LEAF_ENDORSE, w.ke, NULL);
    done("draft-add", draft("unsay", w.ke->origin, "of", "endorse"));
    struct leaf leaf = drafted(buffer);
    assert_int_equal(leaf.kind, LEAF_WITHDRAW);
    assert_int_equal(leaf.withdraw.kind, LEAF_ENDORSE);
    assert_memory_equal(leaf.withdraw.id.ptr, w.ke->id, LOG_ID_LEN);
    refuses(draft("unsay", w.ke->origin, "of", "succeed"), "NOT_FOUND");
}

/* ---- invitations ---- */

static uint8_t letter[INVITATION_MAX];

/* Of Kenya's node, with the notes of this many epochs and the tree at a size. */
static struct bytes invite(struct author *a, unsigned epochs, uint64_t size) {
    struct package_note note[1 + AUTHOR_EPOCHS];
    struct invitation v = {.index = 2, .leaf = a->entry[2].leaf, .checkpoint = {.size = size}};
    struct leaf leaf;
    struct bytes written;
    struct package package = author_package(a, size, size, size);
    CHECK_OK(leaf_decode(v.leaf, &leaf));
    v.node = leaf.node.id;
    snprintf(v.network, sizeof v.network, "test.example");
    snprintf(v.origin, sizeof v.origin, "%s", a->origin);
    v.checkpoint.root = author_root(a, size);
    if (size != a->authority.anchor_size) {
        v.signature_count = 1;
        v.signature[0] = package.signature[0];
    }
    CHECK_OK(merkle_prove_inclusion(&v.proof, v.index, size, author_lookup, a));
    note[0] = a->note;
    for (unsigned i = 0; i < a->later_count; i++)
        note[1 + i] = a->later[i];
    CHECK_OK(invitation_write(&v, note, epochs, letter, sizeof letter, &written));
    return written;
}

static enum err judge(struct bytes bytes, struct invited *ret) {
    struct invitation v;
    enum err err = invitation_read(bytes, &v);
    return err ? err : invitation_verify(&v, "test.example", ret);
}

static void an_invitation_carries_the_chain_and_is_judged_by_its_last_note(void **state) {
    struct digest first = w.ke->authority.hash;
    struct invited said;
    (void)state;
    author_epoch(w.ke, 3, 0);
    CHECK_OK(judge(invite(w.ke, 2, 3), &said)); /* nothing is published in the new epoch yet */
    assert_int_equal(said.authority.epoch, 1);
    assert_true(digest_eq(&said.fingerprint, &first));
    author_fill(w.ke, 2, 200, 0);
    CHECK_OK(judge(invite(w.ke, 2, 5), &said));
    CHECK_ERR(judge(invite(w.ke, 1, 5), &said), ERR_UNSIGNED); /* by a key that epoch 0 does not name */
    author_epoch(w.ke, 5, 0);
    author_fill(w.ke, 1, 200, 0);
    CHECK_OK(judge(invite(w.ke, 3, 6), &said));
    assert_int_equal(said.authority.epoch, 2);
    CHECK_ERR(judge(invite(w.ke, 2, 6), &said), ERR_UNSIGNED);
    w.ke->later[0].signature[0].signature.b[0] ^= 1;
    CHECK_REFUSED(judge(invite(w.ke, 3, 6), &said));
}

static void a_newer_invitation_brings_notes_to_confirm_and_an_older_none(void **state) {
    struct author rival;
    (void)state;
    author_branch(w.ke, w.ke->size, &rival);
    author_epoch(w.ke, 3, 0);
    author_epoch(&rival, 3, 1);
    author_fill(w.ke, 2, 200, 0);
    json_t *answer = officer_call_bytes(&w.officer, "trust-add", invite(w.ke, 2, 5), OPS_DONE);
    assert_int_equal(json_integer_value(json_object_get(answer, "epoch")), 1);
    assert_true(json_is_false(json_object_get(answer, "new")));
    json_decref(answer);
    stands(w.ke, 1, 0); /* its anchor was held; the note is kept, and its epoch open */
    assert_int_equal(notes_that_are("open"), 1);
    done("trust-confirm", naming(w.ke));
    answer = officer_call_bytes(&w.officer, "trust-add", invite(&rival, 2, 3), OPS_REFUSED);
    assert_string_equal(json_string_value(json_object_get(answer, "code")), "EPOCH");
    json_decref(answer);
    author_close(&rival);
}

static void an_invitation_of_an_earlier_epoch_is_older_whatever_its_size(void **state) {
    struct author before;
    (void)state;
    author_branch(w.ke, 3, &before);
    author_fill(&before, 9, 200, 0);
    author_epoch(w.ke, 3, 0);
    json_decref(officer_call_bytes(&w.officer, "trust-add", invite(w.ke, 2, 3), OPS_DONE));
    json_t *answer = officer_call_bytes(&w.officer, "trust-add", invite(&before, 1, 12), OPS_REFUSED);
    assert_string_equal(json_string_value(json_object_get(answer, "code")), "STALE");
    json_decref(answer);
    author_close(&before);
}

#define FOUR(test) cmocka_unit_test_setup_teardown(test, open_four, close_four)

int main(void) {
    const struct CMUnitTest tests[] = {
        FOUR(a_state_on_hold_is_hidden_and_comes_back),
        FOUR(what_is_removed_is_hidden_and_not_destroyed),
        FOUR(either_rival_is_confirmed_in_either_order),
        FOUR(only_a_note_that_is_held_is_confirmed_and_none_twice),
        FOUR(a_wrong_part_of_the_own_state_refuses_the_package),
        FOUR(the_own_note_is_confirmed_by_who_hands_it_in),
        FOUR(enough_endorsements_close_an_epoch_until_they_are_withdrawn),
        FOUR(two_notes_with_enough_endorsements_close_nothing),
        FOUR(a_state_that_is_not_pinned_is_admitted_by_endorsements),
        FOUR(a_successor_takes_the_place_until_the_state_vetoes_it),
        FOUR(in_a_ring_the_pinned_log_stays),
        FOUR(two_successors_with_enough_words_are_none),
        FOUR(what_is_drafted_names_what_was_checked),
        FOUR(a_succession_names_the_last_note),
        FOUR(nobody_endorses_themselves_nor_whom_they_do_not_trust),
        FOUR(only_what_was_said_is_taken_back),
        FOUR(an_invitation_carries_the_chain_and_is_judged_by_its_last_note),
        FOUR(a_newer_invitation_brings_notes_to_confirm_and_an_older_none),
        FOUR(an_invitation_of_an_earlier_epoch_is_older_whatever_its_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
