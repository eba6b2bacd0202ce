/* Names as keys, keys as tags. */
#include "rules.h"

#include "domain/subject.h"

static struct buf one, two;

static void key_of(const char *name, struct buf *out)
{
	buf_init(out, SUBJECT_KEY);
	assert_int_equal(subject_key(bytes_str(name), out), TOCSIN_OK);
}

static bool same(const char *a, const char *b)
{
	key_of(a, &one);
	key_of(b, &two);
	bool is = bytes_equal(buf_bytes(&one), buf_bytes(&two));
	buf_free(&one);
	buf_free(&two);
	return is;
}

static void are_same(const char *a, const char *b)
{
	if (!same(a, b))
		stop("%s is not %s", a, b);
}

static void differ(const char *a, const char *b)
{
	if (same(a, b))
		stop("%s is %s", a, b);
}

TEST(a_name_is_the_same_in_any_order_case_and_marks)
{
	are_same("Ivanov, Ivan", "IVAN IVANOV");
	are_same("José Müller", "jose  MULLER");
	are_same("Łukasz Øre", "Lukasz Ore");
	are_same("O'Brien", "O’Brien");
	are_same("OBrien", "O'Brien");
	are_same("Al-Hassan", "al hassan");
	are_same("王小明", "王 小明");
	are_same("\xef\xbc\xa9van", "Ivan");
	are_same("Iv\xe2\x80\x8b" "an", "Ivan");
	key_of("Ivanov, Ivan", &one);
	assert_true(bytes_equal_str(buf_bytes(&one), "ivan ivanov"));
	buf_free(&one);
}

TEST(other_names_are_others)
{
	differ("Ivan Ivanov", "Ivan Petrov");
	differ("Ivan Ivanov", "Ivan");
	differ("Ivan Ivanov", "IvanIvanov");
	differ("Иван", "Ivan");
	differ("Ivan 1", "Ivan 2");
	differ("Νίκος", "Nikos");
}

TEST(a_letter_that_looks_latin_is_that_letter)
{
	are_same("Iv\xd0\xb0nov", "Ivanov");                    /* Cyrillic a */
	are_same("I\xce\xbd" "an", "Ivan");                     /* Greek small nu */
	are_same("\xce\x9d" "ina", "Nina");                     /* Greek capital nu */
	are_same("\xd0\x92oris", "Boris");                      /* Cyrillic capital ve */
	are_same("\xd0\xa1\xd0\xbe\xd1\x80\xd0\xb0", "Copa");   /* all Cyrillic */
	are_same("\xd5\x95lga", "Olga");                        /* Armenian */
	are_same("\xe1\x8e\xaa" "nna", "Anna");                 /* Cherokee */
	are_same("\xea\x93\xae" "nna", "Anna");                 /* Lisu */
	are_same("\xc9\xaavan", "Ivan");                        /* a small capital */
}

TEST(a_foreign_name_with_a_latin_letter_in_it_is_that_name)
{
	are_same("Иван\xd0\xbe\xd0\xb2", "Иванoв");     /* the last o is Latin */
	are_same("Пётр", "Пeтp");
	are_same("Γιάννης", "ΓΙΑΝΝΗΣ");
	are_same("Νίκος", "ΝΙΚΟΣ");
	are_same("Νίκος", "Νίκoς");
}

TEST(a_name_that_is_written_to_look_like_another_is_noticed)
{
	assert_true(subject_mixed(bytes_str("Iv\xd0\xb0nov")));
	assert_true(subject_mixed(bytes_str("Иванoв")));
	assert_true(subject_mixed(bytes_str("John \xd0\xa1\xd0\xbe\xd1\x80\xd0\xb0")));
	assert_true(subject_mixed(bytes_str("1vanov")));
	assert_true(subject_mixed(bytes_str("Pet3r")));
	assert_false(subject_mixed(bytes_str("Ivan Ivanov")));
	assert_false(subject_mixed(bytes_str("Иван Иванов")));
	assert_false(subject_mixed(bytes_str("Ivan (Иван) Ivanov")));
	assert_false(subject_mixed(bytes_str("王 Wang")));
	assert_false(subject_mixed(bytes_str("O'Brien 3rd")));
	assert_false(subject_mixed(bytes_str("José Ærø Łukasz")));
	assert_false(subject_mixed(bytes_str("Unit 61398")));
	assert_false(subject_mixed(bytes_str("")));
}

TEST(what_is_no_name_is_refused)
{
	static const char many[] = "a b c d e f g h i j k l m n o p q";
	char large[2048];
	memset(large, 'a', sizeof large - 1);
	large[sizeof large - 1] = 0;
	buf_init(&one, SUBJECT_KEY);
	assert_int_equal(subject_key(bytes_str(many), &one), TOCSIN_BAD);
	assert_int_equal(subject_key(bytes_str(large), &one), TOCSIN_BAD);
	large[SUBJECT_KEY + 1] = 0;
	assert_int_equal(subject_key(bytes_str(large), &one), TOCSIN_BAD);
	assert_int_equal(one.n, 0);
	assert_int_equal(subject_key(bytes_str("... --"), &one), TOCSIN_OK);
	assert_int_equal(one.n, 0);
	buf_free(&one);
}

static struct subject_keys keys;

static void keys_of(const char *value)
{
	arena_reset(arena);
	assert_int_equal(subject_keys(bytes_str(value), arena, &keys), TOCSIN_OK);
}

TEST(a_field_has_the_names_of_its_texts)
{
	keys_of("\"Ivan Ivanov\"");
	assert_int_equal(keys.n, 1);
	keys_of("[\"Ivan Ivanov\",\"IVANOV IVAN\",\"Iwan Iwanow\"]");
	assert_int_equal(keys.n, 2);
	assert_true(bytes_equal_str(keys.key[0], "ivan ivanov"));
	assert_true(bytes_equal_str(keys.key[1], "iwan iwanow"));
	keys_of("{\"en\":\"Ivan Ivanov\",\"ru\":\"Иван Иванов\",\"authoritative\":\"en\",\"by-ru\":\"a translator\"}");
	assert_int_equal(keys.n, 2);
	assert_false(keys.mixed || keys.more);
	keys_of("\"Ivan Ivanov; Petr Petrov / Anna\"");
	assert_int_equal(keys.n, 3);
	keys_of("[\"Ivan\",\"Iv\xd0\xb0n\"]");
	assert_int_equal(keys.n, 1);
	assert_true(keys.mixed);
	keys_of("7");
	assert_int_equal(keys.n, 0);
}

TEST(what_was_not_looked_at_is_told)
{
	struct buf b;
	buf_init(&b, 65536);
	buf_add_char(&b, '[');
	for (int i = 0; i <= SUBJECT_NAMES; i++)
		buf_printf(&b, "%s\"name %d\"", i == 0 ? "" : ",", i);
	buf_add_str(&b, "]");
	buf_add_char(&b, 0);
	keys_of((const char *)b.p);
	assert_int_equal(keys.n, SUBJECT_NAMES);
	assert_true(keys.more);
	buf_free(&b);
	keys_of("[\"a b c d e f g h i j k l m n o p q\",\"Ivan\"]");
	assert_int_equal(keys.n, 1);
	assert_true(keys.more);
}

TEST(a_tag_is_the_hmac_of_its_key)
{
	uint8_t secret[32];
	struct hash tag, other;
	char hex[65];
	for (size_t i = 0; i < sizeof secret; i++)
		secret[i] = (uint8_t)i;
	/* printf 'subject ivan ivanov' | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102...1f */
	subject_tag(secret, bytes_str("ivan ivanov"), &tag);
	hex_encode(tag.b, sizeof tag.b, hex);
	assert_string_equal(hex, "20472363fc2f3b7d2525e982fcadeb97e7a5d1ac89c744f9983959f124127885");
	secret[31] ^= 1;
	subject_tag(secret, bytes_str("ivan ivanov"), &other);
	assert_false(hash_equal(&tag, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_the_same_in_any_order_case_and_marks),
		cmocka_unit_test(other_names_are_others),
		cmocka_unit_test(a_letter_that_looks_latin_is_that_letter),
		cmocka_unit_test(a_foreign_name_with_a_latin_letter_in_it_is_that_name),
		cmocka_unit_test(a_name_that_is_written_to_look_like_another_is_noticed),
		cmocka_unit_test(what_is_no_name_is_refused),
		cmocka_unit_test(a_field_has_the_names_of_its_texts),
		cmocka_unit_test(what_was_not_looked_at_is_told),
		cmocka_unit_test(a_tag_is_the_hmac_of_its_key),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
