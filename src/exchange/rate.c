#include "exchange/rate.h"

#include <pthread.h>

#include "base/limits.h"

#define SLOTS 1024
#define NAMES 20000                     /* as many partners as a directory has; past it a name goes without limit */
#define BURST 10                        /* seconds' worth */

struct bucket {
	struct bucket *next;
	int64_t at;                     /* when FILL was right */
	int64_t fill;                   /* in millionths of a token */
	char name[LIMIT_NAME + 1];
};
struct rate {
	pthread_mutex_t lock;
	int64_t per_second;
	size_t names;
	struct bucket *slot[SLOTS];
};

struct rate *rate_new(unsigned per_second)
{
	struct rate *r = calloc(1, sizeof *r);
	if (r == NULL)
		return NULL;
	pthread_mutex_init(&r->lock, NULL);
	r->per_second = per_second;
	return r;
}

void rate_free(struct rate *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		for (struct bucket *b = r->slot[i], *next; b != NULL; b = next) {
			next = b->next;
			free(b);
		}
	pthread_mutex_destroy(&r->lock);
	free(r);
}

void rate_set(struct rate *r, unsigned per_second)
{
	pthread_mutex_lock(&r->lock);
	r->per_second = per_second;
	pthread_mutex_unlock(&r->lock);
}

static struct bucket *find(struct rate *r, const char *name, int64_t now)
{
	uint32_t h = 2166136261u;       /* FNV-1a: names come from cards that people took in */
	for (const char *p = name; *p != '\0'; p++)
		h = (h ^ (uint8_t)*p) * 16777619u;
	struct bucket **slot = &r->slot[h % SLOTS];
	for (struct bucket *b = *slot; b != NULL; b = b->next)
		if (strcmp(b->name, name) == 0)
			return b;
	struct bucket *b = r->names < NAMES ? calloc(1, sizeof *b) : NULL;
	if (b == NULL)
		return NULL;
	snprintf(b->name, sizeof b->name, "%s", name);
	b->at = now;
	b->fill = r->per_second * BURST * CLOCK_SECOND;
	b->next = *slot;
	*slot = b;
	r->names++;
	return b;
}

bool rate_take(struct rate *r, const char *name, int64_t now)
{
	pthread_mutex_lock(&r->lock);
	struct bucket *b = r->per_second == 0 ? NULL : find(r, name, now);
	bool ok = b == NULL;
	if (b != NULL) {
		int64_t full = r->per_second * BURST * CLOCK_SECOND;
		int64_t passed = now - b->at;
		if (passed > 0) {
			b->fill = passed >= BURST * CLOCK_SECOND || b->fill + passed * r->per_second > full
				? full
				: b->fill + passed * r->per_second;
			b->at = now;
		}
		ok = b->fill >= CLOCK_SECOND;
		if (ok)
			b->fill -= CLOCK_SECOND;
	}
	pthread_mutex_unlock(&r->lock);
	return ok;
}
