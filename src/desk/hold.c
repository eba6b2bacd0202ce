/*
 * hold: legal holds: content that must not be forgotten, until whoever may says so.
 */
#include "desk/audit.h"
#include "desk/forget_part.h"

#define ONE_ARENA 65536

static json_t *row_json(const struct hold_row *row, const struct hash *id)
{
	return json_pack("{s:s, s:o, s:s, s:s, s:o, s:s, s:o}", "id", row->id, "statement", forget_hash(id), "reason", row->reason,
		"by", row->account, "at", forget_time(row->at), "ended_by", row->ended_by, "ended_at", forget_time(row->ended_at));
}

static bool list_one(void *arg, const struct hold_row *row)
{
	struct forget_listing *l = arg;
	struct hash id;
	bool go_on;
	if (!forget_list_takes(l, row->statement, &id, &go_on))
		return go_on;
	struct hold_row shown = *row;
	shown.account = forget_name(l->read, l->view, row->account, l->arena);
	shown.ended_by = forget_name(l->read, l->view, row->ended_by, l->arena);
	return forget_list_add(l, row->num, row_json(&shown, &id));
}

enum tocsin_err hold_list(struct snapshot *read, const struct view *v, size_t limit, int64_t *before, json_t **out)
{
	struct forget_listing l;
	enum tocsin_err err = forget_list_begin(&l, read, v, limit);
	if (err == TOCSIN_OK)
		err = hold_each(read, *before == 0 ? INT64_MAX : *before, SIZE_MAX / 2, list_one, &l);
	return forget_list_end(&l, err, before, out);
}

/* The hold that runs on ROW, in A; MISSING without a sentence. */
static enum tocsin_err running(const struct desk *d, const struct statement_row *row, struct arena *a, struct hold_row *out,
	struct forgetting_row *about, struct retention_row *kept)
{
	struct snapshot *read;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	*about = (struct forgetting_row) { .state = "" };
	*kept = (struct retention_row) { .class = "" };
	enum tocsin_err found = forgetting_of(read, row->num, a, about);
	if (found == TOCSIN_MISSING)
		about->state = "";
	if (found == TOCSIN_OK || found == TOCSIN_MISSING)
		found = retention_get(read, row->num, a, kept);
	err = found == TOCSIN_OK || found == TOCSIN_MISSING ? hold_get(read, row->num, a, out) : found;
	snapshot_close(read);
	return err;
}

enum tocsin_err hold_put(const struct desk *d, const struct view *v, const struct statement_row *row, const char *reason,
	json_t **out)
{
	char id[FORGET_ID + 1], hex[2 * SHA256_SIZE + 1];
	struct hold_row hold;
	struct forgetting_row about;
	struct retention_row kept;
	struct change *c = NULL;
	struct arena *a = arena_new(ONE_ARENA);
	int64_t now = clock_now();
	hex_encode(row->id.b, SHA256_SIZE, hex);
	enum tocsin_err err = forget_reason(reason);
	if (err == TOCSIN_OK && (row->marks & STATEMENT_MARK_FORGOTTEN) != 0)
		err = fail(TOCSIN_REFUSED, "the content of %.16s is forgotten; there is nothing to hold", hex);
	if (err == TOCSIN_OK)
		err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a hold") : running(d, row, a, &hold, &about, &kept);
	if (err == TOCSIN_OK)
		err = fail(TOCSIN_REFUSED, "%.16s is held already: %.200s", hex, hold.reason);
	else if (err == TOCSIN_MISSING)
		err = (c = change_new()) == NULL ? fail(TOCSIN_BROKEN, "no memory for a hold") : TOCSIN_OK;
	if (err == TOCSIN_OK) {
		forget_new_id(id);
		hold = (struct hold_row) { .id = id, .statement = row->num, .reason = reason, .account = v->account, .at = now,
			.ended_by = "" };
		change_hold(c, &hold);
		if (strcmp(about.state, "proposed") == 0 || strcmp(about.state, "agreed") == 0)
			change_forgetting_end(c, about.num, "objected", v->account, now, "legal hold");
		change_event(c, "held", row->num, id);
		audit_add(c, v, "hold", hex, id);
		err = store_commit(d->store, c, NULL, NULL);
		c = NULL;
	}
	if (err == TOCSIN_OK && (*out = row_json(&hold, &row->id)) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a hold");
	change_free(c);
	arena_free(a);
	return err;
}

enum tocsin_err hold_release(const struct desk *d, const struct view *v, const struct statement_row *row, json_t **out)
{
	char hex[2 * SHA256_SIZE + 1];
	struct hold_row hold;
	struct forgetting_row about;
	struct retention_row kept;
	struct change *c = NULL;
	struct arena *a = arena_new(ONE_ARENA);
	hex_encode(row->id.b, SHA256_SIZE, hex);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a hold") : running(d, row, a, &hold, &about, &kept);
	if (err == TOCSIN_MISSING)
		err = fail(TOCSIN_REFUSED, "no hold runs on %.16s", hex);
	if (err == TOCSIN_OK && (c = change_new()) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a hold");
	if (err == TOCSIN_OK) {
		hold.ended_at = clock_now();
		hold.ended_by = v->account;
		change_hold_end(c, hold.num, v->account, hold.ended_at);
		/* What came to its end meanwhile is asked about now. */
		if (kept.class[0] != 0)
			change_retention_since(c, row->num, kept.since);
		change_event(c, "hold released", row->num, hold.id);
		audit_add(c, v, "hold.release", hex, hold.id);
		err = store_commit(d->store, c, NULL, NULL);
		c = NULL;
	}
	if (err == TOCSIN_OK && (*out = row_json(&hold, &row->id)) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a hold");
	change_free(c);
	arena_free(a);
	return err;
}
