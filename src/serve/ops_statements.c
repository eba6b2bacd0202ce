/*
 * ops_statements: reading statements, evidence, events, the log, carry files, the clock.
 */
#include "base/text.h"
#include "desk/audit.h"
#include "desk/standing.h"
#include "publish/evidence.h"
#include "serve/internal.h"
#include "store/rows.h"

#define NAMES_MAX 512

enum tocsin_err path_statement(struct asked *q, struct snapshot *r, struct statement_row *row)
{
	return access_statement(r, &q->view, q->parameter, q->arena, row, NULL);
}

/* ---- lists ---- */

#define LOOKED_AT 1000                  /* statements that are read for one page */

struct listing {
	struct asked *asked;
	struct snapshot *read;
	json_t *items;
	int64_t last_num;
	enum tocsin_err err;
};

static bool list_one(void *arg, const struct statement_row *row)
{
	struct listing *l = arg;
	json_t *o = NULL;
	l->err = desk_show(l->asked->serve->desk, l->read, &l->asked->view, row, false, &o);
	if (l->err != TOCSIN_OK)
		return false;
	json_array_append_new(l->items, o);
	l->last_num = row->num;
	return true;
}

/* Of an account: only what its scopes hold is looked at, so a page costs the same whatever else is there. */
static enum tocsin_err list_seen(struct listing *l, const struct statement_filter *f, bool *more)
{
	int64_t *nums = arena_alloc(l->asked->arena, LOOKED_AT * sizeof *nums);
	struct arena *a = arena_new(64u << 20);
	size_t n = 0, i;
	/* Shares are found by partner or by kind; what else is asked for is picked out of these. */
	bool pick = f->issued >= 0 || (f->kind != NULL && f->peer != NULL);
	enum tocsin_err err = nums == NULL || a == NULL ? fail(TOCSIN_BROKEN, "no memory for a list")
							: access_list(l->read, &l->asked->view, f->kind, f->peer,
								  f->before_num, nums, pick ? LOOKED_AT : f->limit, &n);
	*more = n == (pick ? LOOKED_AT : f->limit);
	for (i = 0; err == TOCSIN_OK && i < n && json_array_size(l->items) < f->limit; i++) {
		struct statement_row row;
		arena_reset(a);
		err = statement_by_num(l->read, nums[i], a, &row);
		if (err != TOCSIN_OK)
			break;
		bool wanted = (f->issued < 0 || row.issued == (f->issued != 0)) &&
			(f->kind == NULL || strcmp(row.kind, f->kind) == 0);
		if (wanted && !list_one(l, &row))
			err = l->err;
		l->last_num = nums[i];
	}
	*more = *more || i < n;
	arena_free(a);
	return err;
}

/* A list shows the gist of what is in it: one row in the audit trail for all of them. */
static enum tocsin_err note_list(struct asked *q, const json_t *items)
{
	char what[200];
	size_t n = json_array_size(items);
	if (q->view.everything || n == 0)
		return TOCSIN_OK;
	snprintf(what, sizeof what, "the gist of %zu statements", n);
	return audit_note(q->serve->desk, &q->view, "list", "", what);
}

enum tocsin_err op_statements(struct serve *s, struct asked *q)
{
	const char *direction;
	int64_t before, limit;
	struct statement_filter f = { .issued = -1, .body = true, .without = STATEMENT_MARK_DOOR };
	struct listing l = { .asked = q };
	enum tocsin_err err = query_str(q, "direction", &direction);
	if (err == TOCSIN_OK)
		err = query_str(q, "peer", &f.peer);
	if (err == TOCSIN_OK)
		err = query_kind(q, &f.kind);
	if (err == TOCSIN_OK)
		err = place_take(q, "before", CURSOR_STATEMENTS, 0, &before);
	if (err == TOCSIN_OK)
		err = query_int(q, "limit", 100, &limit);
	if (err == TOCSIN_OK && direction != NULL && strcmp(direction, "in") != 0 && strcmp(direction, "out") != 0)
		err = fail(TOCSIN_BAD, "direction must be in or out");
	if (err != TOCSIN_OK)
		return err;
	if (direction != NULL)
		f.issued = strcmp(direction, "out") == 0;
	f.before_num = before;
	f.limit = (size_t)limit;
	err = snapshot_open(s->desk->store, &l.read);
	if (err != TOCSIN_OK)
		return err;
	bool more;
	l.items = json_array();
	if (!q->view.everything) {
		err = list_seen(&l, &f, &more);
	} else {
		err = statement_list(l.read, &f, list_one, &l);
		more = json_array_size(l.items) == f.limit;
	}
	snapshot_close(l.read);
	q->answer = json_object();
	json_object_set_new(q->answer, "items", l.items);
	json_object_set_new(q->answer, "next", more ? place_json(q, CURSOR_STATEMENTS, l.last_num) : json_null());
	if (err == TOCSIN_OK)
		err = l.err;
	return err == TOCSIN_OK ? note_list(q, l.items) : err;
}

/* ---- one ---- */

/* Before anything of ROW leaves: who was shown which lines of it. Nobody is named while there are no accounts. */
enum tocsin_err note_opened(struct asked *q, const struct statement_row *row, const char *lines)
{
	char id[2 * SHA256_SIZE + 1];
	if (q->view.everything)
		return TOCSIN_OK;
	hex_encode(row->id.b, SHA256_SIZE, id);
	return access_opened(q->serve->desk, &q->view, row->num, id, lines);
}

static enum tocsin_err note_fields(struct asked *q, const struct statement_row *row, const json_t *fields)
{
	const json_t *f;
	size_t i;
	struct buf lines;
	buf_init(&lines, ANSWER_MAX);
	json_array_foreach(fields, i, f)
		buf_printf(&lines, i == 0 ? "%s" : " %s", json_string_value(json_object_get(f, "name")));
	buf_add_char(&lines, 0);
	enum tocsin_err err = buf_end(&lines, "the names of lines");
	if (err == TOCSIN_OK)
		err = note_opened(q, row, (const char *)lines.p);
	buf_free(&lines);
	return err;
}

enum tocsin_err op_statement(struct serve *s, struct asked *q)
{
	struct statement_row row;
	struct snapshot *r = NULL;
	bool keep = false, settled = false;
	enum tocsin_err err = waits_asked(q, &keep);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = path_statement(q, r, &row);
	if (err == TOCSIN_OK && keep) {
		err = waits_settled(r, row.num, q->arena, &settled);
		keep = err == TOCSIN_OK && !settled;
		q->wait_num = row.num;
	}
	if (!keep)
		q->deadline = 0;
	if (err == TOCSIN_OK && !keep)
		err = desk_show(s->desk, r, &q->view, &row, true, &q->answer);
	snapshot_close(r);
	if (err == TOCSIN_OK && !keep)
		err = note_fields(q, &row, json_object_get(q->answer, "fields"));
	return err;
}

enum tocsin_err op_close_delivery(struct serve *s, struct asked *q)
{
	struct statement_row row;
	struct outbox_row waiting;
	struct snapshot *r;
	const char *reason = json_string_value(json_object_get(q->body, "reason"));
	if (!text_is_clean(bytes_str(reason)))
		return fail(TOCSIN_BAD, "a reason has no control characters");
	enum tocsin_err err = snapshot_open(s->desk->store, &r);
	if (err != TOCSIN_OK)
		return err;
	err = path_statement(q, r, &row);
	if (err == TOCSIN_OK) {
		err = outbox_get(r, row.num, q->arena, &waiting);
		if (err == TOCSIN_MISSING)
			err = fail(TOCSIN_REFUSED, "nothing of %.16s waits to be delivered", q->parameter);
		else if (err == TOCSIN_OK && strcmp(waiting.state, "closed") == 0)
			err = fail(TOCSIN_REFUSED, "the delivery of %.16s is closed already: %s", q->parameter,
				waiting.sentence);
	}
	snapshot_close(r);
	if (err != TOCSIN_OK)
		return err;
	struct change *c = change_new();
	if (c != NULL) {
		change_outbox_close(c, row.num, reason);
		char id[2 * SHA256_SIZE + 1];
		hex_encode(row.id.b, SHA256_SIZE, id);
		change_event(c, "delivery closed", row.num, row.peer);
		note_decision(q, c, "delivery.closed", id, reason);
	}
	err = commit_about(s, c, NULL);
	q->answer = json_object();
	json_object_set_new(q->answer, "id", json_hash(&row.id));
	json_object_set_new(q->answer, "delivery", json_string("closed"));
	return err;
}

/* The names in LIST, which commas separate, as an array that ends with NULL; NULL when LIST is NULL. */
static enum tocsin_err split_names(struct arena *a, const char *list, const char *const **out)
{
	*out = NULL;
	if (list == NULL)
		return TOCSIN_OK;
	char *copy = arena_str(a, bytes_str(list)), *word;
	const char **names = arena_alloc(a, (NAMES_MAX + 1) * sizeof *names);
	size_t n = 0;
	if (copy == NULL || names == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the names");
	while ((word = strsep(&copy, ",")) != NULL) {
		if (n == NAMES_MAX)
			return fail(TOCSIN_BAD, "at most %d names", NAMES_MAX);
		if (word[0] == 0)
			return fail(TOCSIN_BAD, "\"%.100s\" has an empty name in it", list);
		names[n++] = word;
	}
	names[n] = NULL;
	*out = names;
	return TOCSIN_OK;
}

enum tocsin_err note_export(struct asked *q, const struct statement_row *row, const char *what)
{
	char id[2 * SHA256_SIZE + 1];
	hex_encode(row->id.b, SHA256_SIZE, id);
	return audit_note(q->serve->desk, &q->view, "export", id, what);
}

/* Which lines went out with it: all open ones unless ONLY names some, and the closed ones of REVEAL. */
static enum tocsin_err note_evidence(
	struct asked *q, const struct statement_row *row, const char *only, const char *reveal)
{
	struct buf words;
	buf_init(&words, 32768);
	buf_printf(&words, "evidence, open lines: %s; closed lines: %s", only != NULL ? only : "all", reveal != NULL ? reveal : "none");
	buf_add_char(&words, 0);
	enum tocsin_err err = buf_end(&words, "what was exported");
	if (err == TOCSIN_OK)
		err = note_export(q, row, (const char *)words.p);
	buf_free(&words);
	return err;
}

enum tocsin_err op_evidence(struct serve *s, struct asked *q)
{
	const char *only_list, *reveal_list, *const *only, *const *reveal;
	struct statement_row row;
	struct snapshot *r = NULL;
	enum tocsin_err err = query_str(q, "only", &only_list);
	if (err == TOCSIN_OK)
		err = query_str(q, "reveal", &reveal_list);
	if (err == TOCSIN_OK)
		err = split_names(q->arena, only_list, &only);
	if (err == TOCSIN_OK)
		err = split_names(q->arena, reveal_list, &reveal);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = path_statement(q, r, &row);
	if (err == TOCSIN_OK && row.issued) {
		/* A receipt that is not witnessed yet may be by now; when its owner cannot be asked, the bundle shows
		 * what is held. */
		snapshot_close(r);
		r = NULL;
		err = exchange_fetch_receipt(s->exchange, row.num);
		if (err != TOCSIN_BROKEN)
			err = snapshot_open(s->desk->store, &r);
	}
	if (err == TOCSIN_OK)
		err = evidence_bundle(s->desk, r, &q->view, &row, only, reveal, &q->out);
	snapshot_close(r);
	if (err == TOCSIN_OK)
		err = note_evidence(q, &row, only_list, reveal_list);
	q->type = "application/x-tar";
	return err;
}

/* ---- the log ---- */

struct origins {
	json_t *list;
	bool all;                               /* what is not published, too */
};

static bool add_origin(void *arg, const struct log_row *row)
{
	struct origins *l = arg;
	json_t *o = json_object();
	json_object_set_new(o, "n", json_integer((json_int_t)row->n));
	json_object_set_new(o, "origin", json_string(row->origin));
	json_object_set_new(o, "state", json_string(row->state));
	json_object_set_new(o, "reason", json_string(row->reason));
	if (l->all)
		json_object_set_new(o, "size", json_integer((json_int_t)row->size));
	json_object_set_new(o, "published_size", json_integer((json_int_t)row->published_size));
	json_object_set_new(o, "started_at", json_time(row->started_at));
	json_array_append_new(l->list, o);
	return true;
}

enum tocsin_err op_log(struct serve *s, struct asked *q)
{
	struct log_state st;
	struct snapshot *r = NULL;
	json_t *status = NULL;
	store_log_state(s->desk->store, &st);
	enum tocsin_err err = status_make(s, &status);
	if (err != TOCSIN_OK)
		return err;
	json_t *o = q->answer = json_object(), *origins = json_array();
	json_object_set_new(o, "origin", json_string(st.origin));
	json_object_set_new(o, "n", json_integer((json_int_t)st.n));
	if (status_all(&q->view)) {
		json_object_set_new(o, "size", json_integer((json_int_t)st.size));
		json_object_set_new(o, "root", json_hash(&st.root));
	}
	json_object_set_new(o, "published_size", json_integer((json_int_t)st.published_size));
	json_object_set(o, "witnesses", json_object_get(status, "witnesses"));
	json_object_set_new(o, "origins", origins);
	json_decref(status);
	err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = store_log_each(r, add_origin, &(struct origins) { origins, status_all(&q->view) });
	snapshot_close(r);
	return err;
}

/* ---- carry files ---- */

/* Sealed, for its recipient alone; that it left in a file is known all the same. */
enum tocsin_err op_carry_out(struct serve *s, struct asked *q)
{
	char what[64];
	q->type = "application/octet-stream";
	enum tocsin_err err = exchange_carry_out(s->exchange, q->parameter, &q->out);
	snprintf(what, sizeof what, "carry file, %zu bytes", q->out.n);
	return err == TOCSIN_OK ? audit_note(s->desk, &q->view, "carry", q->parameter, what) : err;
}

#define SUMMARY_MAX 4096

enum tocsin_err op_carry_in(struct serve *s, struct asked *q)
{
	json_t *summary = NULL;
	q->type = "application/octet-stream";
	enum tocsin_err err = exchange_carry_in(s->exchange, http_call_body(q->call), &q->out, &summary);
	/* A header field takes ASCII, and not much of it. */
	char *line = err == TOCSIN_OK && summary != NULL ? json_dumps(summary, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
	if (line != NULL && strlen(line) <= SUMMARY_MAX)
		http_call_add_header(q->call, "Tocsin-Summary", line);
	free(line);
	json_decref(summary);
	return err;
}

/* ---- the clock ---- */

enum tocsin_err op_clock(struct serve *s, struct asked *q)
{
	int64_t now;
	const char *text = json_string_value(json_object_get(q->body, "now"));
	if (!clock_parse(bytes_str(text), &now))
		return fail(TOCSIN_BAD, "%.40s is not a time as 2024-03-06T09:12:00Z", text);
	enum tocsin_err err = serve_clock_set(s->desk, now);
	if (err != TOCSIN_OK)
		return err;
	exchange_wake(s->exchange);
	q->answer = json_object();
	json_object_set_new(q->answer, "clock", json_time(clock_now()));
	return TOCSIN_OK;
}
