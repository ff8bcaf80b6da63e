#include "tests/lib/tmp.h"

#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at) {
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

void tmp_open(char ret[static TMP_LEN]) {
    const char *base = getenv("TMPDIR");
    int len = snprintf(ret, TMP_LEN, "%s/comity-test-XXXXXX", base && *base ? base : "/tmp");
    assert(len > 0 && len < TMP_LEN);
    char *made = mkdtemp(ret);
    assert(made);
    (void)len;
    (void)made;
}

void tmp_close(const char *dir) {
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void must(bool good, const char *what) {
    if (good)
        return;
    perror(what);
    abort();
}

static void file_copy(const char *from, const char *to) {
    char buffer[65536];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ssize_t n;
    must(in >= 0 && out >= 0, to);
    while ((n = read(in, buffer, sizeof buffer)) > 0)
        must(write(out, buffer, (size_t)n) == n, to);
    must(n == 0 && close(out) == 0 && close(in) == 0, from);
}

void tmp_copy(const char *from, const char *to) {
    DIR *dir = opendir(from);
    must(dir != NULL, from);
    for (struct dirent *e; (e = readdir(dir));) {
        char path[2 * TMP_LEN + 300], into[2 * TMP_LEN + 300];
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", from, e->d_name);
        snprintf(into, sizeof into, "%s/%s", to, e->d_name);
        must(lstat(path, &st) == 0, path);
        if (S_ISREG(st.st_mode))
            file_copy(path, into);
    }
    closedir(dir);
}
