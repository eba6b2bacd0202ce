#include "desk/accept.h"

#include "domain/kind.h"
#include "proof/once.h"
#include "store/rows.h"

#define AHEAD (5 * 60 * CLOCK_SECOND)
#define TARGET_ARENA (16u << 20)                /* one row: note, body and openings, each within LIMIT_ENVELOPE */

/* What the node knows of a target: its kind and parties are in the note, which is kept for ever.  Nothing of T is in A,
 * which the row needs for a moment: sixteen rows with their bodies would be more than one wants to hold at a time. */
static enum tocsin_err find_target(struct snapshot *read, const struct hash *id, struct arena *a, struct kind_target *t)
{
	struct statement_row row;
	struct statement s;
	struct note note;
	enum tocsin_err err = statement_by_id(read, id, a, &row);
	if (err == TOCSIN_MISSING) {
		t->known = false;
		return TOCSIN_OK;
	}
	if (err == TOCSIN_OK)
		err = note_parse(row.note, LIMIT_NOTE, &note);
	if (err == TOCSIN_OK)
		err = statement_parse(note.text, &s);
	if (err != TOCSIN_OK)
		return fail_within(TOCSIN_BROKEN, "a stored statement");
	t->known = true;
	const struct kind *kind = kind_find(s.kind);
	t->kind = kind != NULL ? kind->name : "statement of a kind that this node does not know any more";
	t->from = s.from;
	t->to = s.to;
	return TOCSIN_OK;
}

static enum tocsin_err rule(struct snapshot *read, const struct statement *s, bool came, bool *dangling)
{
	if (s->re_n == 0)
		return kind_allows(s, NULL, 0, dangling);
	struct kind_target target[LIMIT_REFS] = { 0 };
	enum tocsin_err err = TOCSIN_OK;
	struct arena *a = arena_new(TARGET_ARENA);
	if (a == NULL)
		return fail(TOCSIN_BROKEN, "no memory to look up what a statement refers to");
	for (size_t i = 0; err == TOCSIN_OK && i < s->re_n; i++) {
		arena_reset(a);
		err = find_target(read, &s->re[i], a, &target[i]);
		/* Whoever asks about what a name for once wrote gets from its author the answer that everybody would give. */
		if (came && target[i].known && once_is(bytes_str(target[i].from.name)) && strcmp(target[i].from.name, s->from.name) != 0)
			target[i].known = false;
	}
	if (err == TOCSIN_OK)
		err = kind_allows(s, target, s->re_n, dangling);
	arena_free(a);
	return err;
}

enum tocsin_err desk_rule(struct snapshot *read, const struct statement *s, bool *dangling)
{
	return rule(read, s, false, dangling);
}

enum tocsin_err desk_accepts(
	struct snapshot *read, const struct peer *from, const struct statement *s, int64_t now, int64_t *marks)
{
	bool dangling;
	*marks = 0;
	if (from->state == PEER_UNCONFIRMED)
		*marks |= STATEMENT_MARK_UNCONFIRMED;
	if (from->state == PEER_STRANGER)
		*marks |= STATEMENT_MARK_STRANGER;
	if (from->state == PEER_SELF)
		*marks |= STATEMENT_MARK_RETURNED;
	if (s->at > now + AHEAD)
		*marks |= STATEMENT_MARK_AHEAD;
	/* Nobody sees it before it was screened. */
	if (from->state != PEER_SELF && strcmp(s->kind, "request") == 0)
		*marks |= STATEMENT_MARK_DOOR;
	return rule(read, s, true, &dangling);
}
