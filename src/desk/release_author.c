/*
 * release_author: what the author of a draft left closed, when somebody else has edited it since: by name, by default, by
 * its markings, or by whom it named.
 */
#include "desk/profiles.h"
#include "desk/release_plan.h"

static enum tocsin_err no_room(void)
{
	return fail(TOCSIN_BROKEN, "no memory for a release");
}

/* Those of LIST that name a line of the author's: a file that has gone since is no reason to see nothing. */
static const char **that_are_there(const struct plan *p, const char **list, size_t n, size_t *out)
{
	const char **kept = arena_alloc(p->arena, (n + 1) * sizeof *kept);
	*out = 0;
	for (size_t i = 0; kept != NULL && i < n; i++) {
		bool there = strcmp(list[i], "substance") == 0;
		for (size_t k = 0; k < p->author_field_n && !there; k++)
			there = line_matches(list[i], p->author_field[k].name);
		if (there)
			kept[(*out)++] = list[i];
	}
	return kept;
}

/* H: what the author's version opens to R, with R's profile. */
static enum tocsin_err propose(const struct plan *p, const struct plan_recipient *r, struct handling *h)
{
	struct handling_ask ask = { .kind = p->c.kind, .field = p->author_field, .field_n = p->author_field_n,
		.marking = p->author_marking, .inherited = p->inherits ? &p->inherited : NULL, .to = r->word, .named = r->named,
		.profile = r->profile, .deflt = p->deflt };
	ask.open = that_are_there(p, r->open, r->open_n, &ask.open_n);
	ask.close = that_are_there(p, r->close, r->close_n, &ask.close_n);
	return ask.open == NULL || ask.close == NULL ? no_room() : handling_propose(&ask, h);
}

/* What is not marked yet nobody closed, and a marking of nothing is no line. */
static bool is_shut(const struct handling_line *l)
{
	return !l->open && l->why != HANDLING_UNMARKED && l->why != HANDLING_NOTHING_OPEN;
}

static enum tocsin_err shut(const struct plan *p, const struct plan_recipient *r, struct handling *h, bool **out)
{
	*out = arena_zalloc(p->arena, p->author_field_n + 1);
	enum tocsin_err err = *out == NULL ? no_room() : propose(p, r, h);
	for (size_t i = 0; err == TOCSIN_OK && i < h->n; i++)
		(*out)[i] = is_shut(&h->line[i]);
	return err;
}

static enum tocsin_err see_fields(struct plan *p)
{
	const struct draft *d = p->author->fields;
	size_t n = d->n + p->files->n;
	if (n > DRAFT_FIELDS)
		return fail(TOCSIN_BAD, "more than %d fields and attachments", DRAFT_FIELDS);
	p->author_field = arena_alloc(p->arena, (n + 1) * sizeof *p->author_field);
	p->author_marking = arena_zalloc(p->arena, (n + 1) * sizeof *p->author_marking);
	if (p->author_field == NULL || p->author_marking == NULL)
		return no_room();
	memcpy(p->author_field, d->field, d->n * sizeof *p->author_field);
	memcpy(p->author_marking, p->author->marking, d->n * sizeof *p->author_marking);
	for (size_t i = 0; i < p->files->n; i++)
		p->author_field[d->n + i] = p->files->field[i];
	p->author_field_n = n;
	return TOCSIN_OK;
}

/* The most restrictive marking of any line, whoever was to get it; unmarked is red. */
static enum tocsin_err see_level(struct plan *p, struct handling *h)
{
	const struct plan_recipient nobody = { .word = "", .profile = (struct profile *)(uintptr_t)&profile_none };
	enum tocsin_err err = propose(p, &nobody, h);
	p->author_level = TLP_CLEAR;
	for (size_t i = 0; err == TOCSIN_OK && i < h->n; i++) {
		enum tlp level = h->line[i].marking.tlp == TLP_UNMARKED ? TLP_RED : h->line[i].marking.tlp;
		if (tlp_above(level, p->author_level))
			p->author_level = level;
	}
	return err;
}

enum tocsin_err plan_author(struct plan *p)
{
	struct handling *h = arena_alloc(p->arena, sizeof *h);
	enum tocsin_err err = h == NULL ? no_room() : see_fields(p);
	if (err == TOCSIN_OK)
		err = see_level(p, h);
	for (size_t i = 0; err == TOCSIN_OK && i < p->author_recipient_n; i++) {
		struct plan_recipient *r = &p->author_recipient[i];
		r->profile = arena_alloc(p->arena, sizeof *r->profile);
		if (r->profile == NULL)
			return no_room();
		*r->profile = profile_none;
		if (!r->contact)
			err = profiles_of(p->read, r->to, p->arena, r->profile);
		if (err == TOCSIN_OK)
			err = shut(p, r, h, &r->shut);
	}
	return err;
}

/* What the author closed to all whom it named; when it named nobody, what its markings close to R. */
static enum tocsin_err shut_to_all(const struct plan *p, const struct plan_recipient *r, const bool **out)
{
	bool *all;
	struct handling *h = arena_alloc(p->scratch, sizeof *h);
	if (h == NULL)
		return no_room();
	if (p->author_recipient_n == 0) {
		enum tocsin_err err = shut(p, r, h, &all);
		*out = all;
		return err;
	}
	all = arena_alloc(p->scratch, p->author_field_n + 1);
	if (all == NULL)
		return no_room();
	for (size_t i = 0; i < p->author_field_n; i++) {
		all[i] = true;
		for (size_t k = 0; all[i] && k < p->author_recipient_n; k++)
			all[i] = p->author_recipient[k].shut[i];
	}
	*out = all;
	return TOCSIN_OK;
}

enum tocsin_err plan_author_shut(const struct plan *p, const struct plan_recipient *r, const bool **out)
{
	for (size_t i = 0; i < p->author_recipient_n; i++)
		if (strcmp(p->author_recipient[i].word, r->word) == 0) {
			*out = p->author_recipient[i].shut;
			return TOCSIN_OK;
		}
	return shut_to_all(p, r, out);
}
