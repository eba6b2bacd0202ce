#include "net/conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/banned.h"

#define ROUNDS 8                         /* of moving, before the others get their turn */
#define ANSWER_ROOM 1024                 /* longer than any answer that is given here */

/* ---- buffers ---- */

static bool stream_open(struct conn_env *env, struct conn_stream *s)
{
	if (s->p == NULL)
		s->p = env->n_spares > 0 ? env->spares[--env->n_spares] : malloc(CONN_BUFFER);
	return s->p != NULL;
}

static void stream_close(struct conn_env *env, struct conn_stream *s)
{
	if (s->p != NULL && env->n_spares < CONN_SPARES)
		env->spares[env->n_spares++] = s->p;
	else
		free(s->p);
	*s = (struct conn_stream){ 0 };
}

/* Room at the end, after moving what is left to the front when that helps. */
static size_t stream_room(struct conn_stream *s)
{
	if (s->start > 0 && s->end == CONN_BUFFER) {
		memmove(s->p, s->p + s->start, s->end - s->start);
		s->pass -= s->start;
		s->seen -= s->start;
		s->end -= s->start;
		s->start = 0;
	}
	return CONN_BUFFER - s->end;
}

static void stream_took(struct conn_env *env, struct conn_stream *s, size_t n)
{
	s->start += n;
	if (s->start == s->end)
		stream_close(env, s);
}

/* ---- what is shared with the library ---- */

static struct conn_link *link_new(struct conn_env *env, const char *peer)
{
	struct conn_link *l = calloc(1, sizeof *l);
	if (l != NULL) {
		l->env = env;
		atomic_init(&l->holders, 1);
		snprintf(l->peer, sizeof l->peer, "%s", peer);
	}
	return l;
}

void conn_link_free(struct conn_link *l)
{
	if (l != NULL && atomic_fetch_sub(&l->holders, 1) == 1)
		free(l);
}

void conn_link_through(struct conn_link *l)
{
	/* Either this sees the front's wish, or the front, looking after it made the wish, sees this. */
	atomic_fetch_add(&l->through, 1);
	uint64_t one = 1;
	if (atomic_load(&l->watched))
		(void)!write(l->env->wake, &one, sizeof one); /* fails only when it is full, and then it wakes anyway */
}

/* ---- ends ---- */

static bool watch(struct conn_env *env, struct conn_end *end, bool room, int op)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLRDHUP | EPOLLET | (room ? EPOLLOUT : 0), .data.ptr = end };
	end->armed = room;
	return epoll_ctl(env->epoll, op, end->fd, &ev) == 0;
}

/* END would block: asks to be told when it has room. False when that fails. */
static bool wait_for_room(struct conn_env *env, struct conn_end *end)
{
	end->can_write = false;
	return end->armed || watch(env, end, true, EPOLL_CTL_MOD);
}

bool conn_ready(struct conn_end *end, uint32_t events)
{
	bool inner = end == &end->conn->inner;
	if (!inner && (events & (EPOLLERR | EPOLLHUP)) != 0)
		return false;
	if ((events & (EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0)
		end->hung_up = true;
	if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0)
		end->can_read = true;
	if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0)
		end->can_write = true;
	return true;
}

struct conn *conn_new(struct conn_env *env, int fd, SSL *ssl, struct peer *peer, const char *name, size_t max_body)
{
	struct conn *c = calloc(1, sizeof *c);
	struct gate *gate = gate_new(max_body);
	struct conn_link *link = link_new(env, name);
	if (c == NULL || gate == NULL || link == NULL)
		goto err;
	*c = (struct conn){ .ssl = ssl,
			    .gate = gate,
			    .link = link,
			    .peer = peer,
			    .shaken = ssl == NULL,
			    .moved = env->now,
			    .head_since = env->now };
	c->client = (struct conn_end){ .conn = c, .fd = fd, .can_read = true, .can_write = true };
	c->inner = (struct conn_end){ .conn = c, .fd = -1 };
	if (peer != NULL) {
		int on = 1;
		/* Not vital: an answer would only be slower without it. */
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	}
	if ((ssl != NULL && SSL_set_fd(ssl, fd) != 1) || !watch(env, &c->client, false, EPOLL_CTL_ADD))
		goto err;
	return c;
err:
	gate_free(gate);
	conn_link_free(link);
	free(c);
	SSL_free(ssl);
	close(fd);
	return NULL;
}

/* Closing alone does not end the watching while another process, just forked and not yet turned into its program, still
   has the same socket open: an event would name a connection that is gone. */
static void end_close(const struct conn_env *env, struct conn_end *end)
{
	if (end->fd < 0)
		return;
	(void)epoll_ctl(env->epoll, EPOLL_CTL_DEL, end->fd, NULL);
	close(end->fd);
	end->fd = -1;
}

void conn_free(struct conn_env *env, struct conn *c)
{
	stream_close(env, &c->up);
	stream_close(env, &c->down);
	SSL_free(c->ssl);
	gate_free(c->gate);
	conn_link_free(c->link);
	end_close(env, &c->client);
	end_close(env, &c->inner);
	free(c);
}

/* ---- the client's side ---- */

/* What a call of OpenSSL that did not go through means: 0 wait, -1 the connection is over. */
static int tls_wait(struct conn_env *env, struct conn *c, int result)
{
	switch (SSL_get_error(c->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		c->client.can_read = false;
		return 0;
	case SSL_ERROR_WANT_WRITE:
		return wait_for_room(env, &c->client) ? 0 : -1;
	default:
		return -1;
	}
}

static bool shake_hands(struct conn_env *env, struct conn *c, bool *moved)
{
	if (!c->client.can_read && !c->client.can_write)
		return true;
	ERR_clear_error();
	int r = SSL_accept(c->ssl);
	if (r != 1)
		return tls_wait(env, c, r) == 0;
	c->shaken = *moved = true;
	c->moved = env->now;
	return true;
}

/* Reads up to N bytes; 0 nothing now, -1 the connection is broken. Sets client_ended at the end. */
static ssize_t client_read(struct conn_env *env, struct conn *c, uint8_t *p, size_t n)
{
	if (c->ssl != NULL) {
		ERR_clear_error();
		int r = SSL_read(c->ssl, p, (int)n);
		if (r > 0)
			return r;
		if (SSL_get_error(c->ssl, r) == SSL_ERROR_ZERO_RETURN) {
			c->client_ended = true;
			return 0;
		}
		return tls_wait(env, c, r);
	}
	ssize_t r = recv(c->client.fd, p, n, 0);
	if (r > 0) {
		if ((size_t)r < n && !c->client.hung_up)
			c->client.can_read = false;
		return r;
	}
	if (r == 0)
		c->client_ended = true;
	else if (errno == EAGAIN)
		c->client.can_read = false;
	else if (errno != EINTR)
		return -1;
	return 0;
}

static ssize_t client_write(struct conn_env *env, struct conn *c, const uint8_t *p, size_t n)
{
	if (c->ssl != NULL) {
		ERR_clear_error();
		int r = SSL_write(c->ssl, p, (int)n);
		return r > 0 ? r : tls_wait(env, c, r);
	}
	ssize_t r = send(c->client.fd, p, n, MSG_NOSIGNAL);
	if (r < 0 && errno != EAGAIN && errno != EINTR)
		return -1;
	if (r < (ssize_t)n && (r >= 0 || errno == EAGAIN) && !wait_for_room(env, &c->client))
		return -1;
	return r < 0 ? 0 : r;
}

static void refuse(struct conn *c, unsigned status, const char *sentence)
{
	c->status = status;
	c->client_ended = true;
	snprintf(c->sentence, sizeof c->sentence, "%s", sentence);
	c->up.seen = c->up.end = c->up.pass;
}

/* Lets the gate look at what is new. */
static void look(struct conn_env *env, struct conn *c)
{
	struct conn_stream *s = &c->up;
	while (s->seen < s->end) {
		size_t used;
		bool head_ended;
		if (gate_between(c->gate))
			c->head_since = env->now;
		enum tocsin_err e = gate_step(c->gate, bytes_of(s->p + s->seen, s->end - s->seen), &used, &head_ended);
		s->seen += used;
		if (e != TOCSIN_OK) {
			atomic_fetch_add_explicit(&env->gate_refused, 1, memory_order_relaxed);
			refuse(c, gate_status(c->gate), fail_sentence());
			return;
		}
		if (head_ended && c->peer != NULL && !peers_request(env->peers, c->peer, env->now)) {
			atomic_fetch_add_explicit(&env->rate_refused, 1, memory_order_relaxed);
			refuse(c, 429,
			       "this address sends more requests a second than this server takes; wait and send again");
			return;
		}
		if (head_ended)
			atomic_fetch_add_explicit(&env->requests, 1, memory_order_relaxed);
		if (gate_between(c->gate)) {
			c->unanswered = true;
			c->asked++;
		}
		if (!gate_in_head(c->gate))
			s->pass = s->seen;
	}
}

/* ---- the library's side ---- */

static bool inner_open(struct conn_env *env, struct conn *c)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
		return false;
	c->inner.fd = pair[0];
	c->inner.can_write = true;
	if (watch(env, &c->inner, false, EPOLL_CTL_ADD)) {
		atomic_fetch_add(&c->link->holders, 1);
		if (env->join(env->join_arg, pair[1], c->link))
			return true;
	} else {
		close(pair[1]);
	}
	close(pair[0]);
	c->inner.fd = -1;
	return false;
}

/* Passes on what the gate let through. False: broken. */
static bool inner_write(struct conn_env *env, struct conn *c, bool *moved)
{
	struct conn_stream *s = &c->up;
	if (c->inner.fd < 0 && !inner_open(env, c)) {
		stream_close(env, s);
		refuse(c, 503, "this server has no room for the request now; send it again later");
		c->unanswered = false;
		return true;
	}
	ssize_t n = send(c->inner.fd, s->p + s->start, s->pass - s->start, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		c->inner_deaf = true;
		return true;
	}
	if (n < (ssize_t)(s->pass - s->start) && (n >= 0 || errno == EAGAIN) && !wait_for_room(env, &c->inner))
		return false;
	if (n > 0) {
		stream_took(env, s, (size_t)n);
		*moved = true;
	}
	/* A socket pair reports room after every read of the other end; that is worth a wake-up only while something
	 * waits. */
	return !c->inner.armed || !c->inner.can_write || watch(env, &c->inner, false, EPOLL_CTL_MOD);
}

static void inner_read(struct conn *c, bool *moved)
{
	struct conn_stream *s = &c->down;
	size_t room = CONN_BUFFER - s->end;
	ssize_t n = recv(c->inner.fd, s->p + s->end, room, 0);
	if (n > 0) {
		s->pass = s->seen = s->end += (size_t)n;
		c->unanswered = false;
		*moved = true;
		if ((size_t)n < room && !c->inner.hung_up && !c->settled)
			c->inner.can_read = false;
	} else if (n < 0 && errno == EAGAIN) {
		c->inner.can_read = false;
		c->inner_ended = *moved = c->settled;
	} else if (n == 0 || errno != EINTR) {
		/* The library closes with bytes unread when it refuses; what it said before has been read by now. */
		c->inner_ended = *moved = true;
	}
}

static const char *reason(unsigned status)
{
	switch (status) {
	case 413: return "Content Too Large";
	case 429: return "Too Many Requests";
	case 431: return "Request Header Fields Too Large";
	case 503: return "Service Unavailable";
	default: return "Bad Request";
	}
}

static void answer_here(struct conn *c)
{
	struct conn_stream *s = &c->down;
	int n = snprintf((char *)s->p + s->end, CONN_BUFFER - s->end,
			 "HTTP/1.1 %u %s\r\n"
			 "Content-Type: text/plain; charset=utf-8\r\n"
			 "Content-Length: %zu\r\n"
			 "%sConnection: close\r\n\r\n%s\n",
			 c->status, reason(c->status), strlen(c->sentence) + 1,
			 c->status == 429 || c->status == 503 ? "Retry-After: 1\r\n" : "", c->sentence);
	s->pass = s->seen = s->end += (size_t)n;
	c->answered_here = true;
}

/* ---- all together ---- */

/* All is said. False: and the connection can close at once. */
static bool say_goodbye(struct conn_env *env, struct conn *c)
{
	if (c->ssl != NULL && c->shaken) {
		ERR_clear_error();
		(void)SSL_shutdown(c->ssl);      /* one way; the client may be gone */
	}
	if (shutdown(c->client.fd, SHUT_WR) != 0)
		return false;
	end_close(env, &c->inner);
	stream_close(env, &c->up);
	c->lingering = true;
	c->client.can_read = true;
	c->moved = env->now;
	return true;
}

/* Throws away what the client still sends: closing with bytes unread would destroy the answer on its way (RFC
 * 9112, 9.6). */
static enum conn_turn linger(struct conn *c)
{
	for (int i = 0; i < ROUNDS; i++) {
		uint8_t waste[4096];
		ssize_t n = recv(c->client.fd, waste, sizeof waste, 0);
		if (n < 0 && errno == EAGAIN)
			return CONN_WAIT;
		if (n == 0 || (n < 0 && errno != EINTR))
			return CONN_GONE;
	}
	return CONN_AGAIN;
}

bool conn_end(struct conn *c)
{
	if (c->lingering || (c->inner.fd < 0 && c->up.start == c->up.pass && c->status == 0))
		return false;
	c->client_ended = true;
	c->up.seen = c->up.end = c->up.pass;
	return true;
}

/* One round. False: broken. */
static bool move(struct conn_env *env, struct conn *c, bool *moved)
{
	if (!c->shaken)
		return shake_hands(env, c, moved);

	if (!c->client_ended && c->client.can_read) {
		if (!stream_open(env, &c->up))
			return false;
		size_t room = stream_room(&c->up);
		ssize_t n = room > 0 ? client_read(env, c, c->up.p + c->up.end, room) : 0;
		if (n < 0)
			return false;
		if (n > 0) {
			c->up.end += (size_t)n;
			c->moved = env->now;
			*moved = true;
			look(env, c);
		}
		if (c->up.start == c->up.end)
			stream_close(env, &c->up);
	}
	if (c->up.start < c->up.pass && c->inner_deaf)
		stream_took(env, &c->up, c->up.pass - c->up.start);
	if (c->up.start < c->up.pass && (c->inner.fd < 0 || c->inner.can_write) && !inner_write(env, c, moved))
		return false;
	if (c->client_ended && c->up.start == c->up.pass && !c->settled && !c->inner_ended) {
		if (c->inner.fd < 0) {
			c->inner_ended = *moved = true;
		} else {
			atomic_store(&c->link->watched, true);
			/* All answers are in the socket pair then: it is over when that is empty. */
			c->settled = atomic_load(&c->link->through) == c->asked;
			c->inner.can_read |= c->settled;
		}
	}

	if (c->inner.fd >= 0 && !c->inner_ended && c->inner.can_read) {
		if (!stream_open(env, &c->down))
			return false;
		if (stream_room(&c->down) > 0)
			inner_read(c, moved);
		if (c->down.end == 0)
			stream_close(env, &c->down);
	}
	if (c->inner_ended && c->status != 0 && !c->answered_here) {
		if (!stream_open(env, &c->down))
			return false;
		/* Otherwise what is in front of it drains first. */
		if (stream_room(&c->down) >= ANSWER_ROOM) {
			answer_here(c);
			*moved = true;
		}
	}
	if (c->down.start < c->down.end && c->client.can_write) {
		ssize_t n = client_write(env, c, c->down.p + c->down.start, c->down.end - c->down.start);
		if (n < 0)
			return false;
		if (n > 0) {
			stream_took(env, &c->down, (size_t)n);
			c->moved = env->now;
			*moved = true;
		}
	}
	return true;
}

enum conn_turn conn_pump(struct conn_env *env, struct conn *c)
{
	if (c->lingering)
		return linger(c);
	for (int i = 0; i < ROUNDS; i++) {
		bool moved = false;
		if (!move(env, c, &moved))
			return CONN_GONE;
		if (c->inner_ended && c->down.start == c->down.end && (c->status == 0 || c->answered_here))
			return say_goodbye(env, c) ? linger(c) : CONN_GONE;
		if (!moved)
			return CONN_WAIT;
	}
	return CONN_AGAIN;
}

bool conn_waits(const struct conn *c)
{
	return c->asked != atomic_load(&c->link->through) && c->inner.fd >= 0 && c->up.start == c->up.end &&
	       c->down.start == c->down.end && (c->client_ended || gate_between(c->gate));
}

enum conn_class conn_class(const struct conn *c, int64_t *since)
{
	*since = c->moved;
	if (c->lingering)
		return CONN_LINGER;
	if (c->unanswered && c->up.start == c->up.end && c->down.start == c->down.end &&
	    (c->status != 0 || gate_between(c->gate)))
		return CONN_WAITING;
	if (!c->shaken || (c->status == 0 && gate_in_head(c->gate))) {
		*since = c->head_since;
		return CONN_HEAD;
	}
	return CONN_IDLE;
}
