/*
 * What a page says, by each way.
 */
#include "../test.h"

#include "base/clock.h"
#include "base/json.h"
#include "publish/notice.h"

#define MARCH 1709716320                /* 2024-03-06T09:12:00Z */

static const struct notice plain = { .node = "north.example", .page = "0123456789abcdef", .account = "anna",
	.at = MARCH * CLOCK_SECOND, .what = "clock missed: reply-by", .about = "00112233445566778", .kind = "warning",
	.clock = "fedcba9876543210", .due_at = (MARCH + 3600) * CLOCK_SECOND, .whose = "duty officer", .summary = "" };

static char text[1 << 17];

static const char *mail_of(const struct notice *n)
{
	struct buf b;
	buf_init(&b, sizeof text);
	notice_mail(n, "desk@north.example", "anna@north.example", MARCH * CLOCK_SECOND, &b);
	assert_false(b.failed);
	memcpy(text, b.p, b.n);
	text[b.n] = 0;
	buf_free(&b);
	return text;
}

/* Every line ends with CR LF and has at most 998 bytes; no line of the head is longer than 400. */
static void well_formed(const char *mail)
{
	const char *end = strstr(mail, "\r\n\r\n");
	assert_non_null(end);
	for (const char *p = mail; *p != 0;) {
		size_t n = strcspn(p, "\r\n");
		assert_true(n <= (p < end ? 400 : 998));
		assert_memory_equal(p + n, "\r\n", 2);
		/* Each line of the head is a field, or goes on with one. */
		if (p < end && *p != ' ')
			assert_true(strcspn(p, ":") < n);
		p += n + 2;
	}
}

static size_t fields_called(const char *mail, const char *name)
{
	size_t n = 0, k = strlen(name);
	const char *end = strstr(mail, "\r\n\r\n");
	for (const char *p = mail; p < end; p = strstr(p, "\r\n") + 2)
		n += strncasecmp(p, name, k) == 0;
	return n;
}

TEST(a_mail_says_what_happened_by_when_and_whose)
{
	const char *m = mail_of(&plain);
	well_formed(m);
	assert_non_null(strstr(m, "Subject: clock missed: reply-by (warning 00112233445566778)\r\n"));
	assert_non_null(strstr(m, "Date: 06 Mar 2024 09:12:00 +0000\r\n"));
	assert_non_null(strstr(m, "Message-ID: <page-0123456789abcdef@north.example>\r\n"));
	assert_non_null(strstr(m, "Content-Transfer-Encoding: 7bit\r\n\r\nWhat happened: clock missed: reply-by\r\n"));
	assert_non_null(strstr(m, "By when: 2024-03-06T10:12:00Z\r\n"));
	assert_non_null(strstr(m, "Whose: duty officer\r\n"));
	assert_non_null(strstr(m, "tocsin page ack 0123456789abcdef\r\n"));
	assert_null(strstr(m, "Summary"));
}

TEST(whom_to_ring_up_is_in_a_mail_and_a_webhook)
{
	struct notice n = plain;
	struct buf b;
	n.why = "no receipt: ring up south.example: night desk +49 40 1111 (what to say: tocsin script 0011223344556677)";
	assert_non_null(strstr(mail_of(&n), "Why: no receipt: ring up south.example: night desk +49 40 1111 (what to say: tocsin script 0011223344556677)\r\n"));
	buf_init(&b, 4096);
	notice_json(&n, &b);
	assert_non_null(memmem(b.p, b.n, "\"why\":\"no receipt: ring up south.example", 39));
	buf_clear(&b);
	notice_json(&plain, &b);
	assert_null(memmem(b.p, b.n, "why", 3));
	buf_free(&b);
}

TEST(times_are_told_in_the_desks_zone_as_well)
{
	struct zone *z;
	struct notice n = plain;
	assert_int_equal(zone_open("Europe/Moscow", &z), TOCSIN_OK);
	n.zone = z;
	assert_non_null(strstr(mail_of(&n), "By when: 2024-03-06T10:12:00Z (2024-03-06 13:12:00 +03:00)\r\n"));
	zone_free(z);
}

TEST(nothing_that_is_said_can_begin_another_field_of_the_head_or_end_it)
{
	static const char *const bad[] = { "x\r\nBcc: eve@example.com", "x\nBcc: eve@example.com", "x\rBcc: eve@example.com",
		"x\r\n\r\nBcc: text", "\xd0\xb0\r\nBcc: eve@example.com", "x\xe2\x80\xa8" "Bcc: y", "x\xc2\x85" "Bcc: y", "\x1b[31mx", "x\r\n.\r\nQUIT\r\n" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct notice n = plain;
		n.what = n.kind = n.whose = n.why = n.summary = bad[i];
		const char *m = mail_of(&n);
		well_formed(m);
		assert_int_equal(fields_called(m, "Bcc"), 0);
		assert_int_equal(fields_called(m, "Subject:"), 1);
		assert_null(strstr(m, "\r\nQUIT"));
		assert_null(strchr(m, 0x1b));
	}
}

/* The encoded words of the subject, decoded and joined. */
static void subject_of(const char *m, char *out)
{
	const char *p = strstr(m, "Subject:"), *end = strstr(p, "\r\nMessage-ID");
	size_t n = 0;
	while ((p = strstr(p, "=?UTF-8?B?")) != NULL && p < end) {
		size_t k = 0, whole = strcspn(p + 10, "?");
		assert_true(whole + 12 <= 75);
		assert_true(base64_decode(bytes_of(p + 10, whole), true, out + n, 60, &k));
		/* Whole characters in each word. */
		assert_true(((unsigned char)out[n] & 0xc0) != 0x80);
		n += k;
		p += 10 + whole;
	}
	out[n] = 0;
}

TEST(a_subject_in_another_script_is_encoded_in_words_of_whole_characters)
{
	char long_one[400] = "", got[1000];
	for (int i = 0; i < 60; i++)
		memcpy(long_one + strlen(long_one), i % 7 == 6 ? "\xe8\xad\xa6" : "\xd0\xb6", i % 7 == 6 ? 4 : 3);
	const char *const whats[] = { "\xd0\xbf\xd1\x80\xd0\xbe\xd0\xbf\xd1\x83\xd1\x89\xd0\xb5\xd0\xbd\xd0\xbe", long_one };
	for (size_t i = 0; i < 2; i++) {
		char wanted[600];
		struct notice n = plain;
		n.what = whats[i];
		n.exercise = n.test = true;
		const char *m = mail_of(&n);
		well_formed(m);
		for (const char *p = m; *p != 0; p++)
			assert_true((unsigned char)*p <= '~');
		subject_of(m, got);
		snprintf(wanted, sizeof wanted, "[EXERCISE] [TEST] %s (warning 00112233445566778)", whats[i]);
		assert_string_equal(got, wanted);
		assert_non_null(strstr(m, "Content-Transfer-Encoding: base64\r\n\r\n"));
	}
}

TEST(a_test_says_that_it_is_one_everywhere_and_asks_for_nothing)
{
	struct notice n = plain;
	struct buf b;
	struct notice_settings s;
	n.test = n.exercise = true;
	const char *m = mail_of(&n);
	assert_non_null(strstr(m, "Subject: [EXERCISE] [TEST] "));
	assert_non_null(strstr(m, "This is a test of this channel: nothing has happened"));
	assert_non_null(strstr(m, "This is an exercise."));
	assert_null(strstr(m, "page ack"));
	buf_init(&b, 1 << 16);
	notice_json(&n, &b);
	buf_add_char(&b, 0);
	assert_non_null(strstr((const char *)b.p, "\"exercise\":true,\"test\":true"));
	buf_free(&b);
	notice_settings(&n, &s);
	assert_string_equal(s.setting[10].name, "TOCSIN_TEST");
	assert_string_equal(s.setting[10].value, "yes");
}

TEST(the_summary_is_in_mail_and_webhook_when_it_is_given_and_never_in_a_programs_environment)
{
	struct notice n = plain;
	struct buf b;
	struct notice_settings s;
	n.summary = "MARKER";
	assert_non_null(strstr(mail_of(&n), "Summary: MARKER\r\n"));
	buf_init(&b, 1 << 16);
	notice_json(&n, &b);
	buf_add_char(&b, 0);
	assert_non_null(strstr((const char *)b.p, "\"summary\":\"MARKER\""));
	buf_clear(&b);
	notice_json(&plain, &b);
	buf_add_char(&b, 0);
	assert_null(strstr((const char *)b.p, "summary"));
	buf_free(&b);
	notice_settings(&n, &s);
	for (size_t i = 0; i < NOTICE_SETTINGS; i++)
		assert_null(strstr(s.setting[i].value, "MARKER"));
}

TEST(a_webhook_is_signed_over_its_time_and_its_body)
{
	char got[NOTICE_SIGNATURE];
	struct bytes secret = BYTES_LIT("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
	notice_signature(secret, MARCH, BYTES_LIT("{\"page\":\"x\"}"), got);
	/* As openssl dgst -sha256 -hmac makes it. */
	assert_string_equal(got, "t=1709716320,v1=e896029388325dbdde9a1235e90d1c3c38d774a258148a2228ae4a80ea011dc9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mail_says_what_happened_by_when_and_whose),
		cmocka_unit_test(whom_to_ring_up_is_in_a_mail_and_a_webhook),
		cmocka_unit_test(times_are_told_in_the_desks_zone_as_well),
		cmocka_unit_test(nothing_that_is_said_can_begin_another_field_of_the_head_or_end_it),
		cmocka_unit_test(a_subject_in_another_script_is_encoded_in_words_of_whole_characters),
		cmocka_unit_test(a_test_says_that_it_is_one_everywhere_and_asks_for_nothing),
		cmocka_unit_test(the_summary_is_in_mail_and_webhook_when_it_is_given_and_never_in_a_programs_environment),
		cmocka_unit_test(a_webhook_is_signed_over_its_time_and_its_body),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
