/*
 * front: the thread of a listener: accepts, holds the limits of number, address and time, and lets every connection
 * (conn.h) move.
 *
 * It sleeps until a socket is ready or a connection's time is over; without connections it never wakes up.
 */
#ifndef TOCSIN_NET_FRONT_H
#define TOCSIN_NET_FRONT_H

#include <openssl/ssl.h>

#include "net/conn.h"
#include "net/listen.h"

struct front;

struct front_config {
	SSL_CTX *tls;                    /* takes; NULL: plain */
	size_t max_body;
	unsigned max_connections, max_per_address, rate_per_address, idle_seconds;
	conn_join *join;                 /* called on the front's thread */
	void *join_arg;
};
struct front_counts { uint64_t connections, requests, gate_refused, rate_refused; };

/* Takes SOCKET and CONFIG->tls, also when it fails. */
enum tocsin_err front_start(const struct front_config *config, struct listen_socket *socket,
			    struct front **out) MUST_USE;
/* Takes TLS: connections that are accepted from now on use it. From any thread; only for a front that began with TLS. */
void front_renew(struct front *f, SSL_CTX *tls);
void front_drain(struct front *f);       /* accepts no more; from any thread */
void front_end(struct front *f);         /* and takes no more requests; connections close when they are answered */
/* Waits at most two seconds for the answers under way, then closes all and ends the thread; safe on NULL. */
void front_stop(struct front *f);
/* After front_stop, and after the library has let go of all connections; safe on NULL. */
void front_free(struct front *f);
void front_counts(const struct front *f, struct front_counts *out);

#endif
