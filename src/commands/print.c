#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "commands/command.h"
#include "domain/vocabulary.h"

#define LINE_MAX_BYTES (1u << 20)

/* Writes S to OUT with everything that could move a cursor, change colours or reverse a line made visible as '?'. */
static void write_safe(FILE *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t len = 1;
		unsigned char c = (unsigned char)s[i];
		if (c >= 0xF0)
			len = 4;
		else if (c >= 0xE0)
			len = 3;
		else if (c >= 0xC2)
			len = 2;
		struct bytes one = bytes_of(s + i, len <= n - i ? len : 1);
		if (c == '\n' || (text_is_utf8(one) && text_is_clean(one) && !text_has_bidi(one)))
			fwrite(one.p, 1, one.n, out);
		else
			fputc('?', out);
		i += text_is_utf8(one) ? one.n : 1;
	}
}

void print_text(const char *fmt, ...)
{
	va_list ap;
	char *line = NULL;
	va_start(ap, fmt);
	int n = vasprintf(&line, fmt, ap);
	va_end(ap);
	if (n > 0)
		write_safe(stdout, line, (size_t)n);
	if (n >= 0)
		free(line);
}

void print_json(const json_t *j)
{
	struct buf text;
	buf_init(&text, 256u << 20);
	json_write_pretty(&text, j);
	if (buf_end(&text, "the answer") == TOCSIN_OK)
		fwrite(text.p, 1, text.n, stdout);
	buf_free(&text);
}

void print_value(const json_t *value, struct buf *out)
{
	struct buf canonical;
	buf_init(&canonical, LINE_MAX_BYTES);
	if (json_write_value(&canonical, value) == TOCSIN_OK)
		value_words(buf_bytes(&canonical), out);
	buf_free(&canonical);
}

const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	return s == NULL ? "" : s;
}

int complain(enum tocsin_err err)
{
	const char *sentence = fail_sentence();
	fputs("tocsin: ", stderr);
	write_safe(stderr, sentence, strlen(sentence));
	fputc('\n', stderr);
	return err_exit(err);
}

int print_answer(const struct context *x, enum tocsin_err err, json_t *answer, const char *line)
{
	if (err == TOCSIN_OK && x->json)
		print_json(answer);
	else if (err == TOCSIN_OK && line != NULL)
		print_text("%s\n", line);
	json_decref(answer);
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}
