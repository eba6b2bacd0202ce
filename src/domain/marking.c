#include "domain/marking.h"

#include "base/text.h"

static const char *const names[] = { "unmarked", "clear", "green", "amber", "amber-strict", "red" };

const char *tlp_name(enum tlp t)
{
	return names[t];
}

bool tlp_find(const char *word, enum tlp *t)
{
	for (size_t i = TLP_CLEAR; i <= TLP_RED; i++) {
		if (strcmp(names[i], word) == 0) {
			*t = (enum tlp)i;
			return true;
		}
	}
	return false;
}

bool tlp_above(enum tlp a, enum tlp b)
{
	return b != TLP_UNMARKED && (a == TLP_UNMARKED || a > b);
}

static bool is_word(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
}

unsigned marking_codes(struct bytes text)
{
	unsigned codes = 0;
	for (size_t i = 0; i + 1 < text.n; i++) {
		bool begins = i == 0 || !is_word(text.p[i - 1]), ends = i + 2 == text.n || !is_word(text.p[i + 2]);
		if (begins && ends && text.p[i] == 'H' && text.p[i + 1] >= '0' && text.p[i + 1] <= '3')
			codes |= 1u << (text.p[i + 1] - '0');
	}
	return codes;
}

enum tocsin_err marking_read(const json_t *j, const char *what, struct marking *out)
{
	static const char *const keys[] = { "tlp", "caveat", NULL };
	*out = (struct marking){ 0 };
	if (!json_is_object(j))
		return fail(TOCSIN_BAD, "%s: a marking is an object with tlp and caveat", what);
	enum tocsin_err err = json_only(j, what, keys);
	if (err != TOCSIN_OK)
		return err;
	bool ok = true;
	const char *tlp = json_get_str(j, "tlp", &ok), *caveat = json_get_str(j, "caveat", &ok);
	if (!ok)
		return fail(TOCSIN_BAD, "%s: tlp and caveat are strings", what);
	if (tlp != NULL && !tlp_find(tlp, &out->tlp))
		return fail(TOCSIN_BAD, "%s: tlp is one of red, amber-strict, amber, green, clear", what);
	if (caveat == NULL)
		return TOCSIN_OK;
	struct bytes text = bytes_str(caveat);
	if (text.n == 0 || text.n > MARKING_CAVEAT || !text_is_clean(text) || text_has_bidi(text))
		return fail(TOCSIN_BAD, "%s: a caveat is one line of 1 to %d bytes", what, MARKING_CAVEAT);
	out->caveat = caveat;
	out->codes = marking_codes(text);
	return TOCSIN_OK;
}

struct marking marking_merge(struct marking a, struct marking b)
{
	return (struct marking){ tlp_above(b.tlp, a.tlp) ? b.tlp : a.tlp, a.codes | b.codes, a.caveat };
}
