/*
 * tls: the listener's side of TLS: 1.2 or later, no session tickets, no renegotiation.
 */
#ifndef TOCSIN_NET_TLS_H
#define TOCSIN_NET_TLS_H

#include <openssl/ssl.h>

#include "base/bytes.h"

/* From PEM files; returned owned (SSL_CTX_free). BROKEN when one cannot be read, REFUSED when they do not belong
 * together. */
enum tocsin_err tls_context(const char *cert, const char *key, SSL_CTX **out) MUST_USE;
/* The reason of the oldest error that OpenSSL keeps for this thread; forgets them all. */
const char *tls_reason(void);

#endif
