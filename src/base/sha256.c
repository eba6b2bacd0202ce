/* The plain functions, which OpenSSL 3 would like to see replaced by EVP: for a tree's node of 65 bytes EVP costs as much as the hash. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/sha256.h"

#include <openssl/sha.h>

struct sha256 {
	SHA256_CTX ctx;
};

/* They fail only where OpenSSL has no SHA-256; a wrong hash must never be returned. */
_Noreturn static void die(void)
{
	fprintf(stderr, "sha256: OpenSSL gives no SHA-256\n");
	abort();
}

static void start(SHA256_CTX *ctx)
{
	if (SHA256_Init(ctx) != 1)
		die();
}

static void add(SHA256_CTX *ctx, const void *p, size_t n)
{
	if (n > 0 && SHA256_Update(ctx, p, n) != 1)
		die();
}

static struct hash end(SHA256_CTX *ctx)
{
	struct hash h;
	if (SHA256_Final(h.b, ctx) != 1)
		die();
	return h;
}

struct hash sha256(struct bytes a)
{
	SHA256_CTX ctx;
	start(&ctx);
	add(&ctx, a.p, a.n);
	return end(&ctx);
}

struct hash sha256_prefixed(uint8_t prefix, struct bytes a, struct bytes b)
{
	SHA256_CTX ctx;
	start(&ctx);
	add(&ctx, &prefix, 1);
	add(&ctx, a.p, a.n);
	add(&ctx, b.p, b.n);
	return end(&ctx);
}

struct sha256 *sha256_new(void)
{
	struct sha256 *s = malloc(sizeof *s);
	if (s != NULL)
		start(&s->ctx);
	return s;
}

void sha256_add(struct sha256 *s, struct bytes a)
{
	add(&s->ctx, a.p, a.n);
}

struct hash sha256_end(struct sha256 *s)
{
	struct hash h = end(&s->ctx);
	sha256_free(s);
	return h;
}

void sha256_free(struct sha256 *s)
{
	free(s);
}
