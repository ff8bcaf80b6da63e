/* A log's files out of an api, as a mirror would fetch them over HTTP. */
#ifndef TESTS_LIB_APISOURCE_H
#define TESTS_LIB_APISOURCE_H

#include "node/api.h"
#include "node/logsource.h"

struct apisource {
    struct api *api;
    const char *origin;
};

struct logsource apisource_of(struct apisource *a);

#endif
