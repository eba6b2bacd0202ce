#include "test.h"

#include "base/clock.h"
#include "desk/contradiction.h"

#define SPECIFIC "who=said what=death target=venue where=1000m when=66h how=none"
#define VAGUE "who=none what=death target=venue where=1000m when=words how=none"

static const struct told told = { .from = "north.example", .to = "south.example", .arrived_at = 1709716320 * CLOCK_SECOND,
	.specificity = SPECIFIC };

/* What nobody said is empty. */
static struct said said(const char *kind, const char *by, int64_t at)
{
	return (struct said) { .kind = kind, .by = by, .at = at * CLOCK_SECOND, .stage = "", .specific = "", .outcome = "", .copy = "",
		.result = "", .claims = "" };
}

static struct said response(const char *stage, int64_t at)
{
	struct said s = said("response", "south.example", at);
	s.stage = stage;
	return s;
}

static struct said record(const char *claims)
{
	struct said s = said("record", "north.example", 1709800000);
	s.claims = claims;
	return s;
}

/* The names of the rules that N of S break, with a space behind each. */
static const char *found(const struct told *t, const struct said *s, size_t n)
{
	static char out[512];
	struct contradiction c[16];
	size_t k = contradiction_find(t, s, n, c, 16);
	out[0] = 0;
	for (size_t i = 0; i < k; i++) {
		size_t at = strlen(out);
		snprintf(out + at, sizeof out - at, "%s ", contradiction_name(c[i].rule));
	}
	return out;
}

static void what_one_side_takes_back_is_told_in_the_order_in_which_it_was_said(void **state)
{
	(void)state;
	struct said s[2] = { response("declined", 1), response("acting", 2) };
	assert_string_equal(found(&told, s, 2), "acted-after-declined ");
	s[0] = response("acted", 1);
	s[1] = response("declined", 2);
	assert_string_equal(found(&told, s, 2), "declined-after-acted ");
	s[1] = response("thanked", 2);
	assert_string_equal(found(&told, s, 2), "");
	s[0] = s[1] = response("assessed", 1);
	s[0].specific = "very-specific";
	s[1].specific = "general";
	assert_string_equal(found(&told, s, 2), "general-after-specific ");
	s[0] = s[1] = response("acted", 1);
	s[0].copy = "removed";
	s[1].copy = "held";
	assert_string_equal(found(&told, s, 2), "held-after-removed ");
}

static void too_general_is_held_against_what_was_sent(void **state)
{
	(void)state;
	struct told vague = told;
	struct said s = response("assessed", 1);
	s.specific = "too-general";
	vague.specificity = VAGUE;
	assert_string_equal(found(&told, &s, 1), "too-general-against-lines ");
	assert_string_equal(found(&vague, &s, 1), "");
	vague.specificity = "";
	assert_string_equal(found(&vague, &s, 1), "");
	s.specific = "general";
	assert_string_equal(found(&told, &s, 1), "");
	s = record(" too-general ");
	assert_string_equal(found(&told, &s, 1), "too-general-claimed ");
}

static void a_receipt_contradicts_who_is_said_to_deny_the_warning_and_without_one_nothing_does(void **state)
{
	(void)state;
	struct told never = told;
	struct said s = record(" not-received ");
	never.arrived_at = 0;
	assert_string_equal(found(&told, &s, 1), "receipt-denied ");
	assert_string_equal(found(&never, &s, 1), "");
	s = record(" no-warning ");
	assert_string_equal(found(&told, &s, 1), "receipt-denied ");
	/* Only whole words. */
	s = record(" no-warning-like ");
	assert_string_equal(found(&told, &s, 1), "");
}

static void a_record_is_held_against_the_responses_of_the_other_side_only(void **state)
{
	(void)state;
	struct said s[2] = { response("acted", 1), record(" not-acted ") };
	assert_string_equal(found(&told, s, 2), "inaction-claimed ");
	s[1] = record(" propaganda ");
	assert_string_equal(found(&told, s, 2), "dismissed-in-words ");
	s[1].by = "south.example";
	assert_string_equal(found(&told, s, 2), "");
	s[0] = response("declined", 1);
	s[1] = record(" acted ");
	assert_string_equal(found(&told, s, 2), "action-claimed ");
	s[0] = response("assessed", 1);
	s[0].specific = "specific";
	s[1] = record(" credible ");
	assert_string_equal(found(&told, s, 2), "");
}

static void outcomes_are_compared_and_unknown_contradicts_nobody(void **state)
{
	(void)state;
	struct said s[2] = { said("closure", "north.example", 1), response("outcome", 2) };
	s[0].outcome = "occurred";
	s[1].outcome = "foiled";
	assert_string_equal(found(&told, s, 2), "outcomes-differ ");
	s[1].outcome = "unknown";
	assert_string_equal(found(&told, s, 2), "");
	s[1].outcome = "occurred";
	assert_string_equal(found(&told, s, 2), "");
	s[0] = s[1];
	s[0].outcome = "foiled";
	assert_string_equal(found(&told, s, 2), "outcome-changed ");
	s[1] = record(" did-not-occur ");
	assert_string_equal(found(&told, s, 2), "outcome-claimed ");
	s[1] = record(" foiled did-not-occur ");
	assert_string_equal(found(&told, s, 2), "");
}

static void a_sentence_names_the_record_s_maker_and_never_makes_it_the_other_side_s_word(void **state)
{
	(void)state;
	struct contradiction c[4];
	struct buf out;
	struct said s[2] = { response("acting", 1709720000), record(" propaganda no-warning ") };
	size_t n = contradiction_find(&told, s, 2, c, 4);
	assert_int_equal(n, 2);
	buf_init(&out, 4096);
	contradiction_sentence(&c[0], &told, s, &out);
	buf_add_char(&out, 0);
	assert_string_equal((char *)out.p, "north.example wrote down on 2024-03-07T08:26:40Z that somebody claimed that it was not "
		"credible; south.example said on 2024-03-06T10:13:20Z that it acts");
	buf_clear(&out);
	contradiction_sentence(&c[1], &told, s, &out);
	buf_add_char(&out, 0);
	assert_string_equal((char *)out.p, "north.example wrote down on 2024-03-07T08:26:40Z that somebody claimed that no warning "
		"came; the node of south.example accepted it on 2024-03-06T09:12:00Z, as its log proves");
	buf_free(&out);
}

static void every_rule_has_a_name_of_its_own_and_no_more_are_found_than_there_is_room_for(void **state)
{
	(void)state;
	const struct contradiction_rule *r, *other;
	for (size_t i = 0; (r = contradiction_each(i)) != NULL; i++)
		for (size_t k = 0; k < i && (other = contradiction_each(k)) != NULL; k++)
			assert_string_not_equal(contradiction_name(r), contradiction_name(other));
	struct contradiction c[1];
	struct said s[3] = { record(" not-received "), record(" not-received "), record(" no-warning ") };
	assert_int_equal(contradiction_find(&told, s, 3, c, 1), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_one_side_takes_back_is_told_in_the_order_in_which_it_was_said),
		cmocka_unit_test(too_general_is_held_against_what_was_sent),
		cmocka_unit_test(a_receipt_contradicts_who_is_said_to_deny_the_warning_and_without_one_nothing_does),
		cmocka_unit_test(a_record_is_held_against_the_responses_of_the_other_side_only),
		cmocka_unit_test(outcomes_are_compared_and_unknown_contradicts_nobody),
		cmocka_unit_test(a_sentence_names_the_record_s_maker_and_never_makes_it_the_other_side_s_word),
		cmocka_unit_test(every_rule_has_a_name_of_its_own_and_no_more_are_found_than_there_is_room_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
