#include "tests/lib/shared.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool shared_path(const char *name, char ret[static SHARED_LEN]) {
    const char *dir = getenv("COMITY_SHARED"), *source = getenv("COMITY_SOURCE");
    if (dir != NULL)
        snprintf(ret, SHARED_LEN, "%s/%s", dir, name);
    else
        snprintf(ret, SHARED_LEN, "%s/../shared/%s", source != NULL ? source : ".", name);
    if (access(ret, R_OK) == 0)
        return true;
    printf("[  SKIPPED ] %s is not there\n", ret);
    return false;
}
