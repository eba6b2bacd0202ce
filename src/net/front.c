#include "net/front.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/banned.h"

#define EVENTS 64
#define ACCEPTS 64                       /* in one turn */
#define STACK ((size_t)256 << 10)
#define LINGER (2 * CLOCK_SECOND)        /* for a client to take the end of an answer */
#define LAST_ANSWERS (2 * CLOCK_SECOND)  /* at the end, for all of them */
#define ACCEPT_PAUSE (CLOCK_SECOND / 4)  /* when the process has no descriptor left */

enum mode { RUN, DRAIN, END, STOP };

struct list { struct conn *first, *last; };

struct front {
	struct conn_env env;
	struct listen_socket socket;
	SSL_CTX *tls;
	_Atomic(SSL_CTX *) renewed;      /* to take the place of tls at the next connection */
	size_t max_body;
	unsigned max_connections;
	int64_t idle;
	pthread_t thread;
	_Atomic int mode;
	enum mode seen;                  /* what the thread has done of it */
	int64_t stop_at, accept_at;      /* 0: not set */
	unsigned open;
	struct list classes[CONN_CLASSES];
	struct conn *again, *gone;
};

static void list_remove(struct list *l, struct conn *c)
{
	*(c->prev != NULL ? &c->prev->next : &l->first) = c->next;
	*(c->next != NULL ? &c->next->prev : &l->last) = c->prev;
	c->prev = c->next = NULL;
}

static void list_append(struct list *l, struct conn *c)
{
	c->prev = l->last;
	c->next = NULL;
	*(l->last != NULL ? &l->last->next : &l->first) = c;
	l->last = c;
}

/* Takes C out of everything; it is freed at the end of the turn, because events of this turn may still name it. */
static void drop(struct front *f, struct conn *c)
{
	if (c->gone)
		return;
	list_remove(&f->classes[c->class], c);
	c->gone = true;
	f->open--;
	if (!c->again) {
		c->also = f->gone;
		f->gone = c;
	}
}

/* C gets a turn in the next round. */
static void soon(struct front *f, struct conn *c)
{
	if (c->again)
		return;
	c->again = true;
	c->also = f->again;
	f->again = c;
}

static void pump(struct front *f, struct conn *c)
{
	if (c->gone)
		return;
	enum conn_turn turn = conn_pump(&f->env, c);
	if (turn == CONN_GONE) {
		drop(f, c);
		return;
	}
	int64_t since;
	enum conn_class class = conn_class(c, &since);
	if (class != c->class || since != c->since) {
		list_remove(&f->classes[c->class], c);
		c->class = class;
		c->since = since;
		list_append(&f->classes[class], c);
	}
	if (turn == CONN_AGAIN)
		soon(f, c);
}

static void turn_again(struct front *f)
{
	struct conn *c = f->again;
	f->again = NULL;
	while (c != NULL) {
		struct conn *next = c->also;
		c->again = false;
		if (c->gone) {
			c->also = f->gone;
			f->gone = c;
		} else {
			pump(f, c);
		}
		c = next;
	}
}

static void free_gone(struct front *f)
{
	while (f->gone != NULL) {
		struct conn *c = f->gone;
		f->gone = c->also;
		if (c->peer != NULL)
			peers_leave(f->env.peers, c->peer, f->env.now);
		conn_free(&f->env, c);
	}
}

/* ---- accepting ---- */

static bool watch_listener(struct front *f, bool on)
{
	struct epoll_event ev = { .events = on ? EPOLLIN : 0, .data.ptr = &f->socket };
	return epoll_ctl(f->env.epoll, EPOLL_CTL_MOD, f->socket.fd, &ev) == 0;
}

static void take(struct front *f, int fd, const struct sockaddr_storage *address)
{
	bool internet = address->ss_family == AF_INET || address->ss_family == AF_INET6;
	struct peer *peer = NULL;
	SSL *ssl = NULL;
	SSL_CTX *renewed = atomic_exchange(&f->renewed, NULL);
	if (renewed != NULL) {
		SSL_CTX_free(f->tls);
		f->tls = renewed;
	}
	if (f->open >= f->max_connections ||
	    (internet && (peer = peers_enter(f->env.peers, (const struct sockaddr *)address, f->env.now)) == NULL)) {
		close(fd);
		return;
	}
	struct conn *c = NULL;
	if (f->tls != NULL && (ssl = SSL_new(f->tls)) == NULL) {
		close(fd);
	} else {
		char name[PEERS_NAME] = "unix";
		if (internet)
			peers_name((const struct sockaddr *)address, name);
		c = conn_new(&f->env, fd, ssl, peer, name, f->max_body);
	}
	if (c == NULL) {
		log_say(LOG_WARN, "connection dropped", "reason=\"out of memory or descriptors\"");
		if (peer != NULL)
			peers_leave(f->env.peers, peer, f->env.now);
		return;
	}
	atomic_fetch_add_explicit(&f->env.connections, 1, memory_order_relaxed);
	f->open++;
	c->class = conn_class(c, &c->since);
	list_append(&f->classes[c->class], c);
	pump(f, c);
}

static void accept_all(struct front *f)
{
	for (int i = 0; i < ACCEPTS && f->socket.fd >= 0; i++) {
		struct sockaddr_storage address = { 0 };
		socklen_t n = sizeof address;
		int fd = accept4(f->socket.fd, (struct sockaddr *)&address, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			take(f, fd, &address);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			/* The listener stays ready, so asking again at once would only burn time. */
			log_say(LOG_WARN, "accepting paused", "reason=\"%s\" open=%u", strerror(errno), f->open);
			if (watch_listener(f, false))
				f->accept_at = f->env.now + ACCEPT_PAUSE;
			return;
		}
		if (errno == EAGAIN)
			return;
		/* Anything else is about the one connection that was to be accepted (accept(2)). */
	}
}

/* ---- time ---- */

static int64_t limit_of(const struct front *f, enum conn_class class)
{
	return class == CONN_LINGER ? LINGER : f->idle;
}

static void drop_all(struct front *f)
{
	for (enum conn_class k = 0; k < CONN_CLASSES; k++)
		while (f->classes[k].first != NULL)
			drop(f, f->classes[k].first);
}

static void close_late(struct front *f)
{
	for (enum conn_class k = 0; k < CONN_CLASSES; k++)
		for (struct conn *c; k != CONN_WAITING && (c = f->classes[k].first) != NULL &&
				     c->since + limit_of(f, k) <= f->env.now;) {
			if (k != CONN_IDLE || !conn_waits(c)) {
				drop(f, c);
				continue;
			}
			/* One of several answers came and the next is kept. */
			list_remove(&f->classes[k], c);
			c->moved = c->since = f->env.now;
			list_append(&f->classes[k], c);
		}
	if (f->accept_at != 0 && f->accept_at <= f->env.now) {
		f->accept_at = 0;
		if (f->socket.fd >= 0 && !watch_listener(f, true))
			f->accept_at = f->env.now + ACCEPT_PAUSE;
	}
	if (f->stop_at != 0 && f->stop_at <= f->env.now)
		drop_all(f);
}

/* Milliseconds until something is late; -1: never. */
static int time_left(const struct front *f)
{
	int64_t next = INT64_MAX;
	for (enum conn_class k = 0; k < CONN_CLASSES; k++)
		if (k != CONN_WAITING && f->classes[k].first != NULL &&
		    f->classes[k].first->since + limit_of(f, k) < next)
			next = f->classes[k].first->since + limit_of(f, k);
	if (f->accept_at != 0 && f->accept_at < next)
		next = f->accept_at;
	if (f->stop_at != 0 && f->stop_at < next)
		next = f->stop_at;
	if (f->again != NULL)
		return 0;
	if (next == INT64_MAX)
		return -1;
	int64_t ms = next <= f->env.now ? 0 : (next - f->env.now) / 1000 + 1;
	return ms > 3600 * 1000 ? 3600 * 1000 : (int)ms;
}

/* ---- the thread ---- */

/* The library is through with a request of a connection whose client has ended. */
static void turn_to_ended(struct front *f)
{
	for (enum conn_class k = 0; k < CONN_CLASSES; k++)
		for (struct conn *c = f->classes[k].first; c != NULL; c = c->next)
			if (c->client_ended && !c->lingering)
				soon(f, c);
}

static void end_all(struct front *f)
{
	for (enum conn_class k = 0; k < CONN_CLASSES; k++)
		for (struct conn *c = f->classes[k].first, *next; c != NULL; c = next) {
			next = c->next;
			if (conn_end(c))
				soon(f, c);
			else
				drop(f, c);
		}
}

static void follow_mode(struct front *f)
{
	enum mode mode = (enum mode)atomic_load(&f->mode);
	if (f->seen < DRAIN && mode >= DRAIN) {
		listen_close(&f->socket);
		f->accept_at = 0;
	}
	if (f->seen < END && mode >= END)
		end_all(f);
	if (f->seen < STOP && mode >= STOP)
		f->stop_at = f->env.now + LAST_ANSWERS;
	f->seen = mode;
}

/* At the end: somebody still waits for an answer, or for the rest of it. */
static bool has_work(const struct front *f)
{
	for (enum conn_class k = 0; k < CONN_CLASSES; k++)
		if (k != CONN_LINGER && f->classes[k].first != NULL)
			return true;
	return false;
}

static void *run(void *arg)
{
	struct front *f = arg;
	struct epoll_event events[EVENTS];
	while (f->seen < STOP || has_work(f)) {
		int n = epoll_wait(f->env.epoll, events, EVENTS, time_left(f));
		f->env.now = clock_mono();
		turn_again(f);
		for (int i = 0; i < n; i++) {
			void *at = events[i].data.ptr;
			if (at == &f->socket) {
				accept_all(f);
			} else if (at == &f->env.wake) {
				uint64_t count;
				(void)!read(f->env.wake, &count, sizeof count);     /* only empties it */
				follow_mode(f);
				turn_to_ended(f);
			} else {
				struct conn_end *end = at;
				if (end->conn->gone)
					continue;
				if (conn_ready(end, events[i].events))
					pump(f, end->conn);
				else
					drop(f, end->conn);
			}
		}
		close_late(f);
		free_gone(f);
	}
	drop_all(f);
	turn_again(f);
	free_gone(f);
	return NULL;
}

void front_renew(struct front *f, SSL_CTX *tls)
{
	SSL_CTX_free(atomic_exchange(&f->renewed, tls));
}

void front_free(struct front *f)
{
	if (f == NULL)
		return;
	listen_close(&f->socket);
	if (f->env.epoll >= 0)
		close(f->env.epoll);
	if (f->env.wake >= 0)
		close(f->env.wake);
	while (f->env.n_spares > 0)
		free(f->env.spares[--f->env.n_spares]);
	peers_free(f->env.peers);
	SSL_CTX_free(f->tls);
	SSL_CTX_free(atomic_load(&f->renewed));
	free(f);
}

static int start_thread(struct front *f)
{
	/* Signals are for the main thread; SIGPIPE, which OpenSSL's writes can raise, is only an error here. */
	sigset_t all, before;
	pthread_attr_t attr;
	sigfillset(&all);
	int why = pthread_attr_init(&attr);
	if (why != 0)
		return why;
	why = pthread_attr_setstacksize(&attr, STACK);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (why == 0)
		why = pthread_create(&f->thread, &attr, run, f);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return why;
}

enum tocsin_err front_start(const struct front_config *config, struct listen_socket *socket, struct front **out)
{
	*out = NULL;
	struct front *f = calloc(1, sizeof *f);
	if (f == NULL) {
		listen_close(socket);
		SSL_CTX_free(config->tls);
		return fail(TOCSIN_BROKEN, "cannot start a listener: out of memory");
	}
	f->socket = *socket;
	socket->fd = -1;
	f->tls = config->tls;
	f->max_body = config->max_body;
	f->max_connections = config->max_connections;
	f->idle = (config->idle_seconds > 0 ? config->idle_seconds : 60) * CLOCK_SECOND;
	f->env.join = config->join;
	f->env.join_arg = config->join_arg;
	f->env.now = clock_mono();
	f->env.peers = peers_new(config->max_per_address, config->rate_per_address);
	f->env.epoll = epoll_create1(EPOLL_CLOEXEC);
	f->env.wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct epoll_event listening = { .events = EPOLLIN, .data.ptr = &f->socket },
			   waking = { .events = EPOLLIN, .data.ptr = &f->env.wake };
	int why = 0;
	if (f->env.peers == NULL)
		why = ENOMEM;
	else if (f->env.epoll < 0 || f->env.wake < 0 ||
		 epoll_ctl(f->env.epoll, EPOLL_CTL_ADD, f->socket.fd, &listening) != 0 ||
		 epoll_ctl(f->env.epoll, EPOLL_CTL_ADD, f->env.wake, &waking) != 0)
		why = errno;
	else
		why = start_thread(f);
	if (why != 0) {
		front_free(f);
		return fail(TOCSIN_BROKEN, "cannot start a listener: %s", strerror(why));
	}
	*out = f;
	return TOCSIN_OK;
}

static void set_mode(struct front *f, enum mode mode)
{
	int now = atomic_load(&f->mode);
	while (now < (int)mode && !atomic_compare_exchange_weak(&f->mode, &now, (int)mode))
		;
	uint64_t one = 1;
	(void)!write(f->env.wake, &one, sizeof one);      /* fails only when it is full, and then it wakes anyway */
}

void front_drain(struct front *f)
{
	set_mode(f, DRAIN);
}

void front_end(struct front *f)
{
	set_mode(f, END);
}

void front_stop(struct front *f)
{
	if (f == NULL)
		return;
	set_mode(f, STOP);
	pthread_join(f->thread, NULL);
}

void front_counts(const struct front *f, struct front_counts *out)
{
	*out = (struct front_counts){
		.connections = atomic_load_explicit(&f->env.connections, memory_order_relaxed),
		.requests = atomic_load_explicit(&f->env.requests, memory_order_relaxed),
		.gate_refused = atomic_load_explicit(&f->env.gate_refused, memory_order_relaxed),
		.rate_refused = atomic_load_explicit(&f->env.rate_refused, memory_order_relaxed),
	};
}
