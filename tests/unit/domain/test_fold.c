/* Texts as they are compared. */
#include "rules.h"

#include "domain/fold.h"

static void folds_to(const char *text, const char *want)
{
	struct folded f;
	struct buf b;
	arena_reset(arena);
	struct bytes t = exact(bytes_str(text));
	assert_int_equal(fold(t, arena, &f), TOCSIN_OK);
	buf_init(&b, 4096);
	for (size_t i = 0; i < f.n; i++) {
		assert_true(f.at[i] < t.n && (i == 0 || f.at[i] >= f.at[i - 1]));
		fold_add(&b, f.c[i]);
	}
	assert_int_equal(f.at[f.n], t.n);
	buf_add_char(&b, '\0');
	assert_string_equal((const char *)b.p, want);
	buf_free(&b);
	exact_free(t);
}

TEST(case_width_marks_and_hidden_characters_go)
{
	folds_to("Crocus CITY", "crocus city");
	folds_to("Ёлка Йод", "елка иод");
	folds_to("Straße", "strasse");
	folds_to("Ｆｕｌｌ　ｗｉｄｔｈ", "full width");
	folds_to("ﬁnal cafe\xcc\x81 café", "final cafe cafe");
	folds_to("a\xe2\x80\x8b" "b\xc2\xad" "c", "abc");
	folds_to("²³ ٣٤ ७", "23 34 7");
	folds_to("İ", "i");
	folds_to("", "");
}

TEST(what_is_not_utf8_is_compared_byte_by_byte)
{
	folds_to("a\xff\xc3", "a\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(every_character_has_its_class)
{
	assert_int_equal(fold_class('x'), FOLD_LETTER);
	assert_int_equal(fold_class('7'), FOLD_DIGIT);
	assert_int_equal(fold_class('\n'), FOLD_SPACE);
	assert_int_equal(fold_class(0x2003), FOLD_SPACE);
	assert_int_equal(fold_class('-'), FOLD_MARK);
	assert_int_equal(fold_class(0x44f), FOLD_LETTER);
	assert_int_equal(fold_class(0x6c34), FOLD_IDEOGRAPH);
	assert_int_equal(fold_class(0x3042), FOLD_IDEOGRAPH);
	assert_int_equal(fold_class(0x0e01), FOLD_IDEOGRAPH);
	assert_int_equal(fold_class(0xac00), FOLD_LETTER);
	assert_int_equal(fold_class(0x3002), FOLD_MARK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(case_width_marks_and_hidden_characters_go),
		cmocka_unit_test(what_is_not_utf8_is_compared_byte_by_byte),
		cmocka_unit_test(every_character_has_its_class),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
