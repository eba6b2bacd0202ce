#include "exchange/batch.h"

#include "base/text.h"

#define BATCH_HEAD "tocsin-batch/v1\n"
#define ANSWER_HEAD "tocsin-answer/v1\n"
#define CARRY_HEAD "tocsin-carry/v1\n"
#define LINE_MAX_BYTES (3 * LIMIT_NAME)        /* the longest line of an answer's head: "refused CODE SENTENCE" */

/* ---- batch ---- */

enum tocsin_err batch_parse(struct bytes b, struct batch *out)
{
	struct bytes have;
	if (b.n > LIMIT_BATCH_BYTES)
		return fail(
			TOCSIN_BAD, "the batch has %zu bytes, more than %u; send it in parts", b.n, LIMIT_BATCH_BYTES);
	/* An envelope that is empty or larger than LIMIT_ENVELOPE is the intake's to refuse (code `size`): the frames
	 * around it are sound. */
	struct text t = text_over(b);
	out->n = 0;
	if (!text_literal(&t, BATCH_HEAD))
		return fail(TOCSIN_BAD, "the batch does not begin with tocsin-batch/v1");
	if (!text_field(&t, "have", 20, &have) || !text_u64(have, INT64_MAX, &out->have))
		return fail(TOCSIN_BAD, "the batch has no line \"have\" with a size");
	struct bytes rest = text_rest(&t);
	while (rest.n > 0) {
		if (rest.n < 4)
			return fail(TOCSIN_BAD, "the batch ends within the length of envelope %zu", out->n);
		uint32_t n = be32_get(rest.p);
		if (n > rest.n - 4)
			return fail(TOCSIN_BAD, "the batch ends within envelope %zu", out->n);
		if (out->n == LIMIT_BATCH_COUNT)
			return fail(TOCSIN_BAD, "the batch has more than %d envelopes; send it in parts",
				LIMIT_BATCH_COUNT);
		out->envelope[out->n++] = bytes_of(rest.p + 4, n);
		rest = bytes_of(rest.p + 4 + n, rest.n - 4 - n);
	}
	return TOCSIN_OK;
}

void batch_begin(struct buf *out, uint64_t have)
{
	buf_add_str(out, BATCH_HEAD "have ");
	buf_add_u64(out, have);
	buf_add_char(out, '\n');
}

size_t batch_envelope_begin(struct buf *out)
{
	size_t place = out->n;
	buf_add_be32(out, 0);
	return place;
}

void batch_envelope_end(struct buf *out, size_t place)
{
	if (out->failed)
		return;
	size_t n = out->n - place - 4;
	if (n > LIMIT_ENVELOPE)
		out->failed = true;
	else
		be32_put(out->p + place, (uint32_t)n);
}

/* ---- answer ---- */

static void hashes_line(struct buf *out, const struct merkle_proof *p)
{
	buf_add_u64(out, p->n);
	buf_add_char(out, '\n');
	proof_hashes_format(out, p);
}

void answer_begin(struct buf *out, const struct merkle_proof *consistency)
{
	buf_add_str(out, ANSWER_HEAD "consistency ");
	hashes_line(out, consistency);
}

void answer_accepted(struct buf *out, const struct hash *id, uint64_t index, const struct merkle_proof *proof)
{
	buf_add_str(out, "accepted ");
	buf_add_hex(out, id->b, sizeof id->b);
	buf_add_char(out, ' ');
	buf_add_u64(out, index);
	buf_add_char(out, ' ');
	hashes_line(out, proof);
}

/* How much of S fits MAX bytes without cutting a character of UTF-8 in two. */
static size_t cut_utf8(const char *s, size_t max)
{
	size_t n = strlen(s);
	if (n <= max)
		return n;
	n = max;
	while (n > 0 && ((uint8_t)s[n] & 0xc0) == 0x80)
		n--;
	return n;
}

void answer_refused(struct buf *out, const char *code, const char *sentence)
{
	size_t n = cut_utf8(sentence, ANSWER_SENTENCE);
	char clean[ANSWER_SENTENCE];
	/* A sentence may quote what came from outside: what would break the line, or is no text, does not get through. */
	if (text_is_clean(bytes_of(sentence, n))) {
		memcpy(clean, sentence, n);
	} else {
		for (size_t i = 0; i < n; i++)
			clean[i] = sentence[i] >= 0x20 && sentence[i] < 0x7f ? sentence[i] : '?';
	}
	while (n > 0 && clean[n - 1] == ' ')
		n--;
	size_t skip = 0;
	while (skip < n && clean[skip] == ' ')
		skip++;
	buf_add_str(out, "refused ");
	buf_add_str(out, code);
	buf_add_char(out, ' ');
	if (skip == n)
		buf_add_str(out, "refused");
	else
		buf_add(out, clean + skip, n - skip);
	buf_add_char(out, '\n');
}

void answer_end(struct buf *out, struct bytes note)
{
	buf_add_char(out, '\n');
	buf_add_bytes(out, note);
}

static bool take_hashes(struct text *t, uint64_t n, struct merkle_proof *p)
{
	struct bytes line;
	p->n = 0;
	for (uint64_t i = 0; i < n; i++) {
		if (!text_line(t, 44, &line) || !proof_hash_line(line, &p->h[p->n]))
			return false;
		p->n++;
	}
	return true;
}

static bool code_ok(struct bytes code)
{
	if (code.n == 0 || code.n > ANSWER_CODE)
		return false;
	for (size_t i = 0; i < code.n; i++)
		if (code.p[i] < 'a' || code.p[i] > 'z')
			return false;
	return true;
}

/* LINE is what is behind "accepted " or "refused ". */
static bool take_accepted(struct text *t, struct bytes line, struct answer_item *it)
{
	struct bytes id, index, k;
	uint64_t n;
	if (!text_word(&line, &id) || !text_word(&line, &index) || !text_word(&line, &k) || line.n != 0)
		return false;
	if (!hex_decode(id, it->id.b, sizeof it->id.b) || id.n != 2 * sizeof it->id.b ||
		!text_u64(index, INT64_MAX, &it->index))
		return false;
	it->accepted = true;
	return text_u64(k, LIMIT_PROOF_HASHES, &n) && take_hashes(t, n, &it->proof);
}

static bool take_refused(struct bytes line, struct answer_item *it)
{
	struct bytes code;
	if (!text_word(&line, &code) || !code_ok(code) || line.n == 0 || line.n > ANSWER_SENTENCE ||
		!text_is_clean(line) || line.p[0] == ' ' || line.p[line.n - 1] == ' ')
		return false;
	memcpy(it->code, code.p, code.n);
	it->code[code.n] = '\0';
	memcpy(it->sentence, line.p, line.n);
	it->sentence[line.n] = '\0';
	return true;
}

/* The next line begins with WORD and a space: the rest of it. */
static bool starts_line(struct bytes line, const char *word, struct bytes *rest)
{
	size_t n = strlen(word);
	if (line.n < n || memcmp(line.p, word, n) != 0)
		return false;
	*rest = bytes_of(line.p + n, line.n - n);
	return true;
}

/* Counts the items first, so that what the arena gives is in proportion to what came. */
static size_t count_items(struct text t)
{
	struct bytes line, rest;
	size_t n = 0;
	while (text_line(&t, LINE_MAX_BYTES, &line) && line.n > 0)
		if (starts_line(line, "accepted ", &rest) || starts_line(line, "refused ", &rest))
			n++;
	return n;
}

enum tocsin_err answer_parse(struct bytes b, struct arena *a, struct answer *out)
{
	struct bytes line, rest;
	uint64_t k;
	if (b.n > LIMIT_ANSWER_BYTES)
		return fail(TOCSIN_BAD, "the answer has %zu bytes, more than %u", b.n, LIMIT_ANSWER_BYTES);
	struct text t = text_over(b);
	*out = (struct answer){ 0 };
	if (!text_literal(&t, ANSWER_HEAD))
		return fail(TOCSIN_BAD, "the answer does not begin with tocsin-answer/v1");
	if (!text_field(&t, "consistency", 2, &line) || !text_u64(line, LIMIT_PROOF_HASHES, &k) ||
		!take_hashes(&t, k, &out->consistency))
		return fail(TOCSIN_BAD, "the answer's consistency proof is malformed");
	size_t n = count_items(t);
	if (n > LIMIT_BATCH_COUNT)
		return fail(TOCSIN_BAD, "the answer is about more than %d envelopes", LIMIT_BATCH_COUNT);
	out->item = arena_zalloc(a, (n ? n : 1) * sizeof *out->item);
	if (out->item == NULL)
		return fail(TOCSIN_BROKEN, "no memory for an answer about %zu envelopes", n);
	for (;;) {
		if (!text_line(&t, LINE_MAX_BYTES, &line))
			return fail(TOCSIN_BAD, "the answer ends before its checkpoint");
		if (line.n == 0)
			break;
		struct answer_item *it = &out->item[out->n];
		bool ok = (starts_line(line, "accepted ", &rest) && take_accepted(&t, rest, it)) ||
			(starts_line(line, "refused ", &rest) && take_refused(rest, it));
		if (!ok)
			return fail(TOCSIN_BAD, "the answer about envelope %zu is malformed", out->n);
		out->n++;
	}
	out->note = text_rest(&t);
	if (out->note.n == 0 || out->note.n > LIMIT_CHECKPOINT_NOTE)
		return fail(TOCSIN_BAD, "the answer has no checkpoint, or one of more than %d bytes",
			LIMIT_CHECKPOINT_NOTE);
	return TOCSIN_OK;
}

/* ---- carry ---- */

static bool take_name(struct text *t, const char *key, char name[LIMIT_NAME + 1])
{
	struct bytes v;
	if (!text_field(t, key, LIMIT_NAME, &v) || !text_is_name(v))
		return false;
	memcpy(name, v.p, v.n);
	name[v.n] = '\0';
	return true;
}

enum tocsin_err carry_parse(struct bytes file, char from[LIMIT_NAME + 1], char to[LIMIT_NAME + 1], struct bytes *rest)
{
	struct text t = text_over(file);
	if (!text_literal(&t, CARRY_HEAD))
		return fail(TOCSIN_BAD, "this is not a carry file: it does not begin with tocsin-carry/v1");
	if (!take_name(&t, "from", from) || !take_name(&t, "to", to))
		return fail(TOCSIN_BAD, "the carry file does not say from which node to which it goes");
	*rest = text_rest(&t);
	if (!bytes_starts(*rest, BATCH_HEAD) && !bytes_starts(*rest, ANSWER_HEAD))
		return fail(TOCSIN_BAD, "the carry file holds neither a batch nor an answer");
	return TOCSIN_OK;
}

void carry_begin(struct buf *out, const char *from, const char *to)
{
	buf_printf(out, CARRY_HEAD "from %s\nto %s\n", from, to);
}
