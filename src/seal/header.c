/* header: parsing and writing the text part of an age file, strictly as age.md writes it. */
#include "seal/header.h"

#include "base/text.h"
#include "seal/hkdf.h"
#include "seal/recipient.h"

#define VERSION "age-encryption.org/v1\n"
#define BODY_LINE 64                     /* characters in a full line of a stanza's body: 48 bytes */
#define MAC_TEXT 43

/* The words of an "-> " line; every one is visible ASCII. The type is the first, and is not counted. */
static enum tocsin_err stanza_words(struct bytes line, struct age_stanza *st)
{
	struct bytes word;
	size_t n = 0;
	for (; line.n > 0; n++) {
		if (!text_word(&line, &word))
			return fail(TOCSIN_BAD, "the age header has an empty word in a stanza");
		for (size_t i = 0; i < word.n; i++)
			if (word.p[i] < 0x21 || word.p[i] > 0x7e)
				return fail(TOCSIN_BAD, "the age header has a byte in a stanza that is not visible ASCII");
		if (n == 0)
			st->type = word;
		else if (n <= AGE_STANZA_ARGS)
			st->arg[n - 1] = word;
	}
	if (n == 0)
		return fail(TOCSIN_BAD, "the age header has a stanza without a type");
	st->arg_n = n - 1;
	return TOCSIN_OK;
}

/* Lines of exactly 64 characters, and then a shorter one, which may be empty. */
static enum tocsin_err stanza_body(struct text *t, struct age_stanza *st)
{
	struct bytes line;
	do {
		uint8_t part[BODY_LINE / 4 * 3];
		size_t n;
		if (!text_line(t, BODY_LINE, &line))
			return fail(TOCSIN_BAD,
				"the age header is cut short, or a line of a stanza's body is longer than 64 characters");
		if (!base64_decode(line, false, part, sizeof part, &n))
			return fail(TOCSIN_BAD, "the age header has a stanza's body that is not canonical unpadded base64");
		for (size_t i = 0; i < n; i++)
			if (st->body_n + i < sizeof st->body)
				st->body[st->body_n + i] = part[i];
		st->body_n += n;
	} while (line.n == BODY_LINE);
	return TOCSIN_OK;
}

enum tocsin_err age_header_parse(struct bytes file, struct age_header *h)
{
	struct bytes head = { file.p, file.n < LIMIT_AGE_HEADER ? file.n : LIMIT_AGE_HEADER };
	struct text t = text_over(head);
	struct bytes line;

	h->n = 0;
	if (!text_literal(&t, VERSION))
		return fail(TOCSIN_BAD, "this is not a binary age v1 file");
	while (text_literal(&t, "-> ")) {
		if (h->n == LIMIT_AGE_STANZAS)
			return fail(TOCSIN_BAD, "the age header has more than %d stanzas", LIMIT_AGE_STANZAS);
		struct age_stanza *st = &h->stanza[h->n++];
		memset(st, 0, sizeof *st);
		if (!text_line(&t, LIMIT_AGE_HEADER, &line))
			return fail(TOCSIN_BAD, "the age header is cut short, or longer than %d bytes", LIMIT_AGE_HEADER);
		enum tocsin_err err = stanza_words(line, st);
		if (err == TOCSIN_OK)
			err = stanza_body(&t, st);
		if (err != TOCSIN_OK)
			return err;
	}
	if (h->n == 0)
		return fail(TOCSIN_BAD, "the age header has no stanza");
	size_t n;
	if (!text_literal(&t, "---"))
		return fail(TOCSIN_BAD, "the age header is cut short, or has a line that is neither a stanza nor the end");
	h->mac_input = bytes_of(file.p, (size_t)(t.p - file.p));
	if (!text_literal(&t, " ") || !text_line(&t, MAC_TEXT, &line) || !base64_decode(line, false, h->mac, sizeof h->mac,
		&n) ||
	    n != sizeof h->mac)
		return fail(TOCSIN_BAD, "the age header ends in a malformed MAC line");
	h->size = (size_t)(t.p - file.p);

	for (size_t i = 0; i < h->n; i++) {
		const struct age_type_row *row = age_type_named(h->stanza[i].type);
		if (row == NULL)
			continue;
		if (row->alone && h->n > 1)
			return fail(TOCSIN_BAD, "the age header has a %s stanza that does not stand alone", row->name);
		enum tocsin_err err = row->check(&h->stanza[i]);
		if (err != TOCSIN_OK)
			return err;
	}
	return TOCSIN_OK;
}

size_t age_header_wrapped(const struct age_header *h, struct age_wrapped *w, size_t max)
{
	size_t found = 0;
	for (size_t i = 0; i < h->n && found < max; i++) {
		const struct age_type_row *row = age_type_named(h->stanza[i].type);
		if (row != NULL && row->type == AGE_X25519 && recipient_x25519_wrapped(&h->stanza[i], &w[found]))
			found++;
	}
	return found;
}

static void header_mac(struct bytes input, const uint8_t key[AGE_FILE_KEY], uint8_t mac[HKDF_SIZE])
{
	uint8_t k[HKDF_SIZE];
	hkdf(bytes_of(key, AGE_FILE_KEY), bytes_of(NULL, 0), "header", k);
	hkdf_hmac(bytes_of(k, sizeof k), input, mac);
	bytes_wipe(k, sizeof k);
}

enum tocsin_err age_header_check(const struct age_header *h, const uint8_t key[AGE_FILE_KEY])
{
	uint8_t mac[HKDF_SIZE];
	header_mac(h->mac_input, key, mac);
	bool same = bytes_same_secret(mac, h->mac, sizeof mac);
	bytes_wipe(mac, sizeof mac);
	if (!same)
		return fail(TOCSIN_REFUSED, "the header of the age file was changed: its MAC does not fit");
	return TOCSIN_OK;
}

void header_begin(struct buf *out)
{
	buf_add_str(out, VERSION);
}

void header_stanza(struct buf *out, const char *type, const struct bytes *args, size_t n, struct bytes body)
{
	char line[BASE64_SIZE(BODY_LINE / 4 * 3) + 1];
	buf_add_str(out, "-> ");
	buf_add_str(out, type);
	for (size_t i = 0; i < n; i++) {
		buf_add_char(out, ' ');
		buf_add_bytes(out, args[i]);
	}
	buf_add_char(out, '\n');
	size_t size;
	do {
		size_t part = body.n < BODY_LINE / 4 * 3 ? body.n : BODY_LINE / 4 * 3;
		size = base64_encode(body.p, part, false, line);
		buf_add(out, line, size);
		buf_add_char(out, '\n');
		body.p += part;
		body.n -= part;
	} while (size == BODY_LINE);
}

void header_end(struct buf *out, size_t start, const uint8_t key[AGE_FILE_KEY])
{
	uint8_t mac[HKDF_SIZE];
	char text[BASE64_SIZE(HKDF_SIZE) + 1];
	buf_add_str(out, "---");
	if (out->failed)
		return;
	header_mac(bytes_of(out->p + start, out->n - start), key, mac);
	buf_add_char(out, ' ');
	buf_add(out, text, base64_encode(mac, sizeof mac, false, text));
	buf_add_char(out, '\n');
}
