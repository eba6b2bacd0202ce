#include "test.h"

#include "base/clock.h"
#include "base/text.h"
#include "publish/eml.h"

#define HEAD "From: desk@b.example\r\n"
#define SIGNATURE "-----BEGIN PGP SIGNATURE-----\r\n\r\nAAAA\r\n-----END PGP SIGNATURE-----\r\n"
#define SIGNED "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; micalg=pgp-sha256; boundary=b\r\n\r\n"
#define PART "Content-Type: text/plain\r\n\r\nhello\r\n"
#define SIGNATURE_PART "Content-Type: application/pgp-signature\r\n\r\n" SIGNATURE
#define CLEAR "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nhello\r\n" SIGNATURE

static struct arena *arena;

static enum tocsin_err parse(const char *text, struct eml *m)
{
	struct bytes file = exact(bytes_str(text));
	arena_free(arena);
	arena = arena_new(16u << 20);
	enum tocsin_err err = eml_parse(file, arena, m);
	/* What is borrowed from the file is copied, so that the tests may look at it. */
	if (err == TOCSIN_OK && m->content.n > 0)
		m->content.p = arena_copy(arena, m->content.p, m->content.n);
	if (err == TOCSIN_OK && m->signature.n > 0)
		m->signature.p = arena_copy(arena, m->signature.p, m->signature.n);
	exact_free(file);
	return err;
}

static void subject_is(const char *field, const char *wanted)
{
	struct eml m;
	char text[4096];
	snprintf(text, sizeof text, HEAD "Subject: %s\r\n\r\n", field);
	assert_int_equal(parse(text, &m), TOCSIN_OK);
	assert_string_equal(m.subject, wanted);
}

TEST(fields_are_unfolded_and_encoded_words_are_text)
{
	subject_is("The car,\r\n\tat last", "The car, at last");
	subject_is("  two   spaces  ", "two spaces");
	subject_is("=?utf-8?Q?caf=C3=A9_noir?= now", "caf\xC3\xA9 noir now");
	subject_is("=?UTF-8?B?0J3QvtGH0L3QsNGP?=\r\n =?utf-8?b?INGB0LzQtdC90LA=?=", "Ночная смена");
	subject_is("=?koi8-r?B?7s/e?= =?iso-8859-1*de?Q?=FC?=", "Ноч\xC3\xBC");
	subject_is("a =?utf-8?Q?b?= c =?utf-8?Q?d?= =?utf-8?Q?e?=f", "a b c def");
	subject_is("(=?utf-8?Q?b?=)", "(b)");
	/* A character that is cut in two by its sender's program. */
	subject_is("=?utf-8?Q?=D0?= =?utf-8?Q?=9D?=", "Н");
}

TEST(what_cannot_be_decoded_stays_as_it_was_written)
{
	static const char *const left[] = { "=?utf-7?Q?a?=", "=?iso-2022-cn-ext?B?AAAA?=", "=?utf-8?X?a?=", "=?utf-8?B?a?=",
		"=?utf-8?Q?a=4?=", "=?utf-8?Q?a", "=?", ("=?" "?="), "x=?utf-8?Q?a?=" };
	for (size_t i = 0; i < sizeof left / sizeof *left; i++)
		subject_is(left[i], left[i]);
}

TEST(a_text_is_clean_whatever_is_in_the_field)
{
	struct eml m;
	subject_is("a\x1B[2Jb", "a\xEF\xBF\xBD[2Jb");
	subject_is("=?utf-8?Q?a=0D=0Ab?=", "a  b");
	subject_is("=?utf-8?Q?a=E2=80=AEb?=", "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" "b");
	subject_is("\xFF", "\xEF\xBF\xBD");
	subject_is("=?windows-1251?Q?=98?=", "\xEF\xBF\xBD");
	char text[8192] = HEAD "Subject: ";
	memset(text + strlen(text), 'x', 4000);
	memcpy(text + strlen(text), "\r\n\r\n", 5);
	assert_int_equal(parse(text, &m), TOCSIN_OK);
	assert_true(strlen(m.subject) <= EML_TEXT);
	assert_string_equal(m.subject + strlen(m.subject) - 3, "\xE2\x80\xA6");
}

TEST(a_date_is_a_time_in_utc_or_refused)
{
	static const struct {
		const char *date, *wanted;
	} dates[] = {
		{ "Wed, 6 Mar 2024 10:12:00 +0100", "2024-03-06T09:12:00Z" },
		{ "6 Mar 2024 10:12 -0030 (a zone)", "2024-03-06T10:42:00Z" },
		{ "Thu, 29 Feb 2024 23:59:59 GMT", "2024-02-29T23:59:59Z" },
		{ "Sat, 31 Dec 2016 23:59:60 +0000", "2017-01-01T00:00:00Z" },
		{ "29 Feb 2023 10:12:00 +0000", NULL },
		{ "Wed, 6 Mar 24 10:12:00 +0100", NULL },
		{ "Wed, 6 Mar 2024 25:12:00 +0100", NULL },
		{ "Wed, 6 Mar 2024 10:12:00", NULL },
		{ "Wed, 6 Mar 2024 10:12:00 +0160", NULL },
		{ "Wed, 6 Mar 2024 10:12:00 +0100 x", NULL },
		{ "Wed 6 Mar 2024 10:12:00 +0100", NULL },
		{ "1 Jan 0001 00:00:00 +0100", NULL },
		{ "yesterday", NULL },
	};
	for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
		struct eml m;
		char text[200], at[CLOCK_TEXT + 1];
		snprintf(text, sizeof text, HEAD "Date: %s\r\n\r\n", dates[i].date);
		enum tocsin_err err = parse(text, &m);
		assert_int_equal(err, dates[i].wanted == NULL ? TOCSIN_BAD : TOCSIN_OK);
		if (dates[i].wanted == NULL)
			continue;
		clock_format(m.date, at);
		assert_string_equal(at, dates[i].wanted);
	}
}

TEST(a_header_that_breaks_the_rules_is_refused)
{
	static const char *const wrong[] = {
		"", "\r\n", "Subject: x\r\n\r\n", "From:\r\n\r\n", " From: a\r\n\r\n", "From desk@b.example Wed Mar 6\r\n" HEAD "\r\n",
		"From : a\r\n\r\n", "From\r\n\r\n", ": a\r\n\r\n", HEAD HEAD "\r\n", HEAD "Subject: a\r\nSUBJECT: b\r\n\r\n",
		HEAD "Content-Type: multipart/mixed\r\n\r\n", HEAD "Content-Type: text/plain charset\r\n\r\n",
		HEAD "Content-Type: multipart/mixed; boundary=a; boundary=b\r\n\r\n--a\r\n\r\n--a--\r\n",
		HEAD "Content-Type: text/plain; x=\"a\r\n\r\n",
	};
	struct eml m;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(parse(wrong[i], &m), TOCSIN_BAD);
	struct bytes nul = BYTES_LIT("From: a\0b\r\n\r\n");
	assert_int_equal(eml_parse(nul, arena, &m), TOCSIN_BAD);
	char many[1001 * 4 + 100] = HEAD;
	for (size_t i = 0; i < EML_FIELDS; i++)
		memcpy(many + strlen(HEAD) + 4 * i, "a:\r\n", 5);
	assert_int_equal(parse(many, &m), TOCSIN_BAD);
}

TEST(a_signed_part_is_taken_byte_for_byte_with_crlf)
{
	struct eml m;
	assert_int_equal(parse(HEAD SIGNED "--b\r\n" PART "\r\n--b\r\n" SIGNATURE_PART "--b--\r\n", &m), TOCSIN_OK);
	assert_int_equal(m.form, EML_DETACHED);
	assert_true(bytes_equal_str(m.content, PART));
	assert_true(m.whole);
	assert_true(bytes_starts(m.signature, "-----BEGIN PGP SIGNATURE-----"));
	assert_int_equal(parse("From: a\nContent-Type: Multipart/Signed;\n boundary=\"b\"; protocol=Application/PGP-signature\n\n"
			       "--b\nx: y\n\n  z \n\n--b \nContent-Type: application/pgp-signature\n\n" SIGNATURE "\n--b--\n", &m), TOCSIN_OK);
	assert_int_equal(m.form, EML_DETACHED);
	assert_true(bytes_equal_str(m.content, "x: y\r\n\r\n  z \r\n"));
}

TEST(text_beside_a_signed_part_is_never_called_signed)
{
	struct eml m;
	assert_int_equal(parse(HEAD SIGNED "This is an OpenPGP/MIME signed message (RFC 4880 and 3156)\r\n--b\r\n" PART "\r\n--b\r\n" SIGNATURE_PART
			"--b--\r\n", &m), TOCSIN_OK);
	assert_true(m.whole);
	assert_int_equal(parse(HEAD SIGNED "Close the gate!\r\n--b\r\n" PART "\r\n--b\r\n" SIGNATURE_PART "--b--\r\n", &m), TOCSIN_OK);
	assert_false(m.whole);
	assert_int_equal(parse(HEAD SIGNED "--b\r\n" PART "\r\n--b\r\n" SIGNATURE_PART "--b--\r\nClose the gate!\r\n", &m), TOCSIN_OK);
	assert_false(m.whole);
	assert_int_equal(parse(HEAD "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n" SIGNED "--b\r\n" PART "\r\n--b\r\n" SIGNATURE_PART
			"--b--\r\n--c\r\n\r\na list's footer\r\n--c--\r\n", &m), TOCSIN_OK);
	assert_int_equal(m.form, EML_DETACHED);
	assert_false(m.whole);
	assert_int_equal(parse(HEAD "\r\n" CLEAR, &m), TOCSIN_OK);
	assert_int_equal(m.form, EML_CLEAR);
	assert_true(bytes_equal_str(m.content, CLEAR));
	assert_true(m.whole);
	assert_int_equal(parse(HEAD "\r\nBut not now:\r\n" CLEAR, &m), TOCSIN_OK);
	assert_false(m.whole);
	assert_int_equal(parse(HEAD "\r\n" CLEAR "Or ever.\r\n", &m), TOCSIN_OK);
	assert_true(bytes_equal_str(m.content, CLEAR));
	assert_false(m.whole);
	assert_int_equal(parse(HEAD "\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nClose: the gate\r\n\r\nhello\r\n" SIGNATURE, &m), TOCSIN_OK);
	assert_false(m.whole);
}

TEST(a_clear_signed_text_is_found_under_its_encoding)
{
	struct eml m;
	assert_int_equal(parse(HEAD "Content-Transfer-Encoding: Quoted-Printable\r\n\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\n"
			       "caf=C3=A9 and =\r\nmore  \r\n" SIGNATURE, &m), TOCSIN_OK);
	assert_int_equal(m.form, EML_CLEAR);
	assert_non_null(memmem(m.content.p, m.content.n, "\ncaf\xC3\xA9 and more\n", 16));
	assert_int_equal(parse(HEAD "Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n", &m), TOCSIN_BAD);
	assert_int_equal(parse(HEAD "Content-Transfer-Encoding: quoted-printable\r\n\r\n=XY\r\n", &m), TOCSIN_BAD);
}

TEST(what_is_not_signed_or_cannot_be_seen_is_told_apart)
{
	struct eml m;
	static const char *const plain[] = {
		HEAD "\r\nhello\r\n", HEAD, HEAD "Content-Type: text/html;\r\n\r\n" CLEAR, HEAD "\r\n> " CLEAR,
		HEAD "\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\nno end\r\n",
		HEAD "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b\r\n\r\n--b\r\n" PART "\r\n--b\r\n"
		     "Content-Type: application/pkcs7-signature\r\n\r\nAAAA\r\n--b--\r\n",
	};
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
		assert_int_equal(parse(plain[i], &m), TOCSIN_OK);
		assert_int_equal(m.form, EML_PLAIN);
	}
	assert_int_equal(parse(HEAD "\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nAAAA\r\n", &m), TOCSIN_OK);
	assert_int_equal(m.form, EML_SECRET);
	assert_int_equal(parse(HEAD "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b\r\n\r\n--b--\r\n", &m), TOCSIN_OK);
	assert_int_equal(m.form, EML_SECRET);
}

TEST(a_signed_mail_that_is_not_made_as_one_is_refused)
{
	static const char *const wrong[] = {
		HEAD SIGNED, HEAD SIGNED "--b--\r\n", HEAD SIGNED "--b\r\n" PART "\r\n--b--\r\n",
		HEAD SIGNED "--b\r\n" PART "\r\n--b\r\n" SIGNATURE_PART,
		HEAD SIGNED "--b\r\n" PART "\r\n--b\r\n" SIGNATURE_PART "--b\r\n" PART "--b--\r\n",
		HEAD SIGNED "--b\r\n" PART "\r\n--b\r\nContent-Type: text/plain\r\n\r\n" SIGNATURE "--b--\r\n",
		HEAD SIGNED "--b\r\n" PART "\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\n" CLEAR "--b--\r\n",
		HEAD SIGNED "--bb\r\n" PART "\r\n--bb\r\n" SIGNATURE_PART "--bb--\r\n",
	};
	struct eml m;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(parse(wrong[i], &m), TOCSIN_BAD);
}

TEST(parts_within_parts_end_somewhere)
{
	struct eml m;
	char text[4096] = HEAD;
	for (int i = 0; i <= EML_DEPTH; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
	for (int i = EML_DEPTH; i >= 0; i--)
		snprintf(text + strlen(text), sizeof text - strlen(text), "\r\n--b%d--\r\n", i);
	assert_int_equal(parse(text, &m), TOCSIN_BAD);
	char many[EML_PARTS * 8 + 200] = HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
	for (int i = 0; i <= EML_PARTS; i++)
		snprintf(many + strlen(many), sizeof many - strlen(many), "--b\r\n\r\n");
	snprintf(many + strlen(many), sizeof many - strlen(many), "--b--\r\n");
	assert_int_equal(parse(many, &m), TOCSIN_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_unfolded_and_encoded_words_are_text),
		cmocka_unit_test(what_cannot_be_decoded_stays_as_it_was_written),
		cmocka_unit_test(a_text_is_clean_whatever_is_in_the_field),
		cmocka_unit_test(a_date_is_a_time_in_utc_or_refused),
		cmocka_unit_test(a_header_that_breaks_the_rules_is_refused),
		cmocka_unit_test(a_signed_part_is_taken_byte_for_byte_with_crlf),
		cmocka_unit_test(text_beside_a_signed_part_is_never_called_signed),
		cmocka_unit_test(a_clear_signed_text_is_found_under_its_encoding),
		cmocka_unit_test(what_is_not_signed_or_cannot_be_seen_is_told_apart),
		cmocka_unit_test(a_signed_mail_that_is_not_made_as_one_is_refused),
		cmocka_unit_test(parts_within_parts_end_somewhere),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
