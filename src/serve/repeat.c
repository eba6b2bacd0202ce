#include "serve/repeat.h"

#include "base/sha256.h"
#include "desk/audit.h"
#include "store/rows_repeat.h"

#define ANSWERED 200
#define DONE 1                  /* without its answer */
#define KEPT (24 * 3600 * CLOCK_SECOND)

static bool is_key(const char *s)
{
	size_t n = strlen(s);
	for (size_t i = 0; i < n; i++)
		if (s[i] < 0x21 || s[i] > 0x7e)
			return false;
	return n > 0 && n <= REPEAT_KEY;
}

/* Of everything that makes the request what it is. */
static struct hash digest_of(const struct asked *q)
{
	struct bytes body = http_call_body(q->call);
	struct hash inner = sha256(body), h = sha256(bytes_str(q->op->method));
	h = sha256_prefixed(0, hash_bytes(&h), bytes_str(q->op->path));
	h = sha256_prefixed(0, hash_bytes(&h), bytes_str(q->parameter));
	for (const struct api_field *f = q->op->query; f->name != NULL; f++) {
		const char *v = http_call_query(q->call, f->name);
		h = sha256_prefixed(v == NULL ? 1 : 2, hash_bytes(&h), bytes_str(v == NULL ? "" : v));
	}
	return sha256_prefixed(0, hash_bytes(&h), hash_bytes(&inner));
}

static enum tocsin_err first_answer(struct serve *s, struct asked *q, const struct repeat_row *row)
{
	if (row->status == 0)
		return strcmp(row->type, s->run) == 0
			? fail(TOCSIN_LATER, "the same request is under way; ask again for its answer")
			: fail(TOCSIN_REFUSED,
				  "this node stopped while it did this request, so whether it took effect is not known: "
				  "look, and if it did not, send it with another Idempotency-Key");
	if (row->status != ANSWERED)
		return fail(TOCSIN_REFUSED, "this request was done; its answer is not kept (any more): look what came of it");
	/* It is shown once more, and that is in the trail before it leaves. */
	enum tocsin_err err = audit_note(s->desk, &q->view, "read", q->parameter == NULL ? "" : q->parameter, "the same answer again");
	if (err != TOCSIN_OK)
		return err;
	buf_add_bytes(&q->out, row->answer);
	q->type = row->type;
	return TOCSIN_OK;
}

enum tocsin_err repeat_begin(struct serve *s, struct asked *q, bool *done)
{
	const char *key = http_call_header(q->call, "Idempotency-Key");
	struct snapshot *r = NULL;
	struct repeat_row row;
	*done = false;
	if (key == NULL || strcmp(q->op->method, "GET") == 0)
		return TOCSIN_OK;
	if (!is_key(key))
		return fail(TOCSIN_BAD, "Idempotency-Key must be 1 to %d printable ASCII characters without spaces", REPEAT_KEY);
	if (q->op->body == BODY_CARRY)
		return fail(TOCSIN_BAD, "carry files are taken once by themselves: send them without Idempotency-Key");
	struct hash digest = digest_of(q);
	enum tocsin_err err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = repeat_get(r, q->view.account, key, q->arena, &row);
	snapshot_close(r);
	if (err == TOCSIN_OK) {
		*done = true;
		return hash_equal(&digest, &row.digest)
			? first_answer(s, q, &row)
			: fail(TOCSIN_REFUSED, "this Idempotency-Key was used for another request; use a new one");
	}
	if (err != TOCSIN_MISSING)
		return err;
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a change");
	int64_t now = clock_now();
	change_repeat_purge(c, now - KEPT);
	change_repeat_begin(c, q->view.account, key, &digest, s->run, now);
	err = store_commit(s->desk->store, c, NULL, NULL);
	if (err == TOCSIN_OK)
		q->key = arena_str(q->arena, bytes_str(key));
	return err == TOCSIN_OK && q->key == NULL ? fail(TOCSIN_BROKEN, "no memory for the request") : err;
}

enum tocsin_err repeat_end(struct serve *s, struct asked *q, enum tocsin_err result)
{
	/* When the node itself failed, nobody knows how far it came: the key stays under way. */
	if (q->key == NULL || result == TOCSIN_BROKEN)
		return TOCSIN_OK;
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a change");
	const char *type = q->type == NULL ? "application/json" : q->type;
	if (result != TOCSIN_OK)
		change_repeat_drop(c, q->view.account, q->key);
	else if (q->out.n <= REPEAT_ANSWER)
		change_repeat_end(c, q->view.account, q->key, ANSWERED, type, buf_bytes(&q->out));
	else
		change_repeat_end(c, q->view.account, q->key, DONE, type, bytes_of(NULL, 0));
	return store_commit(s->desk->store, c, NULL, NULL);
}
