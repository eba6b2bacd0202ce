/*
 * release_audience: whom a draft names, and which lines each audience of theirs opens and closes by name.
 */
#include <stdlib.h>

#include "base/text.h"
#include "desk/broker.h"
#include "desk/contact.h"
#include "desk/profiles.h"
#include "desk/release_plan.h"

static enum tocsin_err no_room(void)
{
	return fail(TOCSIN_BROKEN, "no memory for a release");
}

struct gathering {
	struct plan *p;
	struct plan_recipient *all;
	size_t n;
	const struct composition_audience *audience;
	bool named;
	size_t came;
	enum tocsin_err err;
};

bool plan_append(struct arena *a, const char ***list, size_t *n, const char *const *more, size_t more_n)
{
	if (more_n == 0)
		return true;
	const char **joined = arena_alloc(a, (*n + more_n) * sizeof *joined);
	if (joined == NULL)
		return false;
	if (*n > 0)
		memcpy(joined, *list, *n * sizeof *joined);
	memcpy(joined + *n, more, more_n * sizeof *joined);
	*list = joined;
	*n += more_n;
	return true;
}

static bool gather_one(void *arg, const char *word)
{
	struct gathering *g = arg;
	struct plan_recipient *r = NULL;
	g->came++;
	for (size_t i = 0; i < g->n && r == NULL; i++)
		if (strcmp(g->all[i].word, word) == 0)
			r = &g->all[i];
	if (r == NULL && g->n == PLAN_RECIPIENTS) {
		g->err = fail(TOCSIN_BAD, "at most %d recipients at a time", PLAN_RECIPIENTS);
		return false;
	}
	if (r == NULL) {
		r = &g->all[g->n++];
		*r = (struct plan_recipient) { .word = arena_str(g->p->arena, bytes_str(word)),
			.contact = strncmp(word, CONTACT_PREFIX, strlen(CONTACT_PREFIX)) == 0 };
		r->to = r->contact ? g->p->desk->name : r->word;
		char broker[LIMIT_NAME + 1], to[LIMIT_NAME + 1];
		if (broker_word(word, broker, to, &r->unnamed)) {
			r->via = arena_str(g->p->arena, bytes_str(broker));
			r->to = arena_str(g->p->arena, bytes_str(to));
			if (r->via == NULL || r->to == NULL) {
				g->err = no_room();
				return false;
			}
			g->err = broker_check(g->p->desk, broker, to);
			if (g->err != TOCSIN_OK)
				return false;
		}
	}
	r->named = r->named || g->named;
	g->err = r->word == NULL ? no_room() : TOCSIN_OK;
	/* By name and by its groups, it is in one audience once. */
	if (r->word == NULL || (r->in_n > 0 && r->in[r->in_n - 1] == g->audience))
		return g->err == TOCSIN_OK;
	/* Full at powers of two. */
	if ((r->in_n & (r->in_n - 1)) == 0) {
		const struct composition_audience **in = arena_alloc(g->p->arena, (2 * r->in_n + 1) * sizeof *in);
		if (in != NULL && r->in_n > 0)
			memcpy(in, r->in, r->in_n * sizeof *in);
		r->in = in;
	}
	if (r->in == NULL || !plan_append(g->p->arena, &r->close, &r->close_n, g->audience->close, g->audience->close_n))
		g->err = no_room();
	else
		r->in[r->in_n++] = g->audience;
	return g->err == TOCSIN_OK;
}

static bool all_open(const struct plan_recipient *r, const char *kind, const char *name)
{
	for (size_t i = 0; i < r->in_n; i++)
		if (!handling_opens(kind, r->in[i]->open, r->in[i]->open_n, name))
			return false;
	return r->in_n > 0;
}

/* Whether WORD of an audience opens none of the N lines: whoever wrote it is told. */
static bool opens_nothing(const char *kind, const char *word, const struct body_field *field, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (handling_opens(kind, &word, 1, field[i].name))
			return false;
	return strcmp(word, "substance") != 0;
}

/* What R's audiences open: of one its words; of several each line that all of them open, so that the most restrictive
 * holds. FIELD: every line of the draft. */
static enum tocsin_err settle_open(struct plan *p, const char *kind, const struct body_field *field, size_t n,
	struct plan_recipient *r)
{
	size_t words = 0;
	if (r->in_n == 1)
		return plan_append(p->arena, &r->open, &r->open_n, r->in[0]->open, r->in[0]->open_n) ? TOCSIN_OK : no_room();
	for (size_t i = 0; i < r->in_n; i++)
		words += r->in[i]->open_n;
	r->open = arena_alloc(p->arena, (words + n + 1) * sizeof *r->open);
	if (r->open == NULL)
		return no_room();
	for (size_t i = 0; i < n; i++)
		if (all_open(r, kind, field[i].name))
			r->open[r->open_n++] = field[i].name;
	for (size_t i = 0; i < r->in_n; i++)
		for (size_t k = 0; k < r->in[i]->open_n; k++)
			if (opens_nothing(kind, r->in[i]->open[k], field, n))
				r->open[r->open_n++] = r->in[i]->open[k];
	return TOCSIN_OK;
}

/* The lines of C, and those that the draft has now: what the author opens of either. */
static enum tocsin_err settle_all(struct plan *p, const struct composition *c, struct plan_recipient *r, size_t n)
{
	size_t own = c == &p->c ? 0 : c->fields->n;
	struct body_field *field = arena_alloc(p->arena, (p->field_n + own + 1) * sizeof *field);
	enum tocsin_err err = field == NULL ? no_room() : TOCSIN_OK;
	if (err == TOCSIN_OK)
		memcpy(field, p->field, p->field_n * sizeof *field);
	if (err == TOCSIN_OK && own > 0)
		memcpy(field + p->field_n, c->fields->field, own * sizeof *field);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++)
		err = settle_open(p, c->kind, field, p->field_n + own, &r[i]);
	return err;
}

static int by_word(const void *a, const void *b)
{
	return strcmp(((const struct plan_recipient *)a)->word, ((const struct plan_recipient *)b)->word);
}

enum tocsin_err plan_gather(struct plan *p, const struct composition *c, struct plan_recipient **out, size_t *n)
{
	struct gathering g = { .p = p, .all = malloc(PLAN_RECIPIENTS * sizeof *g.all), .err = TOCSIN_OK };
	enum tocsin_err err = g.all == NULL ? no_room() : TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < c->audience_n; i++) {
		g.audience = &c->audience[i];
		for (size_t k = 0; err == TOCSIN_OK && k < g.audience->to_n; k++) {
			const char *word = g.audience->to[k];
			size_t before = g.came;
			g.named = word[0] != '@';
			if (g.named)
				(void)gather_one(&g, word);
			else
				err = group_members(p->read, word + 1, gather_one, &g);
			if (err == TOCSIN_OK)
				err = g.err;
			if (err == TOCSIN_OK && g.came == before)
				err = fail(TOCSIN_REFUSED, "the group %s has no members: an empty audience reaches nobody", word);
		}
	}
	if (err == TOCSIN_OK)
		err = settle_all(p, c, g.all, g.n);
	if (err == TOCSIN_OK && g.n > 0)
		qsort(g.all, g.n, sizeof *g.all, by_word);
	*n = g.n;
	*out = err == TOCSIN_OK ? arena_copy(p->arena, g.all, g.n * sizeof *g.all) : NULL;
	free(g.all);
	return err == TOCSIN_OK && *out == NULL ? no_room() : err;
}

enum tocsin_err plan_gather_decided(struct plan *p, const json_t *list)
{
	static const struct composition_audience nothing = { NULL, NULL, NULL, 0, 0, 0 };
	struct gathering g = { .p = p, .all = arena_alloc(p->arena, PLAN_RECIPIENTS * sizeof *g.all), .audience = &nothing,
		.named = true, .err = TOCSIN_OK };
	if (g.all == NULL)
		return no_room();
	for (size_t i = 0; i < json_array_size(list) && g.err == TOCSIN_OK; i++) {
		const char *word = json_string_value(json_object_get(json_array_get(list, i), "to"));
		if (word == NULL)
			return fail(TOCSIN_BROKEN, "a stored decision is damaged");
		(void)gather_one(&g, word);
	}
	p->recipient = g.all;
	p->recipient_n = g.n;
	return g.err;
}
