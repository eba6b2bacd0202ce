/*
 * ops_pages: pages, and the channels by which they come.
 */
#include "desk/channels.h"
#include "serve/internal.h"

/* The account that the query or the body names; one's own when it does not. */
static const char *whose(const struct asked *q, const char *named)
{
	return named != NULL ? named : q->view.account;
}

static enum tocsin_err answer_with(struct asked *q, const char *name, const char *value)
{
	q->answer = json_pack("{s:s}", name, value);
	return q->answer == NULL ? fail(TOCSIN_BROKEN, "no memory for the answer") : TOCSIN_OK;
}

enum tocsin_err op_channels(struct serve *s, struct asked *q)
{
	const char *account;
	struct snapshot *r;
	json_t *list = NULL;
	enum tocsin_err err = query_str(q, "account", &account);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err != TOCSIN_OK)
		return err;
	bool all = account != NULL && strcmp(account, "*") == 0;
	err = channels_list(s->desk, r, &q->view, all ? NULL : whose(q, account), &list);
	snapshot_close(r);
	if (err != TOCSIN_OK)
		return err;
	q->answer = json_pack("{s:o}", "items", list);
	return q->answer == NULL ? fail(TOCSIN_BROKEN, "no memory for the channels") : TOCSIN_OK;
}

enum tocsin_err op_channel_add(struct serve *s, struct asked *q)
{
	const char *quiet = json_string_value(json_object_get(q->body, "quiet")),
		   *account = json_string_value(json_object_get(q->body, "account"));
	return channels_add(s->desk, &q->view, whose(q, account), json_string_value(json_object_get(q->body, "kind")),
		json_string_value(json_object_get(q->body, "address")), quiet != NULL ? quiet : "", &q->answer);
}

enum tocsin_err op_channel_remove(struct serve *s, struct asked *q)
{
	enum tocsin_err err = channels_remove(s->desk, &q->view, q->parameter);
	return err == TOCSIN_OK ? answer_with(q, "id", q->parameter) : err;
}

enum tocsin_err op_channel_test(struct serve *s, struct asked *q)
{
	char page[PAGE_ID + 1];
	enum tocsin_err err = channels_test(s->desk, &q->view, q->parameter, page);
	return err == TOCSIN_OK ? answer_with(q, "page", page) : err;
}

enum tocsin_err op_pages(struct serve *s, struct asked *q)
{
	const char *account, *before;
	char next[PAGE_ID + 1];
	int64_t limit;
	struct snapshot *r;
	json_t *list = NULL;
	enum tocsin_err err = query_str(q, "account", &account);
	if (err == TOCSIN_OK)
		err = query_str(q, "before", &before);
	if (err == TOCSIN_OK)
		err = query_int(q, "limit", 50, &limit);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err != TOCSIN_OK)
		return err;
	err = pages_list(r, &q->view, whose(q, account), (size_t)limit, before, next, &list);
	snapshot_close(r);
	if (err != TOCSIN_OK)
		return err;
	q->answer = json_pack("{s:o, s:o}", "items", list, "next", next[0] != 0 ? json_string(next) : json_null());
	return q->answer == NULL ? fail(TOCSIN_BROKEN, "no memory for the pages") : TOCSIN_OK;
}

enum tocsin_err op_page_ack(struct serve *s, struct asked *q)
{
	enum tocsin_err err = pages_ack(s->desk, &q->view, q->parameter);
	return err == TOCSIN_OK ? answer_with(q, "id", q->parameter) : err;
}
