/* The client against the listener, plain. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/random.h"
#include "net/http.h"
#include "wire.h"

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
		http_call_add_header(c, "X-Type",
				     http_call_header(c, "content-type") != NULL ? http_call_header(c, "content-type")
										 : "none");
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
	struct http_server_config sc = {
		.listen = "127.0.0.1:0", .max_body = MAX_BODY, .max_connections = 256, .idle_seconds = 10
	};
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
	struct http_request r = { .method = method,
				  .url = url,
				  .type = body != NULL ? "text/x" : NULL,
				  .body = body,
				  .max_answer = max_answer,
				  .timeout_ms = ms };
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


static void test_kept(void **state)
{
	(void)state;
	struct box b;
	box_init(&b);
	char url[128];
	snprintf(url, sizeof url, "%s/late?n=50", base);
	struct http_request r = { .method = "GET", .url = url, .max_answer = 100, .timeout_ms = 20000 };
	for (int i = 0; i < 40; i++)
		http_client_send(client, &r, into_box, &b);
	box_wait(&b, 40);
	assert_int_equal(b.status, 200);
	assert_true(bytes_equal_str(buf_bytes(&b.body), "late"));
	buf_free(&b.body);
	struct http_counts counts;
	http_server_counts(server, &counts);
	assert_in_range(counts.connections, 1, 4 + 1);      /* kept alive, and no more than max_per_host */
}

static void test_details(void **state)
{
	(void)state;
	struct box b;
	struct http_request r = {
		.method = "GET", .max_answer = 100, .timeout_ms = 5000, .authorization = "Bearer abc"
	};
	char url[128];
	snprintf(url, sizeof url, "%s/authorization", base);
	r.url = url;
	box_init(&b);
	http_client_send(client, &r, into_box, &b);
	box_wait(&b, 1);
	assert_int_equal(b.err, TOCSIN_OK);
	assert_true(bytes_equal_str(buf_bytes(&b.body), "Bearer abc"));
	buf_free(&b.body);
	r.authorization = "a\r\nX: b";
	box_init(&b);
	http_client_send(client, &r, into_box, &b);
	box_wait(&b, 1);
	assert_int_equal(b.err, TOCSIN_BAD);
	buf_free(&b.body);
	ask(&b, "GET", "/nothing%20here", NULL, 100, 5000);
	assert_int_equal(b.err, TOCSIN_OK);
	assert_int_equal(b.status, 404);
	assert_true(bytes_equal_str(buf_bytes(&b.body), "/nothing here"));
	buf_free(&b.body);
	ask(&b, "POST", "/echo", NULL, 100, 5000);
	assert_int_equal(b.status, 200);
	assert_int_equal(b.body.n, 0);
	buf_free(&b.body);
	ask(&b, "HEAD", "/zeros?n=50", NULL, 100, 5000);
	assert_int_equal(b.status, 200);
	assert_int_equal(b.body.n, 0);
	buf_free(&b.body);
}

static void test_redirect(void **state)
{
	(void)state;
	struct box b;
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	ask(&b, "GET", "/away", NULL, 100, 5000);
	unsetenv("http_proxy");
	assert_int_equal(b.err, TOCSIN_OK);
	assert_int_equal(b.status, 302);
	buf_free(&b.body);
}

static void test_large(void **state)
{
	(void)state;
	struct box b;
	ask(&b, "GET", "/zeros?n=1000", NULL, 1000, 5000);
	assert_int_equal(b.err, TOCSIN_OK);
	assert_int_equal(b.body.n, 1000);
	buf_free(&b.body);
	ask(&b, "GET", "/zeros?n=1001", NULL, 1000, 5000);
	assert_int_equal(b.err, TOCSIN_BAD);
	assert_non_null(strstr(b.sentence, "larger than the 1000 bytes"));
	assert_int_equal(b.body.n, 0);
	buf_free(&b.body);

	/* Without a length to warn of it: a server that goes on for ever. */
	int on = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	assert_int_equal(bind(on, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(on, 1), 0);
	assert_int_equal(getsockname(on, (struct sockaddr *)&at, &n), 0);
	char url[64];
	snprintf(url, sizeof url, "http://127.0.0.1:%u/", ntohs(at.sin_port));
	struct http_request r = { .method = "GET", .url = url, .max_answer = 1000, .timeout_ms = 5000 };
	box_init(&b);
	http_client_send(client, &r, into_box, &b);
	int fd = accept(on, NULL, NULL);
	assert_true(wire_say(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
	while (wire_say(fd, "8\r\nabcdefgh\r\n"))
		;
	box_wait(&b, 1);
	assert_int_equal(b.err, TOCSIN_BAD);
	buf_free(&b.body);
	close(fd);

	/* And one that says nothing. */
	r.timeout_ms = 300;
	box_init(&b);
	int64_t start = clock_mono();
	http_client_send(client, &r, into_box, &b);
	box_wait(&b, 1);
	assert_int_equal(b.err, TOCSIN_OFFLINE);
	assert_in_range(clock_mono() - start, 250000, 3000000);
	buf_free(&b.body);
	close(on);

	/* And nobody at all. */
	box_init(&b);
	http_client_send(client, &r, into_box, &b);
	box_wait(&b, 1);
	assert_int_equal(b.err, TOCSIN_OFFLINE);
	assert_non_null(strstr(b.sentence, url));
	buf_free(&b.body);
}

static void test_urls(void **state)
{
	(void)state;
	static const struct { const char *url; enum tocsin_err err;
	} cases[] = {
		{ "http://192.0.2.1/", TOCSIN_REFUSED },
		{ "http://example.com/", TOCSIN_REFUSED },
		{ "http://[2001:db8::1]/", TOCSIN_REFUSED },
		{ "http://localhost.example.com/", TOCSIN_REFUSED },
		{ "http://127.0.0.1.example.com/", TOCSIN_REFUSED },
		{ "HTTP://example.com/", TOCSIN_REFUSED },
		{ "http://0.0.0.0/", TOCSIN_REFUSED },
		{ "http://[::ffff:192.0.2.1]/", TOCSIN_REFUSED },
		{ "ftp://127.0.0.1/", TOCSIN_BAD },
		{ "file:///etc/passwd", TOCSIN_BAD },
		{ "gopher://127.0.0.1/", TOCSIN_BAD },
		{ "", TOCSIN_BAD },
		{ "http://u:p@127.0.0.1/", TOCSIN_BAD },
		{ "unix:", TOCSIN_BAD },
		{ "unix:/tmp/x", TOCSIN_BAD },
		{ "unix::/x", TOCSIN_BAD },
		{ "unix:/nowhere/at/all:/x", TOCSIN_OFFLINE },
		{ "http://127.0.0.1:1/", TOCSIN_OFFLINE },
		{ "http://[::1]:1/", TOCSIN_OFFLINE },
		{ "http://localhost:1/", TOCSIN_OFFLINE },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct box b;
		struct http_request r = { .method = "GET", .url = cases[i].url, .max_answer = 10, .timeout_ms = 2000 };
		box_init(&b);
		http_client_send(client, &r, into_box, &b);
		box_wait(&b, 1);
		if (b.err != cases[i].err || b.sentence[0] == '\0')
			fail_msg("%s: %s, \"%s\"", cases[i].url, err_name(b.err), b.sentence);
		buf_free(&b.body);
	}
}

static void test_unix(void **state)
{
	(void)state;
	char dir[] = "/tmp/tocsin-test-XXXXXX", where[80], url[128];
	assert_non_null(mkdtemp(dir));
	snprintf(where, sizeof where, "unix:%s/s", dir);
	snprintf(url, sizeof url, "unix:%s/s:/x/y?n=a:/b", dir);
	struct http_server_config sc = { .listen = where, .max_body = 100, .max_connections = 5, .idle_seconds = 10 };
	struct http_server *s;
	assert_int_equal(http_server_start(&sc, handle, NULL, &s), TOCSIN_OK);
	struct http_request r = { .method = "GET", .url = url, .max_answer = 100, .timeout_ms = 5000 };
	struct http_client_config cc = { .max_per_host = 2 };
	struct buf body;
	unsigned status;
	buf_init(&body, 100);
	assert_int_equal(http_ask(&cc, &r, &status, &body), TOCSIN_OK);
	assert_int_equal(status, 404);
	assert_true(bytes_equal_str(buf_bytes(&body), "/x/y"));
	http_server_stop(s);
	assert_int_equal(http_ask(&cc, &r, &status, &body), TOCSIN_OFFLINE);
	assert_non_null(strstr(fail_sentence(), "unix:"));
	buf_free(&body);
	rmdir(dir);
}

struct order { pthread_mutex_t lock; char text[16]; size_t n; pthread_t thread; };
struct letter { struct order *order; char c; };

static void note(void *arg)
{
	struct letter *l = arg;
	pthread_mutex_lock(&l->order->lock);
	l->order->text[l->order->n++] = l->c;
	assert_true(l->order->n == 1 || pthread_equal(l->order->thread, pthread_self()));
	l->order->thread = pthread_self();
	pthread_mutex_unlock(&l->order->lock);
}

static void test_tasks(void **state)
{
	(void)state;
	struct order o = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct letter l[5] = { { &o, 'a' }, { &o, 'b' }, { &o, 'c' }, { &o, 'd' }, { &o, 'e' } };
	http_client_post(client, 400, note, &l[4]);
	http_client_post(client, 200, note, &l[2]);
	http_client_post(client, 300, note, &l[3]);
	http_client_post(client, 0, note, &l[0]);
	http_client_post(client, 100, note, &l[1]);
	for (int i = 0; i < 300; i++) {
		usleep(10000);
		pthread_mutex_lock(&o.lock);
		size_t n = o.n;
		pthread_mutex_unlock(&o.lock);
		if (n == 5)
			break;
	}
	assert_string_equal(o.text, "abcde");
}

static void never(void *arg)
{
	(void)arg;
	abort();
}

static void test_stop_client(void **state)
{
	(void)state;
	struct http_client_config cc = { .max_per_host = 2 };
	struct http_client *c;
	struct box b;
	char url[128];
	snprintf(url, sizeof url, "%s/late?n=400", base);
	struct http_request r = { .method = "GET", .url = url, .max_answer = 100, .timeout_ms = 5000 };
	assert_int_equal(http_client_start(&cc, &c), TOCSIN_OK);
	box_init(&b);
	http_client_post(c, 60000, never, NULL);
	for (int i = 0; i < 5; i++)
		http_client_send(c, &r, into_box, &b);
	usleep(50000);
	http_client_send(c, &r, into_box, &b);
	int64_t start = clock_mono();
	http_client_stop(c);
	assert_true(clock_mono() - start < 300000);
	assert_int_equal(b.count, 6);
	assert_int_equal(b.err, TOCSIN_OFFLINE);
	buf_free(&b.body);
	http_client_stop(NULL);
	usleep(500000);          /* the server's late answers */
}

static void test_bad_anchors(void **state)
{
	(void)state;
	struct http_client *c;
	struct http_client_config cc = { .ca_file = "/nowhere/ca.pem", .max_per_host = 1 };
	assert_int_equal(http_client_start(&cc, &c), TOCSIN_BROKEN);
	assert_null(c);
	cc.ca_file = "/dev/null";
	assert_int_equal(http_client_start(&cc, &c), TOCSIN_BAD);
	assert_non_null(strstr(fail_sentence(), "/dev/null"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "what is posted comes back, from nothing to 8 MiB", test_echo, NULL, NULL, NULL },
		{ "answers that come late come, over few connections", test_kept, NULL, NULL, NULL },
		{ "methods, types, authorization and statuses arrive", test_details, NULL, NULL, NULL },
		{ "redirects are not followed and proxies not used", test_redirect, NULL, NULL, NULL },
		{ "too large, too slow and dead answers end with a sentence", test_large, NULL, NULL, NULL },
		{ "only https, and http to this machine, is spoken", test_urls, NULL, NULL, NULL },
		{ "a unix socket is asked by its path", test_unix, NULL, NULL, NULL },
		{ "tasks run in the order of their times, on one thread", test_tasks, NULL, NULL, NULL },
		{ "stopping ends what is under way, once each, and runs no task that waits", test_stop_client, NULL,
		  NULL, NULL },
		{ "trust anchors that cannot be read are an error", test_bad_anchors, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests(tests, start, stop);
}
