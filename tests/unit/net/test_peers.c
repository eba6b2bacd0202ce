/* Limits of an address, with a clock of the test's own. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "net/peers.h"

#include <cmocka.h>      /* after ours: its fail() is a macro */

static const struct sockaddr *at(const char *text)
{
	static struct sockaddr_in in;
	static struct sockaddr_in6 in6;
	in = (struct sockaddr_in){ .sin_family = AF_INET };
	in6 = (struct sockaddr_in6){ .sin6_family = AF_INET6 };
	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		return (const struct sockaddr *)&in;
	assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
	return (const struct sockaddr *)&in6;
}

static void test_connections(void **state)
{
	(void)state;
	struct peers *ps = peers_new(2, 0);
	struct peer *a = peers_enter(ps, at("192.0.2.1"), 0), *b = peers_enter(ps, at("192.0.2.1"), 0);
	assert_non_null(a);
	assert_ptr_equal(a, b);
	assert_null(peers_enter(ps, at("192.0.2.1"), 0));
	assert_null(peers_enter(ps, at("::ffff:192.0.2.1"), 0));     /* the same machine */
	assert_non_null(peers_enter(ps, at("192.0.2.2"), 0));
	peers_leave(ps, a, 0);
	assert_non_null(peers_enter(ps, at("192.0.2.1"), 0));

	assert_non_null(peers_enter(ps, at("2001:db8:0:1::1"), 0));
	assert_non_null(peers_enter(ps, at("2001:db8:0:1:ffff::2"), 0));
	assert_null(peers_enter(ps, at("2001:db8:0:1::3"), 0));      /* the same first 64 bits */
	assert_non_null(peers_enter(ps, at("2001:db8:0:2::3"), 0));
	for (int i = 0; i < 10; i++) {
		assert_non_null(peers_enter(ps, at("127.0.0.1"), 0));
		assert_non_null(peers_enter(ps, at("127.8.9.1"), 0));
		assert_non_null(peers_enter(ps, at("::1"), 0));
	}
	peers_free(ps);
	peers_free(NULL);
}

static void test_rate(void **state)
{
	(void)state;
	struct peers *ps = peers_new(0, 10);
	struct peer *p = peers_enter(ps, at("192.0.2.1"), 0), *other = peers_enter(ps, at("192.0.2.2"), 0);
	for (int i = 0; i < 20; i++)
		assert_true(peers_request(ps, p, 0));
	assert_false(peers_request(ps, p, 0));
	assert_true(peers_request(ps, other, 0));
	assert_false(peers_request(ps, p, CLOCK_SECOND / 10 - 1));
	assert_true(peers_request(ps, p, CLOCK_SECOND / 10));
	assert_false(peers_request(ps, p, CLOCK_SECOND / 10));

	/* Leaving does not fill the bucket; waiting does, but not beyond. */
	peers_leave(ps, p, CLOCK_SECOND / 10);
	p = peers_enter(ps, at("192.0.2.1"), CLOCK_SECOND / 10);
	assert_false(peers_request(ps, p, CLOCK_SECOND / 10));
	for (int i = 0; i < 20; i++)
		assert_true(peers_request(ps, p, 100 * CLOCK_SECOND));
	assert_false(peers_request(ps, p, 100 * CLOCK_SECOND));
	peers_free(ps);
}

static void test_room(void **state)
{
	(void)state;
	struct peers *ps = peers_new(1, 10);
	char text[INET_ADDRSTRLEN];
	for (unsigned i = 0; i < PEERS_MAX; i++) {
		snprintf(text, sizeof text, "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
		struct peer *p = peers_enter(ps, at(text), 0);
		assert_non_null(p);
		assert_true(peers_request(ps, p, 0));
		peers_leave(ps, p, 0);
	}
	assert_int_equal(peers_count(ps), PEERS_MAX);
	assert_null(peers_enter(ps, at("192.0.2.1"), 1));              /* nobody can be forgotten yet */
	struct peer *p = peers_enter(ps, at("192.0.2.1"), 2 * CLOCK_SECOND);
	assert_non_null(p);
	assert_int_equal(peers_count(ps), 1);
	peers_leave(ps, p, 2 * CLOCK_SECOND);
	assert_int_equal(peers_count(ps), 0);
	peers_free(ps);
}

static void test_names(void **state)
{
	(void)state;
	char name[PEERS_NAME];
	peers_name(at("192.0.2.1"), name);
	assert_string_equal(name, "192.0.2.1");
	peers_name(at("::ffff:192.0.2.1"), name);
	assert_string_equal(name, "192.0.2.1");
	peers_name(at("2001:db8:1111:2222:3333:4444:5555:6666"), name);
	assert_string_equal(name, "2001:db8:1111:2222:3333:4444:5555:6666");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "an address has so many connections, loopback as many as it wants", test_connections, NULL, NULL,
		  NULL },
		{ "a rate allows a burst of twice as many, and refills in time", test_rate, NULL, NULL, NULL },
		{ "only so many addresses are remembered, and they are forgotten", test_room, NULL, NULL, NULL },
		{ "an IPv4 address inside IPv6 is an IPv4 address", test_names, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
