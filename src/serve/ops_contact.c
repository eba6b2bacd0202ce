/*
 * ops_contact: recipients without a node: who they are.
 */
#include "desk/contact.h"
#include "serve/internal.h"

enum tocsin_err op_contacts(struct serve *s, struct asked *q)
{
	const char *after;
	int64_t limit;
	struct snapshot *r = NULL;
	enum tocsin_err err = query_str(q, "after", &after);
	if (err == TOCSIN_OK)
		err = query_int(q, "limit", 100, &limit);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = contact_list(r, after == NULL ? "" : after, (size_t)limit, &q->answer);
	snapshot_close(r);
	return err;
}

enum tocsin_err op_contact(struct serve *s, struct asked *q)
{
	struct contact c;
	struct snapshot *r = NULL;
	enum tocsin_err err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = contact_get(r, q->parameter, q->arena, &c);
	snapshot_close(r);
	if (err == TOCSIN_OK && (q->answer = contact_json(&c)) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a contact");
	return err;
}

static enum tocsin_err answer_name(struct asked *q)
{
	q->answer = json_pack("{s:s}", "name", q->parameter);
	return q->answer == NULL ? fail(TOCSIN_BROKEN, "no memory for the answer") : TOCSIN_OK;
}

enum tocsin_err op_contact_put(struct serve *s, struct asked *q)
{
	struct buf text;
	buf_init(&text, CONTACT_JSON);
	json_write(&text, q->body);
	enum tocsin_err err = buf_end(&text, "a contact");
	if (err == TOCSIN_OK)
		err = contact_put(s->desk, &q->view, q->parameter, buf_bytes(&text));
	buf_free(&text);
	return err == TOCSIN_OK ? answer_name(q) : err;
}

enum tocsin_err op_contact_delete(struct serve *s, struct asked *q)
{
	enum tocsin_err err = contact_remove(s->desk, &q->view, q->parameter);
	return err == TOCSIN_OK ? answer_name(q) : err;
}
