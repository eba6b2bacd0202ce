/*
 * ops_release: what is decided about drafts.
 */
#include "desk/drafts.h"
#include "serve/drafts.h"

static const char *text_in(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

enum tocsin_err read_ask(struct asked *q, struct release_ask *out)
{
	const json_t *lines = json_object_get(q->body, "confirm");
	size_t n = json_array_size(lines);
	const char **line = arena_alloc(q->arena, (n + 1) * sizeof *line);
	if (line == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the request");
	for (size_t i = 0; i < n; i++)
		line[i] = json_string_value(json_array_get(lines, i));
	*out = (struct release_ask) { .version = json_integer_value(json_object_get(q->body, "version")),
		.close = json_object_get(q->body, "close"),
		.reason = text_in(q->body, "reason"),
		.consent = { line, n, json_is_true(json_object_get(q->body, "confirm_audience")), text_in(q->body, "override") } };
	return TOCSIN_OK;
}

enum tocsin_err read_determination(const json_t *given, struct determination *out)
{
	static const char *const keys[] = { "credible", "specific", "impending", "harm", "words", "result", "ground", "reason",
		NULL };
	enum tocsin_err err = json_only(given, "a determination", keys);
	for (size_t i = 0; err == TOCSIN_OK && keys[i] != NULL; i++) {
		const json_t *v = json_object_get(given, keys[i]);
		if (v == NULL ? i < 4 : !json_is_string(v))
			err = fail(TOCSIN_BAD, "a determination has %s as a text: yes, no or doubt for each of the four tests", keys[i]);
	}
	*out = (struct determination) { text_in(given, "credible"), text_in(given, "specific"), text_in(given, "impending"),
		text_in(given, "harm"), text_in(given, "words"), text_in(given, "result"), text_in(given, "ground"),
		text_in(given, "reason") };
	return err;
}

/* Whoever was quicker has changed what was looked at. */
static enum tocsin_err decided(struct serve *s, struct asked *q, enum tocsin_err err)
{
	if (err == TOCSIN_LATER)
		q->status = 409;
	return err == TOCSIN_OK ? answer_draft(s, q, q->parameter) : err;
}

enum tocsin_err op_draft_propose(struct serve *s, struct asked *q)
{
	struct release_ask ask;
	enum tocsin_err err = read_ask(q, &ask);
	if (err == TOCSIN_OK && ask.version == 0)
		err = draft_version(s, q, q->parameter, &ask.version);
	if (err == TOCSIN_OK)
		err = release_propose(s->desk, &q->view, q->parameter, &ask);
	return decided(s, q, err);
}

enum tocsin_err op_draft_release(struct serve *s, struct asked *q)
{
	struct release_ask ask;
	enum tocsin_err err = read_ask(q, &ask);
	if (err == TOCSIN_OK)
		err = release_now(s->desk, &q->view, q->parameter, &ask);
	if (err == TOCSIN_OK)
		exchange_wake(s->exchange);
	return decided(s, q, err);
}

enum tocsin_err op_draft_refuse(struct serve *s, struct asked *q)
{
	struct release_ask ask;
	enum tocsin_err err = read_ask(q, &ask);
	if (err == TOCSIN_OK)
		err = release_refuse(s->desk, &q->view, q->parameter, &ask);
	return decided(s, q, err);
}

enum tocsin_err op_draft_withdraw(struct serve *s, struct asked *q)
{
	int64_t version = 0;
	enum tocsin_err err = draft_version(s, q, q->parameter, &version);
	if (err == TOCSIN_OK)
		err = drafts_withdraw(s->desk, &q->view, q->parameter, version, text_in(q->body, "reason"));
	return decided(s, q, err);
}

enum tocsin_err op_draft_review(struct serve *s, struct asked *q)
{
	bool approves = json_is_true(json_object_get(q->body, "approves"));
	return decided(s, q, release_review(s->desk, &q->view, q->parameter, approves, text_in(q->body, "reason")));
}

enum tocsin_err op_determine(struct serve *s, struct asked *q)
{
	struct determination t;
	struct issue_result made;
	struct snapshot *r = NULL;
	json_t *draft = NULL;
	enum tocsin_err err = read_determination(q->body, &t);
	if (err == TOCSIN_OK)
		err = determination_make(s->desk, &q->view, q->parameter, &t, &made);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = release_show(s->desk, r, &q->view, q->parameter, &draft);
	snapshot_close(r);
	if (err == TOCSIN_OK)
		q->answer = json_pack("{s:o, s:s, s:O}", "id", json_hash(&made.id), "draft", q->parameter, "result",
			json_object_get(json_object_get(draft, "determination"), "result"));
	json_decref(draft);
	return err;
}
