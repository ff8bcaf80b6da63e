#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/import.h"
#include "tests/lib/tmp.h"

static char dir[TMP_LEN], path[TMP_LEN + 32];

static int set_up(void **state) {
    (void)state;
    tmp_open(dir);
    snprintf(path, sizeof path, "%s/file", dir);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    tmp_close(dir);
    return 0;
}

static void write_file(const char *text, size_t len) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static struct import *read_bytes(const char *text, size_t len) {
    struct import_options options = {
        .path = path, .code = "FR", .secret = {1}, .kind = "technical", .source = "x"};
    struct csverror why;
    write_file(text, len);
    struct import *import = import_open(&options, &why);
    if (import == NULL)
        fail_msg("%s", why.text);
    return import;
}

static struct import *read_text(const char *text) {
    return read_bytes(text, strlen(text));
}

/* The only item is refused with these words. */
static void refused(const char *text, const char *said) {
    struct import *import = read_text(text);
    struct import_row row;
    assert_true(import_count(import) >= 1);
    import_row(import, 0, &row);
    if (row.verdict != IMPORT_REFUSED || strstr(row.why.text, said) == NULL)
        fail_msg("%s\nsaid \"%s\", not \"%s\"", text, row.why.text, said);
    import_close(import);
}

/* The only item is this record, without its id; each notice holds one of the words. */
static void good(const char *text, const char *want_json, const char *const *noticed) {
    struct import *import = read_text(text);
    struct import_row row;
    json_t *want = json_loads(want_json, 0, NULL);
    size_t i;
    json_t *notice;
    assert_non_null(want);
    assert_int_equal(import_count(import), 1);
    import_row(import, 0, &row);
    if (row.record == NULL)
        fail_msg("%s\n%s", text, row.why.text);
    json_t *got = json_copy(row.record);
    json_object_del(got, "id");
    if (!json_equal(got, want))
        fail_msg("%s\n%s", text, json_dumps(got, JSON_SORT_KEYS));
    json_array_foreach(row.notices, i, notice) {
        char *said = json_dumps(notice, 0);
        if (noticed == NULL || noticed[i] == NULL || strstr(said, noticed[i]) == NULL)
            fail_msg("notice %s", said);
        free(said);
    }
    assert_true(noticed == NULL ? i == 0 : noticed[i] == NULL);
    json_decref(got);
    json_decref(want);
    import_close(import);
}
#define GOOD(text, json, ...) good(text, json, (const char *const[]){__VA_ARGS__, NULL})

#define CARD(lines) "BEGIN:VCARD\r\nVERSION:4.0\r\n" lines "END:VCARD\r\n"

static void cards_are_read_in_every_version(void **state) {
    (void)state;
    GOOD("BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:J=FCrgen=\r\n =4D\r\n"
         "EMAIL;INTERNET;PREF:b@example.org\r\nTEL;WORK;FAX:+33 1 23 45 67 89\r\nEND:VCARD\r\n",
         "{\"kind\": \"technical\", \"name\": {\"und\": \"Jürgen M\"}, \"emails\": [{\"address\": "
         "\"b@example.org\"}], "
         "\"phones\": [{\"number\": \"+33123456789\", \"type\": \"fax\"}]}",
         NULL);
    GOOD("begin:vcard\nversion:3.0\nfn:A\\, B\\; C\\\\\nitem1.email;type=INTERNET:a@exam\n ple.org\n"
         "org:Centre\\; x;Unit\\, y;Desk\ntitle:T\nend:vcard",
         "{\"kind\": \"technical\", \"name\": {\"und\": \"A, B; C\\\\\"}, \"emails\": [{\"address\": "
         "\"a@example.org\"}], "
         "\"organisation\": {\"und\": \"Centre; x\"}, \"unit\": {\"und\": \"Unit, y, Desk\"}, \"title\": "
         "{\"und\": "
         "\"T\"}}",
         NULL);
    GOOD(
        CARD("KIND:org\r\nFN;LANGUAGE=fr:Centre\r\nORG;LANGUAGE=fr:Centre\r\nEMAIL;PREF=2:b@example.org\r\n"
             "EMAIL;PREF=1:a@example.org\r\nTEL;VALUE=uri:tel:+33123456789;ext=7\r\nLANG;PREF=1:fr\r\nLANG:"
             "en\r\n"
             "TZ:Europe/Paris\r\nADR;TYPE=work:;;1 rue;Paris;;75000;France\r\n"
             "KEY:OPENPGP4FPR:ABCDEF0123456789ABCDEF0123456789ABCDEF01\r\nIMPP:xmpp:desk@example.org\r\n"),
        "{\"kind\": \"technical\", \"holder\": \"office\", \"organisation\": {\"fr\": \"Centre\"}, "
        "\"emails\": "
        "[{\"address\": \"a@example.org\"}, {\"address\": \"b@example.org\"}], \"phones\": [{\"number\": "
        "\"+33123456789\", \"extension\": \"7\"}], \"languages\": [\"fr\", \"en\"], \"timezone\": "
        "\"Europe/Paris\", "
        "\"address\": {\"und\": \"1 rue, Paris, 75000, France\"}, \"country\": \"FR\", \"keys\": [{\"type\": "
        "\"openpgp\", \"fingerprint\": \"abcdef0123456789abcdef0123456789abcdef01\"}], \"channels\": "
        "[{\"kind\": "
        "\"xmpp\", \"note\": \"desk@example.org\"}]}",
        NULL);
}

/* v3 of the corpus of bad inputs. */
static void hostile_cards_are_inert_or_refused(void **state) {
    (void)state;
    /* a line end within a value begins no property */
    GOOD(CARD("FN:a\\nEMAIL:evil@example.org\r\nEMAIL:b@example.org\r\n"),
         "{\"kind\": \"technical\", \"name\": {\"und\": \"a EMAIL:evil@example.org\"}, \"emails\": "
         "[{\"address\": "
         "\"b@example.org\"}]}",
         NULL);
    GOOD("BEGIN:VCARD\nVERSION:2.1\nFN;ENCODING=QUOTED-PRINTABLE:a=0D=0AEND:VCARD\nEMAIL:b@example.org\nEND:"
         "VCARD\n",
         "{\"kind\": \"technical\", \"name\": {\"und\": \"a END:VCARD\"}, \"emails\": [{\"address\": "
         "\"b@example.org\"}]}",
         NULL);
    /* folded within a character */
    GOOD(CARD("FN:caf\xc3\r\n \xa9\r\nEMAIL:b@example.org\r\n"),
         "{\"kind\": \"technical\", \"name\": {\"und\": \"café\"}, \"emails\": [{\"address\": "
         "\"b@example.org\"}]}",
         NULL);
    /* nothing is fetched; what is personal stays out */
    GOOD(CARD("FN:A\r\nEMAIL:b@example.org\r\nPHOTO;VALUE=uri:file:///etc/passwd\r\nBDAY:19800101\r\n"
              "ADR;TYPE=home:;;1 rue;;;;\r\nNOTE:x\r\n"),
         "{\"kind\": \"technical\", \"name\": {\"und\": \"A\"}, \"emails\": [{\"address\": "
         "\"b@example.org\"}]}",
         "photograph", "birth date", "home address", "NOTE");
    /* a card within a card says nothing of it */
    GOOD("BEGIN:VCARD\nVERSION:2.1\nFN:A\nAGENT:\nBEGIN:VCARD\nFN:B\nEMAIL:evil@example.org\nEND:VCARD\n"
         "EMAIL:b@example.org\nEND:VCARD\n",
         "{\"kind\": \"technical\", \"name\": {\"und\": \"A\"}, \"emails\": [{\"address\": "
         "\"b@example.org\"}]}",
         NULL);
    refused("BEGIN:VCARD\nFN:A\nEMAIL:a@example.org\n", "END:VCARD is missing: add it");
    refused("BEGIN:VCARD\nVERSION:9\nEND:VCARD\n", "line 2: VERSION: 2.1, 3.0 and 4.0 are read");
    refused(CARD("no colon\r\n"), "line 3: no colon: no NAME:VALUE: write one");
    refused(CARD("FN:\x1b[2J\r\nEMAIL:a@example.org\r\n"), "text has U+001B");
    refused(CARD("FN:Turn\xe2\x80\xae"
                 "ed\r\nEMAIL:a@example.org\r\n"),
            "turns the direction of writing: take it out");
    refused(CARD("FN:caf\xe9\r\nEMAIL:a@example.org\r\n"), "line 3: FN: is not UTF-8: save the card again");
    refused(CARD("FN:A\r\nEMAIL:a@b@example.org\r\n"), "no way to reach this contact");
    refused(CARD("FN:A\r\nEMAIL:a@example.org\r\nX-COMITY-ID:KE/00112233445566778899aabbccddeeff\r\n"),
            "state: found \"KE\": this node can speak for FR alone");
    struct import *import = read_text("BEGIN:VCARD\nFN:A\nEMAIL:a@example.org\nEND:VCARD\njunk\nmore\n");
    struct import_row row;
    assert_int_equal(import_count(import), 2);
    import_row(import, 1, &row);
    assert_int_equal(row.line, 5);
    assert_string_equal(row.why.text, "no card: a card is from BEGIN:VCARD to END:VCARD");
    import_close(import);
}

static void many_and_long_things_stay_in_bounds(void **state) {
    (void)state;
    size_t size = 3 << 20, len = 0;
    char *text = malloc(size);
    struct import_row row;
    for (unsigned i = 0; i < 10000; i++)
        len += (size_t)snprintf(text + len, size - len, "BEGIN:VCARD\n");
    struct import *import = read_bytes(text, len);
    assert_int_equal(import_count(import), 1);
    import_row(import, 0, &row);
    assert_non_null(strstr(row.why.text, "END:VCARD is missing"));
    import_close(import);

    len = (size_t)snprintf(text, size, "BEGIN:VCARD\nFN:A\nEMAIL:a@example.org\nN:");
    memset(text + len, ';', 1000000);
    len += 1000000;
    len += (size_t)snprintf(text + len, size - len, "\nEND:VCARD\n");
    import = read_bytes(text, len);
    assert_int_equal(import_count(import), 1);
    import_close(import);

    len = (size_t)snprintf(text, size, "BEGIN:VCARD\nFN:A\nEMAIL:a@example.org\n");
    for (unsigned i = 0; i < 2000; i++)
        len += (size_t)snprintf(text + len, size - len, "NOTE:%u\n", i);
    len += (size_t)snprintf(text + len, size - len, "END:VCARD\n");
    import = read_bytes(text, len);
    import_row(import, 0, &row);
    assert_non_null(strstr(row.why.text, "more than 1000 properties: split it"));
    import_close(import);

    memset(text, '[', 100000);
    import = NULL;
    struct import_options options = {.path = path, .code = "FR", .kind = "technical"};
    struct csverror why = {""};
    write_file(text, 100000);
    import = import_open(&options, &why);
    assert_null(import);
    free(text);
}

static void entries_are_read_and_orders_are_not(void **state) {
    (void)state;
    GOOD("version: 1\n\n# a\n  folded comment\ndn: cn=Desk,o=Example\nobjectClass: "
         "inetOrgPerson\ncn;lang-fr: Bu\n reau\n"
         "sn: Muster\ngivenName:: QW5uYQ==\no: Centre\nmail: desk@example.org\ntelephoneNumber: +33 1 23 45 "
         "67 89\n"
         "fax: +33 1 23 45 67 80\npreferredLanguage: fr, en;q=0.5\npostalAddress: 1 rue$Paris "
         "\\24\njpegPhoto:: /9j/\n"
         "labeledURI: https://example.org/ form\n",
         "{\"kind\": \"technical\", \"holder\": \"person\", \"name\": {\"fr\": \"Bureau\"}, \"name_parts\": "
         "{\"given\": "
         "\"Anna\", \"surname\": \"Muster\"}, \"organisation\": {\"und\": \"Centre\"}, \"emails\": "
         "[{\"address\": "
         "\"desk@example.org\"}], \"phones\": [{\"number\": \"+33123456789\"}, {\"number\": "
         "\"+33123456780\", \"type\": "
         "\"fax\"}], \"languages\": [\"fr\", \"en\"], \"address\": {\"und\": \"1 rue, Paris $\"}, "
         "\"channels\": "
         "[{\"kind\": \"form\", \"uri\": \"https://example.org/\"}]}",
         "jpegphoto");
    refused("dn: cn=x\nchangetype: delete\n",
            "line 2: changetype: orders a change of a directory and is no entry");
    refused("dn: cn=x\ncontrol: 1.2.3\n", "orders a change");
    refused("dn: cn=x\nmail:< file:///etc/passwd\n",
            "line 2: mail: points to a file or an address, which is not followed");
    refused("dn: cn=x\nmail:: !!!\n", "line 2: mail: is not base64: write it again");
    refused("dn: cn=x\nno attribute\n",
            "line 2: no attribute: no attribute of LDIF (RFC 2849): write name: value");
    refused("dn: cn=x\ndn: cn=y\n", "dn: stands twice: separate entries by an empty line");
    refused("version: 1\n\ncn: x\nmail: a@example.org\n", "dn: is missing: every entry begins with dn: NAME");
    refused("dn: cn=x\ncn:: AAEC\nmail: a@example.org\n", "organisation: is missing");
    /* a line end within a value begins no attribute */
    refused("dn: cn=x\ncn:: eAptYWlsOiBldmlsQGV4YW1wbGUub3Jn\n", "no way to reach this contact");
}

static void a_file_of_security_contacts_is_read(void **state) {
    (void)state;
    GOOD("# c\r\nContact: mailto:security@example.org\r\nContact: tel:+33-1-23-45-67-89\r\nContact: "
         "https://example.org/form\r\nExpires: 2027-01-01T00:00:00.000z\r\nEncryption: "
         "openpgp4fpr:ABCDEF0123456789ABCDEF0123456789ABCDEF01\r\nPreferred-Languages: fr, en\r\nCanonical: "
         "https://example.org/.well-known/security.txt\r\nPolicy: https://example.org/p\r\n",
         "{\"kind\": \"technical\", \"holder\": \"office\", \"organisation\": {\"und\": \"example.org\"}, "
         "\"emails\": "
         "[{\"address\": \"security@example.org\"}], \"phones\": [{\"number\": \"+33123456789\"}], "
         "\"channels\": "
         "[{\"kind\": \"web\", \"uri\": \"https://example.org/form\"}], \"review_by\": "
         "\"2027-01-01T00:00:00Z\", \"keys\": "
         "[{\"type\": \"openpgp\", \"fingerprint\": \"abcdef0123456789abcdef0123456789abcdef01\"}], "
         "\"languages\": "
         "[\"fr\", \"en\"]}",
         "Policy", "organisation");
    GOOD("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nContact: mailto:a@example.org\nExpires: "
         "2027-01-01T00:00:00Z\nCanonical: https://example.org/x\n-----BEGIN PGP SIGNATURE-----\n\nContact: "
         "mailto:evil@example.org\n-----END PGP SIGNATURE-----\n",
         "{\"kind\": \"technical\", \"holder\": \"office\", \"organisation\": {\"und\": \"example.org\"}, "
         "\"emails\": "
         "[{\"address\": \"a@example.org\"}], \"review_by\": \"2027-01-01T00:00:00Z\"}",
         "was not checked", "organisation");
    refused("Contact: a\nExpires: 2027-01-01T00:00:00Z\n",
            "line 1: Contact: not mailto:, tel: or https: (RFC 9116, 2.5.3)");
    refused("Contact: mailto:a@example.org\n", "Expires: is missing (RFC 9116, 2.5.5): add Expires:");
    refused("Expires: 2027-01-01T00:00:00Z\n", "Contact: is missing (RFC 9116, 2.5.3): add Contact:");
    refused("Contact: mailto:a@example.org\nExpires: soon\n",
            "line 2: Expires: not a time of RFC 3339 in UTC");
    refused("Contact: mailto:a@example.org\nExpires: 2027-01-01T00:00:00Z\nExpires: 2027-01-01T00:00:00Z\n",
            "line 3: Expires: stands twice");
    refused("Contact: mailto:a@example.org\nExpires: 2027-01-01T00:00:00Z\n", "organisation: is missing");
    refused("Contact: mailto:a@example.org\nnonsense\n", "line 2: line: not \"Name: value\" (RFC 9116, 2.2)");
}

static void objects_are_read_one_by_one(void **state) {
    (void)state;
    struct import *import =
        read_text("[\n{\"kind\": \"legal\", \"organisation\": {\"fr\": \"A\"}, \"emails\": "
                  "[{\"address\": \"a@example.org\"}]},\n{\"kind\": \"legal\",, },\n7,\n"
                  "{\"kind\": \"nothing\", \"organisation\": {\"fr\": \"B\"}}\n]");
    static const char *const said[] = {NULL, "line 3: not an object of JSON", "line 4: not an object of JSON",
                                       "kind: not one of the values known here: found \"nothing\""};
    assert_int_equal(import_count(import), 4);
    for (size_t i = 0; i < 4; i++) {
        struct import_row row;
        import_row(import, i, &row);
        assert_int_equal(row.line, i + 2);
        assert_true((said[i] == NULL) == (row.record != NULL));
        if (said[i] != NULL && strstr(row.why.text, said[i]) == NULL)
            fail_msg("%s", row.why.text);
    }
    import_close(import);
    GOOD(
        "{\"@type\": \"Card\", \"version\": \"1.0\", \"uid\": \"u\", \"language\": \"fr\", \"kind\": "
        "\"individual\", "
        "\"name\": {\"components\": [{\"kind\": \"given\", \"value\": \"Anna\"}, {\"kind\": \"surname\", "
        "\"value\": "
        "\"Muster\"}]}, \"emails\": {\"b\": {\"address\": \"b@example.org\", \"pref\": 2}, \"a\": "
        "{\"address\": "
        "\"a@example.org\", \"pref\": 1}}, \"phones\": {\"p\": {\"number\": \"tel:+33123456789\", "
        "\"features\": "
        "{\"fax\": true}}}, \"localizations\": {\"ja\": {\"name/full\": \"アンナ\"}}, \"anniversaries\": {}}",
        "{\"kind\": \"technical\", \"holder\": \"person\", \"name\": {\"fr\": \"Anna Muster\", \"ja\": "
        "\"アンナ\"}, "
        "\"name_parts\": {\"given\": \"Anna\", \"surname\": \"Muster\"}, \"emails\": [{\"address\": "
        "\"a@example.org\"}, {\"address\": \"b@example.org\"}], \"phones\": [{\"number\": \"+33123456789\", "
        "\"type\": "
        "\"fax\"}]}",
        "anniversaries");
    GOOD("{\"contacts\": [{\"full_name\": \"N\", \"mail\": [\"a@example.org\", \"b@example.org\"], \"tel\": "
         "\"+33 1 23 45 67 89\", \"photo\": \"x\"}]}",
         "{\"kind\": \"technical\", \"name\": {\"und\": \"N\"}, \"emails\": [{\"address\": "
         "\"a@example.org\"}, "
         "{\"address\": \"b@example.org\"}], \"phones\": [{\"number\": \"+33123456789\"}]}",
         "photograph");
}

/* What is refused comes back in its own format, with the reason in it, and mended it is taken. */
static void what_is_refused_can_be_mended(void **state) {
    (void)state;
    static const struct {
        const char *text, *bad, *mended;
    } files[] = {
        {"organisation,email,phone\n\"A; \"\"x\"\"\",a@example.org,=1+1\nB,b@example.org,\n", "=1+1",
         "+33123456789"},
        {"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:A\r\nEMAIL:a@example.org\r\nTEL:=1+1\r\nEND:VCARD\r\nBEGIN:"
         "VCARD\r\nFN:B\r\n"
         "EMAIL:b@example.org\r\nEND:VCARD\r\n",
         "=1+1", "+33123456789"},
        {"dn: cn=A\ncn: A\nmail: a@@example.org\n\ndn: cn=B\ncn: B\nmail: b@example.org\n", "a@@", "a@"},
        {"[{\"organisation\": {\"fr\": \"A\"}, \"emails\": [{\"address\": \"a@@example.org\"}]}, "
         "{\"organisation\": "
         "{\"fr\": \"B\"}, \"emails\": [{\"address\": \"b@example.org\"}]}]",
         "a@@", "a@"},
        {"Contact: mailto:a@@example.org\nExpires: 2027-01-01T00:00:00Z\nCanonical: https://example.org/\n",
         "a@@", "a@"},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char *text, *again;
        size_t len, again_len;
        struct import_row row;
        struct import *import = read_text(files[i].text);
        FILE *to = open_memstream(&text, &len);
        import_row(import, 0, &row);
        if (row.verdict != IMPORT_REFUSED)
            fail_msg("%zu: taken", i);
        import_rejected(import, to);
        fclose(to);
        import_close(import);

        /* Refused once more, it is written just so, with one reason. */
        import = read_text(text);
        assert_int_equal(import_count(import), 1);
        import_row(import, 0, &row);
        assert_int_equal(row.verdict, IMPORT_REFUSED);
        to = open_memstream(&again, &again_len);
        import_rejected(import, to);
        fclose(to);
        import_close(import);
        if (i != 1) /* the reason of a card moves its lines */
            assert_string_equal(again, text);
        free(again);

        /* In a table the row comes first, elsewhere the reason, which quotes it. */
        char *at = strstr(text, files[i].bad);
        for (char *next = at; next != NULL && i > 0; next = strstr(next + 1, files[i].bad))
            at = next;
        assert_non_null(at);
        to = open_memstream(&again, &again_len);
        fwrite(text, 1, (size_t)(at - text), to);
        fprintf(to, "%s%s", files[i].mended, at + strlen(files[i].bad));
        fclose(to);
        import = read_text(again);
        assert_int_equal(import_count(import), 1);
        import_row(import, 0, &row);
        if (row.record == NULL)
            fail_msg("%s\n%s", again, row.why.text);
        import_close(import);
        free(text);
        free(again);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cards_are_read_in_every_version),
        cmocka_unit_test(hostile_cards_are_inert_or_refused),
        cmocka_unit_test(many_and_long_things_stay_in_bounds),
        cmocka_unit_test(entries_are_read_and_orders_are_not),
        cmocka_unit_test(a_file_of_security_contacts_is_read),
        cmocka_unit_test(objects_are_read_one_by_one),
        cmocka_unit_test(what_is_refused_can_be_mended),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
