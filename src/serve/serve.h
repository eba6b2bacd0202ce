/*
 * serve: the desk's side of HTTP: the Unix socket, the desk listener, and handlers for every operation of the API's
 * table.
 *
 *   serve.c      listeners, tokens, headers: from a call to a worker
 *   auth.c       the token, compared in constant time; guessing is slowed down
 *   queue.c      a few threads that run handlers, so that no listener's thread ever waits
 *   waits.c      calls that wait for something ("wait=") are kept here, without a thread each
 *   ops_*.c      the handlers; page.c, style.c and metrics.c what they show
 *   request.c    the body of POST /api/v1/statements
 *   set_clock.c  the set clock of the exercise realm
 *
 * Nothing here can be reached through the exchange listener.
 */
#ifndef TOCSIN_SERVE_SERVE_H
#define TOCSIN_SERVE_SERVE_H

#include "desk/desk.h"
#include "desk/follow.h"
#include "exchange/exchange.h"
#include "publish/notify.h"
#include "publish/pager.h"

#define SERVE_TOKEN 64              /* hex digits */

struct serve_config {
	const struct desk *desk;        /* lent, like all below, until serve_stop */
	struct exchange *exchange;
	struct follow *follow;          /* NULL: nothing is followed (tests) */
	/* Why the work that is due waits, empty: it does not; NULL: there is none (tests). */
	void (*waits)(void *arg, char *out, size_t room);
	void *waits_arg;
	struct notify *notify;          /* NULL: no command is configured */
	struct pager *pager;            /* NULL: nobody is paged (tests) */
	const char *dir;                /* whose file system is watched for room */
	const char *socket;             /* path of the Unix socket */
	const char *listen;             /* HOST:PORT of the desk listener; empty: none */
	const char *cert, *key;         /* empty: plain HTTP */
	bool plain;
	const char *token;              /* SERVE_TOKEN hex digits */
	const char *alarm;              /* a sentence that status shows from the start on; empty: none */
};

struct serve;
enum tocsin_err serve_start(const struct serve_config *config, struct serve **out) MUST_USE;
unsigned serve_port(const struct serve *s);             /* of the desk listener; 0: none */
/* Reads the desk listener's certificate again (http_server_renew); nothing when there is no such listener. */
enum tocsin_err serve_renew(struct serve *s, const char *cert, const char *key) MUST_USE;
void serve_drain(struct serve *s);                      /* no more connections; calls that wait are answered now */
void serve_stop(struct serve *s);                       /* safe on NULL */

/* ---- set_clock.c ---- */
/* Sets the clock and keeps it over restarts. REFUSED in the live realm. */
enum tocsin_err serve_clock_set(const struct desk *d, int64_t now) MUST_USE;
/* Sets the clock as it was set before the restart; nothing when it never was. */
enum tocsin_err serve_clock_restore(const struct desk *d) MUST_USE;

#endif
