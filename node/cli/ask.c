#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "node/cli/cli.h"
#include "node/cli/terminal.h"
#include "node/file.h"

#define CANCEL 3 /* Ctrl-C */

bool cli_ask(const struct cli *cli, const char *question) {
    char answer[16] = "";

    if (cli->yes)
        return true;
    if (!isatty(STDIN_FILENO)) {
        cli_say(cli, 0, "%s Nobody can answer here: give --yes to say yes", question);
        return false;
    }
    terminal_put(stderr, question);
    fputs(" [y/N] ", stderr);
    return fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

/* Read a line byte by byte without echo, so that no buffer of the C library keeps it. */
static bool prompt(int tty, const char *text, char *ret) {
    struct termios old, quiet;
    size_t len = 0;
    ssize_t n = 0;
    char c = 0;

    if (tcgetattr(tty, &old))
        return false;
    quiet = old;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG); /* Ctrl-C must not leave the terminal mute: it cancels */
    (void)!write(tty, text, strlen(text));
    (void)!tcsetattr(tty, TCSAFLUSH, &quiet);
    while (len <= PASSPHRASE_MAX && (n = read(tty, &c, 1)) == 1 && c != '\n' && c != CANCEL)
        ret[len++] = c;
    (void)!tcsetattr(tty, TCSAFLUSH, &old);
    (void)!write(tty, "\n", 1);
    ret[len <= PASSPHRASE_MAX ? len : 0] = 0;
    bool good = n > 0 && c != CANCEL && len && len <= PASSPHRASE_MAX;
    c = 0;
    return good;
}

static bool ask_twice(struct cli *cli, const char *what, bool new, char *ret) {
    char text[300];
    char *again = sodium_malloc(PASSPHRASE_MAX + 1);
    int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    bool good = false;

    snprintf(text, sizeof(text), "%s of %s: ", new ? "New passphrase" : "Passphrase", what);
    if (tty < 0 || !again)
        cli->status = cli_say(cli, CLI_USAGE,
                              "the passphrase of %s is needed and there is no terminal to ask on: give "
                              "--passphrase-file FILE",
                              what);
    else if (!prompt(tty, text, ret))
        cli->status = cli_say(cli, CLI_REFUSED, "no passphrase was given");
    else if (new && (!prompt(tty, "The same again: ", again) || strcmp(ret, again)))
        cli->status = cli_say(cli, CLI_REFUSED, "the two are not the same: nothing was done");
    else
        good = true;
    if (tty >= 0)
        close(tty);
    sodium_free(again);
    return good;
}

static bool from_file(struct cli *cli, char *ret) {
    char complaint[700];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err err = file_read_secret(cli->passphrase_file, PASSPHRASE_MAX + 1, &data, &len);

    if (err == ERR_DENIED || err == ERR_TYPE) {
        file_secret_complaint(cli->passphrase_file, complaint, sizeof(complaint));
        cli->status = cli_say(cli, CLI_REFUSED, "%s", complaint);
        return false;
    }
    if (err) {
        cli->status = cli_err(cli, err, cli->passphrase_file, "");
        return false;
    }
    size_t end = strcspn((char *)data, "\r\n");
    memcpy(ret, data, end);
    ret[end] = 0;
    sodium_memzero(data, len);
    free(data);
    return true;
}

bool cli_passphrase(struct cli *cli, const char *what, bool new, char *ret) {
    if (!(cli->passphrase_file ? from_file(cli, ret) : ask_twice(cli, what, new, ret)))
        return false;
    if (new &&strlen(ret) < PASSPHRASE_MIN) {
        cli->status = cli_say(
            cli, CLI_REFUSED,
            "the passphrase of %s has %zu characters: at least %d are wanted, six random words are good",
            what, strlen(ret), PASSPHRASE_MIN);
        return false;
    }
    return true;
}
