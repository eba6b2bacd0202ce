#include "net/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/text.h"
#include "base/banned.h"

#define BACKLOG 512

static enum tocsin_err open_unix(const char *path, struct listen_socket *out)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	size_t n = strlen(path);
	if (n == 0 || n >= sizeof at.sun_path)
		return fail(TOCSIN_BAD, "the socket path \"%s\" must have 1 to %zu bytes", path,
			    sizeof at.sun_path - 1);
	memcpy(at.sun_path, path, n + 1);
	struct stat st;
	if (lstat(path, &st) == 0 && !S_ISSOCK(st.st_mode))
		return fail(TOCSIN_REFUSED, "%s is there and is not a socket; move it away or name another path", path);
	if (unlink(path) != 0 && errno != ENOENT)
		return fail(TOCSIN_BROKEN, "cannot remove the old socket %s: %s", path, strerror(errno));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail(TOCSIN_BROKEN, "cannot make a socket: %s", strerror(errno));
	/* The file takes the mode of the descriptor, so there is no moment at which others could connect. */
	if (fchmod(fd, 0600) != 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 || chmod(path, 0600) != 0 ||
	    lstat(path, &st) != 0 || listen(fd, BACKLOG) != 0) {
		int why = errno;
		close(fd);
		return fail(TOCSIN_BROKEN, "cannot listen on %s: %s", path, strerror(why));
	}
	*out = (struct listen_socket){ .fd = fd, .unix_socket = true, .device = st.st_dev, .inode = st.st_ino };
	memcpy(out->path, path, n + 1);
	return TOCSIN_OK;
}

/* "HOST:PORT" or "[V6]:PORT" into HOST (N bytes) and PORT (6). */
static bool split(const char *where, char *host, size_t n, char port[6])
{
	const char *colon = strrchr(where, ':');
	uint64_t number;
	if (colon == NULL || strlen(colon + 1) > 5 || !text_u64(bytes_str(colon + 1), 65535, &number))
		return false;
	memcpy(port, colon + 1, strlen(colon + 1) + 1);
	const char *from = where, *to = colon;
	if (*from == '[') {
		if (to - from < 3 || to[-1] != ']')
			return false;
		from++;
		to--;
	} else if (memchr(from, ':', (size_t)(to - from)) != NULL) {
		return false;
	}
	size_t size = (size_t)(to - from);
	if (size == 0 || size >= n)
		return false;
	memcpy(host, from, size);
	host[size] = '\0';
	return true;
}

static bool is_loopback(const struct sockaddr *a)
{
	if (a->sa_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, a, sizeof in);
		return ntohl(in.sin_addr.s_addr) >> 24 == 127;
	}
	struct sockaddr_in6 in6;
	memcpy(&in6, a, sizeof in6);
	return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
}

static unsigned port_of(int fd)
{
	struct sockaddr_storage at;
	socklen_t n = sizeof at;
	if (getsockname(fd, (struct sockaddr *)&at, &n) != 0)
		return 0;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	memcpy(&in, &at, sizeof in);
	memcpy(&in6, &at, sizeof in6);
	return ntohs(at.ss_family == AF_INET ? in.sin_port : in6.sin6_port);
}

enum tocsin_err listen_open(const char *where, bool loopback_only, struct listen_socket *out)
{
	*out = (struct listen_socket){ .fd = -1 };
	if (strncmp(where, "unix:", 5) == 0)
		return open_unix(where + 5, out);
	char host[256], port[6];
	if (!split(where, host, sizeof host, port))
		return fail(TOCSIN_BAD,
			    "\"%s\" is not an address to listen on; write HOST:PORT, [V6]:PORT or unix:PATH", where);
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
				  .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE | AI_NUMERICSERV },
			*found = NULL;
	int gai = getaddrinfo(host, port, &hints, &found);
	if (gai != 0)
		return fail(TOCSIN_BAD, "cannot find the address of \"%s\" to listen on: %s", host, gai_strerror(gai));
	enum tocsin_err e = TOCSIN_OK;
	int fd = -1, on = 1;
	if (loopback_only && !is_loopback(found->ai_addr)) {
		e = fail(TOCSIN_REFUSED,
			 "%s is not a loopback address, and plain HTTP is served on loopback only; set a certificate "
			 "and its key",
			 where);
		goto end;
	}
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
	    bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
		e = fail(TOCSIN_BROKEN, "cannot listen on %s: %s", where, strerror(errno));
		goto end;
	}
	*out = (struct listen_socket){ .fd = fd, .port = port_of(fd) };
	fd = -1;
end:
	if (fd >= 0)
		close(fd);
	freeaddrinfo(found);
	return e;
}

void listen_close(struct listen_socket *l)
{
	if (l->fd < 0)
		return;
	close(l->fd);
	l->fd = -1;
	/* Not that of another process that has taken the name over meanwhile. */
	struct stat st;
	if (l->unix_socket && lstat(l->path, &st) == 0 && st.st_dev == l->device && st.st_ino == l->inode)
		unlink(l->path);
}
