#include "proof/once.h"

#include <stdio.h>

#define BEGIN "u-"
#define END ".unnamed"
#define EXERCISE ".exercise"

static bool ends(struct bytes s, const char *with)
{
	size_t n = strlen(with);
	return s.n >= n && memcmp(s.p + s.n - n, with, n) == 0;
}

bool once_is(struct bytes name)
{
	uint8_t random[ONCE_DIGITS / 2];
	if (ends(name, EXERCISE))
		name.n -= strlen(EXERCISE);
	if (name.n != strlen(BEGIN) + ONCE_DIGITS + strlen(END) || memcmp(name.p, BEGIN, strlen(BEGIN)) != 0 || !ends(name, END))
		return false;
	return hex_decode(bytes_of(name.p + strlen(BEGIN), ONCE_DIGITS), random, sizeof random);
}

void once_make(enum realm realm, const uint8_t random[ONCE_DIGITS / 2], char *out)
{
	char hex[ONCE_DIGITS + 1];
	hex_encode(random, ONCE_DIGITS / 2, hex);
	snprintf(out, LIMIT_NAME + 1, BEGIN "%s" END "%s", hex, realm == REALM_EXERCISE ? EXERCISE : "");
}

void once_author_format(const struct once_author *a, struct buf *text)
{
	char id[2 * SHA256_SIZE + 1], fp[2 * STATEMENT_FP + 1];
	hex_encode(a->statement.b, SHA256_SIZE, id);
	hex_encode(a->author.fp, STATEMENT_FP, fp);
	buf_printf(text, "%s authorship\nstatement %s\nauthor %s %s\n", realm_prefix(a->realm), id, a->author.name, fp);
}

enum tocsin_err once_author_parse(struct bytes text, struct once_author *a)
{
	struct text t = text_over(text);
	struct bytes id, line, name;
	memset(a, 0, sizeof *a);
	if (!realm_take(&t, &a->realm) || !text_literal(&t, "authorship\n") ||
		!text_field(&t, "statement", 2 * SHA256_SIZE, &id) || !hex_decode(id, a->statement.b, SHA256_SIZE) ||
		!text_field(&t, "author", LIMIT_NAME + 1 + 2 * STATEMENT_FP, &line) || !text_word(&line, &name) || !text_is_name(name) ||
		!hex_decode(line, a->author.fp, STATEMENT_FP) || !text_at_end(&t))
		return fail(TOCSIN_BAD, "a text of authorship names one statement and its author, and nothing else");
	memcpy(a->author.name, name.p, name.n);
	if (realm_of_name(name) != a->realm)
		return fail(TOCSIN_REFUSED, "the text of authorship and the author that it names are of two realms");
	return TOCSIN_OK;
}
