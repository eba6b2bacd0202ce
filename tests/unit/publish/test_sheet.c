#include "desk/home.h"

#include "desk/contact.h"
#include "publish/sheet.h"
#include "publish/sheet_words.h"

/* What a sheet of statement NUM says; the caller gives it back. */
static char *says(struct home *h, int64_t num, const char *language, enum sheet_form form)
{
	struct statement_row row;
	struct snapshot *r;
	struct buf b;
	struct arena *a = arena_new(16u << 20);
	buf_init(&b, 1u << 20);
	ok(snapshot_open(h->desk.store, &r));
	ok(statement_by_num(r, num, a, &row));
	ok(sheet_make(&h->desk, r, &row, language, form, &b));
	snapshot_close(r);
	arena_free(a);
	return buf_detach(&b, NULL);
}

static void has(struct home *h, int64_t num, const char *language, enum sheet_form form, const char *words, bool wanted)
{
	char *text = says(h, num, language, form);
	if ((strstr(text, words) != NULL) != wanted)
		print_error("%s\n", text);
	assert_int_equal(strstr(text, words) != NULL, wanted);
	free(text);
}

#define FIELD(name, value) { name, VALUE(value), true }

static void tells(struct home *h, const char *kind, const struct body_field *fields, size_t n, const struct hash *about,
	struct issue_result *r)
{
	struct issue_release release = { .to = HOME, .field = fields, .field_n = n };
	struct issue issue = { .kind = kind, .re = about, .re_n = about != NULL, .release = &release, .n = 1 };
	ok(desk_issue(&h->desk, &issue, r));
}

static const struct body_field fields[] = {
	FIELD("threat.summary", "{\"en\":\"A car.\",\"fr\":\"Une voiture.\",\"authoritative\":\"en\"}"), FIELD("handling.tlp", "\"amber-strict\""),
	FIELD("where.place", "\"<b>Gate</b> & \\\"4\\\"\""), FIELD("when.until", "\"2026-01-01T12:00:00Z\""), FIELD("threat.harm", "[\"death\",\"injury\"]"),
	FIELD("x.note", "\"one's own\""), FIELD("recipient.name", "\"the market\""), { "source.name", VALUE("\"a fisherman\""), false },
};
#define FIELDS (sizeof fields / sizeof *fields)

HOME_TEST(a_sheet_says_what_is_open_in_the_language_that_is_asked_for_and_never_what_is_closed)
{
	struct home *h = *state;
	struct issue_result r;
	tells(h, "warning", fields, FIELDS, NULL, &r);
	for (enum sheet_form form = SHEET_SCRIPT; form <= SHEET_HTML; form++) {
		has(h, r.num, "fr", form, "Une voiture.", true);
		has(h, r.num, "fr", form, "mort, blessures", true);
		has(h, r.num, "ru", form, "A car. (en)", true);
		has(h, r.num, NULL, form, "A car.", true);
		has(h, r.num, NULL, form, "TLP:AMBER+STRICT", true);
		has(h, r.num, NULL, form, "one&#39;s own", form == SHEET_HTML);
		has(h, r.num, NULL, form, "fisherman", false);
	}
}

HOME_TEST(a_contact_whose_language_has_no_phrases_gets_english_which_is_said)
{
	struct home *h = *state;
	struct issue_result r;
	static const struct body_field theirs[] = { FIELD("threat.summary", "{\"en\":\"A car.\",\"de\":\"Ein Auto.\",\"authoritative\":\"en\"}"),
		FIELD("handling.tlp", "\"amber\""), FIELD("recipient.contact", "\"choir\""), FIELD("recipient.name", "\"the choir\""),
		FIELD("specificity", "\"who=none what=said target=none where=none when=none how=none\"") };
	ok(contact_put(&h->desk, view_node(), "choir", BYTES_LIT("{\"label\":\"the choir\",\"language\":\"de-AT\"}")));
	tells(h, "warning", theirs, sizeof theirs / sizeof *theirs, NULL, &r);
	for (enum sheet_form form = SHEET_SCRIPT; form <= SHEET_HTML; form++) {
		has(h, r.num, NULL, form, "(there are no phrases in de-AT; in English)", true);
		has(h, r.num, "fr", form, "no phrases", false);
		has(h, r.num, NULL, form, "pecific", false);
	}
}

HOME_TEST(nothing_that_somebody_typed_in_is_markup)
{
	struct home *h = *state;
	struct issue_result r;
	tells(h, "warning", fields, FIELDS, NULL, &r);
	has(h, r.num, NULL, SHEET_HTML, "&lt;b&gt;Gate&lt;/b&gt; &amp; &quot;4&quot;", true);
	has(h, r.num, NULL, SHEET_HTML, "<b>Gate", false);
	has(h, r.num, NULL, SHEET_TEXT, "<b>Gate</b> & \"4\"", true);
	has(h, r.num, "ar", SHEET_HTML, "<html lang=\"ar\" dir=\"rtl\">", true);
	has(h, r.num, "es", SHEET_HTML, "<html lang=\"es\" dir=\"ltr\">", true);
}

HOME_TEST(what_was_withdrawn_ended_or_followed_by_news_says_so_in_front_and_behind)
{
	struct home *h = *state;
	struct issue_result first, next, end, back;
	static const struct body_field closing[] = { FIELD("outcome", "\"foiled\""), FIELD("recipient.name", "\"the market\"") },
		withdrawing[] = { FIELD("reason", "\"an error\""), FIELD("recipient.name", "\"the market\"") };
	tells(h, "warning", fields, FIELDS, NULL, &first);
	has(h, first.num, NULL, SHEET_SCRIPT, "newer warning", false);
	tells(h, "warning", fields, FIELDS, &first.id, &next);
	has(h, first.num, NULL, SHEET_SCRIPT, "newer warning", true);
	has(h, next.num, NULL, SHEET_SCRIPT, "newer warning", false);
	tells(h, "closure", closing, 2, &first.id, &end);
	has(h, first.num, NULL, SHEET_SCRIPT, "ENDED", true);
	tells(h, "retraction", withdrawing, 2, &first.id, &back);
	has(h, first.num, NULL, SHEET_SCRIPT, "ENDED", false);
	char *text = says(h, first.num, NULL, SHEET_SCRIPT), *one = strstr(text, "WITHDRAWN");
	assert_non_null(one);
	assert_true(one - text < 40);
	assert_non_null(strstr(one + 1, "WITHDRAWN"));
	free(text);
	has(h, back.num, NULL, SHEET_SCRIPT, "We withdraw a warning", true);
	has(h, back.num, NULL, SHEET_SCRIPT, "WITHDRAWN", false);
}

TEST(the_short_code_is_the_first_eight_bytes_of_the_id)
{
	struct hash id = { { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef } };
	char code[10];
	sheet_code(&id, code);
	assert_string_equal(code, "1648 6895");
	memset(&id, 0, sizeof id);
	sheet_code(&id, code);
	assert_string_equal(code, "0000 0000");
}

TEST(every_phrase_is_there_in_every_language)
{
	const struct sheet_language *l;
	for (size_t i = 0; (l = sheet_language_each(i)) != NULL; i++) {
		for (int p = 0; p < PHRASE_COUNT; p++)
			assert_true(sheet_phrase(l, (enum phrase)p)[0] != 0);
		assert_non_null(strstr(sheet_phrase(l, PHRASE_THIS_IS), "%s"));
	}
	assert_string_equal(sheet_language("ru-RU")->tag, "ru");
	assert_null(sheet_language("rux"));
	assert_null(sheet_language(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(a_sheet_says_what_is_open_in_the_language_that_is_asked_for_and_never_what_is_closed),
		home_test(a_contact_whose_language_has_no_phrases_gets_english_which_is_said),
		home_test(nothing_that_somebody_typed_in_is_markup),
		home_test(what_was_withdrawn_ended_or_followed_by_news_says_so_in_front_and_behind),
		cmocka_unit_test(the_short_code_is_the_first_eight_bytes_of_the_id),
		cmocka_unit_test(every_phrase_is_there_in_every_language),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
