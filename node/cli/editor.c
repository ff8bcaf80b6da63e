#include "node/cli/editor.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/file.h"
#include "node/form.h"

#define WORDS_MAX 16
#define MARK "#! "

extern char **environ;

static const char *editor_name(void) {
    const char *name = getenv("VISUAL");

    if (name == NULL || *name == '\0')
        name = getenv("EDITOR");
    return name != NULL && *name != '\0' ? name : NULL;
}

bool editor_there(void) {
    return editor_name() != NULL || (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO));
}

/* The editor's words, the file behind them: no shell comes between. */
static void words_of(char *name, char *path, char *words[static WORDS_MAX + 2]) {
    size_t count = 0;
    char *word;

    while ((word = strsep(&name, " \t")) != NULL && count < WORDS_MAX)
        if (*word != '\0')
            words[count++] = word;
    words[count++] = path;
    words[count] = NULL;
}

static bool run(struct editor *e) {
    static const char *const otherwise[] = {"editor", "sensible-editor", "vi", NULL};
    char name[512], *words[WORDS_MAX + 2];
    const char *wanted = editor_name();
    pid_t child = -1;
    int status = 0, code = ENOENT;

    for (size_t i = 0; code == ENOENT && (wanted != NULL ? i == 0 : otherwise[i] != NULL); i++) {
        snprintf(name, sizeof name, "%s", wanted != NULL ? wanted : otherwise[i]);
        words_of(name, e->path, words);
        code = posix_spawnp(&child, words[0], NULL, NULL, words, environ);
    }
    if (code != 0) {
        e->cli->status = cli_say(e->cli, CLI_REFUSED, "the editor%s%s does not start: %s; set EDITOR",
                                 wanted != NULL ? " " : "", wanted != NULL ? wanted : "", strerror(code));
        return false;
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    e->cli->status = cli_say(e->cli, CLI_REFUSED, "the editor ended with a failure: nothing is drafted");
    return false;
}

/* Edit what the file holds; same: whether nothing was changed. */
static char *edit(struct editor *e, const char *before, bool *ret_same, size_t *ret_len) {
    uint8_t *data = NULL;
    bool ran = run(e);
    enum err err = file_read(e->path, FORM_MAX, &data, ret_len);

    *ret_same = err == ERR_OK && *ret_len == strlen(before) && memcmp(data, before, *ret_len) == 0;
    if (ran && err == ERR_OK)
        return (char *)data;
    if (ran)
        e->cli->status = cli_err(e->cli, err, e->path, "");
    editor_close(e, *ret_same);
    free(data);
    return NULL;
}

char *editor_open(struct editor *e, struct cli *cli, const char *text, size_t *ret_len) {
    bool same;

    e->cli = cli;
    snprintf(e->path, sizeof e->path, "%s/edit-XXXXXX", cli->config.dir);
    int fd = mkstemp(e->path);
    if (fd >= 0)
        close(fd);
    enum err err = fd >= 0 ? file_replace(e->path, bytes_str(text)) : ERR_IO;
    if (err != ERR_OK) {
        cli->status = cli_err(cli, err, "a file to edit in the data directory", "");
        return NULL;
    }
    return edit(e, text, &same, ret_len);
}

/* The text without the complaints of the time before. */
static char *without_marks(const char *text) {
    char *copy = strdup(text), *to = copy;

    for (const char *line = text; copy != NULL && *line != '\0';) {
        size_t len = strcspn(line, "\n");
        len += line[len] == '\n';
        if (strncmp(line, MARK, strlen(MARK)) != 0) {
            memcpy(to, line, len);
            to += len;
        }
        line += len;
    }
    if (copy != NULL)
        *to = '\0';
    return copy;
}

char *editor_again(struct editor *e, const char *complaint, const char *text, size_t *ret_len) {
    char *plain = without_marks(text), *marked = NULL, *edited = NULL;
    bool same = false;

    if (plain != NULL && asprintf(&marked, MARK "%s\n%s", complaint, plain) >= 0) {
        enum err err = file_replace(e->path, bytes_str(marked));
        if (err == ERR_OK)
            edited = edit(e, marked, &same, ret_len);
        else
            e->cli->status = cli_err(e->cli, err, e->path, "");
    }
    if (edited != NULL && same) {
        e->cli->status = cli_say(e->cli, CLI_REFUSED, "%s", complaint);
        editor_close(e, false);
        free(edited);
        edited = NULL;
    }
    free(plain);
    free(marked);
    return edited;
}

void editor_close(struct editor *e, bool done) {
    if (done)
        unlink(e->path);
    else
        cli_say(e->cli, 0, "what was written is kept in %s: --file takes it up again", e->path);
}
