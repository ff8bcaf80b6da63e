/* A text that an officer edits, in a file of the data directory that is kept until what it says is drafted.
 */
#ifndef NODE_CLI_EDITOR_H
#define NODE_CLI_EDITOR_H

#include "node/cli/cli.h"

struct editor {
    struct cli *cli;
    char path[PATH_LEN + 32];
};

/* Whether an editor can be opened: one is named by VISUAL or EDITOR, or there is a terminal. */
bool editor_there(void);

/* Write the text to a new file, open the editor on it, and read what is left there: malloc'd with a NUL
 * behind it.  NULL after saying why: return cli->status; the file stays. */
char *editor_open(struct editor *e, struct cli *cli, const char *text, size_t *ret_len);

/* Write a complaint above the text and open it again.  NULL as above; also if nothing was changed. */
char *editor_again(struct editor *e, const char *complaint, const char *text, size_t *ret_len);

/* Done with it: the file goes; or it stays, and a message says where. */
void editor_close(struct editor *e, bool done);

#endif
