#include "desk/home.h"

#include "desk/contact.h"
#include "desk/told.h"
#include "domain/kind.h"

static enum tocsin_err parse(const char *json, struct arena *a, struct contact *c)
{
	struct bytes b = exact(bytes_str(json));
	enum tocsin_err err = contact_parse(b, a, c);
	exact_free(b);
	return err;
}

TEST(a_contact_is_what_its_members_say)
{
	struct contact c;
	struct arena *a = arena_new(1u << 20);
	ok(parse("{\"label\":\"The market\",\"telephones\":[\"+49 30 1234\",\"112\"],\"language\":\"zh-Hant\",\"tell\":\"the guard\"}", a, &c));
	assert_string_equal(c.label, "The market");
	assert_int_equal(c.phone_n, 2);
	assert_string_equal(c.phone[1], "112");
	assert_string_equal(c.language, "zh-Hant");
	assert_string_equal(c.address, "");
	c.name = "market";
	json_t *o = contact_json(&c);
	assert_string_equal(json_string_value(json_object_get(o, "tell")), "the guard");
	assert_null(json_object_get(o, "address"));
	json_decref(o);
	arena_free(a);
}

TEST(a_contact_that_is_not_made_as_one_is_bad_and_says_what)
{
	static const struct {
		const char *json, *words;
	} wrong[] = {
		{ "[]", "object" }, { "{}", "label" }, { "{\"label\":\"\"}", "label" }, { "{\"label\":1}", "label" },
		{ "{\"label\":\"a\",\"label\":\"b\"}", "" }, { "{\"label\":\"a\",\"phone\":\"1\"}", "phone" },
		{ "{\"label\":\"a\",\"telephones\":\"112\"}", "list" }, { "{\"label\":\"a\",\"telephones\":[112]}", "telephone" },
		{ "{\"label\":\"a\",\"telephones\":[\"call me\"]}", "call me" }, { "{\"label\":\"a\",\"telephones\":[\"12\"]}", "12" },
		{ "{\"label\":\"a\",\"telephones\":[\"+1+2345\"]}", "+1+2345" }, { "{\"label\":\"a\",\"telephones\":[\" 112\"]}", "112" },
		{ "{\"label\":\"a\",\"telephones\":[\"111\",\"112\",\"113\",\"114\",\"115\",\"116\",\"117\",\"118\",\"119\"]}", "at most 8" },
		{ "{\"label\":\"a\",\"language\":\"russian\"}", "russian" }, { "{\"label\":\"a\",\"language\":\"ru-\"}", "ru-" },
		{ "{\"label\":\"a\\nb\"}", "label" }, { "{\"label\":\"a\\u202eb\"}", "label" }, { "{\"label\":\"a\"} x", "" },
	};
	struct contact c;
	struct arena *a = arena_new(1u << 20);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		fails(parse(wrong[i].json, a, &c), TOCSIN_BAD, wrong[i].words);
	arena_free(a);
}

TEST(a_name_of_a_contact_is_small_letters_digits_and_hyphens_within)
{
	static const char *const wrong[] = { "", "-a", "a-", "A", "a b", "a/b", "a.b", "ä",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	assert_true(contact_name_ok(BYTES_LIT("market-2")));
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(contact_name_ok(bytes_str(wrong[i])));
}

/* ---- at a desk ---- */

#define MARKET "{\"label\":\"The market\",\"telephones\":[\"112\"]}"

static struct snapshot *reads(struct home *h)
{
	struct snapshot *r;
	ok(snapshot_open(h->desk.store, &r));
	return r;
}

HOME_TEST(contacts_are_kept_replaced_listed_by_pages_and_removed)
{
	struct home *h = *state;
	struct contact c;
	struct arena *a = arena_new(1u << 20);
	json_t *page;
	ok(contact_put(&h->desk, view_node(), "market", BYTES_LIT("{\"label\":\"x\"}")));
	ok(contact_put(&h->desk, view_node(), "market", BYTES_LIT(MARKET)));
	ok(contact_put(&h->desk, view_node(), "choir", BYTES_LIT("{\"label\":\"y\"}")));
	fails(contact_put(&h->desk, view_node(), "Market", BYTES_LIT(MARKET)), TOCSIN_BAD, "small letters");
	home_again(h);
	struct snapshot *r = reads(h);
	ok(contact_get(r, "market", a, &c));
	assert_string_equal(c.label, "The market");
	ok(contact_list(r, "", 1, &page));
	assert_string_equal(json_string_value(json_object_get(page, "next")), "choir");
	json_decref(page);
	ok(contact_list(r, "choir", 2, &page));
	assert_true(json_is_null(json_object_get(page, "next")));
	assert_int_equal(json_array_size(json_object_get(page, "items")), 1);
	json_decref(page);
	snapshot_close(r);
	ok(contact_remove(&h->desk, view_node(), "market"));
	fails(contact_remove(&h->desk, view_node(), "market"), TOCSIN_MISSING, "market");
	r = reads(h);
	fails(contact_get(r, "market", a, &c), TOCSIN_MISSING, "market");
	snapshot_close(r);
	arena_free(a);
}

HOME_TEST(what_a_contact_is_to_be_told_is_addressed_to_ourselves_and_names_it_once)
{
	struct home *h = *state;
	struct arena *a = arena_new(1u << 20);
	struct issue_result result;
	ok(contact_put(&h->desk, view_node(), "market", BYTES_LIT(MARKET)));
	struct snapshot *r = reads(h);
	struct issue_release release = release_to("contact:market");
	ok(contact_release(&h->desk, r, "contact:market", a, &release));
	assert_string_equal(release.to, HOME);
	assert_int_equal(release.field_n, WARNING_FIELDS + 2);
	assert_string_equal(release.field[WARNING_FIELDS].name, "recipient.name");
	assert_true(bytes_equal_str(release.field[WARNING_FIELDS].value, "\"The market\""));
	struct issue issue = { .kind = "warning", .release = &release, .n = 1 };
	ok(desk_issue(&h->desk, &issue, &result));
	fails(contact_release(&h->desk, r, "contact:market", a, &release), TOCSIN_BAD, "leave them out");
	release = release_to("contact:choir");
	fails(contact_release(&h->desk, r, "contact:choir", a, &release), TOCSIN_REFUSED, "contact add");
	snapshot_close(r);
	arena_free(a);
}

HOME_TEST(only_who_has_no_node_is_named_as_a_recipient_and_only_to_ourselves)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result result;
	static const struct body_field named[] = { { "threat.summary", VALUE("\"x\""), true }, { "handling.tlp", VALUE("\"red\""), true },
		{ "recipient.name", VALUE("\"somebody\""), true } };
	guest_meets(h, &g, "south.example");
	struct issue_release release = release_to(HOME);
	struct issue issue = { .kind = "warning", .release = &release, .n = 1 };
	fails(desk_issue(&h->desk, &issue, &result), TOCSIN_REFUSED, "rule contact.self");
	release = (struct issue_release) { .to = "south.example", .field = named, .field_n = 3 };
	fails(desk_issue(&h->desk, &issue, &result), TOCSIN_REFUSED, "rule contact.self");
	release.to = HOME;
	ok(desk_issue(&h->desk, &issue, &result));
	guest_free(&g);
}

/* ---- that they were told ---- */

static struct statement_row row_of(struct home *h, int64_t num, struct arena *a)
{
	struct statement_row row;
	struct snapshot *r = reads(h);
	ok(statement_by_num(r, num, a, &row));
	snapshot_close(r);
	return row;
}

static enum tocsin_err keeps(struct home *h, const struct statement_row *row, const struct told *t, struct issue_result *result)
{
	struct snapshot *r = reads(h);
	enum tocsin_err err = told_keep(&h->desk, r, view_node(), row, t, result);
	snapshot_close(r);
	return err;
}

HOME_TEST(only_what_is_ours_to_be_told_can_have_been_told_and_never_later_than_now)
{
	struct home *h = *state;
	struct guest g;
	struct statement s;
	struct letter l;
	struct issue_result sent, theirs, note, told;
	struct arena *a = arena_new(16u << 20);
	static const struct body_field record[] = { { "record.type", VALUE("\"call\""), true }, { "text", VALUE("\"x\""), true } };
	struct told t = { .by = "telephone", .person = "the night desk", .at = clock_now() };
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &sent);
	guest_says(h, &g, "warning", NULL, 0, &s);
	letter_make(&l, &g, &s, warning_fields, WARNING_FIELDS);
	letter_stored(h, &l, &s, 0, &theirs);
	struct issue_release own = { .to = HOME, .field = record, .field_n = 2, .urgency = 2 };
	struct issue issue = { .kind = "record", .release = &own, .n = 1 };
	ok(desk_issue(&h->desk, &issue, &note));
	struct statement_row row = row_of(h, sent.num, a), not_ours = row_of(h, theirs.num, a), own_note = row_of(h, note.num, a);
	fails(keeps(h, &not_ours, &t, &told), TOCSIN_REFUSED, "rule told.own");
	fails(keeps(h, &own_note, &t, &told), TOCSIN_REFUSED, "rule told.own");
	t.by = "pigeon";
	fails(keeps(h, &row, &t, &told), TOCSIN_BAD, "telephone");
	t.by = "telephone";
	t.person = "";
	fails(keeps(h, &row, &t, &told), TOCSIN_BAD, "person");
	t.person = "the night desk";
	t.at = clock_now() + 3600 * CLOCK_SECOND;
	fails(keeps(h, &row, &t, &told), TOCSIN_BAD, "to come");
	t.at = clock_now() - 86400 * CLOCK_SECOND;
	ok(keeps(h, &row, &t, &told));
	struct statement_row kept = row_of(h, told.num, a);
	assert_true(kept.issued);
	assert_string_equal(kept.peer, HOME);
	assert_non_null(memmem(kept.body.p, kept.body.n, " record.type \"voice-delivery\"\n", 30));
	assert_non_null(memmem(kept.body.p, kept.body.n, " text \"the night desk was told by telephone.\"\n", 46));
	/* What was not asked is not said. */
	assert_null(memmem(kept.body.p, kept.body.n, " record.code-ok ", 16));
	assert_null(memmem(kept.body.p, kept.body.n, " record.read-back", 17));
	guest_free(&g);
	arena_free(a);
}

HOME_TEST(the_page_of_a_missed_receipt_names_all_duty_contacts_and_both_commands)
{
	struct home *h = *state;
	struct guest g;
	struct hash id = sha256(BYTES_LIT("x"));
	struct buf b;
	const char *what;
	guest_meets(h, &g, "south.example");
	buf_init(&b, 4096);
	contact_duty_words(&h->desk, "south.example", &id, &b);
	assert_non_null(memmem(b.p, b.n, "names no duty contact", 21));
	buf_clear(&b);
	snprintf(g.card.duty[0], sizeof g.card.duty[0], "night desk +49 40 1111");
	snprintf(g.card.duty[1], sizeof g.card.duty[1], "by radio, channel 16");
	g.card.duty_n = 2;
	guest_card(&g);
	ok(guest_shown(h, &g, true, &what));
	contact_duty_words(&h->desk, "south.example", &id, &b);
	buf_add_char(&b, 0);
	assert_string_equal((const char *)b.p, "ring up south.example: night desk +49 40 1111; or by radio, channel 16 (what to say: tocsin script "
		"2d711642b726b044; afterwards: tocsin delivered 2d711642b726b044)");
	buf_free(&b);
	guest_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_contact_is_what_its_members_say),
		cmocka_unit_test(a_contact_that_is_not_made_as_one_is_bad_and_says_what),
		cmocka_unit_test(a_name_of_a_contact_is_small_letters_digits_and_hyphens_within),
		home_test(contacts_are_kept_replaced_listed_by_pages_and_removed),
		home_test(what_a_contact_is_to_be_told_is_addressed_to_ourselves_and_names_it_once),
		home_test(only_who_has_no_node_is_named_as_a_recipient_and_only_to_ourselves),
		home_test(only_what_is_ours_to_be_told_can_have_been_told_and_never_later_than_now),
		home_test(the_page_of_a_missed_receipt_names_all_duty_contacts_and_both_commands),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
