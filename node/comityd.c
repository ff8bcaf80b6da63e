/* comityd: runs a node in the foreground. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/daemon.h"
#include "node/misread.h"

static int usage(FILE *to, int status) {
    fputs("usage: comityd [--data DIR]\n"
          "Runs the node whose data directory is DIR (or COMITY_DATA), in the foreground, until SIGTERM.\n"
          "Make a data directory with: comity --data DIR init ...   See comityd(8).\n",
          to);
    return status;
}

int main(int argc, char **argv) {
    const char *dir = getenv("COMITY_DATA");
    struct config config;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0)
            return usage(stdout, 0);
        if (strcmp(argv[i], "--version") == 0)
            return puts("comityd " COMITY_VERSION) < 0;
        if (strcmp(argv[i], "--data") == 0 && i + 1 < argc)
            dir = argv[++i];
        else if (strncmp(argv[i], "--data=", 7) == 0)
            dir = argv[i] + 7;
        else {
            fprintf(stderr, "comityd: `%.100s' is not an option\n", argv[i]);
            return usage(stderr, 64);
        }
    }
    if (!dir)
        return usage(stderr, 64);
    misread_catch("comityd");
    return config_load(dir, &config) ? 1 : daemon_run(&config);
}
