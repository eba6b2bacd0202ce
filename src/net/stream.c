#include "net/stream.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/banned.h"

#define PIECE ((size_t)16 << 10)

struct http_stream {
	pthread_mutex_t lock;
	struct MHD_Connection *connection;      /* NULL: gone */
	struct buf waiting;
	size_t sent;                            /* of WAITING */
	bool suspended, over;
	unsigned held;
	void (*ended)(void *arg);
	void *arg;
};

struct http_stream *http_stream_new(struct MHD_Connection *connection, void (*ended)(void *arg), void *arg)
{
	struct http_stream *s = calloc(1, sizeof *s);
	if (s == NULL)
		return NULL;
	pthread_mutex_init(&s->lock, NULL);
	buf_init(&s->waiting, STREAM_BYTES);
	s->connection = connection;
	s->held = 2;
	s->ended = ended;
	s->arg = arg;
	return s;
}

/* Unlocks S, and frees it when nobody holds it. */
static void let_go(struct http_stream *s)
{
	bool last = --s->held == 0;
	pthread_mutex_unlock(&s->lock);
	if (!last)
		return;
	buf_free(&s->waiting);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* Called by the library when there is room; while nothing waits the connection is taken out of its loop. */
static ssize_t send_some(void *arg, uint64_t position, char *out, size_t room)
{
	struct http_stream *s = arg;
	(void)position;
	pthread_mutex_lock(&s->lock);
	size_t n = s->waiting.n - s->sent;
	n = n < room ? n : room;
	ssize_t result = (ssize_t)n;
	if (n > 0) {
		memcpy(out, s->waiting.p + s->sent, n);
		s->sent += n;
		if (s->sent == s->waiting.n) {
			buf_clear(&s->waiting);
			s->sent = 0;
		}
	} else if (s->over || s->connection == NULL) {
		result = MHD_CONTENT_READER_END_OF_STREAM;
	} else {
		s->suspended = true;
		MHD_suspend_connection(s->connection);
	}
	pthread_mutex_unlock(&s->lock);
	return result;
}

struct MHD_Response *http_stream_response(struct http_stream *s)
{
	return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE, send_some, s, NULL);
}

static void go_on(struct http_stream *s)
{
	if (s->suspended && s->connection != NULL) {
		s->suspended = false;
		MHD_resume_connection(s->connection);
	}
}

bool http_stream_push(struct http_stream *s, struct bytes b)
{
	pthread_mutex_lock(&s->lock);
	/* What is sent makes room; a client that reads nothing fills it. */
	if (s->sent > 0) {
		memmove(s->waiting.p, s->waiting.p + s->sent, s->waiting.n - s->sent);
		s->waiting.n -= s->sent;
		s->sent = 0;
	}
	bool ok = s->connection != NULL && b.n <= STREAM_BYTES - s->waiting.n;
	if (ok) {
		buf_add_bytes(&s->waiting, b);
		ok = !s->waiting.failed;
	}
	go_on(s);
	pthread_mutex_unlock(&s->lock);
	return ok;
}

void http_stream_end(struct http_stream *s)
{
	if (s == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	s->over = true;
	go_on(s);
	void (*ended)(void *) = s->ended;
	void *arg = s->arg;
	let_go(s);
	ended(arg);
}

void http_stream_gone(struct http_stream *s)
{
	pthread_mutex_lock(&s->lock);
	s->connection = NULL;
	let_go(s);
}
