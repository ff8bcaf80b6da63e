#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/csvfile.h"
#include "tests/lib/tmp.h"

static char dir[TMP_LEN], path[TMP_LEN + 16];

static int set_up(void **state) {
    (void)state;
    tmp_open(dir);
    snprintf(path, sizeof path, "%s/t.csv", dir);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    tmp_close(dir);
    return 0;
}

static void write_file(const void *data, size_t len) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static struct csvfile *open_text(const char *text) {
    struct csverror why;
    write_file(text, strlen(text));
    struct csvfile *file = csvfile_open(path, 0, &why);
    if (file == NULL)
        fail_msg("%s", why.text);
    return file;
}

static void refused(const void *data, size_t len, const char *said) {
    struct csverror why;
    write_file(data, len);
    struct csvfile *file = csvfile_open(path, 0, &why);
    assert_null(file);
    if (strstr(why.text, said) == NULL)
        fail_msg("said \"%s\", not \"%s\"", why.text, said);
}

/* Rows as one text: "line:cell|cell" or "line!reason", one a line. */
static char *rows(struct csvfile *file) {
    struct csvrow row;
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);
    while (csvfile_next(file, &row)) {
        fprintf(to, "%zu%c", row.line, row.reason != NULL ? '!' : ':');
        if (row.reason != NULL)
            fprintf(to, "%.*s", (int)row.raw.len, (const char *)row.raw.ptr);
        for (size_t i = 0; row.reason == NULL && i < row.count; i++)
            fprintf(to, "%s%s", i > 0 ? "|" : "", row.cell[i]);
        fprintf(to, "\n");
    }
    fclose(to);
    return text;
}

static void expect(const char *text, const char *want) {
    struct csvfile *file = open_text(text);
    char *got = rows(file);
    assert_string_equal(got, want);
    free(got);
    csvfile_close(file);
}

static void every_line_end_and_separator_is_read(void **state) {
    (void)state;
    expect("a,b\n1,2\n3,4\n", "2:1|2\n3:3|4\n");
    expect("a,b\r\n1,2\r\n3,4\r\n", "2:1|2\n3:3|4\n");
    expect("a,b\r1,2\r3,4\r", "2:1|2\n3:3|4\n");
    expect("a;b\n1,5;2\n", "2:1,5|2\n");
    expect("a\tb\n1\t2\n", "2:1|2\n");
    expect("\xef\xbb\xbf"
           "a,b\n1,2",
           "2:1|2\n");
    expect("a,b\n\n  \n1,2\n,\n\n3,4\n", "4:1|2\n7:3|4\n");
    expect("sep=;\r\na,x;b\r\n1;2\r\n", "3:1|2\n");
    expect("sep=\"\na;b\n1;2\n", "3:1|2\n");
}

static void quoted_cells_may_hold_anything(void **state) {
    (void)state;
    expect("a,b\n\"x,y\",\"p\nq\"\n3,\"say \"\"hi\"\"\"\n5,6\n", "2:x,y|p\nq\n4:3|say \"hi\"\n5:5|6\n");
    expect("a,b\r\n\"p\r\nq\",2\r\n3,4\r\n", "2:p\r\nq|2\n4:3|4\n");
}

static void a_row_with_stray_quotes_is_refused_alone(void **state) {
    (void)state;
    expect("a,b\n1,2\n5\" disk,4\n5,6\n", "2:1|2\n3!5\" disk,4\n4:5|6\n");
    expect("a,b\n\"x\"y,2\n5,6\n", "2!\"x\"y,2\n3:5|6\n");
    expect("a,b\n1,\"never closed\n5,6\n7,8\n", "2!1,\"never closed\n3:5|6\n4:7|8\n");
}

static void a_quote_left_open_in_a_long_file_costs_one_row(void **state) {
    (void)state;
    size_t count = 9000;
    char *text = malloc(32 + count * 16);
    size_t len = (size_t)snprintf(text, 32, "a,b\n\"open,1\n");
    for (size_t i = 0; i < count; i++)
        len += (size_t)snprintf(text + len, 16, "%05zu,x\n", i);
    struct csvfile *file = open_text(text);
    struct csvrow row;
    size_t good = 0, bad = 0;
    while (csvfile_next(file, &row)) {
        good += row.reason == NULL;
        bad += row.reason != NULL;
    }
    assert_int_equal(good, count);
    assert_int_equal(bad, 1);
    csvfile_close(file);
    free(text);
}

static void cells_beyond_the_header_are_refused(void **state) {
    (void)state;
    expect("a,b\n1,2,3\n1\n1,2,,\n", "2!1,2,3\n3:1\n4:1|2||\n");
}

static void a_formula_mark_is_taken_off_and_put_on(void **state) {
    (void)state;
    expect("a,b\n'=1+1,'+33123\n'@SUM,''quoted\n'tis,-2\n", "2:=1+1|+33123\n3:@SUM|'quoted\n4:'tis|-2\n");
    const char *const cells[] = {
        "=cmd|' /C calc'!A0", "+33123456789", "-2+3",       "@SUM(A1)",  "'=1",  "''", "plain",
        "with \"quotes\"",    "a,b;c\td",     "two\nlines", "عبدالحليم", "\t=1", NULL};
    for (size_t i = 0; cells[i] != NULL; i++) {
        FILE *file = fopen(path, "w");
        fputs("a,b\n", file);
        csvfile_put(file, cells[i], ',');
        fputs(",x\n", file);
        fclose(file);
        char raw[256] = "";
        file = fopen(path, "r");
        assert_true(fread(raw, 1, sizeof raw - 1, file) > 5);
        fclose(file);
        const char *cell = raw + 4 + (raw[4] == '"');
        assert_null(strchr("=+-@\t", *cell));
        struct csverror why;
        struct csvrow row;
        struct csvfile *csv = csvfile_open(path, 0, &why);
        assert_non_null(csv);
        assert_true(csvfile_next(csv, &row));
        assert_null(row.reason);
        assert_string_equal(row.cell[0], cells[i]);
        csvfile_close(csv);
    }
}

static void a_file_that_is_no_table_is_refused_with_the_place(void **state) {
    (void)state;
    struct csverror why;
    refused("", 0, "is empty");
    refused("\n\n", 2, "is empty");
    refused("a,b\ncaf\xe9,2\n", 11, "line 2: byte 4 (E9) is not UTF-8");
    refused("a,b\ncaf\xe9,2\n", 11, "--encoding windows-1252 would read \"caf\xc3\xa9\"");
    refused("a,b\r\n1,2\r\nx\xc0\xaf,2\n", 17, "line 3: byte 2 (C0) is not UTF-8");
    refused("PK\3\4whatever", 12, "is a spreadsheet");
    refused("%PDF-1.7", 8, "is a PDF");
    refused("a\1,b\n1,2\n", 9, "line 1, the header, has a control character");
    refused("\"a,b\n", 5, "line 1, the header, has a quotation mark");
    assert_null(csvfile_open("/nonexistent/x.csv", 0, &why));
    assert_null(csvfile_open(dir, 0, &why));
    assert_non_null(strstr(why.text, "not a regular file"));
    assert_null(csvfile_open("/dev/zero", 0, &why));
}

/* A title, a date: lines of one cell before the header; and what separates cells is what most lines have. */
static void a_title_before_the_header_is_passed_over(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t line, columns;
        char delimiter;
    } cases[] = {
        {"List of offices;;\r\n\r\nNr;Name;Mail\r\n1;a;b\r\n", 3, 3, ';'},
        {"Offices, of 2026\nas of May\nNr;Name;Mail\n1;a, b;c\n2;d, e;f\n", 3, 3, ';'},
        {"\"A title\nof two lines\"\nNr,Name,Mail\n1,a,b\n", 3, 3, ','},
        {"email\na@example.org\nb@example.org\n", 1, 1, ','},
        {"email\na@x.example,b@x.example,c@x.example\nd@x.example,e@x.example\n", 1, 1, ','},
        {"name,email\na,b@example.org\n", 1, 2, ','},
        {"kind,organisation,email\ntechnical,x,a; b; c\ntechnical,y,d; e\n", 1, 3, ','},
        {"name\ttext\ta\nx\t1, 2, 3, 4, 5\ty\nz\t6, 7\tw\n", 1, 3, '\t'},
        {"sep=;\nTitle;;\nNr;Name;Mail\n1;a;b\n", 3, 3, ';'},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct csverror why;
        write_file(cases[i].text, strlen(cases[i].text));
        struct csvfile *file = csvfile_open(path, 0, &why);
        if (file == NULL)
            fail_msg("case %zu: %s", i, why.text);
        const struct csvrow *header = csvfile_header(file);
        if (header->line != cases[i].line || header->count != cases[i].columns ||
            csvfile_delimiter(file) != cases[i].delimiter)
            fail_msg("case %zu: line %zu, %zu columns, '%c'", i, header->line, header->count,
                     csvfile_delimiter(file));
        csvfile_close(file);
    }
}

static void bytes_that_are_no_text_cost_their_row(void **state) {
    (void)state;
    const char text[] = "a,b\n1\0,2\nx\x1b[2J,y\n\"p\nq\1\",r\n3,4\n";
    struct csvrow row;
    struct csverror why;
    write_file(text, sizeof text - 1);
    struct csvfile *file = csvfile_open(path, 0, &why);
    assert_non_null(file);
    static const char *const reasons[] = {
        "has a control character in column a: found \"1<U+0000>\": take it out",
        "has a control character in column a: found \"x<U+001B>[2J\": take it out",
        "has a control character in column a: found \"p<U+000A>q<U+0001>\": take it out",
    };
    for (size_t i = 0; i < 3; i++) {
        assert_true(csvfile_next(file, &row));
        assert_int_equal(row.line, i + 2);
        assert_non_null(row.reason);
        if (strstr(row.reason, reasons[i]) == NULL)
            fail_msg("%s", row.reason);
    }
    assert_int_equal(row.raw.len, 8); /* both lines of the cell */
    assert_true(csvfile_next(file, &row) && row.reason == NULL);
    assert_int_equal(row.line, 6);
    csvfile_close(file);
}

static void utf16_is_read_with_and_without_mark(void **state) {
    (void)state;
    static const char le[] = "\xff\xfe"
                             "a\0,\0b\0\n\0\xe9\0,\0"
                             "2\0\n\0";
    static const char be[] = "\0a\0,\0b\0\n\0c\0,\0"
                             "2\0\n";
    static const struct {
        const char *bytes;
        size_t len;
        const char *want;
    } files[] = {{le, sizeof le - 1, "2:\xc3\xa9|2\n"},
                 {le + 2, sizeof le - 3, "2:\xc3\xa9|2\n"},
                 {be, sizeof be - 1, "2:c|2\n"}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct csverror why;
        write_file(files[i].bytes, files[i].len);
        struct csvfile *file = csvfile_open(path, 0, &why);
        if (file == NULL)
            fail_msg("%zu: %s", i, why.text);
        char *got = rows(file);
        assert_string_equal(got, files[i].want);
        free(got);
        csvfile_close(file);
    }
}

static void bounds_on_columns_and_cells_hold(void **state) {
    (void)state;
    char *text = malloc(3 << 20);
    struct csverror why;
    struct csvrow row;

    memset(text, ',', 1 << 20); /* a million columns */
    memcpy(text + (1 << 20), "\n", 2);
    refused(text, strlen(text), "more than 1024 cells");

    size_t len = (size_t)snprintf(text, 16, "a,b\n1,");
    memset(text + len, 'x', CSVFILE_CELL_MAX);
    memcpy(text + len + CSVFILE_CELL_MAX, "\n3,4\n", 6);
    write_file(text, strlen(text));
    struct csvfile *file = csvfile_open(path, 0, &why);
    assert_true(csvfile_next(file, &row) && row.reason == NULL);
    assert_int_equal(strlen(row.cell[1]), CSVFILE_CELL_MAX);
    csvfile_close(file);

    len = (size_t)snprintf(text, 16, "a,b\n1,");
    memset(text + len, 'x', 2 << 20);
    memcpy(text + len + (2 << 20), "\n3,4\n", 6);
    write_file(text, strlen(text));
    file = csvfile_open(path, 0, &why);
    assert_true(csvfile_next(file, &row) && row.reason != NULL);
    assert_true(csvfile_next(file, &row) && row.reason == NULL);
    assert_string_equal(row.cell[1], "4");
    csvfile_close(file);
    free(text);
}

static void a_file_beyond_64_mib_is_refused(void **state) {
    (void)state;
    struct csverror why;
    FILE *file = fopen(path, "w");
    assert_int_equal(fseek(file, CSVFILE_BYTES_MAX, SEEK_SET), 0);
    fputc('x', file);
    fclose(file);
    assert_null(csvfile_open(path, 0, &why));
    assert_non_null(strstr(why.text, "at most 64 MiB"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_end_and_separator_is_read),
        cmocka_unit_test(quoted_cells_may_hold_anything),
        cmocka_unit_test(a_row_with_stray_quotes_is_refused_alone),
        cmocka_unit_test(a_quote_left_open_in_a_long_file_costs_one_row),
        cmocka_unit_test(cells_beyond_the_header_are_refused),
        cmocka_unit_test(a_formula_mark_is_taken_off_and_put_on),
        cmocka_unit_test(a_file_that_is_no_table_is_refused_with_the_place),
        cmocka_unit_test(a_title_before_the_header_is_passed_over),
        cmocka_unit_test(bytes_that_are_no_text_cost_their_row),
        cmocka_unit_test(utf16_is_read_with_and_without_mark),
        cmocka_unit_test(bounds_on_columns_and_cells_hold),
        cmocka_unit_test(a_file_beyond_64_mib_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
