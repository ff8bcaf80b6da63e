#include "node/cli/approving.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/rules.h"

#define NAME_MAX_LEN 40

unsigned approving_user(void) {
    const char *sudo = getenv("SUDO_UID");
    uint64_t uid;

    return sudo != NULL && decimal_get(&uid, bytes_str(sudo)) == ERR_OK && uid <= UINT32_MAX ? (unsigned)uid
                                                                                             : getuid();
}

/* "anna (user 1001)". */
static void user_name(const json_t *user, char *to, size_t size) {
    struct passwd entry, *found = NULL;
    char buffer[4096];
    uid_t uid = (uid_t)json_integer_value(user);

    if (getpwuid_r(uid, &entry, buffer, sizeof buffer, &found) != 0)
        found = NULL;
    snprintf(to, size, "%.*s%suser %u%s", NAME_MAX_LEN, found != NULL ? found->pw_name : "",
             found != NULL ? " (" : "", (unsigned)uid, found != NULL ? ")" : "");
}

static bool is_approved(const json_t *draft) {
    const json_t *author = json_object_get(draft, "author"), *by = json_object_get(draft, "approved_by");
    return json_is_integer(by) && json_is_integer(author) &&
           json_integer_value(by) != json_integer_value(author);
}

bool approving_good(struct cli *cli, uint64_t seq, const json_t *draft) {
    char author[80];

    if (!rules_get()->two_person || is_approved(draft))
        return true;
    user_name(json_object_get(draft, "author"), author, sizeof author);
    cli->status =
        cli_say(cli, CLI_REFUSED,
                "draft %" PRIu64 " is not approved: two_person in comity.conf wants another officer than "
                "%s to say comity approve %" PRIu64,
                seq, author, seq);
    return false;
}

void approving_print(const json_t *change) {
    char author[80], by[80];

    if (!rules_get()->two_person)
        return;
    user_name(json_object_get(change, "author"), author, sizeof author);
    user_name(json_object_get(change, "approved_by"), by, sizeof by);
    if (is_approved(change))
        printf("    drafted by %s, approved by %s\n", author, by);
    else
        printf("    drafted by %s, not approved yet\n", author);
}
