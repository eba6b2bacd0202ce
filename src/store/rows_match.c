#include "store/rows_match.h"

#include "store/take.h"

/* ---- reading ---- */

enum tocsin_err leads_tagged(struct snapshot *r, const struct hash *tag, const char *unit, const char *compartment, size_t limit,
	lead_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_LEADS_TAG, tag, unit, compartment, (int64_t)limit);
	return lead_rows(c, err, each, arg);
}

enum tocsin_err leads_behind(struct snapshot *r, int64_t behind, size_t limit, lead_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_LEADS_BEHIND, behind, (int64_t)limit);
	return lead_rows(c, err, each, arg);
}

enum tocsin_err matches_of(struct snapshot *r, int64_t lead, size_t limit, match_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_MATCHES, lead, (int64_t)limit);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		if (!each(arg, cursor_text(c, 0), cursor_int(c, 1)))
			break;
	return take_end(c, err);
}

enum tocsin_err matches_inside(struct snapshot *r, int64_t lead, size_t limit, match_inside_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_MATCHES_INSIDE, lead, (int64_t)limit);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		if (!each(arg, cursor_text(c, 0), cursor_text(c, 1), cursor_int(c, 2)))
			break;
	return take_end(c, err);
}

enum tocsin_err match_untold(struct snapshot *r, struct arena *a, struct match_untold_row *out)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_MATCHES_UNTOLD, (int64_t)1);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		*out = (struct match_untold_row) { .lead = cursor_int(c, 0), .statement = cursor_int(c, 6) };
		out->partner = take_str(a, c, 1, &ok);
		out->id = take_str(a, c, 2, &ok);
		out->unit = take_str(a, c, 3, &ok);
		out->compartment = take_str(a, c, 4, &ok);
		out->owner = take_str(a, c, 5, &ok);
		if (!ok)
			err = take_no_room();
	}
	cursor_close(c);
	return err;
}

enum tocsin_err match_count(struct snapshot *r, const char *partner, int64_t *n)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_MATCH_COUNT, partner);
	*n = 0;
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		*n = cursor_int(c, 0);
	return take_end(c, err);
}

static enum tocsin_err keys(struct cursor *c, enum tocsin_err err, match_key_each *each, void *arg)
{
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		if (!each(arg, &(struct match_key_row) { .partner = cursor_text(c, 0), .id = cursor_text(c, 1), .sealed = cursor_bytes(c, 2),
			.since = cursor_int(c, 3), .tagged = cursor_int(c, 4), .day_at = cursor_int(c, 5), .day_n = cursor_int(c, 6),
			.sent = cursor_int(c, 7) }))
			break;
	return take_end(c, err);
}

enum tocsin_err match_keys(struct snapshot *r, size_t limit, match_key_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_MATCH_KEYS, (int64_t)limit);
	return keys(c, err, each, arg);
}

enum tocsin_err match_key_of(struct snapshot *r, const char *partner, match_key_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_MATCH_KEY, partner);
	return keys(c, err, each, arg);
}

enum tocsin_err match_tags_due(struct snapshot *r, const char *partner, size_t limit, match_due_each *each, void *arg)
{
	struct cursor *c = NULL;
	struct hash tag, sends;
	enum tocsin_err err = cursor_open(r, &c, READ_MATCH_TAGS_DUE, partner, (int64_t)limit);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		if (!take_hash(c, 1, &tag) || !take_hash(c, 2, &sends)) {
			err = take_damaged("a tag of a lead");
			break;
		}
		if (!each(arg, cursor_int(c, 0), &tag, &sends))
			break;
	}
	return take_end(c, err);
}

/* ---- changes ---- */

void change_match_tag(struct change *c, const char *id, const struct hash *tag, bool alone, int64_t now)
{
	if (alone)
		change_must(c, "another lead about the same subject came at the same time", WRITE_MATCH_TAG_ALONE, tag, id);
	else
		change_run(c, WRITE_MATCH_TAG, tag, id);
	change_run(c, WRITE_MATCH_OTHERS, now, tag, id);
	change_run(c, WRITE_MATCH_SELF, now, id, tag);
}

void change_match_partner(struct change *c, const char *id, const char *partner, const char *key, const struct hash *tag,
	const struct hash *sends, enum match_due due)
{
	change_run(c, WRITE_MATCH_TAG_PARTNER, tag, sends, (int64_t)due, partner, key, id);
	change_run(c, WRITE_MATCH_NAMED, partner, key, tag, id);
	change_run(c, WRITE_MATCH_NAMED_DUE, partner, tag, key);
}

void change_match_reopened(struct change *c, int64_t lead)
{
	change_run(c, WRITE_MATCH_REOPENED, lead);
}

void change_match_seen(struct change *c, const char *partner, const char *key, const struct hash *tag, int64_t at)
{
	change_run(c, WRITE_MATCH_SEEN, partner, key, tag, at);
	change_run(c, WRITE_MATCH_IN, at, tag, partner, key);
	change_run(c, WRITE_MATCH_IN_DUE, partner, tag, key);
}

void change_match_tag_sent(struct change *c, int64_t lead, const char *partner, const struct hash *tag)
{
	change_must(c, "this tag was sent already", WRITE_MATCH_TAG_SENT, lead, partner, tag);
	/* Nor for another lead. */
	change_run(c, WRITE_MATCH_TAG_SENT_ALL, partner, tag);
}

void change_match_sent(struct change *c, const char *partner, const char *key, int64_t day_ago, int64_t now, int64_t most)
{
	change_must(c, "this partner was sent enough tags for a day, or has another key", WRITE_MATCH_KEY_SENT, day_ago, now, partner, key,
		most);
}

void change_match_key(struct change *c, const struct match_key_row *row)
{
	change_run(c, WRITE_MATCH_TAGS_END, row->partner);
	change_run(c, WRITE_MATCH_KEY_PUT, row->partner, row->id, row->sealed, row->since);
}

void change_match_tagged(struct change *c, const struct match_key_row *row, int64_t tagged)
{
	change_must(c, "the matching key is another one by now", WRITE_MATCH_KEY_TAGGED, tagged, row->partner, row->id, row->tagged);
}

void change_match_end(struct change *c, const char *partner)
{
	change_must(c, "there is no matching key with this partner any more", WRITE_MATCH_KEY_END, partner);
	change_run(c, WRITE_MATCH_TAGS_END, partner);
	change_run(c, WRITE_MATCH_SEEN_END, partner);
}

void change_match_told(struct change *c, int64_t lead, const char *partner)
{
	change_must(c, "this match was told already", WRITE_MATCH_TOLD, lead, partner);
}
