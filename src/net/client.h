/*
 * client: one thread that speaks HTTP to others (libcurl multi), keeps connections alive, and runs small tasks, soon or
 * later.
 *
 * Redirects, cookies and proxies do not exist here; http:// goes to loopback only unless plain_anywhere; an answer over
 * its limit ends while it is received.
 */
#ifndef TOCSIN_NET_CLIENT_H
#define TOCSIN_NET_CLIENT_H

#include "base/buf.h"

struct http_client;
struct http_client_config {
	const char *ca_file;            /* extra trust anchors, PEM; NULL: the system's */
	bool plain_anywhere;            /* http:// beyond loopback; otherwise such a request fails with REFUSED */
	unsigned max_per_host;          /* connections */
};
struct http_result {
	enum tocsin_err err; /* OK: an answer came, whatever its status; OFFLINE: none; BAD: larger than max */
	const char *sentence;           /* when err is not OK */
	unsigned status;
	struct bytes body;
};
typedef void http_done(void *arg, const struct http_result *r);      /* on the client's thread */
typedef void http_task(void *arg);

enum tocsin_err http_client_start(const struct http_client_config *config, struct http_client **out) MUST_USE;
void http_client_stop(struct http_client *c); /* ends what is under way with OFFLINE; safe on NULL */
struct http_request {
	const char *method;             /* "GET", "POST" */
	const char *url;                /* http, https, or "unix:PATH:/path" for the node's own socket */
	const char *type;               /* Content-Type of the body */
	const char *authorization;      /* NULL or the header's value */
	const char *signature;          /* NULL or the value of Tocsin-Signature */
	struct buf *body;               /* taken; NULL: none */
	size_t max_answer;
	unsigned timeout_ms;            /* for everything together; connecting gets at most 10 s of it */
};
/* From any thread, not after http_client_stop began (a DONE that is called by it must not send again). No redirects, no
 * cookies, no proxy from the environment. DONE is called exactly once. */
void http_client_send(struct http_client *c, const struct http_request *r, http_done *done, void *arg);
/* Runs TASK on the client's thread, soon, or after DELAY_MS. Tasks still waiting at http_client_stop are not run. */
void http_client_post(struct http_client *c, unsigned delay_ms, http_task *task, void *arg);
/* Sends and waits, with a client of its own: for commands. BODY_OUT gets the answer. */
enum tocsin_err http_ask(const struct http_client_config *config, const struct http_request *r, unsigned *status,
			 struct buf *body_out) MUST_USE;

#endif
