#include "test.h"

#include "base/text.h"

TEST(a_line_ends_at_its_newline)
{
	struct text t = text_over(BYTES_LIT("one\n\ntwo\n"));
	struct bytes line;
	assert_true(text_line(&t, 3, &line));
	assert_true(bytes_equal_str(line, "one"));
	assert_true(text_line(&t, 0, &line));
	assert_int_equal(line.n, 0);
	assert_true(text_line(&t, SIZE_MAX, &line));
	assert_true(bytes_equal_str(line, "two"));
	assert_true(text_at_end(&t));
	assert_false(text_line(&t, 3, &line));
}

TEST(a_line_without_newline_or_too_long_is_left_alone)
{
	struct bytes whole = exact(BYTES_LIT("four\n")), cut = exact(BYTES_LIT("four")), line;
	struct text t = text_over(whole);
	assert_false(text_line(&t, 3, &line));
	assert_int_equal(text_rest(&t).n, 5);
	assert_true(text_line(&t, 4, &line));
	t = text_over(cut);
	assert_false(text_line(&t, 100, &line));
	assert_int_equal(text_rest(&t).n, 4);
	exact_free(whole);
	exact_free(cut);
}

TEST(a_literal_is_taken_whole_or_not_at_all)
{
	struct text t = text_over(BYTES_LIT("tocsin/v1 card\nname"));
	assert_false(text_literal(&t, "tocsin/v1 warning\n"));
	assert_false(text_literal(&t, "tocsin/v1 card\nname "));
	assert_true(text_literal(&t, "tocsin/v1 card\n"));
	assert_true(text_literal(&t, "name"));
	assert_true(text_literal(&t, ""));
	assert_false(text_literal(&t, "x"));
	assert_true(text_at_end(&t));
}

TEST(a_field_has_its_key_one_space_and_a_value)
{
	struct text t = text_over(BYTES_LIT("name north.example\nduty a b\n"));
	struct bytes v;
	assert_true(text_field(&t, "name", 13, &v));
	assert_true(bytes_equal_str(v, "north.example"));
	assert_true(text_field(&t, "duty", 100, &v));
	assert_true(bytes_equal_str(v, "a b"));
	static const char *const wrong[] = {
		"name\n", "name \n", "name  x\n", "name x \n", "name x", "names x\n", " name x\n", "name\tx\n", "", "name", "Name x\n",
		"name xxxxx\n",
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct bytes b = exact(bytes_str(wrong[i]));
		t = text_over(b);
		assert_false(text_field(&t, "name", 4, &v));
		assert_ptr_equal(t.p, b.p);
		exact_free(b);
	}
}

TEST(words_are_parted_by_exactly_one_space)
{
	struct bytes line = BYTES_LIT("accepted 1f 7"), word;
	assert_true(text_word(&line, &word));
	assert_true(bytes_equal_str(word, "accepted"));
	assert_true(text_word(&line, &word));
	assert_true(text_word(&line, &word));
	assert_true(bytes_equal_str(word, "7"));
	assert_int_equal(line.n, 0);
	assert_false(text_word(&line, &word));
	static const char *const wrong[] = { "", " ", " a", "a ", "a  b", "  " };
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct bytes before = exact(bytes_str(wrong[i])), l = before;
		assert_false(text_word(&l, &word));
		assert_ptr_equal(l.p, before.p);
		assert_int_equal(l.n, before.n);
		exact_free(before);
	}
}

TEST(a_number_has_one_decimal_form_and_a_maximum)
{
	uint64_t v;
	assert_true(text_u64(BYTES_LIT("0"), 0, &v) && v == 0);
	assert_true(text_u64(BYTES_LIT("18446744073709551615"), UINT64_MAX, &v) && v == UINT64_MAX);
	assert_true(text_u64(BYTES_LIT("64"), 64, &v) && v == 64);
	assert_false(text_u64(BYTES_LIT("65"), 64, &v));
	static const char *const wrong[] = {
		"", "00", "01", "-1", "+1", " 1", "1 ", "1.", "1e3", "0x1", "18446744073709551616", "28446744073709551615",
		"184467440737095516150", "a", "/", ":",
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(text_u64(bytes_str(wrong[i]), UINT64_MAX, &v));
}

/* The plain definition (RFC 3629): decode the bits, then see whether the shortest form was used. */
static bool is_utf8_by_definition(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t len = p[i] < 0x80 ? 1 : p[i] >> 5 == 6 ? 2 : p[i] >> 4 == 14 ? 3 : p[i] >> 3 == 30 ? 4 : 0;
		if (len == 0 || len > n - i)
			return false;
		uint32_t c = len == 1 ? p[i] : p[i] & (0x7fu >> len);
		for (size_t k = 1; k < len; k++) {
			if (p[i + k] >> 6 != 2)
				return false;
			c = c << 6 | (p[i + k] & 63u);
		}
		size_t shortest = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		if (shortest != len || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
			return false;
		i += len;
	}
	return true;
}

TEST(utf8_is_told_from_everything_else_for_all_leads_and_border_bytes)
{
	static const uint8_t border[] = { 0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xe0, 0xf0, 0xff };
	const size_t k = sizeof border;
	for (unsigned lead = 0; lead < 256; lead++)
		for (size_t a = 0; a < k; a++)
			for (size_t b = 0; b < k; b++)
				for (size_t c = 0; c < k; c++) {
					uint8_t s[4] = { (uint8_t)lead, border[a], border[b], border[c] };
					for (size_t n = 0; n <= 4; n++)
						assert_int_equal(text_is_utf8(bytes_of(s, n)), is_utf8_by_definition(s, n));
				}
	/* The same behind a run that is taken in steps of eight. */
	for (size_t before = 0; before < 20; before++) {
		uint8_t s[24];
		memset(s, 'a', sizeof s);
		memcpy(s + before, "\xc3\xa4", 2);
		assert_true(text_is_utf8(bytes_of(s, before + 2)));
		assert_false(text_is_utf8(bytes_of(s, before + 1)));
		s[before] = 0xc1;
		assert_false(text_is_utf8(bytes_of(s, before + 2)));
	}
}

TEST(clean_text_holds_no_controls_and_no_separators)
{
	assert_true(text_is_clean(BYTES_LIT("")));
	assert_true(text_is_clean(BYTES_LIT("Krasnogorsk, \xd0\x9a\xd1\x80\xd0\xb0 \xf0\x9f\x94\x94")));
	assert_true(text_is_clean(BYTES_LIT("\xc2\xa0")));
	for (unsigned c = 0; c < 256; c++) {
		uint8_t one = (uint8_t)c, two[2] = { 0xc2, (uint8_t)c };
		assert_int_equal(text_is_clean(bytes_of(&one, 1)), c >= 0x20 && c < 0x7f);
		assert_int_equal(text_is_clean(bytes_of(two, 2)), c >= 0xa0 && c <= 0xbf);
	}
	assert_false(text_is_clean(BYTES_LIT("\xe2\x80\xa8")));
	assert_false(text_is_clean(BYTES_LIT("a\xe2\x80\xa9")));
	assert_true(text_is_clean(BYTES_LIT("\xe2\x80\xa7")));
	assert_false(text_is_clean(BYTES_LIT("abc\xe2\x80")));
}

TEST(direction_overrides_and_isolates_are_found_wherever_they_stand)
{
	for (unsigned c = 0x2000; c < 0x2080; c++) {
		uint8_t s[9] = { 'a', 0xe2, 0x80, 0x90, (uint8_t)(0xe0 | c >> 12), (uint8_t)(0x80 | (c >> 6 & 63)),
		                 (uint8_t)(0x80 | (c & 63)), 'b', 'c' };
		bool bidi = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
		assert_int_equal(text_has_bidi(bytes_of(s, 9)), bidi);
		assert_int_equal(text_has_bidi(bytes_of(s + 4, 3)), bidi);
		assert_int_equal(text_has_bidi(bytes_of(s, 7)), bidi);
		assert_false(text_has_bidi(bytes_of(s, 6)));
	}
	assert_false(text_has_bidi(bytes_of(NULL, 0)));
	assert_false(text_has_bidi(BYTES_LIT("plain")));
}

TEST(a_name_is_a_lower_case_DNS_name_of_two_labels_or_more)
{
	static const char *const right[] = { "a.b", "north.example", "x-1.y--2.z", "1.2" };
	static const char *const wrong[] = {
		"", "a", "example", ".", "a.", ".a", "a..b", "-a.b", "a-.b", "a.-b", "a.b-", "A.b", "a_b.c", "a b.c", "a.b\n", "a.b/c",
		"\xc3\xa4.b", "a.b:1",
	};
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
		assert_true(text_is_name(bytes_str(right[i])));
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct bytes b = exact(bytes_str(wrong[i]));
		assert_false(text_is_name(b));
		exact_free(b);
	}
	char label[67];
	memset(label, 'a', sizeof label);
	memcpy(label + 63, ".b", 3);
	assert_true(text_is_name(bytes_str(label)));
	memcpy(label + 63, "a.b", 4);
	assert_false(text_is_name(bytes_str(label)));
	char name[202];
	for (size_t i = 0; i < sizeof name; i++)
		name[i] = i % 10 == 9 ? '.' : 'a';
	name[199] = 'a';
	assert_true(text_is_name(bytes_of(name, 200)));
	assert_false(text_is_name(bytes_of(name, 201)));
}

TEST(an_address_of_mail_needs_no_quotes_and_holds_no_line_end)
{
	static const char *const good[] = { "duty@north.example", "a@b", "o'brien+pager_1@north.example" },
		*const bad[] = { "", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\r\nBcc: x@y", "a@b\n", "<a@b>", "a,b@c", "\"a\"@b",
			"-a@b", "a@-b", ".a@b", "a.@b", "a..b@c", "a@b..c", "a@b.", "a@.b", "\xd0\xb0@b", "a;b@c", "a@[127.0.0.1]" };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(text_is_mail(bytes_str(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(text_is_mail(bytes_str(bad[i])));
	assert_false(text_is_mail(bytes_of("a@b\0c", 5)));
	char name[TEXT_MAIL + 2];
	memset(name, 'a', sizeof name);
	name[64] = '@';
	assert_true(text_is_mail(bytes_of(name, TEXT_MAIL)));
	assert_false(text_is_mail(bytes_of(name, TEXT_MAIL + 1)));
	name[64] = 'a';
	name[65] = '@';
	assert_false(text_is_mail(bytes_of(name, TEXT_MAIL)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_ends_at_its_newline),
		cmocka_unit_test(a_line_without_newline_or_too_long_is_left_alone),
		cmocka_unit_test(a_literal_is_taken_whole_or_not_at_all),
		cmocka_unit_test(a_field_has_its_key_one_space_and_a_value),
		cmocka_unit_test(words_are_parted_by_exactly_one_space),
		cmocka_unit_test(a_number_has_one_decimal_form_and_a_maximum),
		cmocka_unit_test(utf8_is_told_from_everything_else_for_all_leads_and_border_bytes),
		cmocka_unit_test(clean_text_holds_no_controls_and_no_separators),
		cmocka_unit_test(direction_overrides_and_isolates_are_found_wherever_they_stand),
		cmocka_unit_test(a_name_is_a_lower_case_DNS_name_of_two_labels_or_more),
		cmocka_unit_test(an_address_of_mail_needs_no_quotes_and_holds_no_line_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
