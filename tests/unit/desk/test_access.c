#include "desk/people.h"

#include "desk/audit.h"
#include "desk/follow.h"
#include "desk/unit.h"
#include "store/rows_access.h"

#define NOTHING "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* A home with two units, to each of which a partner's mail goes. */
struct town {
	struct home *h;
	struct guest a, b;
	struct view ann, bob;                   /* analysts of alpha and bravo */
};

static void follow_all(struct home *h)
{
	size_t done;
	do
		ok(follow_some(&h->desk, 1000, &done));
	while (done > 0);
}

static void town_make(struct town *t, struct home *h)
{
	t->h = h;
	guest_meets(h, &t->a, "a.example");
	guest_meets(h, &t->b, "b.example");
	struct view v = operator_view(h);
	ok(unit_put(&h->desk, &v, "alpha", "Alpha"));
	ok(unit_put(&h->desk, &v, "bravo", "Bravo"));
	ok(compartment_put(&h->desk, &v, "onyx", "Onyx"));
	ok(compartment_put(&h->desk, &v, "jade", "Jade"));
	ok(policy_set(&h->desk, view_node(), "unit.route", "a.example=alpha b.example=bravo"));
	ok(account_made(h, "ann", "alpha", ROLE_ANALYST, NULL));
	ok(account_made(h, "bob", "bravo", ROLE_ANALYST, NULL));
	t->ann = view_as(h, "ann");
	t->bob = view_as(h, "bob");
}

static void town_free(struct town *t)
{
	guest_free(&t->a);
	guest_free(&t->b);
}

static void comes(struct town *t, struct guest *g, const char *kind, const struct hash *about, struct issue_result *r)
{
	guest_writes(t->h, g, kind, about, NULL, r);
	follow_all(t->h);
}

static struct view reader(struct town *t, const char *name, const char *unit, unsigned role, const char *const *compartment, size_t n)
{
	struct view v = operator_view(t->h);
	ok(account_add(&t->h->desk, &v, &(struct account_new){ .name = name, .unit = unit, .roles = role, .compartment = compartment,
		.compartment_n = n }));
	return view_as(t->h, name);
}

static void share(struct town *t, const struct issue_result *s, const char *unit, const char *compartment)
{
	struct snapshot *r;
	struct change *c = change_new();
	ok(snapshot_open(t->h->desk.store, &r));
	ok(access_share(&t->h->desk, r, c, s->num, "warning", "b.example", unit, compartment, false));
	snapshot_close(r);
	ok(store_commit(t->h->desk.store, c, NULL, NULL));
}

static bool sees(struct town *t, const struct view *v, int64_t num)
{
	bool whole;
	struct snapshot *r;
	ok(snapshot_open(t->h->desk.store, &r));
	enum tocsin_err err = access_sees(r, v, num, "x", &whole);
	snapshot_close(r);
	assert_true(err == TOCSIN_OK || err == TOCSIN_MISSING);
	return err == TOCSIN_OK;
}

static void refused_alike(struct town *t, const struct view *v, const struct hash *hidden, size_t digits)
{
	struct snapshot *r;
	struct statement_row row;
	struct arena *a = arena_new(64u << 20);
	char there[2 * SHA256_SIZE + 1], nothing[2 * SHA256_SIZE + 1] = NOTHING, one[512], two[512];
	hex_encode(hidden->b, SHA256_SIZE, there);
	there[digits] = nothing[digits] = 0;
	ok(snapshot_open(t->h->desk.store, &r));
	assert_int_equal(access_statement(r, v, there, a, &row, NULL), TOCSIN_MISSING);
	snprintf(one, sizeof one, "%s", fail_sentence());
	assert_int_equal(access_statement(r, v, nothing, a, &row, NULL), TOCSIN_MISSING);
	snprintf(two, sizeof two, "%s", fail_sentence());
	snapshot_close(r);
	arena_free(a);
	/* The same sentence, but for what was asked for. */
	char *at = strstr(one, there);
	assert_non_null(at);
	memcpy(at, nothing, digits);
	assert_string_equal(one, two);
}

HOME_TEST(what_is_not_seen_is_refused_in_the_same_words_as_what_is_not_there)
{
	struct town t;
	struct issue_result r;
	town_make(&t, *state);
	comes(&t, &t.b, "warning", NULL, &r);
	assert_true(sees(&t, &t.bob, r.num));
	assert_false(sees(&t, &t.ann, r.num));
	assert_false(sees(&t, &t.ann, 0));
	assert_false(sees(&t, &t.ann, r.num + 1000));
	refused_alike(&t, &t.ann, &r.id, 64);
	refused_alike(&t, &t.ann, &r.id, 17);
	refused_alike(&t, &t.ann, &r.id, 8);
	struct view operator = operator_view(t.h);
	refused_alike(&t, &operator, &r.id, 64);
	town_free(&t);
}

HOME_TEST(a_statement_is_found_by_the_beginning_of_its_id_by_who_sees_it)
{
	struct town t;
	struct issue_result r;
	struct statement_row row;
	struct snapshot *read;
	char hex[2 * SHA256_SIZE + 1];
	bool whole, seen;
	int64_t num;
	town_make(&t, *state);
	comes(&t, &t.b, "warning", NULL, &r);
	struct arena *a = arena_new(64u << 20);
	ok(snapshot_open(t.h->desk.store, &read));
	for (size_t digits = 64; digits >= 8; digits -= 7) {
		hex_encode(r.id.b, SHA256_SIZE, hex);
		hex[digits] = 0;
		ok(access_statement(read, &t.bob, hex, a, &row, &whole));
		assert_true(row.num == r.num && !whole);
		ok(access_begins(read, &t.bob, hex, &seen));
		assert_true(seen);
		ok(access_begins(read, &t.ann, hex, &seen));
		assert_false(seen);
	}
	hex[7] = 0;
	fails(access_statement(read, &t.bob, hex, a, &row, NULL), TOCSIN_BAD, "8 to 64");
	fails(access_statement(read, &t.bob, "0011223G", a, &row, NULL), TOCSIN_BAD, "hex digits");
	ok(access_num(read, &t.bob, &r.id, &num));
	assert_int_equal(num, r.num);
	ok(access_num(read, &t.ann, &r.id, &num));
	assert_int_equal(num, 0);
	snapshot_close(read);
	arena_free(a);
	town_free(&t);
}

/* What V sees under KIND or PEER, page by page of SIZE. */
static size_t listed(struct town *t, const struct view *v, const char *kind, const char *peer, size_t size, int64_t *nums)
{
	struct snapshot *r;
	size_t all = 0, n;
	ok(snapshot_open(t->h->desk.store, &r));
	do {
		ok(access_list(r, v, kind, peer, all == 0 ? 0 : nums[all - 1], nums + all, size, &n));
		all += n;
	} while (n == size);
	snapshot_close(r);
	for (size_t i = 1; i < all; i++)
		assert_true(nums[i] < nums[i - 1]);
	return all;
}

HOME_TEST(a_list_holds_what_each_scope_sees_newest_first_each_once)
{
	struct town t;
	struct issue_result r[12];
	int64_t nums[200];
	static const char *const onyx[] = { "onyx" };
	town_make(&t, *state);
	struct view both = reader(&t, "both", "alpha", ROLE_ANALYST, onyx, 1);
	for (size_t i = 0; i < 12; i++)
		comes(&t, i % 3 == 0 ? &t.a : &t.b, i % 2 == 0 ? "warning" : "record", NULL, &r[i]);
	share(&t, &r[1], "alpha", "onyx");
	share(&t, &r[4], "alpha", "onyx");
	/* Seen in two ways, listed once. */
	share(&t, &r[0], "alpha", "onyx");
	for (size_t size = 1; size < 8; size += 3) {
		assert_int_equal(listed(&t, &t.ann, NULL, NULL, size, nums), 4);
		assert_int_equal(nums[0], r[9].num);
		assert_int_equal(nums[3], r[0].num);
		assert_int_equal(listed(&t, &both, NULL, NULL, size, nums), 6);
		assert_int_equal(nums[5], r[0].num);
		assert_int_equal(nums[4], r[1].num);
		assert_int_equal(listed(&t, &t.bob, NULL, NULL, size, nums), 8);
		assert_int_equal(listed(&t, &t.ann, "record", NULL, size, nums), 2);
		assert_int_equal(listed(&t, &t.ann, NULL, "b.example", size, nums), 0);
		assert_int_equal(listed(&t, &both, NULL, "b.example", size, nums), 3);
	}
	struct view operator = operator_view(t.h);
	assert_int_equal(listed(&t, &operator, NULL, NULL, 5, nums), 0);
	town_free(&t);
}

HOME_TEST(what_is_in_a_compartment_is_seen_by_who_is_read_into_it_and_by_no_other_inspector)
{
	struct town t;
	struct issue_result r, open;
	static const char *const onyx[] = { "onyx" };
	town_make(&t, *state);
	struct view in = reader(&t, "in", "alpha", ROLE_ANALYST, onyx, 1),
		    looks = reader(&t, "looks", "desk", ROLE_INSPECTOR, NULL, 0),
		    looks_in = reader(&t, "looks-in", "desk", ROLE_INSPECTOR, onyx, 1);
	comes(&t, &t.a, "warning", NULL, &open);
	guest_writes(t.h, &t.b, "warning", NULL, NULL, &r);
	share(&t, &r, "alpha", "onyx");
	looks = view_as(t.h, "looks");
	looks_in = view_as(t.h, "looks-in");
	assert_true(sees(&t, &looks, open.num));
	assert_true(sees(&t, &looks_in, open.num));
	assert_true(sees(&t, &in, r.num));
	assert_true(sees(&t, &looks_in, r.num));
	assert_false(sees(&t, &looks, r.num));
	assert_false(sees(&t, &t.ann, r.num));
	assert_false(sees(&t, &t.bob, r.num));
	town_free(&t);
}

HOME_TEST(what_one_writes_belongs_to_one_compartment_at_most)
{
	struct town t;
	struct issue_result r[3];
	struct snapshot *read;
	char in[LIMIT_ACCOUNT + 1];
	static const char *const two[] = { "onyx", "jade" };
	town_make(&t, *state);
	struct view v = reader(&t, "two", "alpha", ROLE_ANALYST, two, 2);
	for (size_t i = 0; i < 3; i++)
		guest_writes(t.h, i == 2 ? &t.a : &t.b, "warning", NULL, NULL, &r[i]);
	share(&t, &r[0], "alpha", "onyx");
	share(&t, &r[1], "alpha", "jade");
	share(&t, &r[2], "alpha", "");
	ok(snapshot_open(t.h->desk.store, &read));
	const struct hash both[] = { r[0].id, r[1].id }, mixed[] = { r[2].id, r[1].id };
	ok(access_compartment(read, &v, both, 1, in));
	assert_string_equal(in, "onyx");
	ok(access_compartment(read, &v, mixed, 2, in));
	assert_string_equal(in, "jade");
	ok(access_compartment(read, &v, mixed, 1, in));
	assert_string_equal(in, "");
	fails(access_compartment(read, &v, both, 2, in), TOCSIN_REFUSED, "rule access.one-compartment");
	snapshot_close(read);
	town_free(&t);
}

static json_t *shown(struct town *t, const struct view *v, int64_t num)
{
	json_t *o = NULL;
	struct statement_row row;
	struct snapshot *r;
	struct arena *a = arena_new(64u << 20);
	ok(snapshot_open(t->h->desk.store, &r));
	ok(statement_by_num(r, num, a, &row));
	ok(desk_show(&t->h->desk, r, v, &row, true, &o));
	snapshot_close(r);
	arena_free(a);
	return o;
}

HOME_TEST(what_is_shown_leaves_out_answers_and_numbers_that_are_not_to_be_seen)
{
	struct town t;
	struct issue_result about, answer;
	town_make(&t, *state);
	comes(&t, &t.b, "warning", NULL, &about);
	share(&t, &about, "alpha", "");
	/* An answer that went to bravo alone. */
	guest_writes(t.h, &t.b, "record", &about.id, NULL, &answer);
	share(&t, &answer, "bravo", "");
	json_t *o = shown(&t, &t.ann, about.num);
	assert_null(json_object_get(o, "num"));
	assert_null(json_object_get(o, "log_index"));
	assert_int_equal(json_array_size(json_object_get(o, "answers")), 0);
	assert_null(json_object_get(o, "answers_left_out"));
	json_decref(o);
	share(&t, &answer, "alpha", "");
	o = shown(&t, &t.ann, about.num);
	assert_int_equal(json_array_size(json_object_get(o, "answers")), 1);
	json_decref(o);
	town_free(&t);
}

HOME_TEST(what_it_refers_to_and_is_not_seen_is_as_what_is_not_here)
{
	struct town t;
	struct issue_result about, answer;
	town_make(&t, *state);
	comes(&t, &t.b, "warning", NULL, &about);
	guest_writes(t.h, &t.b, "warning", &about.id, NULL, &answer);
	share(&t, &answer, "alpha", "");
	for (int i = 0; i < 2; i++) {
		json_t *o = shown(&t, i == 0 ? &t.ann : view_node(), answer.num),
		       *re = json_array_get(json_object_get(o, "re"), 0);
		assert_true(json_is_true(json_object_get(re, "dangling")) == (i == 0));
		assert_null(json_object_get(re, "rule"));
		json_decref(o);
	}
	town_free(&t);
}

HOME_TEST(the_first_opening_and_all_lines_that_were_shown_are_kept_for_each_account)
{
	struct town t;
	struct issue_result r;
	char id[2 * SHA256_SIZE + 1];
	town_make(&t, *state);
	comes(&t, &t.b, "warning", NULL, &r);
	hex_encode(r.id.b, SHA256_SIZE, id);
	ok(access_opened(&t.h->desk, &t.bob, r.num, id, "advice threat.summary"));
	ok(access_opened(&t.h->desk, &t.bob, r.num, id, "threat.summary attachment.1"));
	assert_int_equal(events_of(t.h, "statement opened"), 1);
	json_t *o = shown(&t, &t.bob, r.num), *known = json_object_get(o, "known"), *opened = json_object_get(known, "opened"),
	       *lines = json_object_get(json_array_get(opened, 0), "lines");
	assert_int_equal(json_array_size(opened), 1);
	assert_int_equal(json_array_size(lines), 3);
	assert_string_not_equal(json_string_value(json_object_get(known, "accepted_at")), "");
	assert_null(json_object_get(json_array_get(opened, 0), "account"));
	json_decref(o);
	struct view looks = reader(&t, "looks", "desk", ROLE_INSPECTOR, NULL, 0);
	o = shown(&t, &looks, r.num);
	opened = json_object_get(json_object_get(o, "known"), "opened");
	assert_string_equal(json_string_value(json_object_get(json_array_get(opened, 0), "account")), "bob");
	json_decref(o);
	town_free(&t);
}

HOME_TEST(events_are_told_to_who_sees_what_they_are_about)
{
	struct town t;
	struct issue_result r;
	struct snapshot *read;
	bool told;
	static const struct {
		const char *kind;
		bool told;
	} others[] = { { "partner added", true }, { "policy changed", true }, { "account created", false }, { "anything new", false } };
	town_make(&t, *state);
	comes(&t, &t.b, "warning", NULL, &r);
	ok(snapshot_open(t.h->desk.store, &read));
	ok(access_event(read, &t.bob, "statement accepted", r.num, "", &told));
	assert_true(told);
	ok(access_event(read, &t.ann, "statement accepted", r.num, "", &told));
	assert_false(told);
	/* Of a draft only whoever sees the draft, and not whoever sees what it is about. */
	ok(access_event(read, &t.bob, "draft rests on retracted", r.num, "0011223344556677", &told));
	assert_false(told);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		ok(access_event(read, &t.ann, others[i].kind, 0, "", &told));
		assert_true(told == others[i].told);
	}
	snapshot_close(read);
	town_free(&t);
}

struct told {
	struct town *t;
	struct snapshot *read;
	const struct view *view;
	struct buf out;
};

static bool add_told(void *arg, const struct audit_row *row)
{
	struct told *o = arg;
	bool told, detail;
	ok(audit_told(o->read, o->view, row, &told, &detail));
	if (told && strcmp(row->subject, "row") != 0 && row->detail[0] == '#')
		buf_printf(&o->out, "%c%s", row->detail[1], detail ? "" : "-");
	return true;
}

/* The letters of the rows that V is told, "-" behind one without its detail. */
static void trail_is(struct town *t, const struct view *v, const char *want)
{
	struct told o = { .t = t, .view = v };
	buf_init(&o.out, 4096);
	ok(snapshot_open(t->h->desk.store, &o.read));
	ok(audit_from(o.read, 0, 100000, add_told, &o));
	snapshot_close(o.read);
	buf_add_char(&o.out, 0);
	assert_string_equal((char *)o.out.p, want);
	buf_free(&o.out);
}

HOME_TEST(the_audit_trail_is_shown_by_unit_and_by_what_its_reader_sees)
{
	struct town t;
	struct issue_result b, secret;
	char id[2 * SHA256_SIZE + 1], hidden[2 * SHA256_SIZE + 1], words[200];
	static const char *const onyx[] = { "onyx" };
	town_make(&t, *state);
	struct view looks = reader(&t, "looks", "desk", ROLE_INSPECTOR, NULL, 0), keeps = reader(&t, "keeps", "bravo", ROLE_PROTECTION, NULL, 0),
		    in = reader(&t, "in", "bravo", ROLE_ANALYST, onyx, 1);
	comes(&t, &t.b, "warning", NULL, &b);
	guest_writes(t.h, &t.b, "warning", NULL, NULL, &secret);
	share(&t, &secret, "bravo", "onyx");
	hex_encode(b.id.b, SHA256_SIZE, id);
	hex_encode(secret.id.b, SHA256_SIZE, hidden);
	const struct desk *d = &t.h->desk;
	ok(audit_note(d, &t.bob, "read", id, "#a"));
	ok(audit_note(d, &t.ann, "refused", id, "#b"));
	ok(audit_note(d, &in, "read", hidden, "#c"));
	ok(audit_note(d, &t.bob, "refused", hidden, "#d"));
	ok(audit_note(d, &t.ann, "policy.set", "zone", "#e"));
	snprintf(words, sizeof words, "#f boats; shown: %.16s %.16s", id, hidden);
	ok(audit_note(d, &in, "search", "", words));
	snprintf(words, sizeof words, "#g boats; shown: %.16s", id);
	ok(audit_note(d, &in, "search", "", words));
	ok(audit_note(d, &keeps, "search", "", "#h boats; shown: nothing"));
	trail_is(&t, view_node(), "abcdefgh");
	looks = view_as(t.h, "looks");
	trail_is(&t, &looks, "abdef-gh");
	trail_is(&t, &keeps, "adh");
	town_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(what_is_not_seen_is_refused_in_the_same_words_as_what_is_not_there),
		home_test(a_statement_is_found_by_the_beginning_of_its_id_by_who_sees_it),
		home_test(a_list_holds_what_each_scope_sees_newest_first_each_once),
		home_test(what_is_in_a_compartment_is_seen_by_who_is_read_into_it_and_by_no_other_inspector),
		home_test(what_one_writes_belongs_to_one_compartment_at_most),
		home_test(what_is_shown_leaves_out_answers_and_numbers_that_are_not_to_be_seen),
		home_test(what_it_refers_to_and_is_not_seen_is_as_what_is_not_here),
		home_test(the_first_opening_and_all_lines_that_were_shown_are_kept_for_each_account),
		home_test(events_are_told_to_who_sees_what_they_are_about),
		home_test(the_audit_trail_is_shown_by_unit_and_by_what_its_reader_sees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
