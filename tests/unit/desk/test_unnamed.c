/* Statements under a name for once: who signs them, what stands for them in the log, what must not stand in them. */
#include "home.h"

#include "desk/accept.h"
#include "desk/unnamed.h"
#include "proof/once.h"
#include "store/rows_broker.h"

/* A partner whose card says that it carries for others. */
static void broker_meets(struct home *h, struct guest *g)
{
	const char *what;
	guest_new(g, "east.example");
	snprintf(g->card.kind[g->card.kind_n++], sizeof g->card.kind[0], "tender");
	guest_card(g);
	ok(guest_shown(h, g, true, &what));
	home_state(h, "east.example", "confirmed");
}

static struct issue_release without_a_name(const struct body_field *field, size_t n)
{
	return (struct issue_release){ .to = "south.example", .via = "east.example", .unnamed = true, .field = field, .field_n = n, .urgency = 1 };
}

static enum tocsin_err issue_one(struct home *h, const char *kind, const struct hash *re, struct issue_release release, struct issue_result *r)
{
	struct issue issue = { .kind = kind, .re = re, .re_n = re != NULL, .release = &release, .n = 1 };
	return desk_issue(&h->desk, &issue, r);
}

HOME_TEST(each_warning_has_a_fresh_name_whose_card_verifies_it_and_which_is_no_partner)
{
	struct home *h = *state;
	struct guest east, south;
	struct issue_result r[2];
	struct stored st[2];
	broker_meets(h, &east);
	guest_meets(h, &south, "south.example");
	for (size_t i = 0; i < 2; i++) {
		struct snapshot *read;
		struct buf raw;
		struct chain chain;
		ok(issue_one(h, "warning", NULL, without_a_name(warning_fields, WARNING_FIELDS), &r[i]));
		stored_read(h, r[i].num, &st[i]);
		assert_true(once_is(bytes_str(st[i].s.from.name)));
		assert_int_equal(note_verify(&st[i].note, &keeper_public(h->desk.keeper)->sign), TOCSIN_MISSING);
		buf_init(&raw, LIMIT_CHAIN_BYTES);
		ok(snapshot_open(h->desk.store, &read));
		ok(card_chain(read, st[i].s.from.name, &raw));
		ok(chain_parse(buf_bytes(&raw), st[i].arena, &chain));
		assert_true(chain_is_party(&chain, &st[i].s.from));
		ok(note_verify(&st[i].note, &chain_last(&chain)->sign[0]));
		assert_null(directory_any(h->desk.directory, st[i].s.from.name));
		snapshot_close(read);
		buf_free(&raw);
	}
	assert_string_not_equal(st[0].s.from.name, st[1].s.from.name);
	for (size_t i = 0; i < 2; i++)
		arena_free(st[i].arena);
	guest_free(&east);
	guest_free(&south);
}

HOME_TEST(what_is_about_it_has_its_name_and_its_broker_and_nothing_goes_straight)
{
	struct home *h = *state;
	struct guest east, south;
	struct issue_result r, later;
	struct stored st[2];
	struct tendered_row row;
	struct snapshot *read;
	static const struct body_field why = { "reason", VALUE("\"it was a fishing boat\""), true };
	broker_meets(h, &east);
	guest_meets(h, &south, "south.example");
	ok(issue_one(h, "warning", NULL, without_a_name(warning_fields, WARNING_FIELDS), &r));
	ok(issue_about(h, "retraction", "south.example", &r.id, &why, &later));
	stored_read(h, r.num, &st[0]);
	stored_read(h, later.num, &st[1]);
	assert_string_equal(st[0].s.from.name, st[1].s.from.name);
	ok(snapshot_open(h->desk.store, &read));
	ok(tendered_of(read, later.num, &row));
	snapshot_close(read);
	assert_string_equal(row.broker, "east.example");
	/* Its broker is one no more: it stays here. */
	home_state(h, "east.example", "distrusted");
	assert_int_equal(issue_about(h, "retraction", "south.example", &r.id, &why, &later), TOCSIN_REFUSED);
	for (size_t i = 0; i < 2; i++)
		arena_free(st[i].arena);
	guest_free(&east);
	guest_free(&south);
}

HOME_TEST(our_name_in_whatever_case_is_refused_in_what_is_open_and_only_there)
{
	struct home *h = *state;
	struct guest east, south;
	struct issue_result r;
	char text[LIMIT_NAME + 32];
	broker_meets(h, &east);
	guest_meets(h, &south, "south.example");
	snprintf(text, sizeof text, "\"ask %c%s\"", h->desk.name[0] - 'a' + 'A', h->desk.name + 1);
	struct body_field field[] = { { "threat.summary", bytes_str(text), true }, { "handling.tlp", VALUE("\"amber\""), true } };
	assert_int_equal(issue_one(h, "warning", NULL, without_a_name(field, 2), &r), TOCSIN_REFUSED);
	assert_non_null(strstr(fail_sentence(), "unnamed.name"));
	field[0] = (struct body_field){ "source.name", bytes_str(text), false };
	ok(issue_one(h, "warning", NULL, without_a_name(field, 2), &r));
	guest_free(&east);
	guest_free(&south);
}

HOME_TEST(whoever_asks_about_what_we_wrote_without_our_name_is_answered_as_by_anybody)
{
	struct home *h = *state;
	struct guest east, south;
	struct issue_result r;
	struct statement s;
	struct snapshot *read;
	int64_t marks;
	broker_meets(h, &east);
	guest_meets(h, &south, "south.example");
	ok(issue_one(h, "warning", NULL, without_a_name(warning_fields, WARNING_FIELDS), &r));
	guest_says(h, &south, "response", &r.id, 1, &s);
	const struct peer *peer = directory_find(h->desk.directory, "south.example");
	ok(snapshot_open(h->desk.store, &read));
	ok(desk_accepts(read, peer, &s, clock_now(), &marks));
	snapshot_close(read);
	peer_release(peer);
	guest_free(&east);
	guest_free(&south);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(each_warning_has_a_fresh_name_whose_card_verifies_it_and_which_is_no_partner),
		home_test(what_is_about_it_has_its_name_and_its_broker_and_nothing_goes_straight),
		home_test(our_name_in_whatever_case_is_refused_in_what_is_open_and_only_there),
		home_test(whoever_asks_about_what_we_wrote_without_our_name_is_answered_as_by_anybody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
