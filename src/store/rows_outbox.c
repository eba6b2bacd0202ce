/*
 * rows_outbox: what is to be sent, the receipts for it, what is to be sent again, and events.
 */
#include "base/banned.h"
#include "store/inside.h"
#include "store/take.h"

#define DUE_MAX 1024

/* ---- outbox ---- */

/* Columns from FIRST on: partner, state, urgency, attempts, next_at, code, sentence, since; borrowed. */
static struct outbox_row outbox_of(const struct cursor *c, int first, int64_t num)
{
	return (struct outbox_row){ .num = num,
		.partner = cursor_text(c, first),
		.state = cursor_text(c, first + 1),
		.urgency = (int)cursor_int(c, first + 2),
		.attempts = cursor_int(c, first + 3),
		.next_at = cursor_int(c, first + 4),
		.code = cursor_text(c, first + 5),
		.sentence = cursor_text(c, first + 6),
		.since = cursor_int(c, first + 7) };
}

static bool outbox_take(const struct cursor *c, int first, int64_t num, struct arena *a, struct outbox_row *out)
{
	bool ok = true;
	*out = outbox_of(c, first, num);
	out->partner = take_str(a, c, first, &ok);
	out->state = take_str(a, c, first + 1, &ok);
	out->code = take_str(a, c, first + 5, &ok);
	out->sentence = take_str(a, c, first + 6, &ok);
	return ok;
}

/* Statement NUM and its row into *ITEM, unless they have more than MOST bytes: LATER. */
static enum tocsin_err take_item(struct snapshot *r, int64_t num, size_t most, struct arena *a, struct outbox_item *item, size_t *bytes)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_OUTBOX_ITEM, num);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_MISSING) {
		err = fail(TOCSIN_BROKEN, "the outbox names statement number %lld, which is not there; restore the database from a backup", (long long)num);
	} else if (err == TOCSIN_OK) {
		*bytes = cursor_bytes(c, 6).n + cursor_bytes(c, 11).n;
		if (*bytes > most)
			err = TOCSIN_LATER;
		else if (!take_statement(c, a, &item->statement))
			err = TOCSIN_BROKEN;
		else if (!outbox_take(c, 12, num, a, &item->row))
			err = take_no_room();
	}
	cursor_close(c);
	return err;
}

enum tocsin_err outbox_due(struct snapshot *r, const char *partner, int64_t now, size_t limit, size_t max_bytes,
        outbox_skip *skip, void *skip_arg, struct arena *a, struct outbox_item **items, size_t *n)
{
	struct cursor *c;
	*n = 0;
	*items = NULL;
	if (limit > DUE_MAX)
		limit = DUE_MAX;
	/* Numbers alone come out of the index: what is skipped costs no look at its statement. */
	enum tocsin_err err = cursor_open(r, &c, READ_OUTBOX_DUE, partner, now, (int64_t)(skip == NULL ? limit : INT64_MAX));
	if (err != TOCSIN_OK)
		return err;
	size_t bytes = 0, room = 0;
	while (*n < limit && (err = cursor_next(c)) == TOCSIN_OK) {
		const int64_t num = cursor_int(c, 0);
		size_t more_bytes = 0;
		if (skip != NULL && skip(skip_arg, num))
			continue;
		if (*n == room) {
			/* Doubled, so that one waiting statement does not take the room of a thousand. */
			room = room == 0 ? 16 : 2 * room;
			struct outbox_item *more = arena_alloc(a, room * sizeof *more);
			if (more == NULL) {
				err = take_no_room();
				break;
			}
			if (*n > 0)
				memcpy(more, *items, *n * sizeof *more);
			*items = more;
		}
		err = take_item(r, num, *n == 0 ? SIZE_MAX : max_bytes - bytes, a, &(*items)[*n], &more_bytes);
		if (err != TOCSIN_OK) {
			err = err == TOCSIN_LATER ? TOCSIN_OK : err;
			break;
		}
		bytes = more_bytes < max_bytes - bytes ? bytes + more_bytes : max_bytes;
		(*n)++;
	}
	return take_end(c, err);
}

enum tocsin_err outbox_partners(struct snapshot *r, outbox_partner_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_OUTBOX_PARTNERS);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK)
		if (!each(arg, cursor_text(c, 0), cursor_int(c, 1)))
			break;
	return take_end(c, err);
}

enum tocsin_err outbox_counts(struct snapshot *r, outbox_count_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_OUTBOX_COUNTS);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK)
		if (!each(arg, cursor_text(c, 0), cursor_text(c, 1), cursor_int(c, 2), cursor_int(c, 3)))
			break;
	return take_end(c, err);
}

enum tocsin_err outbox_get(struct snapshot *r, int64_t num, struct arena *a, struct outbox_row *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_OUTBOX, num);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_OK)
		err = outbox_take(c, 1, num, a, out) ? TOCSIN_OK : take_no_room();
	else if (err == TOCSIN_MISSING)
		fail(err, "statement number %lld is not in the outbox", (long long)num);
	cursor_close(c);
	return err;
}

enum tocsin_err outbox_list(
        struct snapshot *r, const char *state, int64_t after_num, size_t limit, outbox_each_row *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_OUTBOX_STATE, state, after_num, (int64_t)limit);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		struct outbox_row row = outbox_of(c, 1, cursor_int(c, 0));
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

void change_outbox_done(struct change *c, int64_t num)
{
	change_run(c, WRITE_OUTBOX_DONE, num);
}

void change_outbox_later(
        struct change *c, int64_t num, int64_t attempts, int64_t next_at, const char *code, const char *sentence)
{
	change_run(c, WRITE_OUTBOX_LATER, attempts, next_at, code, sentence, num);
}

void change_outbox_refused(struct change *c, int64_t num, const char *code, const char *sentence)
{
	change_run(c, WRITE_OUTBOX_REFUSED, code, sentence, num);
}

void change_outbox_close(struct change *c, int64_t num, const char *sentence)
{
	change_run(c, WRITE_OUTBOX_CLOSE, sentence, num);
}

void change_outbox_retry(struct change *c, int64_t num, int64_t now)
{
	change_run(c, WRITE_OUTBOX_RETRY, now, num);
}

void change_outbox_again(struct change *c, int64_t num, const char *partner, int urgency, int64_t now)
{
	change_run(c, WRITE_OUTBOX_AGAIN, num, partner, (int64_t)urgency, now);
}

/* ---- receipts ---- */

void change_receipt_checkpoint(struct change *c, struct bytes note)
{
	if (c->has_checkpoint)
		change_spoil(c, "a change holds at most one receipt checkpoint");
	c->has_checkpoint = true;
	change_run(c, WRITE_RECEIPT_CHECKPOINT_ADD, note);
}

void change_receipt(struct change *c, int64_t num, const char *origin, uint64_t index,
        const struct merkle_proof *hashes, int64_t now)
{
	if (!c->has_checkpoint)
		change_spoil(c, "a receipt needs its checkpoint before it in the same change");
	change_run(c, WRITE_RECEIPT_ADD, num, origin, (int64_t)index,
	        bytes_of(hashes->h, hashes->n * sizeof hashes->h[0]), now, bytes_of(NULL, 0));
}

void change_receipt_witnessed(struct change *c, int64_t num, struct bytes proof, int64_t at)
{
	change_run(c, WRITE_RECEIPT_WITNESSED, proof, at, num);
}

void change_receipt_overdue(struct change *c, int64_t num)
{
	change_run(c, WRITE_RECEIPT_OVERDUE, num);
}

/* Columns 0 to 7; proof is borrowed. */
static enum tocsin_err receipt_of(const struct cursor *c, struct receipt_row *out)
{
	struct bytes hashes = cursor_bytes(c, 3);
	out->num = cursor_int(c, 0);
	snprintf(out->origin, sizeof out->origin, "%s", cursor_text(c, 1));
	out->index = (uint64_t)cursor_int(c, 2);
	out->received_at = cursor_int(c, 4);
	out->proof = cursor_bytes(c, 5);
	out->witnessed_at = cursor_int(c, 6);
	out->overdue = cursor_int(c, 7) != 0;
	out->checkpoint = bytes_of(NULL, 0);
	if (hashes.n % SHA256_SIZE != 0 || hashes.n > sizeof out->hashes.h)
		return take_damaged("receipt");
	out->hashes.n = hashes.n / SHA256_SIZE;
	if (hashes.n > 0)
		memcpy(out->hashes.h, hashes.p, hashes.n);
	return TOCSIN_OK;
}

enum tocsin_err receipt_get(struct snapshot *r, int64_t num, struct arena *a, struct receipt_row *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_RECEIPT, num);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_OK) {
		bool ok = true;
		err = receipt_of(c, out);
		out->proof = take_bytes(a, c, 5, &ok);
		out->checkpoint = take_bytes(a, c, 8, &ok);
		if (err == TOCSIN_OK && !ok)
			err = take_no_room();
	} else if (err == TOCSIN_MISSING) {
		fail(err, "there is no receipt for statement number %lld", (long long)num);
	}
	cursor_close(c);
	return err;
}

static enum tocsin_err each_receipt(struct cursor *c, receipt_each *each, void *arg)
{
	enum tocsin_err err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		struct receipt_row row;
		struct hash id;
		err = receipt_of(c, &row);
		if (err == TOCSIN_OK && !take_hash(c, 8, &id))
			err = take_damaged("statement");
		if (err != TOCSIN_OK || !each(arg, &row, &id))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err receipts_unwitnessed(
        struct snapshot *r, const char *origin, size_t limit, receipt_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_RECEIPTS_UNWITNESSED, origin, (int64_t)limit);
	return err == TOCSIN_OK ? each_receipt(c, each, arg) : err;
}

enum tocsin_err receipts_late(struct snapshot *r, int64_t before, size_t limit, receipt_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_RECEIPTS_LATE, before, (int64_t)limit);
	return err == TOCSIN_OK ? each_receipt(c, each, arg) : err;
}

enum tocsin_err receipt_counts(struct snapshot *r, receipt_count_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_RECEIPT_COUNTS);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK)
		if (!each(arg, cursor_text(c, 0), cursor_int(c, 1), cursor_int(c, 2), cursor_int(c, 3)))
			break;
	return take_end(c, err);
}

/* ---- a log that was put back ---- */

static struct restoring_row restoring_of(const struct cursor *c)
{
	return (struct restoring_row){ .partner = cursor_text(c, 0),
		.since = cursor_int(c, 1),
		.next_num = cursor_int(c, 2),
		.until_num = cursor_int(c, 3) };
}

enum tocsin_err restoring_get(struct snapshot *r, const char *partner, struct arena *a, struct restoring_row *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_RESTORING, partner);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_OK) {
		bool ok = true;
		*out = restoring_of(c);
		out->partner = take_str(a, c, 0, &ok);
		err = ok ? TOCSIN_OK : take_no_room();
	} else if (err == TOCSIN_MISSING) {
		fail(err, "nothing is being sent again to %s", partner);
	}
	cursor_close(c);
	return err;
}

enum tocsin_err restoring_each(struct snapshot *r, restoring_each_row *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_RESTORINGS);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		struct restoring_row row = restoring_of(c);
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

void change_restoring_put(struct change *c, const struct restoring_row *row)
{
	change_run(c, WRITE_RESTORING_PUT, row->partner, row->since, row->next_num, row->until_num);
}

void change_restoring_advance(struct change *c, const char *partner, int64_t next_num)
{
	change_run(c, WRITE_RESTORING_ADVANCE, next_num, partner);
}

void change_restoring_delete(struct change *c, const char *partner)
{
	change_run(c, WRITE_RESTORING_DELETE, partner);
}

enum tocsin_err resuming_each(struct snapshot *r, resuming_each_row *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_RESUMING);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		struct resuming_row row = { .partner = cursor_text(c, 0),
			.origin = cursor_text(c, 1),
			.size = (uint64_t)cursor_int(c, 2),
			.since = cursor_int(c, 3) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

void change_resuming_put(struct change *c, const struct resuming_row *row)
{
	change_run(c, WRITE_RESUMING_PUT, row->partner, row->origin, (int64_t)row->size, row->since);
}

void change_resuming_delete(struct change *c, const char *partner, const char *origin)
{
	change_run(c, WRITE_RESUMING_DELETE, partner, origin);
}

/* ---- events ---- */

enum tocsin_err event_each(struct snapshot *r, int64_t after_seq, size_t limit, event_each_row *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_EVENTS, after_seq, (int64_t)limit);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		struct event_row row = { .seq = cursor_int(c, 0),
			.at = cursor_int(c, 1),
			.kind = cursor_text(c, 2),
			.num = cursor_int(c, 3),
			.subject = cursor_text(c, 4) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}
