#include "net/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/un.h>

#include "base/log.h"
#include "net/front.h"
#include "net/stream.h"
#include "net/tls.h"
#include "net/url.h"
#include "base/banned.h"

#define CALL_MEMORY ((size_t)16 << 20)
#define STACK ((size_t)1 << 20)          /* handlers run there; only what is touched costs memory */
/* The library's memory of a connection: the longest head, its fields (GATE_FIELDS), and enough left to read a large
 * body in large pieces. */
#define CONNECTION_MEMORY ((size_t)64 << 10)
#define CONNECTION_STEP ((size_t)16 << 10)

struct http_server {
	struct MHD_Daemon *mhd;
	struct front *front;
	http_handler *handler;
	void *arg;
	size_t max_body;
	unsigned port;
	bool tls;
	pthread_mutex_t lock;
	pthread_cond_t none_open;
	unsigned open;                   /* calls that a handler has and has not answered */
	bool stopping;
};

/* Who is to act next.  The answer comes while the handler still runs, or while the connection is suspended; whichever
 * of handler's thread and answering thread comes second goes on. */
enum call_state { RUNNING, SUSPENDED, ANSWERED };

struct header {
	struct header *next;
	const char *name, *value;
};

struct http_call {
	struct http_server *server;
	struct MHD_Connection *connection;
	struct arena *arena;             /* holds the call, too */
	const char *method, *peer;
	struct url url;
	unsigned refused;                /* not 0: the status for a target that cannot be read */
	const char *why;
	bool begun, handed;
	struct buf body;
	_Atomic int state;
	struct header *headers;
	bool broken;                     /* no memory for a header */
	unsigned status;
	const char *type;
	struct buf answer;
	struct http_stream *stream;      /* the answer goes on */
};

/* ---- what a handler sees ---- */

const char *http_call_method(const struct http_call *c)
{
	return c->method;
}

const char *http_call_path(const struct http_call *c)
{
	return c->url.path;
}

const char *http_call_query(const struct http_call *c, const char *name)
{
	for (size_t i = 0; i < c->url.n; i++)
		if (strcmp(c->url.query[i].name, name) == 0)
			return c->url.query[i].value;
	return NULL;
}

const char *http_call_header(const struct http_call *c, const char *name)
{
	return MHD_lookup_connection_value(c->connection, MHD_HEADER_KIND, name);
}

struct bytes http_call_body(const struct http_call *c)
{
	return buf_bytes(&c->body);
}

const char *http_call_peer(const struct http_call *c)
{
	return c->peer;
}

struct arena *http_call_arena(struct http_call *c)
{
	return c->arena;
}

void http_call_add_header(struct http_call *c, const char *name, const char *value)
{
	struct header *h = arena_alloc(c->arena, sizeof *h);
	if (h == NULL) {
		c->broken = true;
		return;
	}
	*h = (struct header){ .next = c->headers,
			      .name = arena_str(c->arena, bytes_str(name)),
			      .value = arena_str(c->arena, bytes_str(value)) };
	c->headers = h;
	c->broken |= h->name == NULL || h->value == NULL;
}

void http_call_answer(struct http_call *c, unsigned status, const char *type, struct bytes body)
{
	struct buf copy;
	buf_init(&copy, body.n);
	buf_add_bytes(&copy, body);
	http_call_answer_buf(c, status, type, &copy);
}

/* A call, or a stream, is no longer anybody's to answer. */
static void leave(void *arg)
{
	struct http_server *s = arg;
	pthread_mutex_lock(&s->lock);
	if (--s->open == 0)
		pthread_cond_broadcast(&s->none_open);
	pthread_mutex_unlock(&s->lock);
}

/* The answer is there: whoever of the two threads is to go on goes on. C may be over and freed at any time from then
 * on. */
static void answered(struct http_call *c)
{
	struct http_server *s = c->server;
	struct MHD_Connection *connection = c->connection;
	if (atomic_exchange(&c->state, ANSWERED) == SUSPENDED)
		MHD_resume_connection(connection);
	leave(s);
}

struct http_stream *http_call_stream(struct http_call *c, const char *type)
{
	c->type = arena_str(c->arena, bytes_str(type));
	struct http_stream *stream = c->type == NULL ? NULL : http_stream_new(c->connection, leave, c->server);
	if (stream == NULL)
		return NULL;
	c->status = 200;
	c->stream = stream;
	/* Stopping waits until it is ended: the library cannot be stopped while a connection is suspended. */
	pthread_mutex_lock(&c->server->lock);
	c->server->open++;
	pthread_mutex_unlock(&c->server->lock);
	answered(c);
	return stream;
}

void http_call_answer_buf(struct http_call *c, unsigned status, const char *type, struct buf *body)
{
	c->status = status;
	c->type = type != NULL ? arena_str(c->arena, bytes_str(type)) : NULL;
	c->broken |= body->failed || (type != NULL && c->type == NULL);
	c->answer = *body;
	*body = (struct buf){ .max = body->max, .secret = body->secret };
	answered(c);
}

/* ---- between the library and the handler ---- */

/* The answer lives in the call, which outlives the response (completed() comes when all is sent). */
static enum MHD_Result respond(struct http_call *c)
{
	if (c->broken) {
		c->status = 500;
		c->headers = NULL;
		c->type = NULL;
		buf_free(&c->answer);
		log_say(LOG_ERROR, "answer lost", "path=%s reason=\"out of memory, or larger than its limit\"",
			c->url.path);
	}
	static char nothing[1];
	void *body = c->answer.n > 0 ? (void *)c->answer.p : nothing;
	struct MHD_Response *r = c->stream != NULL && !c->broken
		? http_stream_response(c->stream)
		: MHD_create_response_from_buffer(c->answer.n, body, MHD_RESPMEM_PERSISTENT);
	if (r == NULL)
		return MHD_NO;
	bool ok = c->type == NULL || MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, c->type) == MHD_YES;
	for (const struct header *h = c->headers; ok && h != NULL; h = h->next)
		ok = MHD_add_response_header(r, h->name, h->value) == MHD_YES;
	enum MHD_Result result = ok ? MHD_queue_response(c->connection, c->status, r) : MHD_NO;
	if (!ok)
		log_say(LOG_ERROR, "answer lost", "path=%s reason=\"a header field cannot be sent\"", c->url.path);
	MHD_destroy_response(r);
	return result;
}

static enum MHD_Result refuse(struct http_call *c, unsigned status, const char *why)
{
	c->status = status;
	c->type = "text/plain; charset=utf-8";
	buf_init(&c->answer, 1024);
	buf_add_str(&c->answer, why);
	buf_add_char(&c->answer, '\n');
	c->broken |= c->answer.failed;
	return respond(c);
}

/* Counts a call in; false when the server stops. */
static bool enter(struct http_server *s)
{
	pthread_mutex_lock(&s->lock);
	bool ok = !s->stopping;
	s->open += ok;
	pthread_mutex_unlock(&s->lock);
	return ok;
}

static enum MHD_Result hand_over(struct http_call *c)
{
	struct http_server *s = c->server;
	c->handed = true;
	if (c->body.failed)
		return refuse(c, 413, "the body is larger than this server takes");
	if (c->refused != 0)
		return refuse(c, c->refused, c->why);
	if (!enter(s))
		return refuse(c, 503, "this server is stopping; send the request again later");
	s->handler(s->arg, c);
	if (atomic_load(&c->state) == ANSWERED)
		return respond(c);
	MHD_suspend_connection(c->connection);
	int running = RUNNING;
	/* Answered meanwhile, by one who saw it not suspended yet. */
	if (!atomic_compare_exchange_strong(&c->state, &running, SUSPENDED))
		MHD_resume_connection(c->connection);
	return MHD_YES;
}

/* The link of a connection, which joined() has put there. */
static struct conn_link *link_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return info != NULL ? info->socket_context : NULL;
}

/* Called with the raw target when a request line is there; what it returns is the request's context. */
static void *began(void *arg, const char *target, struct MHD_Connection *connection)
{
	struct http_server *s = arg;
	struct arena *a = arena_new(CALL_MEMORY);
	struct http_call *c = a != NULL ? arena_zalloc(a, sizeof *c) : NULL;
	if (c == NULL) {
		arena_free(a);
		return NULL;
	}
	c->server = s;
	c->connection = connection;
	c->arena = a;
	atomic_init(&c->state, RUNNING);
	buf_init(&c->body, s->max_body);
	enum tocsin_err e = url_read(a, bytes_str(target), &c->url);
	if (e != TOCSIN_OK) {
		c->url.path = "/";
		c->refused = e == TOCSIN_BAD ? 400 : 503;
		c->why = arena_str(a, bytes_str(fail_sentence()));
		if (c->why == NULL)
			c->why = "the request's target cannot be read";
	}
	const struct conn_link *link = link_of(connection);
	c->peer = link != NULL ? arena_str(a, bytes_str(link->peer)) : NULL;
	if (c->peer == NULL)
		c->peer = "";
	return c;
}

/* The library calls it when the head is there, for each piece of the body, when all is there, and after a
 * suspension. */
static enum MHD_Result take(void *arg, struct MHD_Connection *connection, const char *url, const char *method,
			    const char *version, const char *data, size_t *n, void **context)
{
	(void)arg;
	(void)connection;
	(void)url;
	(void)version;
	struct http_call *c = *context;
	if (c == NULL)
		return MHD_NO;
	if (!c->begun) {
		c->begun = true;
		c->method = method;
		return MHD_YES;
	}
	if (*n > 0) {
		buf_add(&c->body, data, *n);
		*n = 0;
		return MHD_YES;
	}
	return c->handed ? respond(c) : hand_over(c);
}

static void completed(void *arg, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode how)
{
	(void)arg;
	(void)how;
	struct http_call *c = *context;
	struct conn_link *link = link_of(connection);
	*context = NULL;
	if (link != NULL)
		conn_link_through(link);
	if (c == NULL)
		return;
	if (c->stream != NULL)
		http_stream_gone(c->stream);
	buf_free(&c->body);
	buf_free(&c->answer);
	arena_free(c->arena);
}

/* The library decodes nothing: url.h does. */
static size_t leave_escaped(void *arg, struct MHD_Connection *connection, char *s)
{
	(void)arg;
	(void)connection;
	return strlen(s);
}

static void log_library(void *arg, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
static void log_library(void *arg, const char *fmt, va_list ap)
{
	(void)arg;
	char line[256];
	vsnprintf(line, sizeof line, fmt, ap);
	log_say(LOG_TRACE, "http library", "said=\"%s\"", line);
}

/* The library gives an address of ours back, so that is how a link gets from join() to joined(): as the bytes of a
 * pointer. */
static bool join(void *arg, int fd, struct conn_link *link)
{
	struct http_server *s = arg;
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	memcpy(at.sun_path, &link, sizeof link);
	if (MHD_add_connection(s->mhd, fd, (const struct sockaddr *)&at, sizeof at) == MHD_YES)
		return true;
	conn_link_free(link);
	return false;
}

static void joined(void *arg, struct MHD_Connection *connection, void **context,
		   enum MHD_ConnectionNotificationCode what)
{
	(void)arg;
	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		conn_link_free(*context);
		*context = NULL;
		return;
	}
	struct sockaddr_un at = { 0 };
	struct conn_link *link = NULL;
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	if (info != NULL && info->client_addr != NULL) {
		memcpy(&at, info->client_addr, sizeof at);
		memcpy(&link, at.sun_path, sizeof link);
	}
	*context = link;
}

/* ---- start and stop ---- */

static enum tocsin_err start_library(struct http_server *s, unsigned max_connections)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	/* A connection outlives its client while its call is kept, so there may be more of them than the front has
	 * open. */
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME |
			 MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG;
	s->mhd = MHD_start_daemon(flags, 0, NULL, NULL, take, s,
				  MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
				  MHD_OPTION_STRICT_FOR_CLIENT, 1,
				  MHD_OPTION_CONNECTION_LIMIT, 2 * max_connections + 64,
				  MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
				  MHD_OPTION_CONNECTION_MEMORY_INCREMENT, CONNECTION_STEP,
				  MHD_OPTION_CONNECTION_TIMEOUT, 0u,
				  MHD_OPTION_THREAD_STACK_SIZE, STACK,
				  MHD_OPTION_URI_LOG_CALLBACK, began, s,
				  MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
				  MHD_OPTION_NOTIFY_COMPLETED, completed, s,
				  MHD_OPTION_NOTIFY_CONNECTION, joined, s,
				  MHD_OPTION_END);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return s->mhd != NULL ? TOCSIN_OK : fail(TOCSIN_BROKEN, "cannot start the HTTP library: %s", strerror(errno));
}

enum tocsin_err http_server_start(const struct http_server_config *config, http_handler *handler, void *arg,
				  struct http_server **out)
{
	*out = NULL;
	if ((config->cert == NULL) != (config->key == NULL))
		return fail(TOCSIN_BAD,
			    "a certificate needs its key and a key its certificate; set both for %s, or neither",
			    config->listen);
	struct http_server *s = calloc(1, sizeof *s);
	if (s == NULL)
		return fail(TOCSIN_BROKEN, "cannot listen on %s: out of memory", config->listen);
	s->handler = handler;
	s->arg = arg;
	s->max_body = config->max_body;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->none_open, NULL);
	struct listen_socket socket = { .fd = -1 };
	SSL_CTX *tls = NULL;
	enum tocsin_err e = config->cert != NULL ? tls_context(config->cert, config->key, &tls) : TOCSIN_OK;
	if (e == TOCSIN_OK)
		e = listen_open(config->listen, config->cert == NULL && !config->plain_anywhere, &socket);
	if (e == TOCSIN_OK)
		e = start_library(s, config->max_connections);
	if (e != TOCSIN_OK)
		goto err;
	s->port = socket.port;
	s->tls = tls != NULL;
	struct front_config front = {
		.tls = tls,
		.max_body = config->max_body,
		.max_connections = config->max_connections,
		.max_per_address = config->max_per_address,
		.rate_per_address = config->rate_per_address,
		.idle_seconds = config->idle_seconds,
		.join = join,
		.join_arg = s,
	};
	tls = NULL;
	e = front_start(&front, &socket, &s->front);
	if (e != TOCSIN_OK)
		goto err;
	*out = s;
	return TOCSIN_OK;
err:
	SSL_CTX_free(tls);
	listen_close(&socket);
	http_server_stop(s);
	return e;
}

unsigned http_server_port(const struct http_server *s)
{
	return s->port;
}

enum tocsin_err http_server_renew(struct http_server *s, const char *cert, const char *key)
{
	SSL_CTX *tls = NULL;
	if (!s->tls)
		return fail(TOCSIN_REFUSED, "this listener speaks plain HTTP; restart it to make it speak TLS");
	enum tocsin_err e = tls_context(cert, key, &tls);
	if (e == TOCSIN_OK)
		front_renew(s->front, tls);
	return e;
}

void http_server_drain(struct http_server *s)
{
	front_drain(s->front);
}

void http_server_stop(struct http_server *s)
{
	if (s == NULL)
		return;
	if (s->front != NULL)
		front_end(s->front);
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	while (s->open > 0)
		pthread_cond_wait(&s->none_open, &s->lock);
	pthread_mutex_unlock(&s->lock);
	front_stop(s->front);
	/* The library may be stopped only when no connection is suspended: all calls are answered, so none is. */
	if (s->mhd != NULL)
		MHD_stop_daemon(s->mhd);
	front_free(s->front);
	pthread_cond_destroy(&s->none_open);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

void http_server_counts(const struct http_server *s, struct http_counts *c)
{
	struct front_counts f;
	front_counts(s->front, &f);
	*c = (struct http_counts){ .connections = f.connections,
				   .requests = f.requests,
				   .gate_refused = f.gate_refused,
				   .rate_refused = f.rate_refused };
}
