#include "home.h"

#include "desk/strangers.h"

static enum tocsin_err taken(struct home *h, struct guest *g)
{
	return strangers_take(&h->desk, buf_bytes(&g->chain), STRANGER_ITSELF, "", clock_now());
}

static void set(struct home *h, const char *name, const char *value)
{
	ok(policy_set(&h->desk, view_node(), name, value));
}

static bool is_stranger(struct home *h, const char *name)
{
	const struct peer *p = directory_any(h->desk.directory, name);
	bool is = p != NULL && p->state == PEER_STRANGER;
	peer_release(p);
	return is;
}

static void follow_all(struct home *h)
{
	size_t done;
	do
		ok(follow_some(&h->desk, 64, &done));
	while (done > 0);
}

/* WHO vouches for WHOM. */
static void vouches(struct home *h, struct guest *who, struct guest *whom)
{
	char name[LIMIT_NAME + 3], fp[2 * STATEMENT_FP + 3] = "\"", hex[2 * STATEMENT_FP + 1];
	struct party p;
	struct statement s;
	struct issue_result r;
	card_party(&whom->card, &p);
	hex_encode(p.fp, sizeof p.fp, hex);
	snprintf(name, sizeof name, "\"%s\"", p.name);
	snprintf(fp, sizeof fp, "\"%s\"", hex);
	const struct body_field field[] = { { "voucher.name", bytes_str(name), true }, { "voucher.fp", bytes_str(fp), true } };
	guest_says(h, who, "voucher", NULL, 0, &s);
	guest_stored(h, who, &s, field, 2, 0, &r);
	follow_all(h);
}

HOME_TEST(a_stranger_is_held_and_is_no_partner)
{
	struct home *h = *state;
	struct guest g;
	const struct peer *all[4];
	guest_new(&g, "stranger.example");
	ok(taken(h, &g));
	assert_true(is_stranger(h, "stranger.example"));
	assert_null(directory_find(h->desk.directory, "stranger.example"));
	assert_int_equal(directory_all(h->desk.directory, all, 4), 0);
	assert_int_equal(directory_count(h->desk.directory), 0);
	assert_int_equal(directory_stranger_count(h->desk.directory), 1);
	ok(taken(h, &g));
	assert_int_equal(events_of(h, "stranger introduced"), 1);
	home_again(h);
	assert_true(is_stranger(h, "stranger.example"));
	assert_int_equal(directory_stranger_count(h->desk.directory), 1);
	guest_free(&g);
}

HOME_TEST(strangers_by_themselves_come_only_where_policy_lets_them_and_a_few_in_a_day)
{
	struct home *h = *state;
	struct guest g;
	set(h, "contact.strangers", "no");
	guest_new(&g, "first.example");
	fails(taken(h, &g), TOCSIN_MISSING, "first.example is not a partner");
	set(h, "contact.strangers", "yes");
	set(h, "contact.a-day", "2");
	ok(taken(h, &g));
	guest_free(&g);
	guest_new(&g, "second.example");
	ok(taken(h, &g));
	guest_free(&g);
	for (int i = 0; i < 10; i++) {
		char name[32];
		snprintf(name, sizeof name, "n%d.example", i);
		guest_new(&g, name);
		fails(taken(h, &g), TOCSIN_LATER, "no more cards");
		guest_free(&g);
	}
	assert_int_equal(directory_stranger_count(h->desk.directory), 2);
}

HOME_TEST(a_name_is_taken_by_the_first_identity_but_a_person_s_card_goes_before_it)
{
	struct home *h = *state;
	struct guest squatter, real;
	const char *what;
	guest_new(&squatter, "south.example");
	guest_new(&real, "south.example");
	ok(taken(h, &squatter));
	fails(taken(h, &real), TOCSIN_REFUSED, "another node calls itself south.example");
	ok(guest_shown(h, &real, true, &what));
	assert_int_equal(state_of(h, "south.example"), PEER_UNCONFIRMED);
	const struct peer *p = directory_find(h->desk.directory, "south.example");
	assert_true(vkey_same(&p->card->identity, &real.card.identity));
	peer_release(p);
	fails(taken(h, &squatter), TOCSIN_REFUSED, "another node calls itself");
	assert_int_equal(directory_stranger_count(h->desk.directory), 0);
	guest_free(&squatter);
	guest_free(&real);
}

HOME_TEST(the_chain_of_a_stranger_is_short)
{
	struct home *h = *state;
	struct guest g;
	guest_new(&g, "long.example");
	for (int i = 1; i < LIMIT_STRANGER_CARDS; i++)
		guest_card(&g);
	ok(taken(h, &g));
	guest_card(&g);
	fails(taken(h, &g), TOCSIN_REFUSED, "at most 64 cards");
	guest_free(&g);
}

HOME_TEST(a_confirmed_partner_s_voucher_lets_one_in_and_nobody_else_s_does)
{
	struct home *h = *state;
	struct guest partner, unconfirmed, wanted, twin;
	const char *what;
	set(h, "contact.strangers", "no");
	guest_meets(h, &partner, "south.example");
	guest_new(&unconfirmed, "west.example");
	ok(guest_shown(h, &unconfirmed, true, &what));
	guest_new(&wanted, "wanted.example");
	guest_new(&twin, "wanted.example");
	vouches(h, &unconfirmed, &wanted);
	fails(taken(h, &wanted), TOCSIN_MISSING, "not a partner");
	vouches(h, &partner, &wanted);
	fails(taken(h, &twin), TOCSIN_MISSING, "not a partner");
	home_state(h, "south.example", "distrusted");
	fails(taken(h, &wanted), TOCSIN_MISSING, "not a partner");
	home_state(h, "south.example", "confirmed");
	ok(taken(h, &wanted));
	assert_true(is_stranger(h, "wanted.example"));
	/* A voucher for a partner changes nothing of it. */
	vouches(h, &partner, &unconfirmed);
	ok(taken(h, &unconfirmed));
	assert_int_equal(state_of(h, "west.example"), PEER_UNCONFIRMED);
	guest_free(&partner);
	guest_free(&unconfirmed);
	guest_free(&wanted);
	guest_free(&twin);
}

HOME_TEST(a_partner_brings_no_more_than_its_quota)
{
	struct home *h = *state;
	struct guest partner, a, b;
	set(h, "contact.brought-a-day", "1");
	guest_meets(h, &partner, "south.example");
	guest_new(&a, "a.example");
	guest_new(&b, "b.example");
	vouches(h, &partner, &a);
	vouches(h, &partner, &b);
	ok(taken(h, &a));
	fails(taken(h, &b), TOCSIN_LATER, "as many as it may");
	guest_free(&partner);
	guest_free(&a);
	guest_free(&b);
}

HOME_TEST(people_adopt_a_stranger_or_drop_it)
{
	struct home *h = *state;
	struct guest g;
	guest_new(&g, "stranger.example");
	fails(strangers_adopt(&h->desk, view_node(), "stranger.example"), TOCSIN_MISSING, "no stranger");
	ok(taken(h, &g));
	ok(strangers_drop(&h->desk, view_node(), "stranger.example", "spam"));
	assert_false(is_stranger(h, "stranger.example"));
	ok(taken(h, &g));
	ok(strangers_adopt(&h->desk, view_node(), "stranger.example"));
	assert_int_equal(state_of(h, "stranger.example"), PEER_UNCONFIRMED);
	fails(strangers_drop(&h->desk, view_node(), "stranger.example", "spam"), TOCSIN_MISSING, "no stranger");
	home_again(h);
	assert_int_equal(state_of(h, "stranger.example"), PEER_UNCONFIRMED);
	guest_free(&g);
}

HOME_TEST(silent_strangers_go_by_themselves_and_those_that_sent_something_stay)
{
	struct home *h = *state;
	struct guest silent, said;
	struct issue_result r;
	int64_t next, day = 86400 * CLOCK_SECOND;
	guest_new(&silent, "silent.example");
	guest_new(&said, "said.example");
	ok(taken(h, &silent));
	ok(taken(h, &said));
	guest_writes(h, &said, "warning", NULL, NULL, &r);
	ok(strangers_expire(&h->desk, clock_now(), &next));
	assert_true(next > clock_now() + 29 * day && next < clock_now() + 31 * day);
	assert_true(is_stranger(h, "silent.example"));
	ok(strangers_expire(&h->desk, clock_now() + 31 * day, &next));
	assert_false(is_stranger(h, "silent.example"));
	assert_true(is_stranger(h, "said.example"));
	guest_free(&silent);
	guest_free(&said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(a_stranger_is_held_and_is_no_partner),
		home_test(strangers_by_themselves_come_only_where_policy_lets_them_and_a_few_in_a_day),
		home_test(a_name_is_taken_by_the_first_identity_but_a_person_s_card_goes_before_it),
		home_test(the_chain_of_a_stranger_is_short),
		home_test(a_confirmed_partner_s_voucher_lets_one_in_and_nobody_else_s_does),
		home_test(a_partner_brings_no_more_than_its_quota),
		home_test(people_adopt_a_stranger_or_drop_it),
		home_test(silent_strangers_go_by_themselves_and_those_that_sent_something_stay),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
