#include "base/random.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "base/bytes.h"

#define BLOCK 2048
#define BLOCKS 64                 /* from one key of the kernel's */

/* Lives in a mapping of its own that the kernel empties in a forked child: LEFT and BLOCKS_LEFT are 0 there, so it
 * fetches anew. KEY and B are one stretch of ChaCha20: each block brings the key of the next, so what stands here says
 * nothing of bytes that were given out. */
struct pool {
	size_t left;              /* unused bytes, at the end of B */
	unsigned blocks_left;
	uint8_t key[crypto_stream_chacha20_ietf_KEYBYTES];
	uint8_t b[BLOCK];
};

static _Thread_local struct pool *mine;
static pthread_key_t at_thread_end;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool have_key;

static void fetch(uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t got = getrandom(p, n, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			fprintf(stderr, "random: the kernel gives no random bytes: %s\n", strerror(errno));
			abort();
		}
		p += got;
		n -= (size_t)got;
	}
}

static void pool_free(void *p)
{
	mine = NULL;
	bytes_wipe(p, sizeof(struct pool));
	munmap(p, sizeof(struct pool));
}

static void make_key(void)
{
	have_key = pthread_key_create(&at_thread_end, pool_free) == 0;
}

/* This thread's pool; NULL when it cannot have one that a fork empties: every call then asks the kernel. */
static struct pool *pool(void)
{
	if (mine != NULL)
		return mine;
	pthread_once(&once, make_key);
	if (!have_key)
		return NULL;
	void *p = mmap(NULL, sizeof(struct pool), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	if (madvise(p, sizeof(struct pool), MADV_WIPEONFORK) != 0 || pthread_setspecific(at_thread_end, p) != 0) {
		munmap(p, sizeof(struct pool));
		return NULL;
	}
	/* Best effort: what is unused must not stand in a core file. */
	madvise(p, sizeof(struct pool), MADV_DONTDUMP);
	mine = p;
	return mine;
}

static void refill(struct pool *p)
{
	static const uint8_t nonce[crypto_stream_chacha20_ietf_NONCEBYTES];
	uint8_t stretch[sizeof p->key + sizeof p->b];
	if (p->blocks_left == 0) {
		fetch(p->key, sizeof p->key);
		p->blocks_left = BLOCKS;
	}
	/* A key serves one nonce. */
	crypto_stream_chacha20_ietf(stretch, sizeof stretch, nonce, p->key);
	memcpy(p->key, stretch, sizeof p->key);
	memcpy(p->b, stretch + sizeof p->key, sizeof p->b);
	bytes_wipe(stretch, sizeof stretch);
	p->blocks_left--;
	p->left = BLOCK;
}

void random_bytes(void *p, size_t n)
{
	struct pool *from = n > BLOCK / 2 ? NULL : pool();
	if (from == NULL) {
		fetch(p, n);
		return;
	}
	if (from->left < n)
		refill(from);
	if (n == 0)
		return;
	uint8_t *next = from->b + (BLOCK - from->left);
	memcpy(p, next, n);
	bytes_wipe(next, n);
	from->left -= n;
}

uint32_t random_below(uint32_t n)
{
	/* Values under 2^32 mod N are thrown away, so that each remainder is equally likely. */
	uint32_t least = (0u - n) % n, v;
	do
		random_bytes(&v, sizeof v);
	while (v < least);
	return v % n;
}

void random_shuffle(uint32_t *items, size_t n)
{
	/* Fisher and Yates; counts here are far below 2^32. */
	for (size_t i = n; i > 1; i--) {
		size_t j = random_below((uint32_t)i);
		uint32_t swapped = items[i - 1];
		items[i - 1] = items[j];
		items[j] = swapped;
	}
}
