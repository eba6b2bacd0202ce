#include "desk/pages.h"

#include "base/random.h"
#include "store/rows_clock.h"
#include "store/rows_page.h"

#define WHOM_MAX 1024

void pages_add(struct change *c, const struct page_add *p)
{
	uint8_t b[PAGE_ID / 2];
	char id[PAGE_ID + 1];
	random_bytes(b, sizeof b);
	hex_encode(b, sizeof b, id);
	change_page_add(c, &(struct page_row) { .id = id, .at = p->now, .what = p->what, .clock = p->clock,
		.statement = p->statement, .account = p->account, .life = p->life }, p->of_change && p->clock == 0);
}

void pages_stop(struct change *c, int64_t clock, int64_t now)
{
	change_page_stop(c, clock, now);
}

struct whom {
	struct arena *arena;
	const char **account;
	size_t n;
	bool full;
};

static bool add(void *arg, const char *name)
{
	struct whom *w = arg;
	const char *copy = arena_str(w->arena, bytes_str(name));
	w->full = copy == NULL;
	if (!w->full)
		w->account[w->n++] = copy;
	return !w->full && w->n < WHOM_MAX;
}

enum tocsin_err pages_whom(struct snapshot *read, const char *unit, unsigned roles, struct arena *a,
	const char ***accounts, size_t *n)
{
	struct whom w = { .arena = a, .account = arena_alloc(a, WHOM_MAX * sizeof *w.account) };
	if (w.account == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the accounts of %s", unit);
	enum tocsin_err err = unit_roles_each(read, unit, roles, "", add, &w);
	if (err == TOCSIN_OK && w.full)
		err = fail(TOCSIN_BROKEN, "no memory for the accounts of %s", unit);
	*accounts = w.account;
	*n = w.n;
	return err;
}
