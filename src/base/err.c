#include "base/err.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#define SENTENCE 512

static _Thread_local char sentence[SENTENCE];

/* A sentence that was cut must not end inside a character: pages and JSON show it as it is. */
static void trim_cut_character(char *s)
{
	size_t n = strlen(s), tail = 0;
	while (tail < n && tail < 3 && ((uint8_t)s[n - 1 - tail] & 0xc0) == 0x80)
		tail++;
	if (tail == n)
		return;
	uint8_t lead = (uint8_t)s[n - 1 - tail];
	size_t want = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
	if (tail < want)
		s[n - 1 - tail] = '\0';
}

/* Formats to the side first: an argument may be the kept sentence itself. Keeps REST behind what FMT makes. */
__attribute__((format(printf, 1, 0)))
static void keep(const char *fmt, va_list ap, const char *between, const char *rest)
{
	char made[SENTENCE];
	int n = vsnprintf(made, sizeof made, fmt, ap);
	size_t used = n < 0 ? 0 : (size_t)n < sizeof made ? (size_t)n : sizeof made - 1;
	made[used] = '\0';
	bool cut = n < 0 || (size_t)n != used;
	if (rest != NULL) {
		int more = snprintf(made + used, sizeof made - used, "%s%s", between, rest);
		cut = cut || more < 0 || (size_t)more >= sizeof made - used;
	}
	if (cut)
		trim_cut_character(made);
	memcpy(sentence, made, sizeof made);
}

enum tocsin_err fail(enum tocsin_err code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	keep(fmt, ap, "", NULL);
	va_end(ap);
	return code;
}

enum tocsin_err fail_within(enum tocsin_err code, const char *fmt, ...)
{
	char before[SENTENCE];
	memcpy(before, sentence, sizeof before);
	va_list ap;
	va_start(ap, fmt);
	keep(fmt, ap, ": ", before);
	va_end(ap);
	return code;
}

const char *fail_sentence(void)
{
	return sentence;
}

const char *err_name(enum tocsin_err code)
{
	switch (code) {
	case TOCSIN_OK: return "ok";
	case TOCSIN_BAD: return "bad";
	case TOCSIN_REFUSED: return "refused";
	case TOCSIN_MISSING: return "missing";
	case TOCSIN_LATER: return "later";
	case TOCSIN_OFFLINE: return "offline";
	case TOCSIN_BROKEN: return "broken";
	}
	return "broken";
}

int err_exit(enum tocsin_err code)
{
	switch (code) {
	case TOCSIN_OK: return 0;
	case TOCSIN_BAD:
	case TOCSIN_REFUSED:
	case TOCSIN_MISSING: return 1;
	case TOCSIN_LATER: return 3;
	case TOCSIN_OFFLINE: return 4;
	case TOCSIN_BROKEN: return 5;
	}
	return 5;
}
