#include "keeper/once.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "proof/once.h"
#include "seal/bech32.h"
#include "seal/hkdf.h"

enum purpose { IDENTITY, SIGN, LOG };

/* The secret of NAME for PURPOSE: HMAC(padding.key, "once <purpose> <name>"); the labels of padding and of derived keys
 * begin with other words. */
static enum tocsin_err secret_of(const struct keys *k, const char *purpose, const char *name, uint8_t secret[HKDF_SIZE])
{
	struct buf label;
	buf_init(&label, LIMIT_NAME + 64);
	buf_printf(&label, "once %s %s", purpose, name);
	enum tocsin_err err = buf_end(&label, "label of a name for once");
	if (err == TOCSIN_OK)
		hkdf_hmac(bytes_of(k->padding, sizeof k->padding), buf_bytes(&label), secret);
	buf_free(&label);
	return err;
}

static enum tocsin_err signer_of(const struct keys *k, const char *name, enum purpose p, struct keys_signer *s)
{
	static const struct { const char *purpose, *suffix; } of[] = {
		[IDENTITY] = { "identity", "/identity" }, [SIGN] = { "sign", "" }, [LOG] = { "log", "/log/1" },
	};
	uint8_t seed[HKDF_SIZE], pub[32];
	char key[LIMIT_KEY_NAME + 1];
	enum tocsin_err err = secret_of(k, of[p].purpose, name, seed);
	if (err != TOCSIN_OK)
		return err;
	snprintf(key, sizeof key, "%s%s", name, of[p].suffix);
	crypto_sign_seed_keypair(pub, s->secret, seed);
	bytes_wipe(seed, sizeof seed);
	return vkey_make(key, NOTE_ED25519, pub, &s->pub);
}

static enum tocsin_err recipient_of(const struct keys *k, const char *name, char *out)
{
	uint8_t secret[HKDF_SIZE];
	struct age_recipient r = { .type = AGE_X25519 };
	char text[AGE_RECIPIENT_TEXT];
	enum tocsin_err err = secret_of(k, "recipient", name, secret);
	if (err != TOCSIN_OK)
		return err;
	crypto_scalarmult_base(r.pub, secret);
	bytes_wipe(secret, sizeof secret);
	age_recipient_format(&r, text);
	snprintf(out, CARD_RECIPIENT_MAX + 1, "%s", text);
	return TOCSIN_OK;
}

/* NAME, which must be one for once, of this node's realm. */
static enum tocsin_err take_name(const struct keys *k, struct bytes name, char out[LIMIT_NAME + 1])
{
	if (!once_is(name))
		return fail(TOCSIN_REFUSED, "not signed: %.*s is no name for once", (int)(name.n > LIMIT_NAME ? LIMIT_NAME : name.n),
			(const char *)name.p);
	if (realm_of_name(name) != k->realm)
		return fail(TOCSIN_REFUSED, "not signed: the name is of the other realm");
	memcpy(out, name.p, name.n);
	out[name.n] = 0;
	return TOCSIN_OK;
}

static enum tocsin_err add_signature(const struct keys *k, const char *name, enum purpose p, struct bytes text, struct buf *out)
{
	struct keys_signer s;
	uint8_t sig[NOTE_SIGNATURE];
	enum tocsin_err err = signer_of(k, name, p, &s);
	if (err == TOCSIN_OK) {
		crypto_sign_detached(sig, NULL, text.p, text.n, s.secret);
		buf_add(out, sig, sizeof sig);
	}
	bytes_wipe(&s, sizeof s);
	return err;
}

enum tocsin_err once_public(struct keys *k, struct bytes in, struct buf *out)
{
	struct keeper_once *o = calloc(1, sizeof *o);
	struct keys_signer s = { 0 };
	if (o == NULL)
		return fail(TOCSIN_BROKEN, "out of memory for a name");
	enum tocsin_err err = take_name(k, in, o->name);
	if (err == TOCSIN_OK && (err = signer_of(k, o->name, IDENTITY, &s)) == TOCSIN_OK)
		o->identity = s.pub;
	if (err == TOCSIN_OK && (err = signer_of(k, o->name, SIGN, &s)) == TOCSIN_OK)
		o->sign = s.pub;
	if (err == TOCSIN_OK && (err = signer_of(k, o->name, LOG, &s)) == TOCSIN_OK)
		o->log = s.pub;
	if (err == TOCSIN_OK)
		err = recipient_of(k, o->name, o->recipient);
	/* Both ends are one program, forked: the structure goes as it is. */
	if (err == TOCSIN_OK)
		buf_add(out, o, sizeof *o);
	bytes_wipe(&s, sizeof s);
	free(o);
	return err;
}

/* What a name for once may say of itself: nothing by which it could be found. */
static enum tocsin_err check_card(const struct keys *k, const struct card *c)
{
	struct keys_signer identity, sign, log;
	char name[LIMIT_NAME + 1], recipient[CARD_RECIPIENT_MAX + 1];
	enum tocsin_err err = take_name(k, bytes_str(c->name), name);
	if (err == TOCSIN_OK && (err = signer_of(k, name, IDENTITY, &identity)) == TOCSIN_OK &&
		(err = signer_of(k, name, SIGN, &sign)) == TOCSIN_OK && (err = signer_of(k, name, LOG, &log)) == TOCSIN_OK)
		err = recipient_of(k, name, recipient);
	if (err == TOCSIN_OK && (c->realm != k->realm || c->seq != 1 || c->has_prev || c->url_n != 0 || c->duty_n != 0 ||
		c->revoked_n != 0 || c->has_witness))
		err = fail(TOCSIN_REFUSED, "not signed: a name for once has one card, without addresses, duty contacts and witness");
	if (err == TOCSIN_OK && (!vkey_same(&c->identity, &identity.pub) || c->sign_n != 1 || !vkey_same(&c->sign[0], &sign.pub) ||
		!vkey_same(&c->log, &log.pub) || c->recipient_n != 1 || strcmp(c->recipient[0], recipient) != 0))
		err = fail(TOCSIN_REFUSED, "not signed: the card has other keys than those of %s", name);
	bytes_wipe(&identity, sizeof identity);
	bytes_wipe(&sign, sizeof sign);
	bytes_wipe(&log, sizeof log);
	return err;
}

enum tocsin_err once_card(struct keys *k, struct bytes in, struct buf *out)
{
	if (in.n > LIMIT_CARD_TEXT)
		return fail(TOCSIN_BAD, "the card has more than %d bytes", LIMIT_CARD_TEXT);
	struct card *c = calloc(1, sizeof *c);
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "out of memory for a card");
	enum tocsin_err err = card_parse(in, c);
	if (err == TOCSIN_OK)
		err = check_card(k, c);
	if (err == TOCSIN_OK)
		err = add_signature(k, c->name, IDENTITY, in, out);
	free(c);
	return err;
}

enum tocsin_err once_sign(struct keys *k, struct bytes in, struct buf *out)
{
	static const char *const kinds[] = { "warning", "retraction", "closure" };
	struct statement s;
	struct keys_signer identity;
	uint8_t fp[STATEMENT_FP] = { 0 };
	char name[LIMIT_NAME + 1];
	bool may = false;
	if (in.n > LIMIT_STATEMENT_TEXT)
		return fail(TOCSIN_BAD, "the statement has more than %d bytes", LIMIT_STATEMENT_TEXT);
	enum tocsin_err err = statement_parse(in, &s);
	if (err == TOCSIN_OK)
		err = take_name(k, bytes_str(s.from.name), name);
	if (err == TOCSIN_OK && (err = signer_of(k, name, IDENTITY, &identity)) == TOCSIN_OK) {
		party_fp(identity.pub.pub, fp);
		bytes_wipe(&identity, sizeof identity);
	}
	if (err != TOCSIN_OK)
		return err;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		may = may || strcmp(kinds[i], s.kind) == 0;
	if (s.realm != k->realm)
		return fail(TOCSIN_REFUSED, "not signed: the statement is of the other realm");
	if (memcmp(fp, s.from.fp, sizeof fp) != 0)
		return fail(TOCSIN_REFUSED, "not signed: %s is not a name of this node", name);
	if (!may || s.by_n != 0)
		return fail(TOCSIN_REFUSED, "not signed: a name for once signs warnings, their retractions and closures, and alone");
	return add_signature(k, name, SIGN, in, out);
}

enum tocsin_err once_author(struct keys *k, struct bytes in, struct buf *out)
{
	struct once_author a;
	char name[LIMIT_NAME + 1];
	const uint8_t *end = in.n == 0 ? NULL : memchr(in.p, '\n', in.n);
	if (end == NULL)
		return fail(TOCSIN_BAD, "the keeper got a malformed call to prove authorship");
	struct bytes text = { end + 1, in.n - (size_t)(end + 1 - in.p) };
	enum tocsin_err err = take_name(k, bytes_of(in.p, (size_t)(end - in.p)), name);
	if (err == TOCSIN_OK)
		err = once_author_parse(text, &a);
	if (err == TOCSIN_OK && (a.realm != k->realm || !party_same(&a.author, &k->self)))
		err = fail(TOCSIN_REFUSED, "not signed: the author would be %s, not this node, %s", a.author.name, k->name);
	return err == TOCSIN_OK ? add_signature(k, name, SIGN, text, out) : err;
}
