/*
 * rules: drafts from JSON, and what one asks of them, for the tests of the rules of a release.
 */
#ifndef TOCSIN_TESTS_DOMAIN_RULES_H
#define TOCSIN_TESTS_DOMAIN_RULES_H

#include "test.h"

#include "base/clock.h"
#include "domain/preview.h"

/* cmocka's fail_msg() needs its fail(), which is another one here. */
#define stop(...) do { print_error(__VA_ARGS__); print_error("\n"); assert_true(!"this far"); } while (0)

static struct arena *arena;
static struct draft draft;

static int setup(void **state __attribute__((unused)))
{
	arena = arena_new(256u << 20);
	return arena == NULL;
}

static int teardown(void **state __attribute__((unused)))
{
	arena_free(arena);
	return 0;
}

/* A draft of KIND from JSON. */
static inline void take(const char *kind, const char *json)
{
	arena_reset(arena);
	if (draft_read(kind, bytes_str(json), arena, &draft) != TOCSIN_OK)
		stop("%s: %s", json, fail_sentence());
}

static inline struct handling_ask ask_for(const char *to, bool named, const struct profile *p)
{
	return (struct handling_ask){ .kind = "warning", .field = draft.field, .field_n = draft.n, .to = to, .named = named,
		.profile = p, .deflt = TLP_AMBER };
}

static inline const struct handling_line *line(const struct handling *h, const char *name)
{
	for (size_t i = 0; i < h->n; i++)
		if (strcmp(h->line[i].name, name) == 0)
			return &h->line[i];
	stop("no line %s", name);
	return NULL;
}

static inline const struct body_field *field_of(const struct body_field *f, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(f[i].name, name) == 0)
			return &f[i];
	return NULL;
}

#endif
