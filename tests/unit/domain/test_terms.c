/* Texts as terms, what is asked as phrases. */
#include "rules.h"

#include "domain/terms.h"

static struct terms terms;
static struct asked_words asked;

/* The terms of TEXT are WANT, a space between. */
static void become(const char *text, const char *want)
{
	struct buf b;
	buf_init(&b, 65536);
	arena_reset(arena);
	assert_int_equal(terms_make(bytes_str(text), arena, &terms), TOCSIN_OK);
	for (size_t i = 0; i < terms.n; i++) {
		if (i > 0)
			buf_add_char(&b, ' ');
		terms_add(&terms, i, &b);
	}
	if (!bytes_equal_str(buf_bytes(&b), want))
		stop("%s became %.*s", text, (int)b.n, (const char *)b.p);
	buf_free(&b);
}

TEST(words_are_runs_whatever_they_look_like)
{
	become("The CAR, plate X777AB!", "the car plate x777ab");
	become("José Müller's — naïve", "jose muller s naive");
	become("Семён  Пётр\nЙод", "семен петр иод");
	become("Ｆｕｌｌ ﬁre ２０２４", "full fire 2024");
	become("so\xc2\xad" "ft zero\xe2\x80\x8bwidth", "soft zerowidth");
	become("٢٠٢٤ वर्ष", "2024 वरष");
	become("a:b \"c\" -d_e .f", "a b c d e f");
	become("", "");
	become("... --- !!!", "");
}

TEST(scripts_without_spaces_are_found_by_character)
{
	become("水电站大坝", "水 电 站 大 坝");
	become("在Moscow市2024年", "在 moscow 市 2024 年");
	become("カタカナ と ひらがな", "カ タ カ ナ と ひ ら か な");
	become("กรุงเทพ", "ก ร ง เ ท พ");
}

TEST(what_a_term_is_made_of_is_known_in_the_text)
{
	become("An ÄRGER, ﬁre", "an arger fire");
	assert_int_equal(terms.term[1].at, 3);
	assert_int_equal(terms.term[1].until, 9);
	assert_int_equal(terms.term[2].at, 11);
	assert_int_equal(terms.term[2].until, 16);
}

TEST(a_long_run_is_cut_alike_in_what_is_indexed_and_asked)
{
	char text[200];
	memset(text, 'a', 150);
	text[150] = '\0';
	arena_reset(arena);
	assert_int_equal(terms_make(bytes_str(text), arena, &terms), TOCSIN_OK);
	assert_int_equal(terms.n, 1);
	assert_int_equal(terms.term[0].n, TERM_CHARACTERS);
	assert_int_equal(terms.term[0].until, 150);
	assert_int_equal(asked_parse(bytes_str(text), arena, &asked), TOCSIN_OK);
	assert_true(asked_at(&asked, 0, &terms, 0));
}

static void phrases(const char *text, size_t n, size_t first_n)
{
	arena_reset(arena);
	assert_int_equal(asked_parse(bytes_str(text), arena, &asked), TOCSIN_OK);
	if (asked.n != n || asked.phrase[0].n != first_n)
		stop("%s: %zu phrases, %zu terms in the first", text, asked.n, asked.phrase[0].n);
}

TEST(what_is_written_together_or_quoted_is_a_phrase)
{
	phrases("car bomb", 2, 1);
	phrases("\"car bomb\" north", 2, 2);
	phrases("«Крокус Сити» зал", 2, 2);
	phrases("car-bomb", 1, 2);
	phrases("水电站 大坝", 2, 3);
	phrases("\"not closed", 1, 2);
	phrases("a\"b\"c", 3, 1);
}

TEST(a_phrase_is_found_where_its_terms_follow_each_other)
{
	phrases("\"third door\"", 1, 2);
	assert_int_equal(terms_make(bytes_str("The third. DOOR, third left"), arena, &terms), TOCSIN_OK);
	assert_false(asked_at(&asked, 0, &terms, 0));
	assert_true(asked_at(&asked, 0, &terms, 1));
	assert_false(asked_at(&asked, 0, &terms, 3));
	assert_false(asked_at(&asked, 0, &terms, 4));
}

/* TEXT so many times. */
static enum tocsin_err asked_times(const char *text, size_t times)
{
	struct buf b;
	buf_init(&b, 65536);
	for (size_t i = 0; i < times; i++)
		buf_add_str(&b, text);
	arena_reset(arena);
	enum tocsin_err err = asked_parse(buf_bytes(&b), arena, &asked);
	buf_free(&b);
	return err;
}

TEST(nothing_and_too_much_are_refused)
{
	assert_int_equal(asked_times("", 1), TOCSIN_BAD);
	assert_int_equal(asked_times(" \"..\" ", 1), TOCSIN_BAD);
	assert_int_equal(asked_times("a ", 16), TOCSIN_OK);
	assert_int_equal(asked_times("a ", 17), TOCSIN_BAD);
	assert_int_equal(asked_times("水", 64), TOCSIN_OK);
	assert_int_equal(asked_times("水", 65), TOCSIN_BAD);
	assert_int_equal(asked_times("a", 500), TOCSIN_OK);
	assert_int_equal(asked_times("a", 501), TOCSIN_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_runs_whatever_they_look_like),
		cmocka_unit_test(scripts_without_spaces_are_found_by_character),
		cmocka_unit_test(what_a_term_is_made_of_is_known_in_the_text),
		cmocka_unit_test(a_long_run_is_cut_alike_in_what_is_indexed_and_asked),
		cmocka_unit_test(what_is_written_together_or_quoted_is_a_phrase),
		cmocka_unit_test(a_phrase_is_found_where_its_terms_follow_each_other),
		cmocka_unit_test(nothing_and_too_much_are_refused),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
