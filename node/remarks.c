#include "node/remarks.h"

#include <string.h>
#include <strings.h>

#include "node/record.h"

#define DAY_S 86400

/* Providers of mail for everybody, by the first labels of their domains. */
static const char *const providers[] = {"gmail.", "googlemail.", "outlook.", "hotmail.", "live.",
                                        "yahoo.", "ymail.",      "aol.",     "icloud.",  "gmx.",
                                        "web.de", "mail.ru",     "yandex.",  "proton.",  "protonmail.",
                                        "qq.com", "163.com",     "126.com"};

static void remark_email(json_t *remarks, const char *address) {
    const char *domain = address != NULL ? strrchr(address, '@') : NULL;

    for (size_t i = 0; domain != NULL && i < sizeof providers / sizeof *providers; i++)
        if (strncasecmp(domain + 1, providers[i], strlen(providers[i])) == 0)
            json_array_append_new(
                remarks, json_sprintf("emails: %s is with a provider for everybody: has the State no "
                                      "mailbox of its own?",
                                      address));
}

static void remark_key(json_t *remarks, const char *expires, uint64_t now_s) {
    uint64_t at;

    if (expires == NULL || !time_parse(expires, &at) || at > now_s + (uint64_t)REMARKS_KEY_DAYS * DAY_S)
        return;
    json_array_append_new(remarks, json_sprintf("keys: one %s on %.10s: is there a newer one?",
                                                at <= now_s ? "has ended" : "ends", expires));
}

static void remark_hours(json_t *remarks, const json_t *record) {
    const json_t *hours = json_object_get(record, "hours");
    const char *zone = json_string_value(json_object_get(record, "timezone"));

    if (json_object_get(hours, "text") != NULL && json_object_get(hours, "weekly") == NULL &&
        !json_is_true(json_object_get(hours, "always")))
        json_array_append_new(
            remarks,
            json_string("hours: words alone do not tell who is reached now: say mon-fri 09:00-17:00 too"));
    if (zone != NULL && strncmp(zone, "Etc/", 4) == 0)
        json_array_append_new(
            remarks, json_sprintf("timezone: %s is no place, and follows no change of clocks", zone));
}

json_t *remarks_of(const json_t *record, uint64_t now_s) {
    json_t *remarks = json_array(), *item;
    size_t i;

    json_array_foreach(json_object_get(record, "emails"), i, item)
        remark_email(remarks, json_string_value(json_object_get(item, "address")));
    json_array_foreach(json_object_get(record, "keys"), i, item)
        remark_key(remarks, json_string_value(json_object_get(item, "expires")), now_s);
    remark_hours(remarks, record);
    return remarks;
}
