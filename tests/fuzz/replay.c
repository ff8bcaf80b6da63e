/* Give a fuzz target every file of a directory, in every build.
 * usage: replay_NAME DIRECTORY|FILE... */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

#define INPUT_MAX (1u << 20)

/* In memory of exactly its size, so that a sanitizer sees a byte read beyond it. */
static unsigned one(const char *path) {
    static uint8_t buffer[INPUT_MAX];
    FILE *file = fopen(path, "re");
    MUST(file != NULL);
    size_t size = fread(buffer, 1, sizeof buffer, file);
    fclose(file);
    uint8_t *data = malloc(size ? size : 1);
    MUST(data != NULL);
    memcpy(data, buffer, size);
    printf("%s: %zu bytes\n", path, size);
    fflush(stdout);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 1;
}

static unsigned all(const char *path) {
    struct dirent **found;
    struct stat st;
    unsigned count = 0;
    MUST(stat(path, &st) == 0);
    if (!S_ISDIR(st.st_mode))
        return one(path);
    int entries = scandir(path, &found, NULL, alphasort);
    for (int i = 0; i < entries; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, found[i]->d_name);
        count += found[i]->d_name[0] == '.' ? 0 : one(name);
        free(found[i]);
    }
    free(found);
    return count;
}

int main(int argc, char **argv) {
    unsigned count = 0;
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++)
        count += all(argv[i]);
    printf("%u inputs\n", count);
    return count ? 0 : 1; /* a test without inputs tests nothing */
}
