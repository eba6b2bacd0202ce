/* The door's rules: what is read, what is found, and that nothing shows what is on the list. */
#include "rules.h"

#include <stdlib.h>

#include "base/file.h"
#include "domain/screen_try.h"

static const uint8_t secret[32];
static size_t asked_for;

static bool nobody(void *arg, const struct hash *tag)
{
	asked_for++;
	return arg != NULL && tag->b[0] % 2 == 0;
}

static void refused(const char *json, const char *sentence)
{
	struct screen_rules *r;
	assert_int_equal(screen_rules_read(bytes_str(json), &r), TOCSIN_BAD);
	assert_null(r);
	if (strstr(fail_sentence(), sentence) == NULL)
		stop("%s: %s", json, fail_sentence());
}

#define RULES(r) "{\"version\":1,\"lists\":{\"words\":[\"one\",\"two words\",\"pref*\"]},\"rules\":[" r "]}"

TEST(a_slip_of_the_pen_in_the_rules_is_told)
{
	refused("[]", "object");
	refused("{\"version\":2,\"rules\":[]}", "version");
	refused("{\"version\":1,\"rules\":[],\"ruels\":[]}", "ruels");
	refused(RULES("{\"name\":\"a\",\"verdict\":\"pass\",\"on\":\"unread\",\"text\":\"t\"}"), "rule a: verdict");
	refused(RULES("{\"name\":\"a\",\"verdict\":\"hold\",\"on\":\"luck\",\"text\":\"t\"}"), "rule a: there is no such condition");
	refused(RULES("{\"name\":\"a\",\"verdict\":\"hold\",\"on\":\"unread\"}"), "rule a: text");
	refused(RULES("{\"name\":\"a\",\"verdict\":\"hold\",\"on\":\"unread\",\"text\":\"t\",\"over\":3}"), "does not take over");
	refused(RULES("{\"name\":\"a\",\"verdict\":\"hold\",\"on\":\"words\",\"list\":\"none\",\"text\":\"t\"}"), "must name one of the lists");
	refused(RULES("{\"name\":\"a\",\"verdict\":\"hold\",\"on\":\"record\",\"number\":\"refused\",\"text\":\"t\"}"), "over is a number");
	refused(RULES("{\"name\":\"a\",\"verdict\":\"hold\",\"on\":\"missing\",\"fields\":[\"A b\"],\"text\":\"t\"}"), "names fields");
	refused(RULES("{\"name\":\"a\",\"verdict\":\"hold\",\"on\":\"unread\",\"text\":\"t\"},{\"name\":\"a\",\"verdict\":\"hold\",\"on\":\"unread\",\"text\":\"t\"}"),
		"twice");
	refused("{\"version\":1,\"rules\":[],\"lists\":{\"l\":[\"a*b\"]}}", "at its end only");
	refused("{\"version\":1,\"rules\":[],\"lists\":{\"l\":[\"...\"]}}", "1 to");
	refused("{\"version\":1,\"rules\":[],\"calendar\":[{\"what\":\"an election\",\"from\":\"2026-09-31\",\"until\":\"2026-10-01\"}]}",
		"an election: from and until");
	refused("{\"version\":1,\"rules\":[],\"calendar\":[{\"what\":\"e\",\"country\":\"de\",\"from\":\"2026-09-01\",\"until\":\"2026-10-01\"}]}",
		"country is two capitals");
}

TEST(the_rules_that_are_there_from_the_beginning_are_rules)
{
	struct screen_rules *r;
	struct screen_windows w;
	assert_int_equal(screen_rules_read(screen_rules_default(), &r), TOCSIN_OK);
	screen_windows(r, &w);
	assert_int_equal(w.record, 365 * 86400 * CLOCK_SECOND);
	screen_rules_free(r);
}

TEST(each_case_of_the_examples_comes_out_as_it_says)
{
	char path[4096];
	struct buf text;
	json_t *given, *out;
	assert_non_null(getenv("TOCSIN_SOURCE"));
	snprintf(path, sizeof path, "%s/examples/screening/cases.json", getenv("TOCSIN_SOURCE"));
	buf_init(&text, LIMIT_JSON);
	assert_int_equal(file_read(path, &text), TOCSIN_OK);
	assert_int_equal(json_parse(buf_bytes(&text), LIMIT_JSON, "the cases", &given), TOCSIN_OK);
	assert_int_equal(screen_try(given, 0, &out), TOCSIN_OK);
	assert_true(json_integer_value(json_object_get(out, "as_expected")) >= 40);
	for (size_t i = 0; i < json_array_size(json_object_get(out, "items")); i++) {
		json_t *item = json_array_get(json_object_get(out, "items"), i);
		if (!json_is_true(json_object_get(item, "as_expected")))
			stop("%s: %s", json_string_value(json_object_get(item, "name")), json_string_value(json_object_get(item, "verdict")));
	}
	json_decref(out);
	json_decref(given);
	buf_free(&text);
}

/* Findings point into the rules. */
static struct screen_rules *rules;

static void screened(const char *name, void *on_list, struct screening *s)
{
	char value[200];
	struct screen_record record = { .requests = 0 };
	struct screen_field field[] = { { BYTES_LIT("request.type"), BYTES_LIT("\"person\"") }, { BYTES_LIT("subject.name"), { 0 } },
		{ BYTES_LIT("text"), BYTES_LIT("\"He was seen with others at a place and on a day\"") } };
	struct screen_request q = { .kind = "request", .field = field, .field_n = 3, .at = 1767225600 * CLOCK_SECOND };
	snprintf(value, sizeof value, "\"%s\"", name);
	field[1].value = bytes_str(value);
	arena_reset(arena);
	asked_for = 0;
	screen_rules_free(rules);
	assert_int_equal(screen_rules_read(screen_rules_default(), &rules), TOCSIN_OK);
	assert_int_equal(screen(rules, &q, &record, secret, nobody, on_list, arena, s), TOCSIN_OK);
}

TEST(as_much_is_looked_up_whether_somebody_is_on_the_list_or_not)
{
	static struct screening on, off;
	screened("Alina Sorokina", &asked_for, &on);
	size_t with = asked_for;
	screened("Alina Sorokina", NULL, &off);
	assert_int_equal(asked_for, with);
	assert_int_equal(on.verdict, SCREEN_REFUSE);
	assert_int_equal(off.verdict, SCREEN_HOLD);
}

TEST(no_finding_holds_a_name)
{
	static struct screening s;
	screened("Alina Sor0kina", &asked_for, &s);
	assert_true(s.person && s.n > 3);
	for (size_t i = 0; i < s.n; i++) {
		assert_null(memmem(s.finding[i].facts.p, s.finding[i].facts.n, "lina", 4));
		assert_null(strstr(s.finding[i].text, "lina"));
	}
	screen_rules_free(rules);
	rules = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slip_of_the_pen_in_the_rules_is_told),
		cmocka_unit_test(the_rules_that_are_there_from_the_beginning_are_rules),
		cmocka_unit_test(each_case_of_the_examples_comes_out_as_it_says),
		cmocka_unit_test(as_much_is_looked_up_whether_somebody_is_on_the_list_or_not),
		cmocka_unit_test(no_finding_holds_a_name),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
