#include <sodium.h>

#include "base/text.h"
#include "proof/note.h"

#define DASH "\xe2\x80\x94 "                     /* U+2014 and a space begin a signature line */
#define DASH_SIZE (sizeof DASH - 1)
#define BLOB_MAX 4096            /* key id and signature; the largest known (ML-DSA-44) has 2,432 bytes */

/* The last "\n\n" of B, or NULL. */
static const uint8_t *last_empty_line(struct bytes b)
{
	size_t n = b.n;
	while (b.p != NULL && n > 1) {
		const uint8_t *nl = memrchr(b.p, '\n', n);
		if (nl == NULL || nl == b.p)
			return NULL;
		if (nl[-1] == '\n')
			return nl - 1;
		n = (size_t)(nl - b.p);
	}
	return NULL;
}

static bool text_ok(struct bytes b)
{
	struct text t = text_over(b);
	struct bytes line;
	while (!text_at_end(&t)) {
		if (!text_line(&t, b.n, &line) || !text_is_clean(line))
			return false;
	}
	return true;
}

static bool sig_parse(struct bytes line, struct note_sig *s)
{
	uint8_t blob[BLOB_MAX];
	size_t n = 0;
	if (!bytes_starts(line, DASH))
		return false;
	struct bytes rest = bytes_of(line.p + DASH_SIZE, line.n - DASH_SIZE);
	const uint8_t *space = memchr(rest.p, ' ', rest.n);
	if (space == NULL)
		return false;
	s->line = line;
	s->name = bytes_of(rest.p, (size_t)(space - rest.p));
	s->base64 = bytes_of(space + 1, rest.n - s->name.n - 1);
	if (!vkey_name_ok(s->name) || !base64_decode(s->base64, true, blob, sizeof blob, &n) || n < 5)
		return false;
	s->id = be32_get(blob);
	return true;
}

enum tocsin_err note_parse(struct bytes b, size_t max, struct note *n)
{
	n->n = 0;
	if (b.n > max)
		return fail(TOCSIN_BAD, "A signed note of %zu bytes is too large; at most %zu are allowed here.", b.n, max);
	const uint8_t *cut = last_empty_line(b);
	if (cut == NULL)
		return fail(TOCSIN_BAD, "This is not a signed note: it must be a text, an empty line, and signature lines.");
	n->all = b;
	n->text = bytes_of(b.p, (size_t)(cut - b.p) + 1);
	if (!text_ok(n->text))
		return fail(TOCSIN_BAD, "The text of a signed note must be UTF-8 without control characters, in whole lines.");
	struct text t = text_over(bytes_of(cut + 2, b.n - n->text.n - 1));
	while (!text_at_end(&t)) {
		struct bytes line;
		if (n->n == LIMIT_SIGNATURES)
			return fail(TOCSIN_BAD, "A signed note may bear at most %d signatures; drop those that nobody asked for.",
				LIMIT_SIGNATURES);
		if (!text_line(&t, b.n, &line) || !sig_parse(line, &n->sig[n->n]))
			return fail(TOCSIN_BAD, "Signature line %zu of a signed note is malformed; it must be an em dash, a key's name and "
				"base64.", n->n + 1);
		for (size_t i = 0; i < n->n; i++) {
			if (bytes_equal(n->sig[i].line, line))
				return fail(TOCSIN_BAD, "A signed note bears the same signature line twice; drop one of them.");
		}
		n->n++;
	}
	if (n->n == 0)
		return fail(TOCSIN_BAD, "A signed note must bear at least one signature.");
	return TOCSIN_OK;
}

enum tocsin_err note_split(struct bytes all, struct bytes *note, struct bytes *rest)
{
	static const char form[] = "A signed note must begin here: a text without an empty line, an empty line, and signature "
		"lines.";
	const uint8_t *cut = all.n > 0 && all.p[0] != '\n' ? memmem(all.p, all.n, "\n\n", 2) : NULL;
	if (cut == NULL)
		return fail(TOCSIN_BAD, "%s", form);
	struct text t = { cut + 2, all.p + all.n };
	struct bytes line;
	bool any = false;
	while (bytes_starts(text_rest(&t), DASH)) {
		if (!text_line(&t, LIMIT_NOTE, &line))
			return fail(TOCSIN_BAD, "%s", form);
		any = true;
	}
	if (!any)
		return fail(TOCSIN_BAD, "%s", form);
	*note = bytes_of(all.p, (size_t)(t.p - all.p));
	*rest = text_rest(&t);
	return TOCSIN_OK;
}

bool note_blob(const struct note_sig *sig, uint8_t *out, size_t max, size_t *n)
{
	uint8_t all[BLOB_MAX];
	size_t got = 0;
	if (!base64_decode(sig->base64, true, all, sizeof all, &got) || got < 4 || got - 4 > max)
		return false;
	memcpy(out, all + 4, got - 4);
	*n = got - 4;
	return true;
}

bool note_ed25519_ok(const uint8_t pub[32], struct bytes msg, const uint8_t sig[64])
{
	return crypto_sign_verify_detached(sig, msg.p, msg.n, pub) == 0;
}

enum tocsin_err note_verify(const struct note *n, const struct vkey *k)
{
	bool found = false;
	if (k->type != NOTE_ED25519)
		return fail(TOCSIN_REFUSED, "The key %s is not a signing key (type 0x01) but has type 0x%02x.", k->name, k->type);
	for (size_t i = 0; i < n->n; i++) {
		uint8_t sig[NOTE_SIGNATURE];
		size_t got = 0;
		if (n->sig[i].id != k->id || !bytes_equal_str(n->sig[i].name, k->name))
			continue;
		if (!note_blob(&n->sig[i], sig, sizeof sig, &got) || got != sizeof sig || !note_ed25519_ok(k->pub, n->text, sig))
			return fail(TOCSIN_REFUSED, "The signature by %s does not fit the text; somebody changed it, or signed something "
				"else.", k->name);
		found = true;
	}
	if (!found)
		return fail(TOCSIN_MISSING, "There is no signature by the key %s (id %08x).", k->name, (unsigned)k->id);
	return TOCSIN_OK;
}

void note_begin(struct buf *out, struct bytes text)
{
	buf_add_bytes(out, text);
	buf_add_char(out, '\n');
}

void note_add_line(struct buf *out, const struct vkey *k, const uint8_t *blob, size_t n)
{
	uint8_t all[4 + NOTE_COSIGNATURE_BLOB];
	if (n > NOTE_COSIGNATURE_BLOB) {
		out->failed = true;
		return;
	}
	be32_put(all, k->id);
	memcpy(all + 4, blob, n);
	buf_add_str(out, DASH);
	buf_add_str(out, k->name);
	buf_add_char(out, ' ');
	buf_add_base64(out, all, 4 + n);
	buf_add_char(out, '\n');
}
