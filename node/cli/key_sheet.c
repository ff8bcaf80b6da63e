#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/cli/commands.h"
#include "node/cli/keyring.h"
#include "node/file.h"
#include "node/sheet.h"

static bool ends_with(const char *text, const char *end) {
    size_t len = strlen(text), tail = strlen(end);

    return len >= tail && !strcmp(text + len - tail, end);
}

/* To a new file that only this user reads, or to standard output, for a printer. */
static enum err put(const char *out, struct bytes data) {
    if (strcmp(out, "-"))
        return file_write_new(out, data);
    return fwrite(data.ptr, 1, data.len, stdout) == data.len ? ERR_OK : ERR_IO;
}

static enum err write_text(const struct sheet *sheet, const char *out) {
    char *buffer = sodium_malloc(SHEET_MAX);
    struct bytes text;
    enum err err = buffer ? sheet_text(sheet, buffer, &text) : ERR_MEMORY;

    if (!err)
        err = put(out, text);
    sodium_free(buffer);
    return err;
}

static enum err write_html(const struct sheet *sheet, const char *out) {
    struct markup m = {0};
    enum err err = sheet_html(sheet, &m);

    if (!err)
        err = put(out, (struct bytes){(const uint8_t *)m.text, m.len});
    if (m.text)
        sodium_memzero(m.text, m.room);
    free(m.text);
    return err;
}

static int done(const struct cli *cli, const char *out, const struct keyfile *file, bool sealed) {
    if (strcmp(out, "-") && cli->json) {
        json_t *document = keyring_json(out, file);
        json_object_set_new(document, "sealed", json_boolean(sealed));
        cli_print_json(document);
        json_decref(document);
    }
    return sealed ? cli_say(cli, CLI_DONE,
                            "%s: worth nothing without the passphrase; print it, then remove the file", out)
                  : cli_say(cli, CLI_DONE,
                            "%s: THE SECRET KEY STANDS IN IT, readable by anybody who sees it. Print it on a "
                            "printer "
                            "without a network or memory, put the paper into a safe, then remove the file",
                            out);
}

int cmd_key_sheet(struct cli *cli, int argc, char **argv) {
    bool sealed = false;
    struct keyfile file;
    char day[16];
    time_t now = time(NULL);
    struct tm tm;
    const struct cli_option options[] = {{"sealed", NULL,
                                          "leave the words off: the sheet opens with the passphrase only",
                                          &sealed, NULL, NULL},
                                         {0}};

    if (cli_options(cli, options, argc, argv, 2, 2) < 0 || !keyring_load(cli, argv[1], &file))
        return cli->status;
    uint8_t *secret = sodium_malloc(KEY_SECRET_LEN);
    if (!secret)
        return cli_err(cli, ERR_MEMORY, argv[1], "");
    strftime(day, sizeof(day), "%Y-%m-%d", gmtime_r(&now, &tm));
    struct sheet sheet = {&file, sealed ? NULL : secret, day};
    int status = CLI_DONE;
    /* The passphrase is asked for in any case: a sheet that nobody can open would be found out too late. */
    if (!keyring_unlock(cli, argv[1], &file, secret)) {
        status = cli->status;
    } else {
        enum err err =
            ends_with(argv[2], ".html") ? write_html(&sheet, argv[2]) : write_text(&sheet, argv[2]);
        status = err ? cli_err(cli, err, argv[2], "") : done(cli, argv[2], &file, sealed);
    }
    sodium_free(secret);
    return status;
}
