/* Answers that go on, spoken to with raw bytes. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "net/http.h"
#include "wire.h"

#include <cmocka.h>      /* after ours: its fail() is a macro */

#define HOST "Host: a\r\n"
#define GET "GET /stream HTTP/1.1\r\n" HOST "\r\n"

static struct http_stream *_Atomic stream;
static struct http_server *server;

static void handle(void *arg, struct http_call *c)
{
	(void)arg;
	http_call_add_header(c, "X-Stream", "yes");
	struct http_stream *s = http_call_stream(c, "text/event-stream");
	assert_non_null(s);
	atomic_store(&stream, s);
}

static int begin(void **state)
{
	(void)state;
	struct http_server_config config = { .listen = "127.0.0.1:0", .max_body = 1000, .max_connections = 20, .idle_seconds = 10 };
	atomic_store(&stream, NULL);
	return http_server_start(&config, handle, NULL, &server) == TOCSIN_OK ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	http_server_stop(server);
	return 0;
}

/* A client whose stream has begun. */
static int open_stream(void)
{
	int fd = wire_open(http_server_port(server));
	assert_true(wire_say(fd, GET));
	for (int i = 0; i < 2000 && atomic_load(&stream) == NULL; i++)
		usleep(1000);
	assert_non_null(atomic_load(&stream));
	return fd;
}

/* Reads until TEXT was seen. */
static void expect(int fd, const char *text)
{
	char got[8192];
	size_t n = 0;
	do {
		char c;
		assert_true(n < sizeof got - 1);
		assert_int_equal(wire_byte(fd, &c), 1);
		got[n++] = c;
		got[n] = 0;
	} while (n < strlen(text) || strcmp(got + n - strlen(text), text) != 0);
}

static void test_pieces(void **state)
{
	(void)state;
	int fd = open_stream();
	expect(fd, "\r\n\r\n");
	for (int i = 0; i < 20; i++) {
		char text[32];
		snprintf(text, sizeof text, "data: %d\n\n", i);
		assert_true(http_stream_push(atomic_load(&stream), bytes_str(text)));
		expect(fd, text);
		usleep(i % 5 == 0 ? 20000 : 0);
	}
	http_stream_end(atomic_load(&stream));
	expect(fd, "0\r\n\r\n");
	close(fd);
}

static void test_gone(void **state)
{
	(void)state;
	int fd = open_stream();
	expect(fd, "\r\n\r\n");
	close(fd);
	bool more = true;
	for (int i = 0; i < 2000 && more; i++) {
		more = http_stream_push(atomic_load(&stream), BYTES_LIT(": still there?\n\n"));
		usleep(1000);
	}
	assert_false(more);
	http_stream_end(atomic_load(&stream));
}

static void test_slow(void **state)
{
	(void)state;
	int fd = open_stream();
	uint8_t *much = calloc(1, 65536);
	bool more = true;
	for (int i = 0; i < 1000 && more; i++)
		more = http_stream_push(atomic_load(&stream), bytes_of(much, 65536));
	assert_false(more);
	free(much);
	http_stream_end(atomic_load(&stream));
	close(fd);
}

static void *end_later(void *arg)
{
	usleep(100000);
	http_stream_end(arg);
	return NULL;
}

static void test_stop(void **state)
{
	(void)state;
	int fd = open_stream();
	pthread_t t;
	assert_true(http_stream_push(atomic_load(&stream), BYTES_LIT("data: last\n\n")));
	assert_int_equal(pthread_create(&t, NULL, end_later, atomic_load(&stream)), 0);
	http_server_stop(server);
	server = NULL;
	pthread_join(t, NULL);
	expect(fd, "data: last\n\n");
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pieces, begin, end),
		cmocka_unit_test_setup_teardown(test_gone, begin, end),
		cmocka_unit_test_setup_teardown(test_slow, begin, end),
		cmocka_unit_test_setup_teardown(test_stop, begin, end),
	};
	struct CMUnitTest named[4];
	static const char *const names[] = { "what is pushed arrives as it comes, and the end is told",
		"the pusher learns that the client is gone", "a client that does not read is given up",
		"stopping waits for the end of a stream, and what was pushed arrives" };
	for (size_t i = 0; i < 4; i++) {
		named[i] = tests[i];
		named[i].name = names[i];
	}
	return cmocka_run_group_tests(named, NULL, NULL);
}
