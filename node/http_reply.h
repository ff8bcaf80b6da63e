/* An answer as it leaves: with the headers that keep it inert in a browser, and 304 in its place where the
 * reader has it already. */
#ifndef NODE_HTTP_REPLY_H
#define NODE_HTTP_REPLY_H

#include <microhttpd.h>

#include "node/api.h"

/* How long an answer may be kept by others: not at all; to ask each time whether it still holds; for ever. */
enum http_keep { HTTP_KEEP_NOT, HTTP_KEEP_CHECK, HTTP_KEEP_EVER };

/* Made once, sent as often as wanted: it is not changed by being sent. */
struct http_reply {
    unsigned status;
    char etag[72]; /* quoted; "" if none */
    struct MHD_Response *whole, *same;
};

/* Take over reply's body, also on failure, which is one of memory.  last: the connection ends with it. */
bool http_reply_make(struct api_reply *reply, enum http_keep keep, bool last, struct http_reply *ret);
void http_reply_free(struct http_reply *reply); /* takes one that is zeroed */

enum MHD_Result http_reply_send(const struct http_reply *reply, struct MHD_Connection *connection);

#endif
