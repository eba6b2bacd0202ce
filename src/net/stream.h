/*
 * stream: an answer that goes on: bytes are pushed from any thread and sent as they come, until it is ended.
 *
 * A stream is counted by two: whoever pushes, and the connection that sends.  When the client is gone http_stream_push
 * says so, and the pusher lets go with http_stream_end.  At most STREAM_BYTES wait for a client that does not read; then
 * it counts as gone.
 */
#ifndef TOCSIN_NET_STREAM_H
#define TOCSIN_NET_STREAM_H

#include "net/server.h"

#define STREAM_BYTES ((size_t)1 << 20)

struct http_stream;
/* Answers C with status 200 and TYPE, and goes on: NULL when there is no memory (C is not answered then). After it C
 * may not be touched any more. */
struct http_stream *http_call_stream(struct http_call *c, const char *type);
/* False: the client is gone, or reads too slowly. */
bool http_stream_push(struct http_stream *s, struct bytes b);
void http_stream_end(struct http_stream *s);            /* after what was pushed; safe on NULL */

/* ---- for server.c ---- */
struct MHD_Connection;
struct MHD_Response;
/* Held twice; NULL: no memory. ENDED is called when the pusher lets go. */
struct http_stream *http_stream_new(struct MHD_Connection *connection, void (*ended)(void *arg), void *arg);
struct MHD_Response *http_stream_response(struct http_stream *s);               /* NULL: no memory */
void http_stream_gone(struct http_stream *s);           /* the connection lets go; it is valid until this returns */

#endif
