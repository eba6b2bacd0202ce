/* The gate: what it lets through, what it refuses, and that cutting the bytes changes neither. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "net/gate.h"

#include <cmocka.h>      /* after ours: its fail() is a macro */

#define MAX_BODY ((size_t)1000)
#define TEXT(s) { s, sizeof(s) - 1 }
#define GET "GET / HTTP/1.1\r\nHost: a\r\n"

struct text_of { const char *p; size_t n; };

/* Feeds B in two pieces. The status of the refusal, or 0; *REQUESTS heads, *BETWEEN at the end. */
static unsigned feed(struct bytes b, size_t cut, unsigned *requests, bool *between)
{
	struct gate *g = gate_new(MAX_BODY);
	assert_non_null(g);
	unsigned first = 0, second = 0, status = 0;
	enum tocsin_err e = gate_look(g, bytes_of(b.p, cut), &first);
	if (e == TOCSIN_OK)
		e = gate_look(g, bytes_of(b.p + cut, b.n - cut), &second);
	if (e != TOCSIN_OK) {
		assert_int_equal(e, TOCSIN_BAD);
		status = gate_status(g);
		assert_in_range(status, 400, 431);
		unsigned more;
		assert_int_equal(gate_look(g, BYTES_LIT(GET "\r\n"), &more), TOCSIN_BAD);
		assert_int_equal(more, 0);
	}
	*requests = first + second;
	*between = gate_between(g);
	gate_free(g);
	return status;
}

/* At every cut, alone and behind a good request with a body. */
static void expect(struct text_of t, unsigned status, unsigned requests)
{
	static const char before[] = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
	struct buf second;
	buf_init(&second, 1 << 20);
	buf_add_str(&second, before);
	buf_add(&second, t.p, t.n);
	for (int behind = 0; behind < 2; behind++) {
		struct bytes all = behind ? buf_bytes(&second) : bytes_of(t.p, t.n);
		for (size_t cut = 0; cut <= all.n; cut++) {
			unsigned got;
			bool between;
			unsigned s = feed(all, cut, &got, &between);
			if (s != status)
				fail_msg("status %u instead of %u, cut at %zu: %.*s", s, status, cut, (int)all.n,
					 (const char *)all.p);
			if (status == 0) {
				assert_int_equal(got, requests + (unsigned)behind);
				assert_true(between);
			}
		}
	}
	buf_free(&second);
}

static void test_good(void **state)
{
	(void)state;
	static const struct { struct text_of text; unsigned requests;
	} cases[] = {
		{ TEXT(GET "\r\n"), 1 },
		{ TEXT("GET /a?b=%20c&d='%7B' HTTP/1.0\r\nHost: [::1]:8080\r\n\r\n"), 1 },
		{ TEXT("OPTIONS /~x HTTP/1.1\r\nhOsT:a\r\nX-Empty:\r\nX-Blank: \t \r\nX: a\tb \"c\" \x80\xff\r\n\r\n"),
		  1 },
		{ TEXT("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"), 1 },
		{ TEXT("POST / HTTP/1.1\r\nContent-Length:   5\r\nHost: a\r\n\r\na\r\n\0\n"), 1 },
		{ TEXT("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
		       "Chunked\r\n\r\n5\r\nab\r\nc\r\n0A\r\n0123456789\r\n0\r\n\r\n"),
		  1 },
		{ TEXT("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n00000000\r\n\r\n"), 1 },
		{ TEXT(GET "\r\n" GET "\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nG" GET "\r\n"), 4 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		expect(cases[i].text, 0, cases[i].requests);
}

static void test_ten(void **state)
{
	(void)state;
	static const struct text_of cases[] = {
		TEXT("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
		TEXT("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nAccept: a\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
		TEXT("GET / HTTP/1.1\nHost: a\n\n"),
		TEXT("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"),
		TEXT("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +10\r\n\r\n0123456789"),
		TEXT("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		expect(cases[i], 400, 0);
}

static void test_bad(void **state)
{
	(void)state;
	static const struct text_of cases[] = {
		TEXT("\r\n" GET "\r\n"), /* an empty line in front */
		TEXT(" GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
		TEXT("get / HTTP/1.1\r\nHost: a\r\n\r\n"),
		TEXT("ABCDEFGHIJKLMNOPQ / HTTP/1.1\r\nHost: a\r\n\r\n"), /* 17 letters */
		TEXT("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
		TEXT("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
		TEXT("GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
		TEXT("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
		TEXT("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"),
		TEXT("GET /#b HTTP/1.1\r\nHost: a\r\n\r\n"),
		TEXT("GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n"),
		TEXT("GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n"),
		TEXT("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
		TEXT("GET /  HTTP/1.1\r\nHost: a\r\n\r\n"),
		TEXT("GET /\r\nHost: a\r\n\r\n"),
		TEXT("GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
		TEXT("GET / http/1.1\r\nHost: a\r\n\r\n"),
		TEXT("GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
		TEXT("GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\rHost: a\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nHost: a\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nHost: a\r\r\n"),
		TEXT("GET / HTTP/1.1\r\nHost: a\r\n\n"),
		TEXT("GET / HTTP/1.1\r\nHost: a\r\n\rX"),
		TEXT("GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n"), /* folding */
		TEXT("GET / HTTP/1.1\r\nHost: a\r\n\tb\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nHost: a\r\nX\x01: b\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nHost: a\r\nX(y): b\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nHost: a\r\nX: \x7f\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nHost: a\r\nX: \x1b[0m\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nHost:\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
		TEXT("GET / HTTP/1.1\r\nHOST: a\r\nhost: b\r\n\r\n"),
		TEXT("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n"),
		TEXT("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"),
		TEXT("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\n"),
		TEXT("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1 1\r\n\r\n"),
		TEXT("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1,1\r\n\r\n"),
		TEXT("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1.0\r\n\r\n"),
		TEXT("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc"),
		TEXT("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
		     "chunked\r\n\r\n0\r\n\r\n"),
		TEXT("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n"),
		TEXT("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n"),
		TEXT("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n"),
		TEXT("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n"),
		TEXT("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \"chunked\"\r\n\r\n"),
		TEXT("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;q=1\r\n\r\n"),
		TEXT("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		expect(cases[i], 400, 0);
}

#define CHUNKED "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

static void test_chunks(void **state)
{
	(void)state;
	static const struct text_of cases[] = {
		TEXT(CHUNKED "\r\n\r\n"),
		TEXT(CHUNKED "+1\r\na\r\n0\r\n\r\n"),
		TEXT(CHUNKED "-1\r\na\r\n0\r\n\r\n"),
		TEXT(CHUNKED "0x1\r\na\r\n0\r\n\r\n"),
		TEXT(CHUNKED " 1\r\na\r\n0\r\n\r\n"),
		TEXT(CHUNKED "1 \r\na\r\n0\r\n\r\n"),
		TEXT(CHUNKED "1\na\n0\n\n"),
		TEXT(CHUNKED "1\r\na\n0\r\n\r\n"),
		TEXT(CHUNKED "1\ra\r\n0\r\n\r\n"),
		TEXT(CHUNKED "1;a=b\r\na\r\n0\r\n\r\n"),
		TEXT(CHUNKED "1\r\nab\r\n0\r\n\r\n"),
		TEXT(CHUNKED "2\r\na\r\n0\r\n\r\n"),
		TEXT(CHUNKED "000000001\r\na\r\n0\r\n\r\n"),           /* nine digits */
		TEXT(CHUNKED "g\r\n\r\n"),
		TEXT(CHUNKED "0\r\nX: y\r\n\r\n"),                     /* a trailer */
		TEXT(CHUNKED "0\r\n\n"),
		TEXT(CHUNKED "0\r\n\r\r"),
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		expect(cases[i], 400, 0);
}

static void test_limits(void **state)
{
	(void)state;
	char head[256];
	struct buf b;
	buf_init(&b, 1 << 20);

	/* Bodies of the most, and of one more, by length and in chunks. */
	for (size_t over = 0; over < 2; over++) {
		snprintf(head, sizeof head, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n",
			 MAX_BODY + over);
		buf_clear(&b);
		buf_add_str(&b, head);
		memset(buf_grow(&b, MAX_BODY + over), 'x', MAX_BODY + over);
		expect((struct text_of){ (const char *)b.p, b.n }, over ? 413 : 0, 1);

		snprintf(head, sizeof head, CHUNKED "%zx\r\n", MAX_BODY - 1);
		buf_clear(&b);
		buf_add_str(&b, head);
		memset(buf_grow(&b, MAX_BODY - 1), 'x', MAX_BODY - 1);
		buf_add_str(&b, over ? "\r\n2\r\nyy\r\n0\r\n\r\n" : "\r\n1\r\ny\r\n0\r\n\r\n");
		expect((struct text_of){ (const char *)b.p, b.n }, over ? 413 : 0, 1);
	}
	expect((struct text_of)TEXT(CHUNKED "ffffffff\r\n"), 413, 0);
	expect((struct text_of)TEXT("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\n"), 413,
	       0);
	expect((struct text_of)TEXT("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n"), 413,
	       0);
	expect((struct text_of)TEXT("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999999\r\n\r\n"),
	       413, 0);

	/* So many fields, and one more. */
	for (unsigned over = 0; over < 2; over++) {
		buf_clear(&b);
		buf_add_str(&b, GET);
		for (unsigned i = 1; i < GATE_FIELDS + over; i++)
			buf_add_str(&b, "a:\r\n");
		buf_add_str(&b, "\r\n");
		expect((struct text_of){ (const char *)b.p, b.n }, over ? 431 : 0, 1);
	}

	/* A head of so many bytes, and one more; cut only in the middle, for time's sake. */
	for (size_t over = 0; over < 2; over++) {
		static const char start[] = GET "X: ";
		size_t fill = LIMIT_HTTP_HEAD - (sizeof start - 1) - 4 + over;
		buf_clear(&b);
		buf_add_str(&b, start);
		memset(buf_grow(&b, fill), 'x', fill);
		buf_add_str(&b, "\r\n\r\n");
		assert_int_equal(b.n, LIMIT_HTTP_HEAD + over);
		unsigned requests;
		bool between;
		for (size_t cut = 0; cut <= b.n; cut += 997)
			assert_int_equal(feed(buf_bytes(&b), cut, &requests, &between), over ? 431 : 0);
	}
	buf_free(&b);
}

static void test_steps(void **state)
{
	(void)state;
	static const char text[] = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" GET "\r\n" "BAD";
	struct bytes b = BYTES_LIT(text);
	struct gate *g = gate_new(MAX_BODY);
	size_t used;
	bool head_ended;
	assert_true(gate_between(g));
	assert_false(gate_in_head(g));
	assert_int_equal(gate_step(g, bytes_of(b.p, 1), &used, &head_ended), TOCSIN_OK);
	assert_true(gate_in_head(g));
	b = bytes_of(b.p + 1, b.n - 1);
	assert_int_equal(gate_step(g, b, &used, &head_ended), TOCSIN_OK);
	assert_true(head_ended);
	assert_false(gate_in_head(g));
	assert_false(gate_between(g));
	assert_memory_equal(b.p + used, "abc", 3);
	b = bytes_of(b.p + used, b.n - used);
	assert_int_equal(gate_step(g, b, &used, &head_ended), TOCSIN_OK);
	assert_int_equal(used, 3);
	assert_false(head_ended);
	assert_true(gate_between(g));
	b = bytes_of(b.p + used, b.n - used);
	assert_int_equal(gate_step(g, b, &used, &head_ended), TOCSIN_OK);
	assert_true(head_ended);
	assert_true(gate_between(g));
	b = bytes_of(b.p + used, b.n - used);
	assert_int_equal(b.n, 3);
	assert_int_equal(gate_step(g, BYTES_LIT("BAd"), &used, &head_ended), TOCSIN_BAD);
	assert_int_equal(used, 2);
	gate_free(g);
	gate_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "good requests pass, however they are cut", test_good, NULL, NULL, NULL },
		{ "the ten malformed requests are refused, first or second, however they are cut", test_ten, NULL, NULL,
		  NULL },
		{ "every other way of being read in two ways is refused", test_bad, NULL, NULL, NULL },
		{ "chunks are framed exactly, without extensions or trailers", test_chunks, NULL, NULL, NULL },
		{ "each limit holds, and one more is refused", test_limits, NULL, NULL, NULL },
		{ "steps end where heads and bodies end", test_steps, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
