#include "node/known.h"

#include <string.h>

/* clang-format off */
static const char *const certopedia_columns[] = {"country", "fullName", "emergencyContact", "email", NULL};
static const struct import_map certopedia_map[] = {
    {"fullName", "organisation"}, {"name", "unit"}, {"country", "country"}, {"email", "email"},
    {"emergencyContact", "phone"}, {"website", "channel"}, {"description", "constituency"},
    {"pgpKey.fingerprint", "key"}, {"established", "-"}, {"sector", "-"}, {"pgpKey.available", "-"},
    {"pgpKey.keyId", "-"}, {"verified", "-"}, {"lastUpdated", "-"},
};
static const struct import_map certopedia_set[] = {{"key_type", "openpgp"}};

static const char *const diodb_columns[] = {"program_name", "policy_url", "contact_email", NULL};
static const struct import_map diodb_map[] = {
    {"program_name", "organisation"}, {"contact_email", "email"}, {"contact_url", "channel"},
    {"preferred_languages", "languages"}, {"policy_url", "-"}, {"policy_url_status", "-"}, {"launch_date", "-"},
    {"offers_bounty", "-"}, {"offers_swag", "-"}, {"hall_of_fame", "-"}, {"safe_harbor", "-"},
    {"public_disclosure", "-"}, {"disclosure_timeline_days", "-"}, {"pgp_key", "-"}, {"hiring", "-"},
    {"securitytxt_url", "-"},
};

#define COUNT(array) (sizeof (array) / sizeof (array)[0])
static const struct known lists[] = {
    {"certopedia", certopedia_columns, "technical", "en", "name", certopedia_map, COUNT(certopedia_map),
     certopedia_set, COUNT(certopedia_set)},
    {"diodb", diodb_columns, "technical", "en", NULL, diodb_map, COUNT(diodb_map), NULL, 0},
};
/* clang-format on */

static bool has(const struct csvrow *header, const char *name) {
    for (size_t i = 0; i < header->count; i++)
        if (strcmp(header->cell[i], name) == 0)
            return true;
    return false;
}

const struct known *known_find(const struct csvrow *header) {
    for (size_t i = 0; i < COUNT(lists); i++) {
        bool all = true;
        for (size_t k = 0; lists[i].columns[k] != NULL; k++)
            all = all && has(header, lists[i].columns[k]);
        if (all)
            return &lists[i];
    }
    return NULL;
}
