/*
 * arena: memory that dies together, as that of one request or one change.
 *
 * Allocation is a bump of a pointer; there is no free of one piece.  Each arena has a maximum; past it, or out of
 * memory, arena_alloc returns NULL.
 */
#ifndef TOCSIN_BASE_ARENA_H
#define TOCSIN_BASE_ARENA_H

#include "base/bytes.h"

struct arena;

struct arena *arena_new(size_t max);                              /* NULL when out of memory */
void arena_free(struct arena *a);                                 /* safe on NULL */
void arena_reset(struct arena *a);                                /* forgets all, keeps the first block */
void *arena_alloc(struct arena *a, size_t n);                     /* aligned for any type, not zeroed */
void *arena_zalloc(struct arena *a, size_t n);
void *arena_copy(struct arena *a, const void *p, size_t n);       /* with a NUL behind it */
char *arena_str(struct arena *a, struct bytes s);                 /* NUL-terminated copy */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
