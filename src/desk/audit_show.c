/*
 * audit_show: who may see which row of the audit trail.
 *
 * An inspector sees what anybody did, but for rows about statements and drafts of compartments that the inspector is not
 * read into.  Whoever else may read the trail sees what the people of the same unit did, without what is about statements
 * and drafts that this reader does not see.  What was typed in vain names nothing, and is shown as it was typed; what was
 * searched for is left out where the search found what this reader does not see.
 */
#include "base/text.h"
#include "desk/access.h"
#include "desk/audit.h"
#include "store/rows_access.h"
#include "store/rows_draft.h"
#include "store/rows_lead.h"
#include "store/rows_people.h"

#define SHOW_ARENA (8u << 20)

/* Whether V sees what is kept for UNIT in COMPARTMENT. */
static enum tocsin_err sees_scope(
	struct snapshot *read, const struct view *v, const char *unit, const char *compartment, bool *seen)
{
	int64_t own = 0, all = 0;
	enum tocsin_err err = scope_find(read, unit, compartment, &own);
	if (err == TOCSIN_OK)
		err = scope_find(read, ACCESS_EVERY_UNIT, compartment, &all);
	*seen = false;
	for (size_t i = 0; i < v->scope_n; i++)
		*seen = *seen || v->scope[i] == own || v->scope[i] == all;
	return err;
}

static bool is_hex(const char *s, size_t n)
{
	return strlen(s) == n && strspn(s, "0123456789abcdef") == n;
}

/* Whether V sees what the row is about; *about: it is about a statement or a draft at all. */
static enum tocsin_err sees_subject(
	struct snapshot *read, const struct view *v, const char *subject, bool *about, bool *seen)
{
	struct hash id;
	int64_t num = 0;
	*about = *seen = false;
	if (is_hex(subject, 2 * SHA256_SIZE) && hex_decode(bytes_str(subject), id.b, SHA256_SIZE)) {
		*about = true;
		enum tocsin_err err = access_num(read, v, &id, &num);
		*seen = num != 0;
		return err;
	}
	if (!is_hex(subject, DRAFT_ID))
		return TOCSIN_OK;
	struct draft_row draft;
	struct arena *a = arena_new(SHOW_ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for the audit trail")
					: draft_get(read, subject, a, &draft);
	if (err == TOCSIN_OK) {
		*about = true;
		err = sees_scope(read, v, draft.unit, draft.compartment, seen);
	} else if (err == TOCSIN_MISSING) {
		err = TOCSIN_OK;
	}
	arena_free(a);
	return err;
}

/* The same of a lead. */
static enum tocsin_err sees_lead(struct snapshot *read, const struct view *v, const char *subject, bool *about, bool *seen)
{
	const char *unit, *compartment;
	struct arena *a = is_hex(subject, LEAD_ID) ? arena_new(65536) : NULL;
	if (a == NULL)
		return is_hex(subject, LEAD_ID) ? fail(TOCSIN_BROKEN, "no memory for the audit trail") : TOCSIN_OK;
	enum tocsin_err err = lead_place(read, subject, a, &unit, &compartment);
	*about = err == TOCSIN_OK;
	if (err == TOCSIN_OK)
		err = sees_scope(read, v, unit, compartment, seen);
	arena_free(a);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

static enum tocsin_err is_of_unit(struct snapshot *read, const struct view *v, const char *who, bool *is)
{
	struct account_row row;
	struct arena *a = arena_new(65536);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for the audit trail") : account_get(read, who, a, &row);
	*is = err == TOCSIN_OK && strcmp(row.unit, v->unit) == 0;
	arena_free(a);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

#define NAMED 16                        /* digits of an id, where a detail names statements */

/* Whether V sees all statements that TEXT names. */
static enum tocsin_err sees_named(struct snapshot *read, const struct view *v, const char *text, bool *all)
{
	struct bytes rest = bytes_str(text), word;
	enum tocsin_err err = TOCSIN_OK;
	*all = true;
	while (err == TOCSIN_OK && *all && text_word(&rest, &word)) {
		char hex[NAMED + 1];
		if (word.n != NAMED)
			continue;
		memcpy(hex, word.p, NAMED);
		hex[NAMED] = 0;
		if (is_hex(hex, NAMED))
			err = access_begins(read, v, hex, all);
	}
	return err;
}

enum tocsin_err audit_told(
	struct snapshot *read, const struct view *v, const struct audit_row *row, bool *told, bool *detail)
{
	bool about, seen, mine = true;
	*told = *detail = v->everything;
	if (v->everything)
		return TOCSIN_OK;
	enum tocsin_err err = TOCSIN_OK;
	/* What was looked for is shown as it was typed: to who inspects, and to who typed it. */
	bool typed = strcmp(row->what, "audit") == 0 || strcmp(row->what, "search") == 0;
	if ((v->roles & ROLE_INSPECTOR) == 0 && typed)
		mine = strcmp(row->who, v->account) == 0;
	else if ((v->roles & ROLE_INSPECTOR) == 0)
		err = is_of_unit(read, v, row->who, &mine);
	/* Most rows are of other units, and cost no more than this. */
	if (err != TOCSIN_OK || !mine)
		return err;
	err = sees_subject(read, v, row->subject, &about, &seen);
	if (err == TOCSIN_OK && !about)
		err = sees_lead(read, v, row->subject, &about, &seen);
	if (err == TOCSIN_OK && typed)
		err = sees_named(read, v, row->detail, detail);
	else
		*detail = true;
	*told = err == TOCSIN_OK && (!about || seen || strcmp(row->what, "refused") == 0);
	return err;
}
