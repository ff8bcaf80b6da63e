#include "tests/test.h"

#include <string.h>

#include "node/guess.h"
#include "node/personal.h"

static void headers_of_many_languages_are_known(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"E-mailadres", "email"},
        {"Courriel", "email"},
        {"Correo electrónico", "email"},
        {"Электронная почта", "email"},
        {"邮箱", "email"},
        {"Téléphone (bureau)", "phone"},
        {"Телефон", "phone"},
        {"هاتف", "phone"},
        {"Fax", "phone"},
        {"Naam contactpersoon", "name"},
        {"Ansprechpartner/in", "name"},
        {"Name", "organisation"},
        {"Behörde", "organisation"},
        {"Ministère", "organisation"},
        {"الجهة", "organisation"},
        {"Abteilung", "unit"},
        {"Funktie", "title"},
        {"Должность", "title"},
        {"Straße", "address"},
        {"Postcode", "address"},
        {"Land", "country"},
        {"Sprachen", "languages"},
        {"Öffnungszeiten", "hours"},
        {"Website", "channel"},
        {"Vorname", "given"},
        {"Nachname", "surname"},
    };
    const struct guess_seen nothing = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *field = guess_field(cases[i][0], &nothing);
        if (field == NULL || strcmp(field, cases[i][1]) != 0)
            fail_msg("%s is %s", cases[i][0], field != NULL ? field : "nothing");
    }
    assert_null(guess_field("Opmerking", &nothing));
    assert_null(guess_field("", &nothing));
    assert_true(guess_is_key("Systeem-ID") && guess_is_key("Nr.") && !guess_is_key("Paid"));
    assert_true(guess_is_fax("Faxnummer") && !guess_is_fax("Telefoon"));
}

static void what_stands_in_a_column_tells_too(void **state) {
    (void)state;
    struct guess_seen emails = {0}, phones = {0}, links = {0}, words = {0};
    static const char *const cells[][4] = {
        {"a@example.org", "+33 1 23 45 67 89", "https://example.org/", "one"},
        {"mailto:b@example.org", "01 23 45 67 89", "www.example.org", "12345"},
        {"(blank)", "- -", "", "a@b"},
        {"c[at]example.org", "+31 (0)118 489277 (Helpdesk)", "http://example.org", "2026-01-01"},
    };
    for (size_t i = 0; i < 4; i++) {
        guess_see(&emails, cells[i][0]);
        guess_see(&phones, cells[i][1]);
        guess_see(&links, cells[i][2]);
        guess_see(&words, cells[i][3]);
    }
    assert_string_equal(guess_field("K7", &emails), "email");
    assert_string_equal(guess_field("K7", &phones), "phone");
    assert_string_equal(guess_field("K7", &links), "channel");
    assert_null(guess_field("K7", &words));
    /* what stands there overrules a name that means something else */
    assert_string_equal(guess_field("Contact", &emails), "email");
}

static void what_is_personal_is_known_by_its_name(void **state) {
    (void)state;
    assert_string_equal(personal_column("Birth date"), "birth date");
    assert_string_equal(personal_column("Geburtsdatum"), "birth date");
    assert_string_equal(personal_column("DATE DE NAISSANCE"), "birth date");
    assert_string_equal(personal_column("Photo_URL"), "photograph");
    assert_string_equal(personal_column("Home-Address"), "home address");
    assert_null(personal_column("Address"));
    assert_null(personal_column("Organisation"));
    assert_null(personal_column(""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_of_many_languages_are_known),
        cmocka_unit_test(what_stands_in_a_column_tells_too),
        cmocka_unit_test(what_is_personal_is_known_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
