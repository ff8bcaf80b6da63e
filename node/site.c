#include "node/site.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/asset.h"
#include "node/page.h"

bool site_token_good(const char *token) {
    size_t len = strlen(token);

    return len >= SITE_TOKEN_MIN && len <= SITE_TOKEN_MAX &&
           strspn(token, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == len;
}

/* "/m/TOKEN/..." of the right token: what follows it; else NULL.  Compared in constant time. */
static const char *members_path(const struct site *site, const char *path) {
    char given[SITE_TOKEN_MAX + 1] = {0};

    if (site->token[0] == '\0' || strncmp(path, "/m/", 3) != 0)
        return NULL;
    size_t len = strcspn(path + 3, "/");
    if (len > SITE_TOKEN_MAX)
        return NULL;
    memcpy(given, path + 3, len);
    if (sodium_memcmp(given, site->token, sizeof given) != 0)
        return NULL;
    return path + 3 + len;
}

static bool asset_get(const char *path, struct api_reply *ret) {
    for (const struct asset *a = assets; a->path != NULL; a++)
        if (strcmp(a->path, path) == 0) {
            *ret = (struct api_reply){.status = 200, .type = a->type, .len = a->len, .body = malloc(a->len)};
            if (ret->body != NULL)
                memcpy(ret->body, a->data, a->len);
            snprintf(ret->etag, sizeof ret->etag, "%s", a->etag);
            return true;
        }
    return false;
}

static bool begins(const char *path, const char *with) {
    return strncmp(path, with, strlen(with)) == 0;
}

/* A tile of one width never changes. */
static enum http_keep keep_of(enum api_view view, const char *path) {
    if (view == API_MEMBERS)
        return HTTP_KEEP_NOT;
    return begins(path, "/log/") && strstr(path, "/tile/") != NULL ? HTTP_KEEP_EVER : HTTP_KEEP_CHECK;
}

static void view_get(const struct site *site, enum api_view view, const char *path, const char *query,
                     const char *accept, struct api_reply *ret, enum http_keep *ret_keep) {
    *ret_keep = HTTP_KEEP_CHECK;
    if (asset_get(path, ret))
        return;
    if (begins(path, "/api/") || begins(path, "/log/") || strcmp(path, "/metrics") == 0)
        api_get(site->api, view, path, query, ret);
    else
        page_get(site->api, view, path, query, accept, ret);
    *ret_keep = ret->status == 200 ? keep_of(view, path) : HTTP_KEEP_NOT;
}

/* Whether the store can be read: whoever restarts a node that is ill looks here. */
static void health(const struct site *site, struct api_reply *ret) {
    bool well = api_mark(site->api).version != 0;
    const char *text = well ? "ok\n" : "the store cannot be read\n";

    *ret = (struct api_reply){.status = well ? 200 : 503, .type = "text/plain; charset=utf-8"};
    ret->body = strdup(text);
    ret->len = ret->body == NULL ? 0 : strlen(text);
}

bool site_view(const struct site *site, const char *path, enum api_view *ret_view, const char **ret_path) {
    const char *members = members_path(site, path);

    *ret_view = members != NULL ? API_MEMBERS : API_PUBLIC;
    *ret_path = members == NULL ? path : *members == '\0' ? "/." : members;
    return members != NULL || site->public_view;
}

void site_get(const struct site *site, const char *path, const char *query, const char *accept,
              struct api_reply *ret, enum http_keep *ret_keep) {
    enum api_view view;
    const char *rest;

    *ret_keep = HTTP_KEEP_NOT;
    if (strcmp(path, "/healthz") == 0) {
        health(site, ret);
    } else if (site_view(site, path, &view, &rest)) {
        view_get(site, view, rest, query, accept, ret, ret_keep);
    } else if (!asset_get(path, ret)) {
        page_closed(accept, ret);
    }
}
