#include "desk/standing.h"

#include <stdlib.h>

#include "desk/directory.h"
#include "domain/kind.h"
#include "store/rows.h"

#define STANDING_ANSWERS 256
#define STANDING_ARENA (64u << 20)

static json_t *time_json(int64_t t)
{
	char text[CLOCK_TEXT + 1];
	clock_format(t, text);
	return json_string(text);
}

static json_t *hash_json(const struct hash *h)
{
	char hex[2 * SHA256_SIZE + 1];
	hex_encode(h->b, SHA256_SIZE, hex);
	return json_string(hex);
}

/* ---- a statement's content, in the arena ---- */

struct content {
	struct statement s;
	const struct body_line **line;          /* open ones, then, for our own, the openings of closed ones */
	bool *closed;
	size_t n;
	size_t closed_n;                        /* closed lines that cannot be opened here */
};

static enum tocsin_err read_text(const struct statement_row *row, struct statement *s)
{
	struct note note;
	enum tocsin_err err = note_parse(row->note, LIMIT_NOTE, &note);
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
		if (l == NULL || c->n == room || !text_line(&t, LIMIT_LINE + 16, &line) || !text_word(&line, &position))
			return fail(TOCSIN_BROKEN, "the stored openings of a statement are damaged");
		enum tocsin_err err = body_line_parse(line, l);
		if (err != TOCSIN_OK)
			return fail_within(TOCSIN_BROKEN, "a stored opening");
		c->closed[c->n] = true;
		c->line[c->n++] = l;
	}
	return TOCSIN_OK;
}

static enum tocsin_err read_content(const struct statement_row *row, struct arena *a, struct content *c)
{
	memset(c, 0, sizeof *c);
	enum tocsin_err err = read_text(row, &c->s);
	if (err != TOCSIN_OK || (row->marks & STATEMENT_MARK_FORGOTTEN) != 0 || row->body.n == 0)
		return err;
	struct body body;
	err = body_parse(row->body, c->s.lines, false, a, &body);
	if (err != TOCSIN_OK)
		return fail_within(TOCSIN_BROKEN, "a stored body");
	size_t room = (size_t)body.n * 2;
	c->line = arena_alloc(a, room * sizeof *c->line);
	c->closed = arena_zalloc(a, room * sizeof *c->closed);
	if (c->line == NULL || c->closed == NULL)
		return fail(TOCSIN_BROKEN, "no memory to show a statement");
	for (uint32_t i = 0; i < body.n; i++) {
		if (body.line[i].open)
			c->line[c->n++] = &body.line[i];
		else
			c->closed_n++;
	}
	return row->issued ? add_openings(c, room, row->opened, a) : TOCSIN_OK;
}

static const struct body_line *content_find(const struct content *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (bytes_equal_str(c->line[i]->name, name))
			return c->line[i];
	return NULL;
}

/* The string that field NAME holds, or NULL. */
static json_t *content_string(const struct content *c, const char *name)
{
	const struct body_line *l = content_find(c, name);
	json_t *j = l == NULL ? NULL : json_from_value(l->value);
	if (j != NULL && !json_is_string(j)) {
		json_decref(j);
		return NULL;
	}
	return j;
}

static int by_name(const void *a, const void *b)
{
	const json_t *const *x = a, *const *y = b;
	return strcmp(json_string_value(json_object_get(*x, "name")), json_string_value(json_object_get(*y, "name")));
}

/* All fields, sorted by name: their order in the body is random. */
static json_t *fields_json(const struct content *c, struct arena *a)
{
	json_t **item = arena_alloc(a, (c->n + 1) * sizeof *item);
	json_t *list = json_array();
	size_t n = 0;
	for (size_t i = 0; item != NULL && i < c->n; i++) {
		json_t *f = json_object();
		json_object_set_new(f, "name", json_stringn((const char *)c->line[i]->name.p, c->line[i]->name.n));
		json_object_set_new(f, "value", json_from_value(c->line[i]->value));
		json_object_set_new(f, "closed", json_boolean(c->closed[i]));
		item[n++] = f;
	}
	if (n > 1)
		qsort(item, n, sizeof *item, by_name);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, item[i]);
	return list;
}

/* ---- delivery ---- */

/* What is known of the way of one of our statements to its recipient. */
static enum tocsin_err delivery_json(const struct desk *d, struct snapshot *read, const struct statement_row *row, struct arena *a, json_t *out)
{
	struct receipt_row receipt;
	struct outbox_row waiting;
	enum tocsin_err err = receipt_get(read, row->num, a, &receipt);
	const struct peer *peer = directory_find(d->directory, row->peer);
	json_t *quorum = peer == NULL || peer->quorum == 0 ? json_string("none") : json_integer(peer->quorum);
	peer_release(peer);
	json_object_set_new(out, "quorum", quorum);
	if (err == TOCSIN_OK) {
		json_object_set_new(out, "delivery", json_string(receipt.witnessed_at != 0 ? "witnessed" : "received"));
		json_t *r = json_object();
		json_object_set_new(r, "origin", json_string(receipt.origin));
		json_object_set_new(r, "index", json_integer((json_int_t)receipt.index));
		json_object_set_new(r, "received_at", time_json(receipt.received_at));
		if (receipt.witnessed_at != 0)
			json_object_set_new(r, "witnessed_not_later_than", time_json(receipt.witnessed_at));
		json_object_set_new(r, "overdue", json_boolean(receipt.overdue));
		json_object_set_new(out, "receipt", r);
		return TOCSIN_OK;
	}
	if (err != TOCSIN_MISSING)
		return err;
	err = outbox_get(read, row->num, a, &waiting);
	if (err == TOCSIN_MISSING) {
		json_object_set_new(out, "delivery", json_string("one-sided"));
		return TOCSIN_OK;
	}
	if (err == TOCSIN_OK) {
		json_object_set_new(out, "delivery", json_string(waiting.state));
		json_object_set_new(out, "attempts", json_integer(waiting.attempts));
		if (waiting.sentence[0] != 0)
			json_object_set_new(out, "trouble", json_string(waiting.sentence));
		if (waiting.next_at > clock_now() && strcmp(waiting.state, "waiting") == 0)
			json_object_set_new(out, "next_attempt", time_json(waiting.next_at));
	}
	return err;
}

/* ---- answers, and the window ---- */

struct thread_state {
	json_t *answers;
	json_t *outcome;                        /* of the author's closure; borrowed from answers */
};

/* The one word of an answer that a list shows: its stage, outcome, reason or type. */
static void add_gist(const struct content *c, json_t *item)
{
	static const char *const names[] = { "stage", "outcome", "reason", "record.type", "assessment.specific", "question", "threat.summary", "text" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct body_line *l = content_find(c, names[i]);
		if (l != NULL)
			json_object_set_new(item, names[i], json_from_value(l->value));
	}
}

static enum tocsin_err add_answer(struct snapshot *read, const struct view *v, const struct statement *about, int64_t num, struct arena *a,
	struct thread_state *t)
{
	struct statement_row row;
	struct content c;
	enum tocsin_err err = statement_by_num(read, num, a, &row);
	if (err == TOCSIN_OK)
		err = read_content(&row, a, &c);
	if (err != TOCSIN_OK)
		return err;
	json_t *item = json_object();
	json_object_set_new(item, "id", hash_json(&row.id));
	json_object_set_new(item, "kind", json_string(row.kind));
	json_object_set_new(item, "from", json_string(c.s.from.name));
	json_object_set_new(item, "to", json_string(c.s.to.name));
	json_object_set_new(item, "at", time_json(row.at));
	if (v->content)
		add_gist(&c, item);
	json_array_append_new(t->answers, item);
	if (strcmp(row.kind, "closure") == 0 && party_same(&c.s.from, &about->from))
		t->outcome = json_object_get(item, "outcome");
	return TOCSIN_OK;
}

static void add_window(const struct content *c, const struct thread_state *t, json_t *out)
{
	json_t *until = content_string(c, "when.until");
	int64_t end;
	if (until != NULL && clock_parse(bytes_str(json_string_value(until)), &end)) {
		json_t *w = json_object();
		json_object_set(w, "until", until);
		if (t->outcome != NULL) {
			json_object_set_new(w, "state", json_string("closed"));
			json_object_set(w, "outcome", t->outcome);
		} else {
			json_object_set_new(w, "state", json_string(clock_now() < end ? "open" : "lapsed, unresolved"));
		}
		json_object_set_new(out, "window", w);
	}
	json_decref(until);
}

static enum tocsin_err add_thread(struct snapshot *read, const struct view *v, const struct statement_row *row, const struct content *c,
	struct arena *a, json_t *out)
{
	int64_t nums[STANDING_ANSWERS];
	size_t n;
	struct thread_state t = { .answers = json_array() };
	enum tocsin_err err = statement_re(read, &row->id, nums, STANDING_ANSWERS, &n);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++)
		err = add_answer(read, v, &c->s, nums[i], a, &t);
	if (err == TOCSIN_OK && v->content)
		add_window(c, &t, out);
	json_object_set_new(out, "answers", t.answers);
	return err;
}

/* What S refers to; a target that is not here is shown as dangling. */
static enum tocsin_err add_references(struct snapshot *read, const struct statement *s, json_t *out)
{
	json_t *list = json_array();
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < s->re_n; i++) {
		int64_t num;
		err = statement_num(read, &s->re[i], &num);
		json_t *item = json_object();
		json_object_set_new(item, "id", hash_json(&s->re[i]));
		json_object_set_new(item, "dangling", json_boolean(err == TOCSIN_MISSING));
		json_array_append_new(list, item);
		if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
	}
	json_object_set_new(out, "re", list);
	return err;
}

static json_t *marks_json(const struct desk *d, const struct statement_row *row)
{
	static const struct { int64_t bit; const char *word; } words[] = {
		{ STATEMENT_MARK_UNCONFIRMED, "partner was unconfirmed" },
		{ STATEMENT_MARK_AHEAD, "dated ahead of our clock" },
		{ STATEMENT_MARK_RETURNED, "given back by a partner" },
		{ STATEMENT_MARK_FORGOTTEN, "content forgotten" },
	};
	json_t *list = json_array();
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if ((row->marks & words[i].bit) != 0)
			json_array_append_new(list, json_string(words[i].word));
	const struct peer *peer = directory_find(d->directory, row->peer);
	if (peer != NULL && peer->state == PEER_DISTRUSTED)
		json_array_append_new(list, json_string("partner is distrusted"));
	peer_release(peer);
	return list;
}

enum tocsin_err desk_show(const struct desk *d, struct snapshot *read, const struct view *v, const struct statement_row *row, bool whole, json_t **out)
{
	struct content c;
	json_t *o = NULL;
	struct arena *a = arena_new(STANDING_ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory to show a statement") : read_content(row, a, &c);
	if (err == TOCSIN_OK) {
		o = json_object();
		json_object_set_new(o, "id", hash_json(&row->id));
		json_object_set_new(o, "num", json_integer(row->num));
		json_object_set_new(o, "kind", json_string(row->kind));
		json_object_set_new(o, "direction", json_string(row->issued ? "out" : "in"));
		json_object_set_new(o, "from", json_string(c.s.from.name));
		json_object_set_new(o, "to", json_string(c.s.to.name));
		json_object_set_new(o, "at", time_json(row->at));
		json_object_set_new(o, "known_at", time_json(row->known_at));
		json_object_set_new(o, "log_index", json_integer((json_int_t)row->log_index));
		json_object_set_new(o, "marks", marks_json(d, row));
		if (!row->issued)
			json_object_set_new(o, "delivery", json_string("accepted"));
		else if (strcmp(row->peer, d->name) == 0)
			json_object_set_new(o, "delivery", json_string("own record"));
		else
			err = delivery_json(d, read, row, a, o);
	}
	if (err == TOCSIN_OK && v->content)
		add_gist(&c, o);
	if (err == TOCSIN_OK && whole) {
		json_object_set_new(o, "lines", json_integer(c.s.lines));
		json_object_set_new(o, "closed_lines", json_integer((json_int_t)c.closed_n));
		if (v->content)
			json_object_set_new(o, "fields", fields_json(&c, a));
		err = add_references(read, &c.s, o);
		if (err == TOCSIN_OK)
			err = add_thread(read, v, row, &c, a, o);
	}
	arena_free(a);
	if (err != TOCSIN_OK) {
		json_decref(o);
		return err;
	}
	*out = o;
	return TOCSIN_OK;
}
