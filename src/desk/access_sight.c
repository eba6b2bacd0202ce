/*
 * access_sight: what a view sees.
 *
 * What is not seen and what is not there are looked up in the same way: by the same number of look-ups in the same
 * index, and nothing of a statement is read before it is known that it may be seen.
 */
#include <stdlib.h>

#include "base/text.h"
#include "desk/access.h"
#include "desk/audit.h"
#include "desk/drafts.h"
#include "desk/clocks.h"
#include "desk/lead.h"
#include "desk/rules.h"
#include "store/rows_access.h"

#define CANDIDATES 16                           /* statements whose ids begin with the same 32 bits */
#define DRAFT_ARENA (8u << 20)
#define CHUNK 128                               /* numbers that are read of a scope at a time */

static enum tocsin_err look(struct snapshot *read, const struct view *v, int64_t num, bool *seen, bool *whole)
{
	int64_t marks = 0;
	if (!v->everything)
		return share_seen(read, num, v->scope, v->scope_n, seen, whole);
	enum tocsin_err err = access_node(v) ? TOCSIN_OK : statement_marks(read, num, &marks);
	*seen = *whole = (marks & STATEMENT_MARK_DOOR) == 0;
	return err;
}

static enum tocsin_err not_there(const char *what)
{
	return fail(TOCSIN_MISSING, "there is no statement whose id begins with %.64s here", what);
}

enum tocsin_err access_sees(struct snapshot *read, const struct view *v, int64_t num, const char *what, bool *whole)
{
	bool seen;
	enum tocsin_err err = look(read, v, num, &seen, whole);
	if (err == TOCSIN_OK && (!seen || num == 0)) {
		*whole = false;
		return not_there(what);
	}
	return err;
}

/* For an id that is not here: a number like those that are, so that it is looked for in the same places. */
static enum tocsin_err likely(struct snapshot *read, const struct hash *id, int64_t *num)
{
	int64_t last;
	enum tocsin_err err = statement_last(read, &last);
	*num = err == TOCSIN_OK && last > 0 ? 1 + (int64_t)(be64_get(id->b) % (uint64_t)last) : 0;
	return err;
}

/* A look-up that finds something and one that finds nothing take their time: whoever asks waits for one of each. OTHER is
 * there, or 0. */
static enum tocsin_err look_up_the_other(struct snapshot *read, const struct hash *id, int64_t other, bool found_none)
{
	struct hash is, is_not = *id;
	int64_t nums[CANDIDATES];
	size_t n;
	is_not.b[0] ^= 0xFF;
	enum tocsin_err err = other == 0 ? TOCSIN_OK : statement_id_of(read, other, &is);
	if (err == TOCSIN_MISSING || other == 0) {
		is = is_not;
		err = TOCSIN_OK;
	}
	return err == TOCSIN_OK ? statement_candidates(read, found_none ? &is : &is_not, nums, CANDIDATES, &n) : err;
}

/* The one statement among those whose ids begin with DIGITS of ID that V sees; *num 0: none. REFUSED: two. */
static enum tocsin_err find(
	struct snapshot *read, const struct view *v, const struct hash *id, size_t digits, int64_t *num, bool *whole)
{
	int64_t nums[CANDIDATES], other = 0;
	size_t n = 0;
	*num = 0;
	*whole = false;
	enum tocsin_err err = statement_candidates(read, id, nums, CANDIDATES, &n);
	if (err == TOCSIN_OK)
		err = likely(read, id, &other);
	bool none = n == 0;
	if (err == TOCSIN_OK)
		err = look_up_the_other(read, id, other, none);
	if (none)
		nums[n++] = other;
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		bool seen, w, is = false;
		err = look(read, v, nums[i], &seen, &w);
		if (err == TOCSIN_OK && seen && !none)
			err = statement_begins(read, nums[i], id, digits, &is);
		if (err == TOCSIN_OK && is && *num != 0)
			return TOCSIN_REFUSED;
		if (err == TOCSIN_OK && is) {
			*num = nums[i];
			*whole = w;
		}
	}
	return err;
}

/* HEX, with zeros behind it. */
static enum tocsin_err take_prefix(const char *hex, struct hash *id)
{
	size_t n = strlen(hex);
	char full[2 * SHA256_SIZE + 1];
	if (n < 8 || n > 2 * SHA256_SIZE)
		return fail(TOCSIN_BAD, "an id is given by 8 to 64 hex digits");
	memset(full, '0', sizeof full - 1);
	full[sizeof full - 1] = 0;
	memcpy(full, hex, n);
	return hex_decode(bytes_str(full), id->b, SHA256_SIZE)
		? TOCSIN_OK
		: fail(TOCSIN_BAD, "an id is given by lower-case hex digits");
}

enum tocsin_err access_begins(struct snapshot *read, const struct view *v, const char *hex, bool *seen)
{
	struct hash id;
	int64_t num = 0;
	bool whole;
	enum tocsin_err err = take_prefix(hex, &id);
	if (err == TOCSIN_OK)
		err = find(read, v, &id, strlen(hex), &num, &whole);
	*seen = err == TOCSIN_REFUSED || num != 0;
	return err == TOCSIN_REFUSED ? TOCSIN_OK : err;
}

enum tocsin_err access_statement(struct snapshot *read, const struct view *v, const char *hex, struct arena *a,
	struct statement_row *out, bool *whole)
{
	struct hash id;
	int64_t num;
	bool w = false;
	if (access_node(v)) {
		if (whole != NULL)
			*whole = true;
		return statement_by_prefix(read, hex, a, out);
	}
	enum tocsin_err err = take_prefix(hex, &id);
	if (err == TOCSIN_OK)
		err = find(read, v, &id, strlen(hex), &num, &w);
	if (err == TOCSIN_REFUSED)
		return fail(err, "more than one statement's id begins with %s; give more digits", hex);
	if (err == TOCSIN_OK && num == 0)
		return not_there(hex);
	if (whole != NULL)
		*whole = w;
	return err == TOCSIN_OK ? statement_by_num(read, num, a, out) : err;
}

enum tocsin_err access_num(struct snapshot *read, const struct view *v, const struct hash *id, int64_t *num)
{
	bool whole;
	enum tocsin_err err = find(read, v, id, 2 * SHA256_SIZE, num, &whole);
	return err == TOCSIN_REFUSED ? fail(TOCSIN_BROKEN, "two statements have one id") : err;
}

enum tocsin_err access_belongs(struct snapshot *read, const struct view *v, const char *unit, const char *compartment,
	bool *is)
{
	int64_t own, every;
	*is = v->everything;
	enum tocsin_err err = scope_find(read, unit, compartment, &own);
	if (err == TOCSIN_OK)
		err = scope_find(read, ACCESS_EVERY_UNIT, compartment, &every);
	for (size_t i = 0; err == TOCSIN_OK && i < v->scope_n; i++)
		*is = *is || (v->scope[i] != 0 && (v->scope[i] == own || v->scope[i] == every));
	return err;
}

/* ---- lists ---- */

/* What one scope holds next. */
struct strand {
	int64_t scope;
	int64_t num[CHUNK];
	size_t n, at;
	bool over;
};

static enum tocsin_err strand_fill(struct snapshot *read, struct strand *s, const char *facet, int64_t before)
{
	if (s->at < s->n || s->over)
		return TOCSIN_OK;
	s->at = 0;
	enum tocsin_err err = share_list(read, s->scope, facet, before, s->num, CHUNK, &s->n);
	s->over = s->n < CHUNK;
	return err;
}

/* The statements that V sees, with everything from the table itself. */
struct taken {
	int64_t *nums;
	size_t n;
};

static bool take(void *arg, const struct statement_row *row)
{
	struct taken *t = arg;
	t->nums[t->n++] = row->num;
	return true;
}

static enum tocsin_err list_all(struct snapshot *read, const struct view *v, const char *kind, const char *peer,
	int64_t before, int64_t *nums, size_t max, size_t *n)
{
	struct taken t = { .nums = nums };
	struct statement_filter f = { .issued = -1, .kind = kind, .peer = peer, .before_num = before, .limit = max,
		.without = access_node(v) ? 0 : STATEMENT_MARK_DOOR };
	enum tocsin_err err = statement_list(read, &f, take, &t);
	*n = t.n;
	return err;
}

enum tocsin_err access_list(struct snapshot *read, const struct view *v, const char *kind, const char *peer,
	int64_t before, int64_t *nums, size_t max, size_t *n)
{
	char facet[LIMIT_NAME + 16] = "";
	int64_t last = before == 0 ? INT64_MAX : before;
	*n = 0;
	if (v->everything)
		return list_all(read, v, kind, peer, before, nums, max, n);
	if (peer != NULL)
		snprintf(facet, sizeof facet, "peer %.*s", LIMIT_NAME, peer);
	else if (kind != NULL)
		snprintf(facet, sizeof facet, "kind %.64s", kind);
	struct strand *strand = calloc(v->scope_n + 1, sizeof *strand);
	enum tocsin_err err = strand == NULL ? fail(TOCSIN_BROKEN, "no memory for a list") : TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < v->scope_n; i++)
		strand[i].scope = v->scope[i];
	while (err == TOCSIN_OK && *n < max) {
		int64_t best = 0;
		for (size_t i = 0; err == TOCSIN_OK && i < v->scope_n; i++) {
			struct strand *s = &strand[i];
			while (s->at < s->n && s->num[s->at] >= last)
				s->at++;
			err = strand_fill(read, s, facet, last);
			if (s->at < s->n && s->num[s->at] > best)
				best = s->num[s->at];
		}
		if (err != TOCSIN_OK || best == 0)
			break;
		nums[(*n)++] = last = best;
	}
	free(strand);
	return err;
}

/* ---- events ---- */

/* Events about no statement that tell nothing of any: whoever may read is told of these. */
static const char *const open_events[] = { "partner added", "partner confirmed", "partner distrusted", "card extended",
	"card issued", "equivocation", "log retired", "policy changed" };

static enum tocsin_err sees_draft(struct snapshot *read, const struct view *v, const char *id, bool *seen)
{
	struct draft_row row;
	struct arena *a = arena_new(DRAFT_ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for the events") : drafts_find(read, v, id, a, &row);
	arena_free(a);
	*seen = err == TOCSIN_OK;
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

static enum tocsin_err sees_lead(struct snapshot *read, const struct view *v, const char *id, bool *seen)
{
	struct lead_row row;
	struct arena *a = arena_new(DRAFT_ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for the events") : lead_find(read, v, id, a, &row);
	arena_free(a);
	*seen = err == TOCSIN_OK;
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

enum tocsin_err access_event(
	struct snapshot *read, const struct view *v, const char *kind, int64_t num, const char *subject, bool *told)
{
	bool whole;
	*told = v->everything;
	if (v->everything)
		return access_node(v) || num == 0 ? TOCSIN_OK : look(read, v, num, told, &whole);
	if (strncmp(kind, "draft", 5) == 0) {
		enum tocsin_err err = sees_draft(read, v, subject, told);
		if (err != TOCSIN_OK || !*told)
			return err;
	}
	if (strncmp(kind, "lead ", 5) == 0)
		return sees_lead(read, v, subject, told);
	if (num != 0)
		return look(read, v, num, told, &whole);
	for (size_t i = 0; i < sizeof open_events / sizeof *open_events && !*told; i++)
		*told = strcmp(kind, open_events[i]) == 0;
	/* That there is something to look at, and not what. */
	if (strncmp(kind, "door ", 5) == 0)
		*told = (v->roles & right_roles(RIGHT_DOOR)) != 0;
	return TOCSIN_OK;
}

/* ---- where it belongs ---- */

struct placing {
	const struct view *view;
	bool plain;                             /* seen without a compartment */
	char compartment[LIMIT_ACCOUNT + 1];    /* the first one by which it is seen */
};

static bool place(void *arg, const struct share_row *row)
{
	struct placing *p = arg;
	bool mine = false;
	for (size_t i = 0; i < p->view->scope_n; i++)
		mine = mine || p->view->scope[i] == row->scope;
	if (mine && row->compartment[0] == 0)
		p->plain = true;
	else if (mine && p->compartment[0] == 0)
		snprintf(p->compartment, sizeof p->compartment, "%s", row->compartment);
	return !p->plain;
}

enum tocsin_err access_compartment(
	struct snapshot *read, const struct view *v, const struct hash *re, size_t n, char *out)
{
	enum tocsin_err err = TOCSIN_OK;
	out[0] = 0;
	for (size_t i = 0; err == TOCSIN_OK && i < n && !v->everything; i++) {
		struct placing p = { .view = v };
		int64_t num;
		err = access_num(read, v, &re[i], &num);
		if (err == TOCSIN_OK && num != 0)
			err = share_of(read, num, SIZE_MAX / 2, place, &p);
		if (err != TOCSIN_OK || p.plain || p.compartment[0] == 0)
			continue;
		if (out[0] != 0 && strcmp(out, p.compartment) != 0)
			return rule_refuse("access.one-compartment", "what it is about is in %s and in %s", out, p.compartment);
		memcpy(out, p.compartment, sizeof p.compartment);
	}
	return err;
}

/* ---- opened ---- */

static bool has_word(const char *words, struct bytes word)
{
	struct bytes rest = bytes_str(words), w;
	while (text_word(&rest, &w))
		if (bytes_equal(w, word))
			return true;
	return false;
}

/* WAS and NOW together, each word once. */
static enum tocsin_err add_words(const char *was, const char *now, struct buf *out)
{
	struct bytes rest = bytes_str(now), w;
	buf_add_str(out, was);
	while (text_word(&rest, &w)) {
		if (has_word(was, w))
			continue;
		if (out->n > 0)
			buf_add_char(out, ' ');
		buf_add_bytes(out, w);
	}
	buf_add_char(out, 0);
	return buf_end(out, "the names of lines");
}

#define LINES_MAX (LIMIT_LINES * 66u)           /* their names */
/* Whoever only inspects, protects data or administers does not act on what is read. */
#define ROLES_THAT_ACT (ROLE_ANALYST | ROLE_RELEASER | ROLE_DUTY | ROLE_LIAISON)

enum tocsin_err access_opened(
	const struct desk *d, const struct view *v, int64_t num, const char *subject, const char *lines)
{
	struct opened_row was = { .lines = "" };
	struct snapshot *read = NULL;
	struct buf all;
	struct arena *a = arena_new(LINES_MAX * 2);
	struct change *c = change_new();
	int64_t now = clock_now();
	buf_init(&all, LINES_MAX * 2);
	enum tocsin_err err = a == NULL || c == NULL ? fail(TOCSIN_BROKEN, "no memory for the audit trail")
						     : snapshot_open(d->store, &read);
	bool first = false, unopened = false;
	if (err == TOCSIN_OK) {
		err = opened_get(read, num, v->account, a, &was);
		first = err == TOCSIN_MISSING;
		err = first ? TOCSIN_OK : err;
	}
	if (err == TOCSIN_OK && (v->roles & ROLES_THAT_ACT) != 0)
		err = clocks_unopened(read, num, &unopened);
	snapshot_close(read);
	if (err == TOCSIN_OK)
		err = add_words(was.lines, lines, &all);
	if (err == TOCSIN_OK) {
		audit_add(c, v, "read", subject, lines);
		change_opened(c, num, v->account, v->function, now, (const char *)all.p);
		/* That somebody inspects is told to nobody. */
		if (first && (v->roles & ROLES_THAT_ACT) != 0)
			change_event(c, "statement opened", num, v->function);
		if (unopened)
			clocks_opened(d, c, num, now);
		err = store_commit(d->store, c, NULL, NULL);
		c = NULL;
	}
	change_free(c);
	buf_free(&all);
	arena_free(a);
	return err;
}
