/*
 * wire: raw sockets for tests of the listener.  Every read gives up after WIRE_SECONDS.
 */
#ifndef TOCSIN_TESTS_NET_WIRE_H
#define TOCSIN_TESTS_NET_WIRE_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"

#define WIRE_SECONDS 20

static inline void wire_limit(int fd)
{
	struct timeval tv = { .tv_sec = WIRE_SECONDS };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv);
}

static inline int wire_open(unsigned port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	wire_limit(fd);
	if (connect(fd, (const struct sockaddr *)&at, sizeof at) == 0)
		return fd;
	close(fd);
	return -1;
}

static inline int wire_open_unix(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	wire_limit(fd);
	if (connect(fd, (const struct sockaddr *)&at, sizeof at) == 0)
		return fd;
	close(fd);
	return -1;
}

/* False when the other side takes no more. */
static inline bool wire_send(int fd, const void *p, size_t n)
{
	for (const char *at = p; n > 0;) {
		ssize_t k = send(fd, at, n, MSG_NOSIGNAL);
		if (k <= 0)
			return false;
		at += k;
		n -= (size_t)k;
	}
	return true;
}

static inline bool wire_say(int fd, const char *s)
{
	return wire_send(fd, s, strlen(s));
}

/* One byte of the answer: 1, 0 at the end, -1 reset, -2 nothing for too long. */
static inline int wire_byte(int fd, char *c)
{
	ssize_t n = recv(fd, c, 1, 0);
	return n >= 0 ? (int)n : errno == EAGAIN ? -2 : -1;
}

/* Reads one answer. Its status, 0 when the connection ended before it, -1 when reset, -2 too late. BODY (may be NULL)
 * gets the body. HEAD gets the head (2048 bytes). */
static inline int wire_answer(int fd, struct buf *body, char head[2048])
{
	char local[2048];
	size_t n = 0;
	head = head != NULL ? head : local;
	do {
		int k = n < 2047 ? wire_byte(fd, head + n) : -1;
		if (k <= 0)
			return k;
		head[++n] = '\0';
	} while (n < 4 || memcmp(head + n - 4, "\r\n\r\n", 4) != 0);
	int status = n > 12 ? (int)strtol(head + 9, NULL, 10) : -1;
	const char *length = strcasestr(head, "\r\nContent-Length: ");
	size_t left = length != NULL ? strtoul(length + 18, NULL, 10) : 0;
	while (left > 0) {
		char piece[16384];
		ssize_t k = recv(fd, piece, left < sizeof piece ? left : sizeof piece, 0);
		if (k <= 0)
			return k == 0 ? 0 : errno == EAGAIN ? -2 : -1;
		if (body != NULL)
			buf_add(body, piece, (size_t)k);
		left -= (size_t)k;
	}
	return status;
}

/* True when the connection ends now, with nothing before that. */
static inline bool wire_ended(int fd)
{
	char c;
	int k = wire_byte(fd, &c);
	return k == 0 || k == -1;
}

#endif
