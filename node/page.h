/* The pages: HTML made on the server from what api_json answers, the same code for both views.
 *
 *   /                    the directory by State; with q= and others, what the search finds
 *   /state/FR            one State and its contacts
 *   /contact/FR/<id>     one contact
 *   /network             logs, freshness, nodes, peers
 *
 * Links are relative, so a page never contains the address under which it is served. */
#ifndef NODE_PAGE_H
#define NODE_PAGE_H

#include "node/api.h"

/* Answer with a page, whatever the path: what is not there is a page that says so. */
void page_get(struct api *api, enum api_view view, const char *path, const char *query,
              struct api_reply *ret);

/* A page for those who come without the address that lets them in. */
void page_closed(struct api_reply *ret);

#endif
