#include "node/guess.h"

#include <stdlib.h>
#include <string.h>

#include "node/fold.h"
#include "node/tidy.h"
#include "proto/contact.h"

/* Names of columns as the search folds them, words separated by one space; the longer ones first where one
 * begins another.  A name that ends in * may go on. */
static const struct {
    const char *name, *field;
} words[] = {
    {"e mail*", "email"},
    {"email*", "email"},
    {"mail*", "email"},
    {"courriel*", "email"},
    {"adresse electronique", "email"},
    {"correo*", "email"},
    {"posta elettronica", "email"},
    {"электронная почта", "email"},
    {"почта", "email"},
    {"البريد الالكتروني", "email"},
    {"邮箱", "email"},
    {"电子邮件", "email"},
    {"メール*", "email"},
    {"phone*", "phone"},
    {"tel*", "phone"},
    {"fax*", "phone"},
    {"mobil*", "phone"},
    {"mobiel*", "phone"},
    {"handy*", "phone"},
    {"gsm*", "phone"},
    {"cell*", "phone"},
    {"portable", "phone"},
    {"телефон*", "phone"},
    {"факс*", "phone"},
    {"هاتف", "phone"},
    {"电话", "phone"},
    {"電話*", "phone"},
    {"web*", "channel"},
    {"url", "channel"},
    {"homepage", "channel"},
    {"internet*", "channel"},
    {"site*", "channel"},
    {"contactformulier", "channel"},
    {"contact form*", "channel"},
    {"contactpersoon", "name"},
    {"contact person*", "name"},
    {"contact name", "name"},
    {"contact", "name"},
    {"ansprechpartner*", "name"},
    {"full name", "name"},
    {"verantwoordelijke*", "name"},
    {"responsable*", "name"},
    {"responsible*", "name"},
    {"verantwortlich*", "name"},
    {"referent*", "name"},
    {"persona de contacto", "name"},
    {"punto focal", "name"},
    {"point focal", "name"},
    {"focal point", "name"},
    {"officer*", "name"},
    {"name of contact*", "name"},
    {"фио", "name"},
    {"الاسم", "name"},
    {"姓名", "name"},
    {"氏名", "name"},
    {"first name", "given"},
    {"given name*", "given"},
    {"voornaam", "given"},
    {"vorname", "given"},
    {"prenom*", "given"},
    {"last name", "surname"},
    {"surname", "surname"},
    {"family name", "surname"},
    {"achternaam", "surname"},
    {"nachname", "surname"},
    {"familienname", "surname"},
    {"nom de famille", "surname"},
    {"apellidos", "surname"},
    {"organi*", "organisation"},
    {"institut*", "organisation"},
    {"institucion", "organisation"},
    {"instelling*", "organisation"},
    {"company*", "organisation"},
    {"bedrijf*", "organisation"},
    {"behorde", "organisation"},
    {"dienststelle", "organisation"},
    {"amt", "organisation"},
    {"ministe*", "organisation"},
    {"ministry*", "organisation"},
    {"agency*", "organisation"},
    {"authority*", "organisation"},
    {"gemeente*", "organisation"},
    {"commune*", "organisation"},
    {"municipal*", "organisation"},
    {"kommune*", "organisation"},
    {"entite", "organisation"},
    {"entidad", "organisation"},
    {"officiele naam", "organisation"},
    {"naam organisatie", "organisation"},
    {"название", "organisation"},
    {"организация", "organisation"},
    {"министерство", "organisation"},
    {"الجهة", "organisation"},
    {"机构", "organisation"},
    {"組織*", "organisation"},
    {"name", "organisation"},
    {"naam", "organisation"},
    {"nom", "organisation"},
    {"nombre", "organisation"},
    {"department*", "unit"},
    {"departement*", "unit"},
    {"departamento", "unit"},
    {"afdeling*", "unit"},
    {"abteilung*", "unit"},
    {"referat", "unit"},
    {"service", "unit"},
    {"servicio", "unit"},
    {"dienst", "unit"},
    {"unit*", "unit"},
    {"division", "unit"},
    {"team", "unit"},
    {"suborgani*", "unit"},
    {"отдел*", "unit"},
    {"title*", "title"},
    {"position*", "title"},
    {"job title", "title"},
    {"funct*", "title"},
    {"funkt*", "title"},
    {"fonction", "title"},
    {"cargo", "title"},
    {"puesto", "title"},
    {"должность", "title"},
    {"role*", "title"},
    {"rol", "title"},
    {"street*", "address"},
    {"straat*", "address"},
    {"strasse*", "address"},
    {"rue", "address"},
    {"address*", "address"},
    {"adres*", "address"},
    {"bezoekadres*", "address"},
    {"direccion*", "address"},
    {"адрес", "address"},
    {"post*", "address"},
    {"zip*", "address"},
    {"plz", "address"},
    {"city", "address"},
    {"plaats", "address"},
    {"ort", "address"},
    {"stadt", "address"},
    {"ville", "address"},
    {"town", "address"},
    {"country*", "country"},
    {"land", "country"},
    {"pays", "country"},
    {"pais", "country"},
    {"страна", "country"},
    {"国家", "country"},
    {"language*", "languages"},
    {"preferred language*", "languages"},
    {"taal*", "languages"},
    {"talen", "languages"},
    {"sprache*", "languages"},
    {"langue*", "languages"},
    {"idioma*", "languages"},
    {"язык*", "languages"},
    {"time zone", "timezone"},
    {"timezone", "timezone"},
    {"zeitzone", "timezone"},
    {"fuseau*", "timezone"},
    {"opening hours", "hours"},
    {"office hours", "hours"},
    {"hours*", "hours"},
    {"openingstijden", "hours"},
    {"offnungszeiten", "hours"},
    {"horair*", "hours"},
    {"horario*", "hours"},
    {"часы работы", "hours"},
    {"review*", "review_by"},
    {"valid until", "valid_until"},
    {"expires", "review_by"},
    {"remit", "constituency"},
    {"constituency", "constituency"},
    {"kind", "kind"},
    {"nomination*", "nomination_ref"},
    {"note verbale", "nomination_ref"},
};

/* A name folded, with everything that is neither letter nor digit as one space; malloc'd. */
static char *plain(const char *header) {
    char *folded = fold_text(bytes_str(header));
    size_t to = 0;
    for (size_t i = 0; folded != NULL && folded[i] != '\0'; i++) {
        bool sign = (unsigned char)folded[i] < 0x80 && strchr(" _-./:()*#&'\"", folded[i]) != NULL;
        if (!sign)
            folded[to++] = folded[i];
        else if (to > 0 && folded[to - 1] != ' ')
            folded[to++] = ' ';
    }
    if (folded != NULL) {
        while (to > 0 && folded[to - 1] == ' ')
            to--;
        folded[to] = '\0';
    }
    return folded;
}

static bool is(const char *name, const char *word) {
    size_t len = strlen(word);
    if (len > 0 && word[len - 1] == '*')
        return strncmp(name, word, len - 1) == 0;
    return strcmp(name, word) == 0;
}

/* Whether one of the words of a name is this one. */
static bool has_word(const char *name, const char *word) {
    size_t len = strlen(word);
    bool open = word[len - 1] == '*';
    len -= open;
    for (const char *at = name; at != NULL; at = strchr(at, ' ')) {
        at += *at == ' ';
        if (strncmp(at, word, len) == 0 && (open || at[len] == '\0' || at[len] == ' '))
            return true;
    }
    return false;
}

void guess_see(struct guess_seen *seen, const char *cell) {
    struct tidy_phone phone;
    char email[TIDY_MAX];
    if (cell[0] == '\0' || tidy_nothing(cell))
        return;
    seen->filled++;
    tidy_email(cell, email);
    seen->emails += email_valid(bytes_str(email));
    seen->links += strncasecmp(cell, "http", 4) == 0 || strncasecmp(cell, "www.", 4) == 0;
    tidy_phone(cell, NULL, &phone);
    seen->phones +=
        phone.is == TIDY_PHONE_NUMBER ||
        (phone.is == TIDY_PHONE_NATIONAL && strpbrk(cell, " -/(") != NULL && strlen(phone.number) >= 8);
}

const char *guess_field(const char *header, const struct guess_seen *seen) {
    const char *field = NULL;
    size_t most = seen->filled - seen->filled / 4; /* three quarters */

    if (seen->filled > 0 && seen->emails >= most)
        return "email";
    if (seen->filled > 0 && seen->links >= most)
        return "channel";
    char *name = plain(header);
    for (size_t i = 0; name != NULL && field == NULL && i < sizeof words / sizeof words[0]; i++)
        if (is(name, words[i].name))
            field = words[i].field;
    for (size_t i = 0; name != NULL && field == NULL && i < sizeof words / sizeof words[0]; i++)
        if (has_word(name, words[i].name))
            field = words[i].field;
    free(name);
    return field == NULL && seen->filled > 0 && seen->phones >= most ? "phone" : field;
}

bool guess_is_key(const char *header) {
    static const char *const keys[] = {
        "id",   "nr",        "no",  "number",      "nummer", "code",   "identifier", "uri",
        "uuid", "systemid*", "oin", "identifica*", "ref",    "row id", "record id",  NULL};
    char *name = plain(header);
    bool key = false;
    for (size_t i = 0; name != NULL && keys[i] != NULL; i++)
        key = key || is(name, keys[i]);
    size_t len = name != NULL ? strlen(name) : 0;
    key = key || (len > 3 && strcmp(name + len - 3, " id") == 0) ||
          (len > 3 && strcmp(name + len - 3, " nr") == 0);
    free(name);
    return key;
}

bool guess_is_fax(const char *header) {
    char *name = plain(header);
    bool fax = name != NULL && (is(name, "fax*") || is(name, "telefax*") || is(name, "факс*"));
    free(name);
    return fax;
}
