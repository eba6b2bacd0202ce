/*
 * search: what is asked, and what of it is shown.  What is indexed: search_follow.c.
 */
#include "desk/search.h"

#include <stdlib.h>

#include "base/text.h"
#include "desk/access.h"
#include "desk/audit.h"
#include "desk/search_inside.h"
#include "desk/standing_part.h"
#include "domain/vocabulary.h"
#include "store/rows_search.h"

#define EXCERPTS 4                      /* lines that are shown of a statement */
#define BEFORE 60                       /* bytes of a text before the first word that is found */
#define EXCERPT 240                     /* bytes of it in all */
#define ARENA (64u << 20)

/* What one statement is looked through with. */
struct looking {
	const struct asked_words *words;
	struct arena *arena;
	const char *kind;
	json_t *lines;
	bool seen[ASKED_PHRASES];
	bool lost;                      /* memory ran out */
};

struct range { size_t from, until; };

/* ---- excerpts ---- */

static bool within_character(struct bytes text, size_t at)
{
	return at < text.n && (text.p[at] & 0xc0) == 0x80;
}

/* Bytes FROM to UNTIL of TEXT, without what would break a line. */
static json_t *piece(struct bytes text, size_t from, size_t until, const char *before, const char *behind)
{
	struct buf b;
	buf_init(&b, 4096);
	buf_add_str(&b, before);
	for (size_t i = from; i < until; i++)
		buf_add_char(&b, text.p[i] < ' ' || text.p[i] == 0x7f ? ' ' : (char)text.p[i]);
	buf_add_str(&b, behind);
	json_t *j = b.failed ? NULL : json_stringn(b.n == 0 ? "" : (const char *)b.p, b.n);
	buf_free(&b);
	return j;
}

/* What is found and what stands around it, in turn. */
static json_t *parts(struct bytes text, const struct range *found, size_t n)
{
	json_t *list = json_array();
	size_t from = found[0].from > BEFORE ? found[0].from - BEFORE : 0, until = from + EXCERPT;
	if (until < found[0].until)
		until = found[0].until;
	if (until > text.n)
		until = text.n;
	while (within_character(text, from))
		from++;
	while (within_character(text, until))
		until++;
	size_t at = from;
	bool ok = list != NULL;
	for (size_t i = 0; i < n && found[i].until <= until; i++) {
		ok = ok && json_array_append_new(list, piece(text, at, found[i].from, at == from && from > 0 ? "… " : "", "")) == 0;
		ok = ok && json_array_append_new(list, piece(text, found[i].from, found[i].until, "", "")) == 0;
		at = found[i].until;
	}
	ok = ok && json_array_append_new(list, piece(text, at, until, "", until < text.n ? " …" : "")) == 0;
	if (!ok) {
		json_decref(list);
		return NULL;
	}
	return list;
}

/* Where phrases stand in T, without overlaps, in order; how many. ROOM of them at most. */
static size_t find(struct looking *l, const struct terms *t, struct range *found, size_t room)
{
	size_t n = 0;
	for (size_t i = 0; i < t->n; i++) {
		size_t longest = 0;
		for (size_t p = 0; p < l->words->n; p++) {
			if (!asked_at(l->words, p, t, i))
				continue;
			l->seen[p] = true;
			if (l->words->phrase[p].n > longest)
				longest = l->words->phrase[p].n;
		}
		if (longest == 0 || n == room || (n > 0 && t->term[i].at < found[n - 1].until))
			continue;
		found[n++] = (struct range){ t->term[i].at, t->term[i + longest - 1].until };
	}
	return n;
}

#define RANGES 32

struct line_looked {
	struct looking *looking;
	const struct shown_line *line;
};

static enum tocsin_err look_at_text(void *arg, struct bytes text, const char *language)
{
	const struct line_looked *x = arg;
	struct looking *l = x->looking;
	struct range found[RANGES];
	struct terms t;
	char name[BODY_NAME + 1];
	enum tocsin_err err = terms_make(text, l->arena, &t);
	size_t n = err == TOCSIN_OK ? find(l, &t, found, RANGES) : 0;
	if (err != TOCSIN_OK || n == 0 || json_array_size(l->lines) >= EXCERPTS)
		return err;
	snprintf(name, sizeof name, "%.*s", (int)x->line->line->name.n, (const char *)x->line->line->name.p);
	const struct field *f = field_for(l->kind, name);
	json_t *o = json_pack("{s:s,s:s,s:b,s:o}", "name", name, "label", f == NULL ? name : f->label, "closed", x->line->closed,
		"parts", parts(text, found, n));
	if (o != NULL && language != NULL && json_object_set_new(o, "language", json_string(language)) != 0)
		l->lost = true;
	if (o == NULL || json_array_append_new(l->lines, o) != 0)
		l->lost = true;
	return TOCSIN_OK;
}

static int by_name(const void *a, const void *b)
{
	const struct shown_line *x = a, *y = b;
	return bytes_compare(x->line->name, y->line->name);
}

static bool all_seen(const struct looking *l)
{
	bool all = true;
	for (size_t p = 0; p < l->words->n; p++)
		all = all && l->seen[p];
	return all;
}

/* Whether every phrase stands in a line of C, and where; what is left when there is enough to show is not read. */
static enum tocsin_err look_through(struct looking *l, struct content *c, bool *found)
{
	enum tocsin_err err = TOCSIN_OK;
	/* Their order in the body is random. */
	if (c->n > 0)
		qsort(c->line, c->n, sizeof *c->line, by_name);
	for (size_t i = 0; err == TOCSIN_OK && i < c->n && !(all_seen(l) && json_array_size(l->lines) >= EXCERPTS); i++) {
		struct line_looked x = { l, &c->line[i] };
		err = search_texts(c->line[i].line->name, c->line[i].line->value, look_at_text, &x);
	}
	*found = all_seen(l);
	return err == TOCSIN_OK && l->lost ? fail(TOCSIN_BROKEN, "no memory to show what was found") : err;
}

/* ---- hits ---- */

struct searching {
	const struct view *view;
	struct snapshot *read;
	const struct asked_words *words;
	struct arena *arena;            /* of one statement */
	json_t *items;
};

static enum tocsin_err add_hit(struct searching *s, int64_t num)
{
	struct statement_row row;
	struct content c;
	struct looking l = { .words = s->words, .arena = s->arena };
	bool whole, found = false;
	arena_reset(s->arena);
	enum tocsin_err err = access_sees(s->read, s->view, num, "", &whole);
	if (err == TOCSIN_MISSING)
		return TOCSIN_OK;
	if (err == TOCSIN_OK)
		err = statement_by_num(s->read, num, s->arena, &row);
	if (err == TOCSIN_OK)
		err = standing_content(&row, whole, s->arena, &c);
	if (err != TOCSIN_OK)
		return err;
	l.kind = row.kind;
	l.lines = json_array();
	if (l.lines == NULL)
		return fail(TOCSIN_BROKEN, "no memory to show what was found");
	err = look_through(&l, &c, &found);
	if (err == TOCSIN_OK && found) {
		json_t *o = json_pack("{s:o,s:s,s:s,s:s,s:o,s:O}", "id", standing_hash(&row.id), "kind", row.kind, "direction",
			row.issued ? "out" : "in", "peer", row.peer, "at", standing_time(row.at), "lines", l.lines);
		if (o == NULL || json_array_append_new(s->items, o) != 0)
			err = fail(TOCSIN_BROKEN, "no memory to show what was found");
	}
	json_decref(l.lines);
	return err;
}

static enum tocsin_err ask_index(struct snapshot *read, const struct view *v, const struct search_question *q,
	const struct asked_words *words, struct search_hit *hits, size_t *n, int64_t *on)
{
	const struct search_ask ask = { .words = words, .everything = v->everything, .scope = v->scope, .scope_n = v->scope_n,
		.kind = q->kind, .peer = q->peer, .before = q->before };
	enum tocsin_err err = search_find(read, &ask, hits, q->limit, n, on);
	/* Whether there is anything older is told of what V sees alone. */
	size_t older = 1;
	int64_t num;
	if (err == TOCSIN_OK && *on != 0)
		err = access_list(read, v, NULL, NULL, *on, &num, 1, &older);
	if (older == 0)
		*on = 0;
	return err;
}

/* One row for each search: its words, and what it showed. */
static enum tocsin_err note_search(const struct desk *d, const struct view *v, const struct search_question *q,
	const json_t *items)
{
	struct buf b;
	size_t i;
	const json_t *item;
	buf_init(&b, 4096);
	buf_add_str(&b, q->words);
	if (q->before != 0)
		buf_add_str(&b, " (further page)");
	buf_printf(&b, "; shown: %s", json_array_size(items) == 0 ? "nothing" : "");
	json_array_foreach(items, i, item)
		buf_printf(&b, "%s%.16s", i > 0 ? " " : "", json_string_value(json_object_get(item, "id")));
	buf_add_char(&b, 0);
	enum tocsin_err err = buf_end(&b, "what was searched for");
	if (err == TOCSIN_OK)
		err = audit_note(d, v, "search", "", (const char *)b.p);
	buf_free(&b);
	return err;
}

static enum tocsin_err check(const struct search_question *q)
{
	if (q->kind != NULL && !statement_kind_ok(bytes_str(q->kind)))
		return fail(TOCSIN_BAD, "a kind is a word: warning, response, …");
	if (q->peer != NULL && !text_is_name(bytes_str(q->peer)))
		return fail(TOCSIN_BAD, "a partner is a name like south.example");
	if (q->limit < 1 || q->limit > SEARCH_MOST)
		return fail(TOCSIN_BAD, "a page of a search has 1 to %d statements", SEARCH_MOST);
	return TOCSIN_OK;
}

enum tocsin_err desk_search(const struct desk *d, const struct view *v, const struct search_question *q, json_t **items,
	int64_t *on)
{
	struct search_hit hits[SEARCH_MOST];
	struct asked_words words;
	size_t n = 0;
	struct arena *a = arena_new(1u << 20);
	struct searching s = { .view = v, .words = &words, .arena = arena_new(ARENA), .items = json_array() };
	*on = 0;
	enum tocsin_err err = check(q);
	if (err == TOCSIN_OK && (a == NULL || s.arena == NULL || s.items == NULL))
		err = fail(TOCSIN_BROKEN, "no memory to search");
	if (err == TOCSIN_OK)
		err = asked_parse(bytes_str(q->words), a, &words);
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &s.read);
	if (err == TOCSIN_OK)
		err = ask_index(s.read, v, q, &words, hits, &n, on);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++)
		err = add_hit(&s, hits[i].num);
	snapshot_close(s.read);
	if (err == TOCSIN_OK)
		err = note_search(d, v, q, s.items);
	arena_free(a);
	arena_free(s.arena);
	if (err != TOCSIN_OK) {
		json_decref(s.items);
		return err;
	}
	*items = s.items;
	return TOCSIN_OK;
}
