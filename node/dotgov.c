#include "node/dotgov.h"

#include <string.h>

#include "node/column.h"

enum { DOMAIN, TYPE, ORGANISATION, SUBORGANISATION, CITY, STATE, MAILBOX, COLUMNS };

static const char *const columns[COLUMNS] = {"Domain name",           "Domain type", "Organization name",
                                             "Suborganization name",  "City",        "State",
                                             "Security contact email"};

const char *const dotgov_members[] = {"kind",    "organisation", "unit",         "emails", "languages",
                                      "address", "country",      "constituency", NULL};

/* As published, or with the reason behind it of a list of refused rows. */
bool dotgov_header(const struct csvrow *header) {
    if (header->count != COLUMNS &&
        !(header->count == COLUMNS + 1 && strcmp(header->cell[COLUMNS], "reason") == 0))
        return false;
    for (size_t i = 0; i < COLUMNS; i++)
        if (strcmp(header->cell[i], columns[i]) != 0)
            return false;
    return true;
}

static const char *cell(const struct csvrow *row, size_t column) {
    return column < row->count ? row->cell[column] : "";
}

json_t *dotgov_record(const struct csvrow *row, const char *kind, struct record_error *ret) {
    char place[256], remit[256];
    const char *mailbox = cell(row, MAILBOX);

    if (mailbox[0] == '\0' || strcmp(mailbox, "(blank)") == 0) {
        snprintf(ret->text, sizeof ret->text,
                 "Security contact email: there is no mailbox: found \"%s\": ask the organisation for one",
                 mailbox);
        return NULL;
    }
    snprintf(place, sizeof place, "%s%s%s", cell(row, CITY), cell(row, CITY)[0] != '\0' ? ", " : "",
             cell(row, STATE));
    snprintf(remit, sizeof remit, "%s (%s)", cell(row, DOMAIN), cell(row, TYPE));
    const struct {
        const char *column, *text;
    } set[] = {
        {"kind", kind != NULL ? kind : "technical"},
        {"organisation", cell(row, ORGANISATION)},
        {"unit", cell(row, SUBORGANISATION)},
        {"email", mailbox},
        {"email_purpose", "security"},
        {"languages", "en"},
        {"address", place},
        {"country", "US"},
        {"constituency", remit},
    };
    json_t *record = json_object();
    for (size_t i = 0; i < sizeof set / sizeof set[0]; i++) {
        if (!column_set(record, set[i].column, set[i].text, "en", ret)) {
            json_decref(record);
            return NULL;
        }
    }
    column_done(record);
    return record;
}
