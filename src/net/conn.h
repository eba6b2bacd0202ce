/*
 * conn: one connection of a listener: bytes of a client's socket (TLS or plain) through the gate into a socket pair
 * whose other end the HTTP library has, and back.
 *
 * Only the front's thread touches it.  A head goes on when it is whole and good, so the library never sees a byte of a
 * bad one.  At most CONN_BUFFER bytes wait in each direction (besides what the kernel holds of a socket); a side that
 * is full is not read.  The library's end is made when the first whole head is there.  What the gate or a limit refuses
 * is answered here, behind the library's answers to what came before.  When the client says that it sends no more, it
 * still gets every answer; the library is not told, because it would take the end of the input for the end of the
 * client, but counts the requests that it is through with (conn_link).
 *
 * Readiness is edge-triggered: an end stays ready until a call says that it would block.
 */
#ifndef TOCSIN_NET_CONN_H
#define TOCSIN_NET_CONN_H

#include <openssl/ssl.h>
#include <stdatomic.h>

#include "net/gate.h"
#include "net/peers.h"

#define CONN_BUFFER ((size_t)65536)
#define CONN_SPARES 16

struct conn_env;

/* What front and library share of a connection; freed when both have let go of it. */
struct conn_link {
	struct conn_env *env;            /* outlives the library */
	_Atomic unsigned holders;
	_Atomic unsigned through;        /* requests it is through with: their answers are in the socket pair */
	_Atomic bool watched;            /* the front wants to be woken when that changes */
	char peer[PEERS_NAME];           /* "127.0.0.1", "unix" */
};
void conn_link_through(struct conn_link *l);      /* one more request; from any thread */
void conn_link_free(struct conn_link *l);         /* lets go; from any thread */

/* Takes FD, the library's end, and holds LINK until it is closed. False: the library cannot take it (FD is closed then,
 * too, and LINK let go). */
typedef bool conn_join(void *arg, int fd, struct conn_link *link);

/* What all connections of a front share. */
struct conn_env {
	int epoll;
	int wake;                        /* eventfd of the front */
	int64_t now;                     /* monotonic, of this turn of the loop */
	struct peers *peers;
	conn_join *join;
	void *join_arg;
	uint8_t *spares[CONN_SPARES];    /* buffers of CONN_BUFFER bytes that nobody uses */
	size_t n_spares;
	_Atomic uint64_t connections, requests, gate_refused, rate_refused;
};

struct conn_end {
	struct conn *conn;
	int fd;                          /* -1: none */
	bool can_read, can_write;
	bool hung_up;                    /* the other side sends no more: a short read does not mean that all is read */
	bool armed;                      /* epoll also watches for room to write */
};

struct conn_stream {
	uint8_t *p;                      /* NULL while empty */
	/* To be written from START; may go on up to PASS; the gate has seen up to SEEN; read up to END. */
	size_t start, pass, seen, end;
};

enum conn_class { CONN_IDLE, CONN_HEAD, CONN_WAITING, CONN_LINGER, CONN_CLASSES };

struct conn {
	struct conn_end client, inner;
	struct conn_stream up, down;
	SSL *ssl;                        /* NULL: plain */
	struct gate *gate;
	struct peer *peer;               /* NULL: unix */
	struct conn_link *link;
	unsigned asked;                  /* whole requests that went to the library */
	bool shaken;                     /* the TLS handshake is over (plain: always) */
	bool client_ended;               /* no more will be read from the client */
	bool inner_ended;                /* the library has closed, or was never needed */
	bool inner_deaf;                 /* the library takes no more, what it said may still be there */
	bool settled;                    /* the client has ended and the library is through with all it asked */
	bool unanswered;                 /* a whole request went in and nothing came out since */
	bool answered_here;
	bool lingering;                  /* all is said; waiting for the client to close, so that it can read the end */
	unsigned status;                 /* not 0: refused, to be answered with this */
	char sentence[200];
	int64_t head_since;              /* when the open head (or the handshake) began */
	int64_t moved;                   /* when the client last sent or took something */
	/* The front's: its place among connections of its class, ordered by SINCE. */
	enum conn_class class;
	int64_t since;
	struct conn *prev, *next;
	struct conn *also;               /* of the front's list of those to turn to again, or to free */
	bool again, gone;
};

enum conn_turn { CONN_WAIT, CONN_AGAIN, CONN_GONE };

/* Takes FD and SSL (NULL: plain), borrows PEER, and watches FD. NULL, with all closed, when something is missing; PEER
 * is not left. */
struct conn *conn_new(struct conn_env *env, int fd, SSL *ssl, struct peer *peer, const char *name, size_t max_body);
/* Closes and frees. */
void conn_free(struct conn_env *env, struct conn *c);
/* Notes what epoll said of END. False: the client is gone. */
bool conn_ready(struct conn_end *end, uint32_t events);
/* Moves what can be moved, for a bounded time. */
enum conn_turn conn_pump(struct conn_env *env, struct conn *c);
/* Takes no more requests: what went in is answered, then the connection closes. False: nothing went in, or all
 * is said, so it can close at once. */
bool conn_end(struct conn *c);
/* True when the library still works on something and nothing waits here: its silence is not the client's fault. */
bool conn_waits(const struct conn *c);
/* The class it belongs to now, and since when (*SINCE) its limit of time runs. */
enum conn_class conn_class(const struct conn *c, int64_t *since);

#endif
