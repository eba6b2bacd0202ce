/*
 * page: the status page. It shows the same as GET /api/v1/status and the newest statements without their content; no
 * script, no form.
 */
#include "serve/internal.h"
#include "desk/standing.h"
#include "store/rows.h"

#define SHOWN 25
#define REFRESH "60"

void html_text(struct buf *out, const char *s)
{
	for (; s != NULL && *s != 0; s++) {
		switch (*s) {
		case '<':
			buf_add_str(out, "&lt;");
			break;
		case '>':
			buf_add_str(out, "&gt;");
			break;
		case '&':
			buf_add_str(out, "&amp;");
			break;
		case '"':
			buf_add_str(out, "&quot;");
			break;
		case '\'':
			buf_add_str(out, "&#39;");
			break;
		default:
			buf_add_char(out, *s);
		}
	}
}

static const char *text_at(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	return s != NULL ? s : "";
}

static long long number_at(const json_t *o, const char *key)
{
	return (long long)json_integer_value(json_object_get(o, key));
}

/* A line of a list of terms: LABEL and VALUE as text. */
static void term(struct buf *out, const char *label, const char *value)
{
	buf_printf(out, "<dt>%s</dt><dd>", label);
	html_text(out, value);
	buf_add_str(out, "</dd>\n");
}

static void page_head(struct buf *out, const json_t *st)
{
	bool exercise = strcmp(text_at(st, "realm"), "exercise") == 0,
	     ready = json_is_true(json_object_get(st, "ready"));
	buf_add_str(out,
		"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
		"content=\"width=device-width, initial-scale=1\">\n"
		"<meta http-equiv=\"refresh\" content=\"" REFRESH "\">\n<title>");
	html_text(out, exercise ? "EXERCISE " : "");
	html_text(out, text_at(st, "name"));
	buf_printf(out, "</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body%s>\n",
		exercise ? " class=\"exercise\"" : "");
	if (exercise)
		buf_add_str(
			out, "<div class=\"banner\">EXERCISE &middot; EXERCISE &middot; nothing here is real</div>\n");
	buf_add_str(out, "<div class=\"wrap\">\n<header><h1>");
	html_text(out, text_at(st, "name"));
	buf_printf(out, "</h1><p>%s realm</p><p class=\"%s\">%s</p><p>", exercise ? "exercise" : "live",
		ready ? "good" : "bad", ready ? "ready" : "not ready");
	html_text(out, text_at(st, "clock"));
	buf_add_str(out, json_is_true(json_object_get(st, "clock_set")) ? " (clock set by hand)" : "");
	buf_add_str(out, "</p></header>\n");
	if (text_at(st, "note")[0] != 0) {
		buf_add_str(out, "<p class=\"soft\">");
		html_text(out, text_at(st, "note"));
		buf_add_str(out, "</p>\n");
	}
}

static void page_alarms(struct buf *out, const json_t *st)
{
	const json_t *list = json_object_get(st, "alarms"), *a;
	size_t i;
	buf_add_str(out, "<h2>Alarms</h2>\n");
	if (json_array_size(list) == 0) {
		buf_add_str(out, "<p class=\"good\">None.</p>\n");
		return;
	}
	buf_add_str(out, "<ul class=\"alarms\">\n");
	json_array_foreach(list, i, a) {
		buf_add_str(out, "<li>");
		html_text(out, text_at(a, "sentence"));
		buf_add_str(out, "</li>\n");
	}
	buf_add_str(out, "</ul>\n");
}

static void page_log(struct buf *out, const json_t *st)
{
	const json_t *log = json_object_get(st, "log"), *list = json_object_get(st, "witnesses"), *w;
	size_t i;
	buf_add_str(out, "<h2>Our log</h2>\n<div class=\"row\"><dl>\n");
	term(out, "origin", text_at(log, "origin"));
	if (json_object_get(log, "size") == NULL)
		buf_printf(out, "<dt>entries</dt><dd>%lld are published</dd>\n", number_at(log, "published_size"));
	else
		buf_printf(out, "<dt>entries</dt><dd>%lld, of which %lld are published</dd>\n", number_at(log, "size"),
			number_at(log, "published_size"));
	if (text_at(log, "root")[0] != 0) {
		buf_add_str(out, "<dt>root</dt><dd><code>");
		html_text(out, text_at(log, "root"));
		buf_add_str(out, "</code></dd>\n");
	}
	buf_add_str(out, "</dl></div>\n<h2>Witnesses</h2>\n");
	if (json_array_size(list) == 0)
		buf_add_str(out, "<p class=\"wait\">None: nobody outside vouches for this log.</p>\n");
	buf_add_str(out, "<div class=\"rows\">\n");
	json_array_foreach(list, i, w) {
		const char *seen = text_at(w, "last_seen");
		buf_add_str(out, "<div class=\"row\"><p class=\"name\">");
		html_text(out, text_at(w, "name"));
		buf_printf(out, "</p><p class=\"%s\">", seen[0] != 0 ? "soft" : "wait");
		if (seen[0] != 0)
			buf_printf(out, "last cosigned %s, up to entry %lld", seen, number_at(w, "size"));
		else
			buf_add_str(out, "never seen since the start");
		buf_add_str(out, "</p>");
		if (text_at(w, "trouble")[0] != 0) {
			buf_add_str(out, "<p class=\"bad\">");
			html_text(out, text_at(w, "trouble"));
			buf_add_str(out, "</p>");
		}
		buf_add_str(out, "</div>\n");
	}
	buf_add_str(out, "</div>\n");
}

static void page_partner(struct buf *out, const json_t *p)
{
	const char *state = text_at(p, "state");
	const json_t *quorum = json_object_get(p, "quorum");
	buf_add_str(out, "<div class=\"row\"><p class=\"name\">");
	html_text(out, text_at(p, "name"));
	buf_printf(out, "</p><p><span class=\"%s\">%s</span>, ",
		strcmp(state, "confirmed") == 0		   ? "good"
			: strcmp(state, "distrusted") == 0 ? "bad"
							   : "wait",
		state);
	if (json_integer_value(quorum) > 0)
		buf_printf(out, "quorum %lld", (long long)json_integer_value(quorum));
	else
		buf_add_str(out, "<span class=\"wait\">quorum none</span>");
	buf_add_str(out, "</p><p>");
	if (json_object_get(p, "waiting") != NULL)
		buf_printf(out, "%lld waiting", number_at(p, "waiting"));
	if (text_at(p, "waiting_since")[0] != 0)
		buf_printf(out, " since %s", text_at(p, "waiting_since"));
	if (number_at(p, "refused") > 0)
		buf_printf(out, ", <span class=\"bad\">%lld refused</span>", number_at(p, "refused"));
	buf_add_str(out, "</p>");
	if (text_at(p, "last_answer")[0] != 0)
		buf_printf(out, "<p class=\"soft\">last answer %s</p>", text_at(p, "last_answer"));
	if (text_at(p, "trouble")[0] != 0) {
		buf_add_str(out, "<p class=\"bad\">");
		html_text(out, text_at(p, "trouble"));
		if (text_at(p, "next_attempt")[0] != 0)
			buf_printf(out, "; next attempt %s", text_at(p, "next_attempt"));
		buf_add_str(out, "</p>");
	}
	buf_add_str(out, "</div>\n");
}

static void page_partners(struct buf *out, const json_t *st)
{
	const json_t *list = json_object_get(st, "partners"), *p;
	size_t i;
	buf_add_str(out, "<h2>Partners</h2>\n");
	if (json_array_size(list) == 0)
		buf_add_str(out, "<p class=\"soft\">None yet: tocsin partner add FILE takes the card of one.</p>\n");
	buf_add_str(out, "<div class=\"rows\">\n");
	json_array_foreach(list, i, p)
		page_partner(out, p);
	buf_add_str(out, "</div>\n");
}

/* ---- the newest statements ---- */

struct rows {
	struct serve *serve;
	const struct view *view;
	struct snapshot *read;
	struct buf *out;
	enum tocsin_err err;
	size_t n;
};

/* Bodies are not even read: whoever sees the page over somebody's shoulder learns that something passed, not what. */
static bool add_row(void *arg, const struct statement_row *row)
{
	struct rows *r = arg;
	json_t *o = NULL;
	r->err = desk_show(r->serve->desk, r->read, r->view, row, false, &o);
	if (r->err != TOCSIN_OK)
		return false;
	const char *delivery = text_at(o, "delivery");
	bool done = strcmp(delivery, "witnessed") == 0 || strcmp(delivery, "accepted") == 0 ||
		strcmp(delivery, "own record") == 0;
	bool lost = strcmp(delivery, "refused") == 0 || strcmp(delivery, "one-sided") == 0;
	buf_printf(r->out, "<tr><td>%s</td><td>%s</td><td>%s</td><td>", text_at(o, "at"), text_at(o, "kind"),
		row->issued ? "to" : "from");
	html_text(r->out, row->peer);
	buf_printf(r->out, "</td><td class=\"%s\">%s</td><td><code>%.16s</code></td></tr>\n",
		done	       ? "good"
			: lost ? "bad"
			       : "wait",
		delivery, text_at(o, "id"));
	json_decref(o);
	r->n++;
	return true;
}

/* What V sees, newest first. */
static enum tocsin_err add_seen(struct rows *r)
{
	int64_t nums[SHOWN];
	size_t n;
	struct arena *a = arena_new(64u << 20);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for the page")
					: access_list(r->read, r->view, NULL, NULL, 0, nums, SHOWN, &n);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		struct statement_row row;
		arena_reset(a);
		err = statement_by_num(r->read, nums[i], a, &row);
		if (err == TOCSIN_OK && !add_row(r, &row))
			err = r->err;
	}
	arena_free(a);
	return err;
}

static enum tocsin_err page_statements(struct serve *s, const struct view *v, struct buf *out)
{
	struct rows r = { .serve = s, .view = v, .out = out };
	struct statement_filter f = { .issued = -1, .limit = SHOWN, .without = STATEMENT_MARK_DOOR };
	enum tocsin_err err = snapshot_open(s->desk->store, &r.read);
	if (err != TOCSIN_OK)
		return err;
	buf_add_str(out,
		"<h2>Newest statements</h2>\n<div class=\"scroll\"><table>\n<tr><th>at "
		"(claimed)</th><th>kind</th><th></th><th>partner</th><th>state</th><th>id</th></tr>\n");
	err = v->everything ? statement_list(r.read, &f, add_row, &r) : add_seen(&r);
	snapshot_close(r.read);
	if (r.n == 0)
		buf_add_str(out, "<tr><td colspan=\"6\" class=\"soft\">None yet.</td></tr>\n");
	buf_add_str(out, "</table></div>\n");
	return err != TOCSIN_OK ? err : r.err;
}

static void page_end(struct buf *out, const json_t *st)
{
	const json_t *list = json_object_get(st, "not_proven"), *sentence;
	size_t i;
	buf_add_str(out, "<footer><p>What is not proven:</p>\n<ul>\n");
	json_array_foreach(list, i, sentence) {
		buf_add_str(out, "<li>");
		html_text(out, json_string_value(sentence));
		buf_add_str(out, "</li>\n");
	}
	buf_printf(out,
		"</ul>\n<p>tocsin %s. This page shows no content; it is fetched again every %s "
		"seconds.</p></footer>\n</div>\n</body>\n</html>\n",
		text_at(st, "version"), REFRESH);
}

enum tocsin_err op_page(struct serve *s, struct asked *q)
{
	json_t *st = NULL;
	enum tocsin_err err = status_for(q, &st);
	if (err != TOCSIN_OK)
		return err;
	page_head(&q->out, st);
	page_alarms(&q->out, st);
	page_log(&q->out, st);
	page_partners(&q->out, st);
	err = page_statements(s, &q->view, &q->out);
	page_end(&q->out, st);
	json_decref(st);
	q->type = "text/html; charset=utf-8";
	return err;
}
