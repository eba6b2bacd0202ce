/* The listener, spoken to with raw bytes. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <dirent.h>

#include "base/clock.h"
#include "net/http.h"
#include "wire.h"

#include <cmocka.h>      /* after ours: its fail() is a macro */

#define MAX_BODY ((size_t)100000)
#define HOST "Host: a\r\n"
#define OK_GET "GET /ok HTTP/1.1\r\n" HOST "\r\n"

struct text_of { const char *p; size_t n; };
#define TEXT(s) { s, sizeof(s) - 1 }

static const struct text_of ten[] = {
	TEXT("POST /bad HTTP/1.1\r\n" HOST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
	TEXT("POST /bad HTTP/1.1\r\n" HOST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
	TEXT("GET /bad HTTP/1.1\r\nAccept: a\r\n\r\n"),
	TEXT("GET /bad HTTP/1.1\r\n" HOST HOST "\r\n"),
	TEXT("GET /bad HTTP/1.1\r\nHost : a\r\n\r\n"),
	TEXT("GET /bad HTTP/1.1\nHost: a\n\n"),
	TEXT("GET /bad HTTP/1.1\r\n" HOST "X: a\0b\r\n\r\n"),
	TEXT("GET /bad HTTP/1.1\r\n" HOST ": b\r\n\r\n"),
	TEXT("POST /bad HTTP/1.1\r\n" HOST "Content-Length: +10\r\n\r\n0123456789"),
	TEXT("POST /bad HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
};

static _Atomic unsigned good, bad;       /* calls of the handler */

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
	atomic_fetch_add(strcmp(path, "/bad") == 0 ? &bad : &good, 1);
	if (strcmp(path, "/late") == 0) {
		struct later *l = malloc(sizeof *l);
		pthread_t t;
		*l = (struct later){ c, (unsigned)strtoul(n, NULL, 10) };
		assert_int_equal(pthread_create(&t, NULL, answer_later, l), 0);
		pthread_detach(t);
	} else if (strcmp(path, "/zeros") == 0) {
		struct buf b;
		size_t size = strtoul(n, NULL, 10);
		buf_init(&b, size);
		memset(buf_grow(&b, size), '0', size);
		http_call_answer_buf(c, 200, "text/plain", &b);
	} else if (strcmp(path, "/echo") == 0) {
		http_call_answer(c, 200, "text/plain", http_call_body(c));
	} else if (strcmp(path, "/peer") == 0) {
		http_call_answer(c, 200, "text/plain", bytes_str(http_call_peer(c)));
	} else {
		char *s = arena_printf(
		    http_call_arena(c), "%s %s|%s|%s|%zu", http_call_method(c), path, n != NULL ? n : "-",
		    http_call_header(c, "x-test") != NULL ? http_call_header(c, "X-Test") : "-", http_call_body(c).n);
		http_call_add_header(c, "X-Answer", "yes");
		http_call_answer(c, 200, "text/plain", bytes_str(s));
	}
}

static struct http_server *serve(struct http_server_config config)
{
	struct http_server *s = NULL;
	if (config.listen == NULL)
		config.listen = "127.0.0.1:0";
	if (config.max_body == 0)
		config.max_body = MAX_BODY;
	if (config.max_connections == 0)
		config.max_connections = 300;
	if (config.idle_seconds == 0)
		config.idle_seconds = 10;
	if (http_server_start(&config, handle, NULL, &s) != TOCSIN_OK)
		fail_msg("%s", fail_sentence());
	return s;
}

static void expect_ok(int fd, const char *text)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	assert_int_equal(wire_answer(fd, &b, NULL), 200);
	if (!bytes_equal_str(buf_bytes(&b), text))
		fail_msg("\"%.*s\" instead of \"%s\"", (int)b.n, (const char *)b.p, text);
	buf_free(&b);
}

static void test_call(void **state)
{
	(void)state;
	struct http_server *s = serve((struct http_server_config){ 0 });
	int fd = wire_open(http_server_port(s));
	char head[2048];
	assert_true(wire_say(fd, "GET /a%20b/%C3%A4?n=1%2B+2&m HTTP/1.1\r\n" HOST "X-Test: y z\r\n\r\n"));
	expect_ok(fd, "GET /a b/\xc3\xa4|1+ 2|y z|0");
	assert_true(wire_say(fd, "PUT / HTTP/1.1\r\n" HOST
				 "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
	assert_int_equal(wire_answer(fd, NULL, head), 200);
	assert_non_null(strstr(head, "X-Answer: yes\r\n"));
	assert_true(wire_say(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"));
	assert_int_equal(wire_answer(fd, NULL, NULL), 100);
	assert_true(wire_say(fd, "abc"));
	expect_ok(fd, "abc");
	assert_true(wire_say(fd, "GET /peer HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"));
	expect_ok(fd, "127.0.0.1");
	assert_true(wire_ended(fd));
	close(fd);
	http_server_stop(s);
}

/* A bad request alone, behind a good one on the same connection, and cut into two writes at every byte. */
static void test_ten(void **state)
{
	(void)state;
	struct http_server *s = serve((struct http_server_config){ 0 });
	unsigned sent = 0;
	atomic_store(&bad, 0);
	for (size_t i = 0; i < sizeof ten / sizeof ten[0]; i++)
		for (int behind = 0; behind < 2; behind++)
			for (size_t cut = 0; cut < ten[i].n; cut++, sent++) {
				int fd = wire_open(http_server_port(s));
				if (behind) {
					assert_true(wire_say(fd, OK_GET));
					assert_int_equal(wire_answer(fd, NULL, NULL), 200);
				}
				assert_true(wire_send(fd, ten[i].p, cut));
				if (cut % 8 == 1)
					usleep(200); /* now and then long enough for the first part to be read alone */
				(void)wire_send(fd, ten[i].p + cut, ten[i].n - cut);
				int status = wire_answer(fd, NULL, NULL);
				if (status != 400)
					fail_msg("request %zu cut at %zu: status %d", i, cut, status);
				assert_true(wire_ended(fd));
				close(fd);
			}
	assert_int_equal(atomic_load(&bad), 0);
	struct http_counts counts;
	http_server_counts(s, &counts);
	assert_int_equal(counts.gate_refused, sent);
	http_server_stop(s);
}

static void test_byte_by_byte(void **state)
{
	(void)state;
	struct http_server *s = serve((struct http_server_config){ 0 });
	static const char text[] =
	    "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
	    "GET / HTTP/1.1\r\n" HOST "\r\n";
	int fd = wire_open(http_server_port(s));
	for (size_t i = 0; i < sizeof text - 1; i++) {
		assert_true(wire_send(fd, text + i, 1));
		usleep(100);
	}
	expect_ok(fd, "abc");
	expect_ok(fd, "GET /|-|-|0");
	close(fd);
	http_server_stop(s);
}

static void test_pipeline(void **state)
{
	(void)state;
	struct http_server *s = serve((struct http_server_config){ 0 });
	int fd = wire_open(http_server_port(s));
	struct buf all;
	buf_init(&all, 1 << 20);
	for (int i = 0; i < 50; i++)
		buf_printf(&all,
			   i % 3 == 0   ? "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n%02d"
			   : i % 3 == 1 ? "GET /late?n=%d HTTP/1.1\r\n" HOST "\r\n"
					: "GET /x?n=%d HTTP/1.1\r\n" HOST "\r\n",
			   i);
	buf_add(&all, ten[3].p, ten[3].n);
	buf_add_str(&all, OK_GET);
	assert_true(wire_send(fd, all.p, all.n));
	for (int i = 0; i < 50; i++) {
		char text[32];
		snprintf(text, sizeof text, i % 3 == 0 ? "%02d" : i % 3 == 1 ? "late" : "GET /x|%d|-|0", i);
		expect_ok(fd, text);
	}
	assert_int_equal(wire_answer(fd, NULL, NULL), 400);
	assert_true(wire_ended(fd));
	close(fd);
	buf_free(&all);
	http_server_stop(s);
}

static void test_bodies(void **state)
{
	(void)state;
	struct http_server *s = serve((struct http_server_config){ 0 });
	atomic_store(&bad, 0);
	char *body = calloc(1, MAX_BODY + 1), head[128];
	memset(body, 'x', MAX_BODY + 1);
	for (size_t over = 0; over < 2; over++)
		for (int chunked = 0; chunked < 2; chunked++) {
			int fd = wire_open(http_server_port(s));
			if (chunked)
				snprintf(head, sizeof head,
					 "POST /%s HTTP/1.1\r\n" HOST
					 "Transfer-Encoding: chunked\r\n\r\n1\r\ny\r\n%zx\r\n",
					 over ? "bad" : "ok", MAX_BODY - 1 + over);
			else
				snprintf(head, sizeof head, "POST /%s HTTP/1.1\r\n" HOST "Content-Length: %zu\r\n\r\n",
					 over ? "bad" : "ok", MAX_BODY + over);
			assert_true(wire_say(fd, head));
			(void)wire_send(fd, body, MAX_BODY + over - (chunked ? 1 : 0));
			if (chunked)
				(void)wire_say(fd, "\r\n0\r\n\r\n");
			if (!over) {
				char text[64];
				snprintf(text, sizeof text, "POST /ok|-|-|%zu", MAX_BODY);
				expect_ok(fd, text);
			} else {
				assert_int_equal(wire_answer(fd, NULL, NULL), 413);
				assert_true(wire_ended(fd));
			}
			close(fd);
		}
	assert_int_equal(atomic_load(&bad), 0);
	free(body);
	http_server_stop(s);
}

static void test_targets(void **state)
{
	(void)state;
	struct http_server *s = serve((struct http_server_config){ 0 });
	static const char *const targets[] = { "/%",          "/%4",   "/%zz",   "/a%2Fb",     "/a%5cb",
					       "/%00",        "/a%0a", "/%ff",   "/..",        "/a/../b",
					       "/a/%2e%2e/b", "/.",    "/a?b=%", "/a?b=1&b=2", "/a?%00=1" };
	int fd = wire_open(http_server_port(s));
	atomic_store(&good, 0);
	for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
		char text[128];
		snprintf(text, sizeof text, "GET %s HTTP/1.1\r\n" HOST "\r\n", targets[i]);
		assert_true(wire_say(fd, text));
		int status = wire_answer(fd, NULL, NULL);
		if (status != 400)
			fail_msg("%s: status %d", targets[i], status);
	}
	assert_int_equal(atomic_load(&good), 0);
	close(fd);
	http_server_stop(s);
}

static int64_t seconds_to_end(int fd)
{
	int64_t start = clock_mono();
	assert_true(wire_ended(fd));
	return clock_mono() - start;
}

static void test_times(void **state)
{
	(void)state;
	struct http_server *s = serve((struct http_server_config){ .idle_seconds = 1 });
	unsigned port = http_server_port(s);
	atomic_store(&good, 0);

	/* A head that trickles in is cut off although there never is a long silence. */
	int fd = wire_open(port);
	assert_true(wire_say(fd, "GET /ok HTTP/1.1\r\nX: "));
	int64_t start = clock_mono();
	while (clock_mono() - start < 5 * CLOCK_SECOND && wire_say(fd, "x"))
		usleep(100000);
	assert_in_range(clock_mono() - start, CLOCK_SECOND / 2, 4 * CLOCK_SECOND);
	close(fd);

	/* Silence before a request, between two, and within a body. */
	fd = wire_open(port);
	assert_in_range(seconds_to_end(fd), CLOCK_SECOND / 2, 4 * CLOCK_SECOND);
	close(fd);
	fd = wire_open(port);
	assert_true(wire_say(fd, OK_GET));
	assert_int_equal(wire_answer(fd, NULL, NULL), 200);
	assert_in_range(seconds_to_end(fd), CLOCK_SECOND / 2, 4 * CLOCK_SECOND);
	close(fd);
	fd = wire_open(port);
	assert_true(wire_say(fd, "POST /ok HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nabc"));
	assert_in_range(seconds_to_end(fd), CLOCK_SECOND / 2, 4 * CLOCK_SECOND);
	close(fd);
	assert_int_equal(atomic_load(&good), 1);

	/* But a client that waits for a kept answer is not cut off. */
	fd = wire_open(port);
	assert_true(wire_say(fd, "GET /late?n=2500 HTTP/1.1\r\n" HOST "\r\n"));
	expect_ok(fd, "late");
	close(fd);
	http_server_stop(s);
}

static void test_half_close(void **state)
{
	(void)state;
	struct http_server *s = serve((struct http_server_config){ .idle_seconds = 60 });
	int64_t start = clock_mono();
	struct buf b;
	buf_init(&b, 4000000);
	for (int i = 0; i < 40; i++) {
		int fd = wire_open(http_server_port(s));
		assert_true(wire_say(fd, "GET /late?n=5 HTTP/1.1\r\n" HOST "\r\n"
					 "GET /zeros?n=3000000 HTTP/1.1\r\n" HOST "\r\n" OK_GET));
		shutdown(fd, SHUT_WR);
		expect_ok(fd, "late");
		buf_clear(&b);
		assert_int_equal(wire_answer(fd, &b, NULL), 200);
		assert_int_equal(b.n, 3000000);
		assert_int_equal(wire_answer(fd, NULL, NULL), 200);
		assert_true(wire_ended(fd));
		close(fd);

		/* In the middle of a body or a head it is no request. */
		atomic_store(&bad, 0);
		fd = wire_open(http_server_port(s));
		assert_true(wire_say(fd, "POST /bad HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nabc"));
		shutdown(fd, SHUT_WR);
		assert_true(wire_ended(fd));
		close(fd);
		fd = wire_open(http_server_port(s));
		assert_true(wire_say(fd, "GET /bad HTTP/1.1\r\n" HOST "\r"));
		shutdown(fd, SHUT_WR);
		assert_true(wire_ended(fd));
		close(fd);
	}
	/* Each ends when all is said, not when the client has been silent for long. */
	assert_true(clock_mono() - start < 30 * CLOCK_SECOND);
	assert_int_equal(atomic_load(&bad), 0);
	buf_free(&b);
	http_server_stop(s);
}

static void test_gone(void **state)
{
	(void)state;
	struct http_server *s = serve((struct http_server_config){ 0 });
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	for (int i = 0; i < 40; i++) {
		int fd = wire_open(http_server_port(s));
		if (i % 2 == 0)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
		assert_true(wire_say(fd, i % 4 < 2 ? "GET /late?n=30 HTTP/1.1\r\n" HOST "\r\n"
						   : "GET /zeros?n=8000000 HTTP/1.1\r\n" HOST "\r\n"));
		if (i % 5 == 0)
			usleep(5000);
		close(fd);
	}
	int fd = wire_open(http_server_port(s));
	assert_true(wire_say(fd, OK_GET));
	expect_ok(fd, "GET /ok|-|-|0");
	close(fd);
	usleep(60000);           /* the late answers come */
	http_server_stop(s);
}

static void test_slow_reader(void **state)
{
	(void)state;
	struct http_server *s = serve((struct http_server_config){ 0 });
	int slow = wire_open(http_server_port(s)), fd = wire_open(http_server_port(s));
	assert_true(wire_say(slow, "GET /zeros?n=8388608 HTTP/1.1\r\n" HOST "\r\n" OK_GET));
	usleep(50000);
	for (int i = 0; i < 20; i++) {
		assert_true(wire_say(fd, OK_GET));
		expect_ok(fd, "GET /ok|-|-|0");
	}
	struct buf b;
	buf_init(&b, 9000000);
	assert_int_equal(wire_answer(slow, &b, NULL), 200);
	assert_int_equal(b.n, 8388608);
	expect_ok(slow, "GET /ok|-|-|0");
	buf_free(&b);
	close(slow);
	close(fd);
	http_server_stop(s);
}

static void *stop_in_thread(void *s)
{
	http_server_stop(s);
	return NULL;
}

static void test_stop(void **state)
{
	(void)state;
	struct http_server *s = serve((struct http_server_config){ 0 });
	unsigned port = http_server_port(s);
	int kept[20], idle = wire_open(port), half = wire_open(port);
	assert_true(wire_say(idle, OK_GET));
	expect_ok(idle, "GET /ok|-|-|0");
	assert_true(wire_say(half, "POST /ok HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nabc"));
	atomic_store(&good, 0);
	for (int i = 0; i < 20; i++) {
		kept[i] = wire_open(port);
		assert_true(wire_say(kept[i], i % 2 ? "GET /late?n=400 HTTP/1.1\r\n" HOST "\r\n"
						    : "GET /late?n=100 HTTP/1.1\r\n" HOST "\r\n"));
	}
	while (atomic_load(&good) < 20)
		usleep(1000);
	http_server_drain(s);
	assert_true(wire_say(idle, OK_GET));     /* what is open goes on */
	expect_ok(idle, "GET /ok|-|-|0");
	for (int i = 0, fd; (fd = wire_open(port)) >= 0; i++) {
		/* The backlog may still take one for a moment; nobody answers it. */
		close(fd);
		assert_true(i < 1000);
		usleep(1000);
	}
	pthread_t t;
	int64_t start = clock_mono();
	assert_int_equal(pthread_create(&t, NULL, stop_in_thread, s), 0);
	for (int i = 0; i < 20; i++) {
		expect_ok(kept[i], "late");
		assert_true(wire_ended(kept[i]));
		close(kept[i]);
	}
	pthread_join(t, NULL);
	assert_true(clock_mono() - start < 4 * CLOCK_SECOND);
	assert_true(wire_ended(idle));
	assert_true(wire_ended(half));
	close(idle);
	close(half);
}

static void test_many(void **state)
{
	(void)state;
	struct http_server *s = serve((struct http_server_config){ .max_connections = 200, .max_per_address = 1 });
	int fd[200];
	for (int i = 0; i < 200; i++) {
		fd[i] = wire_open(http_server_port(s));
		assert_true(wire_say(fd[i], i % 2 ? OK_GET : "GET /late?n=200 HTTP/1.1\r\n" HOST "\r\n"));
	}
	for (int i = 199; i >= 0; i--)
		expect_ok(fd[i], i % 2 ? "GET /ok|-|-|0" : "late");
	int more = wire_open(http_server_port(s));
	(void)wire_say(more, OK_GET);
	assert_true(wire_ended(more));
	close(more);
	close(fd[0]);
	/* One is gone, so one may come. */
	int status = 0;
	for (int i = 0; i < 1000 && status != 200; i++) {
		usleep(1000);
		more = wire_open(http_server_port(s));
		(void)wire_say(more, OK_GET);
		status = wire_answer(more, NULL, NULL);
		if (status != 200)
			close(more);
	}
	assert_int_equal(status, 200);
	close(more);
	for (int i = 1; i < 200; i++)
		close(fd[i]);
	struct http_counts counts;
	http_server_counts(s, &counts);
	assert_true(counts.connections >= 201);
	assert_int_equal(counts.requests, 201);
	http_server_stop(s);
}

static void test_rate(void **state)
{
	(void)state;
	struct http_server *s = serve((struct http_server_config){ .rate_per_address = 5 });
	unsigned port = http_server_port(s), ok = 0;
	int fd = wire_open(port), status;
	char head[2048];
	int64_t start = clock_mono();
	for (status = 200; status == 200 && ok < 100; ok += status == 200) {
		assert_true(wire_say(fd, OK_GET));
		status = wire_answer(fd, NULL, head);
	}
	assert_int_equal(status, 429);
	assert_non_null(strstr(head, "Retry-After: 1\r\n"));
	assert_true(wire_ended(fd));
	assert_in_range(ok, 10, 10 + 5 * (unsigned)((clock_mono() - start) / CLOCK_SECOND + 1));
	close(fd);
	fd = wire_open(port);            /* a new connection of the address is no way round */
	assert_true(wire_say(fd, OK_GET));
	assert_int_equal(wire_answer(fd, NULL, NULL), 429);
	close(fd);
	usleep(1200000);
	fd = wire_open(port);
	assert_true(wire_say(fd, OK_GET));
	assert_int_equal(wire_answer(fd, NULL, NULL), 200);
	close(fd);
	struct http_counts counts;
	http_server_counts(s, &counts);
	assert_int_equal(counts.rate_refused, 2);
	http_server_stop(s);
}

static void test_unix(void **state)
{
	(void)state;
	char dir[] = "/tmp/tocsin-test-XXXXXX", path[64], where[80];
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/s", dir);
	snprintf(where, sizeof where, "unix:%s", path);

	/* A file that is no socket stays. */
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fclose(f);
	struct http_server_config config = { .listen = where, .max_body = 10, .max_connections = 5 };
	struct http_server *s;
	assert_int_equal(http_server_start(&config, handle, NULL, &s), TOCSIN_REFUSED);
	assert_null(s);
	assert_int_equal(unlink(path), 0);

	/* An old socket is replaced, also while it is served; its old server leaves the new one's file alone. */
	struct http_server *old = serve((struct http_server_config){ .listen = where, .rate_per_address = 1 });
	s = serve((struct http_server_config){ .listen = where, .rate_per_address = 1 });
	http_server_stop(old);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	int fd = wire_open_unix(path);
	assert_true(fd >= 0);
	for (int i = 0; i < 10; i++) {
		assert_true(wire_say(fd, "GET /peer HTTP/1.1\r\n" HOST "\r\n"));
		expect_ok(fd, "unix");
	}
	close(fd);
	assert_int_equal(http_server_port(s), 0);
	http_server_stop(s);
	assert_int_equal(stat(path, &st), -1);
	rmdir(dir);
}

static void test_refused(void **state)
{
	(void)state;
	struct http_server *s;
	struct http_server_config config = { .listen = "0.0.0.0:0", .max_body = 10, .max_connections = 5 };
	assert_int_equal(http_server_start(&config, handle, NULL, &s), TOCSIN_REFUSED);
	assert_null(s);
	config.plain_anywhere = true;
	assert_int_equal(http_server_start(&config, handle, NULL, &s), TOCSIN_OK);
	http_server_stop(s);
	static const char *const bad_places[] = {
		"",        "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",        "127.0.0.1:x", ":1",
		"[::1:80", "::1:80",    "[]:80",      "no.such.host.invalid:1", "unix:"
	};
	for (size_t i = 0; i < sizeof bad_places / sizeof bad_places[0]; i++) {
		config.listen = bad_places[i];
		assert_int_equal(http_server_start(&config, handle, NULL, &s), TOCSIN_BAD);
		assert_null(s);
	}
	config.listen = "127.0.0.1:0";
	config.cert = "/nowhere/cert.pem";
	assert_int_equal(http_server_start(&config, handle, NULL, &s), TOCSIN_BAD);
	config.key = "/nowhere/key.pem";
	assert_int_equal(http_server_start(&config, handle, NULL, &s), TOCSIN_BROKEN);
	http_server_stop(NULL);
}

/* Switches of context that the other threads of this process asked for. */
static unsigned long waking(void)
{
	unsigned long sum = 0;
	DIR *d = opendir("/proc/self/task");
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		char path[300], line[128];
		if (e->d_name[0] == '.' || strtol(e->d_name, NULL, 10) == getpid())
			continue;
		snprintf(path, sizeof path, "/proc/self/task/%s/status", e->d_name);
		FILE *f = fopen(path, "r");
		while (f != NULL && fgets(line, sizeof line, f) != NULL)
			if (strncmp(line, "voluntary_ctxt_switches:", 24) == 0)
				sum += strtoul(line + 24, NULL, 10);
		if (f != NULL)
			fclose(f);
	}
	closedir(d);
	return sum;
}

static void test_sleep(void **state)
{
	(void)state;
	struct http_server *s = serve((struct http_server_config){ .idle_seconds = 30 });
	int fd = wire_open(http_server_port(s)), kept = wire_open(http_server_port(s));
	assert_true(wire_say(fd, OK_GET));
	expect_ok(fd, "GET /ok|-|-|0");
	assert_true(wire_say(kept, "GET /late?n=4000 HTTP/1.1\r\n" HOST "\r\n"));
	usleep(300000);
	unsigned long before = waking();
	usleep(3000000);
	unsigned long woke = waking() - before;
#ifdef __SANITIZE_THREAD__
	const unsigned long most = 100;          /* the sanitizer has a thread of its own */
#else
	const unsigned long most = 3;
#endif
	if (woke > most)
		fail_msg("%lu wake-ups in three idle seconds", woke);
	expect_ok(kept, "late");
	close(fd);
	close(kept);
	http_server_stop(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "a handler sees method, path, query, header, body and peer", test_call, NULL, NULL, NULL },
		{ "the ten malformed requests get 400 and never reach the handler, first or second, cut anywhere",
		  test_ten, NULL, NULL, NULL },
		{ "requests may come byte by byte", test_byte_by_byte, NULL, NULL, NULL },
		{ "pipelined requests are answered in order, and a bad one after the good ones", test_pipeline, NULL,
		  NULL, NULL },
		{ "a body of the most is taken, one more byte gets 413", test_bodies, NULL, NULL, NULL },
		{ "targets that decode to something else are refused", test_targets, NULL, NULL, NULL },
		{ "slow heads and silent clients are cut off, waiting ones are not", test_times, NULL, NULL, NULL },
		{ "a client that says no more still gets all its answers", test_half_close, NULL, NULL, NULL },
		{ "clients that go away early harm nobody", test_gone, NULL, NULL, NULL },
		{ "a slow reader gets its 8 MiB while others are served", test_slow_reader, NULL, NULL, NULL },
		{ "stopping answers the calls that are kept, and takes no others", test_stop, NULL, NULL, NULL },
		{ "two hundred connections are served, one more is closed", test_many, NULL, NULL, NULL },
		{ "an address over its rate gets 429", test_rate, NULL, NULL, NULL },
		{ "a unix socket is private, replaced and removed", test_unix, NULL, NULL, NULL },
		{ "what cannot be listened on is refused with a reason", test_refused, NULL, NULL, NULL },
		{ "an idle listener sleeps", test_sleep, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
