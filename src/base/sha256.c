#include "base/sha256.h"

#include <openssl/evp.h>
#include <pthread.h>

struct sha256 {
	EVP_MD_CTX *ctx;
};

/* Fetched once for the process: a fetch costs more than a hash. */
static EVP_MD *algorithm;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t at_thread_end;
static _Thread_local EVP_MD_CTX *mine;

/* Without SHA-256 nothing here can be true any more; a wrong hash must never be returned. */
_Noreturn static void die(void)
{
	fprintf(stderr, "sha256: OpenSSL gives no SHA-256, or there is no memory for it\n");
	abort();
}

static void context_free(void *ctx)
{
	mine = NULL;
	EVP_MD_CTX_free(ctx);
}

static void prepare(void)
{
	algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (algorithm == NULL || pthread_key_create(&at_thread_end, context_free) != 0)
		die();
}

/* This thread's context, started anew. */
static EVP_MD_CTX *start(void)
{
	if (mine != NULL) {
		/* No algorithm given: the context keeps the one that it has, without counting a reference. */
		if (EVP_DigestInit_ex2(mine, NULL, NULL) != 1)
			die();
		return mine;
	}
	pthread_once(&once, prepare);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	if (ctx == NULL || EVP_DigestInit_ex2(ctx, algorithm, NULL) != 1 ||
	    pthread_setspecific(at_thread_end, ctx) != 0)
		die();
	mine = ctx;
	return ctx;
}

static void add(EVP_MD_CTX *ctx, const void *p, size_t n)
{
	if (n > 0 && EVP_DigestUpdate(ctx, p, n) != 1)
		die();
}

static struct hash end(EVP_MD_CTX *ctx)
{
	struct hash h;
	unsigned n = 0;
	if (EVP_DigestFinal_ex(ctx, h.b, &n) != 1 || n != SHA256_SIZE)
		die();
	return h;
}

struct hash sha256(struct bytes a)
{
	EVP_MD_CTX *ctx = start();
	add(ctx, a.p, a.n);
	return end(ctx);
}

struct hash sha256_prefixed(uint8_t prefix, struct bytes a, struct bytes b)
{
	EVP_MD_CTX *ctx = start();
	uint8_t together[256];
	if (a.n < sizeof together && b.n < sizeof together - a.n) {
		/* A tree's nodes and most lines are short: one call costs less than three. */
		together[0] = prefix;
		if (a.n > 0)
			memcpy(together + 1, a.p, a.n);
		if (b.n > 0)
			memcpy(together + 1 + a.n, b.p, b.n);
		add(ctx, together, 1 + a.n + b.n);
	} else {
		add(ctx, &prefix, 1);
		add(ctx, a.p, a.n);
		add(ctx, b.p, b.n);
	}
	return end(ctx);
}

struct sha256 *sha256_new(void)
{
	pthread_once(&once, prepare);
	struct sha256 *s = malloc(sizeof *s);
	if (s == NULL)
		return NULL;
	s->ctx = EVP_MD_CTX_new();
	if (s->ctx == NULL || EVP_DigestInit_ex2(s->ctx, algorithm, NULL) != 1) {
		sha256_free(s);
		return NULL;
	}
	return s;
}

void sha256_add(struct sha256 *s, struct bytes a)
{
	add(s->ctx, a.p, a.n);
}

struct hash sha256_end(struct sha256 *s)
{
	struct hash h = end(s->ctx);
	sha256_free(s);
	return h;
}

void sha256_free(struct sha256 *s)
{
	if (s == NULL)
		return;
	EVP_MD_CTX_free(s->ctx);
	free(s);
}
