#include "tests/lib/tmp.h"

#include <assert.h>
#include <ftw.h>
#include <stdio.h>
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
