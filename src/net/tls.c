#include "net/tls.h"

#include <openssl/err.h>

#include "base/banned.h"

const char *tls_reason(void)
{
	const char *why = ERR_reason_error_string(ERR_peek_error());
	ERR_clear_error();
	return why != NULL ? why : "no reason given";
}

/* Takes http/1.1 when the client offers a choice; an offer without it goes on unanswered. */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *n, const unsigned char *in,
			   unsigned in_n, void *arg)
{
	(void)ssl;
	(void)arg;
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen;
	if (SSL_select_next_proto(&chosen, n, ours, sizeof ours - 1, in, in_n) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

enum tocsin_err tls_context(const char *cert, const char *key, SSL_CTX **out)
{
	enum tocsin_err e = TOCSIN_OK;
	*out = NULL;
	ERR_clear_error();
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	if (ctx == NULL)
		return fail(TOCSIN_BROKEN, "cannot set up TLS: %s", tls_reason());
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
				     SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				  SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_read_ahead(ctx, 1);
	SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 || SSL_CTX_set_num_tickets(ctx, 0) != 1)
		e = fail(TOCSIN_BROKEN, "cannot set up TLS: %s", tls_reason());
	else if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1)
		e = fail(TOCSIN_BROKEN,
			 "cannot read the certificate %s: %s; give a PEM file, the server's certificate first", cert,
			 tls_reason());
	else if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
		e = fail(TOCSIN_BROKEN, "cannot use the key %s with the certificate %s: %s", key, cert, tls_reason());
	else if (SSL_CTX_check_private_key(ctx) != 1)
		e = fail(TOCSIN_REFUSED, "the key %s does not belong to the certificate %s", key, cert);
	if (e != TOCSIN_OK) {
		SSL_CTX_free(ctx);
		return e;
	}
	*out = ctx;
	return TOCSIN_OK;
}
