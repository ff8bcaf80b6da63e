/* What doctor recomputes inside the store: rows that somebody has changed are found, each by its name. */
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "store/roster.h"
#include "store/rows.h"
#include "tests/lib/officer.h"

#define DRAFTS 5

static int open_officer(void **state) {
    static struct officer o;
    struct pending batch;
    struct checkpoint head;
    officer_open(&o, "test.example", "fr", 1, PART_MEMBERS);
    officer_draft(&o, DRAFTS);
    struct ownlog log = officer_log(&o);
    officer_batch(&o, &batch);
    CHECK_OK(publisher_run(&o.publisher, &log, &batch, o.operator_secret, &head));
    officer_batch_free(&batch);
    *state = &o;
    return 0;
}

static int close_officer(void **state) {
    officer_close(*state);
    return 0;
}

/* Where the faults of a page are; "" if there is none, and the rows are as many as there should be. */
static void look(struct officer *o, const char *name, char ret[static 200]) {
    json_t *answer = officer_call(o, name, json_pack("{s:s, s:i}", "origin", o->origin, "from", 0), OPS_DONE),
           *f;
    size_t i;
    ret[0] = 0;
    json_array_foreach(json_object_get(answer, "faults"), i, f)
        snprintf(ret + strlen(ret), 200 - strlen(ret), "%s;", json_string_value(json_object_get(f, "where")));
    if (json_integer_value(json_object_get(answer, "rows")) !=
        json_integer_value(json_object_get(answer, "rows_held")))
        snprintf(ret + strlen(ret), 200 - strlen(ret), "rows;");
    json_decref(answer);
}

/* Flip a bit in a byte, counted from the end, of the last row of a table; or drop the row. */
static void damage(struct officer *o, enum table table, size_t from_end, bool drop) {
    struct txn t;
    struct bytes key, value;
    uint8_t k[600], v[16384];
    txn_begin(&t, o->store, true);
    assert_true(row_last(&t, table, &key, &value));
    assert_true(key.len <= sizeof k && value.len <= sizeof v && from_end < value.len);
    memcpy(k, key.ptr, key.len);
    memcpy(v, value.ptr, value.len);
    key.ptr = k;
    v[value.len - 1 - from_end] ^= 1;
    if (drop)
        row_delete(&t, table, key);
    else
        row_put(&t, table, key, (struct bytes){v, value.len});
    CHECK_OK(txn_commit(&t));
}

static void each_damaged_row_is_found_by_name(void **state) {
    static const struct {
        enum table table;
        size_t from_end;
        bool drop;
        const char *where;
    } cases[] = {
        {TABLE_FRONTIERS, 3, false, "frontier;"},      {TABLE_DIRECTORY, 0, false, "directory;rows;"},
        {TABLE_DIRECTORY, 0, true, "directory;rows;"}, {TABLE_CHANGES, 0, true, "changes;"},
        {TABLE_CHECKPOINTS, 0, false, "checkpoint;"},  {TABLE_TILES, 0, false, "frontier;head;"},
        {TABLE_TILES, 0, true, "tree;head;"},
    };
    char where[200];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        void *o;
        open_officer(&o);
        look(o, "doctor-log", where);
        assert_string_equal(where, "");
        damage(o, cases[i].table, cases[i].from_end, cases[i].drop);
        look(o, "doctor-log", where);
        assert_string_equal(where, cases[i].where);
        close_officer(&o);
    }
}

static void a_row_that_no_entry_gives_is_found(void **state) {
    struct officer *o = *state;
    struct txn t;
    struct bytes key, value;
    uint8_t k[100], v[9];
    char where[200];
    txn_begin(&t, o->store, true);
    assert_true(row_last(&t, TABLE_DIRECTORY, &key, &value));
    memcpy(k, key.ptr, key.len);
    memcpy(v, value.ptr, value.len);
    k[key.len - 1] ^= 0x40;
    row_put(&t, TABLE_DIRECTORY, (struct bytes){k, key.len}, BYTES(v));
    CHECK_OK(txn_commit(&t));
    look(o, "doctor-log", where);
    assert_string_equal(where, "rows;");
}

static void a_draft_that_cannot_be_read_is_found(void **state) {
    struct officer *o = *state;
    struct txn t;
    char where[200];
    look(o, "doctor-rest", where);
    assert_string_equal(where, "");
    txn_begin(&t, o->store, true);
    drafts_add(&t, bytes_str("{\"action\":"));
    CHECK_OK(txn_commit(&t));
    look(o, "doctor-rest", where);
    assert_string_equal(where, "draft 1;");
}

static void what_it_cannot_look_at_is_refused(void **state) {
    struct officer *o = *state;
    json_decref(
        officer_call(o, "doctor-log", json_pack("{s:s, s:i}", "origin", o->origin, "from", 99), OPS_REFUSED));
    json_decref(
        officer_call(o, "doctor-log", json_pack("{s:s, s:i}", "origin", o->origin, "from", -1), OPS_REFUSED));
    json_decref(
        officer_call(o, "doctor-log", json_pack("{s:s, s:i}", "origin", "x", "from", 0), OPS_REFUSED));
    json_decref(officer_call(o, "backup-begin", json_pack("{s:s}", "path", "/tmp/x"), OPS_REFUSED));
    json_decref(officer_call(o, "backup-state", json_object(), OPS_REFUSED));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_officer, close_officer)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_damaged_row_is_found_by_name),
        TEST(a_row_that_no_entry_gives_is_found),
        TEST(a_draft_that_cannot_be_read_is_found),
        TEST(what_it_cannot_look_at_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
