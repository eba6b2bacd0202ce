#include "home.h"

#include <pthread.h>

#include "domain/kind.h"

struct conflicts {
	size_t n;
	char name[LIMIT_NAME + 1], what[64], sentence[256];
	struct hash a, b;
};

static bool conflict_kept(void *arg, const struct conflict_row *row)
{
	struct conflicts *c = arg;
	c->n++;
	snprintf(c->name, sizeof c->name, "%s", row->name);
	snprintf(c->what, sizeof c->what, "%s", row->what);
	snprintf(c->sentence, sizeof c->sentence, "%s", row->sentence);
	c->a = sha256(row->a);
	c->b = sha256(row->b);
	return true;
}

static void conflicts_of(struct home *h, struct conflicts *c)
{
	struct snapshot *r;
	*c = (struct conflicts){ .n = 0 };
	ok(snapshot_open(h->desk.store, &r));
	ok(conflict_each(r, 0, 10000, conflict_kept, c));
	snapshot_close(r);
}

static void last_note(const struct guest *g, struct hash *out)
{
	struct bytes all = buf_bytes(&g->chain), note, last = { NULL, 0 };
	enum tocsin_err err = TOCSIN_OK;
	while (card_chain_next(&all, &note, &err))
		last = note;
	ok(err);
	*out = sha256(last);
}

static uint64_t seq_held(struct home *h, const char *name)
{
	const struct peer *p = directory_find(h->desk.directory, name);
	assert_non_null(p);
	uint64_t seq = p->card->seq;
	peer_release(p);
	return seq;
}

/* ---- partners' cards ---- */

HOME_TEST(a_new_name_is_added_unconfirmed_and_only_when_that_is_wanted)
{
	struct home *h = *state;
	struct guest g;
	const char *what;
	uint64_t entries = log_size(h);
	guest_new(&g, "south.example");
	fails(guest_shown(h, &g, false, &what), TOCSIN_MISSING, "south.example is not a partner");
	assert_null(directory_find(h->desk.directory, "south.example"));
	ok(guest_shown(h, &g, true, &what));
	assert_string_equal(what, "added");
	assert_int_equal(state_of(h, "south.example"), PEER_UNCONFIRMED);
	assert_int_equal(events_of(h, "partner added"), 1);
	/* Somebody else's card is nothing that this node issued. */
	assert_int_equal(log_size(h), entries);
	home_again(h);
	assert_int_equal(state_of(h, "south.example"), PEER_UNCONFIRMED);
	guest_free(&g);
}

HOME_TEST(a_longer_chain_extends_what_is_held_and_the_same_or_a_shorter_one_is_known)
{
	struct home *h = *state;
	struct guest g, before;
	const char *what;
	guest_meets(h, &g, "south.example");
	guest_twin(&before, &g);
	ok(guest_shown(h, &g, false, &what));
	assert_string_equal(what, "known");
	guest_card(&g);
	guest_card(&g);
	ok(guest_shown(h, &g, false, &what));
	assert_string_equal(what, "extended");
	assert_int_equal(seq_held(h, "south.example"), 3);
	assert_int_equal(state_of(h, "south.example"), PEER_CONFIRMED);
	ok(guest_shown(h, &g, true, &what));
	assert_string_equal(what, "known");
	ok(guest_shown(h, &before, true, &what));
	assert_string_equal(what, "known");
	assert_int_equal(seq_held(h, "south.example"), 3);
	assert_int_equal(events_of(h, "card extended"), 1);
	/* Who is distrusted still tells its new keys: what it sends is refused by its state, not for want of them. */
	home_state(h, "south.example", "distrusted");
	guest_card(&g);
	ok(guest_shown(h, &g, false, &what));
	assert_string_equal(what, "extended");
	assert_int_equal(state_of(h, "south.example"), PEER_DISTRUSTED);
	guest_free(&g);
	guest_free(&before);
}

HOME_TEST(another_identity_under_a_pinned_name_is_refused_and_changes_nothing)
{
	struct home *h = *state;
	struct guest g, stranger;
	struct conflicts c;
	const char *what;
	guest_meets(h, &g, "south.example");
	guest_new(&stranger, "south.example");
	guest_card(&stranger);
	fails(guest_shown(h, &stranger, true, &what), TOCSIN_REFUSED, "another node calls itself south.example");
	assert_int_equal(state_of(h, "south.example"), PEER_CONFIRMED);
	assert_int_equal(seq_held(h, "south.example"), 1);
	conflicts_of(h, &c);
	assert_int_equal(c.n, 0);
	guest_free(&stranger);
	/* The same for our own name. */
	guest_new(&stranger, HOME);
	fails(guest_shown(h, &stranger, true, &what), TOCSIN_REFUSED, "another node calls itself " HOME);
	assert_int_equal(seq_held(h, HOME), 1);
	guest_free(&stranger);
	guest_free(&g);
}

HOME_TEST(two_cards_with_one_seq_are_both_kept_and_their_owner_is_distrusted)
{
	struct home *h = *state;
	struct guest g, twin;
	struct conflicts c;
	struct hash first, second;
	const char *what;
	guest_meets(h, &g, "south.example");
	guest_twin(&twin, &g);
	guest_card(&g);
	ok(guest_shown(h, &g, false, &what));
	snprintf(twin.card.duty[0], sizeof twin.card.duty[0], "call somebody else");
	twin.card.duty_n = 1;
	guest_card(&twin);
	fails(guest_shown(h, &twin, false, &what), TOCSIN_REFUSED, "two cards with seq 2");
	assert_int_equal(state_of(h, "south.example"), PEER_DISTRUSTED);
	conflicts_of(h, &c);
	last_note(&g, &first);
	last_note(&twin, &second);
	assert_int_equal(c.n, 1);
	assert_string_equal(c.name, "south.example");
	assert_string_equal(c.what, "card");
	assert_true(hash_equal(&c.a, &first));
	assert_true(hash_equal(&c.b, &second));
	assert_int_equal(events_of(h, "equivocation"), 1);
	/* Its chain is the one that was here first. */
	const struct peer *p = directory_find(h->desk.directory, "south.example");
	assert_int_equal(p->card->duty_n, 0);
	peer_release(p);
	home_again(h);
	assert_int_equal(state_of(h, "south.example"), PEER_DISTRUSTED);
	guest_free(&g);
	guest_free(&twin);
}

/* Cards are public: whoever finds the pair could bring it again and again. */
HOME_TEST(the_same_pair_is_kept_once_and_undoes_nothing_that_a_person_has_decided_since)
{
	struct home *h = *state;
	struct guest g, twin;
	struct conflicts c;
	const char *what;
	guest_meets(h, &g, "south.example");
	guest_twin(&twin, &g);
	guest_card(&g);
	ok(guest_shown(h, &g, false, &what));
	twin.card.duty_n = 1;
	snprintf(twin.card.duty[0], sizeof twin.card.duty[0], "another");
	guest_card(&twin);
	for (int i = 0; i < 5; i++)
		fails(guest_shown(h, &twin, false, &what), TOCSIN_REFUSED, "two cards with seq 2");
	conflicts_of(h, &c);
	assert_int_equal(c.n, 1);
	home_state(h, "south.example", "confirmed");
	fails(guest_shown(h, &twin, false, &what), TOCSIN_REFUSED, "two cards with seq 2");
	assert_int_equal(state_of(h, "south.example"), PEER_CONFIRMED);
	assert_int_equal(events_of(h, "equivocation"), 1);
	guest_free(&twin);
	guest_free(&g);
}

HOME_TEST(another_fork_is_news_but_only_so_many_of_them_are_kept)
{
	struct home *h = *state;
	struct guest g, base;
	struct conflicts c;
	const char *what;
	guest_meets(h, &g, "south.example");
	guest_twin(&base, &g);
	guest_card(&g);
	ok(guest_shown(h, &g, false, &what));
	for (int i = 0; i < 103; i++) {
		struct guest twin;
		guest_twin(&twin, &base);
		twin.card.duty_n = 1;
		snprintf(twin.card.duty[0], sizeof twin.card.duty[0], "number %d", i);
		guest_card(&twin);
		home_state(h, "south.example", "confirmed");
		fails(guest_shown(h, &twin, false, &what), TOCSIN_REFUSED, "two cards with seq 2");
		assert_int_equal(state_of(h, "south.example"), i < 100 ? PEER_DISTRUSTED : PEER_CONFIRMED);
		guest_free(&twin);
	}
	conflicts_of(h, &c);
	assert_int_equal(c.n, 100);
	guest_free(&base);
	guest_free(&g);
}

HOME_TEST(a_fork_of_the_first_card_is_found_too)
{
	struct home *h = *state;
	struct guest g, twin;
	struct conflicts c;
	const char *what;
	guest_meets(h, &g, "south.example");
	guest_twin(&twin, &g);
	buf_clear(&twin.chain);
	twin.card.seq = 0;
	twin.card.has_prev = false;
	twin.card.duty_n = 1;
	snprintf(twin.card.duty[0], sizeof twin.card.duty[0], "another beginning");
	guest_card(&twin);
	fails(guest_shown(h, &twin, true, &what), TOCSIN_REFUSED, "two cards with seq 1");
	conflicts_of(h, &c);
	assert_int_equal(c.n, 1);
	assert_int_equal(state_of(h, "south.example"), PEER_DISTRUSTED);
	guest_free(&g);
	guest_free(&twin);
}

HOME_TEST(a_chain_of_the_other_realm_is_refused)
{
	struct home *h = *state;
	struct guest g;
	const char *what;
	guest_new(&g, "south.exercise");
	fails(guest_shown(h, &g, true, &what), TOCSIN_REFUSED, "exercise realm");
	assert_null(directory_find(h->desk.directory, "south.exercise"));
	guest_free(&g);
}

static void an_exercise_node_takes_no_live_card(void **state)
{
	struct home h;
	struct guest live, other;
	const char *what;
	(void)state;
	home_open(&h, "north.exercise");
	guest_new(&live, "south.example");
	fails(guest_shown(&h, &live, true, &what), TOCSIN_REFUSED, "live realm");
	guest_new(&other, "south.exercise");
	ok(guest_shown(&h, &other, true, &what));
	assert_string_equal(what, "added");
	guest_free(&live);
	guest_free(&other);
	home_close(&h);
}

HOME_TEST(a_chain_that_is_cut_or_changed_anywhere_is_refused_and_adds_nobody)
{
	struct home *h = *state;
	struct guest g;
	char name[LIMIT_NAME + 1];
	const char *what;
	guest_new(&g, "south.example");
	guest_card(&g);
	fails(cards_take(&h->desk, BYTES_LIT(""), true, name, &what), TOCSIN_BAD, "");
	for (size_t n = 1; n < g.chain.n; n += n % 7 + 1) {
		struct bytes cut = exact(bytes_of(g.chain.p, n));
		enum tocsin_err err = cards_take(&h->desk, cut, false, name, &what);
		/* Cut behind the first card it is a chain: of somebody who is no partner. */
		assert_true(err == TOCSIN_BAD || err == TOCSIN_REFUSED || (err == TOCSIN_MISSING && n > 100));
		exact_free(cut);
	}
	for (size_t at = 0; at < g.chain.n; at += 5) {
		g.chain.p[at] ^= 4;
		enum tocsin_err err = cards_take(&h->desk, buf_bytes(&g.chain), true, name, &what);
		if (err == TOCSIN_OK)
			print_error("byte %zu of %zu\n", at, g.chain.n);
		assert_true(err == TOCSIN_BAD || err == TOCSIN_REFUSED);
		g.chain.p[at] ^= 4;
	}
	assert_int_equal(directory_count(h->desk.directory), 0);
	guest_free(&g);
}

struct bringer {
	struct home *h;
	struct guest *g;
	enum tocsin_err err;
	const char *what;
	char sentence[256];
};

static void *bring(void *arg)
{
	struct bringer *b = arg;
	b->err = guest_shown(b->h, b->g, true, &b->what);
	snprintf(b->sentence, sizeof b->sentence, "%s", b->err != TOCSIN_OK ? fail_sentence() : "");
	return NULL;
}

HOME_TEST(when_several_bring_a_card_at_the_same_time_all_of_them_get_an_answer_that_is_true)
{
	struct home *h = *state;
	for (int round = 0; round < 8; round++) {
		struct guest g;
		struct bringer b[4];
		pthread_t t[4];
		size_t added = 0;
		char name[64];
		snprintf(name, sizeof name, "south-%d.example", round);
		guest_new(&g, name);
		for (size_t i = 0; i < 4; i++) {
			b[i] = (struct bringer){ .h = h, .g = &g };
			assert_int_equal(pthread_create(&t[i], NULL, bring, &b[i]), 0);
		}
		for (size_t i = 0; i < 4; i++) {
			pthread_join(t[i], NULL);
			if (b[i].err != TOCSIN_OK)
				print_error("%s: %s\n", err_name(b[i].err), b[i].sentence);
			assert_int_equal(b[i].err, TOCSIN_OK);
			added += strcmp(b[i].what, "added") == 0;
		}
		assert_int_equal(added, 1);
		guest_free(&g);
	}
	assert_int_equal(directory_count(h->desk.directory), 8);
}

HOME_TEST(of_two_forks_that_come_at_the_same_time_one_is_taken_and_the_other_is_evidence)
{
	struct home *h = *state;
	for (int round = 0; round < 8; round++) {
		struct guest g[2];
		struct bringer b[2];
		struct conflicts c;
		pthread_t t[2];
		char name[64];
		snprintf(name, sizeof name, "south-%d.example", round);
		guest_meets(h, &g[0], name);
		guest_twin(&g[1], &g[0]);
		g[1].card.duty_n = 1;
		snprintf(g[1].card.duty[0], sizeof g[1].card.duty[0], "the other");
		for (size_t i = 0; i < 2; i++)
			guest_card(&g[i]);
		for (size_t i = 0; i < 2; i++) {
			b[i] = (struct bringer){ .h = h, .g = &g[i] };
			assert_int_equal(pthread_create(&t[i], NULL, bring, &b[i]), 0);
		}
		for (size_t i = 0; i < 2; i++)
			pthread_join(t[i], NULL);
		assert_int_equal((b[0].err == TOCSIN_OK) + (b[1].err == TOCSIN_OK), 1);
		assert_int_equal((b[0].err == TOCSIN_REFUSED) + (b[1].err == TOCSIN_REFUSED), 1);
		conflicts_of(h, &c);
		assert_int_equal(c.n, round + 1);
		assert_int_equal(state_of(h, name), PEER_DISTRUSTED);
		guest_free(&g[0]);
		guest_free(&g[1]);
	}
}

/* ---- our own cards ---- */

HOME_TEST(our_own_cards_come_back_into_a_database_that_was_put_back_and_are_logged_there)
{
	struct home *h = *state;
	struct buf chain;
	char path[96], name[LIMIT_NAME + 1];
	const char *what = "";
	uint64_t seq;
	snprintf(path, sizeof path, "%s/copy", h->dir);
	ok(store_backup(h->desk.store, path));
	ok(cards_next(&h->desk, NULL, &seq));
	ok(cards_next(&h->desk, NULL, &seq));
	assert_int_equal(seq, 3);
	home_chain(h, &chain);
	snprintf(h->db, sizeof h->db, "%s", path);
	home_again(h);
	assert_int_equal(seq_held(h, HOME), 1);
	uint64_t entries = log_size(h);
	ok(cards_take(&h->desk, buf_bytes(&chain), false, name, &what));
	assert_string_equal(what, "extended");
	assert_string_equal(name, HOME);
	assert_int_equal(seq_held(h, HOME), 3);
	assert_int_equal(log_size(h), entries + 2);
	assert_int_equal(state_of(h, HOME), PEER_SELF);
	/* Each at the place where an inspector looks for it. */
	const struct peer *self = directory_self(h->desk.directory);
	struct snapshot *r;
	uint64_t index;
	ok(snapshot_open(h->desk.store, &r));
	for (size_t i = 1; i < 3; i++) {
		ok(store_log_position(r, &self->chain.card[i]->id, 1, &index));
		assert_int_equal(index, entries + i - 1);
	}
	snapshot_close(r);
	peer_release(self);
	ok(cards_take(&h->desk, buf_bytes(&chain), false, name, &what));
	assert_string_equal(what, "known");
	assert_int_equal(log_size(h), entries + 2);
	/* And the next one follows them. */
	ok(cards_next(&h->desk, NULL, &seq));
	assert_int_equal(seq, 4);
	buf_free(&chain);
}

HOME_TEST(a_card_that_another_holder_of_our_identity_made_is_kept_as_evidence_and_nothing_else_changes)
{
	struct home *h = *state, other = { .dir = "" };
	struct buf chain;
	struct conflicts c;
	char copy[80], name[LIMIT_NAME + 1], from[160], to[160];
	const char *what;
	uint64_t seq;
	/* A copy of the node, keys and all, as somebody makes who moves a machine and forgets the old one. */
	static const char *const files[] = { "identity.pem", "sign.pem", "witness.pem", "log-1.pem", "recipient.txt",
		"padding.key", "identity.vkey", "own.cards" };
	snprintf(copy, sizeof copy, "%s/copy", h->dir);
	ok(file_mkdir(copy, 0700));
	snprintf(to, sizeof to, "%s/keys", copy);
	ok(file_mkdir(to, 0700));
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct buf content;
		buf_init_secret(&content, 1u << 20);
		snprintf(from, sizeof from, "%s/keys/%s", h->dir, files[i]);
		snprintf(to, sizeof to, "%s/keys/%s", copy, files[i]);
		ok(file_read(from, &content));
		ok(file_create(to, buf_bytes(&content), 0600));
		buf_free(&content);
	}
	other.desk = h->desk;
	other.desk.keeper = NULL;
	ok(keeper_start(copy, BYTES_LIT(""), &other.desk.keeper));
	snprintf(other.db, sizeof other.db, "%s/db", copy);
	ok(store_backup(h->desk.store, other.db));
	ok(store_open(other.db, &other.desk.store));
	ok(directory_open(other.desk.store, HOME, &other.desk.directory));
	const char *duty[] = { "call the copy" };
	ok(cards_next(&other.desk, &(struct card_fill){ .duty = duty, .duty_n = 1 }, &seq));
	ok(cards_next(&h->desk, NULL, &seq));
	home_chain(&other, &chain);
	uint64_t entries = log_size(h);
	for (int i = 0; i < 2; i++)
		fails(cards_take(&h->desk, buf_bytes(&chain), true, name, &what), TOCSIN_REFUSED, "another card 2 of this node");
	conflicts_of(h, &c);
	assert_int_equal(c.n, 1);
	assert_string_equal(c.name, HOME);
	assert_int_equal(events_of(h, "equivocation"), 1);
	assert_int_equal(state_of(h, HOME), PEER_SELF);
	assert_int_equal(log_size(h), entries);
	buf_free(&chain);
	directory_free(other.desk.directory);
	store_close(other.desk.store);
	keeper_stop(other.desk.keeper);
}

HOME_TEST(the_next_card_counts_on_names_all_kinds_and_is_logged)
{
	struct home *h = *state;
	uint64_t seq, entries = log_size(h), index;
	struct snapshot *r;
	const struct peer *first = directory_self(h->desk.directory);
	ok(cards_next(&h->desk, NULL, &seq));
	assert_int_equal(seq, 2);
	const struct peer *self = directory_self(h->desk.directory);
	const struct card *c = self->card;
	assert_int_equal(c->seq, 2);
	assert_true(c->has_prev);
	assert_true(hash_equal(&c->prev, &first->card->id));
	assert_true(c->at >= first->card->at);
	assert_int_equal(c->at % CLOCK_SECOND, 0);
	assert_int_equal(c->revoked_n, 0);
	assert_true(c->has_witness);
	size_t kinds = 0;
	for (size_t i = 0; kind_each(i) != NULL; i++) {
		assert_int_equal(card_lists_kind(c, kind_each(i)->name), kind_each(i)->self != KIND_SELF_ONLY);
		kinds += kind_each(i)->self != KIND_SELF_ONLY;
	}
	assert_int_equal(c->kind_n, kinds);
	assert_true(vkey_same(&c->sign[0], &keeper_public(h->desk.keeper)->sign));
	assert_int_equal(log_size(h), entries + 1);
	ok(snapshot_open(h->desk.store, &r));
	ok(store_log_position(r, &c->id, 1, &index));
	assert_int_equal(index, entries);
	snapshot_close(r);
	assert_int_equal(events_of(h, "card issued"), 2);
	peer_release(first);
	peer_release(self);
}

HOME_TEST(keys_that_are_changed_are_revoked_by_the_card_that_lists_the_new_ones)
{
	struct home *h = *state;
	uint64_t seq;
	const struct keeper_public *old = keeper_public(h->desk.keeper);
	ok(keeper_rotate(h->desk.keeper));
	ok(cards_next(&h->desk, NULL, &seq));
	const struct keeper_public *now = keeper_public(h->desk.keeper);
	const struct peer *self = directory_self(h->desk.directory);
	int64_t at;
	assert_false(vkey_same(&old->sign, &now->sign));
	assert_int_equal(self->card->sign_n, 1);
	assert_true(vkey_same(&self->card->sign[0], &now->sign));
	assert_int_equal(self->card->recipient_n, 1);
	assert_string_equal(self->card->recipient[0], now->recipient);
	assert_string_not_equal(old->recipient, now->recipient);
	assert_int_equal(self->card->revoked_n, 1);
	assert_true(chain_revoked(&self->chain, &old->sign, &at));
	assert_int_equal(at, self->card->at);
	assert_false(chain_revoked(&self->chain, &now->sign, &at));
	peer_release(self);
	/* A new log likewise, and both stay revoked. */
	ok(keeper_next_log(h->desk.keeper));
	ok(cards_next(&h->desk, NULL, &seq));
	self = directory_self(h->desk.directory);
	assert_int_equal(self->card->log_n, 2);
	assert_string_equal(self->card->log.name, HOME "/log/2");
	assert_int_equal(self->card->revoked_n, 2);
	assert_true(chain_revoked(&self->chain, &old->log, &at));
	peer_release(self);
	ok(cards_next(&h->desk, NULL, &seq));
	self = directory_self(h->desk.directory);
	assert_int_equal(self->card->revoked_n, 2);
	assert_int_equal(seq, 4);
	peer_release(self);
	home_again(h);
	assert_int_equal(seq_held(h, HOME), 4);
}

HOME_TEST(a_card_holds_so_many_revoked_keys_and_the_chain_remembers_those_that_had_to_go)
{
	struct home *h = *state;
	struct vkey key[CARD_REVOKED + 2];
	uint64_t seq;
	int64_t at;
	for (size_t i = 0; i < CARD_REVOKED + 2; i++) {
		key[i] = keeper_public(h->desk.keeper)->log;
		ok(keeper_next_log(h->desk.keeper));
		ok(cards_next(&h->desk, NULL, &seq));
	}
	const struct peer *self = directory_self(h->desk.directory);
	assert_int_equal(self->card->revoked_n, CARD_REVOKED);
	for (size_t i = 0; i < CARD_REVOKED + 2; i++)
		assert_true(chain_revoked(&self->chain, &key[i], &at));
	peer_release(self);
	home_again(h);
	assert_int_equal(seq_held(h, HOME), CARD_REVOKED + 3);
}

HOME_TEST(addresses_and_duty_lines_are_replaced_when_given_and_kept_when_not)
{
	struct home *h = *state;
	const char *url[] = { "https://a.north.example", "https://b.north.example:8443" };
	const char *duty[] = { "call 112, in English" };
	uint64_t seq;
	ok(cards_next(&h->desk, &(struct card_fill){ .url = url, .url_n = 2, .duty = duty, .duty_n = 1 }, &seq));
	ok(cards_next(&h->desk, NULL, &seq));
	ok(cards_next(&h->desk, &(struct card_fill){ .duty = NULL }, &seq));
	const struct peer *self = directory_self(h->desk.directory);
	assert_int_equal(self->card->url_n, 2);
	assert_string_equal(self->card->url[1], url[1]);
	assert_int_equal(self->card->duty_n, 1);
	assert_string_equal(self->card->duty[0], duty[0]);
	peer_release(self);
	ok(cards_next(&h->desk, &(struct card_fill){ .url = url, .url_n = 0 }, &seq));
	self = directory_self(h->desk.directory);
	assert_int_equal(self->card->url_n, 0);
	assert_int_equal(self->card->duty_n, 1);
	peer_release(self);
}

HOME_TEST(a_card_with_more_or_longer_lines_than_it_has_room_for_is_not_made)
{
	struct home *h = *state;
	const char *many[CARD_DUTY + 1], *one[1];
	char longest[600];
	uint64_t seq = 0;
	for (size_t i = 0; i <= CARD_DUTY; i++)
		many[i] = "https://north.example";
	fails(cards_next(&h->desk, &(struct card_fill){ .url = many, .url_n = CARD_URLS + 1 }, &seq), TOCSIN_BAD,
		"4 lines \"url\"");
	fails(cards_next(&h->desk, &(struct card_fill){ .duty = many, .duty_n = CARD_DUTY + 1 }, &seq), TOCSIN_BAD,
		"8 lines \"duty\"");
	memset(longest, 'd', sizeof longest);
	longest[501] = 0;
	one[0] = longest;
	fails(cards_next(&h->desk, &(struct card_fill){ .duty = one, .duty_n = 1 }, &seq), TOCSIN_BAD, "at most 500 bytes");
	longest[501] = 'd';
	longest[513] = 0;
	fails(cards_next(&h->desk, &(struct card_fill){ .url = one, .url_n = 1 }, &seq), TOCSIN_BAD, "at most 512 bytes");
	one[0] = "two\nlines";
	fails(cards_next(&h->desk, &(struct card_fill){ .duty = one, .duty_n = 1 }, &seq), TOCSIN_BAD, "");
	one[0] = "ftp://north.example";
	fails(cards_next(&h->desk, &(struct card_fill){ .url = one, .url_n = 1 }, &seq), TOCSIN_BAD, "");
	assert_int_equal(seq, 0);
	assert_int_equal(seq_held(h, HOME), 1);
	/* And the number is not used up. */
	longest[500] = 0;
	one[0] = longest;
	ok(cards_next(&h->desk, &(struct card_fill){ .duty = one, .duty_n = 1 }, &seq));
	assert_int_equal(seq, 2);
}

HOME_TEST(a_clock_that_ran_backwards_makes_no_card_older_than_the_last)
{
	struct home *h = *state;
	uint64_t seq;
	const struct peer *first = directory_self(h->desk.directory);
	clock_set(first->card->at - 1000 * CLOCK_SECOND);
	ok(cards_next(&h->desk, NULL, &seq));
	const struct peer *self = directory_self(h->desk.directory);
	assert_int_equal(self->card->at, first->card->at);
	assert_int_equal(seq, 2);
	peer_release(self);
	peer_release(first);
}

static void without_the_identity_no_card_is_made_and_nothing_changes(void **state)
{
	struct home h;
	char path[128];
	uint64_t seq = 0;
	(void)state;
	home_open(&h, HOME);
	keeper_stop(h.desk.keeper);
	directory_free(h.desk.directory);
	store_close(h.desk.store);
	snprintf(path, sizeof path, "%s/keys/identity.pem", h.dir);
	assert_int_equal(unlink(path), 0);
	ok(keeper_start(h.dir, BYTES_LIT(""), &h.desk.keeper));
	ok(store_open(h.db, &h.desk.store));
	ok(directory_open(h.desk.store, HOME, &h.desk.directory));
	uint64_t entries = log_size(&h);
	fails(cards_next(&h.desk, NULL, &seq), TOCSIN_REFUSED, "identity");
	assert_int_equal(seq, 0);
	assert_int_equal(seq_held(&h, HOME), 1);
	assert_int_equal(log_size(&h), entries);
	home_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(a_new_name_is_added_unconfirmed_and_only_when_that_is_wanted),
		home_test(a_longer_chain_extends_what_is_held_and_the_same_or_a_shorter_one_is_known),
		home_test(another_identity_under_a_pinned_name_is_refused_and_changes_nothing),
		home_test(two_cards_with_one_seq_are_both_kept_and_their_owner_is_distrusted),
		home_test(the_same_pair_is_kept_once_and_undoes_nothing_that_a_person_has_decided_since),
		home_test(another_fork_is_news_but_only_so_many_of_them_are_kept),
		home_test(a_fork_of_the_first_card_is_found_too),
		home_test(a_chain_of_the_other_realm_is_refused),
		cmocka_unit_test(an_exercise_node_takes_no_live_card),
		home_test(a_chain_that_is_cut_or_changed_anywhere_is_refused_and_adds_nobody),
		home_test(when_several_bring_a_card_at_the_same_time_all_of_them_get_an_answer_that_is_true),
		home_test(of_two_forks_that_come_at_the_same_time_one_is_taken_and_the_other_is_evidence),
		home_test(our_own_cards_come_back_into_a_database_that_was_put_back_and_are_logged_there),
		home_test(a_card_that_another_holder_of_our_identity_made_is_kept_as_evidence_and_nothing_else_changes),
		home_test(the_next_card_counts_on_names_all_kinds_and_is_logged),
		home_test(keys_that_are_changed_are_revoked_by_the_card_that_lists_the_new_ones),
		home_test(a_card_holds_so_many_revoked_keys_and_the_chain_remembers_those_that_had_to_go),
		home_test(addresses_and_duty_lines_are_replaced_when_given_and_kept_when_not),
		home_test(a_card_with_more_or_longer_lines_than_it_has_room_for_is_not_made),
		home_test(a_clock_that_ran_backwards_makes_no_card_older_than_the_last),
		cmocka_unit_test(without_the_identity_no_card_is_made_and_nothing_changes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
