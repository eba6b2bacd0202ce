/*
 * listen: opens the socket of a listener, and says where it is.
 */
#ifndef TOCSIN_NET_LISTEN_H
#define TOCSIN_NET_LISTEN_H

#include <sys/types.h>

#include "base/bytes.h"

struct listen_socket {
	int fd;                      /* non-blocking, listening; -1: closed */
	unsigned port;               /* 0 for unix */
	bool unix_socket;
	char path[108];              /* of the socket file, to be removed at the end if it still is this one: */
	dev_t device;
	ino_t inode;
};

/* WHERE as in http_server_config. When LOOPBACK_ONLY, an address that others can reach is REFUSED. BAD: WHERE is not an
 * address; BROKEN: the system refused. */
enum tocsin_err listen_open(const char *where, bool loopback_only, struct listen_socket *out) MUST_USE;
void listen_close(struct listen_socket *l);          /* also removes a socket file; again is harmless */

#endif
