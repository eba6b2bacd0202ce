/*
 * pages_own: what was sent to one's own account, and acknowledging it.
 */
#include <stdlib.h>

#include "desk/audit.h"
#include "desk/channels.h"
#include "desk/clocks.h"
#include "desk/rules.h"

#define LIST_MAX 200
#define PAGES_ARENA (1u << 20)

struct listing {
	struct arena *arena;
	struct page_row row[LIST_MAX];
	size_t n;
	bool full;
};

static const char *kept(struct listing *l, const char *s)
{
	const char *copy = arena_str(l->arena, bytes_str(s));
	l->full = l->full || copy == NULL;
	return copy;
}

static bool take(void *arg, const struct page_row *row)
{
	struct listing *l = arg;
	struct page_row *p = &l->row[l->n++];
	*p = *row;
	p->id = kept(l, row->id);
	p->what = kept(l, row->what);
	p->state = kept(l, row->state);
	p->trouble = kept(l, row->trouble);
	return !l->full && l->n < LIST_MAX;
}

static json_t *time_json(int64_t t)
{
	char text[CLOCK_TEXT + 1] = "";
	if (t != 0)
		clock_format(t, text);
	return json_string(text);
}

static json_t *page_json(const struct page_row *p, const struct page_facts *f)
{
	char about[2 * SHA256_SIZE + 1] = "";
	json_t *o = json_object();
	if (f->has_statement)
		hex_encode(f->statement.b, SHA256_SIZE, about);
	json_object_set_new(o, "id", json_string(p->id));
	json_object_set_new(o, "at", time_json(p->at));
	json_object_set_new(o, "what", json_string(p->what));
	json_object_set_new(o, "about", json_string(about));
	json_object_set_new(o, "kind", json_string(f->statement_kind));
	json_object_set_new(o, "clock", json_string(f->clock_id));
	json_object_set_new(o, "due_at", time_json(f->due_at));
	json_object_set_new(o, "life", json_boolean(p->life));
	json_object_set_new(o, "state", json_string(p->state));
	json_object_set_new(o, "sent_at", time_json(p->sent_at));
	json_object_set_new(o, "acked_at", time_json(p->acked_at));
	json_object_set_new(o, "trouble", json_string(p->trouble));
	return o;
}

/* Where the page ID of ACCOUNT stands. */
static enum tocsin_err place(struct snapshot *read, const char *account, const char *id, struct arena *a, int64_t *num)
{
	struct page_row p;
	enum tocsin_err err = page_by_id(read, id, a, &p);
	if (err == TOCSIN_MISSING || (err == TOCSIN_OK && strcmp(p.account, account) != 0))
		return fail(TOCSIN_BAD, "before: there is no page %.40s in this list", id);
	*num = p.num;
	return err;
}

enum tocsin_err pages_list(struct snapshot *read, const struct view *v, const char *account, size_t limit,
	const char *before, char next[PAGE_ID + 1], json_t **out)
{
	int64_t num = 0;
	next[0] = 0;
	if (limit > LIST_MAX)
		limit = LIST_MAX;
	if (strcmp(account, v->account) != 0 && !v->everything && (v->roles & ROLE_ADMIN) == 0)
		return rule_refuse("channel.own", "only your own pages are yours to see");
	struct listing *l = calloc(1, sizeof *l);
	if (l == NULL || (l->arena = arena_new(PAGES_ARENA)) == NULL) {
		free(l);
		return fail(TOCSIN_BROKEN, "no memory for the pages");
	}
	enum tocsin_err err = before != NULL ? place(read, account, before, l->arena, &num) : TOCSIN_OK;
	if (err == TOCSIN_OK)
		err = pages_of(read, account, num, limit, take, l);
	if (err == TOCSIN_OK && l->full)
		err = fail(TOCSIN_BROKEN, "no memory for the pages");
	json_t *list = json_array();
	for (size_t i = 0; err == TOCSIN_OK && i < l->n; i++) {
		struct page_facts f;
		err = page_facts_get(read, l->row[i].num, l->arena, &f);
		if (err == TOCSIN_OK)
			json_array_append_new(list, page_json(&l->row[i], &f));
	}
	if (err == TOCSIN_OK && l->n == limit && l->n > 0)
		snprintf(next, PAGE_ID + 1, "%s", l->row[l->n - 1].id);
	arena_free(l->arena);
	free(l);
	if (err == TOCSIN_OK)
		*out = list;
	else
		json_decref(list);
	return err;
}

/* Its page, or, for administrators, anybody's that reached nobody. */
static bool may_ack(const struct view *v, const struct page_row *p)
{
	if (strcmp(p->account, v->account) == 0)
		return true;
	return (v->everything || (v->roles & ROLE_ADMIN) != 0) && strcmp(p->state, "failed") == 0;
}

enum tocsin_err pages_ack(const struct desk *d, const struct view *v, const char *id)
{
	struct page_row p;
	struct page_facts f = { .clock_id = "" };
	struct snapshot *read;
	struct arena *a = arena_new(PAGES_ARENA);
	if (a == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a page");
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK) {
		err = page_by_id(read, id, a, &p);
		if (err == TOCSIN_OK)
			err = page_facts_get(read, p.num, a, &f);
		snapshot_close(read);
	}
	if (err == TOCSIN_MISSING || (err == TOCSIN_OK && !may_ack(v, &p)))
		err = fail(TOCSIN_MISSING, "there is no page %.40s of yours", id);
	/* Whoever is paged about a clock answers for it; one that has ended, or went to another unit meanwhile,
	 * needs none of theirs. */
	if (err == TOCSIN_OK && f.clock_id[0] != 0 && strcmp(p.account, v->account) == 0) {
		err = clocks_ack(d, v, f.clock_id);
		if (err == TOCSIN_REFUSED || err == TOCSIN_LATER || err == TOCSIN_MISSING)
			err = TOCSIN_OK;
	}
	if (err == TOCSIN_OK) {
		struct change *c = change_new();
		if (c == NULL) {
			err = fail(TOCSIN_BROKEN, "no memory for a page");
		} else {
			change_page_ack(c, p.num, clock_now());
			audit_add(c, v, "page.acknowledge", p.id, p.what);
			err = store_commit(d->store, c, NULL, NULL);
		}
	}
	arena_free(a);
	return err;
}
