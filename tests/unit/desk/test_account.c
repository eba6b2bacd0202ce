#include "desk/people.h"

#include "desk/delegation.h"
#include "desk/handover.h"
#include "desk/unit.h"
#include "store/rows_access.h"
#include "store/rows_clock.h"
#include "store/rows_repeat.h"

#define DAY (86400 * CLOCK_SECOND)

static enum tocsin_err roles_of(struct home *h, const char *by, const char *name, unsigned roles)
{
	struct view v = view_as(h, by);
	return account_edit(&h->desk, &v, name, &(struct account_edit){ .roles_given = true, .roles = roles });
}

static enum tocsin_err state_now(struct home *h, const char *by, const char *name, const char *word)
{
	struct view v = view_as(h, by);
	return account_edit(&h->desk, &v, name, &(struct account_edit){ .state = word });
}

HOME_TEST(without_accounts_the_operator_may_everything_and_from_the_first_on_only_manage)
{
	struct home *h = *state;
	struct view v = operator_view(h);
	assert_true(v.everything);
	for (enum right r = RIGHT_NONE; r < RIGHT_COUNT; r++)
		ok(access_may(&v, r));
	ok(account_made(h, "ann", NULL, ROLE_ANALYST, NULL));
	for (int i = 0; i < 2; i++) {
		v = operator_view(h);
		assert_false(v.everything);
		assert_int_equal(v.scope_n, 0);
		ok(access_may(&v, RIGHT_ADMIN));
		ok(access_may(&v, RIGHT_PARTNER));
		fails(access_may(&v, RIGHT_READ), TOCSIN_REFUSED, "rule role.right");
		fails(access_may(&v, RIGHT_RELEASE), TOCSIN_REFUSED, "releasing-officer");
		/* Also when nobody is left: it does not fall back to everything. */
		if (i == 0)
			ok(account_edit(&h->desk, &v, "ann", &(struct account_edit){ .state = "removed" }));
	}
}

HOME_TEST(rubbish_is_no_account)
{
	struct home *h = *state;
	static const char *const names[] = { "", "Ann", "1ann", "ann smith", "ann/", "../ann", "operator", "node", "*",
		"a0123456789012345678901234567890123456789012345678901234567890123", "\xc3\xa4nn" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_int_equal(account_made(h, names[i], NULL, ROLE_ANALYST, NULL), TOCSIN_BAD);
	static const char *const passwords[] = { "", "short", "eleven char", "aaaaaaaaaaaaaaaa", "ababababababab", "two\nlines of it",
		"it is annette here", "\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe" };
	for (size_t i = 0; i < sizeof passwords / sizeof *passwords; i++)
		assert_int_equal(account_made(h, "annette", NULL, ROLE_ANALYST, passwords[i]), TOCSIN_BAD);
	fails(account_made(h, "ann", "nowhere", ROLE_ANALYST, NULL), TOCSIN_MISSING, "nowhere");
	fails(account_made(h, "ann", NULL, 128, NULL), TOCSIN_BAD, "no such roles");
	assert_true(operator_view(h).everything);
}

HOME_TEST(a_name_is_never_used_twice)
{
	struct home *h = *state;
	ok(account_made(h, "boss", NULL, ROLE_ADMIN, NULL));
	ok(account_made(h, "ann", NULL, ROLE_ANALYST, NULL));
	assert_int_equal(account_made(h, "ann", NULL, ROLE_ANALYST, NULL), TOCSIN_REFUSED);
	ok(state_now(h, "boss", "ann", "removed"));
	assert_int_equal(account_made(h, "ann", NULL, ROLE_ANALYST, NULL), TOCSIN_REFUSED);
	fails(state_now(h, "boss", "ann", "active"), TOCSIN_MISSING, "no account ann");
	struct view v;
	fails(view_now(h, "ann", &v), TOCSIN_MISSING, "no account ann");
}

HOME_TEST(the_last_active_administrator_stays_one)
{
	struct home *h = *state;
	struct view v = operator_view(h);
	ok(account_made(h, "one", NULL, ROLE_ADMIN, NULL));
	ok(account_made(h, "two", NULL, ROLE_ADMIN, NULL));
	ok(state_now(h, "one", "two", "locked"));
	v = operator_view(h);
	fails(account_edit(&h->desk, &v, "one", &(struct account_edit){ .state = "removed" }), TOCSIN_REFUSED, "account.last-administrator");
	fails(account_edit(&h->desk, &v, "one", &(struct account_edit){ .state = "locked" }), TOCSIN_REFUSED, "account.last-administrator");
	fails(account_edit(&h->desk, &v, "one", &(struct account_edit){ .roles_given = true, .roles = ROLE_ANALYST }), TOCSIN_REFUSED,
		"account.last-administrator");
	ok(state_now(h, "one", "two", "active"));
	ok(state_now(h, "two", "one", "removed"));
	v = operator_view(h);
	fails(account_edit(&h->desk, &v, "two", &(struct account_edit){ .state = "removed" }), TOCSIN_REFUSED, "account.last-administrator");
}

HOME_TEST(nobody_gives_oneself_roles_and_only_administrators_change_accounts)
{
	struct home *h = *state;
	ok(account_made(h, "boss", NULL, ROLE_ADMIN, NULL));
	ok(account_made(h, "ann", NULL, ROLE_ANALYST, NULL));
	fails(roles_of(h, "boss", "boss", ROLE_ADMIN | ROLE_RELEASER), TOCSIN_REFUSED, "account.own-roles");
	struct view boss = view_as(h, "boss"), ann = view_as(h, "ann");
	fails(account_edit(&h->desk, &boss, "boss", &(struct account_edit){ .unit = "desk" }), TOCSIN_REFUSED, "account.own-roles");
	fails(account_edit(&h->desk, &ann, "ann", &(struct account_edit){ .function = "director" }), TOCSIN_REFUSED, "role.right");
	fails(account_add(&h->desk, &ann, &(struct account_new){ .name = "eve", .roles = ROLE_ADMIN }), TOCSIN_REFUSED, "role.right");
	fails(unit_put(&h->desk, &ann, "crisis", "the crisis unit"), TOCSIN_REFUSED, "role.right");
	ok(roles_of(h, "boss", "ann", ROLE_ANALYST | ROLE_LIAISON));
	assert_int_equal(view_as(h, "ann").roles, ROLE_ANALYST | ROLE_LIAISON);
}

HOME_TEST(who_inspects_does_nothing_else_and_who_manages_reads_nothing_unless_policy_says_so)
{
	struct home *h = *state;
	fails(account_made(h, "ins", NULL, ROLE_INSPECTOR | ROLE_ANALYST, NULL), TOCSIN_REFUSED, "account.inspector-alone");
	fails(account_made(h, "boss", NULL, ROLE_ADMIN | ROLE_ANALYST, NULL), TOCSIN_REFUSED, "account.administrator-alone");
	ok(account_made(h, "boss", NULL, ROLE_ADMIN, NULL));
	ok(account_made(h, "ann", NULL, ROLE_ANALYST, NULL));
	fails(roles_of(h, "boss", "ann", ROLE_ANALYST | ROLE_ADMIN), TOCSIN_REFUSED, "account.administrator-alone");
	fails(roles_of(h, "boss", "ann", ROLE_ANALYST | ROLE_INSPECTOR), TOCSIN_REFUSED, "account.inspector-alone");
	ok(policy_preset(&h->desk, view_node(), "three"));
	ok(roles_of(h, "boss", "ann", ROLE_ANALYST | ROLE_ADMIN));
	fails(roles_of(h, "boss", "ann", ROLE_ANALYST | ROLE_INSPECTOR), TOCSIN_REFUSED, "account.inspector-alone");
}

/* ---- units and compartments ---- */

static void scopes_are(struct home *h, const char *name, const int64_t *want, size_t n)
{
	struct view v = view_as(h, name);
	assert_int_equal(v.scope_n, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(v.scope[i], want[i]);
}

static int64_t scope_number(struct home *h, const char *unit, const char *compartment)
{
	struct snapshot *r;
	int64_t num = 0;
	ok(snapshot_open(h->desk.store, &r));
	ok(scope_find(r, unit, compartment, &num));
	snapshot_close(r);
	return num;
}

HOME_TEST(an_account_sees_its_units_scope_and_its_compartments_and_an_administrator_none)
{
	struct home *h = *state;
	static const char *const harbour[] = { "harbour" };
	struct view v = operator_view(h);
	ok(unit_put(&h->desk, &v, "crisis", "the crisis unit"));
	ok(compartment_put(&h->desk, &v, "harbour", "the harbour source"));
	int64_t crisis = scope_number(h, "crisis", ""), crisis_harbour = scope_number(h, "crisis", "harbour");
	ok(account_made(h, "ann", "crisis", ROLE_ANALYST, NULL));
	ok(account_made(h, "boss", "crisis", ROLE_ADMIN, NULL));
	scopes_are(h, "ann", (int64_t[]){ crisis }, 1);
	scopes_are(h, "boss", NULL, 0);
	v = view_as(h, "boss");
	fails(account_edit(&h->desk, &v, "ann", &(struct account_edit){ .compartments_given = true, .compartment = (const char *const[]){ "none" }, .compartment_n = 1 }),
		TOCSIN_MISSING, "none");
	ok(account_edit(&h->desk, &v, "ann", &(struct account_edit){ .compartments_given = true, .compartment = harbour, .compartment_n = 1 }));
	scopes_are(h, "ann", crisis < crisis_harbour ? (int64_t[]){ crisis, crisis_harbour } : (int64_t[]){ crisis_harbour, crisis }, 2);
	ok(account_edit(&h->desk, &v, "ann", &(struct account_edit){ .compartments_given = true }));
	scopes_are(h, "ann", (int64_t[]){ crisis }, 1);
	/* An inspector sees every unit's, and a compartment only when read into it. */
	ok(account_add(&h->desk, &v, &(struct account_new){ .name = "ins", .roles = ROLE_INSPECTOR, .compartment = harbour, .compartment_n = 1 }));
	ok(account_add(&h->desk, &v, &(struct account_new){ .name = "iva", .roles = ROLE_INSPECTOR }));
	scopes_are(h, "ins", (int64_t[]){ scope_number(h, "*", ""), scope_number(h, "*", "harbour") }, 2);
	scopes_are(h, "iva", (int64_t[]){ scope_number(h, "*", "") }, 1);
}

HOME_TEST(a_colleague_shows_as_a_name_and_somebody_of_another_unit_is_not_there)
{
	struct home *h = *state;
	struct snapshot *r;
	struct arena *a = arena_new(4096);
	json_t *o = NULL;
	int64_t version;
	struct view v = operator_view(h);
	ok(unit_put(&h->desk, &v, "crisis", "the crisis unit"));
	ok(account_made(h, "ann", "crisis", ROLE_ANALYST, NULL));
	ok(account_made(h, "carl", "crisis", ROLE_DUTY, NULL));
	ok(account_made(h, "dora", NULL, ROLE_DUTY, NULL));
	ok(account_made(h, "boss", NULL, ROLE_ADMIN, NULL));
	v = view_as(h, "ann");
	struct view boss = view_as(h, "boss");
	ok(snapshot_open(h->desk.store, &r));
	ok(account_show(r, &v, "ann", &o, &version));
	assert_true(version > 0);
	assert_string_equal(json_string_value(json_object_get(o, "state")), "active");
	json_decref(o);
	ok(account_show(r, &v, "carl", &o, &version));
	assert_int_equal(version, 0);
	assert_null(json_object_get(o, "state"));
	json_decref(o);
	fails(account_show(r, &v, "dora", &o, &version), TOCSIN_MISSING, "there is no account dora");
	fails(account_show(r, &v, "eve", &o, &version), TOCSIN_MISSING, "there is no account eve");
	ok(account_show_all(r, &v, "", 100, &o));
	assert_int_equal(json_array_size(json_object_get(o, "items")), 2);
	json_decref(o);
	ok(account_show_all(r, &boss, "", 3, &o));
	assert_int_equal(json_array_size(json_object_get(o, "items")), 3);
	assert_string_equal(json_string_value(json_object_get(o, "next")), "carl");
	json_decref(o);
	assert_string_equal(account_shown(r, &v, "carl", a), "carl");
	assert_string_equal(account_shown(r, &v, "dora", a), "duty officer");
	assert_string_equal(account_shown(r, &boss, "dora", a), "dora");
	snapshot_close(r);
	arena_free(a);
}

HOME_TEST(a_units_escalation_is_its_own_active_accounts_and_whoever_leaves_leaves_it)
{
	struct home *h = *state;
	struct snapshot *r;
	json_t *o;
	struct view v = operator_view(h), ann;
	ok(unit_put(&h->desk, &v, "crisis", "the crisis unit"));
	ok(account_made(h, "ann", "crisis", ROLE_ANALYST, NULL));
	ok(account_made(h, "carl", "crisis", ROLE_DUTY, NULL));
	ok(account_made(h, "dora", NULL, ROLE_DUTY, NULL));
	ok(account_made(h, "boss", NULL, ROLE_ADMIN, NULL));
	v = view_as(h, "boss");
	ann = view_as(h, "ann");
	fails(escalation_put(&h->desk, &v, "crisis", (const char *const[]){ "carl", "dora" }, 2), TOCSIN_MISSING, "dora");
	fails(escalation_put(&h->desk, &v, "crisis", (const char *const[]){ "carl", "carl" }, 2), TOCSIN_BAD, "twice");
	fails(escalation_put(&h->desk, &v, "nowhere", (const char *const[]){ "carl" }, 1), TOCSIN_MISSING, "nowhere");
	fails(escalation_put(&h->desk, &ann, "crisis", (const char *const[]){ "carl" }, 1), TOCSIN_REFUSED, "role.right");
	ok(escalation_put(&h->desk, &v, "crisis", (const char *const[]){ "carl", "ann" }, 2));
	ok(account_edit(&h->desk, &v, "carl", &(struct account_edit){ .unit = "desk" }));
	ok(snapshot_open(h->desk.store, &r));
	ok(escalation_show(r, &ann, "crisis", &o));
	snapshot_close(r);
	assert_int_equal(json_array_size(json_object_get(o, "accounts")), 1);
	assert_string_equal(json_string_value(json_array_get(json_object_get(o, "accounts"), 0)), "ann");
	json_decref(o);
}

/* ---- delegations ---- */

static enum tocsin_err lend(struct home *h, const char *by, const char *to, unsigned roles, int64_t begins, int64_t ends, char id[DELEGATION_ID + 1])
{
	struct view v = view_as(h, by);
	return delegation_add(&h->desk, &v, &(struct delegation_new){ .to = to, .roles = roles, .reason = "on leave", .begins_at = begins, .ends_at = ends }, id);
}

static void crowd(struct home *h)
{
	struct view v = operator_view(h);
	ok(unit_put(&h->desk, &v, "crisis", "the crisis unit"));
	ok(account_made(h, "rel", NULL, ROLE_RELEASER, NULL));
	ok(account_made(h, "ann", NULL, ROLE_ANALYST, NULL));
	ok(account_made(h, "lia", NULL, ROLE_LIAISON, NULL));
	ok(account_made(h, "ins", NULL, ROLE_INSPECTOR, NULL));
	ok(account_made(h, "dora", "crisis", ROLE_DUTY, NULL));
	ok(account_made(h, "boss", NULL, ROLE_ADMIN, NULL));
}

HOME_TEST(a_deputy_has_the_roles_then_not_before_and_not_after)
{
	struct home *h = *state;
	char id[DELEGATION_ID + 1];
	int64_t now = clock_now() / CLOCK_SECOND * CLOCK_SECOND;
	clock_set(now);
	crowd(h);
	ok(lend(h, "rel", "ann", ROLE_RELEASER, now + DAY, now + 2 * DAY, id));
	assert_int_equal(view_as(h, "ann").roles, ROLE_ANALYST);
	clock_set(now + DAY - 2 * CLOCK_SECOND);
	assert_int_equal(view_as(h, "ann").roles, ROLE_ANALYST);
	clock_set(now + DAY);
	assert_int_equal(view_as(h, "ann").roles, ROLE_ANALYST | ROLE_RELEASER);
	clock_set(now + 2 * DAY - 20 * CLOCK_SECOND);
	assert_int_equal(view_as(h, "ann").roles, ROLE_ANALYST | ROLE_RELEASER);
	clock_set(now + 2 * DAY);
	assert_int_equal(view_as(h, "ann").roles, ROLE_ANALYST);
}

HOME_TEST(a_delegation_ends_with_what_it_rests_on)
{
	struct home *h = *state;
	char id[DELEGATION_ID + 1];
	int64_t end = clock_now() + DAY;
	crowd(h);
	ok(lend(h, "rel", "ann", ROLE_RELEASER, 0, end, id));
	assert_int_equal(view_as(h, "ann").roles, ROLE_ANALYST | ROLE_RELEASER);
	ok(state_now(h, "boss", "rel", "locked"));
	assert_int_equal(view_as(h, "ann").roles, ROLE_ANALYST);
	ok(state_now(h, "boss", "rel", "active"));
	assert_int_equal(view_as(h, "ann").roles, ROLE_ANALYST | ROLE_RELEASER);
	ok(roles_of(h, "boss", "rel", ROLE_LIAISON));
	assert_int_equal(view_as(h, "ann").roles, ROLE_ANALYST);
	ok(roles_of(h, "boss", "rel", ROLE_RELEASER));
	struct view lia = view_as(h, "lia"), ann = view_as(h, "ann");
	fails(delegation_end(&h->desk, &lia, id), TOCSIN_MISSING, "there is no delegation");
	ok(delegation_end(&h->desk, &ann, id));
	assert_int_equal(view_as(h, "ann").roles, ROLE_ANALYST);
	assert_int_equal(delegation_end(&h->desk, &ann, id), TOCSIN_REFUSED);
}

HOME_TEST(what_was_lent_to_who_inspects_or_manages_by_now_is_of_no_use)
{
	struct home *h = *state;
	char id[DELEGATION_ID + 1];
	int64_t now = clock_now(), end = now + DAY;
	crowd(h);
	ok(lend(h, "rel", "ann", ROLE_RELEASER, 0, end, id));
	fails(roles_of(h, "boss", "ann", ROLE_INSPECTOR), TOCSIN_REFUSED, "account.inspector-alone: ann has roles lent to it");
	fails(roles_of(h, "boss", "ann", ROLE_ADMIN), TOCSIN_REFUSED, "account.administrator-alone: ann has roles lent to it");
	assert_int_equal(view_as(h, "ann").roles, ROLE_ANALYST | ROLE_RELEASER);
	struct view ann = view_as(h, "ann");
	ok(delegation_end(&h->desk, &ann, id));
	/* Lent to begin later, so that nothing runs when the role is given. */
	ok(lend(h, "rel", "ann", ROLE_RELEASER, now + DAY / 4, end, id));
	ok(roles_of(h, "boss", "ann", ROLE_INSPECTOR));
	clock_set(now + DAY / 2);
	assert_int_equal(view_as(h, "ann").roles, ROLE_INSPECTOR);
	clock_set(now);
	ok(roles_of(h, "boss", "ann", ROLE_ADMIN));
	clock_set(now + DAY / 2);
	assert_int_equal(view_as(h, "ann").roles, ROLE_ADMIN);
	ok(policy_preset(&h->desk, view_node(), "three"));
	assert_int_equal(view_as(h, "ann").roles, ROLE_ADMIN | ROLE_RELEASER);
	clock_unset();
}

/* Whether the answer that ACCOUNT was given under the key "k" is there still. */
static bool answered(struct home *h, const char *account)
{
	struct snapshot *r;
	struct repeat_row row;
	struct arena *a = arena_new(1u << 16);
	ok(snapshot_open(h->desk.store, &r));
	ok(repeat_get(r, account, "k", a, &row));
	snapshot_close(r);
	bool there = row.answer.n > 0;
	assert_int_equal(row.status, there ? 200 : 1);
	arena_free(a);
	return there;
}

static void answer(struct home *h, const char *account)
{
	static const struct hash digest = { { 1 } };
	struct change *c = change_new();
	change_repeat_drop(c, account, "k");
	change_repeat_begin(c, account, "k", &digest, "run", clock_now());
	change_repeat_end(c, account, "k", 200, "application/json", bytes_str("{}"));
	ok(store_commit(h->desk.store, c, NULL, NULL));
}

HOME_TEST(what_an_account_was_answered_is_not_kept_when_what_it_may_see_changes)
{
	struct home *h = *state;
	char id[DELEGATION_ID + 1];
	crowd(h);
	struct view boss = view_as(h, "boss");
	const struct account_edit edits[] = { { .unit = "crisis" }, { .unit = "desk" }, { .compartments_given = true },
		{ .roles_given = true, .roles = ROLE_LIAISON } };
	for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
		answer(h, "ann");
		answer(h, "lia");
		ok(account_edit(&h->desk, &boss, "ann", &edits[i]));
		assert_false(answered(h, "ann"));
		assert_true(answered(h, "lia"));
	}
	answer(h, "ann");
	ok(account_edit(&h->desk, &boss, "ann", &(struct account_edit){ .function = "clerk" }));
	assert_true(answered(h, "ann"));
	ok(lend(h, "rel", "ann", ROLE_RELEASER, 0, clock_now() + DAY, id));
	ok(delegation_end(&h->desk, &boss, id));
	assert_false(answered(h, "ann"));
}

HOME_TEST(one_delegates_what_is_ones_own_within_the_unit_and_with_an_end)
{
	struct home *h = *state;
	char id[DELEGATION_ID + 1];
	int64_t end = clock_now() + DAY;
	crowd(h);
	fails(lend(h, "ann", "rel", ROLE_RELEASER, 0, end, id), TOCSIN_REFUSED, "delegation.own-roles");
	fails(lend(h, "ann", "rel", ROLE_ADMIN, 0, end, id), TOCSIN_REFUSED, "delegation.own-roles");
	ok(lend(h, "rel", "ann", ROLE_RELEASER, 0, end, id));
	/* What was lent is not lent on. */
	fails(lend(h, "ann", "lia", ROLE_RELEASER, 0, end, id), TOCSIN_REFUSED, "delegation.own-roles");
	fails(lend(h, "rel", "dora", ROLE_RELEASER, 0, end, id), TOCSIN_MISSING, "there is no account dora");
	fails(lend(h, "rel", "nobody", ROLE_RELEASER, 0, end, id), TOCSIN_MISSING, "there is no account nobody");
	fails(lend(h, "rel", "ins", ROLE_RELEASER, 0, end, id), TOCSIN_REFUSED, "account.inspector-alone");
	fails(lend(h, "rel", "boss", ROLE_RELEASER, 0, end, id), TOCSIN_REFUSED, "account.administrator-alone");
	fails(lend(h, "rel", "rel", ROLE_RELEASER, 0, end, id), TOCSIN_BAD, "somebody else");
	fails(lend(h, "rel", "lia", ROLE_RELEASER, 0, clock_now() - 1, id), TOCSIN_REFUSED, "delegation.end");
	fails(lend(h, "rel", "lia", ROLE_RELEASER, end, end, id), TOCSIN_REFUSED, "delegation.end");
	fails(lend(h, "rel", "lia", ROLE_RELEASER, 0, clock_now() + 32 * DAY, id), TOCSIN_REFUSED, "delegation.end");
	fails(lend(h, "rel", "lia", 0, 0, end, id), TOCSIN_BAD, "which roles");
	struct view lia = view_as(h, "lia");
	fails(delegation_add(&h->desk, &lia, &(struct delegation_new){ .from = "rel", .to = "lia", .roles = ROLE_RELEASER, .reason = "please", .ends_at = end }, id),
		TOCSIN_REFUSED, "role.right");
	assert_int_equal(view_as(h, "lia").roles, ROLE_LIAISON);
}

/* ---- hand-overs ---- */

static void clock_of(struct home *h, const char *owner, const char *compartment)
{
	struct change *c = change_new();
	char id[17];
	uint8_t raw[8];
	random_bytes(raw, sizeof raw);
	hex_encode(raw, sizeof raw, id);
	change_clock_add(c, &(struct clock_row){ .id = id, .kind = "reply-by", .unit = "desk", .compartment = compartment, .owner = owner, .urgency = 1,
		.started_at = clock_now(), .due_at = clock_now() + DAY, .next_at = clock_now() + DAY, .acked_by = "", .why = "", .state = "running" }, false);
	ok(store_commit(h->desk.store, c, NULL, NULL));
}

static size_t clocks_of(struct home *h, const char *to, const char *from)
{
	struct view v = view_as(h, from);
	json_t *o = NULL;
	ok(handover_start(&h->desk, &v, to, &o));
	size_t n = json_array_size(json_object_get(json_object_get(o, "content"), "clocks")) + 100 * json_array_size(json_object_get(o, "stays"));
	json_decref(o);
	return n;
}

HOME_TEST(two_accounts_sign_a_hand_over_and_the_clocks_go_to_the_successor)
{
	struct home *h = *state;
	struct view v, ann, lia;
	json_t *o = NULL;
	struct snapshot *r;
	char id[HANDOVER_ID + 1], other[HANDOVER_ID + 1];
	crowd(h);
	v = view_as(h, "boss");
	ok(compartment_put(&h->desk, &v, "harbour", "the harbour source"));
	ok(account_edit(&h->desk, &v, "ann", &(struct account_edit){ .compartments_given = true, .compartment = (const char *const[]){ "harbour" }, .compartment_n = 1 }));
	clock_of(h, "ann", "");
	clock_of(h, "ann", "");
	clock_of(h, "ann", "harbour");
	clock_of(h, "rel", "");
	ann = view_as(h, "ann");
	lia = view_as(h, "lia");
	fails(handover_start(&h->desk, &ann, "ann", &o), TOCSIN_REFUSED, "handover.successor");
	fails(handover_start(&h->desk, &ann, "dora", &o), TOCSIN_MISSING, "there is no account dora");
	fails(handover_start(&h->desk, &ann, "ins", &o), TOCSIN_REFUSED, "no role that may hold clocks");
	ok(handover_start(&h->desk, &ann, "rel", &o));
	snprintf(id, sizeof id, "%s", json_string_value(json_object_get(o, "id")));
	assert_int_equal(json_array_size(json_object_get(json_object_get(o, "content"), "clocks")), 2);
	assert_int_equal(json_array_size(json_object_get(o, "stays")), 1);
	json_decref(o);
	/* Nobody else can read or sign it, and whoever goes cannot sign for whoever comes. */
	fails(handover_accept(&h->desk, &lia, id), TOCSIN_MISSING, "no hand-over");
	fails(handover_accept(&h->desk, &ann, id), TOCSIN_REFUSED, "handover.successor");
	v = view_as(h, "rel");
	ok(handover_accept(&h->desk, &v, id));
	assert_int_equal(handover_accept(&h->desk, &v, id), TOCSIN_REFUSED);
	/* Nor by somebody who has left the unit meanwhile. */
	struct view boss = view_as(h, "boss");
	ok(handover_start(&h->desk, &lia, "ann", &o));
	snprintf(other, sizeof other, "%s", json_string_value(json_object_get(o, "id")));
	json_decref(o);
	ok(account_edit(&h->desk, &boss, "lia", &(struct account_edit){ .unit = "crisis" }));
	fails(handover_accept(&h->desk, &ann, other), TOCSIN_REFUSED, "handover.same-unit");
	ok(account_edit(&h->desk, &boss, "lia", &(struct account_edit){ .unit = "desk" }));
	ok(snapshot_open(h->desk.store, &r));
	ok(handover_show(r, &v, id, &o));
	snapshot_close(r);
	assert_string_not_equal(json_string_value(json_object_get(o, "to_signed_at")), "");
	json_decref(o);
	assert_int_equal(clocks_of(h, "lia", "rel"), 3);
	assert_int_equal(clocks_of(h, "lia", "ann"), 100);
}

/* A statement from G that is shared with the desk, or its part that is read into COMPARTMENT. */
static void came_in(struct home *h, struct guest *g, const char *compartment)
{
	struct issue_result r;
	struct change *c = change_new();
	guest_writes(h, g, "warning", NULL, NULL, &r);
	change_scope_add(c, "desk", compartment);
	change_share(c, "desk", compartment, "", r.num, false);
	ok(store_commit(h->desk.store, c, NULL, NULL));
}

/* How many unread ones BY is shown at the start of a hand-over to TO, which ID then names. */
static size_t unread_of(struct home *h, const char *by, const char *to, char id[HANDOVER_ID + 1])
{
	struct view v = view_as(h, by);
	json_t *o = NULL;
	ok(handover_start(&h->desk, &v, to, &o));
	snprintf(id, HANDOVER_ID + 1, "%s", json_string_value(json_object_get(o, "id")));
	size_t n = json_array_size(json_object_get(json_object_get(o, "content"), "unread"));
	char *text = json_dumps(o, 0);
	assert_null(strstr(text, "harbour"));
	free(text);
	json_decref(o);
	return n;
}

static size_t unread_shown(struct home *h, const char *to, const char *id)
{
	struct view v = view_as(h, to);
	struct snapshot *r;
	json_t *o = NULL;
	ok(snapshot_open(h->desk.store, &r));
	ok(handover_show(r, &v, id, &o));
	snapshot_close(r);
	size_t n = json_array_size(json_object_get(json_object_get(o, "content"), "unread"));
	json_decref(o);
	return n;
}

HOME_TEST(a_hand_over_lists_of_a_compartment_only_what_both_may_know_and_shows_it_only_as_long)
{
	struct home *h = *state;
	static const char *const harbour[] = { "harbour" };
	struct guest g;
	char id[HANDOVER_ID + 1];
	crowd(h);
	struct view boss = view_as(h, "boss");
	ok(compartment_put(&h->desk, &boss, "harbour", "the harbour source"));
	const struct account_edit in = { .compartments_given = true, .compartment = harbour, .compartment_n = 1 }, out = { .compartments_given = true };
	guest_meets(h, &g, "south.example");
	came_in(h, &g, "");
	came_in(h, &g, "harbour");
	ok(account_edit(&h->desk, &boss, "rel", &in));
	assert_int_equal(unread_of(h, "ann", "rel", id), 1);
	assert_int_equal(unread_of(h, "rel", "ann", id), 1);
	ok(account_edit(&h->desk, &boss, "ann", &in));
	assert_int_equal(unread_of(h, "ann", "rel", id), 2);
	assert_int_equal(unread_shown(h, "rel", id), 2);
	ok(account_edit(&h->desk, &boss, "rel", &out));
	assert_int_equal(unread_shown(h, "rel", id), 1);
	assert_int_equal(unread_shown(h, "ann", id), 2);
	guest_free(&g);
}

HOME_TEST(whoever_is_removed_leaves_the_clocks_to_the_first_of_the_units_escalation)
{
	struct home *h = *state;
	struct view v;
	crowd(h);
	v = view_as(h, "boss");
	ok(escalation_put(&h->desk, &v, "desk", (const char *const[]){ "ann", "rel" }, 2));
	clock_of(h, "ann", "");
	ok(state_now(h, "boss", "ann", "removed"));
	assert_int_equal(clocks_of(h, "lia", "rel"), 1);
}

HOME_TEST(whoever_leaves_a_compartment_leaves_its_clocks_to_one_who_may_know_and_no_others)
{
	struct home *h = *state;
	struct view boss;
	static const char *const harbour[] = { "harbour" };
	const struct account_edit in = { .compartments_given = true, .compartment = harbour, .compartment_n = 1 }, out = { .compartments_given = true };
	crowd(h);
	boss = view_as(h, "boss");
	ok(compartment_put(&h->desk, &boss, "harbour", "the harbour source"));
	ok(escalation_put(&h->desk, &boss, "desk", (const char *const[]){ "lia", "rel" }, 2));
	ok(account_edit(&h->desk, &boss, "ann", &in));
	ok(account_edit(&h->desk, &boss, "rel", &in));
	clock_of(h, "ann", "");
	clock_of(h, "ann", "harbour");
	ok(account_edit(&h->desk, &boss, "ann", &out));
	assert_int_equal(clocks_of(h, "rel", "ann"), 1);
	assert_int_equal(clocks_of(h, "ann", "lia"), 0);
	assert_int_equal(clocks_of(h, "ann", "rel"), 100);
	ok(account_edit(&h->desk, &boss, "ann", &(struct account_edit){ .unit = "crisis" }));
	assert_int_equal(clocks_of(h, "rel", "lia"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(without_accounts_the_operator_may_everything_and_from_the_first_on_only_manage),
		home_test(rubbish_is_no_account),
		home_test(a_name_is_never_used_twice),
		home_test(the_last_active_administrator_stays_one),
		home_test(nobody_gives_oneself_roles_and_only_administrators_change_accounts),
		home_test(who_inspects_does_nothing_else_and_who_manages_reads_nothing_unless_policy_says_so),
		home_test(an_account_sees_its_units_scope_and_its_compartments_and_an_administrator_none),
		home_test(a_colleague_shows_as_a_name_and_somebody_of_another_unit_is_not_there),
		home_test(a_units_escalation_is_its_own_active_accounts_and_whoever_leaves_leaves_it),
		home_test(a_deputy_has_the_roles_then_not_before_and_not_after),
		home_test(a_delegation_ends_with_what_it_rests_on),
		home_test(what_was_lent_to_who_inspects_or_manages_by_now_is_of_no_use),
		home_test(what_an_account_was_answered_is_not_kept_when_what_it_may_see_changes),
		home_test(one_delegates_what_is_ones_own_within_the_unit_and_with_an_end),
		home_test(two_accounts_sign_a_hand_over_and_the_clocks_go_to_the_successor),
		home_test(a_hand_over_lists_of_a_compartment_only_what_both_may_know_and_shows_it_only_as_long),
		home_test(whoever_is_removed_leaves_the_clocks_to_the_first_of_the_units_escalation),
		home_test(whoever_leaves_a_compartment_leaves_its_clocks_to_one_who_may_know_and_no_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
