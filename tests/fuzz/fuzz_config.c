/* A configuration that is read is the same after it has been written and read again. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/config.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static char other[512], file[600];
    struct config config, again;
    fuzz_quiet();
    memset(&config, 0x5a, sizeof config);
    struct config before = config;
    fuzz_file("comity.conf", (struct bytes){data, size});
    if (config_load(fuzz_dir(), &config)) {
        MUST(memcmp(&config, &before, sizeof config) == 0);
        return 0;
    }
    MUST(!*config.code != !*config.observer && *config.network);
    MUST(config_endpoint(&config) != NULL);
    snprintf(other, sizeof other, "%s/again", fuzz_dir());
    snprintf(file, sizeof file, "%s/comity.conf", other);
    (void)mkdir(other, 0700);
    (void)unlink(file);
    before = config;
    memset(config.dir, 0, sizeof config.dir);
    memcpy(config.dir, other, strlen(other) + 1);
    MUST(config_save(&config) == ERR_OK);
    MUST(config_load(other, &again) == ERR_OK);
    memcpy(again.dir, before.dir, sizeof again.dir);
    MUST(memcmp(&again, &before, sizeof again) == 0);
    return 0;
}
