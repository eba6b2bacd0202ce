/*
 * change: what is to be written, fixed beforehand: a list of ops with their arguments, in one arena.
 *
 * A change that cannot be built (out of memory, two statements) remembers why and fails when it is submitted, so that
 * callers add without checking.
 */
#include <stdlib.h>

#include "base/banned.h"
#include "store/inside.h"

struct change *change_new(void)
{
	struct arena *a = arena_new(CHANGE_BYTES);
	if (a == NULL)
		return NULL;
	struct change *c = arena_zalloc(a, sizeof *c);
	if (c == NULL) {
		arena_free(a);
		return NULL;
	}
	c->a = a;
	c->end = &c->first;
	c->entry_end = &c->entry;
	return c;
}

void change_free(struct change *c)
{
	if (c != NULL)
		arena_free(c->a);                   /* C is in it */
}

void change_spoil(struct change *c, const char *sentence)
{
	if (!c->failed)
		snprintf(c->sentence, sizeof c->sentence, "%s", sentence);
	c->failed = true;
}

static void too_large(struct change *c)
{
	change_spoil(c, "a change is larger than 64 MiB, or there is no memory for it; write less at a time");
}

void sql_args_take(struct sql_arg *args, const char *types, va_list ap)
{
	for (size_t i = 0; types[i] != 0; i++) {
		struct sql_arg *a = &args[i];
		*a = (struct sql_arg){ .type = types[i] };
		switch (types[i]) {
		case 'i':
		case 'm':
			a->i = va_arg(ap, int64_t);
			break;
		case 't':
			a->b = bytes_str(va_arg(ap, const char *));
			break;
		case 'b':
			a->b = va_arg(ap, struct bytes);
			break;
		case 'h':
			a->type = 'b';
			a->b = hash_bytes(va_arg(ap, const struct hash *));
			break;
		default:                            /* the writer fills it in */
			break;
		}
	}
}

static struct store_op *op_take(struct arena *a, enum sql_write q, const char *must, va_list ap)
{
	const char *types = sql_writes[q].types;
	size_t n = strlen(types);
	struct store_op *op = arena_alloc(a, sizeof *op + n * sizeof op->arg[0]);
	if (op == NULL)
		return NULL;
	*op = (struct store_op){ .q = q, .arg_n = (unsigned)n, .must = must };
	sql_args_take(op->arg, types, ap);
	return op;
}

struct store_op *store_op_make(struct arena *a, const char *must, enum sql_write q, ...)
{
	va_list ap;
	va_start(ap, q);
	struct store_op *op = op_take(a, q, must, ap);
	va_end(ap);
	return op;
}

static struct store_op *add(struct change *c, enum sql_write q, const char *must, va_list ap)
{
	if (c->failed)
		return NULL;
	const char *kept = must == NULL ? NULL : arena_copy(c->a, must, strlen(must));
	struct store_op *op = op_take(c->a, q, kept, ap);
	if (op == NULL || (must != NULL && kept == NULL))
		goto err;
	for (unsigned i = 0; i < op->arg_n; i++) {
		struct sql_arg *a = &op->arg[i];
		if (a->type != 't' && a->type != 'b')
			continue;
		c->bytes += a->b.n;
		if ((a->b.p = arena_copy(c->a, a->b.p, a->b.n)) == NULL)
			goto err;
	}
	c->bytes += 64;                             /* of a row without its bytes */
	*c->end = op;
	c->end = &op->next;
	return op;
err:
	too_large(c);
	return NULL;
}

struct store_op *change_op(struct change *c, const char *must, enum sql_write q, ...)
{
	va_list ap;
	va_start(ap, q);
	struct store_op *op = add(c, q, must, ap);
	va_end(ap);
	return op;
}

void change_run(struct change *c, enum sql_write q, ...)
{
	va_list ap;
	va_start(ap, q);
	add(c, q, NULL, ap);
	va_end(ap);
}

void change_must(struct change *c, const char *sentence, enum sql_write q, ...)
{
	va_list ap;
	va_start(ap, q);
	add(c, q, sentence, ap);
	va_end(ap);
}

void change_statement(struct change *c, const struct statement_row *row)
{
	if (c->has_statement || c->entry != NULL || row->re_n > LIMIT_REFS) {
		change_spoil(c,
		        row->re_n > LIMIT_REFS ? "a statement has more than 16 references"
		                               : "a change holds at most one statement, before its log entry");
		return;
	}
	c->has_statement = true;
	c->key = (struct engine_key){ .at = row->at, .id = row->id };
	change_run(c, WRITE_STATEMENT_ADD, row->at, &row->id, (int64_t)row->issued, row->kind, row->peer, row->note,
	        row->body, row->opened, row->known_at, row->marks);
	if (row->re_n > 0 && !c->failed) {
		c->re = arena_copy(c->a, row->re, row->re_n * sizeof *row->re);
		if (c->re == NULL) {
			too_large(c);
			return;
		}
		c->re_n = row->re_n;
	}
	for (size_t i = 0; i < row->re_n; i++)
		change_run(c, WRITE_REFERENCE_ADD, &row->re[i]);
}

void change_entry(struct change *c, const struct hash *entry, const char *what, const struct hash *id)
{
	if (c->failed)
		return;
	struct change_entry *e = arena_zalloc(c->a, sizeof *e);
	if (e == NULL) {
		too_large(c);
		return;
	}
	if (c->has_statement && c->entry != NULL) {
		change_spoil(c, "a statement has at most one log entry");
		return;
	}
	e->entry = *entry;
	if (id != NULL && !c->has_statement)
		e->position = change_op(c, NULL, WRITE_LOG_POSITION_ADD, INT64_C(0), INT64_C(0), what, id);
	*c->entry_end = e;
	c->entry_end = &e->next;
}

void change_outbox(struct change *c, const char *partner, int urgency, int64_t now)
{
	if (!c->has_statement)
		change_spoil(c, "an outbox row needs a statement in the same change");
	change_run(c, WRITE_OUTBOX_ADD, partner, (int64_t)urgency, now);
}

void change_event(struct change *c, const char *kind, int64_t num, const char *subject)
{
	change_run(c, WRITE_EVENT_ADD, kind, num, subject);
}

/* ---- of the log ---- */

void change_log_published(struct change *c, uint64_t n, uint64_t size, struct bytes note)
{
	c->published_n = n;
	c->published_size = size;
	change_must(c,
	        "the log was retired, is shorter, or a larger checkpoint was published in the meantime; look at the "
	        "log again",
	        WRITE_LOG_PUBLISHED, (int64_t)size, note, (int64_t)n);
	change_run(c, WRITE_LOG_PUBLISHED_KEEP, (int64_t)n, (int64_t)size, note);
}

void change_log_padding(struct change *c, unsigned multiple, log_padding *make, void *arg)
{
	if (multiple < 1 || multiple > TILE_WIDTH || c->has_statement || c->entry != NULL) {
		change_spoil(c, "padding needs a multiple of 1 to 256 and a change without entries");
		return;
	}
	c->pad_multiple = multiple;
	c->pad = make;
	c->pad_arg = arg;
}

void change_log_next(struct change *c, uint64_t n, const char *origin, const char *reason)
{
	if (n == 0 || n > LOG_N_MAX || strlen(origin) > LIMIT_KEY_NAME || c->has_statement) {
		change_spoil(c,
		        "a new log needs a number of 1 to 32767, an origin of at most 232 bytes, and a change without "
		        "statement");
		return;
	}
	c->begin_n = n;
	c->begin_origin = arena_copy(c->a, origin, strlen(origin));
	c->begin_reason = arena_copy(c->a, reason, strlen(reason));
	if (c->begin_origin == NULL || c->begin_reason == NULL)
		too_large(c);
}
