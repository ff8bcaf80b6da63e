#include "node/misread.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char text[400];

/* Only what may be called here; the signal comes again when this returns, and is then not caught. */
static void on_signal(int number) {
    ssize_t unused = write(STDERR_FILENO, text, strlen(text));
    (void)unused, (void)number;
}

void misread_catch(const char *program) {
    const struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    const int signals[] = {SIGBUS, SIGSEGV};
    snprintf(text, sizeof text,
             "%s: memory could not be read: db/data.mdb in the data directory is most likely damaged or cut "
             "short, or its disk fails. Keep a copy, put the store back from a "
             "backup without touching ledger/, and let the node fetch the rest from its peers\n",
             program);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction old;
        if (!sigaction(signals[i], NULL, &old) && old.sa_handler == SIG_DFL)
            sigaction(signals[i], &action, NULL);
    }
}
