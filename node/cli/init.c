#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "node/cli/commands.h"
#include "node/cli/init.h"
#include "node/cli/submit.h"
#include "node/country.h"
#include "node/file.h"
#include "node/invitation.h"

/* ---- what may be asked for ---- */

static bool check_wish(struct init *in) {
    const struct init_wish *w = in->wish;

    if (!w->network || authority_check_network(bytes_str(w->network)))
        return init_usage(in, "--network", w->network ? w->network : "",
                          "a name of 1 to 60 characters a-z, 0-9, dot and hyphen is wanted");
    if (!w->state == !w->observer)
        return init_usage(in, "whose node", NULL, "either --state CODE or --observer NAME is wanted");
    if (w->observer && (!*w->observer || strlen(w->observer) > 160 || strchr(w->observer, ';')))
        return init_usage(in, "--observer", w->observer, "a name of 1 to 160 bytes without ';' is wanted");
    if (!w->state)
        return true;
    if (strlen(w->state) != CODE_LEN || !isalpha((unsigned char)w->state[0]) ||
        !isalpha((unsigned char)w->state[1]))
        return init_usage(in, "--state", w->state, "two letters of ISO 3166-1 are wanted, such as FR");
    for (unsigned i = 0; i < CODE_LEN; i++)
        in->code[i] = (char)tolower((unsigned char)w->state[i]);
    if (w->root.count > ROOT_KEYS_MAX || w->next.count > ROOT_KEYS_MAX)
        return init_usage(in, "--root, --next", NULL, "at most 9 root keys");
    if (w->root.count && !w->next.count)
        return init_usage(in, "--root without --next", NULL,
                          "the first note commits to the keys after its own, so that a thief of these cannot "
                          "follow them");
    return true;
}

static bool is_empty_dir(const char *path, const struct stat *st) {
    DIR *dir = S_ISDIR(st->st_mode) ? opendir(path) : NULL;
    const struct dirent *entry;
    bool empty = dir != NULL;

    while (empty && (entry = readdir(dir)) != NULL)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    if (dir != NULL)
        closedir(dir);
    return empty;
}

/* Resolve DIR's parent, and refuse what is there already, but for a directory with nothing in it. */
static bool check_place(struct init *in) {
    char parent[PATH_LEN], *slash, *absolute;
    struct stat st;
    size_t len = in->cli->dir ? strlen(in->cli->dir) : 0;

    if (!len)
        return init_usage(in, "where", NULL, "give --data DIR, or set COMITY_DATA");
    if (len >= sizeof(parent))
        return init_usage(in, "--data", NULL, "the path is too long");
    memcpy(parent, in->cli->dir, len + 1);
    while (len > 1 && parent[len - 1] == '/')
        parent[--len] = 0;
    if (!lstat(parent, &st) && !is_empty_dir(parent, &st))
        return in->cli->status =
                   cli_say(in->cli, CLI_REFUSED,
                           "%s is there already, and not an empty directory: a node is never made over "
                           "something else. Choose another --data",
                           parent),
               false;
    slash = strrchr(parent, '/');
    const char *name = slash ? slash + 1 : in->cli->dir;
    if (slash)
        *slash = 0;
    absolute = realpath(slash ? (slash == parent ? "/" : parent) : ".", NULL);
    if (!absolute)
        return init_usage(in, "--data", in->cli->dir, "the directory that is to hold it cannot be found");
    int n = snprintf(in->dir, sizeof(in->dir), "%s/%.*s", strcmp(absolute, "/") ? absolute : "",
                     (int)strcspn(name, "/"), name);
    free(absolute);
    if (n < 0 || (size_t)n + 12 >= sizeof(in->dir))
        return init_usage(in, "--data", in->cli->dir, "the path is too long");
    snprintf(in->work, sizeof(in->work), "%.*s.tmp-XXXXXX", (int)sizeof(in->work) - 12, in->dir);
    return true;
}

static bool make_config(struct init *in) {
    struct config *c = &in->cli->config;
    const struct init_wish *w = in->wish;

    *c = (struct config){.web_public = w->public_view};
    snprintf(c->dir, sizeof(c->dir), "%s", in->work);
    snprintf(c->network, sizeof(c->network), "%s", w->network);
    snprintf(c->code, sizeof(c->code), "%s", in->code);
    snprintf(c->origin, sizeof(c->origin), "%s", in->origin);
    snprintf(c->observer, sizeof(c->observer), "%s", w->observer ? w->observer : "");
    snprintf(c->listen, sizeof(c->listen), "%.180s", w->listen ? w->listen : "");
    snprintf(c->advertise, sizeof(c->advertise), "%.180s", w->advertise ? w->advertise : "");
    snprintf(c->web_listen, sizeof(c->web_listen), "%s", w->web ? w->web : "");
    snprintf(c->web_hosts, sizeof(c->web_hosts), "%.180s", w->web_hosts ? w->web_hosts : "");
    enum err err = config_save(c);
    if (err)
        return init_fail(in, err, "comity.conf");
    err = config_load(in->work, c); /* says itself what is not good, such as an address */
    if (err)
        in->cli->status = CLI_USAGE;
    return !err;
}

/* ---- the first entries ---- */

static bool add_name(struct init *in, struct names *names, const char *option, const char *text) {
    const char *equals = strchr(text, '=');
    struct bytes tag = {(const uint8_t *)text, equals ? (size_t)(equals - text) : 0};

    if (!equals || !equals[1] || !tag_valid(tag) || strlen(equals + 1) > NAME_TEXT_MAX) {
        in->cli->status = cli_say(in->cli, CLI_USAGE,
                                  "--%s '%s': LANGUAGE=NAME is wanted, such as fr=France, at most %d bytes",
                                  option, text, NAME_TEXT_MAX);
        return false;
    }
    if (names->count == LEAF_NAMES_MAX)
        return init_usage(in, option, text, "at most 12 languages");
    names->name[names->count++] = (struct name){tag, bytes_str(equals + 1)};
    return true;
}

static bool add_names(struct init *in, struct names *names, const char *option,
                      const struct cli_texts *texts) {
    for (unsigned i = 0; i < texts->count; i++)
        if (!add_name(in, names, option, texts->text[i]))
            return false;
    return true;
}

static bool make_entries(struct init *in, uint8_t *buffer, struct entry entry[static BIRTH_ENTRIES]) {
    struct draft_salts salts[BIRTH_ENTRIES];
    struct names state = {0}, office = {0};
    char english[NAME_TEXT_MAX + 8];
    struct bytes endpoint = bytes_str(config_endpoint(&in->cli->config));
    struct birth_entries what = {.authority = &in->note.authority,
                                 .seeds = &in->secrets->seeds,
                                 .state = &state,
                                 .office = &office,
                                 .endpoint = &endpoint,
                                 .endpoint_count = endpoint.len > 0,
                                 .endpoint_class = in->wish->public_endpoint ? PART_PUBLIC : PART_MEMBERS,
                                 .now_s = (uint64_t)time(NULL),
                                 .salts = salts};

    randombytes_buf(salts, sizeof(salts));
    if (!add_names(in, &state, "names", &in->wish->names) ||
        !add_names(in, &office, "authority", &in->wish->office))
        return false;
    if (!state.count) {
        memcpy(english, "en=", 3);
        if (!country_name(in->code, english + 3, sizeof(english) - 3))
            return init_usage(in, "--state", in->wish->state,
                              "no name is known for it (Debian's iso-codes), give one with --names en=NAME");
        if (!add_name(in, &state, "names", english))
            return false;
    }
    enum err err = birth_make(&what, buffer, entry);
    return err ? init_fail(in, err, "the first entries") : true;
}

static bool open_log(struct init *in) {
    static uint8_t buffer[AUTHORITY_MAX + 8192];
    struct bytes package;
    enum err err = birth_package(&in->note, in->origin, buffer, sizeof(buffer), &package);

    if (err)
        return init_fail(in, err, "the first package");
    json_t *answer = cli_call_bytes(in->cli, "log-open", package);
    json_decref(answer);
    return answer;
}

/* Sign and hand in the first entries, as publish does. */
static bool publish_first(struct init *in) {
    struct pending pending = {0};
    struct ownlog log;
    struct ledger ledger;
    struct submit s;
    struct checkpoint head;
    struct entry entry[BIRTH_ENTRIES];
    uint8_t *buffer = malloc(BIRTH_ENTRIES * DRAFT_ENTRY_MAX);
    bool good = buffer && make_entries(in, buffer, entry) && open_log(in) && submit_log(in->cli, &log);

    if (good) {
        ledger_init(&ledger, in->origin, 0);
        enum err err = ledger_create(in->work, &ledger);
        memcpy(pending.origin, in->origin, sizeof(in->origin));
        pending.base = ledger.frontier;
        pending.entry = entry;
        pending.count = BIRTH_ENTRIES;
        submit_init(&s, in->cli, in->work, 0);
        if (!err)
            err = publisher_run(&s.publisher, &log, &pending, in->secrets->operator_secret, &head);
        good = !err;
        if (err)
            in->cli->status = submit_failed(&s, err);
    }
    free(buffer);
    return good;
}

/* ---- all of it ---- */

static bool make_dirs(struct init *in) {
    static const char *const names[] = {"db", "run"};
    char path[PATH_LEN + 32];

    if (!mkdtemp(in->work)) {
        in->cli->status = cli_say(in->cli, CLI_REFUSED, "%s: %s", in->work, strerror(errno));
        return false;
    }
    for (unsigned i = 0; i < 2; i++)
        if (!init_path(in, names[i], path) || mkdir(path, 0700))
            return init_fail(in, ERR_IO, names[i]);
    return true;
}

static bool open_session(struct init *in) {
    enum err err = session_open(&in->cli->config, &in->cli->session);
    return err ? init_fail(in, err, "the database") : true;
}

static bool close_and_move(struct init *in) {
    session_close(in->cli->session);
    in->cli->session = NULL;
    /* A directory takes the place of an empty one, and of nothing else. */
    if (rename(in->work, in->dir))
        return errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR ? init_fail(in, ERR_EXISTS, in->dir)
                                                                         : init_fail(in, ERR_IO, in->dir);
    enum err err = file_sync_dir(in->dir);
    return err ? init_fail(in, err, in->dir) : true;
}

static bool make(struct init *in) {
    if (!make_dirs(in) || !init_node_keys(in))
        return false;
    if (*in->code && !(in->wish->first ? init_first_keys(in) : init_state_keys(in)))
        return false;
    if (!make_config(in) || !open_session(in))
        return false;
    if (*in->code && !publish_first(in))
        return false;
    return close_and_move(in);
}

static void print_made(const struct init *in) {
    char node[2 * KEY_LEN + 1], fingerprint[FINGERPRINT_TEXT] = "";

    hex_put(node, in->node.b, KEY_LEN);
    if (*in->code)
        fingerprint_text(&in->note.authority.hash, fingerprint);
    if (in->cli->json) {
        json_t *document =
            json_pack("{s:s, s:s, s:s, s:s, s:s}", "dir", in->dir, "network", in->wish->network, "node", node,
                      "origin", in->origin, "fingerprint", fingerprint);
        cli_print_json(document);
        json_decref(document);
        return;
    }
    printf("Made %s\n  network      %s\n  node         %s\n", in->dir, in->wish->network, node);
    if (*in->code)
        printf("  log          %s\n  fingerprint  %s\n", in->origin, fingerprint);
    printf("Next: comityd --data %s; comity invite --data %s > INVITATION\n", in->dir, in->dir);
}

static void warn(const struct init *in) {
    if (*in->code && !in->wish->root.count && !in->wish->first)
        cli_say(in->cli, 0,
                "the root key was made here, on a machine with a network: good for a trial only. For a real "
                "State, make "
                "root keys on the custodians' machines (comity key new), have them sign the first note "
                "(comity authority "
                "propose), and give that with --first");
    if (*in->code && !*config_endpoint(&in->cli->config))
        cli_say(in->cli, 0,
                "no address under which others can dial this node is known (--listen, --advertise): its "
                "entry names none");
}

static int init(struct init *in) {
    if (!check_wish(in) || !check_place(in))
        return in->cli->status;
    in->secrets = sodium_malloc(sizeof(*in->secrets));
    if (!in->secrets)
        return cli_err(in->cli, ERR_MEMORY, "init", "");
    memset(in->secrets, 0, sizeof(*in->secrets));
    /* Interrupted is failed: what was begun is taken away below.  The prompt takes Ctrl-C as a refusal. */
    sigset_t interrupts, before;
    sigemptyset(&interrupts);
    sigaddset(&interrupts, SIGINT);
    sigaddset(&interrupts, SIGTERM);
    sigaddset(&interrupts, SIGHUP);
    sigprocmask(SIG_BLOCK, &interrupts, &before);
    bool good = make(in);
    sodium_free(in->secrets);
    if (!good) {
        session_close(in->cli->session);
        in->cli->session = NULL;
        if (!strstr(in->work, "XXXXXX"))
            file_remove_tree(in->work);
        sigprocmask(SIG_SETMASK, &before, NULL);
        return in->cli->status;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    print_made(in);
    warn(in);
    return CLI_DONE;
}

int cmd_init(struct cli *cli, int argc, char **argv) {
    struct init_wish w = {0};
    struct init in = {.cli = cli, .wish = &w};
    const struct cli_option options[] = {
        {"network", "NAME", "name of the network, such as poc-directory.example", NULL, &w.network, NULL},
        {"state", "CODE", "the State whose node this is, such as FR", NULL, &w.state, NULL},
        {"observer", "NAME", "make an observer's node, under this name", NULL, &w.observer, NULL},
        {"names", "TAG=NAME", "name of the State in a language; again for each (English from iso-codes)",
         NULL, NULL, &w.names},
        {"authority", "TAG=NAME", "name of the State's authority in a language; again for each", NULL, NULL,
         &w.office},
        {"listen", "URL", "where other nodes may link to this one: tcp://HOST:PORT", NULL, &w.listen, NULL},
        {"advertise", "URL", "the address that others dial, if it is another", NULL, &w.advertise, NULL},
        {"public-endpoint", NULL, "observers may know the node's address too", &w.public_endpoint, NULL,
         NULL},
        {"web", "HOST:PORT", "where the page is served", NULL, &w.web, NULL},
        {"web-hosts", "NAMES", "further names under which the page may be asked for", NULL, &w.web_hosts,
         NULL},
        {"public-view", NULL, "the page shows public parts only, to anybody", &w.public_view, NULL, NULL},
        {"first", "FILE", "the first authority note, which custodians have signed (comity authority propose)",
         NULL, &w.first, NULL},
        {"operator", "FILE", "with --first: an officer's key file that it names", NULL, &w.officer, NULL},
        {"root", "FILE", "a custodian's root key; again for each (none: a trial's is made here)", NULL, NULL,
         &w.root},
        {"next", "FILE", "a root key of the next epoch; again for each", NULL, NULL, &w.next},
        {0}};

    if (cli_options(cli, options, argc, argv, 0, 0) < 0 || (w.first && !init_first_read(&in, &w))) {
        proposal_free(&in.first);
        return cli->status;
    }
    int status = init(&in);
    proposal_free(&in.first);
    return status;
}
