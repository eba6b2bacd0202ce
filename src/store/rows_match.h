/*
 * rows_match: tags of leads, keys that partners share, and what came of them as rows; what they mean is in desk/match.h.
 *
 * What a partner has named is compared in the change that adds either side, so that of a lead and a partner's tag that
 * come at once neither is missed.  Manner as in rows.h.
 */
#ifndef TOCSIN_STORE_ROWS_MATCH_H
#define TOCSIN_STORE_ROWS_MATCH_H

#include "store/rows_lead.h"

struct match_key_row {
	const char *partner, *id;               /* 16 hex digits, which tell nothing of the key */
	struct bytes sealed;
	int64_t since, tagged, day_at, day_n, sent;
};
/* When a tag is sent. */
enum match_due { MATCH_NEVER = 0, MATCH_WAITS = 1, MATCH_SENT = 2, MATCH_WHEN_NAMED = 3 };

/* ---- reading ---- */
/* Of a unit and compartment, with a tag under this node's own secret, newest first. */
enum tocsin_err leads_tagged(struct snapshot *r, const struct hash *tag, const char *unit, const char *compartment, size_t limit,
	lead_each *each, void *arg) MUST_USE;
/* num > BEHIND, in their order. */
enum tocsin_err leads_behind(struct snapshot *r, int64_t behind, size_t limit, lead_each *each, void *arg) MUST_USE;
typedef bool match_each(void *arg, const char *partner, int64_t since);
enum tocsin_err matches_of(struct snapshot *r, int64_t lead, size_t limit, match_each *each, void *arg) MUST_USE;
typedef bool match_inside_each(void *arg, const char *unit, const char *compartment, int64_t since);
enum tocsin_err matches_inside(struct snapshot *r, int64_t lead, size_t limit, match_inside_each *each, void *arg) MUST_USE;
struct match_untold_row {
	int64_t lead;
	const char *partner, *id, *unit, *compartment, *owner;
	int64_t statement;
};
/* The first one, all in the arena; MISSING without a sentence. */
enum tocsin_err match_untold(struct snapshot *r, struct arena *a, struct match_untold_row *out) MUST_USE;
/* On how many leads PARTNER was matched. */
enum tocsin_err match_count(struct snapshot *r, const char *partner, int64_t *n) MUST_USE;
typedef bool match_key_each(void *arg, const struct match_key_row *row);
enum tocsin_err match_keys(struct snapshot *r, size_t limit, match_key_each *each, void *arg) MUST_USE;
/* Nothing is called when PARTNER has none. */
enum tocsin_err match_key_of(struct snapshot *r, const char *partner, match_key_each *each, void *arg) MUST_USE;
typedef bool match_due_each(void *arg, int64_t lead, const struct hash *tag, const struct hash *sends);
enum tocsin_err match_tags_due(struct snapshot *r, const char *partner, size_t limit, match_due_each *each, void *arg) MUST_USE;

/* ---- changes ---- */
/* The lead ID has TAG; ALONE: LATER when another one of its unit and compartment has, too. Matches it inside. */
void change_match_tag(struct change *c, const char *id, const struct hash *tag, bool alone, int64_t now);
/* The same under the key KEY of PARTNER, as long as that is its key, and matches it with what PARTNER has named. */
void change_match_partner(struct change *c, const char *id, const char *partner, const char *key, const struct hash *tag,
	const struct hash *sends, enum match_due due);
void change_match_reopened(struct change *c, int64_t lead);
/* PARTNER has named TAG, AT. */
void change_match_seen(struct change *c, const char *partner, const char *key, const struct hash *tag, int64_t at);
/* TAG of LEAD is in this change's statement to PARTNER; LATER when it is no longer waiting. */
void change_match_tag_sent(struct change *c, int64_t lead, const char *partner, const struct hash *tag);
/* One statement more; LATER when there were MOST in the day that began behind DAY_AGO, or it has another key. */
void change_match_sent(struct change *c, const char *partner, const char *key, int64_t day_ago, int64_t now, int64_t most);
/* Instead of the one that there was, whose tags go. */
void change_match_key(struct change *c, const struct match_key_row *row);
void change_match_tagged(struct change *c, const struct match_key_row *row, int64_t tagged);
void change_match_end(struct change *c, const char *partner);
void change_match_told(struct change *c, int64_t lead, const char *partner);

#endif
