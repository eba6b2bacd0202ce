#include "base/arena.h"

#include <stdarg.h>
#include <stdalign.h>

#define FIRST_BLOCK 4096
#define LARGEST_BLOCK (1u << 20)

struct block {
	struct block *next;           /* the block before this one */
	size_t room, used;
	alignas(max_align_t) uint8_t p[];
};

struct arena {
	struct block *last;           /* where the next piece comes from */
	size_t max;
	size_t used;                  /* of MAX, over all blocks, alignment included */
};

static struct block *block_new(size_t room)
{
	struct block *b = room > SIZE_MAX - sizeof *b ? NULL : malloc(sizeof *b + room);
	if (b != NULL) {
		b->next = NULL;
		b->room = room;
		b->used = 0;
	}
	return b;
}

struct arena *arena_new(size_t max)
{
	struct arena *a = malloc(sizeof *a);
	if (a == NULL)
		return NULL;
	*a = (struct arena){ .max = max, .last = block_new(FIRST_BLOCK) };
	if (a->last == NULL) {
		free(a);
		return NULL;
	}
	return a;
}

void arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	free(a->last);
	free(a);
}

void arena_reset(struct arena *a)
{
	while (a->last->next != NULL) {
		struct block *b = a->last;
		a->last = b->next;
		free(b);
	}
	a->last->used = 0;
	a->used = 0;
}

void *arena_alloc(struct arena *a, size_t n)
{
	const size_t unit = alignof(max_align_t);
	if (n > SIZE_MAX - unit)
		return NULL;
	size_t size = (n + unit - 1) / unit * unit;
	if (size == 0)
		size = unit;          /* so that two pieces never share an address */
	if (size > a->max - a->used)
		return NULL;
	struct block *b = a->last;
	if (size > b->room - b->used) {
		size_t room = b->room < LARGEST_BLOCK / 2 ? b->room * 2 : LARGEST_BLOCK;
		b = block_new(room < size ? size : room);
		if (b == NULL)
			return NULL;
		b->next = a->last;
		a->last = b;
	}
	void *p = b->p + b->used;
	b->used += size;
	a->used += size;
	return p;
}

void *arena_zalloc(struct arena *a, size_t n)
{
	void *p = arena_alloc(a, n);
	if (p != NULL)
		memset(p, 0, n);
	return p;
}

void *arena_copy(struct arena *a, const void *p, size_t n)
{
	uint8_t *to = n == SIZE_MAX ? NULL : arena_alloc(a, n + 1);
	if (to == NULL)
		return NULL;
	if (n > 0)
		memcpy(to, p, n);
	to[n] = 0;
	return to;
}

char *arena_str(struct arena *a, struct bytes s)
{
	return arena_copy(a, s.p, s.n);
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	char *s = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
	if (s != NULL)
		vsnprintf(s, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(ap);
	return s;
}
