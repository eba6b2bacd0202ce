#include "home.h"

static void add_witness(struct home *h, const char *name)
{
	struct change *c = change_new();
	change_witness_add(c, name, clock_now());
	home_change(h, c, name);
}

static void set_quorum(struct home *h, const char *name, int64_t k)
{
	struct change *c = change_new();
	change_partner_quorum(c, name, k, clock_now());
	home_change(h, c, name);
}

HOME_TEST(a_node_finds_itself_and_nobody_else_when_it_is_new)
{
	struct home *h = *state;
	const struct peer *self = directory_self(h->desk.directory), *all[4];
	assert_non_null(self);
	assert_int_equal(self->state, PEER_SELF);
	assert_string_equal(self->name, HOME);
	assert_int_equal(self->card->seq, 1);
	assert_int_equal(self->recipient_n, 1);
	peer_release(self);
	assert_null(directory_find(h->desk.directory, "south.example"));
	assert_null(directory_find(h->desk.directory, ""));
	assert_int_equal(directory_all(h->desk.directory, all, 4), 0);
	assert_int_equal(directory_count(h->desk.directory), 0);
}

HOME_TEST(partners_are_listed_sorted_without_the_node_itself_and_at_most_as_many_as_there_is_room_for)
{
	struct home *h = *state;
	static const char *const names[] = { "zulu.example", "alpha.example", "oscar.example" };
	struct guest g[3];
	const struct peer *all[8];
	for (size_t i = 0; i < 3; i++)
		guest_meets(h, &g[i], names[i]);
	assert_int_equal(directory_all(h->desk.directory, all, 8), 3);
	assert_string_equal(all[0]->name, "alpha.example");
	assert_string_equal(all[1]->name, "oscar.example");
	assert_string_equal(all[2]->name, "zulu.example");
	for (size_t i = 0; i < 3; i++)
		peer_release(all[i]);
	assert_int_equal(directory_all(h->desk.directory, all, 2), 2);
	peer_release(all[0]);
	peer_release(all[1]);
	assert_int_equal(directory_all(h->desk.directory, all, 0), 0);
	assert_int_equal(directory_count(h->desk.directory), 3);
	for (size_t i = 0; i < 3; i++)
		guest_free(&g[i]);
}

HOME_TEST(an_entry_that_is_held_stays_as_it_was_while_a_reload_makes_a_new_one)
{
	struct home *h = *state;
	struct guest g;
	const char *what;
	guest_meets(h, &g, "south.example");
	const struct peer *held = directory_find(h->desk.directory, "south.example");
	assert_int_equal(held->state, PEER_CONFIRMED);
	assert_int_equal(held->card->seq, 1);
	guest_card(&g);
	ok(guest_shown(h, &g, false, &what));
	home_state(h, "south.example", "distrusted");
	const struct peer *now = directory_find(h->desk.directory, "south.example");
	assert_ptr_not_equal(held, now);
	assert_int_equal(now->state, PEER_DISTRUSTED);
	assert_int_equal(now->card->seq, 2);
	assert_int_equal(held->state, PEER_CONFIRMED);
	assert_int_equal(held->card->seq, 1);
	assert_int_equal(held->chain.n, 1);
	/* The old one even outlives its place. */
	struct change *c = change_new();
	change_partner_remove(c, "south.example");
	home_change(h, c, "south.example");
	assert_null(directory_find(h->desk.directory, "south.example"));
	assert_int_equal(directory_count(h->desk.directory), 0);
	assert_string_equal(held->card->name, "south.example");
	peer_release(held);
	assert_int_equal(now->card->seq, 2);
	peer_release(now);
	peer_release(NULL);
	guest_free(&g);
}

HOME_TEST(a_reload_reads_state_quorum_card_and_witness_as_the_store_has_them)
{
	struct home *h = *state;
	struct guest g;
	guest_meets(h, &g, "south.example");
	static const struct { const char *word; enum peer_state state; } states[] = {
		{ "unconfirmed", PEER_UNCONFIRMED }, { "confirmed", PEER_CONFIRMED }, { "distrusted", PEER_DISTRUSTED } };
	for (size_t i = 0; i < 3; i++) {
		home_state(h, "south.example", states[i].word);
		assert_int_equal(state_of(h, "south.example"), states[i].state);
		assert_string_equal(peer_state_name(states[i].state), states[i].word);
	}
	struct change *c = change_new();
	change_partner_card_known(c, "south.example", 7);
	home_change(h, c, "south.example");
	set_quorum(h, "south.example", 3);
	add_witness(h, "south.example");
	for (int again = 0; again < 2; again++) {
		const struct peer *p = directory_find(h->desk.directory, "south.example");
		assert_int_equal(p->quorum, 3);
		assert_int_equal(p->card_known, 7);
		assert_true(p->is_witness);
		assert_int_equal(p->state, PEER_DISTRUSTED);
		peer_release(p);
		home_again(h);
	}
	guest_free(&g);
}

HOME_TEST(reloading_a_name_that_nobody_has_changes_nothing_and_one_that_is_too_long_is_refused)
{
	struct home *h = *state;
	char name[LIMIT_NAME + 2];
	memset(name, 'a', sizeof name);
	name[LIMIT_NAME] = 0;
	ok(directory_reload(h->desk.directory, "nobody.example"));
	ok(directory_reload(h->desk.directory, name));
	assert_int_equal(directory_count(h->desk.directory), 0);
	name[LIMIT_NAME] = 'a';
	name[LIMIT_NAME + 1] = 0;
	fails(directory_reload(h->desk.directory, name), TOCSIN_BAD, "at most 200 bytes");
	struct directory *d;
	fails(directory_open(h->desk.store, name, &d), TOCSIN_BAD, "at most 200 bytes");
	directory_free(NULL);
}

HOME_TEST(a_node_is_found_by_the_origin_of_each_of_its_logs_also_of_retired_ones)
{
	struct home *h = *state;
	struct guest g;
	const char *what;
	guest_meets(h, &g, "south.example");
	guest_log(&g);
	guest_card(&g);
	guest_log(&g);
	guest_card(&g);
	ok(guest_shown(h, &g, false, &what));
	static const char *const south[] = { "south.example/log/1", "south.example/log/2", "south.example/log/3" };
	for (size_t i = 0; i < 3; i++) {
		const struct peer *p = directory_by_origin(h->desk.directory, south[i]);
		assert_non_null(p);
		assert_string_equal(p->name, "south.example");
		peer_release(p);
	}
	const struct peer *self = directory_by_origin(h->desk.directory, HOME "/log/1");
	assert_non_null(self);
	assert_int_equal(self->state, PEER_SELF);
	peer_release(self);
	static const char *const nobody[] = { "south.example/log/4", "south.example/log/", "south.example/log/01",
		"south.example",
		"south.example/witness", "east.example/log/1", "", "/", "/log/1", HOME "/log/2" };
	for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++)
		assert_null(directory_by_origin(h->desk.directory, nobody[i]));
	char longest[LIMIT_NAME + 16];
	memset(longest, 'a', sizeof longest);
	memcpy(longest + LIMIT_NAME + 1, "/log/1", 7);
	assert_null(directory_by_origin(h->desk.directory, longest));
	guest_free(&g);
}

HOME_TEST(a_quorum_counts_the_named_witnesses_and_leaves_out_whom_nobody_trusts)
{
	struct home *h = *state;
	static const char *const names[] = { "east.example", "south.example", "west.example" };
	struct guest g[3];
	struct directory_quorum q;
	for (size_t i = 0; i < 3; i++)
		guest_meets(h, &g[i], names[i]);
	set_quorum(h, "south.example", 2);
	const struct peer *south = directory_find(h->desk.directory, "south.example");
	directory_quorum(h->desk.directory, south, &q);
	assert_int_equal(q.q.k, 2);
	assert_int_equal(q.n, 0);
	directory_quorum_release(&q);
	add_witness(h, "east.example");
	add_witness(h, "west.example");
	directory_quorum(h->desk.directory, south, &q);
	assert_int_equal(q.n, 2);
	assert_int_equal(q.q.n, 2);
	assert_string_equal(q.held[0]->name, "east.example");
	assert_string_equal(q.held[1]->name, "west.example");
	assert_ptr_equal(q.q.witness[1], &q.held[1]->chain);
	/* What was given out stays usable while a witness falls from grace. */
	home_state(h, "east.example", "distrusted");
	assert_string_equal(chain_last(q.q.witness[0])->name, "east.example");
	directory_quorum_release(&q);
	assert_int_equal(q.n, 0);
	directory_quorum(h->desk.directory, south, &q);
	assert_int_equal(q.n, 1);
	assert_string_equal(q.held[0]->name, "west.example");
	directory_quorum_release(&q);
	home_state(h, "west.example", "unconfirmed");
	struct change *c = change_new();
	change_witness_remove(c, "east.example");
	home_change(h, c, "east.example");
	home_state(h, "east.example", "confirmed");
	directory_quorum(h->desk.directory, south, &q);
	assert_int_equal(q.n, 1);
	directory_quorum_release(&q);
	peer_release(south);
	for (size_t i = 0; i < 3; i++)
		guest_free(&g[i]);
}

/* A partner that is ahead of this node, or means harm, must not keep it from starting. */
HOME_TEST(a_card_with_a_recipient_of_an_unknown_type_leaves_a_partner_that_cannot_be_sealed_to)
{
	struct home *h = *state;
	struct guest g;
	const char *what;
	guest_meets(h, &g, "south.example");
	snprintf(g.card.recipient[1], sizeof g.card.recipient[1], "age1tag1qfuturefuturefuture");
	g.card.recipient_n = 2;
	guest_card(&g);
	ok(guest_shown(h, &g, false, &what));
	assert_string_equal(what, "extended");
	for (int again = 0; again < 2; again++) {
		const struct peer *p = directory_find(h->desk.directory, "south.example");
		assert_non_null(p);
		assert_int_equal(p->card->seq, 2);
		assert_int_equal(p->recipient_n, 0);
		peer_release(p);
		home_again(h);
	}
	guest_free(&g);
}

HOME_TEST(stored_cards_that_are_damaged_keep_the_directory_from_opening)
{
	struct home *h = *state;
	struct directory *d = NULL;
	struct hash id = { .b = { 1 } };
	struct change *c = change_new();
	change_partner_put(c, &(struct partner_row){ .name = "south.example", .state = "confirmed", .reason = "" });
	change_card(c, "south.example", 1, &id, BYTES_LIT("not a card"), clock_now());
	ok(store_commit(h->desk.store, c, NULL, NULL));
	fails(directory_reload(h->desk.directory, "south.example"), TOCSIN_BROKEN, "the stored cards of south.example");
	fails(directory_open(h->desk.store, HOME, &d), TOCSIN_BROKEN, "the stored cards of south.example");
	assert_null(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(a_node_finds_itself_and_nobody_else_when_it_is_new),
		home_test(partners_are_listed_sorted_without_the_node_itself_and_at_most_as_many_as_there_is_room_for),
		home_test(an_entry_that_is_held_stays_as_it_was_while_a_reload_makes_a_new_one),
		home_test(a_reload_reads_state_quorum_card_and_witness_as_the_store_has_them),
		home_test(reloading_a_name_that_nobody_has_changes_nothing_and_one_that_is_too_long_is_refused),
		home_test(a_node_is_found_by_the_origin_of_each_of_its_logs_also_of_retired_ones),
		home_test(a_quorum_counts_the_named_witnesses_and_leaves_out_whom_nobody_trusts),
		home_test(a_card_with_a_recipient_of_an_unknown_type_leaves_a_partner_that_cannot_be_sealed_to),
		home_test(stored_cards_that_are_damaged_keep_the_directory_from_opening),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
