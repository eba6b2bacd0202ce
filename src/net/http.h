/*
 * http: the listener (front, gate, libmicrohttpd) and the client (libcurl multi), for everything that speaks HTTP.
 *
 * Listener.  The front accepts, speaks TLS (OpenSSL) where it is configured, and passes every byte through the *gate*,
 * a state machine that reads the raw head of each request before libmicrohttpd (strict mode) sees it, over a socket
 * pair.  The gate demands CRLF line ends, no NUL or other control, no empty name, no space before a colon, no folding,
 * exactly one Host, at most one all-digit Content-Length, no Transfer-Encoding but "chunked" alone and never both, at
 * most LIMIT_HTTP_HEAD bytes of head; what it refuses gets 400 (413 for a body,
 * 431 for a head that is too large) and the connection closes.  No identity is ever taken
 * from a header.  It knows no keys of ours and no database.
 *
 * A handler is called once, when the whole body is there, on the listener's thread.  It answers at once or keeps the
 * call and answers later from any thread.
 */
#ifndef TOCSIN_NET_HTTP_H
#define TOCSIN_NET_HTTP_H

#include "net/client.h"
#include "net/gate.h"
#include "net/server.h"
#include "net/stream.h"

#endif
