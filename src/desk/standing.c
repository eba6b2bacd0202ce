#include "desk/standing.h"

#include <stdlib.h>

#include "desk/directory.h"
#include "domain/kind.h"
#include "store/rows.h"

#define STANDING_ANSWERS 256            /* shown */
#define STANDING_LOOKED_AT 4096         /* among which the newest closure is looked for */
#define STANDING_ARENA (64u << 20)

/* What one call works with. */
struct showing {
	const struct desk *desk;
	struct snapshot *read;
	const struct view *view;
	struct arena *arena;                    /* of the statement that is shown */
	struct arena *other;                    /* of one other statement at a time: an answer, a target */
	bool lost;                              /* memory ran out while JSON was made */
};

/* Puts V (taken; NULL: memory ran out) into O. */
static void put(struct showing *w, json_t *o, const char *key, json_t *v)
{
	if (json_object_set_new(o, key, v) != 0)
		w->lost = true;
}

static void append(struct showing *w, json_t *list, json_t *v)
{
	if (json_array_append_new(list, v) != 0)
		w->lost = true;
}

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

/* ---- a statement's content, in an arena ---- */

struct shown_line {
	const struct body_line *line;
	bool closed;
};

struct content {
	struct statement s;
	struct shown_line *line;                /* open ones, then, for our own, the openings of closed ones */
	size_t n;
	size_t closed_n;                        /* lines that were sent closed */
};

static enum tocsin_err read_text(struct bytes text, struct statement *s)
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

static enum tocsin_err read_content(const struct statement_row *row, struct arena *a, struct content *c)
{
	memset(c, 0, sizeof *c);
	enum tocsin_err err = read_text(row->note, &c->s);
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
	return row->issued ? add_openings(c, room, row->opened, a) : TOCSIN_OK;
}

static const struct body_line *content_find(const struct content *c, const char *name)
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

/* All fields, sorted by name: their order in the body is random. */
static json_t *fields_json(struct showing *w, struct content *c)
{
	json_t *list = json_array();
	if (c->n > 1)
		qsort(c->line, c->n, sizeof *c->line, by_name);
	for (size_t i = 0; i < c->n; i++) {
		const struct body_line *l = c->line[i].line;
		json_t *f = json_object();
		put(w, f, "name", json_stringn((const char *)l->name.p, l->name.n));
		put(w, f, "value", json_from_value(l->value));
		put(w, f, "closed", json_boolean(c->line[i].closed));
		append(w, list, f);
	}
	return list;
}

/* ---- delivery ---- */

static void add_receipt(struct showing *w, const struct receipt_row *receipt, json_t *out)
{
	json_t *r = json_object();
	put(w, out, "delivery", json_string(receipt->witnessed_at != 0 ? "witnessed" : "received"));
	put(w, r, "origin", json_string(receipt->origin));
	put(w, r, "index", json_integer((json_int_t)receipt->index));
	put(w, r, "received_at", time_json(receipt->received_at));
	if (receipt->witnessed_at != 0)
		put(w, r, "witnessed_not_later_than", time_json(receipt->witnessed_at));
	put(w, r, "overdue", json_boolean(receipt->overdue));
	put(w, out, "receipt", r);
}

/* What is known of the way of one of our statements to its recipient. */
static enum tocsin_err add_delivery(struct showing *w, const struct statement_row *row, json_t *out)
{
	struct receipt_row receipt;
	struct outbox_row waiting;
	const struct peer *peer = directory_find(w->desk->directory, row->peer);
	put(w, out, "quorum", peer == NULL || peer->quorum == 0 ? json_string("none") : json_integer(peer->quorum));
	peer_release(peer);
	enum tocsin_err err = receipt_get(w->read, row->num, w->arena, &receipt);
	if (err == TOCSIN_OK)
		add_receipt(w, &receipt, out);
	if (err != TOCSIN_MISSING)
		return err;
	err = outbox_get(w->read, row->num, w->arena, &waiting);
	if (err == TOCSIN_MISSING) {
		put(w, out, "delivery", json_string("one-sided"));
		return TOCSIN_OK;
	}
	if (err != TOCSIN_OK)
		return err;
	put(w, out, "delivery", json_string(waiting.state));
	put(w, out, "attempts", json_integer(waiting.attempts));
	if (waiting.sentence[0] != 0)
		put(w, out, "trouble", json_string(waiting.sentence));
	if (waiting.next_at > clock_now() && strcmp(waiting.state, "waiting") == 0)
		put(w, out, "next_attempt", time_json(waiting.next_at));
	return TOCSIN_OK;
}

/* ---- what refers to what ---- */

/* Whether S, which names ID, may refer to ABOUT, which has that id: what came before its target was taken in without
 * this, and has no effect unless it passes now. */
static bool has_effect(const struct statement *s, const struct hash *id, const struct statement *about)
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
};

static bool take_head(void *arg, const struct statement_row *row)
{
	struct head *h = arg;
	h->found = row->num == h->num;
	if (h->found)
		h->err = read_text(row->note, &h->s);
	return false;
}

/* The text of statement NUM, without reading its content. */
static enum tocsin_err read_head(struct snapshot *read, int64_t num, struct statement *s)
{
	struct head h = { .num = num };
	struct statement_filter f = { .issued = -1, .before_num = num + 1, .limit = 1 };
	enum tocsin_err err = statement_list(read, &f, take_head, &h);
	if (err == TOCSIN_OK)
		err = h.found ? h.err : fail(TOCSIN_BROKEN, "statement %lld is named and is not there", (long long)num);
	if (err == TOCSIN_OK)
		*s = h.s;
	return err;
}

/* What S refers to; a target that is not here, or that S may not refer to, is shown as dangling. */
static enum tocsin_err add_references(struct showing *w, const struct statement *s, json_t *out)
{
	json_t *list = json_array();
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < s->re_n; i++) {
		int64_t num;
		struct statement target;
		json_t *item = json_object();
		put(w, item, "id", hash_json(&s->re[i]));
		err = statement_num(w->read, &s->re[i], &num);
		bool here = err == TOCSIN_OK;
		if (here)
			err = read_head(w->read, num, &target);
		else if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
		bool passes = err == TOCSIN_OK && here && has_effect(s, &s->re[i], &target);
		put(w, item, "dangling", json_boolean(!passes));
		if (err == TOCSIN_OK && here && !passes)
			put(w, item, "rule", json_string(fail_sentence()));
		append(w, list, item);
	}
	put(w, out, "re", list);
	return err;
}

/* ---- answers, and the window ---- */

/* What an answer makes of the statement that it is about. */
struct thread {
	json_t *answers;
	bool closed;                            /* by its author */
	json_t *outcome;                        /* of that closure; borrowed from answers; NULL when it is not to be seen */
};

/* The one word of an answer that a list shows: its stage, outcome, reason or type. */
static void add_gist(struct showing *w, const struct content *c, json_t *item)
{
	static const char *const names[] = { "stage", "outcome", "reason", "record.type", "assessment.specific", "question",
		"threat.summary", "text" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct body_line *l = content_find(c, names[i]);
		if (l != NULL)
			put(w, item, names[i], json_from_value(l->value));
	}
}

static bool closes(const struct statement *s, const struct statement *about)
{
	return strcmp(s->kind, "closure") == 0 && party_same(&s->from, &about->from);
}

static enum tocsin_err add_answer(
	struct showing *w, const struct statement *about, const struct hash *about_id, int64_t num, struct thread *t)
{
	struct statement_row row;
	struct content c;
	arena_reset(w->other);
	enum tocsin_err err = statement_by_num(w->read, num, w->other, &row);
	if (err == TOCSIN_OK)
		err = read_content(&row, w->other, &c);
	if (err != TOCSIN_OK || !has_effect(&c.s, about_id, about))
		return err;
	json_t *item = json_object();
	put(w, item, "id", hash_json(&row.id));
	put(w, item, "kind", json_string(row.kind));
	put(w, item, "from", json_string(c.s.from.name));
	put(w, item, "to", json_string(c.s.to.name));
	put(w, item, "at", time_json(row.at));
	if (w->view->everything)
		add_gist(w, &c, item);
	append(w, t->answers, item);
	if (closes(&c.s, about)) {
		t->closed = true;
		t->outcome = json_object_get(item, "outcome");
	}
	return TOCSIN_OK;
}

/* The newest closure among NUMS, of which there are more than a page shows: whoever sends many answers hides no end. */
static enum tocsin_err add_late_closure(struct showing *w, const struct statement *about, const struct hash *about_id,
	const int64_t *nums, size_t n, struct thread *t)
{
	while (n > 0) {
		struct statement s;
		enum tocsin_err err = read_head(w->read, nums[--n], &s);
		if (err != TOCSIN_OK)
			return err;
		if (closes(&s, about) && has_effect(&s, about_id, about))
			return add_answer(w, about, about_id, nums[n], t);
	}
	return TOCSIN_OK;
}

/* A window that has passed is not an all-clear: only its author ends it. */
static void add_window(struct showing *w, const struct content *c, const struct thread *t, json_t *out)
{
	const struct body_line *l = content_find(c, "when.until");
	json_t *until = l == NULL ? NULL : json_from_value(l->value);
	int64_t end;
	if (json_is_string(until) && clock_parse(bytes_str(json_string_value(until)), &end)) {
		json_t *window = json_object();
		put(w, window, "until", json_incref(until));
		put(w, window, "state", json_string(t->closed ? "closed" : clock_now() < end ? "open" : "lapsed, unresolved"));
		if (t->outcome != NULL)
			put(w, window, "outcome", json_incref(t->outcome));
		put(w, out, "window", window);
	}
	json_decref(until);
}

static enum tocsin_err add_thread(
	struct showing *w, const struct statement_row *row, const struct content *c, json_t *out)
{
	size_t n = 0, shown;
	struct thread t = { .answers = json_array() };
	int64_t *nums = arena_alloc(w->arena, STANDING_LOOKED_AT * sizeof *nums);
	enum tocsin_err err = nums == NULL ? fail(TOCSIN_BROKEN, "no memory to show a statement")
					   : statement_re(w->read, &row->id, nums, STANDING_LOOKED_AT, &n);
	for (shown = 0; err == TOCSIN_OK && shown < n && shown < STANDING_ANSWERS; shown++)
		err = add_answer(w, &c->s, &row->id, nums[shown], &t);
	if (err == TOCSIN_OK && n > shown) {
		size_t before = json_array_size(t.answers);
		err = add_late_closure(w, &c->s, &row->id, nums + shown, n - shown, &t);
		size_t left_out = n - shown - (json_array_size(t.answers) - before);
		put(w, out, "answers_left_out", json_integer((json_int_t)left_out));
	}
	if (err == TOCSIN_OK && w->view->everything)
		add_window(w, c, &t, out);
	put(w, out, "answers", t.answers);
	return err;
}

/* ---- all of it ---- */

static json_t *marks_json(struct showing *w, const struct statement_row *row)
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
			append(w, list, json_string(words[i].word));
	const struct peer *peer = directory_find(w->desk->directory, row->peer);
	if (peer != NULL && peer->state == PEER_DISTRUSTED)
		append(w, list, json_string("partner is distrusted"));
	peer_release(peer);
	return list;
}

static enum tocsin_err add_all(
	struct showing *w, const struct statement_row *row, struct content *c, bool whole, json_t *o)
{
	enum tocsin_err err = TOCSIN_OK;
	put(w, o, "id", hash_json(&row->id));
	put(w, o, "num", json_integer(row->num));
	put(w, o, "kind", json_string(row->kind));
	put(w, o, "direction", json_string(row->issued ? "out" : "in"));
	put(w, o, "from", json_string(c->s.from.name));
	put(w, o, "to", json_string(c->s.to.name));
	put(w, o, "at", time_json(row->at));
	put(w, o, "known_at", time_json(row->known_at));
	put(w, o, "log_index", json_integer((json_int_t)row->log_index));
	put(w, o, "marks", marks_json(w, row));
	if (!row->issued)
		put(w, o, "delivery", json_string("accepted"));
	else if (strcmp(row->peer, w->desk->name) == 0)
		put(w, o, "delivery", json_string("own record"));
	else
		err = add_delivery(w, row, o);
	if (err == TOCSIN_OK && w->view->everything)
		add_gist(w, c, o);
	if (err != TOCSIN_OK || !whole)
		return err;
	put(w, o, "lines", json_integer(c->s.lines));
	put(w, o, "closed_lines", json_integer((json_int_t)c->closed_n));
	if (w->view->everything)
		put(w, o, "fields", fields_json(w, c));
	err = add_references(w, &c->s, o);
	return err == TOCSIN_OK ? add_thread(w, row, c, o) : err;
}

enum tocsin_err desk_show(const struct desk *d, struct snapshot *read, const struct view *v,
	const struct statement_row *row, bool whole, json_t **out)
{
	struct content c;
	struct showing w = { .desk = d, .read = read, .view = v, .arena = arena_new(STANDING_ARENA) };
	if (whole)
		w.other = arena_new(STANDING_ARENA);
	json_t *o = json_object();
	enum tocsin_err err = TOCSIN_OK;
	if (w.arena == NULL || (whole && w.other == NULL) || o == NULL)
		err = fail(TOCSIN_BROKEN, "no memory to show a statement");
	if (err == TOCSIN_OK)
		err = read_content(row, w.arena, &c);
	if (err == TOCSIN_OK)
		err = add_all(&w, row, &c, whole, o);
	if (err == TOCSIN_OK && w.lost)
		err = fail(TOCSIN_BROKEN, "no memory to show a statement");
	arena_free(w.arena);
	arena_free(w.other);
	if (err != TOCSIN_OK) {
		json_decref(o);
		return err;
	}
	*out = o;
	return TOCSIN_OK;
}
