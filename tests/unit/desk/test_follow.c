#include "home.h"

#include <signal.h>
#include <sys/wait.h>

#include "desk/follow.h"
#include "store/rows_access.h"

static size_t follow_all(struct home *h)
{
	size_t all = 0, done;
	do {
		ok(follow_some(&h->desk, 1000, &done));
		all += done;
	} while (done > 0);
	return all;
}

/* "unit/compartment+" for each scope that sees NUM, in the order of their numbers, the inspectors' behind; + where whole. */
static bool scope_words(void *arg, const struct share_row *row)
{
	struct buf *out = arg;
	buf_printf(&out[strcmp(row->unit, "*") == 0], "%s/%s%s ", row->unit, row->compartment, row->whole ? "+" : "");
	return true;
}

static void seen_by(struct home *h, int64_t num, const char *want)
{
	struct snapshot *r;
	struct buf out[2];
	buf_init(&out[0], 4096);
	buf_init(&out[1], 4096);
	ok(snapshot_open(h->desk.store, &r));
	ok(share_of(r, num, 100, scope_words, out));
	snapshot_close(r);
	buf_add_bytes(&out[0], buf_bytes(&out[1]));
	buf_add_char(&out[0], 0);
	assert_string_equal((char *)out[0].p, want);
	buf_free(&out[0]);
	buf_free(&out[1]);
}

static void shared_with(struct home *h, int64_t num, const char *unit, const char *compartment)
{
	struct snapshot *r;
	struct change *c = change_new();
	ok(snapshot_open(h->desk.store, &r));
	change_scope_add(c, unit, compartment);
	change_share(c, unit, compartment, "", num, false);
	snapshot_close(r);
	ok(store_commit(h->desk.store, c, NULL, NULL));
}

HOME_TEST(what_comes_in_is_seen_by_the_unit_of_intake_and_by_inspectors)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	guest_meets(h, &g, "south.example");
	guest_writes(h, &g, "warning", NULL, NULL, &r);
	assert_int_equal(follow_all(h), 1);
	seen_by(h, r.num, "desk/ */ ");
	assert_int_equal(follow_all(h), 0);
	guest_free(&g);
}

HOME_TEST(a_route_takes_a_partner_to_its_unit)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	guest_meets(h, &g, "south.example");
	fails(policy_set(&h->desk, view_node(), "unit.route", "west.example=west south.example=crisis"), TOCSIN_MISSING, "no unit west");
	fails(policy_set(&h->desk, view_node(), "unit.intake", "front"), TOCSIN_MISSING, "no unit front");
	home_unit(h, "west");
	home_unit(h, "crisis");
	home_unit(h, "front");
	ok(policy_set(&h->desk, view_node(), "unit.route", "west.example=west south.example=crisis"));
	ok(policy_set(&h->desk, view_node(), "unit.intake", "front"));
	guest_writes(h, &g, "warning", NULL, NULL, &r);
	follow_all(h);
	seen_by(h, r.num, "crisis/ */ ");
	fails(policy_set(&h->desk, view_node(), "unit.route", "south.example"), TOCSIN_BAD, "PARTNER=UNIT");
	fails(policy_set(&h->desk, view_node(), "unit.route", "south.example=*"), TOCSIN_BAD, "PARTNER=UNIT");
	fails(policy_set(&h->desk, view_node(), "unit.intake", "*"), TOCSIN_BAD, "no name of a unit");
	guest_free(&g);
}

HOME_TEST(a_route_is_found_by_the_whole_name)
{
	(void)state;
	char unit[LIMIT_ACCOUNT + 1];
	access_route("south.example=a", "south.example", "desk", unit);
	assert_string_equal(unit, "a");
	access_route("south.example.org=a", "south.example", "desk", unit);
	assert_string_equal(unit, "desk");
	access_route("xsouth.example=a south.exampl=b", "south.example", "desk", unit);
	assert_string_equal(unit, "desk");
	access_route("", "south.example", "desk", unit);
	assert_string_equal(unit, "desk");
}

HOME_TEST(an_answer_goes_where_its_question_is_and_not_to_the_unit_of_intake)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result ours, theirs;
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &ours);
	shared_with(h, ours.num, "border", "sources");
	guest_writes(h, &g, "response", &ours.id, NULL, &theirs);
	assert_int_equal(follow_all(h), 2);
	seen_by(h, ours.num, "border/sources ");
	seen_by(h, theirs.num, "border/sources */sources ");
	guest_free(&g);
}

HOME_TEST(an_answer_to_what_nobody_knows_goes_to_intake)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	struct hash unknown = sha256(BYTES_LIT("nothing that is here"));
	guest_meets(h, &g, "south.example");
	guest_writes(h, &g, "response", &unknown, NULL, &r);
	follow_all(h);
	seen_by(h, r.num, "desk/ */ ");
	guest_free(&g);
}

HOME_TEST(closed_lines_of_our_own_are_for_the_unit_that_wrote_it)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result ours, later;
	struct body_field reason = { "reason", VALUE("\"it was wrong\""), true };
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &ours);
	follow_all(h);
	seen_by(h, ours.num, "desk/+ */+ ");
	/* Another unit that was told sees what is said about it later, but not what was kept closed. */
	shared_with(h, ours.num, "border", "");
	ok(issue_about(h, "retraction", "south.example", &ours.id, &reason, &later));
	follow_all(h);
	seen_by(h, later.num, "desk/+ border/ */+ ");
	guest_free(&g);
}

HOME_TEST(an_answer_in_the_same_batch_as_its_question_is_followed_behind_it)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result ours, theirs;
	size_t done;
	guest_meets(h, &g, "south.example");
	home_unit(h, "elsewhere");
	home_unit(h, "first");
	home_unit(h, "second");
	ok(policy_set(&h->desk, view_node(), "unit.intake", "elsewhere"));
	issue_warning(h, "south.example", &ours);
	guest_writes(h, &g, "response", &ours.id, NULL, &theirs);
	ok(policy_set(&h->desk, view_node(), "unit.intake", "first"));
	ok(follow_some(&h->desk, 64, &done));
	assert_int_equal(done, 1);
	ok(policy_set(&h->desk, view_node(), "unit.intake", "second"));
	ok(follow_some(&h->desk, 64, &done));
	assert_int_equal(done, 1);
	seen_by(h, theirs.num, "first/ */ ");
	guest_free(&g);
}

/* ---- exactly once ---- */

/* The child: follows until it is killed. */
static void child_follows(struct home *h)
{
	struct desk d = h->desk;
	size_t done;
	d.directory = NULL;
	if (store_open(h->db, &d.store) != TOCSIN_OK || policy_open(d.store, &d.policy) != TOCSIN_OK)
		_exit(1);
	for (;;)
		if (follow_some(&d, 3, &done) != TOCSIN_OK)
			_exit(2);
}

static bool count_scopes(void *arg, const struct share_row *row)
{
	(void)row;
	++*(size_t *)arg;
	return true;
}

HOME_TEST(each_statement_is_followed_exactly_once_over_kills)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	enum { N = 240 };
	guest_meets(h, &g, "south.example");
	for (int i = 0; i < N; i++)
		issue_warning(h, "south.example", &r);
	int64_t at = 0, last = last_num(h);
	assert_int_equal(last, N);
	size_t kills = 0;
	for (int round = 0; at < last && round < 200; round++) {
		policy_free(h->desk.policy);
		directory_free(h->desk.directory);
		h->desk.directory = NULL;
		store_close(h->desk.store);
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			child_follows(h);
		usleep((useconds_t)(15000 + round * 1700));
		kill(pid, SIGKILL);
		int status;
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		kills++;
		ok(store_open(h->db, &h->desk.store));
		ok(policy_open(h->desk.store, &h->desk.policy));
		struct snapshot *s;
		ok(snapshot_open(h->desk.store, &s));
		ok(followed_last(s, &at));
		/* What is derived is there for all that were followed, and for no other. */
		for (int64_t num = 1; num <= last; num++) {
			size_t n = 0;
			ok(share_of(s, num, 100, count_scopes, &n));
			assert_int_equal(n, num <= at ? 2 : 0);
		}
		snapshot_close(s);
	}
	assert_int_equal(at, last);
	assert_true(kills > 1);
	ok(directory_open(h->desk.store, h->desk.name, &h->desk.directory));
	guest_free(&g);
}

HOME_TEST(a_statement_that_was_followed_is_not_followed_again_by_who_did_not_know)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	follow_all(h);
	struct change *c = change_new();
	change_followed(c, 0, 1);
	fails(store_commit(h->desk.store, c, NULL, NULL), TOCSIN_LATER, "followed already");
	c = change_new();
	change_followed(c, 1, 2);
	ok(store_commit(h->desk.store, c, NULL, NULL));
	guest_free(&g);
}

HOME_TEST(a_damaged_statement_stops_the_following_and_is_told)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	size_t done;
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	struct change *c = change_new();
	change_statement(c, &(struct statement_row){ .id = sha256(BYTES_LIT("x")), .at = 5, .kind = "warning",
		.peer = "south.example", .note = BYTES_LIT("no note"), .body = BYTES_LIT("x"), .opened = BYTES_LIT("") });
	ok(store_commit(h->desk.store, c, NULL, NULL));
	fails(follow_some(&h->desk, 64, &done), TOCSIN_BROKEN, "a stored statement");
	assert_int_equal(done, 1);
	struct follow *f;
	char trouble[400] = "";
	ok(follow_start(&h->desk, &f));
	for (int i = 0; i < 500 && trouble[0] == 0; i++) {
		usleep(10000);
		follow_trouble(f, trouble, sizeof trouble);
	}
	follow_stop(f);
	assert_non_null(strstr(trouble, "a stored statement"));
	guest_free(&g);
}

HOME_TEST(the_thread_follows_what_comes_while_it_runs)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	struct follow *f;
	int64_t at = 0;
	guest_meets(h, &g, "south.example");
	ok(follow_start(&h->desk, &f));
	issue_warning(h, "south.example", &r);
	for (int i = 0; i < 500 && at == 0; i++) {
		struct snapshot *s;
		usleep(10000);
		ok(snapshot_open(h->desk.store, &s));
		ok(followed_last(s, &at));
		snapshot_close(s);
	}
	follow_stop(f);
	assert_int_equal(at, 1);
	seen_by(h, r.num, "desk/+ */+ ");
	guest_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(what_comes_in_is_seen_by_the_unit_of_intake_and_by_inspectors),
		home_test(a_route_takes_a_partner_to_its_unit),
		home_test(a_route_is_found_by_the_whole_name),
		home_test(an_answer_goes_where_its_question_is_and_not_to_the_unit_of_intake),
		home_test(an_answer_to_what_nobody_knows_goes_to_intake),
		home_test(closed_lines_of_our_own_are_for_the_unit_that_wrote_it),
		home_test(an_answer_in_the_same_batch_as_its_question_is_followed_behind_it),
		home_test(each_statement_is_followed_exactly_once_over_kills),
		home_test(a_statement_that_was_followed_is_not_followed_again_by_who_did_not_know),
		home_test(a_damaged_statement_stops_the_following_and_is_told),
		home_test(the_thread_follows_what_comes_while_it_runs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
