/*
 * server: the HTTP listener, made of front (sockets, TLS, gate, limits of an address) and libmicrohttpd (strict mode),
 * joined by socket pairs.
 *
 * A handler is called once, when the whole body is there, on the listener's thread.  It answers at once or keeps the
 * call and answers later from any thread. No identity is ever taken from a header.  Paths and queries are decoded
 * strictly: a request whose percent-encoding is malformed, or hides a control character, a slash or a dot segment, is
 * answered with 400 before the handler.
 */
#ifndef TOCSIN_NET_SERVER_H
#define TOCSIN_NET_SERVER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"

struct http_server;
struct http_call;

struct http_server_config {
	/* "HOST:PORT", "[V6]:PORT", or "unix:PATH" (made with mode 0600, an old socket file is replaced). */
	const char *listen;
	const char *cert, *key;         /* PEM files: TLS 1.2 or later; NULL: plain HTTP */
	bool plain_anywhere;            /* plain HTTP beyond loopback; otherwise REFUSED at start */
	size_t max_body;
	unsigned max_connections;       /* at most; one more is closed at once */
	unsigned max_per_address;       /* connections of one IP address; loopback and unix are not counted */
	/* Requests a second of one IP address, burst of twice as many; 429 past it; 0: none. */
	unsigned rate_per_address;
	/* A connection that sends or takes nothing for so long is closed; also the time for a whole head. */
	unsigned idle_seconds;
};
typedef void http_handler(void *arg, struct http_call *call);

enum tocsin_err http_server_start(const struct http_server_config *config, http_handler *handler, void *arg,
				  struct http_server **out) MUST_USE;
unsigned http_server_port(const struct http_server *s);              /* the port that was bound (for port 0) */
/* Reads certificate and key again, for connections that come from now on; when they cannot be used (BROKEN, REFUSED) the old ones stay. REFUSED for a plain listener. */
enum tocsin_err http_server_renew(struct http_server *s, const char *cert, const char *key) MUST_USE;
void http_server_drain(struct http_server *s);                       /* accepts no more connections */
void http_server_stop(struct http_server *s);                        /* waits for calls that are kept; safe on NULL */
/* Counters since start: connections, requests, refused by the gate, refused by rate. */
struct http_counts { uint64_t connections, requests, gate_refused, rate_refused; };
void http_server_counts(const struct http_server *s, struct http_counts *c);

const char *http_call_method(const struct http_call *c);
const char *http_call_path(const struct http_call *c); /* decoded strictly, without query; begins with '/' */
const char *http_call_query(const struct http_call *c, const char *name);   /* NULL when absent; decoded */
const char *http_call_header(const struct http_call *c, const char *name);  /* NULL when absent */
struct bytes http_call_body(const struct http_call *c);
const char *http_call_peer(const struct http_call *c);               /* "127.0.0.1", "unix": for rates and logs only */
struct arena *http_call_arena(struct http_call *c);                  /* dies with the call */
/* Adds a response header field; before http_call_answer. */
void http_call_add_header(struct http_call *c, const char *name, const char *value);
/* Answers, from any thread, once. TYPE may be NULL for an empty body. BODY is copied, or, by the second form, taken. */
void http_call_answer(struct http_call *c, unsigned status, const char *type, struct bytes body);
void http_call_answer_buf(struct http_call *c, unsigned status, const char *type, struct buf *body);

#endif
