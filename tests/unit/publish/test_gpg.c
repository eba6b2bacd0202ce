#include "test.h"

#include "publish/gpg.h"

#define GOOD "[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG 0D48D96176C0DDC1 Night Desk\n" \
	"[GNUPG:] VALIDSIG 1111111111111111111111111111111111111111 2024-03-06 1709716320 0 4 0 22 10 00 6046E75794F99699CBA8BC1C70D48D96176C0DDC\n"
#define BAD "[GNUPG:] NEWSIG\n[GNUPG:] BADSIG 0D48D96176C0DDC2 Night Desk\n"
#define UNKNOWN "[GNUPG:] NEWSIG\n[GNUPG:] ERRSIG 0D48D96176C0DDC3 22 10 00 1709716320 9 5046E75794F99699CBA8BC1C70D48D96176C0DDC\n[GNUPG:] NO_PUBKEY 0D48D96176C0DDC3\n"

static void says(const char *status, bool ended, const char *word, const char *signer)
{
	struct gpg_verdict v;
	struct bytes b = exact(bytes_str(status));
	gpg_read(b, ended, &v);
	exact_free(b);
	assert_string_equal(v.word, word);
	assert_string_equal(v.signer, signer);
	assert_int_equal(v.why[0] != 0, strcmp(word, "not-checked") == 0);
}

TEST(one_signature_is_what_gpg_says_of_it)
{
	says(GOOD, true, "good", "6046E75794F99699CBA8BC1C70D48D96176C0DDC");
	says(BAD, false, "bad", "0D48D96176C0DDC2");
	says(UNKNOWN, false, "unknown-key", "5046E75794F99699CBA8BC1C70D48D96176C0DDC");
	says("[GNUPG:] ERRSIG 0D48D96176C0DDC3 22 10 00 1709716320 9 -\n", false, "unknown-key", "0D48D96176C0DDC3");
	says("[GNUPG:] ERRSIG 0D48D96176C0DDC3 22 10 00 1709716320 4 -\n", false, "not-checked", "0D48D96176C0DDC3");
	says("[GNUPG:] EXPKEYSIG 0D48D96176C0DDC1 x\n", true, "expired", "0D48D96176C0DDC1");
	says("[GNUPG:] EXPSIG 0D48D96176C0DDC1 x\n", true, "expired", "0D48D96176C0DDC1");
	says("[GNUPG:] REVKEYSIG 0D48D96176C0DDC1 x\n", true, "revoked", "0D48D96176C0DDC1");
	says("[GNUPG:] NODATA 4\n", false, "none", "");
	says("", true, "not-checked", "");
}

TEST(good_needs_both_lines_and_a_good_end)
{
	says(GOOD, false, "not-checked", "6046E75794F99699CBA8BC1C70D48D96176C0DDC");
	says("[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG 0D48D96176C0DDC1 x\n", true, "not-checked", "0D48D96176C0DDC1");
	says("gpg: Good signature\nGOODSIG 0D48D96176C0DDC1 x\n", true, "not-checked", "");
	says(GOOD "[GNUPG:] GOODSIG 0D48D96176C0DDC1 cut", true, "good", "6046E75794F99699CBA8BC1C70D48D96176C0DDC");
}

TEST(of_several_signatures_the_worst_counts)
{
	says(GOOD BAD, false, "bad", "0D48D96176C0DDC2");
	says(BAD GOOD, false, "bad", "0D48D96176C0DDC2");
	says(GOOD UNKNOWN, false, "unknown-key", "5046E75794F99699CBA8BC1C70D48D96176C0DDC");
	says(GOOD GOOD, true, "good", "6046E75794F99699CBA8BC1C70D48D96176C0DDC");
	/* Without NEWSIG between them, as older versions have it. */
	says("[GNUPG:] BADSIG 0D48D96176C0DDC2 x\n[GNUPG:] GOODSIG 0D48D96176C0DDC1 x\n[GNUPG:] VALIDSIG 1111111111111111111111111111111111111111\n",
		true, "bad", "0D48D96176C0DDC2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_signature_is_what_gpg_says_of_it),
		cmocka_unit_test(good_needs_both_lines_and_a_good_end),
		cmocka_unit_test(of_several_signatures_the_worst_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
