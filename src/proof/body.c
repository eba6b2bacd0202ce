#include "base/jval.h"
#include "base/text.h"
#include "proof/attachment.h"
#include "proof/body.h"
#include "proof/note.h"

#define PAD_WORD "pad "
#define PAD_LEAST 4096

bool body_name_ok(struct bytes s)
{
	if (s.n == 0 || s.n > BODY_NAME || s.p[0] < 'a' || s.p[0] > 'z')
		return false;
	for (size_t i = 1; i < s.n; i++) {
		uint8_t c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-'))
			return false;
	}
	return true;
}

struct hash body_close(struct bytes raw)
{
	return sha256_prefixed(0x00, raw, (struct bytes){ NULL, 0 });
}

enum tocsin_err body_line_parse(struct bytes raw, struct body_line *out)
{
	uint8_t salt[BODY_SALT];
	const size_t at = 2 * BODY_SALT + 1;
	if (raw.n > LIMIT_LINE)
		return fail(TOCSIN_BAD, "A line of %zu bytes is too long; at most %d are allowed.", raw.n, LIMIT_LINE);
	if (raw.n < at + 3 || raw.p[at - 1] != ' ' || !hex_decode(bytes_of(raw.p, 2 * BODY_SALT), salt, sizeof salt))
		return fail(TOCSIN_BAD, "A line of a body must be a salt of 32 hex digits, a name and a value, or \"=\" and 64 hex "
			"digits.");
	const uint8_t *space = memchr(raw.p + at, ' ', raw.n - at);
	if (space == NULL)
		return fail(TOCSIN_BAD, "An open line of a body has no value behind its name.");
	out->open = true;
	out->raw = raw;
	out->name = bytes_of(raw.p + at, (size_t)(space - raw.p) - at);
	out->value = bytes_of(space + 1, (size_t)(raw.p + raw.n - space) - 1);
	memset(&out->closed, 0, sizeof out->closed);
	if (!body_name_ok(out->name))
		return fail(TOCSIN_BAD, "The name of a line must be a lower-case letter and up to 63 letters, digits, dots and "
			"hyphens.");
	enum tocsin_err err = jval_check(out->value, NULL);
	if (err != TOCSIN_OK)
		return fail_within(err, "The line %.*s", (int)out->name.n, (const char *)out->name.p);
	return TOCSIN_OK;
}

static enum tocsin_err any_line_parse(struct bytes raw, struct body_line *out)
{
	if (!bytes_starts(raw, "= "))
		return body_line_parse(raw, out);
	memset(out, 0, sizeof *out);
	out->raw = raw;
	if (!hex_decode(bytes_of(raw.p + 2, raw.n - 2), out->closed.b, SHA256_SIZE))
		return fail(TOCSIN_BAD, "A closed line of a body must be \"=\" and 64 hex digits.");
	return TOCSIN_OK;
}

/* The open lines by name: open addressing over at least twice as many slots as lines, so that 2,048 names cost no
 * 2,048 times 2,048. */
struct names {
	const struct body_line **slot;
	uint32_t mask;
};

static bool names_add(struct names *s, const struct body_line *l)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < l->name.n; i++)
		h = (h ^ l->name.p[i]) * 16777619u;
	h ^= h >> 15;
	for (;; h++) {
		const struct body_line **at = &s->slot[h & s->mask];
		if (*at == NULL) {
			*at = l;
			return true;
		}
		if (bytes_equal((*at)->name, l->name))
			return false;
	}
}

static enum tocsin_err lines_parse(struct text *t, uint32_t lines, struct arena *a, struct body *out)
{
	struct merkle_edge edge;
	struct names names = { .mask = 63 };
	while (names.mask < 2 * lines)
		names.mask = names.mask * 2 + 1;
	names.slot = arena_zalloc(a, (names.mask + 1) * sizeof *names.slot);
	out->line = arena_alloc(a, lines * sizeof *out->line);
	if (out->line == NULL || names.slot == NULL)
		return fail(TOCSIN_BROKEN, "There is no memory left for a body of %u lines.", lines);
	merkle_edge_init(&edge);
	for (out->n = 0; out->n < lines; out->n++) {
		struct body_line *l = &out->line[out->n];
		struct bytes raw;
		if (!text_line(t, LIMIT_LINE, &raw))
			return fail(TOCSIN_BAD, "The body ends, or has a line over %d bytes, at line %u of the %u that its statement "
				"announces.",
				LIMIT_LINE, out->n + 1, lines);
		enum tocsin_err err = any_line_parse(raw, l);
		if (err != TOCSIN_OK)
			return fail_within(err, "Line %u of the body", out->n + 1);
		if (l->open && !names_add(&names, l))
			return fail(TOCSIN_BAD, "The body has two lines of the name %.*s.", (int)l->name.n, (const char *)l->name.p);
		struct hash leaf = merkle_leaf(raw);
		merkle_edge_add(&edge, &leaf);
	}
	out->root = merkle_edge_root(&edge);
	return TOCSIN_OK;
}

/* The content of the open attachment line L, which must come next. */
static enum tocsin_err attachment_take(struct text *t, const struct body_line *l, struct body *out)
{
	const int name_n = (int)l->name.n;
	const char *name = (const char *)l->name.p;
	struct attachment is;
	struct bytes head, word;
	uint64_t size = 0;
	if (out->attachment_n == LIMIT_ATTACHMENTS)
		return fail(TOCSIN_BAD, "A body may hold at most %d attachments.", LIMIT_ATTACHMENTS);
	enum tocsin_err err = attachment_parse(l->value, &is);
	if (err != TOCSIN_OK)
		return fail_within(err, "The line %.*s", name_n, name);
	if (!text_field(t, "attachment", BODY_NAME + 21, &head) || !text_word(&head, &word) || !bytes_equal(word, l->name) ||
	    !text_word(&head, &word) || head.n != 0 || !text_u64(word, LIMIT_ENVELOPE, &size))
		return fail(TOCSIN_BAD, "Behind the lines of the body \"attachment %.*s\" and its size must come next.", name_n,
			name);
	struct bytes rest = text_rest(t);
	if (size != is.size || size >= rest.n || rest.p[size] != '\n')
		return fail(TOCSIN_BAD, "The attachment %.*s is not as long as its line says.", name_n, name);
	struct body_attachment *at = &out->attachment[out->attachment_n];
	at->line_name = l->name;
	at->content = bytes_of(rest.p, (size_t)size);
	struct hash h = sha256(at->content);
	if (!hash_equal(&h, &is.hash))
		return fail(TOCSIN_BAD, "The attachment %.*s does not have the SHA-256 that its line says.", name_n, name);
	t->p += size + 1;
	out->attachment_n++;
	return TOCSIN_OK;
}

/* Takes "pad " and one or more zeros up to the end. How many they must be is known to body_unwrap only. */
static bool pad_take(struct text *t)
{
	struct bytes rest = text_rest(t);
	const size_t word = sizeof PAD_WORD - 1;
	if (!bytes_starts(rest, PAD_WORD) || rest.n < word + 2 || rest.p[rest.n - 1] != '\n')
		return false;
	const uint8_t *z = rest.p + word;
	size_t n = rest.n - word - 1;
	/* All equal to the first, and the first a zero. */
	if (z[0] != '0' || memcmp(z, z + 1, n - 1) != 0)
		return false;
	t->p = t->end;
	return true;
}

enum tocsin_err body_parse(struct bytes b, uint32_t lines, bool padded, struct arena *a, struct body *out)
{
	struct text t = text_over(b);
	memset(out, 0, sizeof *out);
	if (lines == 0 || lines > LIMIT_LINES || b.n > LIMIT_ENVELOPE)
		return fail(TOCSIN_BAD, "A body may have 1 to %d lines in at most %u bytes.", LIMIT_LINES, LIMIT_ENVELOPE);
	enum tocsin_err err = lines_parse(&t, lines, a, out);
	if (err != TOCSIN_OK)
		return err;
	for (uint32_t i = 0; i < out->n; i++) {
		const struct body_line *l = &out->line[i];
		if (!l->open || !attachment_name_ok(l->name))
			continue;
		err = attachment_take(&t, l, out);
		if (err != TOCSIN_OK)
			return err;
	}
	out->text = bytes_of(b.p, (size_t)(t.p - b.p));
	if (padded && !pad_take(&t))
		return fail(TOCSIN_BAD, "The body must end with its pad line, \"pad \" and zeros, behind its lines and attachments.");
	if (!text_at_end(&t))
		return fail(TOCSIN_BAD, "The body has %zu bytes behind its end.", text_rest(&t).n);
	return TOCSIN_OK;
}

const struct body_line *body_find(const struct body *b, const char *name)
{
	for (uint32_t i = 0; i < b->n; i++) {
		if (b->line[i].open && bytes_equal_str(b->line[i].name, name))
			return &b->line[i];
	}
	return NULL;
}

/* The size of an envelope's plaintext whose note, empty line and body have N bytes: with a pad of at least one zero. */
static size_t wrapped_size(size_t n)
{
	size_t least = n + sizeof PAD_WORD - 1 + 2, size = PAD_LEAST;
	while (size < least)
		size *= 2;
	return size;
}

void body_wrap(struct buf *out, struct bytes note, struct bytes body)
{
	const size_t n = note.n + 1 + body.n;
	if (note.n > LIMIT_ENVELOPE || body.n > LIMIT_ENVELOPE) {
		out->failed = true;
		return;
	}
	const size_t zeros = wrapped_size(n) - n - (sizeof PAD_WORD - 1) - 1;
	buf_add_bytes(out, note);
	buf_add_char(out, '\n');
	buf_add_bytes(out, body);
	buf_add_str(out, PAD_WORD);
	uint8_t *z = buf_grow(out, zeros);
	if (z != NULL)
		memset(z, '0', zeros);
	buf_add_char(out, '\n');
}

enum tocsin_err body_unwrap(struct bytes plain, struct bytes *note, struct bytes *body)
{
	struct bytes rest;
	if (plain.n > LIMIT_ENVELOPE || plain.n < PAD_LEAST || plain.p[plain.n - 1] != '\n')
		return fail(TOCSIN_BAD, "An opened envelope must hold %d to %u bytes and end with a pad line.", PAD_LEAST,
			LIMIT_ENVELOPE);
	/* The pad is the shortest that reaches a power of two: any other length could carry something, or be told apart. */
	size_t zeros = 0;
	while (zeros < plain.n - 1 && plain.p[plain.n - 2 - zeros] == '0')
		zeros++;
	if (zeros == 0 || plain.n - zeros < sizeof PAD_WORD || wrapped_size(plain.n - zeros - sizeof PAD_WORD) != plain.n)
		return fail(TOCSIN_BAD, "The pad of an envelope must be the shortest that makes its size a power of two from %d on.",
			PAD_LEAST);
	enum tocsin_err err = note_split(plain, note, &rest);
	if (err != TOCSIN_OK)
		return fail_within(err, "The envelope");
	if (rest.n < 2 || rest.p[0] != '\n')
		return fail(TOCSIN_BAD, "The envelope has no empty line and body behind the statement.");
	*body = bytes_of(rest.p + 1, rest.n - 1);
	return TOCSIN_OK;
}
