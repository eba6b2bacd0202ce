/*
 * search_follow: what is indexed of a statement, and when the index is written anew.
 */
#include "base/json.h"
#include "desk/follow.h"
#include "desk/search.h"
#include "desk/search_inside.h"
#include "proof/attachment.h"
#include "store/rows_search.h"

#define WORDS_BYTES (8u << 20)          /* what stands behind that in one statement is not found */
#define ARENA (64u << 20)

/* ---- the texts of a line ---- */

static enum tocsin_err each_value(const json_t *v, const char *language, search_text *each, void *arg)
{
	char number[32];
	if (json_is_string(v))
		return each(arg, bytes_of(json_string_value(v), json_string_length(v)), language);
	if (!json_is_integer(v))
		return TOCSIN_OK;
	int n = snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	return each(arg, bytes_of(number, (size_t)n), NULL);
}

enum tocsin_err search_texts(struct bytes name, struct bytes value, search_text *each, void *arg)
{
	enum tocsin_err err = TOCSIN_OK;
	json_t *j = json_from_value(value);
	if (j == NULL)
		return fail(TOCSIN_BROKEN, "a stored value cannot be read");
	/* Of a file its name is somebody's words. */
	size_t most = attachment_name_ok(name) ? 1 : json_array_size(j);
	if (json_is_object(j)) {
		for (void *it = json_object_iter(j); it != NULL && err == TOCSIN_OK; it = json_object_iter_next(j, it)) {
			const char *key = json_object_iter_key(it);
			if (strcmp(key, "authoritative") != 0)
				err = each_value(json_object_iter_value(it), strncmp(key, "by-", 3) == 0 ? NULL : key, each, arg);
		}
	} else if (json_is_array(j)) {
		for (size_t i = 0; err == TOCSIN_OK && i < most; i++)
			err = each_value(json_array_get(j, i), NULL, each, arg);
	} else {
		err = each_value(j, NULL, each, arg);
	}
	json_decref(j);
	return err;
}

/* ---- what is indexed ---- */

struct words {
	struct arena *arena;
	struct buf *out;
};

static enum tocsin_err add_text(void *arg, struct bytes text, const char *language)
{
	struct words *w = arg;
	struct terms t;
	(void)language;
	arena_reset(w->arena);
	enum tocsin_err err = terms_make(text, w->arena, &t);
	for (size_t i = 0; err == TOCSIN_OK && i < t.n && w->out->n < WORDS_BYTES; i++) {
		if (w->out->n > 0)
			buf_add_char(w->out, ' ');
		terms_add(&t, i, w->out);
	}
	if (t.n > 0)
		buf_add_str(w->out, " .");
	return err;
}

/* The words of F's open lines, and of its closed ones, when CLOSED. */
static enum tocsin_err add_part(const struct followed *f, struct change *c, enum search_part part, bool closed, struct arena *a)
{
	struct buf b;
	struct words w = { a, &b };
	enum tocsin_err err = TOCSIN_OK;
	buf_init(&b, WORDS_BYTES + 4096);
	for (size_t i = 0; err == TOCSIN_OK && i < f->line_n; i++)
		if (closed || !f->line[i].closed)
			err = search_texts(f->line[i].name, f->line[i].value, add_text, &w);
	buf_add_char(&b, 0);
	if (err == TOCSIN_OK)
		err = buf_end(&b, "the words of a statement");
	if (err == TOCSIN_OK)
		change_search_add(c, f->row->num, part, (const char *)b.p);
	buf_free(&b);
	return err;
}

enum tocsin_err search_follow(const struct followed *f, struct change *c)
{
	bool closed = false;
	if (f->line_n == 0)
		return TOCSIN_OK;
	for (size_t i = 0; i < f->line_n; i++)
		closed = closed || f->line[i].closed;
	struct arena *a = arena_new(ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory to index a statement") : TOCSIN_OK;
	if (err == TOCSIN_OK)
		err = add_part(f, c, closed ? SEARCH_OPEN : SEARCH_ALONE, false, a);
	if (err == TOCSIN_OK && closed)
		err = add_part(f, c, SEARCH_WHOLE, true, a);
	arena_free(a);
	return err;
}

enum tocsin_err search_tidy(const struct desk *d)
{
	struct snapshot *read = NULL;
	bool untidy = false;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = search_untidy(read, &untidy);
	snapshot_close(read);
	if (err != TOCSIN_OK || !untidy)
		return err;
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory to tidy search");
	change_search_tidy(c);
	return store_commit(d->store, c, NULL, NULL);
}
