#include "domain/evidence_part.h"

#include "base/text.h"

/* What stands at one position of the body. */
struct place {
	enum { OPEN, CLOSED, KEPT_BACK, OPENED } is;
	struct body_line line;                 /* of OPEN and OPENED */
	struct hash closed;                    /* of CLOSED */
};

static enum tocsin_err read_place(struct bytes raw, struct place *p, struct hash *leaf)
{
	p->is = bytes_starts(raw, "= ") ? CLOSED : bytes_starts(raw, "# ") ? KEPT_BACK : OPEN;
	if (p->is == OPEN) {
		*leaf = merkle_leaf(raw);
		return body_line_parse(raw, &p->line);
	}
	if (!hex_decode(bytes_of(raw.p + 2, raw.n - 2), p->closed.b, SHA256_SIZE))
		return fail(TOCSIN_BAD, "a line that is not open must be \"=\" or \"#\" and 64 hex digits");
	*leaf = p->is == CLOSED ? merkle_leaf(raw) : p->closed;
	return TOCSIN_OK;
}

static enum tocsin_err read_body(struct bytes body, const struct statement *s, struct place *place, struct hash *leaf)
{
	struct text t = text_over(body);
	for (uint32_t i = 0; i < s->lines; i++) {
		struct bytes raw;
		if (!text_line(&t, LIMIT_LINE, &raw))
			return fail(TOCSIN_BAD,
				"body.txt ends, or has a line that is too long, at line %u of the %u that the statement announces",
				i + 1, s->lines);
		enum tocsin_err err = read_place(raw, &place[i], &leaf[i]);
		if (err != TOCSIN_OK)
			return fail_within(err, "body.txt, line %u", i + 1);
	}
	if (!text_at_end(&t))
		return fail(TOCSIN_BAD, "body.txt has more than the %u lines that the statement announces", s->lines);
	struct hash root = merkle_root(leaf, s->lines);
	if (!hash_equal(&root, &s->root))
		return fail(TOCSIN_REFUSED, "body.txt is not the body of this statement: its root is another one");
	return TOCSIN_OK;
}

static enum tocsin_err read_opened(struct bytes opened, const struct statement *s, struct place *place)
{
	struct text t = text_over(opened);
	uint64_t position = 0;
	for (size_t n = 1; !text_at_end(&t); n++) {
		struct bytes raw, word;
		uint64_t before = position;
		if (!text_line(&t, LIMIT_LINE + 8, &raw) || !text_word(&raw, &word) || !text_u64(word, s->lines - 1, &position))
			return fail(TOCSIN_BAD, "opened.txt, line %zu is not a position from 0 and an open line", n);
		if (n > 1 && position <= before)
			return fail(TOCSIN_BAD, "opened.txt, line %zu is out of order, or opens a line twice", n);
		struct place *p = &place[position];
		if (p->is != CLOSED)
			return fail(TOCSIN_REFUSED, "opened.txt, line %zu opens line %llu of the body, which is not closed", n,
				(unsigned long long)position);
		enum tocsin_err err = body_line_parse(raw, &p->line);
		if (err != TOCSIN_OK)
			return fail_within(err, "opened.txt, line %zu", n);
		struct hash h = body_close(raw);
		if (!hash_equal(&h, &p->closed))
			return fail(TOCSIN_REFUSED, "opened.txt, line %zu is not what stands closed on line %llu of the body", n,
				(unsigned long long)position);
		p->is = OPENED;
	}
	return TOCSIN_OK;
}

/* A name stands once in a body, also when one of its lines is opened later: otherwise "told" and "withheld" could be
 * said of one field. */
static enum tocsin_err add_line(struct evidence_verdict *v, const struct place *p, struct arena *a)
{
	for (size_t i = 0; i < v->line_n; i++)
		if (bytes_equal_str(p->line.name, v->line[i].name))
			return fail(TOCSIN_REFUSED, "the body has two lines of the name %s", v->line[i].name);
	const char *name = arena_str(a, p->line.name);
	if (name == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the lines of the bundle");
	v->line[v->line_n++] = (struct evidence_line){ name, p->line.value, p->is == OPEN };
	return TOCSIN_OK;
}

enum tocsin_err evidence_lines(const struct evidence *e, const struct statement *s, struct arena *a,
	struct evidence_verdict *v)
{
	struct place *place = arena_alloc(a, s->lines * sizeof *place);
	struct hash *leaf = arena_alloc(a, s->lines * sizeof *leaf);
	v->line = arena_alloc(a, s->lines * sizeof *v->line);
	if (place == NULL || leaf == NULL || v->line == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the lines of the bundle");
	enum tocsin_err err = read_body(e->body, s, place, leaf);
	if (err == TOCSIN_OK)
		err = read_opened(e->opened, s, place);
	for (uint32_t i = 0; i < s->lines && err == TOCSIN_OK; i++) {
		if (place[i].is == OPEN || place[i].is == OPENED)
			err = add_line(v, &place[i], a);
		else if (place[i].is == CLOSED)
			v->closed_n++;
		else
			v->kept_back_n++;
	}
	return err;
}
