#include <sodium.h>
#include <stdio.h>

#include "base/sha256.h"
#include "base/text.h"
#include "proof/note.h"

/* Is there a Unicode space (White_Space, those that are not controls) in S, which is valid UTF-8? */
static bool has_space(struct bytes s)
{
	for (size_t i = 0; i < s.n; i++) {
		const uint8_t *p = s.p + i;
		size_t left = s.n - i;
		if (p[0] == ' ' || (left > 1 && p[0] == 0xc2 && p[1] == 0xa0))
			return true;
		if (left < 3)
			continue;
		if ((p[0] == 0xe1 && p[1] == 0x9a && p[2] == 0x80) || (p[0] == 0xe3 && p[1] == 0x80 && p[2] == 0x80))
			return true;                                             /* U+1680, U+3000 */
		if (p[0] == 0xe2 && p[1] == 0x80 && (p[2] <= 0x8a || p[2] == 0xa8 || p[2] == 0xa9 || p[2] == 0xaf))
			return true;                                             /* U+2000 to 200A, 2028, 2029, 202F */
		if (p[0] == 0xe2 && p[1] == 0x81 && p[2] == 0x9f)
			return true;                                             /* U+205F */
	}
	return false;
}

bool vkey_name_ok(struct bytes name)
{
	return name.n > 0 && name.n <= LIMIT_KEY_NAME && text_is_clean(name) && memchr(name.p, '+', name.n) == NULL &&
		!has_space(name);
}

/* signed-note, "Verifier keys": the first four bytes of SHA-256(name || 0x0A || type || key). */
static uint32_t key_id(struct bytes name, uint8_t type, const uint8_t pub[32])
{
	uint8_t m[LIMIT_KEY_NAME + 2 + 32];
	memcpy(m, name.p, name.n);
	m[name.n] = '\n';
	m[name.n + 1] = type;
	memcpy(m + name.n + 2, pub, 32);
	struct hash h = sha256(bytes_of(m, name.n + 2 + 32));
	return be32_get(h.b);
}

static enum tocsin_err fill(struct bytes name, uint8_t type, const uint8_t pub[32], struct vkey *k)
{
	if (!vkey_name_ok(name))
		return fail(TOCSIN_BAD, "A key's name must be 1 to %d bytes without spaces and without \"+\".", LIMIT_KEY_NAME);
	if (type != NOTE_ED25519 && type != NOTE_COSIGNATURE)
		return fail(TOCSIN_BAD, "The key %.*s has type 0x%02x; only 0x01 (Ed25519) and 0x04 (cosignature) are known.",
			(int)name.n, (const char *)name.p, type);
	/* Canonical, on the curve, in the prime-order subgroup: the holder of a low-order key could disown any signature. */
	if (crypto_core_ed25519_is_valid_point(pub) != 1)
		return fail(TOCSIN_BAD, "The key %.*s is not a sound Ed25519 key; do not trust it and ask its owner for another one.",
			(int)name.n, (const char *)name.p);
	memset(k, 0, sizeof *k);
	memcpy(k->name, name.p, name.n);
	k->type = type;
	memcpy(k->pub, pub, 32);
	k->id = key_id(name, type, pub);
	return TOCSIN_OK;
}

enum tocsin_err vkey_make(const char *name, enum note_type type, const uint8_t pub[32], struct vkey *k)
{
	return fill(bytes_str(name), (uint8_t)type, pub, k);
}

enum tocsin_err vkey_parse(struct bytes text, struct vkey *k)
{
	static const char form[] = "A verifier key must be written \"name+8 hex digits+base64\", as its owner's node prints "
		"it.";
	uint8_t id[4], key[33];
	size_t n = 0;
	if (text.n == 0 || text.n >= NOTE_VKEY_MAX)
		return fail(TOCSIN_BAD, "%s", form);
	const uint8_t *end = text.p + text.n;
	const uint8_t *plus = memchr(text.p, '+', text.n);
	if (plus == NULL || end - plus < 10 || plus[9] != '+')
		return fail(TOCSIN_BAD, "%s", form);
	struct bytes name = bytes_of(text.p, (size_t)(plus - text.p));
	/* The base64 may hold a "+" itself, so that only the first two divide. */
	if (!hex_decode(bytes_of(plus + 1, 8), id, sizeof id) ||
	    !base64_decode(bytes_of(plus + 10, (size_t)(end - plus - 10)), true, key, sizeof key, &n) || n != sizeof key)
		return fail(TOCSIN_BAD, "%s", form);
	struct vkey made;
	enum tocsin_err err = fill(name, key[0], key + 1, &made);
	if (err != TOCSIN_OK)
		return err;
	if (made.id != be32_get(id))
		return fail(TOCSIN_BAD, "The id in the verifier key of %s does not belong to its name and key; copy it again from "
			"its owner.", made.name);
	*k = made;
	return TOCSIN_OK;
}

void vkey_format(const struct vkey *k, char out[NOTE_VKEY_MAX])
{
	uint8_t key[33];
	char b64[BASE64_SIZE(sizeof key) + 1];
	key[0] = k->type;
	memcpy(key + 1, k->pub, 32);
	base64_encode(key, sizeof key, true, b64);
	snprintf(out, NOTE_VKEY_MAX, "%s+%08x+%s", k->name, (unsigned)k->id, b64);
}

bool vkey_same(const struct vkey *a, const struct vkey *b)
{
	return a->type == b->type && memcmp(a->pub, b->pub, sizeof a->pub) == 0 && strcmp(a->name, b->name) == 0;
}
