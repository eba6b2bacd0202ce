/*
 * mail: one message to one mail server by SMTP (libcurl), waited for.
 *
 * TLS always, but for a server on this machine that was told to do without.  The server's certificate is checked against
 * the system's anchors and those of CA_FILE.  Lines that begin with a dot are libcurl's business.
 */
#ifndef TOCSIN_NET_MAIL_H
#define TOCSIN_NET_MAIL_H

#include <stdatomic.h>

#include "base/bytes.h"

enum mail_tls { MAIL_STARTTLS, MAIL_IMPLICIT, MAIL_PLAIN };
struct mail_server {
	const char *host_port;          /* "mail.north.example:587" */
	enum mail_tls tls;              /* MAIL_PLAIN: to loopback only */
	const char *user, *password;    /* NULL: no login */
	const char *ca_file;            /* NULL: the system's anchors alone */
	unsigned timeout_ms;            /* for everything together */
};

/* HOST:PORT, or "[v6]:PORT"; BAD with what is wrong. Plain only to loopback. */
enum tocsin_err mail_server_check(const struct mail_server *s) MUST_USE;
/* MESSAGE: header fields, an empty line and the text, all lines ended by CR LF. REFUSED: the server will not take it, now
 * or later (5xx); OFFLINE: it could not now. Ends early with OFFLINE when STOP becomes true. */
enum tocsin_err mail_send(const struct mail_server *s, const char *from, const char *to, struct bytes message,
	const atomic_bool *stop) MUST_USE;

#endif
