#include "node/config.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/file.h"
#include "node/nearest.h"
#include "node/rules.h"

#define CONFIG_FILE "comity.conf"
#define CONFIG_BYTES_MAX 65536
#define ENDORSEMENTS_MAX 99
#define SIZE_UNITS_MAX 1000000 /* so that no size overflows */
#define DURATION_MAX 1000000
#define ERASE_DELAY_S (72 * 3600)
#define RETENTION_S (365 * 86400)

typedef const char *check_value(const char *value); /* NULL if good, else the rule */

static const char *check_network(const char *value) {
    return authority_check_network(bytes_str(value)) ? "1 to 60 of a-z, 0-9, dot and hyphen" : NULL;
}

static const char *check_code(const char *value) {
    return strlen(value) == 2 && isupper((unsigned char)value[0]) && isupper((unsigned char)value[1])
               ? NULL
               : "two capital letters of ISO 3166-1, such as FR";
}

static const char *check_origin(const char *value) {
    char network[NETWORK_MAX + 1], code[CODE_LEN + 1];
    return origin_check(bytes_str(value), network, code) ? "<network>/<code>/<16 hex>, as `init` wrote it"
                                                         : NULL;
}

/* The port behind the last colon: 1 to 65535. */
static bool port_good(const char *host_port) {
    const char *colon = strrchr(host_port, ':');
    uint64_t port = 0;

    return colon && colon > host_port && !decimal_get(&port, bytes_str(colon + 1)) && port > 0 &&
           port < 65536 && !strpbrk(host_port, " /?#@");
}

static const char *check_tcp(const char *value) {
    return !strncmp(value, "tcp://", 6) && port_good(value + 6)
               ? NULL
               : "tcp://HOST:PORT, such as tcp://0.0.0.0:7600";
}

static const char *check_web(const char *value) {
    return port_good(value) ? NULL : "HOST:PORT, such as 127.0.0.1:7680";
}

static const char *check_view(const char *value) {
    return !strcmp(value, "members") || !strcmp(value, "public") ? NULL : "members or public";
}

static const char *check_text(const char *value) {
    return utf8_clean(bytes_str(value)) ? NULL : "UTF-8 text without control characters";
}

static const char *check_yes(const char *value) {
    return !strcmp(value, "yes") || !strcmp(value, "no") ? NULL : "yes or no";
}

static const char *check_days(const char *value) {
    uint64_t days;
    return !decimal_get(&days, bytes_str(value)) && days >= 1 && days <= 3660 ? NULL : "days, from 1 to 3660";
}

/* A number and s, m, h or d, or never; UINT64_MAX is never. */
static bool duration_get(const char *value, uint64_t *ret) {
    static const char units[] = "smhd";
    static const uint64_t seconds[] = {1, 60, 3600, 86400};
    size_t len = strlen(value);
    const char *unit = len > 1 ? strchr(units, value[len - 1]) : NULL;

    *ret = UINT64_MAX;
    if (!strcmp(value, "never"))
        return true;
    if (!unit || decimal_get(ret, (struct bytes){(const uint8_t *)value, len - 1}) || *ret > DURATION_MAX)
        return false;
    *ret *= seconds[unit - units];
    return true;
}

/* A number and K, M, G or T, of 1,024; or none. */
static bool size_get(const char *value, uint64_t none, uint64_t *ret) {
    static const char units[] = "KMGT";
    size_t len = strlen(value);
    const char *unit = len > 1 ? strchr(units, value[len - 1]) : NULL;

    *ret = none;
    if (!strcmp(value, "none"))
        return true;
    if (!unit || decimal_get(ret, (struct bytes){(const uint8_t *)value, len - 1}) || *ret > SIZE_UNITS_MAX)
        return false;
    *ret <<= 10 * (unit - units + 1);
    return true;
}

static const char *check_size(const char *value) {
    uint64_t bytes;
    return size_get(value, 0, &bytes) ? NULL : "a number and K, M, G or T, such as 16G, or none";
}

static const char *check_delay(const char *value) {
    uint64_t s;
    return duration_get(value, &s) && s != UINT64_MAX ? NULL : "a number and s, m, h or d, such as 72h";
}

static const char *check_retention(const char *value) {
    uint64_t s;
    return duration_get(value, &s) ? NULL : "a number and s, m, h or d, such as 365d, or never";
}

static const char *check_states(const char *value) {
    uint64_t count;
    return !decimal_get(&count, bytes_str(value)) && count <= ENDORSEMENTS_MAX ? NULL
                                                                               : "a number from 0 to 99";
}

/* Every word of a value is good; NULL, or the rule. */
static const char *check_each(const char *value, bool (*good)(const char *word), const char *rule) {
    char word[LEAF_KIND_MAX + 1];

    for (const char *at = value; *at; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        if (len >= sizeof(word))
            return rule;
        memcpy(word, at, len);
        word[len] = 0;
        if (len && !good(word))
            return rule;
        at += len;
    }
    return NULL;
}

static bool is_kind(const char *word) {
    return word[strspn(word, "abcdefghijklmnopqrstuvwxyz-")] == 0;
}

static bool is_field(const char *word) {
    return !strcmp(word, "none") || field_find(contact_fields, word);
}

static const char *check_kinds(const char *value) {
    return check_each(value, is_kind, "words of a-z and hyphen, with spaces between: diplomatic technical");
}

static const char *check_fields(const char *value) {
    return check_each(value, is_field, "fields of docs/records.md with spaces between, or none");
}

/* The one table: reading, writing and the example follow it. */
static const struct item {
    const char *section, *key, *example, *help;
    check_value *check;
    size_t offset, size;
} items[] = {
#define ITEM(section, key, field, check, example, help)                                                      \
    {                                                                                                        \
        section, key, example, help, check, offsetof(struct config, field),                                  \
            sizeof(((struct config *)NULL)->field)                                                           \
    }
    ITEM("node", "network", network, check_network, "poc-directory.example", "name of the network"),
    ITEM("node", "state", code, check_code, "FR", "the State whose node this is; an observer has none"),
    ITEM("node", "origin", origin, check_origin, "poc-directory.example/fr/0123456789abcdef",
         "the State's own log, made by init"),
    ITEM("node", "observer", observer, check_text, "", "name of an observer; instead of state and origin"),
    ITEM("node", "listen", listen, check_tcp, "tcp://0.0.0.0:7600", "where other nodes may link to this one"),
    ITEM("node", "advertise", advertise, check_tcp, "",
         "the address that others dial, if it is not that of listen"),
    ITEM("node", "courier", courier, check_yes, "no",
         "yes: no network; other States are reached by bundles alone, and no peer is asked before signing"),
    ITEM("contacts", "kinds", kinds, check_kinds, "diplomatic technical",
         "kinds of contact that the network has agreed on"),
    ITEM("contacts", "review_days", review_days, check_days, "365",
         "days after which a contact is to be confirmed, or is shown as stale"),
    ITEM("contacts", "public", public_fields, check_fields, "holder primary rank",
         "fields of a new contact that everybody may see unless its author says otherwise; none for none"),
    ITEM("contacts", "nomination", nomination, check_yes, "no",
         "yes: no contact without the reference of its nomination"),
    ITEM("contacts", "two_person", two_person, check_yes, "no",
         "yes: nothing is published that another officer than its author has not approved"),
    ITEM("contacts", "erase_delay", erase_delay, check_delay, "72h",
         "how long after an erasure was first seen here its bytes are destroyed; it is hidden at once"),
    ITEM("contacts", "retention", retention, check_retention, "365d",
         "how long what former versions of contacts said is kept; never: for ever"),
    ITEM(
        "trust", "endorsements", endorsements, check_states, "0",
        "how many trusted States must endorse a State before it is followed unpinned, or an epoch closed; 0: "
        "none ever do"),
    ITEM("disk", "log_quota", log_quota, check_size, "16G",
         "the most that is kept of one State's log, but the own; none: no bound"),
    ITEM("disk", "disk_floor", disk_floor, check_size, "256M",
         "with less free on the disk nothing more is taken from peers; none: no floor"),
    ITEM("web", "listen", web_listen, check_web, "127.0.0.1:7680",
         "where the page is served; empty: nowhere"),
    ITEM("web", "view", web_public, check_view, "members",
         "members: behind a token, for this State; public: public parts only, for anybody"),
    ITEM("web", "hosts", web_hosts, check_text, "", "further names under which the page may be asked for"),
#undef ITEM
};

#define ITEM_COUNT (sizeof(items) / sizeof(items[0]))

struct loading {
    const char *path;
    FILE *file;
    struct config *config;
    unsigned line;
    unsigned seen[ITEM_COUNT]; /* the line of each item; 0: not there */
    bool bad;
};

static int complain(struct loading *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int complain(struct loading *l, const char *format, ...) {
    char text[600];
    va_list args;

    if (!l->bad) {
        va_start(args, format);
        vsnprintf(text, sizeof(text), format, args);
        va_end(args);
        for (char *p = text; *p; p++) /* the file may be anything: nothing but ASCII reaches the terminal */
            if (*p < ' ' || *p == 0x7f)
                *p = '?';
        fprintf(stderr, "comity: %s:%u: %s\n", l->path, l->line, text);
    }
    l->bad = true;
    return 0;
}

/* inih cuts a long line in two and reads the rest as a line of its own; so refuse it here. */
static char *next_line(char *to, int max, void *context) {
    struct loading *l = context;

    if (l->bad || !fgets(to, max, l->file))
        return NULL;
    l->line++;
    size_t len = strcspn(to, "\n");
    const char *turn = memchr(to, '\r', len);
    if (to[len] != '\n' && !feof(l->file))
        complain(l, "the line is longer than %d bytes: shorten it", max - 2);
    else if (turn && turn != to + len - 1)
        complain(l, "a carriage return in the middle of a line: end lines with a newline");
    return l->bad ? NULL : to;
}

static int unknown(struct loading *l, const char *section, const char *key) {
    struct nearest near;
    char wanted[80];
    static char known[ITEM_COUNT][40];

    snprintf(wanted, sizeof(wanted), "%.38s.%.38s", section, key);
    nearest_begin(&near, wanted);
    for (size_t i = 0; i < ITEM_COUNT; i++) {
        snprintf(known[i], sizeof(known[i]), "%s.%s", items[i].section, items[i].key);
        nearest_try(&near, known[i]);
    }
    const char *best = nearest_get(&near);
    return complain(l, "no setting '%.60s' in section [%.60s]%s%s%s: `comity help config` shows them all",
                    key, section, best ? "; perhaps " : "", best ? best : "", best ? " is meant" : "");
}

static int item(void *context, const char *section, const char *key, const char *value) {
    struct loading *l = context;
    size_t i = 0;

    while (i < ITEM_COUNT && (strcmp(items[i].section, section) || strcmp(items[i].key, key)))
        i++;
    if (i == ITEM_COUNT)
        return unknown(l, section, key);
    if (l->seen[i])
        return complain(l, "%s is set a second time, first in line %u: remove one", key, l->seen[i]);
    l->seen[i] = l->line;
    if (!*value)
        return 1;
    const char *rule = items[i].check(value);
    if (rule)
        return complain(l, "%s = '%.100s' is not good: %s", key, value, rule);
    if (items[i].offset == offsetof(struct config, web_public)) {
        l->config->web_public = !strcmp(value, "public");
        return 1;
    }
    if (strlen(value) >= items[i].size)
        return complain(l, "%s is longer than %zu bytes", key, items[i].size - 1);
    memcpy((char *)l->config + items[i].offset, value, strlen(value) + 1);
    return 1;
}

/* What no single line shows. */
static const char *check_whole(struct config *c) {
    char network[NETWORK_MAX + 1], code[CODE_LEN + 1];

    for (char *p = c->code; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    if (!*c->network)
        return "[node] network is missing";
    if (!*c->code == !*c->observer)
        return "[node] needs either state and origin, or observer";
    if (*c->code && !*c->origin)
        return "[node] origin is missing: it belongs to state";
    if (*c->origin && (origin_check(bytes_str(c->origin), network, code) || strcmp(network, c->network) ||
                       strcmp(code, c->code)))
        return "[node] origin belongs to another network or State than the lines beside it";
    return NULL;
}

static enum err load(const char *path, struct config *config) {
    struct loading l = {.path = path, .config = config};
    uint8_t *data = NULL;
    size_t len = 0;
    enum err err = file_read(path, CONFIG_BYTES_MAX, &data, &len);

    if (err) {
        fprintf(stderr, "comity: %s: %s%s\n", path, err == ERR_IO ? strerror(errno) : err_text(err),
                err == ERR_NOT_FOUND ? ": no node's data directory; `comity init` makes one"
                : err == ERR_SIZE    ? ": no configuration is so long (`comity help config`)"
                                     : "");
        return err;
    }
    l.file = fmemopen(data, len ? len : 1, "r");
    if (len && memchr(data, '\0', len)) {
        fprintf(stderr, "comity: %s: holds a NUL, so it is no text: write it anew (`comity help config`)\n",
                path);
        l.bad = true;
    } else if (l.file && len) {
        int line = ini_parse_stream(next_line, &l, item, &l);
        if (line && !l.bad)
            complain(&l, "neither [section] nor key = value");
    }
    if (l.file)
        fclose(l.file);
    free(data);
    const char *rule = l.bad ? NULL : check_whole(config);
    if (rule)
        fprintf(stderr, "comity: %s: %s\n", path, rule);
    return l.bad || rule ? ERR_SCHEMA : ERR_OK;
}

enum err config_load(const char *dir, struct config *ret) {
    struct config config = {0};
    char path[PATH_LEN + 16], *absolute = realpath(dir, NULL);
    enum err err;

    if (!absolute) {
        fprintf(stderr, "comity: %s: %s\n", dir, strerror(errno));
        return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    }
    if (strlen(absolute) >= sizeof(config.dir)) {
        fprintf(stderr, "comity: %.100s...: the path is longer than %d bytes\n", absolute, PATH_LEN - 1);
        free(absolute);
        return ERR_SIZE;
    }
    memcpy(config.dir, absolute, strlen(absolute) + 1);
    free(absolute);
    snprintf(path, sizeof(path), "%s/%s", config.dir, CONFIG_FILE);
    err = load(path, &config);
    if (!err) {
        *ret = config;
        rules_set(&config);
    }
    return err;
}

/* The value of an item as it is spelt in the file. */
static void spell(const struct config *config, const struct item *it, char *ret, size_t max) {
    if (it->offset == offsetof(struct config, web_public))
        snprintf(ret, max, "%s", config->web_public ? "public" : "members");
    else
        snprintf(ret, max, "%s", (const char *)config + it->offset);
    if (it->offset == offsetof(struct config, code))
        for (char *p = ret; *p; p++)
            *p = (char)toupper((unsigned char)*p);
}

enum err config_save(const struct config *config) {
    char path[PATH_LEN + 16], value[512], *text = NULL;
    const char *section = "";
    size_t len = 0;
    enum err err;
    FILE *to = open_memstream(&text, &len);

    if (!to)
        return ERR_MEMORY;
    for (size_t i = 0; i < ITEM_COUNT; i++) {
        if (strcmp(section, items[i].section))
            fprintf(to, "%s[%s]\n", i ? "\n" : "", section = items[i].section);
        spell(config, &items[i], value, sizeof(value));
        fprintf(to, "%s%s = %s\n", *value ? "" : "; ", items[i].key, value);
    }
    err = fclose(to) ? ERR_MEMORY : ERR_OK;
    snprintf(path, sizeof(path), "%s/%s", config->dir, CONFIG_FILE);
    if (!err)
        err = file_write_new(path, bytes_str(text));
    free(text);
    return err;
}

void config_print_example(void) {
    const char *section = "";

    for (size_t i = 0; i < ITEM_COUNT; i++) {
        if (strcmp(section, items[i].section))
            printf("%s[%s]\n", i ? "\n" : "", section = items[i].section);
        printf("; %s\n%s%s = %s\n", items[i].help, *items[i].example ? "" : "; ", items[i].key,
               items[i].example);
    }
}

bool config_courier(const struct config *config) {
    return !strcmp(config->courier, "yes");
}

unsigned config_endorsements(const struct config *config) {
    uint64_t count = 0;

    return *config->endorsements && !decimal_get(&count, bytes_str(config->endorsements)) ? (unsigned)count
                                                                                          : 0;
}

static uint64_t size_of(const char *value, uint64_t none, uint64_t otherwise) {
    uint64_t bytes;

    return *value && size_get(value, none, &bytes) ? bytes : otherwise;
}

uint64_t config_log_quota(const struct config *config) {
    return size_of(config->log_quota, UINT64_MAX, LOG_QUOTA);
}

uint64_t config_disk_floor(const struct config *config) {
    return size_of(config->disk_floor, 0, DISK_FLOOR);
}

struct retention_policy config_retention(const struct config *config) {
    struct retention_policy policy = {ERASE_DELAY_S, RETENTION_S};
    uint64_t s;

    if (*config->erase_delay && duration_get(config->erase_delay, &s))
        policy.erase_delay_s = s;
    if (*config->retention && duration_get(config->retention, &s))
        policy.retention_s = s;
    return policy;
}

const char *config_endpoint(const struct config *config) {
    bool all = !strncmp(config->listen, "tcp://0.0.0.0:", 14) || !strncmp(config->listen, "tcp://[::]:", 11);

    return *config->advertise ? config->advertise : all ? "" : config->listen;
}
