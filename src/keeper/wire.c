#include "keeper/wire.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "keeper/call.h"

bool wire_send(int fd, struct bytes body)
{
	uint8_t head[CALL_HEAD];
	if (body.n > CALL_MAX)
		return false;
	be32_put(head, (uint32_t)body.n);
	for (size_t sent = 0, all = sizeof head + body.n; sent < all;) {
		struct iovec part[2];
		size_t n = 0;
		if (sent < sizeof head)
			part[n++] = (struct iovec){ head + sent, sizeof head - sent };
		size_t behind = sent < sizeof head ? 0 : sent - sizeof head;
		/* sendmsg only reads what iov_base points to, but its type cannot say so. */
		part[n++] = (struct iovec){ (void *)(uintptr_t)(body.p + behind), body.n - behind };
		struct msghdr m = { .msg_iov = part, .msg_iovlen = n };
		ssize_t got = sendmsg(fd, &m, MSG_NOSIGNAL);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		sent += (size_t)got;
	}
	return true;
}

static bool receive(int fd, uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t got = recv(fd, p, n, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		p += got;
		n -= (size_t)got;
	}
	return true;
}

bool wire_receive(int fd, struct buf *body)
{
	uint8_t head[CALL_HEAD];
	buf_clear(body);
	if (!receive(fd, head, sizeof head))
		return false;
	uint32_t n = be32_get(head);
	if (n == 0 || n > body->max)
		return false;
	uint8_t *p = buf_grow(body, n);
	return p != NULL && receive(fd, p, n);
}
