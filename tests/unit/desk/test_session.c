#include "desk/people.h"

#include "desk/password.h"
#include "desk/totp.h"

#define START (INT64_C(1700000000) * CLOCK_SECOND)
#define MINUTE (60 * CLOCK_SECOND)
#define HOUR (60 * MINUTE)

static enum tocsin_err login(struct home *h, const char *name, const char *password, const char *code, int64_t now,
	struct hash *id, int64_t *wait)
{
	struct session_made made;
	enum tocsin_err err = session_login(&h->desk, name, password, code, "test", now, &made, wait);
	if (err == TOCSIN_OK)
		assert_true(session_key(bytes_str(made.token), id));
	else
		assert_string_equal(made.token, "");
	return err;
}

static void made(struct home *h)
{
	ok(account_made(h, "boss", NULL, ROLE_ADMIN, NULL));
	ok(account_made(h, "ann", NULL, ROLE_ANALYST, PASSWORD));
}

HOME_TEST(a_right_password_gives_a_session_that_has_the_accounts_view)
{
	struct home *h = *state;
	struct hash id, other;
	struct view v;
	int64_t wait;
	made(h);
	ok(login(h, "ann", PASSWORD, "", START, &id, &wait));
	ok(login(h, "ann", PASSWORD, "", START, &other, &wait));
	assert_false(hash_equal(&id, &other));
	ok(view_by(h, &id, START, true, &v));
	assert_string_equal(v.account, "ann");
	assert_string_equal(v.function, "analyst");
	assert_string_equal(v.unit, "desk");
	assert_int_equal(v.roles, ROLE_ANALYST);
	assert_false(v.everything);
	/* What is in the database is not what opens it. */
	fails(view_by(h, &(struct hash){ { 1 } }, START, true, &v), TOCSIN_MISSING, "not valid");
	assert_int_equal(v.roles, 0);
}

HOME_TEST(a_wrong_name_a_wrong_password_and_a_locked_account_get_one_answer)
{
	struct home *h = *state;
	struct hash id;
	struct view boss;
	int64_t wait;
	char first[512];
	made(h);
	ok(account_made(h, "eve", NULL, ROLE_ANALYST, PASSWORD));
	boss = view_as(h, "boss");
	ok(account_edit(&h->desk, &boss, "eve", &(struct account_edit){ .state = "locked" }));
	assert_int_equal(login(h, "ann", "wrong wrong wrong", "", START, &id, &wait), TOCSIN_REFUSED);
	snprintf(first, sizeof first, "%s", fail_sentence());
	static const char *const tries[][2] = { { "nobody", PASSWORD }, { "eve", PASSWORD }, { "boss", "" }, { "", "" },
		{ "ann", "" }, { "ann ", PASSWORD }, { "operator", PASSWORD }, { "Ann", PASSWORD } };
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		assert_int_equal(login(h, tries[i][0], tries[i][1], "", START, &id, &wait), TOCSIN_REFUSED);
		assert_string_equal(fail_sentence(), first);
	}
}

/* How often NAME may be tried at once, and how long each wait behind that is: at the moment before its end it is not over. */
static void waits(struct home *h, const char *name, int64_t *now, const int64_t *want, size_t n)
{
	struct hash id;
	int64_t wait;
	for (int i = 0; i < 4; i++)
		assert_int_equal(login(h, name, "wrong wrong wrong", "", *now, &id, &wait), TOCSIN_REFUSED);
	for (size_t i = 0; i < n; i++) {
		fails(login(h, name, PASSWORD, "", *now, &id, &wait), TOCSIN_LATER, "too many wrong tries under this name");
		assert_int_equal(wait, want[i]);
		*now += wait * CLOCK_SECOND - 1;
		assert_int_equal(login(h, name, PASSWORD, "", *now, &id, &wait), TOCSIN_LATER);
		*now += 1;
		assert_int_equal(login(h, name, "wrong wrong wrong", "", *now, &id, &wait), TOCSIN_REFUSED);
	}
}

HOME_TEST(each_wrong_try_doubles_the_wait_of_its_name_whether_there_is_such_an_account_or_not)
{
	struct home *h = *state;
	static const int64_t want[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900 };
	struct hash id;
	int64_t wait, now = START, other = START;
	made(h);
	waits(h, "ann", &now, want, sizeof want / sizeof *want);
	waits(h, "nobody", &other, want, sizeof want / sizeof *want);
	/* It is hers alone. */
	fails(login(h, "boss", "wrong wrong wrong", "", now, &id, &wait), TOCSIN_REFUSED, "is wrong");
	/* The right one waits as well, and is taken then; what was wrong is forgotten. */
	fails(login(h, "ann", PASSWORD, "", now, &id, &wait), TOCSIN_LATER, "wait 900 s");
	now += 900 * CLOCK_SECOND;
	ok(login(h, "ann", PASSWORD, "", now, &id, &wait));
	fails(login(h, "ann", "wrong wrong wrong", "", now, &id, &wait), TOCSIN_REFUSED, "is wrong");
}

HOME_TEST(wrong_tries_are_forgotten_by_an_administrator_and_outlast_a_restart)
{
	struct home *h = *state;
	struct hash id;
	int64_t wait;
	made(h);
	for (int i = 0; i < 4; i++)
		assert_int_equal(login(h, "ann", "wrong wrong wrong", "", START, &id, &wait), TOCSIN_REFUSED);
	home_again(h);
	assert_int_equal(login(h, "ann", PASSWORD, "", START, &id, &wait), TOCSIN_LATER);
	struct view boss = view_as(h, "boss");
	ok(account_edit(&h->desk, &boss, "ann", &(struct account_edit){ .state = "active" }));
	ok(login(h, "ann", PASSWORD, "", START, &id, &wait));
}

HOME_TEST(a_session_ends_without_requests_and_after_its_longest_time_in_any_case)
{
	struct home *h = *state;
	struct hash id;
	struct view v;
	int64_t wait, now = START;
	made(h);
	ok(login(h, "ann", PASSWORD, "", now, &id, &wait));
	ok(view_by(h, &id, now + HOUR - 1, false, &v));
	fails(view_by(h, &id, now + HOUR, false, &v), TOCSIN_MISSING, "log in again");
	/* Each request moves the first end, but not the second. */
	for (int i = 0; i < 23; i++) {
		now += 30 * MINUTE;
		ok(view_by(h, &id, now, true, &v));
		home_again(h);          /* the note of it is on the disk */
	}
	ok(view_by(h, &id, START + 12 * HOUR - 1, true, &v));
	fails(view_by(h, &id, START + 12 * HOUR, true, &v), TOCSIN_MISSING, "log in again");
}

HOME_TEST(whoever_logs_out_or_is_locked_or_removed_is_refused_at_once)
{
	struct home *h = *state;
	struct hash id, other;
	struct view v, boss;
	int64_t wait;
	made(h);
	boss = view_as(h, "boss");
	ok(login(h, "ann", PASSWORD, "", START, &id, &wait));
	ok(login(h, "ann", PASSWORD, "", START, &other, &wait));
	ok(view_by(h, &id, START, false, &v));
	ok(session_logout(&h->desk, &v, &id));
	fails(view_by(h, &id, START, false, &v), TOCSIN_MISSING, "log in again");
	ok(view_by(h, &other, START, false, &v));
	ok(account_edit(&h->desk, &boss, "ann", &(struct account_edit){ .state = "locked" }));
	fails(view_by(h, &other, START, false, &v), TOCSIN_MISSING, "log in again");
	ok(account_edit(&h->desk, &boss, "ann", &(struct account_edit){ .state = "active" }));
	/* It does not come back. */
	fails(view_by(h, &other, START, false, &v), TOCSIN_MISSING, "log in again");
	ok(login(h, "ann", PASSWORD, "", START, &id, &wait));
	ok(account_edit(&h->desk, &boss, "ann", &(struct account_edit){ .state = "removed" }));
	fails(view_by(h, &id, START, false, &v), TOCSIN_MISSING, "log in again");
	fails(login(h, "ann", PASSWORD, "", START, &id, &wait), TOCSIN_REFUSED, "is wrong");
}

HOME_TEST(a_new_password_ends_the_other_sessions_and_the_old_one)
{
	struct home *h = *state;
	struct hash id, other;
	struct view v;
	int64_t wait;
	made(h);
	ok(login(h, "ann", PASSWORD, "", START, &id, &wait));
	ok(login(h, "ann", PASSWORD, "", START, &other, &wait));
	ok(view_by(h, &id, START, false, &v));
	fails(account_set_password(&h->desk, &v, &id, "ann", "wrong wrong wrong", "another good one", START), TOCSIN_REFUSED,
		"account.password");
	fails(account_set_password(&h->desk, &v, &id, "ann", PASSWORD, "short", START), TOCSIN_BAD, "at least 12 characters");
	fails(account_set_password(&h->desk, &v, &id, "boss", PASSWORD, "another good one", START), TOCSIN_REFUSED, "role.right");
	ok(account_set_password(&h->desk, &v, &id, "ann", PASSWORD, "another good one", START));
	ok(view_by(h, &id, START, false, &v));
	fails(view_by(h, &other, START, false, &v), TOCSIN_MISSING, "log in again");
	fails(login(h, "ann", PASSWORD, "", START, &other, &wait), TOCSIN_REFUSED, "is wrong");
	ok(login(h, "ann", "another good one", "", START, &other, &wait));
}

HOME_TEST(sixteen_sessions_and_the_one_that_was_used_least_lately_gives_way)
{
	struct home *h = *state;
	struct hash id[SESSION_MOST + 1];
	struct view v;
	int64_t wait;
	made(h);
	for (int i = 0; i < SESSION_MOST; i++)
		ok(login(h, "ann", PASSWORD, "", START + i, &id[i], &wait));
	ok(view_by(h, &id[0], START + 10 * MINUTE, true, &v));
	home_again(h);
	ok(login(h, "ann", PASSWORD, "", START + 10 * MINUTE, &id[SESSION_MOST], &wait));
	ok(view_by(h, &id[0], START + 10 * MINUTE, false, &v));
	fails(view_by(h, &id[1], START + 10 * MINUTE, false, &v), TOCSIN_MISSING, "log in again");
	for (int i = 2; i <= SESSION_MOST; i++)
		ok(view_by(h, &id[i], START + 10 * MINUTE, false, &v));
}

/* ---- tokens ---- */

static enum tocsin_err token(struct home *h, const struct view *v, const struct hash *by, unsigned scopes, int64_t until,
	struct hash *id)
{
	struct session_made m;
	enum tocsin_err err = session_token(&h->desk, v, by, "a program", scopes, until, START, &m);
	if (err == TOCSIN_OK)
		assert_true(session_key(bytes_str(m.token), id));
	return err;
}

HOME_TEST(a_token_has_an_end_and_no_more_scopes_or_time_than_what_made_it)
{
	struct home *h = *state;
	struct hash id, reader, maker, made_by;
	struct view v, r;
	int64_t wait;
	made(h);
	ok(login(h, "ann", PASSWORD, "", START, &id, &wait));
	ok(view_by(h, &id, START, false, &v));
	fails(token(h, &v, &id, TOKEN_READ, START, &reader), TOCSIN_REFUSED, "token.end");
	fails(token(h, &v, &id, TOKEN_READ, START + 366 * 24 * HOUR, &reader), TOCSIN_REFUSED, "token.end");
	fails(token(h, &v, &id, 0, START + HOUR, &reader), TOCSIN_REFUSED, "token.scope");
	fails(token(h, &v, &id, 8, START + HOUR, &reader), TOCSIN_REFUSED, "token.scope");
	ok(token(h, &v, &id, TOKEN_READ, START + 30 * 24 * HOUR, &reader));
	/* It does not end without requests, but at its end. */
	ok(view_by(h, &reader, START + 30 * 24 * HOUR - 1, false, &r));
	assert_int_equal(r.token, TOKEN_READ);
	assert_string_equal(r.account, "ann");
	fails(view_by(h, &reader, START + 30 * 24 * HOUR, false, &r), TOCSIN_MISSING, "log in again");
	ok(view_by(h, &reader, START, false, &r));
	fails(token(h, &r, &reader, TOKEN_READ | TOKEN_ISSUE, START + HOUR, &made_by), TOCSIN_REFUSED, "token.scope");
	ok(token(h, &v, &id, TOKEN_READ | TOKEN_ADMIN, START + 10 * HOUR, &maker));
	ok(view_by(h, &maker, START, false, &r));
	fails(token(h, &r, &maker, TOKEN_READ, START + 10 * HOUR + 1, &made_by), TOCSIN_REFUSED, "token.end");
	ok(token(h, &r, &maker, TOKEN_READ, START + 10 * HOUR, &made_by));
}

HOME_TEST(an_account_has_at_most_sixteen_tokens_and_ends_each_by_its_name)
{
	struct home *h = *state;
	struct hash id, one;
	struct view v, boss;
	struct snapshot *r;
	json_t *shown;
	char name[SESSION_ID + 1];
	int64_t wait;
	made(h);
	boss = view_as(h, "boss");
	ok(login(h, "ann", PASSWORD, "", START, &id, &wait));
	ok(view_by(h, &id, START, false, &v));
	for (int i = 0; i < SESSION_MOST; i++)
		ok(token(h, &v, &id, TOKEN_READ, START + HOUR, &one));
	fails(token(h, &v, &id, TOKEN_READ, START + HOUR, &one), TOCSIN_REFUSED, "token.limit");
	ok(snapshot_open(h->desk.store, &r));
	ok(session_show(&h->desk, r, &v, "ann", &id, START, &shown));
	snapshot_close(r);
	assert_int_equal(json_array_size(json_object_get(shown, "items")), SESSION_MOST + 1);
	json_decref(shown);
	hex_encode(one.b, SESSION_ID / 2, name);
	fails(session_end(&h->desk, &v, "boss", name), TOCSIN_REFUSED, "role.right");
	fails(session_end(&h->desk, &v, "ann", "0000000000000000"), TOCSIN_MISSING, "no session or token");
	ok(session_end(&h->desk, &boss, "ann", name));
	fails(view_by(h, &one, START, false, &v), TOCSIN_MISSING, "log in again");
	ok(view_by(h, &id, START, false, &v));
	ok(token(h, &v, &id, TOKEN_READ, START + HOUR, &one));
}

/* ---- second factors ---- */

static void code_at(const uint8_t *secret, int64_t now, char code[TOTP_DIGITS + 1])
{
	snprintf(code, TOTP_DIGITS + 1, "%06u", totp_code(bytes_of(secret, TOTP_SECRET), (uint64_t)(now / (30 * CLOCK_SECOND)), 6) % 1000000);
}

HOME_TEST(with_a_second_factor_each_code_opens_once)
{
	struct home *h = *state;
	uint8_t secret[TOTP_SECRET] = "a secret of twenty b";
	char text[TOTP_TEXT + 1], code[TOTP_DIGITS + 1], next[TOTP_DIGITS + 1];
	struct hash id;
	struct view v, boss;
	int64_t wait, now = START;
	made(h);
	boss = view_as(h, "boss");
	v = view_as(h, "ann");
	totp_write(secret, text);
	fails(account_set_totp(&h->desk, &v, text, "000000", now), TOCSIN_REFUSED, "not the code of that secret");
	fails(account_set_totp(&h->desk, &v, "short", "000000", now), TOCSIN_BAD, "base32");
	code_at(secret, now, code);
	ok(account_set_totp(&h->desk, &v, text, code, now));
	/* The one that set it up is used up. */
	fails(login(h, "ann", PASSWORD, code, now, &id, &wait), TOCSIN_REFUSED, "is wrong");
	fails(login(h, "ann", PASSWORD, "", now, &id, &wait), TOCSIN_REFUSED, "is wrong");
	code_at(secret, now + 30 * CLOCK_SECOND, next);
	ok(login(h, "ann", PASSWORD, next, now, &id, &wait));
	now += 60 * CLOCK_SECOND;
	fails(login(h, "ann", PASSWORD, next, now, &id, &wait), TOCSIN_REFUSED, "is wrong");
	code_at(secret, now, code);
	fails(login(h, "ann", "wrong wrong wrong", code, now, &id, &wait), TOCSIN_REFUSED, "is wrong");
	ok(login(h, "ann", PASSWORD, code, now, &id, &wait));
	/* Another one only when this one is taken away, by a code of it or by an administrator. */
	fails(account_set_totp(&h->desk, &v, text, code, now), TOCSIN_REFUSED, "has a second factor already");
	now += 60 * CLOCK_SECOND;
	fails(account_drop_totp(&h->desk, &v, "ann", "000000", now), TOCSIN_REFUSED, "account.password");
	fails(account_drop_totp(&h->desk, &v, "boss", "000000", now), TOCSIN_REFUSED, "role.right");
	ok(account_drop_totp(&h->desk, &boss, "ann", NULL, now));
	ok(login(h, "ann", PASSWORD, "", now, &id, &wait));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(a_right_password_gives_a_session_that_has_the_accounts_view),
		home_test(a_wrong_name_a_wrong_password_and_a_locked_account_get_one_answer),
		home_test(each_wrong_try_doubles_the_wait_of_its_name_whether_there_is_such_an_account_or_not),
		home_test(wrong_tries_are_forgotten_by_an_administrator_and_outlast_a_restart),
		home_test(a_session_ends_without_requests_and_after_its_longest_time_in_any_case),
		home_test(whoever_logs_out_or_is_locked_or_removed_is_refused_at_once),
		home_test(a_new_password_ends_the_other_sessions_and_the_old_one),
		home_test(sixteen_sessions_and_the_one_that_was_used_least_lately_gives_way),
		home_test(a_token_has_an_end_and_no_more_scopes_or_time_than_what_made_it),
		home_test(an_account_has_at_most_sixteen_tokens_and_ends_each_by_its_name),
		home_test(with_a_second_factor_each_code_opens_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
