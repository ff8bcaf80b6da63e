#include "proto/error.h"

static const struct {
    const char *name, *text, *clause;
} errors[ERR_COUNT] = {
#define X(name, text, clause) {#name, text, " (" clause ")"},
    ERR_MAP(X)
#undef X
};

const char *err_text(enum err err) {
    return (unsigned)err < ERR_COUNT ? errors[err].text : "unknown error";
}

const char *err_name(enum err err) {
    return (unsigned)err < ERR_COUNT ? errors[err].name : "UNKNOWN";
}

const char *err_standard(enum err err) {
    const char *clause = (unsigned)err < ERR_COUNT ? errors[err].clause : " ()";
    return clause[2] == 'C' || clause[2] == 'R' ? clause : "";
}
