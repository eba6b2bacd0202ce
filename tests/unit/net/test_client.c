/* The client against the listener, plain. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/random.h"
#include "net/http.h"

#include <cmocka.h>      /* after ours: its fail() is a macro */

#define MAX_BODY ((size_t)8 << 20)

struct box {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned count;
	enum tocsin_err err;
	unsigned status;
	char sentence[512];
	struct buf body;
};

static void box_init(struct box *b)
{
	*b = (struct box){ .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };
	buf_init(&b->body, MAX_BODY + 1);
}

static void into_box(void *arg, const struct http_result *r)
{
	struct box *b = arg;
	pthread_mutex_lock(&b->lock);
	b->count++;
	b->err = r->err;
	b->status = r->status;
	snprintf(b->sentence, sizeof b->sentence, "%s", r->sentence != NULL ? r->sentence : "");
	buf_clear(&b->body);
	buf_add_bytes(&b->body, r->body);
	pthread_cond_broadcast(&b->changed);
	pthread_mutex_unlock(&b->lock);
}

static void box_wait(struct box *b, unsigned count)
{
	pthread_mutex_lock(&b->lock);
	while (b->count < count)
		pthread_cond_wait(&b->changed, &b->lock);
	pthread_mutex_unlock(&b->lock);
}

struct later { struct http_call *call; unsigned ms; };

static void *answer_later(void *arg)
{
	struct later *l = arg;
	usleep(l->ms * 1000);
	http_call_answer(l->call, 200, "text/plain", BYTES_LIT("late"));
	free(l);
	return NULL;
}

static void handle(void *arg, struct http_call *c)
{
	(void)arg;
	const char *path = http_call_path(c), *n = http_call_query(c, "n");
	if (strcmp(path, "/echo") == 0) {
		http_call_add_header(c, "X-Type", http_call_header(c, "content-type") != NULL ? http_call_header(c, "content-type") : "none");
		http_call_answer(c, 200, "application/octet-stream", http_call_body(c));
	} else if (strcmp(path, "/zeros") == 0) {
		struct buf b;
		buf_init(&b, MAX_BODY + 1);
		memset(buf_grow(&b, strtoul(n, NULL, 10)), '0', strtoul(n, NULL, 10));
		http_call_answer_buf(c, 200, "text/plain", &b);
	} else if (strcmp(path, "/late") == 0) {
		struct later *l = malloc(sizeof *l);
		*l = (struct later){ c, (unsigned)strtoul(n, NULL, 10) };
		pthread_t t;
		assert_int_equal(pthread_create(&t, NULL, answer_later, l), 0);
		pthread_detach(t);
	} else if (strcmp(path, "/away") == 0) {
		http_call_add_header(c, "Location", "/echo");
		http_call_answer(c, 302, NULL, (struct bytes){ 0 });
	} else if (strcmp(path, "/authorization") == 0) {
		http_call_answer(c, 200, "text/plain", bytes_str(http_call_header(c, "Authorization")));
	} else {
		http_call_answer(c, 404, "text/plain", bytes_str(path));
	}
}

static struct http_server *server;
static struct http_client *client;
static char base[64];

static int start(void **state)
{
	(void)state;
	struct http_server_config sc = { .listen = "127.0.0.1:0", .max_body = MAX_BODY, .max_connections = 256, .idle_seconds = 10 };
	struct http_client_config cc = { .max_per_host = 4 };
	if (http_server_start(&sc, handle, NULL, &server) != TOCSIN_OK || http_client_start(&cc, &client) != TOCSIN_OK)
		return -1;
	snprintf(base, sizeof base, "http://127.0.0.1:%u", http_server_port(server));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	http_client_stop(client);
	http_server_stop(server);
	return 0;
}

/* Sends and waits; the caller frees b->body. */
static void ask(struct box *b, const char *method, const char *path, struct buf *body, size_t max_answer, unsigned ms)
{
	char url[256];
	snprintf(url, sizeof url, "%s%s", strstr(path, ":/") != NULL ? "" : base, path);
	struct http_request r = { .method = method, .url = url, .type = body != NULL ? "text/x" : NULL, .body = body, .max_answer = max_answer, .timeout_ms = ms };
	box_init(b);
	http_client_send(client, &r, into_box, b);
	box_wait(b, 1);
}

static void test_echo(void **state)
{
	(void)state;
	static const size_t sizes[] = { 0, 1, 1000, 16384, 65536, 65537, 300000, MAX_BODY - 1, MAX_BODY };
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct buf body, copy;
		struct box b;
		buf_init(&body, MAX_BODY);
		buf_init(&copy, MAX_BODY);
		random_bytes(buf_grow(&body, sizes[i]), sizes[i]);
		buf_add_bytes(&copy, buf_bytes(&body));
		ask(&b, "POST", "/echo", &body, MAX_BODY, 20000);
		if (b.err != TOCSIN_OK)
			fail_msg("%zu bytes: %s", sizes[i], b.sentence);
		assert_int_equal(b.status, 200);
		assert_true(bytes_equal(buf_bytes(&b.body), buf_bytes(&copy)));
		buf_free(&b.body);
		buf_free(&copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "what is posted comes back, from nothing to 8 MiB", test_echo, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests(tests, start, stop);
}
