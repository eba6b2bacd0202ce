#include "domain/evidence.h"

#include "base/text.h"

/* The open line behind "<position> " in one line of openings. */
static bool opening_parse(struct bytes line, uint32_t lines, uint64_t *position, struct body_line *open)
{
	struct bytes word;
	return text_word(&line, &word) && text_u64(word, lines - 1, position) && body_line_parse(line, open) == TOCSIN_OK;
}

static bool named(const char *const *names, struct bytes name)
{
	for (size_t i = 0; names != NULL && names[i] != NULL; i++)
		if (bytes_equal_str(name, names[i]))
			return true;
	return false;
}

/* Each of NAMES must have been met once among the N lines that MET marks. */
static enum tocsin_err all_met(const char *const *names, const struct body_line *met, size_t n, const char *what)
{
	for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
		size_t j = 0;
		while (j < n && !(met[j].open && bytes_equal_str(met[j].name, names[i])))
			j++;
		if (j == n)
			return fail(TOCSIN_MISSING, "there is no %s line %.70s to show", what, names[i]);
	}
	return TOCSIN_OK;
}

static enum tocsin_err write_body(struct bytes body, uint32_t lines, const char *const *only, struct body_line *line,
	struct buf *out)
{
	struct text t = text_over(body);
	for (uint32_t i = 0; i < lines; i++) {
		struct bytes raw;
		if (!text_line(&t, LIMIT_LINE, &raw))
			return fail(TOCSIN_BROKEN, "the stored body has fewer than the %u lines of its statement", lines);
		memset(&line[i], 0, sizeof line[i]);
		line[i].raw = raw;
		if (!bytes_starts(raw, "= ")) {
			enum tocsin_err err = body_line_parse(raw, &line[i]);
			if (err != TOCSIN_OK)
				return fail_within(TOCSIN_BROKEN, "line %u of the stored body", i + 1);
		}
		if (line[i].open && only != NULL && !named(only, line[i].name)) {
			struct hash leaf = merkle_leaf(raw);
			buf_add_str(out, "# ");
			buf_add_hex(out, leaf.b, sizeof leaf.b);
		} else {
			buf_add_bytes(out, raw);
		}
		buf_add_char(out, '\n');
	}
	return all_met(only, line, lines, "open");
}

static enum tocsin_err write_opened(const struct body_line *line, uint32_t lines, struct bytes opened,
	const char *const *reveal, struct body_line *met, struct buf *out)
{
	struct text t = text_over(opened);
	struct bytes raw;
	size_t n = 0;
	while (text_line(&t, LIMIT_LINE + 8, &raw)) {
		struct body_line open;
		uint64_t position;
		uint8_t closed[SHA256_SIZE];
		if (n == lines || !opening_parse(raw, lines, &position, &open))
			return fail(TOCSIN_BROKEN, "the stored openings of the body are damaged");
		met[n++] = open;
		if (!named(reveal, open.name))
			continue;
		struct bytes is = line[position].raw;
		struct hash h = body_close(open.raw);
		if (is.n != 2 + 2 * SHA256_SIZE || !hex_decode(bytes_of(is.p + 2, is.n - 2), closed, sizeof closed) ||
			memcmp(closed, h.b, sizeof closed) != 0)
			return fail(TOCSIN_BROKEN, "the stored opening of %.*s does not fit its line", (int)open.name.n,
				(const char *)open.name.p);
		buf_add_bytes(out, raw);
		buf_add_char(out, '\n');
	}
	if (!text_at_end(&t))
		return fail(TOCSIN_BROKEN, "the stored openings of the body are damaged");
	return all_met(reveal, met, n, "closed");
}

enum tocsin_err evidence_body(struct bytes body, uint32_t lines, struct bytes opened, const char *const *only,
	const char *const *reveal,
	struct buf *body_txt, struct buf *opened_txt)
{
	if (lines == 0 || lines > LIMIT_LINES)
		return fail(TOCSIN_BAD, "a body has 1 to %d lines", LIMIT_LINES);
	struct body_line *line = malloc(2 * lines * sizeof *line);
	if (line == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a body of %u lines", lines);
	enum tocsin_err err = write_body(body, lines, only, line, body_txt);
	if (err == TOCSIN_OK)
		err = write_opened(line, lines, opened, reveal, line + lines, opened_txt);
	free(line);
	if (err == TOCSIN_OK)
		err = buf_end(body_txt, "body.txt");
	if (err == TOCSIN_OK)
		err = buf_end(opened_txt, "opened.txt");
	return err;
}
