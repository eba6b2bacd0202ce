/* Which lines are proposed open, and why. */
#include "rules.h"

#define FULL "{\"threat\":{\"summary\":\"An attack\",\"actor\":\"A cell\",\"harm\":[\"death\"]},\"where\":{\"place\":\"A hall\"}," \
	"\"handling\":{\"tlp\":\"%s\"},\"source\":{\"origin\":\"An agent\",\"name\":\"Someone\"}}"

static struct handling h;
static struct marking marks[DRAFT_FIELDS];

static void take_tlp(const char *tlp)
{
	char json[400];
	snprintf(json, sizeof json, FULL, tlp);
	take("warning", json);
	memset(marks, 0, sizeof marks);
}

static size_t index_of(const char *name)
{
	for (size_t i = 0; i < draft.n; i++)
		if (strcmp(draft.field[i].name, name) == 0)
			return i;
	stop("no field %s", name);
	return 0;
}

static void is(const char *name, bool open, enum handling_why why)
{
	assert_int_equal(line(&h, name)->why, why);
	assert_int_equal(line(&h, name)->open, open);
}

static struct profile profile(const char *json)
{
	struct profile p;
	if (profile_parse(bytes_str(json), arena, &p) != TOCSIN_OK)
		stop("%s", fail_sentence());
	return p;
}

TEST(a_named_recipient_gets_what_policy_says_and_no_source_line)
{
	take_tlp("amber");
	struct handling_ask ask = ask_for("south.example", true, &profile_none);
	assert_int_equal(handling_propose(&ask, &h), TOCSIN_OK);
	is("threat.summary", true, HANDLING_FITS);
	is("source.origin", false, HANDLING_BY_DEFAULT);
	is("source.name", false, HANDLING_BY_DEFAULT);
	is("handling.tlp", true, HANDLING_GOES_WITH);
	assert_false(h.blocked);
	assert_int_equal(h.marking.tlp, TLP_AMBER);
}

TEST(unmarked_is_closed_and_no_list_opens_it)
{
	take("response", "{\"stage\":\"acting\",\"text\":\"We look\"}");
	static const char *const open[] = { "text", "stage" };
	struct handling_ask ask = ask_for("south.example", true, &profile_none);
	ask.kind = "response";
	ask.open = open;
	ask.open_n = 2;
	assert_int_equal(handling_propose(&ask, &h), TOCSIN_OK);
	is("text", false, HANDLING_UNMARKED);
	assert_true(h.blocked);
	/* What it rests on gives it the marking that it lacks. */
	struct marking of = { TLP_GREEN, 0, NULL };
	ask.inherited = &of;
	assert_int_equal(handling_propose(&ask, &h), TOCSIN_OK);
	is("text", true, HANDLING_AUTHOR_OPENED);
	assert_int_equal(h.marking.tlp, TLP_GREEN);
}

TEST(merging_takes_the_most_restrictive)
{
	const enum tlp order[] = { TLP_CLEAR, TLP_GREEN, TLP_AMBER, TLP_AMBER_STRICT, TLP_RED, TLP_UNMARKED };
	for (size_t i = 0; i < 6; i++) {
		for (size_t k = 0; k < 6; k++) {
			struct marking m = marking_merge((struct marking){ order[i], 1, "a" }, (struct marking){ order[k], 4, "b" });
			assert_int_equal(m.tlp, order[i > k ? i : k]);
			assert_int_equal(m.codes, 5);
			assert_int_equal(tlp_above(order[i], order[k]), i > k);
		}
	}
	take_tlp("green");
	struct marking red = { TLP_RED, MARKING_H2, NULL };
	struct handling_ask ask = ask_for("south.example", false, &profile_none);
	ask.inherited = &red;
	assert_int_equal(handling_propose(&ask, &h), TOCSIN_OK);
	is("threat.summary", false, HANDLING_RED);
}

TEST(red_goes_to_named_recipients_only_whatever_the_author_lists)
{
	static const char *const open[] = { "threat.actor", "substance" };
	take_tlp("red");
	struct profile p = profile("{\"tlp\":\"red\",\"community\":true,\"open\":[\"threat.*\"]}");
	struct handling_ask ask = ask_for("south.example", false, &p);
	ask.open = open;
	ask.open_n = 2;
	assert_int_equal(handling_propose(&ask, &h), TOCSIN_OK);
	is("threat.actor", false, HANDLING_RED);
	is("handling.tlp", false, HANDLING_NOTHING_OPEN);
	assert_true(h.blocked);
	ask.named = true;
	assert_int_equal(handling_propose(&ask, &h), TOCSIN_OK);
	is("threat.actor", true, HANDLING_AUTHOR_OPENED);
	is("source.origin", false, HANDLING_BY_DEFAULT);
}

TEST(a_group_gets_the_community_level_unless_the_profile_says_more)
{
	struct profile stranger = profile("{}"), member = profile("{\"community\":true}"), friend = profile("{\"tlp\":\"amber\"}");
	take_tlp("green");
	struct handling_ask ask = ask_for("south.example", false, &stranger);
	assert_int_equal(handling_propose(&ask, &h), TOCSIN_OK);
	is("threat.summary", false, HANDLING_COMMUNITY);
	ask.profile = &member;
	assert_int_equal(handling_propose(&ask, &h), TOCSIN_OK);
	is("threat.summary", true, HANDLING_FITS);
	take_tlp("amber");
	ask.field = draft.field;
	assert_int_equal(handling_propose(&ask, &h), TOCSIN_OK);
	is("threat.summary", false, HANDLING_ABOVE);
	ask.profile = &friend;
	assert_int_equal(handling_propose(&ask, &h), TOCSIN_OK);
	is("threat.summary", true, HANDLING_FITS);
}

TEST(the_author_can_always_open_the_substance_and_it_is_said_so)
{
	static const char *const open[] = { "substance" };
	take_tlp("amber-strict");
	struct profile p = profile("{\"tlp\":\"clear\",\"close\":[\"threat.*\",\"where.*\"]}");
	struct handling_ask ask = ask_for("south.example", true, &p);
	assert_int_equal(handling_propose(&ask, &h), TOCSIN_OK);
	is("threat.summary", false, HANDLING_PROFILE_CLOSES);
	assert_true(h.blocked);
	ask.open = open;
	ask.open_n = 1;
	assert_int_equal(handling_propose(&ask, &h), TOCSIN_OK);
	is("threat.summary", true, HANDLING_AUTHOR_OPENED);
	is("where.place", true, HANDLING_AUTHOR_OPENED);
	is("threat.actor", false, HANDLING_PROFILE_CLOSES);
	is("source.origin", false, HANDLING_BY_DEFAULT);
	assert_false(h.blocked);
}

TEST(what_is_closed_by_name_stays_closed)
{
	static const char *const open[] = { "substance", "threat.summary", "source.*" }, *const close[] = { "threat.summary", "source.origin" };
	take_tlp("clear");
	struct profile p = profile("{\"tlp\":\"red\",\"open\":[\"threat.*\"]}");
	struct handling_ask ask = ask_for("south.example", true, &p);
	ask.open = open;
	ask.open_n = 3;
	ask.close = close;
	ask.close_n = 2;
	assert_int_equal(handling_propose(&ask, &h), TOCSIN_OK);
	is("threat.summary", false, HANDLING_AUTHOR_CLOSED);
	is("source.origin", false, HANDLING_AUTHOR_CLOSED);
	is("source.name", true, HANDLING_AUTHOR_OPENED);
	/* Who closes it needs no override. */
	assert_false(h.blocked);
}

TEST(a_word_that_names_no_line_is_refused)
{
	static const char *const misspelt[] = { "threat.sumary" };
	take_tlp("clear");
	struct handling_ask ask = ask_for("south.example", true, &profile_none);
	ask.close = misspelt;
	ask.close_n = 1;
	assert_int_equal(handling_propose(&ask, &h), TOCSIN_BAD);
	assert_non_null(strstr(fail_sentence(), "threat.sumary"));
	static const char *const substance[] = { "substance" };
	ask.close = substance;
	assert_int_equal(handling_propose(&ask, &h), TOCSIN_BAD);
}

TEST(a_release_bears_the_marking_and_the_caveats_of_what_it_opens)
{
	struct body_field f[HANDLING_FIELDS];
	size_t n;
	take_tlp("green");
	marks[index_of("threat.actor")] = (struct marking){ TLP_AMBER, MARKING_H1, "H1 ask us first" };
	struct handling_ask ask = ask_for("south.example", true, &profile_none);
	ask.marking = marks;
	assert_int_equal(handling_propose(&ask, &h), TOCSIN_OK);
	assert_int_equal(h.marking.tlp, TLP_AMBER);
	assert_int_equal(h.marking.codes, MARKING_H1);
	assert_int_equal(handling_fields(&ask, &h, arena, f, &n), TOCSIN_OK);
	assert_true(bytes_equal_str(field_of(f, n, "handling.tlp")->value, "\"amber\""));
	assert_true(bytes_equal_str(field_of(f, n, "handling.caveat")->value, "\"Actor: H1 ask us first\""));
	assert_true(field_of(f, n, "specificity")->open);
	/* Without that line it is green, and says nothing of a caveat. */
	static const char *const close[] = { "threat.actor" };
	ask.close = close;
	ask.close_n = 1;
	assert_int_equal(handling_propose(&ask, &h), TOCSIN_OK);
	assert_int_equal(handling_fields(&ask, &h, arena, f, &n), TOCSIN_OK);
	assert_true(bytes_equal_str(field_of(f, n, "handling.tlp")->value, "\"green\""));
	assert_null(field_of(f, n, "handling.caveat"));
	assert_non_null(strstr((const char *)field_of(f, n, "specificity")->value.p, "who=none"));
}

TEST(every_line_has_a_reason_in_words)
{
	take_tlp("amber");
	struct handling_ask ask = ask_for("south.example", false, &profile_none);
	assert_int_equal(handling_propose(&ask, &h), TOCSIN_OK);
	for (size_t i = 0; i < h.n; i++) {
		struct buf b;
		buf_init(&b, 1000);
		handling_words(&ask, &h, i, &b);
		assert_true(b.n > 10 && !b.failed && memchr(b.p, '%', b.n) == NULL);
		assert_true(strlen(handling_why_name(h.line[i].why)) > 3);
		buf_free(&b);
	}
}

TEST(a_profile_is_read_strictly)
{
	static const char *const bad[] = { "[]", "{\"tlp\":\"blue\"}", "{\"tlp\":1}", "{\"open\":\"x\"}", "{\"open\":[\"Where\"]}",
		"{\"open\":[\"*\"]}", "{\"open\":[\"source.origin\"]}", "{\"open\":[\"source.*\"]}", "{\"open\":[\"source.mole\"]}",
		"{\"language\":\"russian\"}", "{\"language\":\"ru-\"}", "{\"community\":\"yes\"}", "{\"owes\":\"a\\nb\"}", "{\"extra\":1}",
		"{\"tlp\":\"red\",\"tlp\":\"clear\"}", "" };
	struct profile p;
	arena_reset(arena);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (profile_parse(bytes_str(bad[i]), arena, &p) != TOCSIN_BAD)
			stop("taken: %s", bad[i]);
	p = profile("{\"tlp\":\"amber-strict\",\"open\":[\"where.*\"],\"close\":[\"source.*\",\"x.y\"],\"language\":\"pt-BR\",\"community\":true,"
		"\"owes\":\"an answer within a day\"}");
	assert_int_equal(p.tlp, TLP_AMBER_STRICT);
	assert_int_equal(p.close_n, 2);
	assert_string_equal(p.language, "pt-BR");
	assert_string_equal(p.owes, "an answer within a day");
	assert_true(p.community);
}

TEST(a_marking_is_read_strictly)
{
	static const char *const bad[] = { "1", "{\"tlp\":\"white\"}", "{\"caveat\":\"\"}", "{\"caveat\":\"a\\tb\"}", "{\"tlp\":null}", "{\"x\":1}" };
	struct marking m;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		json_t *j = json_loads(bad[i], JSON_DECODE_ANY, NULL);
		assert_int_equal(marking_read(j, "a line", &m), TOCSIN_BAD);
		json_decref(j);
	}
	json_t *j = json_loads("{\"tlp\":\"red\",\"caveat\":\"H1, H3: not in writing; SH2 H22\"}", 0, NULL);
	assert_int_equal(marking_read(j, "a line", &m), TOCSIN_OK);
	assert_int_equal(m.tlp, TLP_RED);
	assert_int_equal(m.codes, MARKING_H1 | MARKING_H3);
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_named_recipient_gets_what_policy_says_and_no_source_line),
		cmocka_unit_test(unmarked_is_closed_and_no_list_opens_it),
		cmocka_unit_test(merging_takes_the_most_restrictive),
		cmocka_unit_test(red_goes_to_named_recipients_only_whatever_the_author_lists),
		cmocka_unit_test(a_group_gets_the_community_level_unless_the_profile_says_more),
		cmocka_unit_test(the_author_can_always_open_the_substance_and_it_is_said_so),
		cmocka_unit_test(what_is_closed_by_name_stays_closed),
		cmocka_unit_test(a_word_that_names_no_line_is_refused),
		cmocka_unit_test(a_release_bears_the_marking_and_the_caveats_of_what_it_opens),
		cmocka_unit_test(every_line_has_a_reason_in_words),
		cmocka_unit_test(a_profile_is_read_strictly),
		cmocka_unit_test(a_marking_is_read_strictly),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
