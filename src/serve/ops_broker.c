/*
 * ops_broker: what is in custody here; who wrote what was sent without a name.
 */
#include "desk/broker.h"
#include "desk/unnamed.h"
#include "exchange/exchange.h"
#include "serve/internal.h"
#include "store/rows_broker.h"

/* Where the list goes on behind the tender AFTER. */
static enum tocsin_err behind(struct asked *q, struct snapshot *r, const char *after, int64_t *until, int64_t *tender)
{
	struct statement_row row;
	struct custody_row held;
	enum tocsin_err err = access_statement(r, &q->view, after, q->arena, &row, NULL);
	if (err == TOCSIN_OK && (err = custody_of(r, row.num, &held)) == TOCSIN_MISSING)
		err = fail(TOCSIN_MISSING, "%.64s is not in custody here", after);
	if (err == TOCSIN_OK) {
		*until = held.until;
		*tender = held.tender;
	}
	return err;
}

enum tocsin_err op_custody(struct serve *s, struct asked *q)
{
	const char *after;
	int64_t limit, until = 0, tender = 0;
	struct snapshot *r = NULL;
	enum tocsin_err err = query_str(q, "after", &after);
	if (err == TOCSIN_OK)
		err = query_int(q, "limit", 50, &limit);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK && after != NULL)
		err = behind(q, r, after, &until, &tender);
	if (err == TOCSIN_OK)
		err = broker_list(s->desk, r, &q->view, until, tender, (size_t)limit, &q->answer);
	snapshot_close(r);
	return err;
}

enum tocsin_err op_author(struct serve *s, struct asked *q)
{
	struct statement_row row;
	struct snapshot *r = NULL;
	struct hash id;
	const char *to = json_string_value(json_object_get(q->body, "to"));
	enum tocsin_err err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = path_statement(q, r, &row);
	if (err == TOCSIN_OK)
		err = unnamed_author(s->desk, r, &q->view, &row, to, &id);
	snapshot_close(r);
	if (err != TOCSIN_OK)
		return err;
	exchange_wake(s->exchange);
	q->answer = json_pack("{s:o, s:s}", "id", json_hash(&id), "to", to);
	return q->answer == NULL ? fail(TOCSIN_BROKEN, "no memory for an answer") : TOCSIN_OK;
}
