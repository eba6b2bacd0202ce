/* recipient: the recipient types of age.md, "Recipient types": X25519 and scrypt. */
#include "seal/recipient.h"

#include <sodium.h>
#include <stdio.h>

#include "base/random.h"
#include "base/text.h"
#include "seal/bech32.h"
#include "seal/header.h"
#include "seal/hkdf.h"

#define WRAPPED (AGE_FILE_KEY + crypto_aead_chacha20poly1305_ietf_ABYTES)
#define SCRYPT_SALT 16
#define SCRYPT_WORK_MAX 22               /* the stock tool refuses more, and 2^22 takes 4 GiB */
#define SCRYPT_LABEL "age-encryption.org/v1/scrypt"
#define RECIPIENT_HRP "age"
#define IDENTITY_HRP "AGE-SECRET-KEY-"
#define IDENTITY_TEXT BECH32_SIZE(sizeof IDENTITY_HRP - 1, 32)

_Static_assert(WRAPPED == 32, "a wrapped file key is 32 bytes");

/* ---- wrapping under a symmetric key: ChaCha20-Poly1305 with nonce 0, since a wrap key is used once ---- */

static const uint8_t nonce_zero[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

static void wrap_key(const uint8_t wk[32], const uint8_t key[AGE_FILE_KEY], uint8_t body[WRAPPED])
{
	crypto_aead_chacha20poly1305_ietf_encrypt(body, NULL, key, AGE_FILE_KEY, NULL, 0, NULL, nonce_zero, wk);
}

static bool unwrap_key(const uint8_t wk[32], const uint8_t body[WRAPPED], uint8_t key[AGE_FILE_KEY])
{
	return crypto_aead_chacha20poly1305_ietf_decrypt(key, NULL, NULL, body, WRAPPED, NULL, 0, nonce_zero, wk) == 0;
}

/* ---- X25519 ---- */

/* The seven encodings of points of low order (the high bit is not looked at, RFC 7748): whoever sends one knows the
 * shared secret. */
static bool low_order(const uint8_t point[32])
{
	static const uint8_t bad[][32] = {
		{ 0 },
		{ 1 },
		{ 0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
		  0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00 },
		{ 0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
		  0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57 },
	};
	uint8_t p[32];
	memcpy(p, point, sizeof p);
	p[31] &= 0x7f;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (memcmp(p, bad[i], sizeof p) == 0)
			return true;
	/* p - 1, p and p + 1 of the field differ in the first byte alone. */
	for (size_t i = 1; i < 31; i++)
		if (p[i] != 0xff)
			return false;
	return p[31] == 0x7f && p[0] >= 0xec && p[0] <= 0xee;
}

bool recipient_x25519_wrapped(const struct age_stanza *st, struct age_wrapped *w)
{
	size_t n;
	if (st->arg_n != 1 || !base64_decode(st->arg[0], false, w->share, sizeof w->share, &n) || n != sizeof w->share ||
	    st->body_n != sizeof w->body)
		return false;
	memcpy(w->body, st->body, sizeof w->body);
	return true;
}

static enum tocsin_err x25519_check(const struct age_stanza *st)
{
	struct age_wrapped w;
	if (!recipient_x25519_wrapped(st, &w))
		return fail(TOCSIN_BAD,
			"the age header has an X25519 stanza that is not one share of 32 bytes and a body of 32 bytes");
	if (low_order(w.share))
		return fail(TOCSIN_BAD, "the age header has an X25519 stanza whose share is a point of low order");
	return TOCSIN_OK;
}

static void x25519_wrap_key(const uint8_t shared[32], const uint8_t share[32], const uint8_t pub[32], uint8_t wk[32])
{
	uint8_t salt[64];
	memcpy(salt, share, 32);
	memcpy(salt + 32, pub, 32);
	hkdf(bytes_of(shared, 32), bytes_of(salt, sizeof salt), "age-encryption.org/v1/X25519", wk);
}

static enum tocsin_err x25519_wrap(const struct age_recipient *r, struct recipient_file *f, struct buf *out)
{
	uint8_t shared[32], wk[32], body[WRAPPED];
	char share[BASE64_SIZE(32) + 1];
	if (!f->made) {
		random_bytes(f->secret, sizeof f->secret);
		crypto_scalarmult_base(f->share, f->secret);
		f->made = true;
	}
	if (crypto_scalarmult(shared, f->secret, r->pub) != 0)
		return fail(TOCSIN_REFUSED, "an age recipient is a point of low order: nothing can be sealed to it");
	x25519_wrap_key(shared, f->share, r->pub, wk);
	wrap_key(wk, f->key, body);
	struct bytes arg = { (const uint8_t *)share, base64_encode(f->share, sizeof f->share, false, share) };
	header_stanza(out, "X25519", &arg, 1, bytes_of(body, sizeof body));
	bytes_wipe(shared, sizeof shared);
	bytes_wipe(wk, sizeof wk);
	return TOCSIN_OK;
}

static enum tocsin_err x25519_unwrap(const struct age_identity *id, const struct age_wrapped *w,
	uint8_t key[AGE_FILE_KEY])
{
	uint8_t shared[32], wk[32];
	enum tocsin_err err = TOCSIN_OK;
	if (crypto_scalarmult(shared, id->secret, w->share) != 0) {
		err = fail(TOCSIN_REFUSED, "an X25519 stanza of the age file has a share of low order");
	} else {
		x25519_wrap_key(shared, w->share, id->pub, wk);
		if (!unwrap_key(wk, w->body, key))
			err = TOCSIN_MISSING;
	}
	bytes_wipe(shared, sizeof shared);
	bytes_wipe(wk, sizeof wk);
	return err;
}

static enum tocsin_err x25519_unwrap_stanza(const struct age_identity *id, const struct age_stanza *st,
	uint8_t key[AGE_FILE_KEY])
{
	struct age_wrapped w;
	if (!recipient_x25519_wrapped(st, &w))
		return fail(TOCSIN_REFUSED, "an X25519 stanza of the age file is malformed");
	return x25519_unwrap(id, &w, key);
}

enum tocsin_err age_x25519_unwrap(const struct age_identity *id, const struct age_wrapped *w, uint8_t key[AGE_FILE_KEY])
{
	enum tocsin_err err = x25519_unwrap(id, w, key);
	if (err == TOCSIN_MISSING)
		return fail(TOCSIN_REFUSED, "the file key was not wrapped for this recipient");
	return err;
}

/* ---- scrypt ---- */

static bool scrypt_args(const struct age_stanza *st, uint8_t salt[SCRYPT_SALT], uint64_t *work)
{
	size_t n;
	return st->arg_n == 2 && base64_decode(st->arg[0], false, salt, SCRYPT_SALT, &n) && n == SCRYPT_SALT &&
	       text_u64(st->arg[1], UINT32_MAX, work) && *work > 0 && st->body_n == WRAPPED;
}

static enum tocsin_err scrypt_check(const struct age_stanza *st)
{
	uint8_t salt[SCRYPT_SALT];
	uint64_t work;
	if (!scrypt_args(st, salt, &work))
		return fail(TOCSIN_BAD,
			"the age header has a scrypt stanza that is not a salt of 16 bytes, a work factor and a body of 32 bytes");
	if (work > SCRYPT_WORK_MAX)
		return fail(TOCSIN_BAD, "the age header asks for scrypt at work factor %llu; at most %d is done",
			(unsigned long long)work, SCRYPT_WORK_MAX);
	return TOCSIN_OK;
}

static enum tocsin_err scrypt_wrap_key(struct bytes passphrase, const uint8_t salt[SCRYPT_SALT], unsigned work,
	uint8_t wk[32])
{
	uint8_t labelled[sizeof SCRYPT_LABEL - 1 + SCRYPT_SALT];
	memcpy(labelled, SCRYPT_LABEL, sizeof SCRYPT_LABEL - 1);
	memcpy(labelled + sizeof SCRYPT_LABEL - 1, salt, SCRYPT_SALT);
	if (crypto_pwhash_scryptsalsa208sha256_ll(passphrase.p, passphrase.n, labelled, sizeof labelled,
		UINT64_C(1) << work, 8, 1,
	    wk, 32) != 0)
		return fail(TOCSIN_BROKEN, "out of memory for scrypt at work factor %u, which takes %llu MiB", work,
			(unsigned long long)(UINT64_C(1) << work) / 1024);
	return TOCSIN_OK;
}

static enum tocsin_err scrypt_wrap(const struct age_recipient *r, struct recipient_file *f, struct buf *out)
{
	uint8_t salt[SCRYPT_SALT], wk[32], body[WRAPPED];
	char salt_text[BASE64_SIZE(SCRYPT_SALT) + 1], work[12];
	if (r->work < 1 || r->work > SCRYPT_WORK_MAX)
		return fail(TOCSIN_BAD, "a scrypt work factor is 1 to %d, not %u", SCRYPT_WORK_MAX, r->work);
	random_bytes(salt, sizeof salt);
	enum tocsin_err err = scrypt_wrap_key(r->passphrase, salt, r->work, wk);
	if (err != TOCSIN_OK)
		return err;
	wrap_key(wk, f->key, body);
	bytes_wipe(wk, sizeof wk);
	snprintf(work, sizeof work, "%u", r->work);
	struct bytes args[2] = { { (const uint8_t *)salt_text, base64_encode(salt, sizeof salt, false, salt_text) },
		bytes_str(work) };
	header_stanza(out, "scrypt", args, 2, bytes_of(body, sizeof body));
	return TOCSIN_OK;
}

static enum tocsin_err scrypt_unwrap(const struct age_identity *id, const struct age_stanza *st,
	uint8_t key[AGE_FILE_KEY])
{
	uint8_t salt[SCRYPT_SALT], wk[32];
	uint64_t work;
	if (!scrypt_args(st, salt, &work) || work > SCRYPT_WORK_MAX)
		return fail(TOCSIN_REFUSED, "the scrypt stanza of the age file is malformed");
	enum tocsin_err err = scrypt_wrap_key(id->passphrase, salt, (unsigned)work, wk);
	if (err != TOCSIN_OK)
		return err;
	if (!unwrap_key(wk, st->body, key))
		err = TOCSIN_MISSING;
	bytes_wipe(wk, sizeof wk);
	return err;
}

/* ---- the table ---- */

const struct age_type_row age_types[] = {
	{ AGE_X25519, "X25519", false, x25519_check, x25519_wrap, x25519_unwrap_stanza },
	{ AGE_SCRYPT, "scrypt", true, scrypt_check, scrypt_wrap, scrypt_unwrap },
};
const size_t age_types_n = sizeof age_types / sizeof age_types[0];

const struct age_type_row *age_type_named(struct bytes name)
{
	for (size_t i = 0; i < age_types_n; i++)
		if (bytes_equal_str(name, age_types[i].name))
			return &age_types[i];
	return NULL;
}

const struct age_type_row *age_type_of(enum age_type type)
{
	for (size_t i = 0; i < age_types_n; i++)
		if (age_types[i].type == type)
			return &age_types[i];
	return NULL;
}

/* ---- keys as text ---- */

enum tocsin_err age_recipient_parse(struct bytes text, struct age_recipient *r)
{
	*r = (struct age_recipient){ .type = AGE_X25519 };
	if (!bech32_decode(text, RECIPIENT_HRP, r->pub, sizeof r->pub))
		return fail(TOCSIN_BAD,
			"not an age recipient: it begins with \"age1\" and has %zu characters in lower case with a fitting checksum",
			BECH32_SIZE(sizeof RECIPIENT_HRP - 1, sizeof r->pub));
	if (low_order(r->pub))
		return fail(TOCSIN_REFUSED, "the age recipient is a point of low order: nothing can be sealed to it");
	return TOCSIN_OK;
}

void age_recipient_format(const struct age_recipient *r, char out[AGE_RECIPIENT_TEXT])
{
	bech32_encode(RECIPIENT_HRP, r->pub, sizeof r->pub, out);
}

static enum tocsin_err identity_fill(struct age_identity *id)
{
	id->type = AGE_X25519;
	if (crypto_scalarmult_base(id->pub, id->secret) != 0)
		return fail(TOCSIN_BAD, "the age identity has no public key");
	return TOCSIN_OK;
}

enum tocsin_err age_identities_parse(struct bytes file, struct age_identity *id, size_t max, size_t *n)
{
	enum tocsin_err err = TOCSIN_OK;
	size_t number = 0, found = 0;
	for (const uint8_t *p = file.p, *end = file.p + file.n; p < end && err == TOCSIN_OK;) {
		const uint8_t *nl = memchr(p, '\n', (size_t)(end - p));
		struct bytes line = { p, (size_t)((nl == NULL ? end : nl) - p) };
		p = nl == NULL ? end : nl + 1;
		number++;
		if (line.n == 0 || line.p[0] == '#')
			continue;
		struct age_identity one = { 0 };
		if (!bech32_decode(line, IDENTITY_HRP, one.secret, sizeof one.secret))
			err = fail(TOCSIN_BAD, "line %zu is neither a comment nor an \"" IDENTITY_HRP "1…\" of age", number);
		else
			err = identity_fill(&one);
		if (err == TOCSIN_OK && found < max)
			id[found++] = one;
		bytes_wipe(&one, sizeof one);
	}
	if (err == TOCSIN_OK && found == 0)
		err = fail(TOCSIN_BAD, "there is no \"" IDENTITY_HRP "1…\" line in this age identity file");
	if (err != TOCSIN_OK) {
		bytes_wipe(id, found * sizeof *id);
		found = 0;
	}
	*n = found;
	return err;
}

enum tocsin_err age_identity_make(struct age_identity *id, struct buf *file)
{
	char secret[IDENTITY_TEXT + 1], pub[AGE_RECIPIENT_TEXT];
	struct age_recipient r;
	memset(id, 0, sizeof *id);
	random_bytes(id->secret, sizeof id->secret);
	enum tocsin_err err = identity_fill(id);
	if (err != TOCSIN_OK)
		return err;
	age_identity_recipient(id, &r);
	age_recipient_format(&r, pub);
	bech32_encode(IDENTITY_HRP, id->secret, sizeof id->secret, secret);
	buf_printf(file, "# public key: %s\n", pub);
	buf_add_str(file, secret);
	buf_add_char(file, '\n');
	bytes_wipe(secret, sizeof secret);
	return buf_end(file, "age identity file");
}

void age_identity_recipient(const struct age_identity *id, struct age_recipient *r)
{
	*r = (struct age_recipient){ .type = id->type, .passphrase = id->passphrase };
	memcpy(r->pub, id->pub, sizeof r->pub);
}
