/*
 * leak: the first line of the input is closed, the others are open, each as a string.  Whatever they hold, what is told
 * lies in an open text, and a closed text that stands in an open one as it is, is told; the last look takes any bytes.
 */
#include <stdlib.h>

#include "base/text.h"
#include "domain/fold.h"
#include "domain/leak.h"
#include "base/json.h"

#define OPEN 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

/* TEXT as a value in the arena; false when it is none. */
static bool value(struct bytes text, struct arena *a, struct bytes *out)
{
	struct buf b;
	buf_init(&b, LIMIT_LINE);
	json_t *j = json_stringn((const char *)text.p, text.n);
	bool ok = j != NULL && json_write_value(&b, j) == TOCSIN_OK;
	*out = bytes_of(arena_copy(a, b.p, b.n), b.n);
	json_decref(j);
	buf_free(&b);
	return ok && out->p != NULL;
}

static void check(const struct body_field *f, size_t n, struct arena *a)
{
	static struct leaks l;
	if (leak_find("warning", f, n, a, &l) != TOCSIN_OK)
		return;
	require(l.n <= LEAK_MOST);
	for (size_t i = 0; i < l.n; i++)
		require(l.leak[i].part.n > 0 && l.leak[i].sentence.p != NULL && strcmp(l.leak[i].closed, "source.origin") == 0);
}

/* A text of letters with something between them that stands in another one as it is, is told. */
static void check_same(struct bytes closed, struct arena *a)
{
	static struct leaks l;
	struct folded f;
	size_t letters = 0;
	require(fold(closed, a, &f) == TOCSIN_OK);
	for (size_t i = 0; i < f.n; i++)
		letters += fold_class(f.c[i]) == FOLD_LETTER;
	struct body_field both[2] = { { "source.origin", { 0 }, false }, { "text", { 0 }, true } };
	if (letters < 8 || !value(closed, a, &both[0].value))
		return;
	both[1].value = both[0].value;
	if (leak_find("warning", both, 2, a, &l) == TOCSIN_OK)
		require(l.n > 0 && l.leak[0].exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[OPEN] = { "text", "threat.summary", "where.place", "x.other" };
	struct body_field f[OPEN + 1] = { { "source.origin", { 0 }, false } };
	struct text t = text_over(bytes_of(data, size));
	struct bytes line, closed;
	size_t n = 1;
	struct arena *a = arena_new(256u << 20);
	if (a == NULL || size > 4096 || !text_line(&t, LIMIT_LINE, &closed) || !value(closed, a, &f[0].value))
		goto end;
	struct bytes rest = text_rest(&t);
	while (n <= OPEN && text_line(&t, LIMIT_LINE, &line)) {
		if (!value(line, a, &f[n].value))
			continue;
		f[n].name = names[n - 1];
		f[n++].open = true;
	}
	check(f, n, a);
	check_same(closed, a);
	/* Whatever it says, it says it. */
	if (leak_in_plaintext("warning", f, 1, NULL, 0, rest, rest, a) == TOCSIN_OK && closed.n >= 12 && !text_is_name(closed))
		require(memmem(rest.p, rest.n, closed.p, closed.n) == NULL);
end:
	arena_free(a);
	return 0;
}
