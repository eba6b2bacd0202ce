/*
 * forget_untold: what somebody without a node is still to be told, which nobody could say any more once it is forgotten;
 * nor would a retraction of it know whom to tell.
 */
#include "desk/forget_part.h"
#include "desk/standing_part.h"
#include "desk/told.h"
#include "domain/kind.h"

#define LATER_MAX 4096                          /* of what refers to one statement */

static enum tocsin_err is_told(const struct desk *d, struct snapshot *read, const struct view *v, const struct hash *id, bool *told)
{
	struct showing w = { .desk = d, .read = read, .view = v };
	struct statement_row row = { .id = *id };
	enum told_state state;
	enum tocsin_err err = standing_told(&w, &row, &state, NULL);
	*told = err == TOCSIN_OK && state != TOLD_NOT;
	return err;
}

/* Whether we withdrew or closed the warning ID: then it is that which is to be told. */
static enum tocsin_err is_over(const struct desk *d, struct snapshot *read, const struct hash *id, struct arena *a, bool *over)
{
	size_t n = 0;
	int64_t *num = arena_alloc(a, LATER_MAX * sizeof *num);
	enum tocsin_err err = num == NULL ? fail(TOCSIN_BROKEN, "no memory for what is to be told")
					  : statement_re(read, id, num, LATER_MAX, &n);
	*over = false;
	for (size_t i = 0; err == TOCSIN_OK && !*over && i < n; i++) {
		struct statement s;
		err = standing_head(read, num[i], &s);
		*over = err == TOCSIN_OK && strcmp(s.from.name, d->name) == 0 &&
			(strcmp(s.kind, "retraction") == 0 || strcmp(s.kind, "closure") == 0);
	}
	return err;
}

/* A warning, until it was told or is over; what withdraws or closes one, when that was told. */
static enum tocsin_err one(const struct desk *d, struct snapshot *read, const struct view *v, int64_t num, struct arena *a, bool *untold)
{
	struct statement s;
	struct hash id;
	bool told = false, over = false;
	*untold = false;
	enum tocsin_err err = standing_head_id(read, num, &s, &id);
	const struct kind *kind = err == TOCSIN_OK ? kind_find(s.kind) : NULL;
	if (err != TOCSIN_OK || kind == NULL || kind->self != KIND_SELF_CONTACT || strcmp(s.from.name, d->name) != 0 ||
		strcmp(s.to.name, d->name) != 0)
		return err;
	err = is_told(d, read, v, &id, &told);
	if (err != TOCSIN_OK || told)
		return err;
	if (strcmp(s.kind, "warning") == 0) {
		err = is_over(d, read, &id, a, &over);
		*untold = !over;
		return err;
	}
	for (size_t i = 0; err == TOCSIN_OK && !*untold && i < s.re_n; i++)
		err = is_told(d, read, v, &s.re[i], untold);
	return err;
}

enum tocsin_err forget_untold(const struct desk *d, struct snapshot *read, const struct view *v, const struct reach_set *s,
	bool *untold)
{
	enum tocsin_err err = TOCSIN_OK;
	struct arena *a = arena_new(65536);
	*untold = false;
	if (a == NULL)
		return fail(TOCSIN_BROKEN, "no memory for what is to be told");
	for (size_t i = 0; err == TOCSIN_OK && !*untold && i < s->n; i++) {
		arena_reset(a);
		err = one(d, read, v, s->num[i], a, untold);
	}
	arena_free(a);
	return err;
}
