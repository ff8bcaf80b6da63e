#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/export.h"
#include "node/file.h"
#include "node/logcheck.h"
#include "node/tilepath.h"
#include "tests/lib/apisource.h"
#include "tests/lib/fixture.h"

#define ENTRIES 600

/* A log of some entries in a store, and a directory to export it into. */
struct bench {
    struct fixture fixture;
    struct api *api;
    struct author *state;
    struct apisource api_source;
    struct logsource source;
    char out[TMP_LEN + 16];
};

static void publish(struct bench *b, uint64_t count) {
    if (count > 0)
        author_fill(b->state, count, 150, 200);
    fixture_publish(&b->fixture, b->state);
}

static int set_up(void **state) {
    struct bench *b = calloc(1, sizeof *b);
    fixture_open(&b->fixture);
    b->state = fixture_state(&b->fixture, "zz", "{\"en\": \"Zed\"}");
    b->api = fixture_api(&b->fixture, NULL);
    b->api_source = (struct apisource){b->api, b->state->origin};
    b->source = apisource_of(&b->api_source);
    snprintf(b->out, sizeof b->out, "%s/out", b->fixture.dir);
    publish(b, ENTRIES);
    *state = b;
    return 0;
}

static int tear_down(void **state) {
    struct bench *b = *state;
    api_close(b->api);
    fixture_close(&b->fixture);
    free(b);
    return 0;
}

static struct export_report export_good(struct bench *b) {
    struct export_report report;
    enum err err = export_log(&b->source, b->state->origin, b->out, NULL, NULL, &report);
    if (err != ERR_OK)
        fail_msg("%s: %s", err_name(err), report.why);
    return report;
}

static enum part_state give_part(void *context, uint64_t index, enum part_class class, uint8_t **ret,
                                 size_t *ret_len) {
    struct bench *b = context;
    struct bytes part = b->state->entry[index].part[class].salted;
    *ret = malloc(part.len);
    memcpy(*ret, part.ptr, part.len);
    *ret_len = part.len;
    return PART_HELD;
}

static enum part_state give_wrong_part(void *context, uint64_t index, enum part_class class, uint8_t **ret,
                                       size_t *ret_len) {
    enum part_state state = give_part(context, index, class, ret, ret_len);
    if (index == 7 && class == PART_MEMBERS)
        (*ret)[0] ^= 1;
    return state;
}

static struct logcheck_report check(struct bench *b, const struct logsource *source, bool parts) {
    struct logcheck_report report;
    const struct logcheck_options options = {.source = source,
                                             .origin = b->state->origin,
                                             .note = &b->state->note,
                                             .note_count = 1,
                                             .part = parts ? give_part : NULL,
                                             .context = b};
    CHECK_OK(logcheck(&options, &report));
    return report;
}

/* Of the exported directory: good, or what its first fault says. */
static void expect_good(struct bench *b) {
    struct logsource files = logsource_directory(b->out);
    struct logcheck_report report = check(b, &files, false);
    if (report.fault_count > 0)
        fail_msg("%s", json_string_value(json_object_get(json_array_get(report.faults, 0), "what")));
    logcheck_free(&report);
}

static void expect_fault(struct bench *b, const char *where, const char *what) {
    struct logsource files = logsource_directory(b->out);
    struct logcheck_report report = check(b, &files, false);
    bool found = false;
    size_t i;
    json_t *f;
    json_array_foreach(report.faults, i, f) {
        found = found || (strstr(json_string_value(json_object_get(f, "where")), where) != NULL &&
                          strstr(json_string_value(json_object_get(f, "what")), what) != NULL);
    }
    if (!found) {
        char *text = json_dumps(report.faults, JSON_INDENT(1));
        fail_msg("%s: %s is not among %s", where, what, text);
    }
    logcheck_free(&report);
}

static void file_name(const struct bench *b, const char *name, char path[static 512]) {
    snprintf(path, 512, "%s/%s", b->out, name);
}

static void file_change(const struct bench *b, const char *name, size_t at) {
    char path[512];
    uint8_t *data;
    size_t len;
    file_name(b, name, path);
    CHECK_OK(file_read(path, 1 << 20, &data, &len));
    assert_true(at < len);
    data[at] ^= 1;
    CHECK_OK(file_replace(path, (struct bytes){data, len}));
    free(data);
}

static void a_log_as_it_is_stored_is_found_good(void **state) {
    struct bench *b = *state;
    struct logcheck_report report = check(b, &b->source, true);
    assert_int_equal(report.fault_count, 0);
    assert_int_equal(report.size, b->state->size);
    assert_int_equal(report.signatures, 1);
    assert_int_equal(report.parts[PART_HELD], 2 * ENTRIES);
    struct digest root = author_root(b->state, b->state->size);
    assert_memory_equal(report.root.b, root.b, DIGEST_LEN);
    logcheck_free(&report);
}

static void a_part_that_does_not_fit_is_named(void **state) {
    struct bench *b = *state;
    struct logcheck_report report;
    const struct logcheck_options options = {.source = &b->source,
                                             .origin = b->state->origin,
                                             .note = &b->state->note,
                                             .note_count = 1,
                                             .part = give_wrong_part,
                                             .context = b};
    CHECK_OK(logcheck(&options, &report));
    assert_int_equal(report.fault_count, 1);
    const json_t *fault = json_array_get(report.faults, 0);
    assert_string_equal(json_string_value(json_object_get(fault, "where")), "entry 7");
    assert_non_null(strstr(json_string_value(json_object_get(fault, "what")), "members' part"));
    logcheck_free(&report);
}

static void an_export_grows_and_writes_only_what_is_new(void **state) {
    struct bench *b = *state;
    struct export_report first = export_good(b);
    assert_int_equal(first.size, ENTRIES + 1);
    assert_int_equal(first.size_before, 0);
    assert_int_equal(first.kept, 0);
    expect_good(b);

    struct export_report again = export_good(b);
    assert_int_equal(again.written, 1); /* the checkpoint, for its cosignatures */
    assert_int_equal(again.kept, first.written - 1);

    publish(b, 300);
    struct export_report grown = export_good(b);
    assert_int_equal(grown.size_before, ENTRIES + 1);
    assert_int_equal(grown.size, ENTRIES + 301);
    assert_int_equal(grown.kept, 4); /* two full tiles, two full bundles */
    expect_good(b);
}

static void what_is_missing_is_written_again(void **state) {
    struct bench *b = *state;
    char path[512];
    export_good(b);
    file_name(b, "tile/entries/001", path);
    assert_int_equal(unlink(path), 0);
    struct export_report report = export_good(b);
    assert_int_equal(report.written, 2);
    expect_good(b);
}

static void what_no_checkpoint_covers_is_written_again(void **state) {
    /* A crash before the checkpoint: nothing says that the files are whole. */
    struct bench *b = *state;
    char path[512];
    struct export_report first = export_good(b);
    file_change(b, "tile/entries/001", 100);
    file_name(b, "checkpoint", path);
    assert_int_equal(unlink(path), 0);
    struct export_report report = export_good(b);
    assert_int_equal(report.written, first.written);
    expect_good(b);
}

static void refused(struct bench *b, enum err want, const char *said) {
    struct export_report report;
    CHECK_ERR(export_log(&b->source, b->state->origin, b->out, NULL, NULL, &report), want);
    if (strstr(report.why, said) == NULL)
        fail_msg("said \"%s\", not \"%s\"", report.why, said);
}

/* Put a checkpoint of this origin, size and root into the directory. */
static void put_checkpoint(struct bench *b, const char *origin, uint64_t size, const struct digest *root) {
    uint8_t buffer[NOTE_MAX];
    struct checkpoint c = {.size = size, .root = *root};
    struct checkpoint_signature s;
    struct bytes note;
    char path[512];
    snprintf(c.origin, sizeof c.origin, "%s", origin);
    checkpoint_sign(&c, b->state->operator_secret, &s);
    CHECK_OK(checkpoint_note(&c, &s, 1, buffer, sizeof buffer, &note));
    (void)!mkdir(b->out, 0755);
    file_name(b, "checkpoint", path);
    CHECK_OK(file_replace(path, note));
}

static void a_directory_of_another_history_is_left_alone(void **state) {
    struct bench *b = *state;
    struct digest root = author_root(b->state, 5);
    put_checkpoint(b, "test.example/yy/0123456789abcdef", 5, &root);
    refused(b, ERR_ORIGIN, "holds another log");
    put_checkpoint(b, b->state->origin, 5, &root);
    export_good(b);
    root.b[0] ^= 1;
    put_checkpoint(b, b->state->origin, 5, &root);
    refused(b, ERR_FORK, "another history");
    put_checkpoint(b, b->state->origin, ENTRIES + 2, &root);
    refused(b, ERR_STALE, "wait until it has caught up");
}

static void every_kind_of_damage_is_named(void **state) {
    struct bench *b = *state;
    char path[512];

    export_good(b);
    file_change(b, "tile/entries/001", 5000);
    expect_fault(b, "tile/0/001", "not what the entries give");
    expect_fault(b, "root", "do not hash to the root");
    file_change(b, "tile/entries/001", 5000);
    expect_good(b);

    file_change(b, "tile/0/000", 70);
    expect_fault(b, "tile/0/000", "hash 2 is not what the entries give");
    file_change(b, "tile/0/000", 70);
    file_change(b, "tile/1/000.p/2", 40);
    expect_fault(b, "tile/1/000.p/2", "hash 1 is not");
    file_change(b, "tile/1/000.p/2", 40);
    expect_good(b);

    file_name(b, "tile/entries/000", path);
    assert_int_equal(truncate(path, 20000), 0);
    expect_fault(b, "tile/entries/000", "ends within entry");
    assert_int_equal(unlink(path), 0);
    expect_fault(b, "tile/entries/000", "is not there");
    export_good(b);
    expect_good(b);
}

static void a_checkpoint_that_is_not_signed_so_is_named(void **state) {
    struct bench *b = *state;
    struct digest root = author_root(b->state, b->state->size), other = author_root(b->state, 9);

    export_good(b);
    put_checkpoint(b, b->state->origin, b->state->size, &other);
    expect_fault(b, "root", "do not hash to the root that is signed");
    put_checkpoint(b, "test.example/yy/0123456789abcdef", b->state->size, &root);
    expect_fault(b, "checkpoint", "is of another log");
    put_checkpoint(b, b->state->origin, b->state->size, &root);
    expect_good(b);
    b->state->operator_secret[3] ^= 1;
    put_checkpoint(b, b->state->origin, b->state->size, &root);
    b->state->operator_secret[3] ^= 1;
    expect_fault(b, "checkpoint", "the signature of operator key 1 is wrong");

    char path[512];
    file_name(b, "checkpoint", path);
    CHECK_OK(file_replace(path, bytes_str("not a note\n")));
    expect_fault(b, "checkpoint", "not a signed note");
    assert_int_equal(unlink(path), 0);
    expect_fault(b, "checkpoint", "is not there");
}

/* All pages of a view; counts what it says of each class, and that indexes never go back. */
static void count_parts(struct bench *b, enum api_view view, unsigned held[PART_CLASSES],
                        unsigned withheld[PART_CLASSES]) {
    char path[160], query[48] = "";
    json_int_t last = 0;
    json_t *next = NULL;
    snprintf(path, sizeof path, "/api/v1/logs/%s/parts", b->state->origin);
    do {
        unsigned status = 0;
        size_t i;
        json_t *part, *page = api_json(b->api, view, path, query, &status);
        assert_int_equal(status, 200);
        json_array_foreach(json_object_get(page, "parts"), i, part) {
            unsigned class = strcmp(json_string_value(json_object_get(part, "class")), "members") == 0;
            const char *state = json_string_value(json_object_get(part, "state"));
            json_int_t index = json_integer_value(json_object_get(part, "index"));
            assert_true(index >= last);
            last = index;
            held[class] += json_object_get(part, "part") != NULL;
            withheld[class] += state != NULL && strcmp(state, "withheld") == 0;
        }
        json_decref(next);
        next = json_incref(json_object_get(page, "next"));
        snprintf(query, sizeof query, "from=%lld", (long long)json_integer_value(next));
        json_decref(page);
    } while (json_is_integer(next));
    json_decref(next);
}

static void parts_come_by_the_page_and_members_only_to_members(void **state) {
    struct bench *b = *state;
    unsigned held[PART_CLASSES] = {0, 0}, withheld[PART_CLASSES] = {0, 0};
    for (unsigned i = 0; i < 4; i++) { /* more than a page, in packages that fit a frame */
        author_fill(b->state, 10, 200, 30000);
        publish(b, 0);
    }
    count_parts(b, API_MEMBERS, held, withheld);
    assert_int_equal(held[PART_PUBLIC], ENTRIES + 40);
    assert_int_equal(held[PART_MEMBERS], ENTRIES + 40);
    held[PART_PUBLIC] = held[PART_MEMBERS] = 0;
    count_parts(b, API_PUBLIC, held, withheld);
    assert_int_equal(held[PART_PUBLIC], ENTRIES + 40);
    assert_int_equal(held[PART_MEMBERS], 0);
    assert_int_equal(withheld[PART_MEMBERS], ENTRIES + 40);
}

static void an_authority_note_of_another_log_is_named(void **state) {
    struct bench *b = *state;
    struct author other;
    struct logcheck_report report;
    author_open(&other, "yy", 77);
    const struct logcheck_options options = {
        .source = &b->source, .origin = b->state->origin, .note = &other.note, .note_count = 1};
    CHECK_OK(logcheck(&options, &report));
    assert_true(report.fault_count > 0);
    assert_string_equal(json_string_value(json_object_get(json_array_get(report.faults, 0), "where")),
                        "authority note 0");
    logcheck_free(&report);
    author_close(&other);
}

static void paths_are_those_of_c2sp(void **state) {
    (void)state;
    char path[TILE_PATH_MAX];
    const struct {
        unsigned level;
        uint64_t index;
        unsigned width;
        const char *path;
    } cases[] = {
        {0, 0, 256, "tile/0/000"},
        {0, 5, 256, "tile/0/005"},
        {1, 0, 17, "tile/1/000.p/17"},
        {0, 1234067, 256, "tile/0/x001/x234/067"},
        {TILE_ENTRIES, 273, 112, "tile/entries/273.p/112"},
        {7, 1000, 1, "tile/7/x001/000.p/1"},
        {0, UINT64_C(36028797018963967), 256, "tile/0/x036/x028/x797/x018/x963/967"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tile_path_put(path, cases[i].level, cases[i].index, cases[i].width);
        assert_string_equal(path, cases[i].path);
    }
    assert_int_equal(tile_width(70000, 0, 273), 112);
    assert_int_equal(tile_width(70000, 0, 274), 0);
    assert_int_equal(tile_width(70000, 1, 1), 17);
    assert_int_equal(tile_width(70000, 2, 0), 1);
    assert_int_equal(tile_width(70000, 3, 0), 0);
    assert_int_equal(tile_width(256, 0, 0), 256);
    assert_int_equal(tile_width(256, 0, 1), 0);
    assert_int_equal(tile_width(256, 1, 0), 1);
    assert_int_equal(tile_width(0, 0, 0), 0);
    assert_int_equal(tile_width(257, TILE_ENTRIES, 1), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_log_as_it_is_stored_is_found_good),
        TEST(a_part_that_does_not_fit_is_named),
        TEST(an_export_grows_and_writes_only_what_is_new),
        TEST(what_is_missing_is_written_again),
        TEST(what_no_checkpoint_covers_is_written_again),
        TEST(a_directory_of_another_history_is_left_alone),
        TEST(every_kind_of_damage_is_named),
        TEST(a_checkpoint_that_is_not_signed_so_is_named),
        TEST(parts_come_by_the_page_and_members_only_to_members),
        TEST(an_authority_note_of_another_log_is_named),
        cmocka_unit_test(paths_are_those_of_c2sp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
