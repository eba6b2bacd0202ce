/* The vocabulary, areas, and drafts as authors write them. */
#include "base/file.h"
#include "base/text.h"
#include "domain/area.h"

#include "bundle.h"

#define WARNING "\"threat.summary\":\"An attack\",\"handling.tlp\":\"red\""

static struct draft d;
static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new(8u << 20);
	return arena == NULL;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static enum tocsin_err take(const char *kind, const char *json)
{
	return draft_read(kind, bytes_str(json), arena, &d);
}

static void refuses(const char *kind, const char *json, const char *part)
{
	assert_int_equal(take(kind, json), TOCSIN_BAD);
	assert_true(sentence_has(fail_sentence(), part));
}

static const struct body_field *field(const char *name)
{
	for (size_t i = 0; i < d.n; i++)
		if (strcmp(d.field[i].name, name) == 0)
			return &d.field[i];
	return NULL;
}

static void is_value(const char *name, const char *value)
{
	const struct body_field *f = field(name);
	assert_non_null(f);
	assert_int_equal(f->value.n, strlen(value));
	assert_memory_equal(f->value.p, value, f->value.n);
}

static void every_field_of_the_table_is_sound(void **state)
{
	(void)state;
	const struct field *f;
	size_t n = 0;
	for (; (f = field_each(n)) != NULL; n++) {
		assert_true(body_name_ok(bytes_str(f->name)));
		assert_true((f->words != NULL) == (f->type == FIELD_WORD || f->type == FIELD_WORDS));
		assert_true(strlen(f->label) > 0 && strlen(f->help) > 0);
		struct bytes rest = bytes_str(f->kinds), word;
		char kind[STATEMENT_KIND + 1];
		while (text_word(&rest, &word)) {
			snprintf(kind, sizeof kind, "%.*s", (int)word.n, (const char *)word.p);
			assert_non_null(kind_find(kind));
			assert_ptr_equal(field_for(kind, f->name), f);
		}
		assert_int_equal(rest.n, 0);
	}
	assert_true(n >= 40);
	assert_null(field_find("nothing"));
	assert_true(field_find("source.origin")->closed && field_find("source.method")->closed);
}

static void every_required_field_is_in_the_table(void **state)
{
	(void)state;
	const struct kind *k;
	for (size_t i = 0; (k = kind_each(i)) != NULL; i++)
		for (size_t j = 0; k->required[j] != NULL; j++)
			assert_non_null(field_for(k->name, k->required[j]));
}

static void annex_a_of_the_protocol_lists_every_field_and_word(void **state)
{
	(void)state;
	const char *source = getenv("TOCSIN_SOURCE");
	const struct field *f;
	char path[4096], row[200];
	struct buf doc;
	buf_init(&doc, 1 << 20);
	assert_int_equal(file_join(path, sizeof path, source == NULL ? "." : source, "docs/PROTOCOL.md"), TOCSIN_OK);
	assert_int_equal(file_read(path, &doc), TOCSIN_OK);
	for (size_t i = 0; (f = field_each(i)) != NULL; i++) {
		snprintf(row, sizeof row, "\n| `%s` | ", f->name);
		assert_non_null(memmem(doc.p, doc.n, row, strlen(row)));
		for (size_t j = 0; f->words != NULL && f->words[j] != NULL; j++) {
			snprintf(row, sizeof row, "`%s`", f->words[j]);
			assert_non_null(memmem(doc.p, doc.n, row, strlen(row)));
		}
	}
	buf_free(&doc);
}

static void dotted_and_nested_names_are_the_same(void **state)
{
	(void)state;
	assert_int_equal(take("warning",
		"{" WARNING ",\"where\":{\"place\":{\"en\":\"Hall\",\"ru\":\"\xd0\x97\xd0\xb0\xd0\xbb\",\"authoritative\":\"en\"},\"area\":\"circle 55.825,37.39 1500\"},"
		"\"x\":{\"own\":{\"deep\":[1,true,\"a\"]}}}"), TOCSIN_OK);
	assert_int_equal(d.n, 5);
	is_value("where.place", "{\"en\":\"Hall\",\"ru\":\"\xd0\x97\xd0\xb0\xd0\xbb\",\"authoritative\":\"en\"}");
	is_value("where.area", "\"circle 55.825,37.39 1500\"");
	is_value("x.own.deep", "[1,true,\"a\"]");
}

static void names_that_look_like_languages_are_names_when_the_table_has_them(void **state)
{
	(void)state;
	assert_int_equal(take("warning",
		"{\"threat\":{\"summary\":\"x\"},\"handling\":{\"tlp\":\"green\"},\"target\":{\"who\":\"a synagogue\"}}"),
		TOCSIN_OK);
	is_value("handling.tlp", "\"green\"");
	is_value("target.who", "\"a synagogue\"");
	assert_int_equal(take("warning", "{" WARNING ",\"x.note\":{\"de\":\"Hallo\"}}"), TOCSIN_OK);
	is_value("x.note", "{\"de\":\"Hallo\"}");
}

static void a_field_given_twice_is_refused(void **state)
{
	(void)state;
	refuses("warning", "{" WARNING ",\"threat\":{\"summary\":\"again\"}}", "given twice");
}

static void a_missing_field_is_named(void **state)
{
	(void)state;
	refuses("warning", "{\"threat.summary\":\"x\"}", "handling.tlp");
	refuses("warning", "{\"handling.tlp\":\"red\"}", "threat.summary");
	refuses("response", "{}", "stage");
	refuses("retraction", "{}", "reason");
	refuses("closure", "{\"reason\":\"over\"}", "outcome");
	refuses("record", "{\"text\":\"x\"}", "record.type");
	refuses("request", "{\"purpose\":\"to protect\",\"urgency\":\"urgent\"}", "question");
	refuses("request", "{\"question\":\"Who?\",\"urgency\":\"urgent\"}", "purpose");
	refuses("answer", "{\"text\":\"x\"}", "result");
	refuses("rumour", "{}", "no kind");
	refuses("warning", "[]", "JSON object");
	refuses("warning", "{", "not valid JSON");
}

static void what_an_answer_leaves_open_is_asked_for(void **state)
{
	(void)state;
	refuses("response", "{\"stage\":\"declined\"}", "reason");
	refuses("response", "{\"stage\":\"outcome\"}", "outcome");
	refuses("response", "{\"stage\":\"assessed\",\"assessment.specific\":\"too-general\"}", "question");
	refuses("response", "{\"stage\":\"outcome\",\"outcome\":\"stood-down\"}",
		"one of: occurred, foiled, did-not-occur, unknown");
	assert_int_equal(take("response", "{\"stage\":\"declined\",\"reason\":\"not ours\"}"), TOCSIN_OK);
	assert_int_equal(take("response",
		"{\"stage\":\"assessed\",\"assessment.specific\":\"too-general\",\"question\":\"Which hall?\"}"), TOCSIN_OK);
	assert_int_equal(take("closure", "{\"outcome\":\"stood-down\"}"), TOCSIN_OK);
	refuses("response", "{\"stage\":\"opened\",\"copy\":\"removed\"}", "stage acted");
	assert_int_equal(take("response", "{\"stage\":\"acted\",\"copy\":\"removed\"}"), TOCSIN_OK);
	assert_int_equal(take("response", "{\"stage\":\"opened\",\"copy\":\"held\"}"), TOCSIN_OK);
	refuses("answer", "{\"result\":\"declined\",\"decline.ground\":\"law\"}", "reason");
	refuses("answer", "{\"result\":\"declined\",\"reason\":\"x\"}", "decline.ground");
	refuses("answer", "{\"result\":\"needs-time\"}", "field due");
	refuses("answer", "{\"result\":\"provided\",\"due\":\"2024-03-08T12:00:00Z\"}", "only an answer that needs time");
	assert_int_equal(take("answer", "{\"result\":\"needs-time\",\"due\":\"2024-03-08T12:00:00Z\"}"), TOCSIN_OK);
	assert_int_equal(take("request", "{\"question\":\"Who?\",\"purpose\":\"to protect\",\"urgency\":\"urgent\","
		"\"due\":\"2024-03-08T12:00:00Z\",\"legal-basis\":\"the police act\",\"request.type\":\"event\",\"urgency.grounds\":\"it is near\"}"),
		TOCSIN_OK);
#define ASKS "{\"question\":\"Who?\",\"purpose\":\"to protect\",\"legal-basis\":\"the police act\","
	refuses("request", ASKS "\"urgency\":\"routine\"}", "request.type");
	refuses("request", "{\"question\":\"Who?\",\"purpose\":\"to protect\",\"urgency\":\"routine\",\"request.type\":\"event\"}", "legal-basis");
	refuses("request", ASKS "\"urgency\":\"urgent\",\"request.type\":\"event\"}", "urgency.grounds");
	refuses("request", ASKS "\"urgency\":\"routine\",\"request.type\":\"person\",\"subject.name\":\"A B\"}", "field link");
	refuses("request", ASKS "\"urgency\":\"routine\",\"request.type\":\"organisation\",\"link\":\"x\"}", "subject.name");
	refuses("request", ASKS "\"urgency\":\"routine\",\"request.type\":\"event\",\"within\":0}", "within is");
	refuses("request", ASKS "\"urgency\":\"routine\",\"request.type\":\"event\",\"within\":1000000000000000000}", "within is");
	refuses("request", ASKS "\"urgency\":\"routine\",\"request.type\":\"event\",\"within\":3600,\"due\":\"2024-03-08T12:00:00Z\"}", "not both");
	assert_int_equal(take("request", ASKS "\"urgency\":\"routine\",\"request.type\":\"event\",\"within\":3600}"), TOCSIN_OK);
	refuses("record", "{\"record.type\":\"call\",\"text\":\"x\",\"record.claims\":\"nonsense\"}", "one or more of");
}

/* A determination: TESTS are the answers to the four, REST the other members. */
static enum tocsin_err determined(const char *credible, const char *specific, const char *impending, const char *harm,
	const char *rest)
{
	char json[1000];
	snprintf(json, sizeof json, "{\"test.credible\":\"%s\",\"test.specific\":\"%s\",\"test.impending\":\"%s\",\"test.harm\":\"%s\",%s}",
		credible, specific, impending, harm, rest);
	return take("determination", json);
}

static void doubt_favours_warning_and_a_waiver_says_why(void **state)
{
	(void)state;
	assert_int_equal(determined("yes", "yes", "yes", "yes", "\"duty\":\"met\""), TOCSIN_OK);
	assert_int_equal(determined("yes", "no", "yes", "yes", "\"duty\":\"met\""), TOCSIN_OK);
	assert_int_equal(determined("yes", "yes", "yes", "yes", "\"duty\":\"not-met\",\"test.words\":\"x\""), TOCSIN_BAD);
	assert_int_equal(determined("yes", "doubt", "doubt", "yes", "\"duty\":\"not-met\",\"test.words\":\"x\""), TOCSIN_BAD);
	assert_non_null(strstr(fail_sentence(), "doubt favours warning"));
	assert_int_equal(determined("yes", "no", "yes", "yes", "\"duty\":\"not-met\",\"test.words\":\"x\""), TOCSIN_OK);
	assert_int_equal(determined("yes", "no", "yes", "yes", "\"duty\":\"not-met\""), TOCSIN_BAD);
	assert_int_equal(determined("yes", "doubt", "yes", "yes", "\"duty\":\"met\""), TOCSIN_BAD);
	assert_int_equal(determined("yes", "doubt", "yes", "yes", "\"duty\":\"met\",\"test.words\":\"one source\""), TOCSIN_OK);
	assert_int_equal(determined("yes", "yes", "yes", "yes", "\"duty\":\"waived\",\"reason\":\"x\""), TOCSIN_BAD);
	assert_int_equal(determined("yes", "yes", "yes", "yes", "\"duty\":\"waived\",\"duty.ground\":\"already-aware\""), TOCSIN_BAD);
	assert_int_equal(determined("yes", "yes", "yes", "yes", "\"duty\":\"waived\",\"duty.ground\":\"we-do-not-like-them\",\"reason\":\"x\""), TOCSIN_BAD);
	assert_int_equal(determined("yes", "yes", "yes", "yes", "\"duty\":\"met\",\"duty.ground\":\"already-aware\",\"reason\":\"x\""), TOCSIN_BAD);
	assert_int_equal(determined("yes", "yes", "yes", "yes", "\"duty\":\"waived\",\"duty.ground\":\"already-aware\",\"reason\":\"they rang us\""), TOCSIN_OK);
	refuses("determination", "{\"duty\":\"met\"}", "test.credible");
}

static void a_threat_to_life_may_be_told_to_those_it_is_for(void **state)
{
	(void)state;
	assert_int_equal(take("warning", "{" WARNING ",\"threat.harm\":[\"damage\",\"death\"]}"), TOCSIN_OK);
	is_value("handling.tell-affected", "true");
	assert_int_equal(take("warning", "{" WARNING ",\"threat.harm\":\"injury\",\"handling.tell-affected\":false}"),
		TOCSIN_OK);
	is_value("handling.tell-affected", "false");
	assert_int_equal(take("warning", "{" WARNING ",\"threat.harm\":\"damage\"}"), TOCSIN_OK);
	assert_null(field("handling.tell-affected"));
}

static void sources_are_closed_until_they_are_opened_by_name(void **state)
{
	(void)state;
	assert_int_equal(take("warning",
		"{" WARNING ",\"source\":{\"origin\":\"a\",\"method\":\"b\",\"metod\":\"c\",\"grade\":\"B2\",\"scale\":\"admiralty\"}}"), TOCSIN_OK);
	assert_false(field("source.origin")->open || field("source.method")->open);
	/* A misspelt one, too. */
	assert_false(field("source.metod")->open);
	assert_true(field("source.grade")->open && field("threat.summary")->open);
	assert_int_equal(draft_open(&d, "source.origin"), TOCSIN_OK);
	assert_true(field("source.origin")->open);
	assert_int_equal(draft_close(&d, "source.*"), TOCSIN_OK);
	assert_false(field("source.origin")->open || field("source.grade")->open);
	assert_int_equal(draft_close(&d, "sources.*"), TOCSIN_MISSING);
	assert_int_equal(draft_close(&d, "source"), TOCSIN_MISSING);
	assert_int_equal(draft_open(&d, "where.place"), TOCSIN_MISSING);
}

static void values_outside_the_vocabulary_are_named_with_what_is_allowed(void **state)
{
	(void)state;
	static const struct { const char *json, *part; } bad[] = {
		{ "\"handling.tlp\":\"RED\"", "red, amber-strict, amber, green, clear" },
		{ "\"likelihood\":\"probable\"", "almost-no-chance" },
		{ "\"confidence\":1", "low, moderate, high" },
		{ "\"threat.harm\":[]", "threat.harm" },
		{ "\"threat.harm\":[\"death\",1]", "threat.harm" },
		{ "\"threat.harm\":\"doom\"", "death, injury" },
		{ "\"threat.method\":\"\"", "not empty" },
		{ "\"threat.method\":7", "threat.method" },
		{ "\"when.from\":\"2024-03-06\"", "a time in UTC" },
		{ "\"when.from\":\"2024-02-30T00:00:00Z\"", "a time in UTC" },
		{ "\"when.from\":\"2024-03-06T00:00:00Z\",\"when.until\":\"2024-03-05T00:00:00Z\"", "before when.from" },
		{ "\"handling.tell-affected\":\"yes\"", "true or false" },
		{ "\"source.grade\":\"B2\"", "needs source.scale" },
		{ "\"source.grade\":\"X1\",\"source.scale\":\"admiralty\"", "not on the scale" },
		{ "\"source.grade\":\"D1\",\"source.scale\":\"europol-4x4\"", "not on the scale" },
		{ "\"source.grade\":\"A5\",\"source.scale\":\"europol-4x4\"", "not on the scale" },
		{ "\"source.grade\":\"G1\",\"source.scale\":\"admiralty\"", "must be a grade" },
		{ "\"where.area\":\"square 1,2 3\"", "circle, polygon or geocode" },
		{ "\"x.a\":1.5", "x.a" },
		{ "\"x.a\":null", "leave it out" },
		{ "\"x.a\":[[1]]", "x.a" },
		{ "\"X\":1", "no name of a field" },
		{ "\"x.a\":\"\xe2\x80\xae\"", "x.a" },
		{ "\"stage\":\"opened\"", "has no field stage" },
		{ "\"x.a\":{\"en\":\"a\",\"ru\":\"b\"}", "authoritative" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char json[400];
		snprintf(json, sizeof json, "{\"threat.summary\":\"x\",%s%s}", strstr(bad[i].json, "handling.tlp") != NULL ?
			"" : "\"handling.tlp\":\"red\",", bad[i].json);
		refuses("warning", json, bad[i].part);
	}
	assert_int_equal(take("record",
		"{\"record.type\":\"call\",\"text\":\"x\",\"record.copy-sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\"}"), TOCSIN_OK);
	refuses("record", "{\"record.type\":\"call\",\"text\":\"x\",\"record.copy-sha256\":\"00\"}", "64 lower-case hex");
}

static void every_grade_of_both_scales_is_known(void **state)
{
	(void)state;
	for (char letter = 'A'; letter <= 'Z'; letter++) {
		for (char digit = '0'; digit <= '9'; digit++) {
			char v[8], json[200];
			bool on_admiralty = letter <= 'F' && digit >= '1' && digit <= '6';
			bool on_4x4 = strchr("ABCX", letter) != NULL && digit >= '1' && digit <= '4';
			for (int scale = 0; scale < 2; scale++) {
				snprintf(v, sizeof v, "%c%c", letter, digit);
				snprintf(json, sizeof json, "{" WARNING ",\"source.grade\":\"%s\",\"source.scale\":\"%s\"}", v,
					scale == 0 ? "admiralty" : "europol-4x4");
				assert_int_equal(take("warning", json) == TOCSIN_OK, scale == 0 ? on_admiralty : on_4x4);
			}
		}
	}
}

static void too_many_and_too_long_fields_are_refused(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 1 << 20);
	for (int n = DRAFT_FIELDS - 2; n <= DRAFT_FIELDS - 1; n++) {
		buf_clear(&b);
		buf_add_str(&b, "{" WARNING);
		for (int i = 0; i < n; i++)
			buf_printf(&b, ",\"x.f%d\":1", i);
		buf_add_str(&b, "}");
		assert_int_equal(draft_read("warning", buf_bytes(&b), arena, &d), n == DRAFT_FIELDS - 2 ? TOCSIN_OK :
			TOCSIN_BAD);
	}
	for (size_t n = LIMIT_LINE - 32 - 64 - 2 - 2; n <= LIMIT_LINE - 32 - 64 - 2 - 1; n++) {
		buf_clear(&b);
		buf_add_str(&b, "{" WARNING ",\"text\":\"");
		for (size_t i = 0; i < n; i++)
			buf_add_char(&b, 'a');
		buf_add_str(&b, "\"}");
		assert_int_equal(draft_read("warning", buf_bytes(&b), arena, &d), n == LIMIT_LINE - 100 ? TOCSIN_OK :
			TOCSIN_BAD);
	}
	buf_free(&b);
	refuses("warning", "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":{\"i\":1}}}}}}}}}", "nested too deep");
	refuses("warning", "{" WARNING ",\"x.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":1}",
		"no name of a field");
}

static void urgency_comes_from_its_field_or_from_the_window(void **state)
{
	(void)state;
	const int64_t now = time_of("2024-03-06T09:00:00Z");
	static const struct { const char *json; int urgency; } cases[] = {
		{ ",\"urgency\":\"imminent\",\"when.from\":\"2025-01-01T00:00:00Z\"", 0 },
		{ ",\"urgency\":\"urgent\"", 1 },
		{ ",\"urgency\":\"routine\"", 2 },
		{ ",\"when.from\":\"2024-03-06T08:00:00Z\"", 0 },
		{ ",\"when.from\":\"2024-03-08T09:00:00Z\"", 0 },
		{ ",\"when.from\":\"2024-03-08T09:00:01Z\"", 1 },
		{ ",\"when.from\":\"2024-03-13T09:00:00Z\"", 1 },
		{ ",\"when.from\":\"2024-03-13T09:00:01Z\"", 2 },
		{ ",\"when.from\":\"2024-03-01T00:00:00Z\",\"when.until\":\"2024-03-06T08:59:59Z\"", 2 },
		{ "", 1 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char json[300];
		snprintf(json, sizeof json, "{" WARNING "%s}", cases[i].json);
		assert_int_equal(take("warning", json), TOCSIN_OK);
		assert_int_equal(draft_urgency(&d, now), cases[i].urgency);
	}
	assert_int_equal(take("response", "{\"stage\":\"opened\"}"), TOCSIN_OK);
	assert_int_equal(draft_urgency(&d, now), 2);
}

static void only_whole_and_simple_areas_are_taken(void **state)
{
	(void)state;
	struct area a;
	static const char *const good[] = { "circle 55.825833,37.390278 1500", "circle -90,180 1", "circle 0,0 20000000",
		"circle 0.5,-0.5 7", "polygon 0,0 0,1 1,1 0,0",
		"polygon 0,0 0,2 2,2 2,0 0,0", "polygon 0,0 0,4 4,4 4,0 2,2 0,0", "geocode ISO3166-2 RU-MOS",
			"geocode a:b_c 1.2" };
	static const char *const bad[] = { "", "circle", "circle 1,2", "circle 1,2 0", "circle 1,2 20000001",
		"circle 1,2 03", "circle 1,2 3 ", " circle 1,2 3", "circle  1,2 3", "circle 1, 2 3",
		"circle +1,2 3", "circle 01,2 3", "circle 1.,2 3", "circle .5,2 3", "circle 1.1234567,2 3", "circle -0,2 3",
			"circle -0.0,2 3", "circle 90.000001,2 3", "circle 91,0 3", "circle 1,180.1 3",
		"circle 1e1,2 3", "circle 1,2 3 4", "circle 1,2 1.5", "circle 1 2 3", "polygon 0,0 0,1 0,0",
			"polygon 0,0 0,1 1,1", "polygon 0,0 0,1 1,1 0,1", "polygon 0,0 1,1 0,1 1,0 0,0",
		"polygon 0,0 0,2 0,1 1,1 0,0", "polygon 0,0 0,0 1,1 0,1 0,0", "polygon 0,0 2,0 2,2 1,0 0,2 0,0",
			"polygon 0,0 0,1 0,2 0,0", "polygon", "polygon 0,0 0,1 x,1 0,0", "geocode a", "geocode a b c",
			"geocode a/b c",
		"Circle 1,2 3", "geocode aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b" };
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_int_equal(area_parse(bytes_str(good[i]), &a), TOCSIN_OK);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (area_parse(bytes_str(bad[i]), &a) != TOCSIN_BAD)
			print_message("taken: %s\n", bad[i]);
		assert_int_equal(area_parse(bytes_str(bad[i]), &a), TOCSIN_BAD);
	}
	assert_int_equal(area_parse(bytes_str("circle -33.5,151.000001 250"), &a), TOCSIN_OK);
	assert_int_equal(a.point[0].lat, -33500000);
	assert_int_equal(a.point[0].lon, 151000001);
	assert_int_equal(a.metres, 250);
}

static void words(const char *value, const char *is)
{
	struct buf b;
	buf_init(&b, 4096);
	value_words(bytes_str(value), &b);
	assert_int_equal(b.n, strlen(is));
	assert_memory_equal(b.p, is, b.n);
	buf_free(&b);
}

static void values_become_plain_words(void **state)
{
	(void)state;
	words("\"a\\nb\\u001b[31mc\"", "a b [31mc");
	words("\"\xe2\x80\xa8x\"", " x");
	words("true", "yes");
	words("-7", "-7");
	words("[\"a\",1,false]", "a, 1, no");
	words("{\"en\":\"Hall\"}", "Hall");
	words("{\"ru\":\"Zal\",\"en\":\"Hall\",\"authoritative\":\"en\",\"by-ru\":\"north\"}",
		"Hall (en) / Zal (ru, translated by north)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_of_the_table_is_sound),
		cmocka_unit_test(every_required_field_is_in_the_table),
		cmocka_unit_test(annex_a_of_the_protocol_lists_every_field_and_word),
		cmocka_unit_test(dotted_and_nested_names_are_the_same),
		cmocka_unit_test(names_that_look_like_languages_are_names_when_the_table_has_them),
		cmocka_unit_test(a_field_given_twice_is_refused),
		cmocka_unit_test(a_missing_field_is_named),
		cmocka_unit_test(what_an_answer_leaves_open_is_asked_for),
		cmocka_unit_test(doubt_favours_warning_and_a_waiver_says_why),
		cmocka_unit_test(a_threat_to_life_may_be_told_to_those_it_is_for),
		cmocka_unit_test(sources_are_closed_until_they_are_opened_by_name),
		cmocka_unit_test(values_outside_the_vocabulary_are_named_with_what_is_allowed),
		cmocka_unit_test(every_grade_of_both_scales_is_known),
		cmocka_unit_test(too_many_and_too_long_fields_are_refused),
		cmocka_unit_test(urgency_comes_from_its_field_or_from_the_window),
		cmocka_unit_test(only_whole_and_simple_areas_are_taken),
		cmocka_unit_test(values_become_plain_words),
	};
	return cmocka_run_group_tests_name("draft", tests, setup, teardown);
}
