/* export: contacts as a file for other programs, or for paper. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "node/cli/commands.h"
#include "node/file.h"
#include "node/jscontact.h"
#include "node/ldif.h"
#include "node/leaflet.h"
#include "node/shown.h"
#include "node/tableput.h"
#include "node/vcard.h"

#define PAGE "500"

/* What was asked for. */
struct run {
    struct cli *cli;
    const char *format, *state, *kind, *out, *base, *delimiter, *language;
    json_t *contacts;
};

static bool write_csv(struct run *r, FILE *to) {
    const char *d = r->delimiter != NULL ? r->delimiter : ",";
    char delimiter = strcmp(d, "tab") == 0 ? '\t' : d[0];
    if (delimiter != '\t' && (strlen(d) != 1 || strchr(",;|", d[0]) == NULL)) {
        r->cli->status = cli_say(r->cli, CLI_USAGE, "--delimiter %s: one of , ; | or tab is wanted", d);
        return false;
    }
    if (tableput_csv(to, r->contacts, delimiter))
        return true;
    r->cli->status =
        cli_say(r->cli, CLI_REFUSED,
                "these contacts need more than 1024 columns: export fewer (--state), or as json");
    return false;
}

static bool write_vcard(struct run *r, FILE *to) {
    size_t i;
    json_t *contact;
    json_array_foreach(r->contacts, i, contact) vcard_put(to, contact, VCARD_WHOLE);
    return true;
}

static bool write_ldif(struct run *r, FILE *to) {
    size_t i;
    json_t *contact;
    fputs("version: 1\n\n", to);
    json_array_foreach(r->contacts, i, contact) ldif_put(to, contact, r->base);
    return true;
}

static void dump(FILE *to, const json_t *value) {
    char *text = json_dumps(value, JSON_INDENT(2));
    fputs(text != NULL ? text : "null", to);
    fputc('\n', to);
    free(text);
}

static bool write_jscontact(struct run *r, FILE *to) {
    json_t *cards = json_array(), *contact;
    size_t i;
    json_array_foreach(r->contacts, i, contact) json_array_append_new(cards, jscontact_card(contact));
    dump(to, cards);
    json_decref(cards);
    return true;
}

static bool write_json(struct run *r, FILE *to) {
    json_t *all = json_pack("{s:O}", "contacts", r->contacts);
    dump(to, all);
    json_decref(all);
    return true;
}

static bool write_html(struct run *r, FILE *to) {
    enum language language = r->language != NULL ? language_find(r->language) : LANGUAGE_EN;
    char made[24];
    if (language == LANGUAGES) {
        r->cli->status =
            cli_say(r->cli, CLI_USAGE, "--language %s: one of ar, zh, en, fr, ru, es is wanted", r->language);
        return false;
    }
    time_text((uint64_t)time(NULL), made);
    if (leaflet_put(to, r->contacts, language, r->cli->config.network, made))
        return true;
    r->cli->status = cli_say(r->cli, CLI_FAULT, "memory is out: export fewer contacts");
    return false;
}

static const struct {
    const char *name;
    bool (*write)(struct run *r, FILE *to);
} formats[] = {{"csv", write_csv},   {"vcard", write_vcard},
               {"ldif", write_ldif}, {"jscontact", write_jscontact},
               {"json", write_json}, {"html", write_html}};

/* Every contact that this node may see and that was asked for. */
static bool load(struct run *r) {
    char after[64] = "", state[3] = "";
    if (r->state != NULL && strlen(r->state) == 2)
        snprintf(state, sizeof state, "%c%c", toupper((unsigned char)r->state[0]),
                 toupper((unsigned char)r->state[1]));
    for (;;) {
        const char *const parameters[] = {
            "state", r->state != NULL ? (state[0] != '\0' ? state : r->state) : NULL,
            "kind",  r->kind,
            "limit", PAGE,
            "after", after[0] != '\0' ? after : NULL,
            NULL};
        json_t *page = cli_get(r->cli, "/api/v1/contacts", parameters), *contact;
        size_t i;
        if (page == NULL)
            return false;
        json_array_foreach(json_object_get(page, "contacts"), i, contact)
            json_array_append_new(r->contacts, shown_record(contact));
        const char *next = json_string_value(json_object_get(page, "next"));
        snprintf(after, sizeof after, "%s", next != NULL ? next : "");
        json_decref(page);
        if (after[0] == '\0')
            return true;
    }
}

/* Into memory first: a file is replaced whole, or not at all. */
static bool write_out(struct run *r, size_t format) {
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);
    if (to == NULL) {
        r->cli->status = cli_err(r->cli, ERR_MEMORY, "export", "");
        return false;
    }
    bool good = formats[format].write(r, to);
    good = fclose(to) == 0 && good;
    if (good && r->out == NULL) {
        good = fwrite(text, 1, len, stdout) == len;
    } else if (good) {
        enum err err = file_replace(r->out, (struct bytes){(const uint8_t *)text, len});
        good = err == ERR_OK;
        if (!good)
            r->cli->status = cli_say(r->cli, CLI_REFUSED, "%s cannot be written: %s: name another place",
                                     r->out, err == ERR_IO ? strerror(errno) : err_text(err));
    }
    free(text);
    return good;
}

static int export_all(struct run *r) {
    size_t format = 0, count = sizeof formats / sizeof formats[0];
    while (format < count && strcmp(formats[format].name, r->format) != 0)
        format++;
    if (format == count)
        return cli_say(r->cli, CLI_USAGE, "--format %s: csv, vcard, ldif, jscontact, json or html is wanted",
                       r->format);
    if (!cli_open(r->cli) || !load(r) || !write_out(r, format))
        return r->cli->status;
    size_t exported = json_array_size(r->contacts);
    cli_say(r->cli, 0, "%zu contact%s", exported, exported == 1 ? "" : "s");
    return CLI_DONE;
}

int cmd_export(struct cli *cli, int argc, char **argv) {
    struct run r = {.cli = cli};
    const struct cli_option options[] = {
        {"format", "FORMAT", "csv, vcard, ldif, jscontact, json or html (a page for paper)", NULL, &r.format,
         NULL},
        {"state", "FR", "of this State alone", NULL, &r.state, NULL},
        {"kind", "KIND", "of this kind alone", NULL, &r.kind, NULL},
        {"out", "FILE", "write it there, not to standard output", NULL, &r.out, NULL},
        {"delimiter", "CHARACTER", "of csv: , ; | or tab", NULL, &r.delimiter, NULL},
        {"base", "DN", "of ldif: where the entries belong, such as ou=contacts,dc=example,dc=org", NULL,
         &r.base, NULL},
        {"language", "TAG", "of html: ar, zh, en, fr, ru or es", NULL, &r.language, NULL},
        {0}};
    if (cli_options(cli, options, argc, argv, 0, 0) < 0)
        return cli->status;
    if (r.format == NULL)
        r.format = cli->json ? "json" : "csv";
    r.contacts = json_array();
    int status = export_all(&r);
    json_decref(r.contacts);
    return status;
}
