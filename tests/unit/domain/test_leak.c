/* What open texts give away of closed lines. */
#include "rules.h"

#include "domain/leak.h"

static struct leaks leaks;
static struct body_field fields[8];
static size_t n;

static void line_is(const char *name, const char *value, bool open)
{
	fields[n++] = (struct body_field){ name, bytes_of(arena_copy(arena, value, strlen(value)), strlen(value)), open };
}

/* CLOSED and OPEN are values of source.origin and threat.summary. */
static void look(const char *closed, const char *open)
{
	arena_reset(arena);
	n = 0;
	line_is("source.origin", closed, false);
	line_is("threat.summary", open, true);
	if (leak_find("warning", fields, n, arena, &leaks) != TOCSIN_OK)
		stop("%s", fail_sentence());
}

static void exact_in(const char *closed, const char *open)
{
	look(closed, open);
	if (leaks.n == 0 || !leaks.leak[0].exact)
		stop("not found: %s in %s", closed, open);
}

static void partly_in(const char *closed, const char *open)
{
	look(closed, open);
	if (leaks.n == 0 || leaks.leak[0].exact)
		stop("%s: %s in %s", leaks.n == 0 ? "not found" : "exact", closed, open);
}

static void not_in(const char *closed, const char *open)
{
	look(closed, open);
	if (leaks.n > 0)
		stop("found: %s in %s, as %.*s", closed, open, (int)leaks.leak[0].part.n, (const char *)leaks.leak[0].part.p);
}

TEST(a_whole_value_is_found_however_it_is_written)
{
	exact_in("\"Kaluga Gate\"", "\"They meet at Kaluga Gate.\"");
	exact_in("\"Kaluga Gate\"", "\"They meet at KALUGA\\n\\t gate.\"");
	exact_in("\"Kaluga Gate\"", "\"They meet at KalugaGate\"");
	exact_in("\"Kaluga Gate\"", "\"#kaluga_gate\"");
	exact_in("\"Kaluga Gate\"", "\"K-a-l-u-g-a G.a.t.e\"");
	exact_in("\"Kaluga Gate\"", "\"Ｋaluga\xc2\xa0Ga\xe2\x80\x8bte\"");
	exact_in("\"José Müller\"", "\"jose muller\"");
	exact_in("\"Семён Пётр\"", "\"семен петр был там\"");
	exact_in("\"水电站大坝\"", "\"他们在水电站大坝附近\"");
	exact_in("\"王伟\"", "\"据王伟说\"");
	exact_in("\"a \\\"quoted\\\" name\"", "\"it is a \\\"quoted\\\" name\"");
	exact_in("\"Ivan\"", "\"Ivan said so\"");
	exact_in("{\"authoritative\":\"en\",\"by-ru\":\"an officer\",\"en\":\"Kaluga Gate\",\"ru\":\"Калужские ворота\"}",
		"{\"authoritative\":\"en\",\"en\":\"At a gate\",\"ru\":\"калужские ворота\"}");
}

TEST(what_is_short_or_of_others_is_not_flagged)
{
	not_in("\"abc\"", "\"abc abc abc\"");
	not_in("\"Alma\"", "\"a normal man\"");
	not_in("\"The other group\"", "\"Another group, the other one\"");
}

TEST(a_telling_part_is_flagged_and_what_tells_nothing_is_not)
{
	partly_in("\"Kaluga Gate\"", "\"A house in Kaluga\"");
	partly_in("\"Иванов Пётр\"", "\"у Иванова\"");
	partly_in("\"An officer of the regional service told us that Grigoriev had left the house\"", "\"Grigoriev may strike\"");
	partly_in("\"the man in the grey coat sits behind the third door on the left\"", "\"Look behind the third door first.\"");
	partly_in("\"car with plate X777AB\"", "\"a van, x777ab\"");
	not_in("\"An officer of the regional service told us that he had left the house\"", "\"The officer left; service in the house\"");
	not_in("\"from people there\"", "\"There were people from everywhere\"");
	look("\"Kaluga Gate\"", "\"First. They live in Kaluga. Last.\"");
	assert_int_equal(leaks.n, 1);
	assert_true(bytes_equal_str(leaks.leak[0].part, "Kaluga"));
	assert_true(bytes_equal_str(leaks.leak[0].sentence, "They live in Kaluga."));
	assert_string_equal(leaks.leak[0].closed, "source.origin");
	assert_string_equal(leaks.leak[0].open, "threat.summary");
}

TEST(numbers_are_found_in_other_spellings)
{
	exact_in("\"+7 (495) 123-45-67\"", "\"Call 74951234567 now\"");
	exact_in("\"74951234567\"", "\"+7 495 123 45 67\"");
	exact_in("\"74951234567\"", "\"٧٤٩٥١٢٣٤٥٦٧\"");
	partly_in("\"phone 74951234567 of the man\"", "\"+7 495 123-45-67\"");
	partly_in("\"flat 4417\"", "\"number 4417\"");
	not_in("\"in 2024, so he said\"", "\"2024 and later\"");
	not_in("\"flat 4417\"", "\"number 44170\"");
	arena_reset(arena);
	n = 0;
	line_is("x.account", "40817810", false);
	line_is("threat.summary", "\"paid to 4081-7810\"", true);
	assert_int_equal(leak_find("warning", fields, n, arena, &leaks), TOCSIN_OK);
	assert_int_equal(leaks.n, 1);
	assert_true(leaks.leak[0].exact);
}

static void place(const char *closed, const char *open, int want)
{
	arena_reset(arena);
	n = 0;
	line_is("where.area", closed, false);
	line_is("text", open, true);
	assert_int_equal(leak_find("warning", fields, n, arena, &leaks), TOCSIN_OK);
	int got = leaks.n == 0 ? 0 : leaks.leak[0].exact ? 2 : 1;
	if (got != want)
		stop("%d, not %d: %s in %s", got, want, closed, open);
}

TEST(places_are_found_in_other_spellings)
{
	const char *circle = "\"circle 55.8258,37.3903 1500\"";
	place(circle, "\"at 55.82580 N, 37.39030 E\"", 2);
	place(circle, "\"at 55,8258; 37,3903\"", 2);
	place(circle, "\"55°49'33\\\"N 37°23'25\\\"E\"", 2);
	place(circle, "\"55° 49.55' 37° 23.42'\"", 2);
	place(circle, "\"near 55.83 37.39\"", 1);
	place(circle, "\"far: 55.10 37.39\"", 0);
	place(circle, "\"south: 55.8258 S, 37.3903 E\"", 0);
	place("\"polygon 1.5,2.5 1.5,2.6 1.6,2.6 1.5,2.5\"", "\"1.60, 2.60\"", 2);
	place(circle, "\"version 1.02, 3.44\"", 0);
}

static void at_time(const char *closed, const char *open, int want)
{
	arena_reset(arena);
	n = 0;
	line_is("when.until", closed, false);
	line_is("text", open, true);
	assert_int_equal(leak_find("warning", fields, n, arena, &leaks), TOCSIN_OK);
	int got = leaks.n == 0 ? 0 : leaks.leak[0].exact ? 2 : 1;
	if (got != want)
		stop("%d, not %d: %s in %s", got, want, closed, open);
}

TEST(times_are_found_in_other_spellings)
{
	const char *t = "\"2024-03-07T18:30:00Z\"";
	at_time(t, "\"on 7 March 2024\"", 1);
	at_time(t, "\"on March 7th\"", 1);
	at_time(t, "\"on the 7th of March\"", 1);
	at_time(t, "\"7.3.2024\"", 1);
	at_time(t, "\"03/07/24\"", 1);
	at_time(t, "\"7 марта в 21:30\"", 2);
	at_time(t, "\"2024-03-07, 18:30\"", 2);
	at_time(t, "\"le 7 mars à 19:30\"", 2);
	at_time(t, "\"8. März, 03:30\"", 2);
	at_time(t, "\"on 7 March 2023\"", 0);
	at_time(t, "\"on 9 March 2024\"", 0);
	at_time(t, "\"by 18:30 of any day\"", 0);
	at_time(t, "\"march 70 km\"", 0);
}

TEST(words_of_the_vocabulary_are_flags_and_names_of_lines_count)
{
	arena_reset(arena);
	n = 0;
	line_is("target.kind", "[\"place-of-worship\",\"other\"]", false);
	line_is("threat.actor", "\"Gorynych\"", false);
	line_is("x.gorynych", "true", true);
	line_is("text", "\"A place of worship, among other places\"", true);
	line_is("attachment.1", "[\"map of gorynych.png\",\"image/png\",3,\"0000000000000000000000000000000000000000000000000000000000000000\"]", true);
	assert_int_equal(leak_find("warning", fields, n, arena, &leaks), TOCSIN_OK);
	assert_int_equal(leaks.n, 3);
	assert_true(leaks.leak[0].exact && strcmp(leaks.leak[0].open, "attachment.1") == 0);
	assert_true(leaks.leak[1].exact && strcmp(leaks.leak[1].open, "x.gorynych") == 0);
	assert_true(!leaks.leak[2].exact && strcmp(leaks.leak[2].closed, "target.kind") == 0);
}

TEST(open_lines_and_closed_ones_are_not_compared_among_themselves)
{
	arena_reset(arena);
	n = 0;
	line_is("text", "\"Kaluga Gate\"", true);
	line_is("where.place", "\"Kaluga Gate\"", true);
	line_is("x.a", "\"Some other words\"", false);
	line_is("x.b", "\"Some other words\"", false);
	assert_int_equal(leak_find("warning", fields, n, arena, &leaks), TOCSIN_OK);
	assert_int_equal(leaks.n, 0);
}

TEST(texts_that_are_too_long_to_compare_are_refused_and_long_ones_are_not)
{
	struct buf b;
	arena_reset(arena);
	/* 60 kB each way of different words is a long report, and no trouble. */
	for (int round = 0; round < 2; round++) {
		n = 0;
		for (size_t k = 0; k < 8; k++) {
			buf_init(&b, LIMIT_LINE);
			buf_add_char(&b, '"');
			for (unsigned i = 0; b.n < 60000 && b.p[b.n - 1] != 'b'; i++) {
				if (round == 0)
					buf_printf(&b, "%s%08x ", k % 2 ? "w" : "v", i * 2654435761u);
				else
					buf_add_str(&b, k % 2 ? (b.n < 20000 ? "aaaaa" : "b") : "aaaaa");
			}
			buf_add_char(&b, '"');
			char name[8];
			snprintf(name, sizeof name, "x.%c", (char)('a' + (int)k));
			const char *kept = arena_str(arena, bytes_str(name));
			fields[n++] = (struct body_field){ kept, bytes_of(arena_copy(arena, b.p, b.n), b.n), k % 2 == 0 };
			buf_free(&b);
		}
		assert_int_equal(leak_find("warning", fields, n, arena, &leaks), round == 0 ? TOCSIN_OK : TOCSIN_BAD);
	}
	assert_non_null(strstr(fail_sentence(), "attachment"));
}

/* ---- the last look ---- */

static enum tocsin_err last_look(struct bytes note, struct bytes body, const char *const *confirmed, size_t confirmed_n)
{
	struct bytes x = exact(note), y = exact(body);
	enum tocsin_err err = leak_in_plaintext("warning", fields, n, confirmed, confirmed_n, x, y, arena);
	exact_free(x);
	exact_free(y);
	return err;
}

static void body_of(struct buf *text)
{
	struct buf opened;
	struct hash root;
	buf_init(text, LIMIT_ENVELOPE);
	buf_init(&opened, LIMIT_ENVELOPE);
	assert_int_equal(body_make(fields, n, NULL, 0, 32, text, &opened, &root), TOCSIN_OK);
	buf_free(&opened);
}

TEST(the_last_look_finds_what_stands_in_the_bytes)
{
	static const char *const confirmed[] = { "source.origin" };
	const char *note = "tocsin/v1 warning\nfrom north.example x\n";
	struct buf b;
	arena_reset(arena);
	n = 0;
	line_is("source.origin", "\"The mole in \\\"Harbour\\\" street\"", false);
	line_is("source.method", "\"north.example\"", false);
	line_is("source.grader", "\"warning\"", false);
	line_is("text", "\"nothing\"", true);
	body_of(&b);
	assert_int_equal(last_look(bytes_str(note), buf_bytes(&b), NULL, 0), TOCSIN_OK);
	buf_free(&b);
	n = 3;
	line_is("text", "\"the MOLE in\\n\\\"Harbour\\\" street\"", true);
	body_of(&b);
	assert_int_equal(last_look(bytes_str(note), buf_bytes(&b), NULL, 0), TOCSIN_REFUSED);
	assert_non_null(strstr(fail_sentence(), "source.origin"));
	/* Two people saw it and let it pass. */
	assert_int_equal(last_look(bytes_str(note), buf_bytes(&b), confirmed, 1), TOCSIN_OK);
	buf_free(&b);
	/* In bytes that are no line, in the note. */
	assert_int_equal(last_look(bytes_str(note), BYTES_LIT("the mole in \"harbour\" street\n"), NULL, 0), TOCSIN_REFUSED);
	assert_int_equal(last_look(BYTES_LIT("the mole in harbour street\n"), BYTES_LIT("x\n"), NULL, 0), TOCSIN_REFUSED);
	assert_int_equal(last_look(bytes_str(note), BYTES_LIT("no end"), NULL, 0), TOCSIN_BAD);
}

TEST(the_last_look_reads_attachments_as_text_or_bytes)
{
	const char *note = "tocsin/v1 warning\n";
	arena_reset(arena);
	n = 0;
	line_is("source.origin", "\"Harbour mole\"", false);
	assert_int_equal(last_look(bytes_str(note), BYTES_LIT("attachment attachment.1 5\nfine\n\n"), NULL, 0), TOCSIN_OK);
	assert_int_equal(last_look(bytes_str(note), BYTES_LIT("attachment attachment.1 12\nHARBOUR\nMOLE\n"), NULL, 0), TOCSIN_REFUSED);
	assert_int_equal(last_look(bytes_str(note), BYTES_LIT("attachment attachment.1 16\n\xff\0\0Harbour mole\0\n"), NULL, 0), TOCSIN_REFUSED);
	assert_int_equal(last_look(bytes_str(note), BYTES_LIT("attachment attachment.1 9999\nHarbour mole\n"), NULL, 0), TOCSIN_REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_value_is_found_however_it_is_written),
		cmocka_unit_test(what_is_short_or_of_others_is_not_flagged),
		cmocka_unit_test(a_telling_part_is_flagged_and_what_tells_nothing_is_not),
		cmocka_unit_test(numbers_are_found_in_other_spellings),
		cmocka_unit_test(places_are_found_in_other_spellings),
		cmocka_unit_test(times_are_found_in_other_spellings),
		cmocka_unit_test(words_of_the_vocabulary_are_flags_and_names_of_lines_count),
		cmocka_unit_test(open_lines_and_closed_ones_are_not_compared_among_themselves),
		cmocka_unit_test(texts_that_are_too_long_to_compare_are_refused_and_long_ones_are_not),
		cmocka_unit_test(the_last_look_finds_what_stands_in_the_bytes),
		cmocka_unit_test(the_last_look_reads_attachments_as_text_or_bytes),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
