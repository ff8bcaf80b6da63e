#include "node/cli/received.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/armour.h"
#include "node/cli/terminal.h"
#include "node/file.h"

static const char *remedy(enum err err) {
    switch (err) {
    case ERR_SHORT:
    case ERR_BASE64:
    case ERR_CORRUPT:
        return "It was cut or altered on its way: ask for it again, as an attachment";
    case ERR_NETWORK:
        return "It is of another network: nothing crosses from one to another";
    default:
        return "Do not trust it; ask the sender over another channel";
    }
}

static enum err verify(struct cli *cli, struct bytes text, struct received *b) {
    enum err err = armour_get(text, b->buffer, &b->bytes);

    if (!err)
        err = invitation_read(b->bytes, &b->invitation);
    if (!err)
        err = invitation_verify(&b->invitation, cli->config.network, &b->said);
    return err;
}

/* What can be wrong with the file itself. */
static int unreadable(struct cli *cli, enum err err, const char *path) {
    if (err == ERR_TYPE)
        return cli_say(cli, CLI_REFUSED,
                       "%s is no plain file: name the file of the invitation, or - for standard input", path);
    if (err == ERR_SIZE)
        return cli_say(cli, CLI_REFUSED, "%s is longer than %d KiB, so it is no invitation", path,
                       INVITATION_FILE_MAX / 1024);
    return cli_err(cli, err, path, "");
}

static int refused(struct cli *cli, enum err err, const char *path) {
    if (err == ERR_CORRUPT)
        return cli_say(cli, CLI_REFUSED, "%s: its sum does not fit its text. %s", path, remedy(err));
    if (err == ERR_NOT_FOUND)
        return cli_say(cli, CLI_REFUSED,
                       "%s holds no invitation: `comity invite` on the other node writes one", path);
    return cli_err(cli, err, path, remedy(err));
}

struct received *received_read(struct cli *cli, const char *path) {
    struct received *b = calloc(1, sizeof(*b));
    uint8_t *text = NULL;
    size_t len = 0;
    enum err err = !b                  ? ERR_MEMORY
                   : strcmp(path, "-") ? file_read(path, INVITATION_FILE_MAX, &text, &len)
                                       : file_read_fd(STDIN_FILENO, INVITATION_FILE_MAX, &text, &len);

    if (err) {
        cli->status = unreadable(cli, err, path);
    } else {
        err = verify(cli, (struct bytes){text, len}, b);
        if (err)
            cli->status = refused(cli, err, path);
    }
    free(text);
    if (!err)
        return b;
    free(b);
    return NULL;
}

static void show_line(const char *label, struct bytes text) {
    char copy[INVITATION_ADDRESS_MAX + 1];

    snprintf(copy, sizeof(copy), "%.*s", (int)text.len, (const char *)text.ptr);
    fprintf(stderr, "  %-12s ", label);
    terminal_put(stderr, copy);
    fputc('\n', stderr);
}

/* Hex, and the same in rows of words. */
static void show_fingerprint(const char *label, const struct digest *digest) {
    char hex[FINGERPRINT_TEXT], words[FINGERPRINT_WORDS];

    fingerprint_text(digest, hex);
    show_line(label, bytes_str(hex));
    fingerprint_words(digest, '\n', words);
    label = "in words";
    for (char *row = words, *end; row; row = end, label = "") {
        end = strchr(row, '\n');
        if (end)
            *end++ = 0;
        show_line(label, bytes_str(row));
    }
}

static bool is_later(const struct received *b) {
    return *b->invitation.origin && b->said.authority.epoch > 0;
}

void received_show(const struct received *invited) {
    const struct invitation *v = &invited->invitation;
    char node[2 * KEY_LEN + 1];

    hex_put(node, v->node.b, KEY_LEN);
    show_line("network", bytes_str(v->network));
    if (*v->origin) {
        show_line("log", bytes_str(v->origin));
    } else {
        show_line("observer", v->name);
    }
    show_line("node", bytes_str(node));
    for (unsigned i = 0; i < v->address_count; i++)
        show_line("address", v->address[i]);
    show_fingerprint("fingerprint", &invited->said.fingerprint);
    if (is_later(invited)) {
        char label[40];
        snprintf(label, sizeof(label), "epoch %llu", (unsigned long long)invited->said.authority.epoch);
        show_fingerprint(label, &invited->said.authority.hash);
    }
}

/* What was typed is of the newest note, which names all before it, or of the first. */
static enum err compare(struct received *b, const char *typed, char *ret_complaint) {
    if (is_later(b) && !fingerprint_compare(&b->said.authority.hash, typed, ret_complaint)) {
        b->whole = true;
        return ERR_OK;
    }
    b->whole = !is_later(b);
    return fingerprint_compare(&b->said.fingerprint, typed, ret_complaint);
}

bool received_agree(struct cli *cli, struct received *invited, const char *typed, const char *who) {
    char complaint[FINGERPRINT_COMPLAINT], question[160];
    enum err err = typed ? compare(invited, typed, complaint) : ERR_OK;

    cli->status = CLI_REFUSED;
    if (err)
        cli_say(cli, 0, "%s%s", complaint,
                err == ERR_DENIED ? ": the invitation is of another, or forged" : "");
    if (typed)
        return !err;
    snprintf(question, sizeof(question),
             "Has a person of that %s read you the same fingerprint%s over another "
             "channel?",
             who, is_later(invited) ? "s, of the State and of its newest epoch," : "");
    invited->whole = cli_ask(cli, question);
    return invited->whole;
}
