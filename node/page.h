/* The pages: HTML made on the server from what api_json answers, the same code for both views.
 *
 *   /                    the directory by State; with q= and others, what the search finds
 *   /states              all States, and which of them take part
 *   /state/FR            one State and its contacts
 *   /contact/FR/<id>     one contact; /contact/FR/<id>/vcard the same as a vCard
 *   /changes             what has changed, since= a time; state= and from= an entry for one State
 *   /network             logs, freshness, disputes, nodes, peers
 *   /verify              checks a receipt, in the browser
 *   /about               what this is
 *
 * Each may stand behind a language, /ar/state/FR; without one the browser's wish decides.  Links are
 * relative, so a page keeps its language and never contains the address under which it is served. */
#ifndef NODE_PAGE_H
#define NODE_PAGE_H

#include "node/api.h"

/* Answer with a page, whatever the path: what is not there is a page that says so.  accept is the browser's
 * Accept-Language, or NULL: an answer depends on it. */
void page_get(struct api *api, enum api_view view, const char *path, const char *query, const char *accept,
              struct api_reply *ret);

/* A page for those who come without the address that lets them in. */
void page_closed(const char *accept, struct api_reply *ret);

#endif
