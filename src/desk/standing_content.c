/*
 * standing_content: what is in a stored statement, and what refers to what.
 */
#include <stdlib.h>

#include "desk/standing_part.h"
#include "domain/kind.h"

void standing_put(struct showing *w, json_t *o, const char *key, json_t *v)
{
	if (json_object_set_new(o, key, v) != 0)
		w->lost = true;
}

void standing_append(struct showing *w, json_t *list, json_t *v)
{
	if (json_array_append_new(list, v) != 0)
		w->lost = true;
}

json_t *standing_time(int64_t t)
{
	char text[CLOCK_TEXT + 1];
	clock_format(t, text);
	return json_string(text);
}

json_t *standing_hash(const struct hash *h)
{
	char hex[2 * SHA256_SIZE + 1];
	hex_encode(h->b, SHA256_SIZE, hex);
	return json_string(hex);
}

enum tocsin_err standing_text(struct bytes text, struct statement *s)
{
	struct note note;
	enum tocsin_err err = note_parse(text, LIMIT_NOTE, &note);
	if (err == TOCSIN_OK)
		err = statement_parse(note.text, s);
	return err == TOCSIN_OK ? TOCSIN_OK : fail_within(TOCSIN_BROKEN, "a stored statement");
}

/* Each line of OPENED is "<position> <open line>\n". */
static enum tocsin_err add_openings(struct content *c, size_t room, struct bytes opened, struct arena *a)
{
	struct text t = text_over(opened);
	struct bytes line, position;
	while (!text_at_end(&t)) {
		struct body_line *l = arena_zalloc(a, sizeof *l);
		if (l == NULL)
			return fail(TOCSIN_BROKEN, "no memory to show a statement");
		if (c->n == room || !text_line(&t, LIMIT_LINE + 16, &line) || !text_word(&line, &position))
			return fail(TOCSIN_BROKEN, "the stored openings of a statement are damaged");
		enum tocsin_err err = body_line_parse(line, l);
		if (err != TOCSIN_OK)
			return fail_within(TOCSIN_BROKEN, "a stored opening");
		c->line[c->n++] = (struct shown_line){ l, true };
	}
	return TOCSIN_OK;
}

enum tocsin_err standing_content(const struct statement_row *row, bool closed, struct arena *a, struct content *c)
{
	memset(c, 0, sizeof *c);
	enum tocsin_err err = standing_text(row->note, &c->s);
	if (err != TOCSIN_OK || (row->marks & STATEMENT_MARK_FORGOTTEN) != 0 || row->body.n == 0)
		return err;
	struct body body;
	err = body_parse(row->body, c->s.lines, false, a, &body);
	if (err != TOCSIN_OK)
		return fail_within(TOCSIN_BROKEN, "a stored body");
	size_t room = (size_t)body.n * 2;
	c->line = arena_alloc(a, room * sizeof *c->line);
	if (c->line == NULL)
		return fail(TOCSIN_BROKEN, "no memory to show a statement");
	for (uint32_t i = 0; i < body.n; i++) {
		if (body.line[i].open)
			c->line[c->n++] = (struct shown_line){ &body.line[i], false };
		else
			c->closed_n++;
	}
	return row->issued && closed ? add_openings(c, room, row->opened, a) : TOCSIN_OK;
}

const struct body_line *standing_line(const struct content *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (bytes_equal_str(c->line[i].line->name, name))
			return c->line[i].line;
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	const struct shown_line *x = a, *y = b;
	return bytes_compare(x->line->name, y->line->name);
}

/* Sorted by name: their order in the body is random. */
json_t *standing_fields(struct showing *w, struct content *c)
{
	json_t *list = json_array();
	if (c->n > 1)
		qsort(c->line, c->n, sizeof *c->line, by_name);
	for (size_t i = 0; i < c->n; i++) {
		const struct body_line *l = c->line[i].line;
		json_t *f = json_object();
		standing_put(w, f, "name", json_stringn((const char *)l->name.p, l->name.n));
		standing_put(w, f, "value", json_from_value(l->value));
		standing_put(w, f, "closed", json_boolean(c->line[i].closed));
		standing_append(w, list, f);
	}
	return list;
}

/* ---- what refers to what ---- */

bool standing_effect(const struct statement *s, const struct hash *id, const struct statement *about)
{
	bool dangling;
	struct statement alone = *s;
	struct kind_target t = { .known = true, .kind = about->kind, .from = about->from, .to = about->to };
	alone.re[0] = *id;
	alone.re_n = 1;
	return kind_allows(&alone, &t, 1, &dangling) == TOCSIN_OK;
}

struct head {
	int64_t num;
	bool found;
	enum tocsin_err err;
	struct statement s;
	struct hash id;
};

static bool take_head(void *arg, const struct statement_row *row)
{
	struct head *h = arg;
	h->found = row->num == h->num;
	h->id = row->id;
	if (h->found)
		h->err = standing_text(row->note, &h->s);
	return false;
}

enum tocsin_err standing_head(struct snapshot *read, int64_t num, struct statement *s)
{
	struct hash id;
	return standing_head_id(read, num, s, &id);
}

enum tocsin_err standing_head_id(struct snapshot *read, int64_t num, struct statement *s, struct hash *id)
{
	struct head h = { .num = num };
	struct statement_filter f = { .issued = -1, .before_num = num + 1, .limit = 1 };
	enum tocsin_err err = statement_list(read, &f, take_head, &h);
	if (err == TOCSIN_OK)
		err = h.found ? h.err : fail(TOCSIN_BROKEN, "statement %lld is named and is not there", (long long)num);
	if (err == TOCSIN_OK) {
		*s = h.s;
		*id = h.id;
	}
	return err;
}
