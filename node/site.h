/* What stands at an address of this server: the read API, the tiles, the pages and what belongs to them. */
#ifndef NODE_SITE_H
#define NODE_SITE_H

#include "node/api.h"
#include "node/http_reply.h"

#define SITE_TOKEN_MIN 16
#define SITE_TOKEN_MAX 128

struct site {
    struct api *api;
    char token[SITE_TOKEN_MAX + 1]; /* of the members' view; "": no such view */
    bool public_view;               /* the public view stands at / */
};

/* A token is 16 to 128 characters of [0-9a-zA-Z_-]. */
bool site_token_good(const char *token);

/* The view that a path is of, and what it is there; false: of none. */
bool site_view(const struct site *site, const char *path, enum api_view *ret_view, const char **ret_path);

/* Answer a path that begins with "/", as it was sent, and its raw query; accept is the reader's
 * Accept-Language, or NULL. */
void site_get(const struct site *site, const char *path, const char *query, const char *accept,
              struct api_reply *ret, enum http_keep *ret_keep);

#endif
