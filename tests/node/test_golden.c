/* What each sink makes of text that was written to do harm, exactly: tests/node/golden holds a table of
 * payloads and, for each sink, what comes out.  Escapes in these files are those of payloads.txt, so they are
 * ASCII.
 *
 * COMITY_GOLDEN=renew writes them anew and prints what has changed; look at every line before you commit it.
 */
#include "tests/test.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utf8proc.h>

#include "node/cli/terminal.h"
#include "node/import.h"
#include "node/inert.h"
#include "node/jscontact.h"
#include "node/ldif.h"
#include "node/leaflet.h"
#include "node/logline.h"
#include "node/lookalike.h"
#include "node/markup.h"
#include "node/shown.h"
#include "node/tableput.h"
#include "node/text.h"
#include "node/vcard.h"
#include "tests/lib/tmp.h"

#define PAYLOADS_MIN 60
#define PAYLOADS_MAX 200
#define PAYLOAD_LEN 128
#define LINE_LEN 16384

struct payload {
    char name[32];
    size_t len;
    char text[PAYLOAD_LEN + 1]; /* and a NUL behind it */
};

static struct payload payloads[PAYLOADS_MAX];
static size_t payload_count;
static char dir[TMP_LEN];

/* A character at *from, or what an escape means; added to *to. */
static void unescape(const char **from, char **to) {
    char digits[9] = "", kind = (*from)[1];
    size_t len = kind == 'x' ? 2 : kind == 'u' ? 4 : 8;

    if (**from != '\\' || kind == '\\') {
        *(*to)++ = **from;
        *from += **from == '\\' ? 2 : 1;
        return;
    }
    assert_true(kind == 'x' || kind == 'u' || kind == 'U');
    memcpy(digits, *from + 2, len);
    assert_int_equal(strspn(digits, "0123456789ABCDEF"), len);
    unsigned long value = strtoul(digits, NULL, 16);
    if (kind == 'x')
        *(*to)++ = (char)value;
    else
        *to += utf8proc_encode_char((utf8proc_int32_t)value, (utf8proc_uint8_t *)*to);
    *from += 2 + len;
}

static void escape(FILE *to, const char *text, size_t len) {
    for (size_t at = 0; at < len;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t used =
            utf8proc_iterate((const uint8_t *)text + at, (utf8proc_ssize_t)(len - at), &c);
        if (text[at] == '\\')
            fputs("\\\\", to);
        else if (used <= 0 || c < 0x20 || c == 0x7f)
            fprintf(to, "\\x%02X", (unsigned char)text[at]);
        else if (c < 0x80)
            fputc((int)c, to);
        else
            fprintf(to, c > 0xffff ? "\\U%08X" : "\\u%04X", (unsigned)c);
        at += used > 0 ? (size_t)used : 1;
    }
}

static FILE *open_golden(const char *name, const char *mode) {
    char path[TMP_LEN];
    snprintf(path, sizeof path, "%s/tests/node/golden/%s.txt", getenv("COMITY_SOURCE"), name);
    return fopen(path, mode);
}

static void read_payloads(void) {
    char line[1024];
    FILE *from = open_golden("payloads", "r");

    assert_non_null(from);
    while (fgets(line, sizeof line, from) != NULL) {
        struct payload *p = &payloads[payload_count];
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#')
            continue;
        assert_true(payload_count < PAYLOADS_MAX);
        const char *at = strchr(line, ' ');
        assert_non_null(at);
        snprintf(p->name, sizeof p->name, "%.*s", (int)(at - line), line);
        char *to = p->text;
        for (at++; *at != '\0';) {
            assert_true(to - p->text < PAYLOAD_LEN - 4);
            unescape(&at, &to);
        }
        p->len = (size_t)(to - p->text);
        payload_count++;
    }
    fclose(from);
    assert_true(payload_count >= PAYLOADS_MIN);
}

static struct bytes bytes_of(const struct payload *p) {
    return (struct bytes){(const uint8_t *)p->text, p->len};
}

/* A contact whose organisation says it; NULL if a record cannot, as it is no UTF-8. */
static json_t *contact_of(const struct payload *p) {
    json_t *text = json_stringn(p->text, p->len);
    return text == NULL ? NULL
                        : json_pack("{s:s, s:s, s:s, s:{s:o}, s:[{s:s}]}", "state", "FR", "id",
                                    "00112233445566778899aabbccddeeff", "kind", "technical", "organisation",
                                    "fr", text, "phones", "number", "+33123456789");
}

/* The sinks: each writes what it makes of a payload; nothing where a text like this cannot come. */

static void put_page(FILE *to, const struct payload *p) {
    struct markup m = {.language = LANGUAGE_EN};
    markup_data(&m, NULL, p->text);
    markup_attribute(&m, "title", p->text);
    fwrite(m.text, 1, m.len, to);
    free(m.text);
}

static void put_terminal(FILE *to, const struct payload *p) {
    terminal_put(to, p->text);
}

static void put_message(FILE *to, const struct payload *p) {
    char *shown = text_show(bytes_of(p), 0);
    fputs(shown, to);
    free(shown);
}

static void put_log(FILE *to, const struct payload *p) {
    char path[TMP_LEN + 8], line[2048];
    int old = dup(STDERR_FILENO);

    snprintf(path, sizeof path, "%s/log", dir);
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(old >= 0 && file >= 0 && dup2(file, STDERR_FILENO) >= 0);
    logline(LOGLINE_INFO, "peer says: %s", p->text);
    dup2(old, STDERR_FILENO);
    close(old);
    ssize_t len = pread(file, line, sizeof line, 0);
    assert_true(len > 0);
    fwrite(line, 1, (size_t)len, to);
    close(file);
    usleep(11000); /* a hundred lines a second are written, no more */
}

static void put_record(FILE *to, const struct payload *p, void (*put)(FILE *to, const json_t *contact)) {
    json_t *contact = contact_of(p);
    if (contact == NULL)
        return;
    json_t *shown = shown_record(contact);
    put(to, shown);
    json_decref(shown);
    json_decref(contact);
}

static void csv(FILE *to, const json_t *contact) {
    json_t *contacts = json_pack("[O]", contact);
    char *text;
    size_t len;
    FILE *file = open_memstream(&text, &len);
    assert_true(tableput_csv(file, contacts, ','));
    fclose(file);
    fputs(strchr(text, '\n') + 1, to);
    free(text);
    json_decref(contacts);
}

static void vcard(FILE *to, const json_t *contact) {
    vcard_put(to, contact, VCARD_WHOLE);
}

static void ldif(FILE *to, const json_t *contact) {
    ldif_put(to, contact, "dc=example");
}

static void jscontact(FILE *to, const json_t *contact) {
    json_t *card = jscontact_card(contact);
    json_dumpf(card, to, JSON_COMPACT);
    json_decref(card);
}

/* The card on paper, without its QR code. */
static void paper(FILE *to, const json_t *contact) {
    json_t *contacts = json_pack("[O]", contact);
    char *text;
    size_t len;
    FILE *file = open_memstream(&text, &len);
    assert_true(leaflet_put(file, contacts, LANGUAGE_EN, "test.example", "2026-12-31T00:00:00Z"));
    fclose(file);
    const char *from = strstr(text, "<article>"), *end = strstr(text, "<svg");
    assert_true(from != NULL && end > from);
    fwrite(from, 1, (size_t)(end - from), to);
    free(text);
    json_decref(contacts);
}

static void put_csv(FILE *to, const struct payload *p) {
    put_record(to, p, csv);
}

static void put_vcard(FILE *to, const struct payload *p) {
    put_record(to, p, vcard);
}

static void put_ldif(FILE *to, const struct payload *p) {
    put_record(to, p, ldif);
}

static void put_jscontact(FILE *to, const struct payload *p) {
    put_record(to, p, jscontact);
}

static void put_paper(FILE *to, const struct payload *p) {
    put_record(to, p, paper);
}

/* As the API says it: not shown_record(), whose reader wants to see what was signed. */
static void put_json(FILE *to, const struct payload *p) {
    json_t *contact = contact_of(p);
    size_t len;
    if (contact == NULL)
        return;
    char *text = inert_dump(json_object_get(contact, "organisation"), &len);
    fwrite(text, 1, len, to);
    free(text);
    json_decref(contact);
}

/* What an author is told. */
static void put_author(FILE *to, const struct payload *p) {
    struct record_error why = {"taken"};
    json_t *contact = contact_of(p);
    if (contact != NULL)
        record_check(contact, &why);
    fputs(contact == NULL ? "" : why.text, to);
    json_decref(contact);
}

/* What comes of it in a cell of a table: the record's text, or why there is none. */
static void put_import(FILE *to, const struct payload *p) {
    char path[TMP_LEN + 16];
    struct import_options options = {.path = path, .code = "FR", .kind = "technical", .secret = {1}};
    struct csverror why;
    struct import_row row;

    snprintf(path, sizeof path, "%s/table.csv", dir);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("organisation,email\nna\xc3\xafve,b@example.org\n\"", file);
    for (size_t i = 0; i < p->len; i++) {
        if (p->text[i] == '"')
            fputc('"', file);
        fputc(p->text[i], file);
    }
    fputs("\",a@example.org\n", file);
    assert_int_equal(fclose(file), 0);
    options.encoding = "UTF-8";
    struct import *import = import_open(&options, &why);
    if (import == NULL) {
        fprintf(to, "refused whole: %s", why.text);
        return;
    }
    assert_int_equal(import_count(import), 2);
    import_row(import, 1, &row);
    if (row.record == NULL)
        fprintf(to, "refused: %s", row.why.text);
    else
        fprintf(to, "taken: %s",
                json_string_value(json_object_get(json_object_get(row.record, "organisation"), "und")));
    import_close(import);
}

/* What an author is warned of who may write it: beside offices that are there already. */
static void put_warning(FILE *to, const struct payload *p) {
    struct lookalike *l = lookalike_new();
    char word[128];

    assert_non_null(l);
    assert_null(lookalike_note(l, "Sweden"));
    assert_null(lookalike_note(l, "Alert Centre"));
    const char *other = utf8_clean(bytes_of(p)) ? lookalike_note(l, p->text) : NULL;
    if (other != NULL)
        fprintf(to, "looks like %s; ", other);
    if (utf8_clean(bytes_of(p)) && lookalike_mixed(l, p->text, word))
        fprintf(to, "mixes scripts in %s", word);
    lookalike_free(l);
}

static const struct sink {
    const char *name, *title;
    void (*put)(FILE *to, const struct payload *p);
} sinks[] = {
    {"page", "the page: as the text of an element, and of an attribute", put_page},
    {"paper", "the page for paper: a card, up to its QR code", put_paper},
    {"terminal", "the terminal of whoever uses the program", put_terminal},
    {"message", "messages, and texts of other States in files", put_message},
    {"log", "the daemon's log", put_log},
    {"csv", "export --format csv: the row", put_csv},
    {"vcard", "export --format vcard", put_vcard},
    {"ldif", "export --format ldif", put_ldif},
    {"jscontact", "export --format jscontact, in one line", put_jscontact},
    {"json", "the API", put_json},
    {"author", "what an author is told who writes it; empty if no record can hold it", put_author},
    {"warning", "what an author is warned of, beside \"Sweden\" and \"Alert Centre\"", put_warning},
    {"import", "what comes of it in a cell of a table", put_import},
};

static char *output(const struct sink *sink, const struct payload *p) {
    char *raw, *line;
    size_t raw_len, len;
    FILE *to = open_memstream(&raw, &raw_len);
    sink->put(to, p);
    fclose(to);
    to = open_memstream(&line, &len);
    escape(to, raw, raw_len);
    fclose(to);
    free(raw);
    return line;
}

/* The stored output of a payload; "" without one. */
static void stored(const char *file, const char *name, char ret[static LINE_LEN]) {
    FILE *from = open_golden(file, "r");
    char line[LINE_LEN];
    size_t len = strlen(name);

    ret[0] = '\0';
    while (from != NULL && fgets(line, sizeof line, from) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '#' && strncmp(line, name, len) == 0 && line[len] == ' ')
            snprintf(ret, LINE_LEN, "%s", line + len + 1);
    }
    if (from != NULL)
        fclose(from);
}

/* Compare, or write the file anew; how many outputs differ. */
static unsigned check_sink(const struct sink *sink, bool renew) {
    char want[LINE_LEN], *fresh;
    size_t len;
    unsigned differ = 0;
    FILE *to = open_memstream(&fresh, &len);

    fprintf(to, "# %s\n", sink->title);
    for (size_t i = 0; i < payload_count; i++) {
        char *got = output(sink, &payloads[i]);
        stored(sink->name, payloads[i].name, want);
        if (strcmp(got, want) != 0) {
            differ++;
            printf("%s, %s\n- %s\n+ %s\n", sink->name, payloads[i].name, want, got);
        }
        fprintf(to, "%s %s\n", payloads[i].name, got);
        free(got);
    }
    fclose(to);
    if (renew) {
        FILE *file = open_golden(sink->name, "w");
        assert_non_null(file);
        fputs(fresh, file);
        assert_int_equal(fclose(file), 0);
    }
    free(fresh);
    return differ;
}

static void every_sink_makes_of_it_what_is_stored(void **state) {
    const char *said = getenv("COMITY_GOLDEN");
    bool renew = said != NULL && strcmp(said, "renew") == 0;
    unsigned differ = 0;

    (void)state;
    for (size_t i = 0; i < sizeof sinks / sizeof sinks[0]; i++)
        differ += check_sink(&sinks[i], renew);
    if (differ > 0 && !renew)
        fail_msg("%u outputs differ: COMITY_GOLDEN=renew writes them anew, if that is right", differ);
}

/* Whatever is stored: no sink lets a character through that a terminal obeys, that turns a line or that
 * cannot be seen.  Lines may end where the sink itself ends them. */
static void no_stored_output_holds_a_control(void **state) {
    static const char *const raw[] = {"\\x1B",   "\\x07",   "\\x00",     "\\x7F",   "\\x08",
                                      "\\u202",  "\\u206",  "\\u200B",   "\\u200E", "\\u200F",
                                      "\\u061C", "\\uFEFF", "\\U000E00", "\\u009",  "\\u2028"};
    char line[LINE_LEN];

    (void)state;
    for (size_t i = 0; i < sizeof sinks / sizeof sinks[0]; i++) {
        for (size_t k = 0; k < payload_count; k++) {
            stored(sinks[i].name, payloads[k].name, line);
            for (size_t r = 0; r < sizeof raw / sizeof raw[0]; r++)
                for (const char *at = line; (at = strstr(at, raw[r])) != NULL; at++)
                    if (at == line || at[-1] != '\\')
                        fail_msg("%s, %s: %s", sinks[i].name, payloads[k].name, line);
        }
    }
}

static int set_up(void **state) {
    (void)state;
    tmp_open(dir);
    read_payloads();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    tmp_close(dir);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sink_makes_of_it_what_is_stored),
        cmocka_unit_test(no_stored_output_holds_a_control),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
