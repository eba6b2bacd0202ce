/*
 * correction_find: what names the subject of a case.
 *
 * The index is asked for the words of each spelling, over the scopes of whoever asks, and is not trusted: a statement must
 * be seen, and one of its lines must name the subject: a field of names by its key (subject.h), any other text by all
 * words of the spelling.
 */
#include <stdlib.h>

#include "desk/audit.h"
#include "desk/correction.h"
#include "desk/forget_part.h"
#include "desk/search_inside.h"
#include "desk/standing_part.h"
#include "domain/subject.h"
#include "store/rows_search.h"

#define AT_A_TIME 64
#define ARENA (64u << 20)

struct finding {
	struct snapshot *read;
	const struct view *view;
	struct arena *names;                    /* of the case */
	struct arena *arena;                    /* of one statement */
	struct subject_keys keys;
	struct asked_words asked[SUBJECT_NAMES];
	size_t asked_n;
	int64_t skip;                           /* the case's own record */
	json_t *items;
};

/* ---- what is asked ---- */

static enum tocsin_err add_name(struct finding *f, const json_t *name)
{
	struct buf plain;
	const char *s = json_string_value(name);
	if (s == NULL || f->asked_n == SUBJECT_NAMES)
		return TOCSIN_OK;
	/* A quotation mark is no part of a name, and would make a phrase. */
	buf_init(&plain, ASKED_BYTES + 1);
	for (; *s != 0; s++)
		buf_add_char(&plain, *s == '"' ? ' ' : *s);
	enum tocsin_err err = buf_end(&plain, "a name");
	const char *kept = err == TOCSIN_OK ? arena_str(f->names, buf_bytes(&plain)) : NULL;
	buf_free(&plain);
	if (err == TOCSIN_OK && kept == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a name");
	return err == TOCSIN_OK ? asked_parse(bytes_str(kept), f->names, &f->asked[f->asked_n++]) : err;
}

/* Of the case's record: a text, a list of them, or languages. */
static enum tocsin_err take_names(struct finding *f, const struct correction_case *k)
{
	struct content c;
	enum tocsin_err err = standing_content(&k->record, true, f->names, &c);
	const struct body_line *l = err == TOCSIN_OK ? standing_line(&c, "subject.name") : NULL;
	if (err == TOCSIN_OK && l == NULL)
		return fail(TOCSIN_REFUSED, "the names of case %s are forgotten", k->row.id);
	if (err == TOCSIN_OK)
		err = subject_keys(l->value, f->names, &f->keys);
	json_t *j = err == TOCSIN_OK ? json_from_value(l->value) : NULL;
	if (json_is_string(j))
		err = add_name(f, j);
	for (size_t i = 0; err == TOCSIN_OK && i < json_array_size(j); i++)
		err = add_name(f, json_array_get(j, i));
	if (json_is_object(j))
		for (void *it = json_object_iter(j); it != NULL && err == TOCSIN_OK; it = json_object_iter_next(j, it))
			err = strcmp(json_object_iter_key(it), "authoritative") == 0 ? TOCSIN_OK : add_name(f, json_object_iter_value(it));
	json_decref(j);
	return err;
}

/* ---- one statement ---- */

struct looking {
	struct finding *f;
	bool found;
};

/* Whether all words of one spelling stand in TEXT. */
static enum tocsin_err look_at(void *arg, struct bytes text, const char *language)
{
	struct looking *l = arg;
	struct terms t;
	(void)language;
	enum tocsin_err err = terms_make(text, l->f->arena, &t);
	for (size_t n = 0; err == TOCSIN_OK && n < l->f->asked_n && !l->found; n++) {
		const struct asked_words *w = &l->f->asked[n];
		size_t seen = 0;
		for (size_t p = 0; p < w->n; p++)
			for (size_t i = 0; i < t.n; i++)
				if (asked_at(w, p, &t, i)) {
					seen++;
					break;
				}
		l->found = seen == w->n;
	}
	return err;
}

static bool is_names(struct bytes line)
{
	return bytes_equal_str(line, "subject.name") || bytes_equal_str(line, "target.who") || bytes_equal_str(line, "threat.actor");
}

static enum tocsin_err names_subject(struct finding *f, const struct body_line *line, bool *is)
{
	struct looking l = { f, false };
	struct subject_keys *keys = is_names(line->name) ? calloc(1, sizeof *keys) : NULL;
	enum tocsin_err err = TOCSIN_OK;
	/* A text that is no name has no keys. */
	if (keys != NULL && subject_keys(line->value, f->arena, keys) == TOCSIN_OK)
		for (size_t i = 0; i < keys->n; i++)
			for (size_t k = 0; k < f->keys.n; k++)
				l.found = l.found || bytes_equal(keys->key[i], f->keys.key[k]);
	free(keys);
	if (!l.found)
		err = search_texts(line->name, line->value, look_at, &l);
	*is = l.found;
	return err;
}

static enum tocsin_err add_hit(struct finding *f, int64_t num)
{
	struct statement_row row;
	struct content c;
	bool whole;
	if (num == f->skip)
		return TOCSIN_OK;
	arena_reset(f->arena);
	enum tocsin_err err = access_sees(f->read, f->view, num, "", &whole);
	if (err == TOCSIN_MISSING)
		return TOCSIN_OK;
	if (err == TOCSIN_OK)
		err = statement_by_num(f->read, num, f->arena, &row);
	if (err == TOCSIN_OK)
		err = standing_content(&row, whole, f->arena, &c);
	json_t *lines = json_array();
	for (size_t i = 0; err == TOCSIN_OK && i < c.n; i++) {
		bool is = false;
		err = names_subject(f, c.line[i].line, &is);
		if (err == TOCSIN_OK && is)
			json_array_append_new(lines, json_pack("{s:s%, s:o, s:b}", "name", (const char *)c.line[i].line->name.p,
				c.line[i].line->name.n, "value", json_from_value(c.line[i].line->value), "closed", c.line[i].closed));
	}
	if (err == TOCSIN_OK && json_array_size(lines) > 0) {
		json_t *o = json_pack("{s:o, s:s, s:s, s:s, s:o, s:O}", "id", standing_hash(&row.id), "kind", row.kind, "direction",
			row.issued ? "out" : "in", "peer", row.peer, "at", standing_time(row.at), "lines", lines);
		if (o == NULL || json_array_append_new(f->items, o) != 0)
			err = fail(TOCSIN_BROKEN, "no memory for what is held");
	}
	json_decref(lines);
	return err;
}

/* ---- all ---- */

static int newest(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return *x > *y ? -1 : *x < *y;
}

/* What the index has for each spelling below BEFORE, newest first; *ON: below which each was asked completely. */
static enum tocsin_err ask_index(struct finding *f, int64_t before, int64_t *nums, size_t *n, int64_t *on)
{
	struct search_hit hits[AT_A_TIME];
	enum tocsin_err err = TOCSIN_OK;
	*n = 0;
	*on = 0;
	for (size_t i = 0; err == TOCSIN_OK && i < f->asked_n; i++) {
		const struct search_ask ask = { .words = &f->asked[i], .everything = f->view->everything, .scope = f->view->scope,
			.scope_n = f->view->scope_n, .before = before };
		size_t got = 0;
		int64_t next = 0;
		err = search_find(f->read, &ask, hits, AT_A_TIME, &got, &next);
		for (size_t k = 0; err == TOCSIN_OK && k < got; k++)
			nums[(*n)++] = hits[k].num;
		*on = next > *on ? next : *on;
	}
	qsort(nums, *n, sizeof *nums, newest);
	return err;
}

static enum tocsin_err look_through(struct finding *f, int64_t *before)
{
	int64_t *nums = calloc(SUBJECT_NAMES * AT_A_TIME, sizeof *nums), on = 0, last = 0;
	size_t n = 0;
	enum tocsin_err err = nums == NULL ? fail(TOCSIN_BROKEN, "no memory for what is held") : ask_index(f, *before, nums, &n, &on);
	/* Of a spelling that has more only what all others were asked for, too: the rest is on the next page. */
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++)
		if (nums[i] != last && nums[i] >= on) {
			last = nums[i];
			err = add_hit(f, last);
		}
	*before = on;
	free(nums);
	return err;
}

enum tocsin_err correction_find(const struct desk *d, const struct view *v, const char *id, int64_t *before, json_t **out)
{
	struct correction_case k;
	struct finding *f = calloc(1, sizeof *f);
	enum tocsin_err err = correction_case_open(d, v, id, false, &k);
	if (err == TOCSIN_OK && f == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for what is held");
	if (err == TOCSIN_OK) {
		*f = (struct finding) { .read = k.read, .view = v, .names = arena_new(8u << 20), .arena = arena_new(ARENA),
			.skip = k.row.statement, .items = json_array() };
		if (f->names == NULL || f->arena == NULL || f->items == NULL)
			err = fail(TOCSIN_BROKEN, "no memory for what is held");
	}
	if (err == TOCSIN_OK)
		err = take_names(f, &k);
	if (err == TOCSIN_OK)
		err = look_through(f, before);
	correction_case_close(&k);
	for (size_t i = 0; err == TOCSIN_OK && i < json_array_size(f->items); i++)
		err = audit_note(d, v, "correction.find", json_string_value(json_object_get(json_array_get(f->items, i), "id")), id);
	if (err == TOCSIN_OK && json_array_size(f->items) == 0)
		err = audit_note(d, v, "correction.find", id, "nothing shown");
	if (err == TOCSIN_OK)
		*out = json_incref(f->items);
	if (f != NULL) {
		json_decref(f->items);
		arena_free(f->names);
		arena_free(f->arena);
	}
	free(f);
	return err;
}
