/* TLS, with certificates that the openssl command makes for the test. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <openssl/ssl.h>

#include "base/clock.h"
#include "base/random.h"
#include "net/http.h"
#include "wire.h"

#include <cmocka.h>      /* after ours: its fail() is a macro */

#define MAX_BODY ((size_t)8 << 20)

static char dir[] = "/tmp/tocsin-test-XXXXXX", cert[64], key[64], other_cert[64], other_key[64];
static struct http_server *server;

static void handle(void *arg, struct http_call *c)
{
	(void)arg;
	http_call_answer(c, 200, "application/octet-stream", http_call_body(c));
}

/* A self-signed certificate for NAME. */
static bool make(const char *cert_path, const char *key_path, const char *name)
{
	char san[64];
	snprintf(san, sizeof san, "subjectAltName=%s", name);
	pid_t pid = fork();
	if (pid == 0) {
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(1);
		execlp("openssl", "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
		       "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", san, "-keyout", key_path, "-out",
		       cert_path, (char *)NULL);
		_exit(127);
	}
	int status;
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int start(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(cert, sizeof cert, "%s/cert.pem", dir);
	snprintf(key, sizeof key, "%s/key.pem", dir);
	snprintf(other_cert, sizeof other_cert, "%s/cert2.pem", dir);
	snprintf(other_key, sizeof other_key, "%s/key2.pem", dir);
	if (!make(cert, key, "IP:127.0.0.1") || !make(other_cert, other_key, "DNS:other.example"))
		return -1;
	struct http_server_config config = { .listen = "127.0.0.1:0",
					     .cert = cert,
					     .key = key,
					     .max_body = MAX_BODY,
					     .max_connections = 50,
					     .idle_seconds = 2 };
	return http_server_start(&config, handle, NULL, &server) == TOCSIN_OK ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	http_server_stop(server);
	unlink(cert);
	unlink(key);
	unlink(other_cert);
	unlink(other_key);
	return rmdir(dir);
}

/* Posts N random bytes to HOST, trusting CA; the answer must be the same. */
static enum tocsin_err post(const char *host, unsigned port, const char *ca, size_t n)
{
	char url[64];
	struct buf body, copy, got;
	unsigned status;
	snprintf(url, sizeof url, "https://%s:%u/", host, port);
	buf_init(&body, MAX_BODY);
	buf_init(&copy, MAX_BODY);
	buf_init(&got, MAX_BODY);
	random_bytes(buf_grow(&body, n), n);
	buf_add_bytes(&copy, buf_bytes(&body));
	struct http_request r = {
		.method = "POST", .url = url, .body = &body, .max_answer = MAX_BODY, .timeout_ms = 20000
	};
	struct http_client_config config = { .ca_file = ca, .max_per_host = 2 };
	enum tocsin_err e = http_ask(&config, &r, &status, &got);
	if (e == TOCSIN_OK) {
		assert_int_equal(status, 200);
		assert_true(bytes_equal(buf_bytes(&got), buf_bytes(&copy)));
	}
	buf_free(&copy);
	buf_free(&got);
	return e;
}

static void test_round(void **state)
{
	(void)state;
	static const size_t sizes[] = { 0, 1, 16384, 16385, 300000, MAX_BODY };
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		if (post("127.0.0.1", http_server_port(server), cert, sizes[i]) != TOCSIN_OK)
			fail_msg("%zu bytes: %s", sizes[i], fail_sentence());
}

static void test_wrong(void **state)
{
	(void)state;
	assert_int_equal(post("127.0.0.1", http_server_port(server), NULL, 1), TOCSIN_OFFLINE);
	assert_int_equal(post("127.0.0.1", http_server_port(server), other_cert, 1), TOCSIN_OFFLINE);
	assert_int_equal(post("localhost", http_server_port(server), cert, 1),
			 TOCSIN_OFFLINE); /* trusted, but for another name */
	struct http_server *s;
	struct http_server_config config = {
		.listen = "127.0.0.1:0", .cert = cert, .key = other_key, .max_body = 10, .max_connections = 5
	};
	assert_int_equal(http_server_start(&config, handle, NULL, &s), TOCSIN_BROKEN);
	config.cert = key;
	assert_int_equal(http_server_start(&config, handle, NULL, &s), TOCSIN_BROKEN);
	config.cert = other_cert;
	assert_int_equal(http_server_start(&config, handle, NULL, &s), TOCSIN_OK);
	assert_int_equal(post("127.0.0.1", http_server_port(s), other_cert, 1), TOCSIN_OFFLINE);
	http_server_stop(s);
}

/* A TLS connection by hand; NULL when the handshake fails. */
static SSL *shake(SSL_CTX *ctx, int *fd)
{
	*fd = wire_open(http_server_port(server));
	SSL *ssl = SSL_new(ctx);
	SSL_set_fd(ssl, *fd);
	if (SSL_connect(ssl) == 1)
		return ssl;
	SSL_free(ssl);
	close(*fd);
	return NULL;
}

static int read_status(SSL *ssl)
{
	char text[2048];
	int n = 0, k;
	while (n < 2047 && (k = SSL_read(ssl, text + n, 2047 - n)) > 0) {
		n += k;
		text[n] = '\0';
		if (strstr(text, "\r\n\r\n") != NULL)
			return (int)strtol(text + 9, NULL, 10);
	}
	return 0;
}

static void test_by_hand(void **state)
{
	(void)state;
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl;
	int fd;

	/* Before 1.2 nothing. */
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(ctx, TLS1_1_VERSION);
	assert_null(shake(ctx, &fd));
	for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
		SSL_CTX_set_min_proto_version(ctx, version);
		SSL_CTX_set_max_proto_version(ctx, version);
		ssl = shake(ctx, &fd);
		assert_non_null(ssl);

		/* Byte by byte, twice, then a malformed one. */
		static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
		for (int twice = 0; twice < 2; twice++) {
			for (size_t i = 0; i < sizeof text - 1; i++)
				assert_int_equal(SSL_write(ssl, text + i, 1), 1);
			assert_int_equal(read_status(ssl), 200);
		}
		assert_true(SSL_write(ssl, "GET / HTTP/1.1\nHost: a\n\n", 24) == 24);
		assert_int_equal(read_status(ssl), 400);
		char c;
		while (SSL_read(ssl, &c, 1) > 0)
			;
		assert_int_equal(SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);
		SSL_free(ssl);
		close(fd);

		/* A client that says it is done still gets its answer. */
		ssl = shake(ctx, &fd);
		assert_non_null(ssl);
		assert_int_equal(SSL_write(ssl, text, sizeof text - 1), sizeof text - 1);
		SSL_shutdown(ssl);
		shutdown(fd, SHUT_WR);
		assert_int_equal(read_status(ssl), 200);
		SSL_free(ssl);
		close(fd);
	}
	SSL_CTX_free(ctx);
}

static void test_not_tls(void **state)
{
	(void)state;
	/* Plain HTTP, a handshake that stops, and one that is cut at each of its first bytes. */
	int fd = wire_open(http_server_port(server));
	assert_true(wire_say(fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
	int64_t start_at = clock_mono();
	char c;
	int k, n = 0;
	while ((k = wire_byte(fd, &c)) == 1)
		n++;
	assert_true(k != -2 && n < 20);
	assert_true(clock_mono() - start_at < CLOCK_SECOND);
	close(fd);
	fd = wire_open(http_server_port(server));
	assert_true(wire_send(fd, "\x16\x03\x01\x02", 4));
	start_at = clock_mono();
	assert_true(wire_ended(fd));
	assert_in_range(clock_mono() - start_at, CLOCK_SECOND, 5 * CLOCK_SECOND);
	close(fd);
	for (int i = 0; i < 5; i++) {
		fd = wire_open(http_server_port(server));
		assert_true(wire_send(fd, "\x16\x03\x01\x02\x00", (size_t)i));
		close(fd);
	}
	assert_int_equal(post("127.0.0.1", http_server_port(server), cert, 1), TOCSIN_OK);
}

static void test_renew(void **state)
{
	char new_cert[80], new_key[80];
	unsigned port = http_server_port(server);
	(void)state;
	snprintf(new_cert, sizeof new_cert, "%s/cert3.pem", dir);
	snprintf(new_key, sizeof new_key, "%s/key3.pem", dir);
	assert_true(make(new_cert, new_key, "IP:127.0.0.1"));
	assert_int_not_equal(http_server_renew(server, new_cert, key), TOCSIN_OK);
	assert_int_equal(http_server_renew(server, "/nowhere", new_key), TOCSIN_BROKEN);
	assert_int_equal(post("127.0.0.1", port, cert, 1), TOCSIN_OK);
	assert_int_equal(http_server_renew(server, new_cert, new_key), TOCSIN_OK);
	assert_int_equal(http_server_renew(server, new_cert, new_key), TOCSIN_OK);
	assert_int_equal(post("127.0.0.1", port, new_cert, 100000), TOCSIN_OK);
	assert_int_equal(post("127.0.0.1", port, cert, 1), TOCSIN_OFFLINE);
	assert_int_equal(http_server_renew(server, cert, key), TOCSIN_OK);
	unlink(new_cert);
	unlink(new_key);

	struct http_server *plain;
	struct http_server_config config = { .listen = "127.0.0.1:0", .max_body = 10, .max_connections = 5, .idle_seconds = 2 };
	assert_int_equal(http_server_start(&config, handle, NULL, &plain), TOCSIN_OK);
	assert_int_equal(http_server_renew(plain, cert, key), TOCSIN_REFUSED);
	http_server_stop(plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "what is posted comes back, from nothing to 8 MiB", test_round, NULL, NULL, NULL },
		{ "unknown issuers, other names and keys that do not fit are refused", test_wrong, NULL, NULL, NULL },
		{ "TLS 1.2 and 1.3 are spoken, nothing older, and the gate reads inside", test_by_hand, NULL, NULL,
		  NULL },
		{ "what is not TLS, or stops halfway, is cut off", test_not_tls, NULL, NULL, NULL },
		{ "a certificate that is renewed is what new connections get, and one that cannot be used changes nothing", test_renew, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests(tests, start, stop);
}
