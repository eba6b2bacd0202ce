/*
 * http: the listener (front, gate, libmicrohttpd) and the client (libcurl multi), for everything that speaks HTTP.
 *
 * Listener.  The front accepts, speaks TLS (OpenSSL) where it is configured, and passes every byte through the *gate*, a state machine that reads the raw head of each request
 * before libmicrohttpd (strict mode) sees it, over a socket pair.  The gate demands CRLF line ends, no NUL or other control, no empty name, no space before a colon, no folding,
 * exactly one Host, at most one all-digit Content-Length, no Transfer-Encoding but "chunked" alone and never both, at most LIMIT_HTTP_HEAD bytes of head; what it
 * refuses gets 400 and the connection closes.  No identity is ever taken from a header.  It knows no keys of ours and no database.
 *
 * A handler is called once, when the whole body is there, on the listener's thread.  It answers at once or keeps the call and answers later from any thread.
 */
#ifndef TOCSIN_NET_HTTP_H
#define TOCSIN_NET_HTTP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"

/* ---- listener ---- */
struct http_server;
struct http_call;

struct http_server_config {
	const char *listen;             /* "HOST:PORT", "[V6]:PORT", or "unix:PATH" (made with mode 0600, an old socket file is replaced) */
	const char *cert, *key;         /* PEM files: TLS 1.2 or later; NULL: plain HTTP */
	bool plain_anywhere;            /* plain HTTP beyond loopback; otherwise REFUSED at start */
	size_t max_body;
	unsigned max_connections;       /* at most; one more is closed at once */
	unsigned max_per_address;       /* connections of one IP address; loopback and unix are not counted */
	unsigned rate_per_address;      /* requests a second of one IP address, burst of twice as many; 429 past it; 0: none */
	unsigned idle_seconds;          /* a connection that sends or takes nothing for so long is closed; also the time for a whole head */
};
typedef void http_handler(void *arg, struct http_call *call);

enum tocsin_err http_server_start(const struct http_server_config *config, http_handler *handler, void *arg, struct http_server **out) MUST_USE;
unsigned http_server_port(const struct http_server *s);              /* the port that was bound (for port 0) */
void http_server_drain(struct http_server *s);                       /* accepts no more connections */
void http_server_stop(struct http_server *s);                        /* waits for calls that are kept; safe on NULL */
/* Counters since start: connections, requests, refused by the gate, refused by rate. */
struct http_counts { uint64_t connections, requests, gate_refused, rate_refused; };
void http_server_counts(const struct http_server *s, struct http_counts *c);

const char *http_call_method(const struct http_call *c);
const char *http_call_path(const struct http_call *c);               /* percent-decoded strictly, without query; begins with '/' */
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

/* ---- gate (pure; fuzzed) ---- */
struct gate;                                                         /* one for a connection */
struct gate *gate_new(size_t max_body);
void gate_free(struct gate *g);
/* Looks at the next bytes of a connection. OK: pass them on. BAD: close; the sentence says why. *REQUESTS counts heads that ended in B. */
enum tocsin_err gate_look(struct gate *g, struct bytes b, unsigned *requests) MUST_USE;
bool gate_in_head(const struct gate *g);                             /* in the middle of a head: the idle limit is strict */

/* ---- client: one thread, libcurl multi, keep-alive ---- */
struct http_client;
struct http_client_config {
	const char *ca_file;            /* extra trust anchors, PEM; NULL: the system's */
	bool plain_anywhere;            /* http:// beyond loopback; otherwise such a request fails with REFUSED */
	unsigned max_per_host;          /* connections */
};
struct http_result {
	enum tocsin_err err;            /* OK: an answer came, whatever its status; OFFLINE: none; BAD: larger than max */
	const char *sentence;           /* when err is not OK */
	unsigned status;
	struct bytes body;
};
typedef void http_done(void *arg, const struct http_result *r);      /* on the client's thread */
typedef void http_task(void *arg);

enum tocsin_err http_client_start(const struct http_client_config *config, struct http_client **out) MUST_USE;
void http_client_stop(struct http_client *c);                        /* ends what is under way with OFFLINE; safe on NULL */
struct http_request {
	const char *method;             /* "GET", "POST" */
	const char *url;                /* http, https, or "unix:PATH:/path" for the node's own socket */
	const char *type;               /* Content-Type of the body */
	const char *authorization;      /* NULL or the header's value */
	struct buf *body;               /* taken; NULL: none */
	size_t max_answer;
	unsigned timeout_ms;            /* for everything together; connecting gets at most 10 s of it */
};
/* From any thread. No redirects, no cookies, no proxy from the environment. DONE is called exactly once. */
void http_client_send(struct http_client *c, const struct http_request *r, http_done *done, void *arg);
/* Runs TASK on the client's thread, soon, or after DELAY_MS. Tasks still waiting at http_client_stop are not run. */
void http_client_post(struct http_client *c, unsigned delay_ms, http_task *task, void *arg);
/* Sends and waits, with a client of its own: for commands. BODY_OUT gets the answer. */
enum tocsin_err http_ask(const struct http_client_config *config, const struct http_request *r, unsigned *status, struct buf *body_out) MUST_USE;

#endif
