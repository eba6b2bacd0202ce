/* age: whole files in memory, and streams, over header.c, recipient.c and stream.c. */
#include <stdlib.h>

#include "base/random.h"
#include "seal/header.h"
#include "seal/recipient.h"
#include "seal/stream.h"

/* Appends the header for a fresh file key, and begins S with a fresh nonce, which is appended too. */
static enum tocsin_err seal_begin(const struct age_recipient *r, size_t n, struct buf *out, struct stream *s)
{
	if (n == 0 || n > LIMIT_AGE_STANZAS)
		return fail(TOCSIN_BAD, "an age file is sealed to 1 to %d recipients, not %zu", LIMIT_AGE_STANZAS, n);
	struct recipient_file f = { 0 };
	enum tocsin_err err = TOCSIN_OK;
	size_t start = out->n;
	random_bytes(f.key, sizeof f.key);
	header_begin(out);
	for (size_t i = 0; i < n && err == TOCSIN_OK; i++) {
		const struct age_type_row *row = age_type_of(r[i].type);
		if (row == NULL)
			err = fail(TOCSIN_BAD, "unknown type of age recipient: %d", (int)r[i].type);
		else if (row->alone && n > 1)
			err = fail(TOCSIN_BAD, "a %s recipient stands alone in an age file", row->name);
		else
			err = row->wrap(&r[i], &f, out);
	}
	if (err == TOCSIN_OK) {
		header_end(out, start, f.key);
		uint8_t nonce[STREAM_NONCE];
		random_bytes(nonce, sizeof nonce);
		buf_add(out, nonce, sizeof nonce);
		err = buf_end(out, "header of the age file");
		stream_begin(s, f.key, nonce);
	}
	if (err != TOCSIN_OK)
		out->n = start;
	bytes_wipe(&f, sizeof f);
	return err;
}

enum tocsin_err age_seal(const struct age_recipient *r, size_t n, struct bytes plain, struct buf *out)
{
	struct stream s;
	size_t size = stream_sealed_size(plain.n), start = out->n;
	if (size < plain.n || out->n > out->max || size > out->max - out->n)
		return fail(TOCSIN_BAD, "the age file would be larger than %zu bytes", out->max);
	enum tocsin_err err = seal_begin(r, n, out, &s);
	if (err != TOCSIN_OK)
		return err;
	uint8_t *p = buf_grow(out, size);
	if (p == NULL) {
		stream_wipe(&s);
		out->n = start;
		return fail(TOCSIN_BAD, "the age file would be larger than %zu bytes", out->max);
	}
	do {
		size_t part = plain.n < AGE_CHUNK ? plain.n : AGE_CHUNK;
		stream_seal(&s, bytes_of(plain.p, part), part == plain.n, p);
		p += part + STREAM_TAG;
		plain = bytes_of(part > 0 ? plain.p + part : plain.p, plain.n - part);
	} while (!s.ended);
	stream_wipe(&s);
	return TOCSIN_OK;
}

/* The file key, by any of the identities; the header's MAC is checked. */
static enum tocsin_err find_key(const struct age_header *h, const struct age_identity *id, size_t n,
	uint8_t key[AGE_FILE_KEY])
{
	for (size_t i = 0; i < h->n; i++) {
		const struct age_type_row *row = age_type_named(h->stanza[i].type);
		for (size_t j = 0; row != NULL && j < n; j++) {
			if (id[j].type != row->type)
				continue;
			enum tocsin_err err = row->unwrap(&id[j], &h->stanza[i], key);
			if (err == TOCSIN_OK)
				return age_header_check(h, key);
			if (err != TOCSIN_MISSING)
				return err;
		}
	}
	if (h->n == 1 && bytes_equal_str(h->stanza[0].type, "scrypt"))
		return fail(TOCSIN_REFUSED, "the passphrase does not open this age file");
	return fail(TOCSIN_REFUSED, "this age file was not sealed to a key that is here");
}

/* Leaves nothing of a file that turned out to be false. */
static enum tocsin_err drop(struct buf *out, enum tocsin_err err)
{
	if (out->n > 0)
		bytes_wipe(out->p, out->n);
	buf_clear(out);
	return err;
}

enum tocsin_err age_payload_open(const struct age_header *h, const uint8_t key[AGE_FILE_KEY], struct bytes file,
	struct buf *out)
{
	size_t size;
	enum tocsin_err err = age_header_check(h, key);
	if (err != TOCSIN_OK)
		return drop(out, err);
	if (file.n < h->size || file.n - h->size < STREAM_NONCE)
		return drop(out, fail(TOCSIN_REFUSED, "the age file is cut short before its payload: get it again"));
	const uint8_t *nonce = file.p + h->size;
	struct bytes rest = { nonce + STREAM_NONCE, file.n - h->size - STREAM_NONCE };
	if ((err = stream_opened_size(rest.n, &size)) != TOCSIN_OK)
		return drop(out, err);
	uint8_t none, *p = &none;
	if (size > 0 && (out->n > out->max || size > out->max - out->n || (p = buf_grow(out, size)) == NULL))
		return drop(out, fail(TOCSIN_BAD, "the content of the age file has %zu bytes; at most %zu are taken", size,
			out->max));

	struct stream s;
	stream_begin(&s, key, nonce);
	while (!s.ended) {
		size_t part = rest.n < STREAM_SEALED ? rest.n : STREAM_SEALED;
		if ((err = stream_open(&s, bytes_of(rest.p, part), part == rest.n, p)) != TOCSIN_OK)
			break;
		p += part - STREAM_TAG;
		rest = bytes_of(rest.p + part, rest.n - part);
	}
	stream_wipe(&s);
	return err == TOCSIN_OK ? err : drop(out, err);
}

enum tocsin_err age_open(const struct age_identity *id, size_t n, struct bytes file, struct buf *out)
{
	struct age_header h;
	uint8_t key[AGE_FILE_KEY];
	enum tocsin_err err = age_header_parse(file, &h);
	if (err == TOCSIN_OK)
		err = find_key(&h, id, n, key);
	err = err == TOCSIN_OK ? age_payload_open(&h, key, file, out) : drop(out, err);
	bytes_wipe(key, sizeof key);
	return err;
}

/* ---- writing a stream ---- */

struct age_writer {
	age_sink *sink;
	void *arg;
	enum tocsin_err failed;              /* what ended it; every later call says so again */
	struct stream s;
	size_t n;
	uint8_t chunk[STREAM_SEALED];
};

enum tocsin_err age_writer_new(const struct age_recipient *r, size_t n, age_sink *sink, void *arg,
	struct age_writer **out)
{
	*out = NULL;
	struct age_writer *w = calloc(1, sizeof *w);
	if (w == NULL)
		return fail(TOCSIN_BROKEN, "out of memory for writing an age file");
	w->sink = sink;
	w->arg = arg;
	struct buf head;
	buf_init(&head, LIMIT_AGE_HEADER);
	enum tocsin_err err = seal_begin(r, n, &head, &w->s);
	if (err == TOCSIN_OK)
		err = sink(arg, buf_bytes(&head));
	buf_free(&head);
	if (err != TOCSIN_OK) {
		age_writer_free(w);
		return err;
	}
	*out = w;
	return TOCSIN_OK;
}

static enum tocsin_err writer_chunk(struct age_writer *w, bool last)
{
	stream_seal(&w->s, bytes_of(w->chunk, w->n), last, w->chunk);
	size_t n = w->n + STREAM_TAG;
	w->n = 0;
	return w->failed = w->sink(w->arg, bytes_of(w->chunk, n));
}

static enum tocsin_err again(enum tocsin_err failed)
{
	return fail(failed, "this age file has ended or failed already");
}

enum tocsin_err age_writer_add(struct age_writer *w, struct bytes b)
{
	if (w->failed != TOCSIN_OK || w->s.ended)
		return again(w->failed != TOCSIN_OK ? w->failed : TOCSIN_BAD);
	while (b.n > 0) {
		/* A full chunk waits until more comes, since it may be the last. */
		if (w->n == AGE_CHUNK && writer_chunk(w, false) != TOCSIN_OK)
			return w->failed;
		size_t part = AGE_CHUNK - w->n < b.n ? AGE_CHUNK - w->n : b.n;
		memcpy(w->chunk + w->n, b.p, part);
		w->n += part;
		b = bytes_of(b.p + part, b.n - part);
	}
	return TOCSIN_OK;
}

enum tocsin_err age_writer_end(struct age_writer *w)
{
	if (w->failed != TOCSIN_OK || w->s.ended)
		return again(w->failed != TOCSIN_OK ? w->failed : TOCSIN_BAD);
	return writer_chunk(w, true);
}

void age_writer_free(struct age_writer *w)
{
	if (w == NULL)
		return;
	bytes_wipe(w, sizeof *w);
	free(w);
}

/* ---- reading a stream ---- */

struct age_reader {
	const struct age_identity *id;
	size_t id_n;
	age_sink *sink;
	void *arg;
	enum tocsin_err failed;
	bool payload, ended;                 /* payload: the header and the nonce are behind us */
	struct buf head;                     /* the header, and then the nonce */
	size_t head_line, head_size;         /* where the last line of HEAD begins; the header's size when it is whole */
	struct stream s;
	size_t n;
	uint8_t chunk[STREAM_SEALED];
};

enum tocsin_err age_reader_new(const struct age_identity *id, size_t n, age_sink *sink, void *arg,
	struct age_reader **out)
{
	*out = NULL;
	struct age_reader *r = calloc(1, sizeof *r);
	if (r == NULL)
		return fail(TOCSIN_BROKEN, "out of memory for reading an age file");
	*r = (struct age_reader){ .id = id, .id_n = n, .sink = sink, .arg = arg };
	buf_init(&r->head, LIMIT_AGE_HEADER + STREAM_NONCE);
	*out = r;
	return TOCSIN_OK;
}

/* Takes from *B what belongs to the header and the nonce. The header ends with the first line that begins with "---". */
static enum tocsin_err reader_head(struct age_reader *r, struct bytes *b)
{
	while (r->head_size == 0 && b->n > 0) {
		const uint8_t *nl = memchr(b->p, '\n', b->n);
		size_t part = nl == NULL ? b->n : (size_t)(nl - b->p) + 1;
		if (part > LIMIT_AGE_HEADER - r->head.n)
			return fail(TOCSIN_BAD, "the age header is longer than %d bytes, or this is not an age file",
				LIMIT_AGE_HEADER);
		buf_add(&r->head, b->p, part);
		*b = bytes_of(b->p + part, b->n - part);
		if (r->head.failed)
			return buf_end(&r->head, "header of the age file");
		if (nl == NULL)
			break;
		if (bytes_starts(bytes_of(r->head.p + r->head_line, r->head.n - r->head_line), "---"))
			r->head_size = r->head.n;
		r->head_line = r->head.n;
	}
	if (r->head_size == 0)
		return TOCSIN_OK;
	size_t need = r->head_size + STREAM_NONCE - r->head.n, part = b->n < need ? b->n : need;
	buf_add(&r->head, b->p, part);
	*b = bytes_of(b->p + part, b->n - part);
	if (r->head.failed)
		return buf_end(&r->head, "header of the age file");
	if (part < need)
		return TOCSIN_OK;

	struct age_header h;
	uint8_t key[AGE_FILE_KEY];
	enum tocsin_err err = age_header_parse(buf_bytes(&r->head), &h);
	if (err == TOCSIN_OK && h.size != r->head_size)
		err = fail(TOCSIN_BAD, "the age header ends in a malformed MAC line");
	if (err == TOCSIN_OK)
		err = find_key(&h, r->id, r->id_n, key);
	if (err == TOCSIN_OK) {
		stream_begin(&r->s, key, r->head.p + r->head_size);
		r->payload = true;
		buf_free(&r->head);
	}
	bytes_wipe(key, sizeof key);
	return err;
}

static enum tocsin_err reader_chunk(struct age_reader *r, bool last)
{
	enum tocsin_err err = stream_open(&r->s, bytes_of(r->chunk, r->n), last, r->chunk);
	if (err == TOCSIN_OK && r->n > STREAM_TAG)
		err = r->sink(r->arg, bytes_of(r->chunk, r->n - STREAM_TAG));
	r->n = 0;
	return r->failed = err;
}

enum tocsin_err age_reader_add(struct age_reader *r, struct bytes b)
{
	if (r->failed != TOCSIN_OK || r->ended)
		return again(r->failed != TOCSIN_OK ? r->failed : TOCSIN_BAD);
	if (!r->payload && (r->failed = reader_head(r, &b)) != TOCSIN_OK)
		return r->failed;
	while (b.n > 0) {
		/* A full chunk waits until more comes, since it may be the last. */
		if (r->n == STREAM_SEALED && reader_chunk(r, false) != TOCSIN_OK)
			return r->failed;
		size_t part = STREAM_SEALED - r->n < b.n ? STREAM_SEALED - r->n : b.n;
		memcpy(r->chunk + r->n, b.p, part);
		r->n += part;
		b = bytes_of(b.p + part, b.n - part);
	}
	return TOCSIN_OK;
}

enum tocsin_err age_reader_end(struct age_reader *r)
{
	if (r->failed != TOCSIN_OK || r->ended)
		return again(r->failed != TOCSIN_OK ? r->failed : TOCSIN_BAD);
	r->ended = true;
	if (!r->payload)
		return r->failed = fail(TOCSIN_REFUSED, "the age file is cut short before its payload: get it again");
	return reader_chunk(r, true);
}

void age_reader_free(struct age_reader *r)
{
	if (r == NULL)
		return;
	buf_free(&r->head);
	bytes_wipe(r, sizeof *r);
	free(r);
}
