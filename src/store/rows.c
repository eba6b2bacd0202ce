/*
 * rows: statements, cards, partners and other nodes' logs. Outbox, receipts and events are in rows_outbox.c.
 */
#include "store/rows.h"

#include "base/banned.h"
#include "store/inside.h"
#include "store/rows_search.h"
#include "store/take.h"

#define STATEMENTS_DEFAULT 100

/* ---- meta ---- */

enum tocsin_err meta_get(struct snapshot *r, const char *key, struct buf *value)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_META, key);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_OK) {
		buf_add_bytes(value, cursor_bytes(c, 0));
		err = buf_end(value, key);
	} else if (err == TOCSIN_MISSING) {
		fail(err, "the database has no value for \"%s\"", key);
	}
	cursor_close(c);
	return err;
}

void change_meta(struct change *c, const char *key, struct bytes value)
{
	change_run(c, WRITE_META_PUT, key, value);
}

void change_meta_delete(struct change *c, const char *key)
{
	change_run(c, WRITE_META_DELETE, key);
}

/* ---- statements ---- */

static enum tocsin_err refs(struct snapshot *r, int64_t num, struct arena *a, struct statement_row *out)
{
	struct hash re[LIMIT_REFS];
	enum tocsin_err err = statement_refs(r, num, re, &out->re_n);
	if (err == TOCSIN_OK && out->re_n > 0 && (out->re = arena_copy(a, re, out->re_n * sizeof *re)) == NULL)
		err = take_no_room();
	return err;
}

/* Statement NUM when its id begins with the first BYTES bytes (and half a byte more when ODD) of ID; MISSING without a
 * sentence when it is another one. */
static enum tocsin_err statement_if(struct snapshot *r, int64_t num, const struct hash *id, size_t digits,
        struct arena *a, struct statement_row *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, a == NULL ? READ_STATEMENT_ID : READ_STATEMENT, num);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_OK) {
		struct hash h;
		size_t n = digits / 2;
		if (!take_hash(c, a == NULL ? 0 : 1, &h))
			err = take_damaged("statement");
		else if (memcmp(h.b, id->b, n) != 0 || (digits % 2 != 0 && (h.b[n] ^ id->b[n]) >> 4 != 0))
			err = TOCSIN_MISSING;
	}
	if (err == TOCSIN_OK && a != NULL) {
		bool ok = take_statement(c, a, out);
		if (ok) {
			out->opened = take_bytes(a, c, 12, &ok);
			if (!ok)
				take_no_room();
		}
		err = ok ? refs(r, num, a, out) : TOCSIN_BROKEN;
	}
	cursor_close(c);
	return err;
}

enum tocsin_err statement_by_num(struct snapshot *r, int64_t num, struct arena *a, struct statement_row *out)
{
	struct hash any = { { 0 } };
	enum tocsin_err err = statement_if(r, num, &any, 0, a, out);
	return err == TOCSIN_MISSING ? fail(err, "there is no statement number %lld here", (long long)num) : err;
}

/* Looks for the statements whose id begins with DIGITS (8 or more) of ID: in the blocks in memory, then in the table.
 * One: *num. MISSING without a sentence, REFUSED for two. */
static enum tocsin_err find(struct snapshot *r, const struct hash *id, size_t digits, int64_t *num)
{
	uint32_t prefix = prefix_of(id);
	size_t at = 0;
	enum tocsin_err err = TOCSIN_OK;
	*num = 0;
	for (int64_t k; (k = prefix_view_next(&r->prefix, PREFIX_STATEMENT, prefix, &at)) >= 0; ) {
		err = k == *num ? TOCSIN_MISSING : statement_if(r, k, id, digits, NULL, NULL);
		if (err == TOCSIN_OK && *num != 0)
			return TOCSIN_REFUSED;
		if (err == TOCSIN_OK)
			*num = k;
		else if (err != TOCSIN_MISSING)
			return err;
		if (err == TOCSIN_OK && digits == 2 * SHA256_SIZE)
			return TOCSIN_OK;
	}
	struct cursor *c;
	err = cursor_open(r, &c, READ_STATEMENT_PREFIX, (int64_t)prefix << 31, (int64_t)prefix << 31 | PREFIX_NUM_MAX);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		int64_t k = cursor_int(c, 0) & PREFIX_NUM_MAX;
		err = k == *num ? TOCSIN_MISSING : statement_if(r, k, id, digits, NULL, NULL);
		if (err == TOCSIN_OK && *num != 0)
			err = TOCSIN_REFUSED;
		else if (err == TOCSIN_OK)
			*num = k;
		if ((err == TOCSIN_OK && digits == 2 * SHA256_SIZE) || (err != TOCSIN_OK && err != TOCSIN_MISSING))
			break;
	}
	cursor_close(c);
	return err == TOCSIN_MISSING && *num != 0 ? TOCSIN_OK : err;
}

enum tocsin_err statement_num(struct snapshot *r, const struct hash *id, int64_t *num)
{
	enum tocsin_err err = find(r, id, 2 * SHA256_SIZE, num);
	if (err == TOCSIN_MISSING) {
		char hex[2 * SHA256_SIZE + 1];
		hex_encode(id->b, SHA256_SIZE, hex);
		fail(err, "there is no statement %s here", hex);
	}
	return err;
}

enum tocsin_err statement_by_id(struct snapshot *r, const struct hash *id, struct arena *a, struct statement_row *out)
{
	int64_t num;
	enum tocsin_err err = statement_num(r, id, &num);
	return err == TOCSIN_OK ? statement_by_num(r, num, a, out) : err;
}

enum tocsin_err statement_by_prefix(struct snapshot *r, const char *hex, struct arena *a, struct statement_row *out)
{
	size_t n = strlen(hex);
	char full[2 * SHA256_SIZE + 1];
	struct hash id;
	if (n < 8 || n > 2 * SHA256_SIZE)
		return fail(TOCSIN_BAD, "an id is given by 8 to 64 hex digits");
	memset(full, '0', sizeof full - 1);
	full[sizeof full - 1] = 0;
	memcpy(full, hex, n);
	if (!hex_decode(bytes_str(full), id.b, SHA256_SIZE))
		return fail(TOCSIN_BAD, "an id is given by lower-case hex digits");
	int64_t num;
	enum tocsin_err err = find(r, &id, n, &num);
	if (err == TOCSIN_MISSING)
		return fail(err, "there is no statement whose id begins with %s here", hex);
	if (err == TOCSIN_REFUSED)
		return fail(err, "more than one statement's id begins with %s; give more digits", hex);
	return err == TOCSIN_OK ? statement_by_num(r, num, a, out) : err;
}

enum tocsin_err statement_marks(struct snapshot *r, int64_t num, int64_t *marks)
{
	struct cursor *c;
	*marks = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_STATEMENT_MARKS, num);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_OK)
		*marks = cursor_int(c, 0);
	return take_end(c, err);
}

enum tocsin_err statement_list(struct snapshot *r, const struct statement_filter *f, statement_each *each, void *arg)
{
	int64_t before = f->before_num > 0 ? f->before_num : INT64_MAX;
	struct cursor *c;
	enum tocsin_err err = f->peer != NULL ? cursor_open(r, &c, READ_STATEMENTS_PEER, f->peer, before)
	                    : f->kind != NULL ? cursor_open(r, &c, READ_STATEMENTS_KIND, f->kind, before)
	                                      : cursor_open(r, &c, READ_STATEMENTS, before);
	if (err != TOCSIN_OK)
		return err;
	for (size_t left = f->limit == 0 ? STATEMENTS_DEFAULT : f->limit;
	        left > 0 && (err = cursor_next(c)) == TOCSIN_OK;) {
		if ((f->issued >= 0 && (cursor_int(c, 3) != 0) != (f->issued != 0)) ||
		        (f->kind != NULL && strcmp(cursor_text(c, 4), f->kind) != 0) || (cursor_int(c, 8) & f->without) != 0)
			continue;
		struct statement_row row;
		if (!take_statement_head(c, &row)) {
			err = take_damaged("statement");
			break;
		}
		if (f->body) {
			row.body = cursor_bytes(c, 11);
			row.opened = cursor_bytes(c, 12);
		}
		left--;
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err statement_list_from(struct snapshot *r, const char *peer, int64_t from_num, int64_t until_num,
        size_t limit, statement_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_STATEMENTS_FROM, peer, from_num, until_num, (int64_t)limit);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		struct statement_row row;
		if (!take_statement_head(c, &row)) {
			err = take_damaged("statement");
			break;
		}
		row.body = cursor_bytes(c, 11);
		row.opened = cursor_bytes(c, 12);
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

/* The one number that a query gives; 0 when it gives no row. */
static enum tocsin_err one_number(struct cursor *c, int64_t *num)
{
	enum tocsin_err err = cursor_next(c);
	*num = err == TOCSIN_OK ? cursor_int(c, 0) : 0;
	return take_end(c, err);
}

enum tocsin_err statement_since(struct snapshot *r, const char *peer, int64_t since, int64_t *num)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_STATEMENT_SINCE, peer, since);
	return err == TOCSIN_OK ? one_number(c, num) : err;
}

enum tocsin_err statement_last(struct snapshot *r, int64_t *num)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_STATEMENT_LAST);
	return err == TOCSIN_OK ? one_number(c, num) : err;
}

/* Whether statement NUM refers to ID. */
static enum tocsin_err refers(struct snapshot *r, int64_t num, const struct hash *id, bool *yes)
{
	struct hash re[LIMIT_REFS];
	size_t n;
	enum tocsin_err err = statement_refs(r, num, re, &n);
	*yes = false;
	for (size_t i = 0; i < n && err == TOCSIN_OK; i++)
		*yes = *yes || hash_equal(&re[i], id);
	return err;
}

enum tocsin_err statement_re(struct snapshot *r, const struct hash *id, int64_t *nums, size_t max, size_t *n)
{
	uint32_t prefix = prefix_of(id);
	struct cursor *c;
	*n = 0;
	enum tocsin_err err = cursor_open(
	        r, &c, READ_REFERENCE_PREFIX, (int64_t)prefix << 31, (int64_t)prefix << 31 | PREFIX_NUM_MAX);
	if (err != TOCSIN_OK)
		return err;
	while (*n < max && (err = cursor_next(c)) == TOCSIN_OK) {
		bool yes;
		int64_t num = cursor_int(c, 0) & PREFIX_NUM_MAX;
		if ((err = refers(r, num, id, &yes)) != TOCSIN_OK)
			break;
		if (yes)
			nums[(*n)++] = num;
	}
	err = take_end(c, err);
	/* Pairs in memory are younger than those in the table, but for some of a block that is just being folded: those
	 * are in both. */
	size_t at = 0;
	for (int64_t num; err == TOCSIN_OK && *n < max &&
	        (num = prefix_view_next(&r->prefix, PREFIX_REFERENCE, prefix, &at)) >= 0;) {
		bool yes = false;
		if (*n == 0 || num > nums[*n - 1])
			err = refers(r, num, id, &yes);
		if (err == TOCSIN_OK && yes)
			nums[(*n)++] = num;
	}
	return err;
}

enum tocsin_err statement_refs(struct snapshot *r, int64_t num, struct hash re[LIMIT_REFS], size_t *n)
{
	struct cursor *c;
	*n = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_REFERENCES, num);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		if (*n == LIMIT_REFS || !take_hash(c, 0, &re[*n])) {
			err = take_damaged("reference");
			break;
		}
		(*n)++;
	}
	return take_end(c, err);
}

void change_statement_mark(struct change *c, int64_t num, int64_t set, int64_t clear)
{
	change_run(c, WRITE_STATEMENT_MARK, set, clear, num);
}

void change_statement_forget(struct change *c, int64_t num)
{
	change_run(c, WRITE_STATEMENT_FORGET, bytes_of(NULL, 0), (int64_t)STATEMENT_MARK_FORGOTTEN, num);
	change_search_drop(c, num);
}

/* ---- cards ---- */

enum tocsin_err card_chain(struct snapshot *r, const char *name, struct buf *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CARD_CHAIN, name);
	if (err != TOCSIN_OK)
		return err;
	bool any = false;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		if (any)
			buf_add_char(out, '\n');
		buf_add_bytes(out, cursor_bytes(c, 0));
		any = true;
	}
	err = take_end(c, err);
	if (err == TOCSIN_OK && !any)
		return fail(TOCSIN_MISSING, "there is no card of %s here", name);
	return err == TOCSIN_OK ? buf_end(out, "a card chain") : err;
}

static enum tocsin_err one_note(struct cursor *c, struct buf *note, const char *name)
{
	enum tocsin_err err = cursor_next(c);
	if (err == TOCSIN_OK) {
		buf_add_bytes(note, cursor_bytes(c, 0));
		err = buf_end(note, "a card");
	} else if (err == TOCSIN_MISSING) {
		fail(err, "there is no such card of %s here", name);
	}
	cursor_close(c);
	return err;
}

enum tocsin_err card_latest(struct snapshot *r, const char *name, struct buf *note)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CARD_LATEST, name);
	return err == TOCSIN_OK ? one_note(c, note, name) : err;
}

enum tocsin_err card_at(struct snapshot *r, const char *name, uint64_t seq, struct buf *note)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CARD_AT, name, (int64_t)seq);
	return err == TOCSIN_OK ? one_note(c, note, name) : err;
}

void change_card(struct change *c, const char *name, uint64_t seq, const struct hash *id, struct bytes note, int64_t at)
{
	change_must(c, "a card of this name and number is held already; look at it, then try again", WRITE_CARD_ADD,
	        name, (int64_t)seq, id, note, at);
}

/* ---- partners, groups, witnesses ---- */

static struct partner_row partner_of(const struct cursor *c)
{
	return (struct partner_row){ .name = cursor_text(c, 0),
		.state = cursor_text(c, 1),
		.reason = cursor_text(c, 2),
		.quorum = cursor_int(c, 3),
		.added_at = cursor_int(c, 4),
		.changed_at = cursor_int(c, 5),
		.card_known = (uint64_t)cursor_int(c, 6) };
}

enum tocsin_err partner_get(struct snapshot *r, const char *name, struct arena *a, struct partner_row *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_PARTNER, name);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_OK) {
		bool ok = true;
		*out = partner_of(c);
		out->name = take_str(a, c, 0, &ok);
		out->state = take_str(a, c, 1, &ok);
		out->reason = take_str(a, c, 2, &ok);
		err = ok ? TOCSIN_OK : take_no_room();
	} else if (err == TOCSIN_MISSING) {
		fail(err, "%s is not a partner of this node", name);
	}
	cursor_close(c);
	return err;
}

enum tocsin_err partner_each(struct snapshot *r, partner_each_row *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_PARTNERS);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		struct partner_row row = partner_of(c);
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

#define NO_PARTNER "there is no such partner, or it was removed in the meantime"

void change_partner_put(struct change *c, const struct partner_row *row)
{
	change_must(c, "this partner was added already", WRITE_PARTNER_ADD, row->name, row->state, row->reason,
	        row->quorum, row->added_at, row->changed_at, (int64_t)row->card_known);
}

void change_partner_state(struct change *c, const char *name, const char *state, const char *reason, int64_t now)
{
	change_must(c, NO_PARTNER, WRITE_PARTNER_STATE, state, reason, now, name);
}

void change_partner_quorum(struct change *c, const char *name, int64_t quorum, int64_t now)
{
	change_must(c, NO_PARTNER, WRITE_PARTNER_QUORUM, quorum, now, name);
}

void change_partner_card_known(struct change *c, const char *name, uint64_t seq)
{
	change_run(c, WRITE_PARTNER_CARD_KNOWN, (int64_t)seq, name);
}

void change_partner_card_forgotten(struct change *c, const char *name)
{
	change_run(c, WRITE_PARTNER_CARD_FORGOTTEN, name);
}

void change_partner_remove(struct change *c, const char *name)
{
	change_must(c, NO_PARTNER, WRITE_PARTNER_REMOVE, name);
	change_run(c, WRITE_GROUP_LEAVE, name);
}

static enum tocsin_err each_name(struct cursor *c, name_each *each, void *arg)
{
	enum tocsin_err err;
	while ((err = cursor_next(c)) == TOCSIN_OK)
		if (!each(arg, cursor_text(c, 0)))
			break;
	return take_end(c, err);
}

enum tocsin_err group_each(struct snapshot *r, member_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_GROUPS);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK)
		if (!each(arg, cursor_text(c, 0), cursor_text(c, 1)))
			break;
	return take_end(c, err);
}

enum tocsin_err group_members(struct snapshot *r, const char *group, name_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_GROUP_MEMBERS, group);
	return err == TOCSIN_OK ? each_name(c, each, arg) : err;
}

void change_group_put(struct change *c, const char *group, const char *member)
{
	change_run(c, WRITE_GROUP_ADD, group, member);
}

void change_group_remove(struct change *c, const char *group, const char *member)
{
	change_run(c, WRITE_GROUP_REMOVE, group, member);
}

enum tocsin_err witness_each(struct snapshot *r, name_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_WITNESSES);
	return err == TOCSIN_OK ? each_name(c, each, arg) : err;
}

void change_witness_add(struct change *c, const char *name, int64_t now)
{
	change_run(c, WRITE_WITNESS_ADD, name, now);
}

void change_witness_remove(struct change *c, const char *name)
{
	change_run(c, WRITE_WITNESS_REMOVE, name);
}

/* ---- logs of others ---- */

/* The note is borrowed from the cursor. */
static enum tocsin_err peer_log_of(const struct cursor *c, struct peer_log *out)
{
	*out = (struct peer_log){
		.size = (uint64_t)cursor_int(c, 2), .note = cursor_bytes(c, 4), .at = cursor_int(c, 5)
	};
	snprintf(out->origin, sizeof out->origin, "%s", cursor_text(c, 0));
	snprintf(out->name, sizeof out->name, "%s", cursor_text(c, 1));
	return take_hash(c, 3, &out->root) ? TOCSIN_OK : take_damaged("peer_log");
}

static enum tocsin_err one_log(struct cursor *c, const char *origin, struct arena *a, struct peer_log *out)
{
	enum tocsin_err err = cursor_next(c);
	if (err == TOCSIN_OK) {
		bool ok = true;
		err = peer_log_of(c, out);
		if (err == TOCSIN_OK)
			out->note = take_bytes(a, c, 4, &ok);
		if (!ok)
			err = take_no_room();
	} else if (err == TOCSIN_MISSING) {
		fail(err, "no checkpoint of %s is held here", origin);
	}
	cursor_close(c);
	return err;
}

enum tocsin_err peer_log_get(struct snapshot *r, const char *origin, struct arena *a, struct peer_log *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_PEER_LOG, origin);
	return err == TOCSIN_OK ? one_log(c, origin, a, out) : err;
}

enum tocsin_err peer_log_each(struct snapshot *r, peer_log_each_row *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_PEER_LOGS);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		struct peer_log row;
		err = peer_log_of(c, &row);
		if (err != TOCSIN_OK || !each(arg, &row))
			break;
	}
	return take_end(c, err);
}

void change_peer_log(struct change *c, const struct peer_log *row)
{
	change_run(c, WRITE_PEER_LOG, row->origin, row->name, (int64_t)row->size, &row->root, row->note, row->at);
}

enum tocsin_err witnessed_get(struct snapshot *r, const char *origin, struct arena *a, struct peer_log *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_WITNESSED, origin);
	return err == TOCSIN_OK ? one_log(c, origin, a, out) : err;
}

void change_witnessed(struct change *c, uint64_t old, const struct peer_log *row)
{
	static const char moved[] =
	        "another checkpoint of this log was cosigned in the meantime; compare with it, then try again";
	if (old == 0)
		change_must(c, moved, WRITE_WITNESSED_FIRST, row->origin, (int64_t)row->size, &row->root, row->note,
		        row->at);
	else
		change_must(c, moved, WRITE_WITNESSED_NEXT, (int64_t)row->size, &row->root, row->note, row->at,
		        row->origin, (int64_t)old);
}

void change_conflict(struct change *c, const struct conflict_row *row)
{
	if (c->has_conflict)
		change_spoil(c, "a change holds at most one conflict");
	c->has_conflict = true;
	change_run(c, WRITE_CONFLICT_ADD, row->at, row->name, row->what, row->sentence, row->a, row->b);
}

enum tocsin_err conflict_each(struct snapshot *r, int64_t after_num, size_t limit, conflict_each_row *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CONFLICTS, after_num, (int64_t)limit);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		struct conflict_row row = { .num = cursor_int(c, 0),
			.at = cursor_int(c, 1),
			.name = cursor_text(c, 2),
			.what = cursor_text(c, 3),
			.sentence = cursor_text(c, 4),
			.a = cursor_bytes(c, 5),
			.b = cursor_bytes(c, 6) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}
